import { afterEach, describe, expect, test } from 'vitest';
import { createToken } from '../../src/accounts/tokens/create-token.ts';
import { startDocumentsWorld } from '../documents/documents-world.ts';
import { codesIn, must, type Someone, someone } from '../locations/places-world.ts';
import { Actor } from '../support/actor.ts';

/** Contract monitoring §5.3: the same scope in every answer, whoever has asked before and whatever was kept of it. */

const the = await startDocumentsWorld();
const { admin, places, world } = the;
await the.indicator('seen');
await the.indicator('visits', 'int', { resource_name: 'date' });
await the.campaign('may', '2020-05-01');
for (const code of ['P', 'Q', 'a', 'c']) {
  const geo_json = { type: 'Point', coordinates: [places[code], 1] };
  await must(admin.post('/api/v1/geo/', { location_id: places[code], geo_json }), 201);
}

const responsible = async (code: string, right: string): Promise<Someone> => {
  const user = await someone(world);
  const body = { user_id: user.number, top_lvl_location_id: places[code], right };
  await must(admin.post('/api/v1/location_responsibility/', body), 201);
  return user;
};
const [inP, inQ, sender] = [
  await responsible('P', 'view'),
  await responsible('Q', 'view'),
  await responsible('P', 'capture'),
];
const nobody = await someone(world);
const token = async (request: object) =>
  new Actor(world.url, {
    authorization: `Bearer ${(await createToken(world.context, admin.id, { name: 'narrow', ...request })).secret}`,
  });
const fenced = await token({ locationIds: [places.a!] });

const both = await the.document('geocode,campaign,seen\na,may,60\nb,may,x\nc,may,30\nd,may,y\n');
const ofP = await the.document('geocode,campaign,seen\nb,may,90\n', {}, sender);
const days = await the.document('geocode,data_date,visits\na,2020-03-01,2\nc,2020-03-01,4\n', { file_type: 'date' });
for (const code of ['P', 'Q']) {
  const cell = {
    indicator_id: the.indicators.seen,
    location_id: places[code],
    campaign_id: the.campaigns.may,
    value: 7,
  };
  await must(admin.post('/api/v1/campaign_datapoint/', cell), 201);
}
afterEach(() => world.runJobs());

interface Row {
  id?: number;
  location_id?: number;
  master_object_id?: number;
}
/** Codes of the places that rows are about, each once. */
const placesOf = (rows: Row[]): string => {
  const objects = rows.map((row) => ({ id: row.location_id ?? row.master_object_id ?? row.id }) as { id: number });
  return [...new Set(codesIn(places, { objects }))].join('');
};

const seen = `indicator__in=${the.indicators.seen}`;
const visits = `indicator__in=${the.indicators.visits}`;
const lists: [path: string, inP: string, inQ: string, all: string][] = [
  ['location/', 'Pabx', 'Qcd', 'KPQabcdx'],
  ['location_polygon/', 'Pa', 'Qc', 'PQac'],
  ['geo/', 'Pa', 'Qc', 'PQac'],
  ['geo/?simplify=auto', 'Pa', 'Qc', 'PQac'],
  ['location_tree/?lvl=0', 'Pabx', 'Qcd', 'KPQabcdx'],
  [`campaign_datapoint/?${seen}`, 'Pab', 'Qc', 'KPQabc'],
  [`campaign_datapoint/?${seen}&group_by_time=year`, 'Pab', 'Qc', 'KPQabc'],
  [`campaign_datapoint/?${seen}&show_missing_data=1`, 'Pabx', 'Qcd', 'KPQabcdx'],
  [`date_datapoint/?${visits}`, 'a', 'c', 'ac'],
  [`date_datapoint/?${visits}&group_by_time=year`, 'Pa', 'Qc', 'KPQac'],
  [`datapoint/?${seen},${the.indicators.visits}`, 'aPb', 'cQ', 'acKPQb'],
  [`datapoint_history/?${seen}&order_by=location_id`, 'Pab', 'Qc', 'PQabc'],
  [`conflict/?campaign_id=${the.campaigns.may}`, 'P', 'Q', 'PQ'],
  [`source_submission/?document_id=${both.id}`, 'ab', 'cd', 'abcd'],
  [`source_doc/${both.id}/issues`, 'b', 'd', 'bd'],
  [`doc_datapoint/?document_id=${both.id}`, 'a', 'c', 'ac'],
  [`doc_datapoint/?document_id=${days.id}`, 'a', 'c', 'ac'],
  [`campaign_doc_result/?document_id=${both.id}`, 'Pab', 'Qc', 'KPQabc'],
  [`date_doc_result/?document_id=${days.id}`, 'a', 'c', 'ac'],
  [`source_object_map/?document_id=${both.id}&content_type=location`, 'ab', 'cd', 'abcd'],
];

describe('what is kept of one answer is never given to somebody with another scope', () => {
  test.each(lists)('%s', async (path, ofInP, ofInQ, ofAll) => {
    const url = `/api/v1/${path}`;
    const first = await inP.get(url);
    const tag = first.headers.get('etag')!;
    expect([first.status, placesOf(first.body.objects)]).toEqual([200, ofInP]);
    expect((await inP.get(url, { 'if-none-match': tag })).status).toBe(304);
    for (const [actor, expected] of [
      [inQ, ofInQ],
      [nobody, ''],
      [fenced, [...ofAll].filter((code) => 'ax'.includes(code)).join('')],
      [admin, ofAll],
    ] as const) {
      const other = await actor.get(url, { 'if-none-match': tag });
      if (path.startsWith('source_doc/') && actor === nobody) {
        expect(other.status).toBe(404);
        continue;
      }
      expect([other.status, other.headers.get('etag') === tag, placesOf(other.body.objects)]).toEqual([
        200,
        false,
        expected,
      ]);
      expect(other.body.meta.total_count).toBe(other.body.objects.length);
      const lines = await actor.get(`${url}${url.includes('?') ? '&' : '?'}format=ndjson`);
      expect(Number(lines.headers.get('granary-total-count'))).toBe(other.body.objects.length);
      expect(lines.text.split('\n').filter((line) => line !== '')).toHaveLength(other.body.objects.length);
    }
    expect((await inP.get(url)).text).toBe(first.text);
  });

  test('all_meta', async () => {
    const url = '/api/v1/all_meta/';
    const [first, second] = [await inP.get(url), await inQ.get(url)];
    const [p, q] = [first, second].map(({ body }) => placesOf(body.objects[0].locations));
    expect([p, q]).toEqual(['Pabx', 'Qcd']);
    const crossed = await inQ.get(url, { 'if-none-match': first.headers.get('etag')! });
    expect([crossed.status, crossed.text]).toEqual([200, second.text]);
  });

  test('a single object is 404 to whoever does not see it, whatever tag they bring', async () => {
    const one = async (path: string) => (await must(admin.get(`/api/v1/${path}`), 200)).objects[0].id;
    const at = `location_id=${places.a}`;
    const hidden = [
      `location/${places.a}/`,
      `location_polygon/${places.a}/`,
      `geo/${places.a}/`,
      `location_tree/${await one(`location_tree/?${at}`)}/`,
      `campaign_datapoint/${await one(`campaign_datapoint/?${seen}&${at}`)}/`,
      `date_datapoint/${await one(`date_datapoint/?${visits}&${at}`)}/`,
      `datapoint/${await one(`datapoint/?${seen}&${at}`)}/`,
      `datapoint_history/${await one(`datapoint_history/?${seen}&${at}`)}/`,
      `source_submission/${await one(`source_submission/?document_id=${both.id}&${at}`)}/`,
      `doc_datapoint/${await one(`doc_datapoint/?document_id=${both.id}&${at}`)}/`,
      `source_object_map/${await the.mapping('location', 'a')}/`,
    ];
    for (const path of hidden) {
      const own = await inP.get(`/api/v1/${path}`);
      const tag = own.headers.get('etag')!;
      expect([path, own.status]).toEqual([path, 200]);
      for (const given of [tag, '*']) {
        const status = (await inQ.get(`/api/v1/${path}`, { 'if-none-match': given })).status;
        expect([path, given, status]).toEqual([path, given, 404]);
      }
    }
  });

  test('answers name the headers a credential comes in, and may be kept by nobody but the caller', async () => {
    const { objects } = await must(inP.get(`/api/v1/campaign_datapoint/?${seen}`), 200);
    for (const path of [
      'location/',
      'location/?format=csv',
      'geo/?format=geojson',
      'all_meta/',
      'location/schema/',
      `location/${places.a}/`,
      `location/${places.c}/`,
      `location/set/${places.a};${places.c}/`,
      `location/${places.a}/explain_access`,
      `campaign_datapoint/${objects[0].id}/lineage`,
      `source_doc/${ofP.id}/file`,
      `source_doc/${both.id}/issues`,
    ]) {
      const { headers } = await inP.get(`/api/v1/${path}`);
      const vary = headers.get('vary')?.split(', ') ?? [];
      expect([path, ['Authorization', 'Auth-Token', 'Cookie'].filter((name) => !vary.includes(name))]).toEqual([
        path,
        [],
      ]);
      expect([path, headers.get('cache-control')]).toEqual([path, 'private, no-cache']);
    }
  });
});

test('the file is for its sender and for those who see every place in it, also for who knows its hash', async () => {
  const answers = async (document: { id: number; sha256: string }) => {
    const tag = { 'if-none-match': `"${document.sha256}"` };
    const of = async (actor: Actor) => (await actor.get(`/api/v1/source_doc/${document.id}/file`, tag)).status;
    return Promise.all([sender, inP, inQ, nobody, admin].map(of));
  };
  expect(await answers(ofP)).toEqual([304, 304, 404, 404, 304]);
  expect(await answers(both)).toEqual([404, 404, 404, 404, 304]);
  // What is said of all its rows tells of those that are not theirs.
  const told = async (document: { id: number }, actor: Actor) => {
    const { body } = await actor.get(`/api/v1/source_doc/${document.id}/`);
    const [listed] = (await actor.get(`/api/v1/source_doc/?id=${document.id}`)).body.objects;
    expect(listed.summary).toEqual(body.summary);
    return body.summary?.rows;
  };
  expect([await told(ofP, inP), await told(both, inP), await told(both, inQ)]).toEqual([1, undefined, undefined]);
  expect(await told(both, admin)).toBeGreaterThan(2);
});

test('whoever sends a document is told of it, also with a token for some places', async () => {
  const docfile = Buffer.from('geocode,campaign,seen\nc,may,1\n').toString('base64');
  const body = { doc_title: 'fenced', file_type: 'campaign', docfile };
  const sent = await fenced.post('/api/v1/source_doc/', body, { prefer: 'respond-async' });
  expect([sent.status, sent.body.doc_title, sent.body.state]).toEqual([201, 'fenced', 'received']);
  await world.runJobs();
  expect((await fenced.get(sent.headers.get('location')!)).status).toBe(404);
  for (const actor of [fenced, inQ, nobody]) {
    const changed = await actor.post('/api/v1/source_doc/', { id: sent.body.id, doc_title: 'x' });
    const patched = await actor.patch(sent.headers.get('location')!, { doc_title: 'x' });
    expect([changed.status, changed.body.error]).toEqual([patched.status, patched.body.error]);
    expect(changed.status).toBeGreaterThanOrEqual(403);
  }
  await must(admin.delete(sent.headers.get('location')!), 204);
});

test('the dataset behind a document, its rows and exports are for members of its project', async () => {
  for (const path of ['', '/data.csv', '/rows', '/revision/1', '/revision/1/file', '/revision/1/datapackage.json']) {
    const answers = await Promise.all(
      [inP, sender, nobody].map((actor) => actor.get(`/api/v1/dataset/${ofP.dataset}${path}`)),
    );
    expect([path, ...answers.map(({ status }) => status)]).toEqual([path, 404, 404, 404]);
  }
});

test('what happens to a document is told to whoever sent it', async () => {
  const run = `/api/v1/run/${ofP.run_id}`;
  for (const path of ['', '/log', '/events']) {
    const statuses = await Promise.all(
      [sender, admin, inP, inQ, nobody].map(async (actor) => (await actor.get(run + path)).status),
    );
    expect([path, ...statuses]).toEqual([path, 200, 200, 404, 404, 404]);
  }
});

test('a dashboard is the same for all; what its charts ask for is not', async () => {
  const query = `campaign_datapoint/?${seen}&location_id=${places.K}&location_depth=1`;
  const chart = { uuid: 'scoped', title: 'scoped', chart_json: { type: 'bar', query } };
  await must(admin.post('/api/v1/custom_chart/', chart), 201);
  const made = await must(admin.post('/api/v1/custom_dashboard/', { title: 'scoped', rows: [['scoped']] }), 201);
  const shown: string[] = [];
  for (const actor of [admin, inP, inQ, nobody]) {
    const { rows } = await must(actor.get(`/api/v1/custom_dashboard/${made.id}/`), 200);
    expect(rows).toEqual([[expect.objectContaining(chart)]]);
    shown.push(placesOf((await must(actor.get(`/api/v1/${rows[0][0].chart_json.query}`), 200)).objects));
  }
  expect(shown).toEqual(['PQ', 'P', 'Q', '']);
});

test('the top is the own one, and what lies above it is not named', async () => {
  const top = async (actor: Actor) => {
    const { objects, meta } = await must(actor.get(`/api/v1/location/?location_id=${places.a}&include_top=true`), 200);
    return [codesIn(places, { objects }), meta.top_lvl_location_id];
  };
  expect(await top(admin)).toEqual(['Ka', places.K]);
  expect(await top(inP)).toEqual(['Pa', places.P]);
  expect(await top(inQ)).toEqual(['Q', places.Q]);
  expect(await top(nobody)).toEqual(['', null]);
});

test('a stored answer is repeated to whoever made the request, not to somebody else with its key', async () => {
  const managers = [await responsible('P', 'manage'), await responsible('Q', 'manage')];
  const type = (await must(admin.get('/api/v1/location_type/?name=Clinic'), 200)).objects[0].id;
  const body = (code: string) => ({ name: 'once', location_code: code, location_type_id: type });
  const key = { 'idempotency-key': 'the same for both' };
  const made = await managers[0]!.post('/api/v1/location/', { ...body('oP'), parent_location_id: places.a }, key);
  const other = await managers[1]!.post('/api/v1/location/', { ...body('oQ'), parent_location_id: places.c }, key);
  expect([made.status, other.status]).toEqual([201, 201]);
  expect([made.body.parent_location_id, other.body.parent_location_id]).toEqual([places.a, places.c]);
  const again = await managers[0]!.post('/api/v1/location/', { ...body('oP'), parent_location_id: places.a }, key);
  expect(again.text).toBe(made.text);
  for (const { body: place } of [made, other]) await must(admin.delete(`/api/v1/location/${place.id}/`), 204);
});

test('a cursor is of the list it was given for, whoever follows it', async () => {
  const first = await must(admin.get('/api/v1/location/?limit=3&order_by=id'), 200);
  expect(codesIn(places, first)).toBe('KPQ');
  const follow = async (actor: Actor) => codesIn(places, await must(actor.get(first.meta.next), 200));
  expect([await follow(admin), await follow(inP), await follow(inQ), await follow(nobody)]).toEqual([
    'abc',
    'abx',
    'cd',
    '',
  ]);
});

test('what a mapping would change is shown inside the scope', async () => {
  const manager = await responsible('P', 'manage');
  const id = await the.mapping('location', 'a');
  const shown = async (actor: Actor) =>
    placesOf(
      (await must(actor.get(`/api/v1/source_object_map/${id}/preview?master_object_id=-1`), 200)).objects.map(
        ({ location_id }: Row) => ({ location_id }),
      ),
    );
  expect([await shown(admin), await shown(manager)]).toEqual(['aKP', 'aP']);
  expect((await inQ.get(`/api/v1/source_object_map/${id}/preview?master_object_id=-1`)).status).toBe(404);
});
