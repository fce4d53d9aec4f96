import { afterEach, describe, expect, test } from 'vitest';
import { must, someone } from '../locations/places-world.ts';
import { startDocumentsWorld } from './documents-world.ts';

const the = await startDocumentsWorld();
const { admin, places, world } = the;
await the.indicator('kids');
await the.indicator('doses');
await the.campaign('may', '2020-05-01');
await the.campaign('june', '2020-06-01');
await must(admin.patch(`/api/v1/location/${places.b}/`, { name: 'Bébé-Ville', aliases: ['bv'] }), 202);
afterEach(() => world.runJobs());
const url = '/api/v1/source_object_map';
const { location_type_id: district } = await must(admin.get(`/api/v1/location/${places.a}/`), 200);

describe('a code that means something else', () => {
  test('is derived again in all documents; unmapped, its values go and those before come back', async () => {
    await the.document('geocode,campaign,kids\na,may,1\n');
    const first = await the.document('geocode,campaign,kids,other\nspot,may,5,50\na,june,2,20\n');
    const second = await the.document('geocode,campaign,kids\nspot,june,7\n');
    expect(await the.statuses(first.id)).toBe('UNMAPPED PARTIAL');
    const state = async (document: { id: number }) =>
      (await must(admin.get(`/api/v1/source_doc/${document.id}`), 200)).state;
    expect([await state(first), await state(second)]).toEqual(['mapping', 'mapping']);
    await the.map('location', 'spot', places.a!);
    expect([await state(first), await state(second)]).toEqual(['mapping', 'processed']);
    expect(await the.values('kids', 'may')).toBe('K 5, P 5, a 5');
    expect(await the.values('kids', 'june')).toBe('K 7, P 7, a 7');
    expect(await the.statuses(second.id)).toBe('PROCESSED');
    await the.map('indicator', 'other', the.indicators.doses!);
    expect(await the.values('doses', 'may')).toBe('K 50, P 50, a 50');
    expect(await the.statuses(first.id)).toBe('PROCESSED PROCESSED');
    expect(await the.issues(first.id)).toEqual([]);
    await the.map('location', 'spot', places.c!);
    expect(await the.values('kids', 'may')).toBe('K 6, P 1, Q 5, a 1, c 5');
    expect(await state(first)).toBe('processed');
    await the.map('location', 'spot', null);
    expect([await state(first), await state(second)]).toEqual(['mapping', 'mapping']);
    expect(await the.values('kids', 'may')).toBe('K 1, P 1, a 1');
    expect(await the.values('doses', 'may')).toBe('');
    expect(await the.values('doses', 'june')).toBe('K 20, P 20, a 20');
    expect(await the.issues(first.id)).toEqual(['geocode unmapped_location spot']);
    const history = await must(admin.get(`${url}/${await the.mapping('location', 'spot')}/history`), 200);
    expect(history.objects.map((one: { master_object_id: number }) => one.master_object_id)).toEqual([
      -1,
      places.c,
      places.a,
    ]);
    // What a person has unmapped is nobody's guess any more, even where it is exact.
    await the.map('location', 'a', null);
    await the.action('refresh_master', `document_id=${first.id}`);
    expect(await the.values('kids', 'may')).toBe('');
    await the.map('location', 'a', places.a!);
  });

  test('shows beforehand what would change, and keeps nothing of it', async () => {
    await the.indicator('shown');
    await the.document('geocode,campaign,shown\npreviewed,may,3\nd,may,4\n');
    const id = await the.mapping('location', 'previewed');
    const other = await the.document('geocode,campaign,shown\npreviewed,june,\npreviewed,may,2\n');
    const counted = async (query: string) => {
      const { objects } = await must(admin.get(`${url}/?${query}&content_type=location&order_by=-cells`), 200);
      return [objects[0].rows, objects[0].cells];
    };
    expect(await counted(`document_id=${other.id}`)).toEqual([2, 1]);
    expect(await counted(`id=${id}`)).toEqual([3, 2]);
    await must(admin.delete(`/api/v1/source_doc/${other.id}/`), 204);
    const { meta, objects } = await must(admin.get(`${url}/${id}/preview?master_object_id=${places.c}`), 200);
    expect(meta).toMatchObject({ documents: 1, cells: 1, cells_changed: 3, is_complete: true, values: { new: 1 } });
    const told = objects.map((one: Record<string, unknown>) => `${one.location__name} ${one.from} ${one.to}`);
    expect(told).toEqual(['place K 4 7', 'place Q 4 7', 'place c null 3']);
    expect(await the.values('shown', 'may')).toBe('K 4, Q 4, d 4');
    const unknown = await admin.get(`${url}/${id}/preview?master_object_id=9999`);
    expect([unknown.status, unknown.body.error]).toEqual([400, 'master_object_id 9999 does not exist']);
    const patched = await admin.patch(`${url}/${id}/`, { master_object_id: 9999 });
    expect([patched.status, patched.body.error]).toEqual([400, 'master_object_id 9999 does not exist']);
  });

  test('a deleted object leaves its codes unmapped', async () => {
    await the.indicator('brief');
    const document = await the.document('geocode,campaign,brief\na,may,3\n');
    await must(admin.delete(`/api/v1/indicator/${the.indicators.brief}/?cascade=true`), 204);
    await world.runJobs();
    expect(await the.issues(document.id)).toEqual(['brief unmapped_indicator brief']);
  });
});

describe('a code nobody has decided about', () => {
  const of = async (type: string, code: string) =>
    await must(admin.get(`${url}/${await the.mapping(type, code)}/`), 200);
  const place = (code: string, name: string) =>
    must(
      admin.post('/api/v1/location/', {
        name,
        location_code: code,
        location_type_id: district,
        parent_location_id: places.P,
      }),
      201,
    );

  test('means the place of this code as soon as there is one, also after that was deleted and made again', async () => {
    await the.indicator('again');
    const document = await the.document('geocode,campaign,again\nISO-1,may,3\n');
    expect(await of('location', 'ISO-1')).toMatchObject({ master_object_id: -1, origin: null, mapped_by_id: null });
    const first = await place('ISO-1', 'Isola');
    await world.runJobs();
    expect(await of('location', 'ISO-1')).toMatchObject({ master_object_id: first.id, origin: 'exact' });
    expect(await the.statuses(document.id)).toBe('PROCESSED');
    await must(admin.delete(`/api/v1/location/${first.id}/?cascade=true`), 204);
    await world.runJobs();
    expect(await of('location', 'ISO-1')).toMatchObject({ master_object_id: -1, origin: null, mapped_by_id: null });
    expect(await the.issues(document.id)).toEqual(['geocode unmapped_location ISO-1']);
    const second = await place('ISO-1', 'Isola');
    await world.runJobs();
    expect(await the.values('again', 'may')).toMatch(/^K 3, P 3, /);
    expect(await the.issues(document.id)).toEqual([]);
    const { objects } = await must(admin.get(`${url}/${await the.mapping('location', 'ISO-1')}/history`), 200);
    const told = objects.map((one: Record<string, unknown>) => [one.master_object_id, one.origin, one.mapped_by_id]);
    expect(told).toEqual([
      [second.id, 'exact', null],
      [-1, 'deletion', null],
      [first.id, 'exact', null],
    ]);
    await must(admin.delete(`/api/v1/location/${second.id}/?cascade=true`), 204);
    const third = await place('ISO-1', 'Isola');
    await world.runJobs();
    expect(await of('location', 'ISO-1')).toMatchObject({ master_object_id: third.id, origin: 'exact' });
    // What a person has unmapped is not open again, whatever becomes of the place.
    await the.map('location', 'ISO-1', null);
    await must(admin.delete(`/api/v1/location/${third.id}/?cascade=true`), 204);
    const fourth = await place('ISO-1', 'Isola');
    await the.action('transform_upload', `document_id=${document.id}`);
    const closed = await of('location', 'ISO-1');
    expect(closed).toMatchObject({ master_object_id: -1, origin: 'person' });
    expect(closed.suggestions[0]).toMatchObject({ master_object_id: fourth.id, reason: 'code', score: 1 });
  });

  test('and one a person had decided about waits for a person when its object is gone', async () => {
    const document = await the.document('geocode,campaign,again\nISO-5,may,5\n');
    const ruledOut = await place('ISO-5', 'Fifth');
    await world.runJobs();
    expect(await of('location', 'ISO-5')).toMatchObject({ master_object_id: ruledOut.id, origin: 'exact' });
    const chosen = await place('FIVE', 'The fifth');
    await the.map('location', 'ISO-5', chosen.id);
    await must(admin.delete(`/api/v1/location/${chosen.id}/?cascade=true`), 204);
    await world.runJobs();
    await the.action('transform_upload', `document_id=${document.id}`);
    const open = await of('location', 'ISO-5');
    expect(open).toMatchObject({ master_object_id: -1, origin: 'person', mapped_by_id: null, status: 'suggested' });
    expect(open.suggestions[0]).toMatchObject({ master_object_id: ruledOut.id, reason: 'code' });
    expect(await the.statuses(document.id)).toBe('UNMAPPED');
    const { objects } = await must(admin.get(`${url}/${open.id}/history`), 200);
    expect(objects[0]).toMatchObject({ master_object_id: -1, origin: 'deletion' });
    await the.map('location', 'ISO-5', ruledOut.id);
    expect(await the.statuses(document.id)).toBe('PROCESSED');
  });

  test('and what was said to be no data stays so', async () => {
    const document = await the.document('geocode,campaign,again\nISO-9,may,3\n');
    const made = await place('ISO-9', 'Ninth');
    await world.runJobs();
    const id = await the.mapping('location', 'ISO-9');
    await must(admin.patch(`${url}/${id}/`, { is_ignored: true }), 202);
    const before = await of('location', 'ISO-9');
    await must(admin.delete(`/api/v1/location/${made.id}/?cascade=true`), 204);
    await place('ISO-9', 'Ninth');
    await the.action('transform_upload', `document_id=${document.id}`);
    const { mapped_by_id, origin } = before;
    const after = { is_ignored: true, status: 'ignored', master_object_id: -1, mapped_by_id, origin };
    expect(await of('location', 'ISO-9')).toMatchObject(after);
  });

  test('means what is renamed to it, and none of two of one name', async () => {
    const document = await the.document('geocode,campaign,again,later on\nTwin Falls,may,3,4\nRenamed,may,1,1\n');
    const other = await the.indicator('named_later');
    await must(admin.patch(`/api/v1/indicator/${other}/`, { name: 'later on' }), 202);
    const at = { location_type_id: district, name: 'Twin Falls' };
    const file = [
      { ...at, location_code: 'TF1', parent_location_id: places.P },
      { ...at, location_code: 'TF2', parent_location_id: places.Q },
    ];
    await must(admin.post('/api/v1/location/', { objects: file }), 201);
    await world.runJobs();
    expect(await of('indicator', 'later on')).toMatchObject({ master_object_id: other, origin: 'exact' });
    expect(await of('location', 'Twin Falls')).toMatchObject({ master_object_id: -1, origin: null });
    const renamed = await place('REN', 'Something else');
    await must(admin.patch(`/api/v1/location/${renamed.id}/`, { name: 'Renamed' }), 202);
    await world.runJobs();
    expect(await of('location', 'Renamed')).toMatchObject({ master_object_id: renamed.id, origin: 'exact' });
    expect(await the.statuses(document.id)).toBe('UNMAPPED PROCESSED');
  });
});

describe('the review', () => {
  test('suggestions are ranked with score and reason, and can be taken by filter', async () => {
    await the.indicator('reviewed');
    const text =
      'geocode,campaign,reviewed,province\nbebe ville,may,1,\nbv,may,2,\nplace dd,may,3,place Q\nzzz,may,4,\n';
    const document = await the.document(text);
    const { objects } = await must(
      admin.get(`${url}/?document_id=${document.id}&content_type=location&order_by=source_object_code`),
      200,
    );
    const told = objects.map(
      (one: { source_object_code: string; status: string; cells: number; suggestions: Record<string, unknown>[] }) => [
        one.source_object_code,
        one.status,
        one.suggestions[0]?.master_object_id,
        one.suggestions[0]?.reason,
        one.suggestions[0]?.context,
      ],
    );
    expect(told).toEqual([
      ['bebe ville', 'suggested', places.b, 'folded', undefined],
      ['bv', 'suggested', places.b, 'alias', undefined],
      ['place dd', 'suggested', places.d, 'similar', 'parent'],
      ['zzz', 'unmapped', undefined, undefined, undefined],
    ]);
    const filter = { document_id: document.id, content_type: 'location', status: 'suggested', min_score: 0.85 };
    const dry = await must(admin.post(`${url}/apply`, { decision: 'accept', ...filter, dry_run: true }), 200);
    expect(dry.meta).toEqual({ dry_run: true, total_count: 2, min_score: 0.85, ambiguous: 0 });
    const done = await must(admin.post(`${url}/apply`, { decision: 'accept', ...filter }), 200);
    expect(done.objects).toMatchObject([
      { source_object_code: 'bebe ville', from: -1, master_object_id: places.b },
      { source_object_code: 'bv', from: -1, master_object_id: places.b },
    ]);
    await world.runJobs();
    // Two codes of one place: the later row counts.
    expect(await the.values('reviewed', 'may')).toBe('K 2, P 2, b 2');
    await must(admin.post(`${url}/apply`, { decision: 'ignore', document_id: document.id, contains: 'ZZ' }), 200);
    await world.runJobs();
    expect(await the.statuses(document.id)).toBe('PROCESSED PROCESSED UNMAPPED PROCESSED');
    const ignored = await must(admin.get(`${url}/?document_id=${document.id}&status=ignored`), 200);
    expect(ignored.objects).toMatchObject([{ source_object_code: 'zzz', rows: 1, cells: 1 }]);
  });

  test('codes, names and aliases are equal after case, accents and punctuation are taken away; leading zeros may be lost', async () => {
    const made = [
      ['P1D1', 'Erste', []],
      ['IS-1', 'Zweite', ['Vieux Nom', 'bd']],
      ['LDZ', 'Łódź', []],
      ['NDJ', 'N’Djamena', []],
      ['STR', 'Große Øst', []],
      ['0112', 'Padded', []],
      ['77', 'Bare', []],
    ] as const;
    const ids: Record<string, number> = {};
    for (const [location_code, name, aliases] of made) {
      const body = { location_code, name, aliases, location_type_id: district, parent_location_id: places.b };
      ids[name] = (await must(admin.post('/api/v1/location/', body), 201)).id;
    }
    await the.indicator('Folded_Name', 'int', { aliases: ['Anciens cas'] });
    const asked = {
      p1d1: ['Erste', 'folded'],
      'is-1': ['Zweite', 'folded'],
      IS1: ['Zweite', 'folded'],
      'vieux nom': ['Zweite', 'folded'],
      'VIEUX-NOM': ['Zweite', 'folded'],
      bd: ['Zweite', 'alias'],
      Lodz: ['Łódź', 'folded'],
      LODZ: ['Łódź', 'folded'],
      Ndjamena: ['N’Djamena', 'folded'],
      "N'djaména": ['N’Djamena', 'folded'],
      'grosse ost': ['Große Øst', 'folded'],
      '112': ['Padded', 'zeros'],
      '077': ['Bare', 'zeros'],
    };
    const lines = Object.keys(asked).map((code) => `${code},june,1,1,1\n`);
    const document = await the.document(`geocode,campaign,folded name,FOLDEDNAME,ANCIENS CAS\n${lines.join('')}`);
    const { objects } = await must(admin.get(`${url}/?document_id=${document.id}&is_mapped=0`), 200);
    const best = Object.fromEntries(
      objects.map((one: { source_object_code: string; suggestions: { name: string; reason: string }[] }) => [
        one.source_object_code,
        [one.suggestions[0]?.name, one.suggestions[0]?.reason],
      ]),
    );
    const indicator = ['Folded_Name of places', 'folded'];
    expect(best).toEqual({ ...asked, 'folded name': indicator, FOLDEDNAME: indicator, 'ANCIENS CAS': indicator });
    const [, score] = ['112', 'Lodz'].map(
      (code) =>
        objects.find((one: { source_object_code: string }) => one.source_object_code === code).suggestions[0].score,
    );
    expect(score).toBe(0.85);
    await must(admin.post(`${url}/apply`, { decision: 'ignore', document_id: document.id, status: 'suggested' }), 200);
  });

  test('a code is like the codes of places, those beside the others of the file first', async () => {
    const at = { location_type_id: district, parent_location_id: places.Q };
    const numbered = (district: string, n: number) => `P1D${district}C0${n}`;
    const made = [1, 2, 3].flatMap((n) => [
      { ...at, name: `Facility ${n}`, location_code: numbered('1', n) },
      { ...at, name: `Post ${n}`, location_code: numbered('2', n), parent_location_id: places.P },
    ]);
    await must(admin.post('/api/v1/location/', { objects: made }), 201);
    await the.document('geocode,campaign,kids\nP1D1C01,may,1\nP1D1C4X,may,2\n');
    const id = await the.mapping('location', 'P1D1C4X');
    const { suggestions } = await must(admin.get(`${url}/${id}/`), 200);
    expect(suggestions[0]).toMatchObject({
      name: 'Facility 1',
      reason: 'similar',
      context: 'sibling',
      is_ambiguous: true,
    });
    expect(suggestions.slice(0, 3).map((one: { name: string }) => one.name)).toEqual(
      [1, 2, 3].map((n) => `Facility ${n}`),
    );
  });

  test('of places of one name none is taken by filter, unless every row names the place above it', async () => {
    const level = async (code: string) =>
      (await must(admin.get(`/api/v1/location/${places[code]}/`), 200)).location_type_id;
    const [province, clinic] = [await level('P'), await level('x')];
    const made: Record<string, number> = {};
    const make = async (code: string, name: string, type: number, parent: number) => {
      const body = { location_code: code, name, location_type_id: type, parent_location_id: parent };
      made[code] = (await must(admin.post('/api/v1/location/', body), 201)).id;
    };
    for (const [n, parent] of ['a', 'b', 'c', 'd'].entries()) await make(`nord-${n}`, 'Nord', clinic, places[parent]!);
    await make('north', 'Nord', province, places.K!);
    await make('gare-a', 'Gare', clinic, places.a!);
    await make('gare-c', 'Gare', clinic, places.c!);
    await make('pont-a', 'Pont', clinic, places.a!);
    await make('pont-c', 'Pont', clinic, places.c!);
    await the.indicator('twins');
    const text = [
      'geocode,campaign,twins,district',
      'nord-0,may,1,',
      'x,may,1,',
      'Nord,may,2,',
      'gare,may,3,place c',
      'gare,june,3,Place-C',
      'pont,may,4,place c',
      'pont,june,4,',
    ];
    const document = await the.document(`${text.join('\n')}\n`);
    const list = `${url}/?document_id=${document.id}&content_type=location&is_mapped=0&order_by=source_object_code`;
    const told = async () =>
      (await must(admin.get(list), 200)).objects.map(
        (one: { source_object_code: string; suggestions: Record<string, unknown>[] }) =>
          [one.source_object_code, one.suggestions[0]?.context, one.suggestions[0]?.is_ambiguous].join(' '),
      );
    expect(await told()).toEqual(['Nord sibling true', 'gare parent ', 'pont parent true']);
    const { objects } = await must(admin.get(list), 200);
    const nords = objects[0].suggestions.map((one: { master_object_id: number }) => one.master_object_id);
    expect(nords).toEqual([made['nord-0'], made.north, made['nord-1'], made['nord-2'], made['nord-3']]);
    const body = { decision: 'accept', document_id: document.id };
    const done = await must(admin.post(`${url}/apply`, body), 200);
    expect(done.meta).toEqual({ dry_run: false, total_count: 1, min_score: 0.8, ambiguous: 2 });
    expect(done.objects).toMatchObject([{ source_object_code: 'gare', master_object_id: made['gare-c'] }]);
    const ids = objects.map((one: { id: number }) => one.id);
    const named = await must(admin.post(`${url}/apply`, { decision: 'accept', ids }), 200);
    expect(named.meta).toEqual({ dry_run: false, total_count: 0, ambiguous: 2 });
  });

  test('a column with neither a name nor a cell is none; one with a cell is', async () => {
    await the.indicator('beside');
    const document = await the.document('geocode,campaign,beside,,, \na,may,1,,, \nb,may,2,,7,\n');
    const { objects } = await must(admin.get(`${url}/?document_id=${document.id}&content_type=indicator`), 200);
    const codes = objects.map((one: { source_object_code: string }) => one.source_object_code);
    expect(codes).toEqual(['_c5', 'beside']);
    const empty = await the.document('geocode,campaign,beside,,\na,june,1,,\n');
    expect([empty.state, await the.issues(empty.id)]).toEqual(['processed', []]);
  });

  test('taken by filter is only what is alike enough, unless a bound is given or the codes are named', async () => {
    const document = await the.document(
      'geocode,campaign,reviewed\nplace cax,june,1\nplace cay,june,2\nbeebe ville,june,3\n',
    );
    await must(admin.patch(`/api/v1/location/${places.c}/`, { aliases: ['caz'] }), 202);
    const at = { decision: 'accept', document_id: document.id, content_type: 'location', dry_run: true };
    const taken = async (more: object) => {
      const { meta, objects } = await must(admin.post(`${url}/apply`, { ...at, ...more }), 200);
      return [meta.min_score, objects.length, objects.every((one: { score: number }) => one.score >= 0.8)];
    };
    const waiting = await must(
      admin.get(`${url}/?document_id=${document.id}&content_type=location&status=suggested`),
      200,
    );
    const scores = waiting.objects.map((one: { suggestions: { score: number }[] }) => one.suggestions[0]!.score);
    expect(scores.some((score: number) => score < 0.8)).toBe(true);
    const sure = scores.filter((score: number) => score >= 0.8).length;
    expect(await taken({})).toEqual([0.8, sure, true]);
    const [, all] = await taken({ min_score: 0 });
    expect(all).toBeGreaterThan(sure);
    const ids = waiting.objects.map((one: { id: number }) => one.id);
    expect(await taken({ ids })).toEqual([undefined, all, false]);
    expect((await must(admin.post(`${url}/apply`, { ...at, decision: 'ignore' }), 200)).meta).not.toHaveProperty(
      'min_score',
    );
  });

  test('several states at once', async () => {
    const document = await the.document('geocode,campaign,reviewed\nplace e,june,1\nqqq,june,2\na,june,3\n');
    const codes = async (status: string) =>
      (
        await must(
          admin.get(`${url}/?document_id=${document.id}&content_type=location&order_by=source_object_code&${status}`),
          200,
        )
      ).objects.map((one: { source_object_code: string }) => one.source_object_code);
    expect(await codes('status=suggested')).toEqual(['place e']);
    expect(await codes('status=unmapped,suggested')).toEqual(['place e', 'qqq']);
    expect(await codes('status=mapped,unmapped')).toEqual(['a', 'qqq']);
    expect(await codes('status__in=mapped,unmapped')).toEqual(['a', 'qqq']);
    const unknown = await admin.get(`${url}/?document_id=${document.id}&status=unmapped,open`);
    expect([unknown.status, unknown.body.code]).toEqual([400, 'invalid_parameter']);
  });

  test('a code that documents use keeps its name and kind', async () => {
    await the.document('geocode,campaign,reviewed\nkept name,june,1\n');
    const id = await the.mapping('location', 'kept name');
    for (const [field, value] of [
      ['source_object_code', 'x'],
      ['content_type', 'campaign'],
    ] as const) {
      const refused = await admin.patch(`${url}/${id}/`, { [field]: value });
      expect([refused.status, refused.body.code, refused.body.errors[0].pointer]).toEqual([
        400,
        'readonly_field',
        `/${field}`,
      ]);
    }
    const whole = { content_type: 'location', source_object_code: 'kept name', master_object_id: places.d };
    await must(admin.put(`${url}/${id}/`, whole), 200);
    const unused = { content_type: 'location', source_object_code: 'not used yet', master_object_id: -1 };
    const made = await must(admin.post(`${url}/`, unused), 201);
    await must(admin.patch(`${url}/${made.id}/`, { source_object_code: 'neither is this' }), 202);
  });

  test('a document that was derived again says so, though codes of it are open still', async () => {
    const { id } = await the.document('geocode,campaign,kids\nfirst open,may,4\nsecond open,may,5\n');
    const at = async () => (await must(admin.get(`/api/v1/source_doc/${id}`), 200)).updated_at as string;
    const before = await at();
    await must(admin.patch(`${url}/${await the.mapping('location', 'first open')}`, { is_ignored: true }), 202);
    await world.runJobs();
    expect((await at()) > before).toBe(true);
  });

  test('out as CSV by the codes of the objects, and in again', async () => {
    await the.indicator('csv');
    await the.document('geocode,campaign,csv\nimported,may,1\n');
    const text = 'content_type,source_object_code,master_code\nlocation,imported,d\nindicator,"never, seen",csv\n';
    const header = { 'content-type': 'text/csv' };
    const dry = await must(admin.post(`${url}/import?dry_run=true`, text, header), 200);
    expect(dry.meta).toEqual({ dry_run: true, total_count: 2, created: 1, updated: 1, unchanged: 0 });
    expect(await the.values('csv', 'may')).toBe('');
    await must(admin.post(`${url}/import`, text, header), 200);
    await world.runJobs();
    expect(await the.values('csv', 'may')).toBe('K 1, Q 1, d 1');
    const of = async (type: string) => await admin.get(`${url}/export?content_type=${type}`);
    expect((await of('campaign')).text.split('\r\n')[0]).toBe('content_type,source_object_code,master code');
    const out = await admin.get(`${url}/export`);
    expect(out.text).toMatch(/^location,imported,d(,false)?\r$/m);
    expect(out.text).toMatch(/^indicator,"never, seen",csv(,false)?\r$/m);
    const wrong = await admin.post(`${url}/import`, text.replace(',d\n', ',nowhere\n'), header);
    expect([wrong.status, wrong.body.errors]).toMatchObject([400, [{ row: 1, code: 'unknown_master' }]]);
    const again = await must(admin.post(`${url}/import`, out.text, header), 200);
    expect(again.meta.unchanged).toBe(again.meta.total_count);
    // As spreadsheets of other countries write it.
    for (const mark of [';', '\t']) {
      const read = await must(admin.post(`${url}/import?dry_run=true`, text.replaceAll(/,(?! )/g, mark), header), 200);
      expect([read.issues, read.meta.unchanged]).toEqual([[], read.meta.total_count]);
    }
    const western = Buffer.from(`${text}location,Orléans,d\n`, 'latin1');
    const saved = await must(admin.post(`${url}/import`, western, { 'content-type': 'text/csv' }), 200);
    expect(saved.meta.encoding).toBe('windows-1252');
    expect((await of('location')).text).toMatch(/^location,Orléans,d(,false)?\r$/m);
    const twice = await admin.post(`${url}/import`, `${text}location,imported,c\nlocation,imported,d\n`, header);
    expect([twice.status, twice.body.errors]).toMatchObject([
      400,
      [{ row: 3, code: 'contradiction', message: 'imported: row 1 says d, row 3 says c' }],
    ]);
  });

  test('what is no data travels too, in a column of its own', async () => {
    const header = { 'content-type': 'text/csv' };
    const codes = ['indicator,row total,,true', 'location,a,a,false'];
    const text = `content_type,source_object_code,master code,is_ignored\n${codes.join('\n')}\n`;
    await must(admin.post(`${url}/import`, text, header), 200);
    const id = await the.mapping('indicator', 'row total');
    expect(await must(admin.get(`${url}/${id}/`), 200)).toMatchObject({ is_ignored: true, origin: 'import' });
    const out = await admin.get(`${url}/export`);
    expect(out.text.split('\r\n')[0]).toBe('content_type,source_object_code,master code,is_ignored');
    for (const line of codes) expect(out.text).toContain(`${line}\r\n`);
    await must(admin.patch(`${url}/${id}/`, { is_ignored: false }), 202);
    const again = await must(admin.post(`${url}/import`, out.text, header), 200);
    expect([again.meta.updated, again.meta.unchanged]).toEqual([1, again.meta.total_count - 1]);
    const wrong = await admin.post(`${url}/import`, text.replace(',true', ',maybe'), header);
    expect([wrong.status, wrong.body.error]).toEqual([400, 'row 1: is_ignored must be true or false']);
  });
});

describe('scope', () => {
  test('of rows, issues, values, files and mappings a person has what lies at their places', async () => {
    const [capturer, viewer, stranger] = [await someone(world), await someone(world), await someone(world)];
    for (const [user, code, right] of [
      [capturer, 'P', 'capture'],
      [viewer, 'Q', 'view'],
    ] as const) {
      const body = { user_id: user.number, top_lvl_location_id: places[code], right };
      await must(admin.post('/api/v1/location_responsibility/', body), 201);
    }
    await the.indicator('scoped');
    const text = 'geocode,campaign,scoped\na,may,1\nc,may,2\nb,may,x\nd,may,y\nnobody knows,may,1\n';
    const document = await the.document(text, {}, capturer);
    expect(await the.values('scoped', 'may')).toBe('K 1, P 1, a 1');
    expect(await the.issues(document.id)).toEqual([
      '2 geocode outside_scope c',
      '3 scoped not_a_number x',
      '4 geocode outside_scope d',
      'geocode unmapped_location nobody knows',
    ]);
    const rows = async (actor: typeof viewer) =>
      (await must(actor.get(`/api/v1/source_submission/?document_id=${document.id}`), 200)).objects.map(
        (one: { location_code: string }) => one.location_code,
      );
    // Whoever sent a row sees it and what is wrong with it, not the place it lies at.
    expect(await rows(capturer)).toEqual(['a', 'c', 'b', 'd', 'nobody knows']);
    expect(await the.issues(document.id, capturer)).toEqual(await the.issues(document.id));
    const outside = await must(
      capturer.get(`/api/v1/source_submission/?document_id=${document.id}&process_status=REJECTED`),
      200,
    );
    expect(outside.objects).toMatchObject([
      { row_number: 2, location_display: 'c', location_id: null, errors: expect.stringContaining('outside') },
      { row_number: 4, location_display: 'd', location_id: null },
    ]);
    const [{ id: row }] = outside.objects;
    expect((await must(capturer.get(`/api/v1/source_submission/${row}/`), 200)).location_display).toBe('c');
    expect((await must(admin.get(`/api/v1/source_submission/${row}/`), 200)).location_display).toBe('place c');
    const of = (resource: string) => `/api/v1/${resource}/?document_id=${document.id}`;
    expect((await must(capturer.get(`${of('source_submission')}&location_id=${places.c}`), 200)).objects).toEqual([]);
    const found = await must(capturer.get(`${of('source_doc_issue')}&code=outside_scope`), 200);
    expect(found.objects).toMatchObject([
      { row: 2, raw: 'c', location_id: null },
      { row: 4, raw: 'd', location_id: null },
    ]);
    expect((await must(capturer.get(of('doc_datapoint')), 200)).objects).toMatchObject([{ location_id: places.a }]);
    expect((await must(capturer.get(of('campaign_doc_result')), 200)).objects.length).toBe(2);
    expect(await rows(viewer)).toEqual(['c', 'd']);
    expect(await the.issues(document.id, viewer)).toEqual(['2 geocode outside_scope c', '4 geocode outside_scope d']);
    const answers = async (path: string) =>
      Promise.all([capturer, viewer, stranger].map(async (actor) => (await actor.get(path)).status));
    expect(await answers(`/api/v1/source_doc/${document.id}/`)).toEqual([200, 200, 404]);
    expect(await answers(`/api/v1/source_doc/${document.id}/file`)).toEqual([200, 404, 404]);
    expect(await answers(`/api/v1/source_doc/${document.id}/issues`)).toEqual([200, 200, 404]);
    const refused = await stranger.post('/api/v1/source_doc/', {
      doc_title: 'x',
      file_type: 'campaign',
      docfile: 'eA==',
    });
    expect(refused.status).toBe(403);
    const mapped = await the.mapping('location', 'nobody knows');
    expect((await capturer.patch(`${url}/${mapped}/`, { master_object_id: places.a })).status).toBe(403);
    expect((await viewer.get(`${url}/${mapped}/`)).status).toBe(404);
    expect((await viewer.post(`/api/v1/source_doc/${document.id}/undo`)).status).toBe(403);
    expect((await capturer.post(`/api/v1/source_doc/${document.id}/undo`)).status).toBe(200);
  });

  test('a suggestion names no place that its reader does not see', async () => {
    const sender = await someone(world);
    const body = { user_id: sender.number, top_lvl_location_id: places.P, right: 'capture' };
    await must(admin.post('/api/v1/location_responsibility/', body), 201);
    // Alike: the names of places a, b, c, d, of which two are the sender's.
    const document = await the.document('geocode,campaign,seen\nplacez,may,1\nplace c!,may,1\n', {}, sender);
    const list = `${url}/?document_id=${document.id}&content_type=location&order_by=source_object_code`;
    const names = async (actor: typeof sender) => {
      const { objects } = await must(actor.get(list), 200);
      return objects.map((one: { suggestions: { name: string; parent?: string }[] }) =>
        one.suggestions.map(({ name, parent }) => `${name} < ${parent}`).sort(),
      );
    };
    const [best, all] = await names(admin);
    expect(best).toContain('place c < place Q');
    const own = (found: string[]) => found.filter((text) => /^place (a|b|x|P) /.test(text));
    // The parent of their topmost place is not theirs.
    const shown = (found: string[]) =>
      own(found).map((text) => text.replace('place P < place K', 'place P < undefined'));
    expect(await names(sender)).toEqual([shown(best), shown(all)]);
    const csv = await sender.get(`${list}&format=csv&fields=suggestions`);
    const rows = await sender.get(`${list}&format=ndjson`);
    for (const { text } of [csv, rows]) expect(text).not.toMatch(/"place (c|d|Q|K)"/);
    const id = await the.mapping('location', 'place c!');
    const single = await sender.get(`${url}/${id}/`);
    expect(single.body.suggestions.length).toBeGreaterThan(0);
    expect(single.text).not.toMatch(/"place (c|d|Q|K)"/);
    expect((await admin.get(`${url}/${id}/`)).body.suggestions[0].name).toBe('place c');
    const said = await must(sender.get(`/api/v1/source_doc/${document.id}/issues`), 200);
    const asAdmin = await must(admin.get(`/api/v1/source_doc/${document.id}/issues`), 200);
    const suggestionOf = (found: { objects: { raw: string; suggestion: string | null }[] }) =>
      found.objects.find(({ raw }) => raw === 'place c!')!.suggestion;
    expect([suggestionOf(asAdmin), suggestionOf(said)]).toEqual(['place c', null]);
  });

  test('codes of a document are for those who see it, and so are counts of its rows', async () => {
    const [sender, viewer, stranger] = [await someone(world), await someone(world), await someone(world)];
    for (const [user, code, right] of [
      [sender, 'P', 'capture'],
      [viewer, 'a', 'view'],
    ] as const) {
      const body = { user_id: user.number, top_lvl_location_id: places[code], right };
      await must(admin.post('/api/v1/location_responsibility/', body), 201);
    }
    await the.indicator('counted');
    await the.map('location', 'b', places.c!);
    await the.map('location', 'b', places.b!);
    const text = 'geocode,campaign,counted\na,june,1\nb,june,\nb,may,3\nhidden from most,may,3\n';
    const document = await the.document(text, {}, sender);
    const list = `${url}/?document_id=`;
    for (const rest of ['', '&format=csv', '&format=ndjson', '&content_type=indicator', '&status=suggested,unmapped']) {
      const [own, unknown] = [
        await stranger.get(`${list}${document.id}${rest}`),
        await stranger.get(`${list}999999${rest}`),
      ];
      const told = ({ status, headers, text: answer }: typeof own) => [
        status,
        headers.get('granary-total-count'),
        answer.replaceAll(/"document_id":"\d+"/g, ''),
      ];
      expect(told(own)).toEqual(told(unknown));
    }
    for (const decision of ['accept', 'unmap', 'ignore']) {
      const done = await must(stranger.post(`${url}/apply`, { decision, document_id: document.id }), 200);
      expect(done.objects).toEqual([]);
    }
    const counts = async (actor: typeof viewer, query = `document_id=${document.id}`) => {
      const { objects } = await must(actor.get(`${url}/?${query}&order_by=content_type,source_object_code`), 200);
      return objects.map((one: Record<string, unknown>) => `${one.source_object_code} ${one.rows} ${one.cells}`);
    };
    const whole = ['june 2 1', 'may 2 2', 'counted 4 3', 'a 1 1', 'b 2 1', 'hidden from most 1 1'];
    expect(await counts(admin)).toEqual(whole);
    expect(await counts(sender)).toEqual(whole);
    expect(await counts(viewer)).toEqual(['june null null', 'may null null', 'counted null null', 'a 1 1']);
    const id = await the.mapping('indicator', 'counted');
    expect(await counts(viewer, `id=${id}`)).toEqual(['counted null null']);
    expect(await counts(sender, `id=${id}`)).toEqual(['counted 4 3']);
    await the.document('geocode,campaign,counted\nd,june,1\n');
    expect(await counts(sender, `id=${id}`)).toEqual(['counted null null']);
    expect(await counts(admin, `id=${id}`)).toEqual(['counted 5 4']);
    expect((await must(viewer.get(`${url}/${id}/`), 200)).rows).toBe(null);
    const b = await the.mapping('location', 'b');
    const { objects: history } = await must(sender.get(`${url}/${b}/history`), 200);
    const meant = history.map((one: Record<string, unknown>) => [one.master_object_id, one.master_object_name]);
    expect(meant.slice(0, 2)).toEqual([
      [places.b, 'Bébé-Ville'],
      [null, null],
    ]);
  });
});
