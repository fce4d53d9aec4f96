import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requestRebuild } from '../../src/aggregates/request-refresh.ts';
import { sql } from '../../src/platform/db/index.ts';
import { makeTree, must, someone } from '../locations/places-world.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
const { db } = world.context;
const admin = await someone(world, 'ADMIN');
// Country K; provinces P (a, b) and Q (c, d); clinic x at a.
const { ids } = await makeTree(admin);
const indicator = async (short_name: string, data_format: string, more: object = {}) =>
  (await must(admin.post('/api/v1/indicator/', { name: short_name, short_name, data_format, ...more }), 201))
    .id as number;
const seen = await indicator('seen', 'int');
const missed = await indicator('missed', 'int');
const rate = await indicator('rate', 'pct');
const visits = await indicator('visits', 'int', { resource_name: 'date' });
for (const [component, calculation] of [
  [missed, 'NUMERATOR'],
  [seen, 'DENOMINATOR'],
] as const) {
  const body = { indicator_id: rate, indicator_component_id: component, calculation };
  await must(admin.post('/api/v1/indicator_calculation/', body), 201);
}
const type = (await must(admin.post('/api/v1/campaign_type/', { name: 'round' }), 201)).id;
const campaign = async (name: string, start_date: string) =>
  (await must(admin.post('/api/v1/campaign/', { name, campaign_type_id: type, start_date, end_date: start_date }), 201))
    .id as number;
const may = await campaign('may', '2020-05-01');
const june = await campaign('june', '2020-06-01');

const capturer = await someone(world);
const viewer = await someone(world);
for (const [user, code, right] of [
  [capturer, 'P', 'capture'],
  [viewer, 'P', 'view'],
  [viewer, 'c', 'view'],
] as const) {
  const body = { user_id: user.number, top_lvl_location_id: ids[code], right };
  await must(admin.post('/api/v1/location_responsibility/', body), 201);
}

beforeEach(async () => {
  await world.runJobs();
  await db.exec(sql`truncate datapoint, aggregate, date_aggregate`);
});
afterEach(() => world.runJobs());

const url = '/api/v1/campaign_datapoint/';
const cell = (indicator_id: number, code: string, value: number | null, campaign_id = may) => ({
  indicator_id,
  location_id: ids[code],
  campaign_id,
  value,
});
const enter = (indicator_id: number, code: string, value: number | null, campaign_id = may) =>
  must(admin.post(url, cell(indicator_id, code, value, campaign_id)), 201);
const codeOf = (id: number) => Object.keys(ids).find((code) => ids[code] === id)!;
/** `K 5, P 5` of one indicator in May. */
async function shown(query: string, actor = admin): Promise<string> {
  const { objects } = await must(actor.get(`${url}?${query}`), 200);
  return objects
    .map((one: { location_id: number; value: number }) => `${codeOf(one.location_id)} ${one.value}`)
    .join(', ');
}

describe('entering', () => {
  test('an entry is in its aggregates when the answer leaves', async () => {
    const answer = await admin.post(url, { ...cell(seen, 'a', 60), note: 'by phone' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ value: 60, is_agg: false, note: 'by phone', flags: [], indicator_id: seen });
    expect(answer.headers.get('location')).toContain(`/campaign_datapoint/${answer.body.id}`);
    await enter(seen, 'b', 90);
    await enter(missed, 'b', 30);
    expect(await shown(`indicator__in=${seen}`)).toBe('K 150, P 150, a 60, b 90');
    expect(await shown(`indicator__in=${rate}`)).toBe(`K 0.2, P 0.2, b ${1 / 3}`);
    const jobs = await db.many(sql`select 1 from aggregate_request`);
    expect(jobs).toEqual([]);
  });

  test('a second entry for the cell is refused with its key; PATCH changes it under If-Match', async () => {
    const { id } = await enter(seen, 'a', 60);
    const again = await admin.post(url, cell(seen, 'a', 61));
    expect([again.status, again.body.error]).toEqual([
      409,
      `key: "location_id, campaign_id, indicator_id" with value: "${ids.a}, ${may}, ${seen}" already exists`,
    ]);
    const tag = (await admin.get(`${url}${id}/`)).headers.get('etag')!;
    const changed = await admin.patch(`${url}${id}/`, { value: 70 }, { 'if-match': tag });
    expect([changed.status, changed.body.id, changed.body.value]).toEqual([202, id, 70]);
    expect((await admin.patch(`${url}${id}/`, { value: 71 }, { 'if-match': tag })).status).toBe(412);
    const moved = await admin.patch(`${url}${id}/`, { location_id: ids.b });
    expect([moved.status, moved.body.code]).toEqual([400, 'field_fixed']);
    expect(await shown(`indicator__in=${seen}&location_id=${ids.K}`)).toBe('K 70');
    const history = await must(admin.get(`/api/v1/datapoint_history/?indicator__in=${seen}`), 200);
    expect(
      history.objects.map((one: { value: number; retracted_at: string | null }) => [
        one.value,
        one.retracted_at === null,
      ]),
    ).toEqual([
      [70, true],
      [60, false],
    ]);
  });

  test('a cleared cell hides what files say, a withdrawn entry brings it back', async () => {
    await db.exec(sql`insert into datapoint (indicator_id, location_id, campaign_id, value, origin, ranked_at, dataset_id, revision, source_row)
      select ${seen}, ${ids.a}, ${may}, v, 'document', at::timestamptz, gen_random_uuid(), 1, r
      from (values (10, '2020-01-01', 2), (11, '2020-02-01', 1), (12, '2020-02-01', 3)) d (v, at, r)`);
    await enter(seen, 'b', 1);
    const cleared = await must(admin.post(url, cell(seen, 'a', null)), 201);
    expect(cleared.value).toBeNull();
    expect(await shown(`indicator__in=${seen}`)).toBe('K 1, P 1, b 1');
    expect((await admin.delete(`${url}${cleared.id}/`)).status).toBe(204);
    // The newest document, and in it the later row.
    expect(await shown(`indicator__in=${seen}`)).toBe('K 13, P 13, a 12, b 1');
    const file = await admin.delete(`${url}${cleared.id}/`);
    expect([file.status, file.body.code]).toEqual([409, 'not_entered']);
  });

  test('a note alone, or nothing, leaves the value as it is, whoever stored it', async () => {
    await db.exec(sql`insert into datapoint (indicator_id, location_id, campaign_id, value, origin, ranked_at, dataset_id, revision, source_row)
      select ${seen}, ${ids.a}, ${may}, v, 'document', now(), gen_random_uuid(), 1, v from (values (10), (12)) d (v)`);
    await world.context.db.transaction((tx) => requestRebuild(tx, 'campaign'));
    await world.runJobs();
    const { objects } = await must(admin.get(`${url}?indicator__in=${seen}&location_id=${ids.a}`), 200);
    const at = `${url}${objects[0].id}/`;
    expect(await must(admin.patch(at, { note: 'checked by phone' }), 202)).toMatchObject({
      value: 12,
      note: 'checked by phone',
    });
    expect(await must(admin.patch(at, {}), 202)).toMatchObject({ value: 12, note: 'checked by phone' });
    const noted = await must(admin.post(url, { id: objects[0].id, note: 'again' }), 200);
    expect(noted).toMatchObject({ id: objects[0].id, value: 12, note: 'again' });
    await must(admin.patch(url, { objects: [{ id: objects[0].id, note: null }] }), 202);
    expect(await shown(`indicator__in=${seen}`)).toBe('K 12, P 12, a 12');
    // Nobody has entered anything, and of the others' notes none has changed.
    expect((await admin.delete(at)).body.code).toBe('not_entered');
    const { id } = await enter(seen, 'b', 5);
    await must(admin.patch(`${url}${id}/`, { note: 'counted twice' }), 202);
    expect(await shown(`indicator__in=${seen}&location_id__in=${ids.a},${ids.b}`)).toBe('a 12, b 5');
    const [top] = (await must(admin.get(`${url}?indicator__in=${seen}&location_id=${ids.K}`), 200)).objects;
    const computed = await admin.patch(`${url}${top.id}/`, { note: 'looks low' });
    expect([computed.status, computed.body.code]).toEqual([409, 'nothing_stored']);
  });

  test('a value must be named, and may be empty where bodies are text', async () => {
    const lacking = await admin.post(url, { indicator_id: seen, location_id: ids.a });
    expect([lacking.status, lacking.body.error]).toEqual([400, 'missing params set(campaign_id, value)']);
    expect((await must(admin.get(`${url}schema/`), 200)).required_on_post).toEqual([
      'campaign_id',
      'indicator_id',
      'location_id',
      'value',
    ]);
    const { id } = await enter(seen, 'a', 60);
    const text = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await must(admin.patch(`${url}${id}/`, 'value=', text), 202)).value).toBeNull();
    const form = `indicator_id=${seen}&location_id=${ids.b}&campaign_id=${may}`;
    expect((await must(admin.post(url, `${form}&value=`, text), 201)).value).toBeNull();
    expect((await admin.post(url, form, text)).body.error).toBe('missing params set(value)');
    const csv = `indicator_id,location_id,campaign_id,value\n${seen},${ids.a},${may},\n${seen},${ids.b},${may},4\n`;
    await must(admin.put(url, csv, { 'content-type': 'text/csv' }), 200);
    expect(await shown(`indicator__in=${seen}&location_id__in=${ids.a},${ids.b}`)).toBe('b 4');
  });

  test('a value belongs to a campaign or a day: null is none, in one object and among others', async () => {
    const days = '/api/v1/date_datapoint/';
    const day = { indicator_id: visits, location_id: ids.a, data_date: '2020-03-01', value: 4 };
    const lacking = (whole: object, field: string) => ({ ...whole, [field]: null });
    for (const [path, whole, fields] of [
      [url, cell(seen, 'a', 4), ['indicator_id', 'location_id', 'campaign_id']],
      [days, day, ['indicator_id', 'location_id', 'data_date']],
    ] as const) {
      for (const field of fields) {
        const bad = lacking(whole, field);
        for (const answer of [
          await admin.post(path, bad),
          await admin.post(path, { objects: [bad, whole] }),
          await admin.put(path, { objects: [bad, whole] }),
        ]) {
          expect([answer.status, answer.body.error]).toEqual([400, `missing params set(${field})`]);
        }
        const mixed = await admin.put(path, { objects: [bad, whole] }, { prefer: 'handling=lenient' });
        expect(mixed.body.results.map((one: { status: number }) => one.status)).toEqual([400, expect.any(Number)]);
        expect(mixed.status).toBe(207);
      }
      const named = `${path}?indicator__in=${whole.indicator_id}&location_id=${ids.a}`;
      const [{ id }] = (await must(admin.get(named), 200)).objects;
      const period = fields[2];
      const patched = await admin.patch(`${path}${id}/`, { [period]: null, value: 5 });
      expect([patched.status, patched.body.error]).toEqual([400, `${period} may not be null`]);
    }
    const schema = await must(admin.get(`${days}schema/`), 200);
    expect(schema.fields.data_date.nullable).toBe(true);
  });

  test('a computed value cannot be withdrawn, but replaced by an entry', async () => {
    await enter(seen, 'a', 60);
    const { objects } = await must(admin.get(`${url}?indicator__in=${seen}&location_id=${ids.K}`), 200);
    expect((await admin.delete(`${url}${objects[0].id}/`)).status).toBe(409);
    const replaced = await must(admin.patch(`${url}${objects[0].id}/`, { value: 100 }), 202);
    expect(replaced).toMatchObject({
      value: 100,
      is_agg: false,
      has_conflict: true,
      conflict: 60,
      flags: ['has_conflict'],
    });
    expect((await admin.delete(`${url}${objects[0].id}/`)).status).toBe(204);
    expect(await shown(`indicator__in=${seen}&location_id=${ids.K}`)).toBe('K 60');
  });

  test('what is worked out of a value cannot be written with it', async () => {
    const { id } = await enter(seen, 'a', 60);
    for (const field of ['conflict', 'coverage', 'has_conflict', 'flags']) {
      for (const answer of [
        await admin.patch(`${url}${id}/`, { value: 61, [field]: 4 }),
        await admin.post(url, { ...cell(seen, 'b', 1), [field]: 4 }),
        await admin.put(url, { objects: [{ ...cell(seen, 'b', 1), [field]: 4 }] }),
      ]) {
        expect([answer.status, answer.body.error]).toEqual([400, `${field} cannot be written`]);
      }
    }
    expect(await shown(`indicator__in=${seen}&location_id=${ids.K}`)).toBe('K 60');
  });

  test('a grid is upserted in one call, each cell for itself where asked', async () => {
    await enter(seen, 'a', 1);
    const objects = [cell(seen, 'a', 5), cell(seen, 'b', 6), cell(seen, 'c', -1)];
    const answer = await admin.put(url, { objects }, { prefer: 'handling=lenient' });
    expect([answer.status, answer.body.results.map((one: { status: number }) => one.status)]).toEqual([
      207,
      [200, 201, 400],
    ]);
    expect(await shown(`indicator__in=${seen}&location_id=${ids.K}`)).toBe('K 11');
    const { value: _, ...lacking } = cell(seen, 'a', 0);
    expect((await admin.put(url, { objects: [lacking] })).body.code).toBe('missing_fields');
    const refused = await admin.put(url, { objects: [cell(seen, 'a', 9), cell(seen, 'b', -9)] });
    expect(refused.status).toBe(400);
    expect(await shown(`indicator__in=${seen}&location_id=${ids.K}`)).toBe('K 11');
  });

  test('each cell of a grid can carry the tag it was read with, and answers what it is now', async () => {
    const { id } = await enter(seen, 'a', 1);
    const tag = (await admin.get(`${url}${id}/`)).headers.get('etag')!;
    const grid = (objects: object[]) =>
      admin.put(url, { objects }, { prefer: 'handling=lenient, return=representation' });
    const first = await grid([
      { ...cell(seen, 'a', 5), if_match: tag },
      { ...cell(seen, 'b', 6), if_none_match: '*' },
      { ...cell(seen, 'c', -1), confirm_warnings: true },
    ]);
    expect(first.body.results.map((one: { status: number }) => one.status)).toEqual([200, 201, 201]);
    expect(first.body.results[0].object).toMatchObject({ id, value: 5, flags: [] });
    const second = await grid([
      { ...cell(seen, 'a', 7), if_match: tag },
      { ...cell(seen, 'b', 7), if_none_match: '*' },
      { ...cell(seen, 'd', 7), if_match: tag },
      { ...cell(seen, 'c', 8), if_match: first.body.results[2].etag },
    ]);
    expect(second.body.results.map((one: { status: number }) => one.status)).toEqual([412, 412, 412, 200]);
    expect(second.body.results[0].etag).toBe(first.body.results[0].etag);
    expect(await shown(`indicator__in=${seen}`)).toBe('K 19, P 11, Q 8, a 5, b 6, c 8');
    const together = await admin.put(url, { objects: [cell(seen, 'b', 9), { ...cell(seen, 'a', 9), if_match: tag }] });
    expect(together.status).toBe(412);
    expect(await shown(`indicator__in=${seen}&location_id=${ids.K}`)).toBe('K 19');
  });

  test.each([
    ['a negative int', { value: -4 }, 400, 'out_of_range'],
    ['a negative int, confirmed', { value: -4, confirm_warnings: true }, 201, undefined],
    ['more than sums can bear', { value: 1.7e308, confirm_warnings: true }, 400, 'out_of_range'],
    ['a fraction of an int', { value: 1.5 }, 400, 'fractional_int'],
    ['text', { value: 'many' }, 400, undefined],
    ['no value at all', { value: undefined }, 400, 'missing_fields'],
    ['an indicator of the other kind', { indicator_id: visits }, 400, 'wrong_kind'],
    ['no such indicator', { indicator_id: 9999 }, 400, 'reference_not_found'],
    ['no such place', { location_id: 9999 }, 404, 'not_found'],
    ['no such campaign', { campaign_id: 9999 }, 400, 'reference_not_found'],
    ['a field that is not to be written', { is_agg: true }, 400, undefined],
  ])('%s', async (_name, sent, status, code) => {
    const answer = await admin.post(url, { ...cell(seen, 'a', 4), ...sent });
    expect([answer.status, code ?? answer.body.code]).toEqual([status, answer.body.code]);
    expect(await db.many(sql`select 1 from datapoint`)).toHaveLength(status === 201 ? 1 : 0);
  });

  test('bounds colour a value and never judge it; min and max do', async () => {
    const bound = { indicator_id: missed, bound_name: 'good', mn_val: 0, mx_val: 5 };
    const { id } = await must(admin.post('/api/v1/indicator_bound/', bound), 201);
    await must(admin.patch(`/api/v1/indicator/${missed}/`, { good_bound: 1, bad_bound: 3 }), 202);
    await enter(missed, 'a', 5000);
    await must(admin.patch(`/api/v1/indicator/${missed}/`, { max: 5000 }), 202);
    expect((await admin.post(url, cell(missed, 'b', 5000))).status).toBe(201);
    const refused = await admin.post(url, { ...cell(missed, 'c', 5001), confirm_warnings: true });
    expect([refused.status, refused.body.code]).toEqual([400, 'out_of_range']);
    await must(admin.delete(`/api/v1/indicator_bound/${id}/`), 204);
    const back = { max: null, good_bound: null, bad_bound: null };
    await must(admin.patch(`/api/v1/indicator/${missed}/`, back), 202);
  });

  test('values are entered in the words of files, and in no others', async () => {
    const open = await indicator('open', 'bool');
    const road = await indicator('road', 'class', {
      categories: [
        { value: 3, label: 'Paved' },
        { value: 7, label: 'Dirt track' },
      ],
    });
    const share = await indicator('coverage', 'pct');
    const opened = await indicator('opened_on', 'date');
    const length = await indicator('length', 'float');
    const cases: [id: number, sent: unknown, stored: unknown][] = [
      ...[true, 'yes', 'TRUE', 'y', 1, '1'].map((sent) => [open, sent, 1] as [number, unknown, unknown]),
      ...[false, 'no', 'N', 0].map((sent) => [open, sent, 0] as [number, unknown, unknown]),
      [road, 'dirt track', 7],
      [road, 3, 3],
      [share, '82.67%', 0.8267],
      [share, '0.5 %', 0.005],
      [opened, '2026-02-28', '2026-02-28'],
      [opened, 20_260_228, '2026-02-28'],
      // Whole numbers as in documents; a point alone is the decimal sign elsewhere, as programs write it.
      ...['1.200', '1,200', "1'200", ' 1200 ', '1.2e3'].map((sent) => [seen, sent, 1200] as [number, unknown, unknown]),
      [seen, '1.234.567', 1_234_567],
      [length, '1.200', 1.2],
      [length, '1.200,5', 1200.5],
      [length, '0,5', 0.5],
    ];
    for (const [id, value, stored] of cases) {
      const made = await must(admin.post(url, { ...cell(id, 'a', null), value }), 201);
      expect([value, made.value]).toEqual([value, stored]);
      await must(admin.delete(`${url}${made.id}/`), 204);
    }
    const made = await must(admin.post(url, cell(open, 'a', 0)), 201);
    expect((await must(admin.patch(`${url}${made.id}/`, { value: true }), 202)).value).toBe(1);
    const grid = {
      objects: [
        { ...cell(open, 'a', null), value: false },
        { ...cell(road, 'a', null), value: 'Paved' },
      ],
    };
    await must(admin.put(url, grid), 200);
    expect(
      (
        await must(admin.get(`${url}?indicator__in=${open},${road}&campaign__in=${may}&location_id=${ids.a}`), 200)
      ).objects
        .map(({ value }: { value: unknown }) => value)
        .sort(),
    ).toEqual([0, 3]);
    for (const [id, value, code, message] of [
      [open, 'maybe', 'not_a_boolean', "open is yes or no, not 'maybe'"],
      [road, 'gravel', 'unknown_category', "road is one of its categories: Paved, Dirt track, not 'gravel'"],
      [share, 'half', 'not_a_number', "coverage is a fraction or a percentage: 0.25 or 25%, not 'half'"],
      [opened, '28.2.2026', 'not_a_date', "opened_on is a day, written YYYY-MM-DD, not '28.2.2026'"],
      [opened, '2026-02-30', 'not_a_date', 'opened_on is a day written as YYYYMMDD, not 20260230'],
      [seen, true, 'not_a_number', "seen is a number, not 'true'"],
      [seen, '1.2', 'fractional_int', 'seen is a whole number, not 1.2'],
      [length, '1,200', 'ambiguous_number', 'length: 1,200 is 1.2 or 1200; send it without marks of thousands'],
      [length, '1,2,3', 'not_a_number', "length is a number, not '1,2,3'"],
      [seen, '25%', 'not_a_number', "seen is a number, not '25%'"],
      [seen, '2026-02-28', 'not_a_number', "seen is a number, not '2026-02-28'"],
    ] as const) {
      const { status, body } = await admin.post(url, { ...cell(id, 'b', null), value });
      expect([status, body.code, body.detail]).toEqual([400, code, message]);
    }
  });

  test('an indicator does not become what its values cannot be', async () => {
    const road = await indicator('surface', 'class', {
      categories: [
        { value: 3, label: 'Paved' },
        { value: 7, label: 'Dirt' },
      ],
    });
    const count = await indicator('count_of', 'int');
    const change = async (id: number, body: object) => {
      const { status, body: answer } = await admin.patch(`/api/v1/indicator/${id}/`, body);
      return status === 202 ? status : `${status} ${answer.code}: ${answer.detail}`;
    };
    const only = (value: number) => ({ categories: [{ value, label: 'Only' }] });
    await must(admin.post(url, cell(road, 'a', 7)), 201);
    const made = await must(admin.post(url, cell(count, 'a', 4)), 201);
    expect(await change(road, only(3))).toBe(
      '409 values_in_the_way: surface has 1 stored value of none of the categories: categories cannot be changed so',
    );
    expect(await change(road, only(7))).toBe(202);
    expect(await change(count, { resource_name: 'date' })).toBe(
      '409 values_in_the_way: count_of has 1 stored value per campaign: resource_name cannot be changed so',
    );
    expect(await change(count, { data_format: 'date' })).toBe(
      '409 values_in_the_way: count_of has 1 stored value (no calendar days): data_format cannot be changed so',
    );
    expect(await change(count, { data_format: 'bool' })).toContain('1 stored value other than 0 and 1');
    expect(await change(count, { data_format: 'float', name: 'Count' })).toBe(202);
    // What nothing is stored of may become anything.
    await must(admin.delete(`${url}${made.id}/`), 204);
    expect(await change(count, { data_format: 'date', resource_name: 'date' })).toBe(202);
  });

  test('values of days', async () => {
    const day = { indicator_id: visits, location_id: ids.a, data_date: '2020-03-01', value: 4 };
    const { id } = await must(admin.post('/api/v1/date_datapoint/', day), 201);
    await must(admin.post('/api/v1/date_datapoint/', { ...day, data_date: '2020-06-01', value: 7 }), 201);
    const list = `/api/v1/date_datapoint/?indicator__in=${visits}`;
    const rows = async (query: string) =>
      (await must(admin.get(list + query), 200)).objects.map(
        (one: { data_date: string; value: number }) => `${one.data_date} ${one.value}`,
      );
    expect(await rows('')).toEqual(['2020-03-01 4', '2020-06-01 7']);
    expect(await rows('&start_date=2020-03-02&end_date=2020-06-01')).toEqual(['2020-06-01 7']);
    expect(await rows(`&location_id=${ids.P}`)).toEqual([]);
    expect((await admin.patch(`/api/v1/date_datapoint/${id}/`, { value: 5 })).body.value).toBe(5);
    expect((await admin.delete(`/api/v1/date_datapoint/${id}/`)).status).toBe(204);
    expect(await rows('')).toEqual(['2020-06-01 7']);
  });
});

describe('reading', () => {
  beforeEach(async () => {
    for (const [code, value] of [
      ['a', 60],
      ['b', 90],
      ['Q', 80],
      ['c', 30],
    ] as const)
      await enter(seen, code, value);
    await enter(seen, 'a', 7, june);
  });

  test.each([
    ['everything, in the order of campaign, place', '', 'K 230, P 150, Q 80, a 60, b 90, c 30, K 7, P 7, a 7'],
    ['one campaign', `&campaign__in=${june}`, 'K 7, P 7, a 7'],
    ['campaigns by their first day', '&campaign_start=2020-05-15', 'K 7, P 7, a 7'],
    [
      'the same by the other names',
      '&start_date=2020-05-01&end_date=2020-05-31',
      'K 230, P 150, Q 80, a 60, b 90, c 30',
    ],
    ['one step below', `&campaign__in=${may}&location_id=${0}&location_depth=1`, ''],
    ['stored only', `&campaign__in=${may}&agg_mode=no-agg`, 'Q 80, a 60, b 90, c 30'],
    ['computed only', `&campaign__in=${may}&agg_mode=agg-only`, 'K 230, P 150, Q 30'],
    ['an unknown indicator has no rows', '&campaign__in=0', ''],
    ['by value', `&campaign__in=${may}&value__gte=90`, 'K 230, P 150, b 90'],
  ])('%s', async (_name, query, expected) => {
    expect(await shown(`indicator__in=${seen},9999${query}`)).toBe(expected);
  });

  test('places as everywhere', async () => {
    const base = `indicator__in=${seen}&campaign__in=${may}`;
    expect(await shown(`${base}&location_id=${ids.K}&location_depth=1`)).toBe('P 150, Q 80');
    expect(await shown(`${base}&location_id=${ids.P}&location_type=District`)).toBe('a 60, b 90');
    expect(await shown(`${base}&location_id__in=${ids.a},${ids.c}`)).toBe('a 60, c 30');
    expect(await shown(`${base}&filter_indicator=seen&filter_value=30,60`)).toBe('a 60, c 30');
    const filtered = await must(admin.get('/api/v1/location/?filter_indicator=seen&filter_value=7'), 200);
    expect(filtered.objects.map((one: { location_code: string }) => one.location_code)).toEqual(['K', 'P', 'a']);
    // Of values all campaigns that are asked for count, of places only the newest.
    const older = `indicator__in=${seen}&filter_indicator=seen&filter_value=60`;
    expect(await shown(older)).toBe('a 60, a 7');
    expect((await must(admin.get(`/api/v1/datapoint/?${older}`), 200)).objects).toHaveLength(2);
    expect(
      (await must(admin.get(`/api/v1/date_datapoint/?${older}&group_by_time=campaign`), 200)).objects,
    ).toHaveLength(2);
    const newest = await must(admin.get('/api/v1/location/?filter_indicator=seen&filter_value=60'), 200);
    expect(newest.objects).toEqual([]);
  });

  test('flags and meta', async () => {
    const { meta, objects } = await must(
      admin.get(`${url}?indicator__in=${seen}&campaign__in=${may}&location_id__in=${ids.K},${ids.Q}&chart_uuid=u`),
      200,
    );
    expect(meta).toMatchObject({
      location_ids: [ids.K, ids.Q],
      indicator_ids: [seen],
      campaign_ids: [may],
      chart_uuid: 'u',
      total_count: 2,
    });
    expect(objects[0]).toMatchObject({ is_agg: true, has_conflict: false, flags: ['is_agg', 'conflict_below'] });
    expect(objects[1]).toMatchObject({ is_agg: false, has_conflict: true, flags: ['has_conflict'] });
    expect((await admin.get(url)).body.error).toBe('Missing required parameter indicator__in');
  });

  test('cross products of what occurs and of what was asked', async () => {
    const base = `indicator__in=${seen},${missed}&location_id__in=${ids.a},${ids.c},${ids.d}`;
    expect(await shown(`${base}&chart_type=ColumnChart`)).toBe('a 60, c 30, a 7, c null');
    const { objects, meta } = await must(admin.get(`${url}?${base}&show_missing_data=1`), 200);
    expect([objects.length, meta.total_count]).toEqual([12, 12]);
    expect(objects.filter((one: { id: number | null }) => one.id === null)).toHaveLength(9);
  });

  test('a scoped reader sees the same numbers, of their places only, everywhere', async () => {
    const base = `indicator__in=${seen}&campaign__in=${may}`;
    expect(await shown(base, viewer)).toBe('P 150, a 60, b 90, c 30');
    const { meta } = await must(viewer.get(`${url}?${base}`), 200);
    expect([meta.total_count, meta.location_ids]).toEqual([4, [ids.P, ids.a, ids.b, ids.c]]);
    const missing = await must(viewer.get(`${url}?${base}&show_missing_data=1`), 200);
    expect(missing.objects.map((one: { location_id: number }) => codeOf(one.location_id)).join('')).toBe('Pabcx');
    const cross = await must(viewer.get(`${url}?indicator__in=${seen}&chart_type=ColumnChart`), 200);
    expect(new Set(cross.objects.map((one: { location_id: number }) => codeOf(one.location_id)))).toEqual(
      new Set('Pabc'),
    );
    const csv = await viewer.get(`${url}?${base}&format=csv&fields=location_id,value`);
    expect(csv.text.trim().split(/\r?\n/)).toHaveLength(5);
    const hidden = (await must(admin.get(`${url}?${base}&location_id=${ids.K}`), 200)).objects[0].id;
    expect((await viewer.get(`${url}${hidden}/`)).body.error).toBe(
      `No campaign_datapoint object found for id : ${hidden}`,
    );
    expect(await shown(base, await someone(world))).toBe('');
  });

  test('entering needs capture on the place: 403 where it is visible, not there where it is not', async () => {
    const base = `indicator__in=${seen}&campaign__in=${may}`;
    const idAt = async (code: string) =>
      (await must(admin.get(`${url}?${base}&location_id=${ids[code]}`), 200)).objects[0].id as number;
    const [a, c, q] = [await idAt('a'), await idAt('c'), await idAt('Q')];
    expect((await capturer.patch(`${url}${a}/`, { value: 61 })).status).toBe(202);
    expect((await viewer.patch(`${url}${a}/`, { value: 62 })).status).toBe(403);
    expect((await viewer.delete(`${url}${c}/`)).status).toBe(403);
    expect((await viewer.delete(`${url}${q}/`)).status).toBe(404);
    expect((await viewer.post(url, cell(missed, 'a', 1))).status).toBe(403);
    // A place they do not see is as one that is not there.
    const unseen = await capturer.post(url, cell(missed, 'c', 1));
    expect([unseen.status, unseen.body.error]).toEqual([404, `location_id ${ids.c} does not exist`]);
    const nowhere = await capturer.post(url, { ...cell(missed, 'c', 1), location_id: 9999 });
    expect([nowhere.status, nowhere.body.code]).toEqual([404, unseen.body.code]);
    expect((await capturer.post(url, cell(missed, 'b', 1))).status).toBe(201);
    expect(await shown(base)).toBe('K 231, P 151, Q 80, a 61, b 90, c 30');
  });
});

test('what has values is counted before it is deleted; with cascade its values go, and parents follow', async () => {
  await enter(seen, 'c', 4);
  await enter(seen, 'd', 5);
  const refused = await admin.delete(`/api/v1/location/${ids.d}/`);
  expect([refused.status, refused.body.error]).toEqual([409, `location ${ids.d} is used by datapoint (1)`]);
  expect((await admin.delete(`/api/v1/location/${ids.d}/?cascade=true`)).status).toBe(204);
  await world.runJobs();
  expect(await shown(`indicator__in=${seen}`)).toBe('K 4, Q 4, c 4');
});

describe('groups of days', () => {
  const dates = '/api/v1/date_datapoint/';
  const store = (indicator_id: number, code: string, data_date: string, value: number) =>
    must(admin.post(dates, { indicator_id, location_id: ids[code], data_date, value }), 201);
  const groups = async (query: string) => {
    const { objects, meta } = await must(admin.get(`${dates}?${query}`), 200);
    return {
      rows: objects
        .map((one: { time_grouping: string; value: number }) => `${one.time_grouping} ${one.value}`)
        .join(', '),
      flags: objects.map((one: { flags: string[] }) => one.flags),
      groupings: meta.time_groupings,
    };
  };

  beforeEach(async () => {
    // Example 12 of the contract.
    await store(visits, 'P', '2020-03-01', 5);
    await store(visits, 'a', '2020-03-01', 2);
    await store(visits, 'a', '2020-06-01', 4);
  });

  test.each([
    ['day', '2020-03-01 5, 2020-06-01 4', ['2020-03-01', '2020-06-01']],
    ['week', '2020-W09 5, 2020-W23 4', ['2020-W09', '2020-W23']],
    ['month', '202003 5, 202006 4', ['202003', '202006']],
    ['quarter', '20201 5, 20202 4', ['20201', '20202']],
    ['year', '2020 9', [2020]],
    ['all_time', '1 9', [1]],
  ])('by %s: places first, then time', async (grouping, rows, groupings) => {
    const found = await groups(`indicator__in=${visits}&location_id=${ids.P}&group_by_time=${grouping}`);
    expect([found.rows, found.groupings]).toEqual([rows, groupings]);
  });

  test('a group says what joined in it', async () => {
    const { flags } = await groups(`indicator__in=${visits}&location_id=${ids.P}&group_by_time=year`);
    expect(flags).toEqual([['is_agg', 'is_partial', 'has_conflict', 'mixed_levels']]);
  });

  test('of listed places only what is stored at them', async () => {
    const { rows } = await groups(`indicator__in=${visits}&location_id__in=${ids.P}&group_by_time=year`);
    expect(rows).toBe('2020 5');
  });

  test('a ratio is the ratio of the groups, not a mean of ratios', async () => {
    const late = await indicator('late', 'int', { resource_name: 'date' });
    const share = await indicator('share', 'pct', { resource_name: 'date' });
    for (const [component, calculation] of [
      [late, 'NUMERATOR'],
      [visits, 'DENOMINATOR'],
    ] as const) {
      const body = { indicator_id: share, indicator_component_id: component, calculation };
      await must(admin.post('/api/v1/indicator_calculation/', body), 201);
    }
    await store(late, 'a', '2020-03-01', 2);
    await store(late, 'a', '2020-06-01', 1);
    const of = (code: string) => groups(`indicator__in=${share}&location_id=${ids[code]}&group_by_time=year`);
    expect([(await of('a')).rows, (await of('P')).rows]).toEqual(['2020 0.5', `2020 ${1 / 3}`]);
  });

  test('campaigns by their first day', async () => {
    await enter(seen, 'a', 60);
    await enter(seen, 'a', 7, june);
    const { objects } = await must(
      admin.get(`${url}?indicator__in=${seen}&location_id=${ids.K}&group_by_time=quarter`),
      200,
    );
    expect(objects).toMatchObject([{ id: null, campaign_id: null, time_grouping: '20202', value: 67 }]);
  });

  test('groups without a value, of what occurs and of the whole span', async () => {
    await store(visits, 'b', '2020-03-02', 1);
    const base = `indicator__in=${visits}&group_by_time=month`;
    const column = await groups(`${base}&location_id__in=${ids.a},${ids.b}&chart_type=ColumnChart`);
    expect(column.rows).toBe('202003 2, 202003 1, 202006 4, 202006 null');
    const span = '&start_date=2020-02-20&end_date=2020-04-02&show_missing_data=1';
    const missing = await groups(`${base}&location_id__in=${ids.a},${ids.c}${span}`);
    expect(missing.rows).toBe('202002 null, 202002 null, 202003 2, 202003 null, 202004 null, 202004 null');
    expect(missing.groupings).toEqual(['202002', '202003', '202004']);
  });

  test('every group of the span for both kinds alike, also where there is nothing at all', async () => {
    await enter(seen, 'a', 60);
    await enter(seen, 'a', 7, june);
    const rowsOf = async (path: string, query: string) => {
      const { objects, meta } = await must(
        admin.get(`/api/v1/${path}/?group_by_time=quarter&show_missing_data=1${query}`),
        200,
      );
      const rows = objects.map(
        (one: { indicator_id: number; time_grouping: string; value: number }) =>
          `${one.indicator_id === seen ? 'seen' : 'visits'} ${one.time_grouping} ${one.value}`,
      );
      return [rows.join(', '), meta.time_groupings];
    };
    const year = `&location_id=${ids.a}&start_date=2020-01-01&end_date=2020-12-31`;
    const quarters = ['20201', '20202', '20203', '20204'];
    expect(await rowsOf('campaign_datapoint', `&indicator__in=${seen}${year}`)).toEqual([
      'seen 20201 null, seen 20202 67, seen 20203 null, seen 20204 null',
      quarters,
    ]);
    expect(await rowsOf('date_datapoint', `&indicator__in=${visits}${year}`)).toEqual([
      'visits 20201 2, visits 20202 4, visits 20203 null, visits 20204 null',
      quarters,
    ]);
    expect(await rowsOf('datapoint', `&indicator__in=${visits},${seen}${year}`)).toEqual([
      'seen 20201 null, visits 20201 2, seen 20202 67, visits 20202 4, seen 20203 null, visits 20203 null, seen 20204 null, visits 20204 null',
      quarters,
    ]);
    const late = `&location_id=${ids.a}&start_date=2020-10-01&end_date=2020-12-31`;
    expect(await rowsOf('campaign_datapoint', `&indicator__in=${seen}${late}`)).toEqual(['seen 20204 null', ['20204']]);
    // Without a span, the groups of all campaigns and days; a span is nothing to campaigns that are named.
    expect(await rowsOf('datapoint', `&indicator__in=${visits},${seen}&location_id=${ids.a}`)).toEqual([
      'seen 20201 null, visits 20201 2, seen 20202 67, visits 20202 4',
      ['20201', '20202'],
    ]);
    const named = `&indicator__in=${seen}${late}&campaign__in=${june}`;
    expect(await rowsOf('campaign_datapoint', named)).toEqual(['seen 20202 7', ['20202']]);
    const column = await must(
      admin.get(
        `/api/v1/datapoint/?indicator__in=${visits},${seen}&location_id__in=${ids.a}&group_by_time=quarter&chart_type=ColumnChart`,
      ),
      200,
    );
    expect(column.objects).toHaveLength(4);
  });

  test('another grouping is refused, with those there are', async () => {
    const { status, body } = await admin.get(`${dates}?indicator__in=${visits}&group_by_time=decade`);
    expect([status, body.hint]).toEqual([400, 'expected flat, campaign, year, quarter, month, week, day, all_time']);
  });
});
