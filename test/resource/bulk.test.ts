import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type FieldsWorld, seed, startFieldsWorld } from './fields-world.ts';

let world: FieldsWorld;

beforeAll(async () => {
  world = await startFieldsWorld();
});

beforeEach(async () => {
  await world.db.pool.query('truncate region, site, visit, sample, unit, idempotency_answer restart identity cascade');
  await seed(world.db);
});

const regions = async () =>
  (await world.db.pool.query('select id, name, level from region order by id')).rows.map(({ id, name, level }) => [
    id,
    name,
    level,
  ]);
const seeded = [
  [1, 'North', 1],
  [2, 'South', 2],
];

test('POST creates all, in order, and answers what is stored', async () => {
  const { status, body } = await world.admin.post('/api/v1/region/', {
    objects: [{ name: 'East' }, { id: 1, level: 5 }, { name: 'West', level: 3 }],
  });
  expect(status).toBe(201);
  expect(body.meta).toEqual({ total_count: 3, created: 2, updated: 1 });
  expect(body.objects.map((o: { id: number; name: string }) => [o.id, o.name])).toEqual([
    [3, 'East'],
    [1, 'North'],
    [4, 'West'],
  ]);
  expect(body.error).toBe(null);
  const minimal = await world.admin.post(
    '/api/v1/region/',
    { objects: [{ name: 'Up' }] },
    { prefer: 'return=minimal' },
  );
  expect(minimal.body).toEqual({ meta: { total_count: 1, created: 1, updated: 0 }, objects: [], error: null });
});

test('one refused row refuses them all, and is named', async () => {
  const { status, body } = await world.admin.post('/api/v1/region/', {
    objects: [{ name: 'East' }, { name: 'West' }, { name: 'North' }, { name: 'Up' }],
  });
  expect([status, body.error, body.errors[0].row]).toEqual([409, 'key: "name" with value: "North" already exists', 3]);
  const wrong = await world.admin.post('/api/v1/region/', { objects: [{ name: 'East' }, { name: '' }] });
  expect([wrong.status, wrong.body.error, wrong.body.errors[0].row]).toEqual([400, 'name may not be empty', 2]);
  const site = { region_id: 1, name: 'x', code: 'x', owner: 'o' };
  const lost = await world.admin.post('/api/v1/site/', {
    objects: [site, { ...site, name: 'y', code: 'y', region_id: 77 }],
  });
  expect([lost.status, lost.body.error, lost.body.errors[0].row]).toEqual([400, 'region_id 77 does not exist', 2]);
  const notMine = await world.ann.post('/api/v1/site/', {
    objects: [
      { ...site, owner: 'ann' },
      { ...site, name: 'y', code: 'y', owner: 'bob' },
    ],
  });
  expect([notMine.status, notMine.body.errors[0].row]).toEqual([403, 2]);
  expect((await world.db.pool.query('select count(*)::int as n from site')).rows[0].n).toBe(7);
  expect(await regions()).toEqual(seeded);
});

test('a great many at once keep their order, each with what it sets and the rest by default', async () => {
  const objects = Array.from({ length: 25_000 }, (_, i) => (i % 2 ? { name: `n${i}` } : { name: `n${i}`, level: i }));
  const { status, body } = await world.admin.post('/api/v1/region/', { objects });
  expect([status, body.meta.created]).toEqual([201, 25_000]);
  expect(body.objects.map((o: { name: string }) => o.name)).toEqual(objects.map((o) => o.name));
  expect([body.objects[10].level, body.objects[11].level]).toEqual([10, 1]);
});

test('lenient gives every row its own result, in order', async () => {
  const { status, body } = await world.admin.post(
    '/api/v1/region/',
    { objects: [{ name: 'East' }, { name: 'North' }, { nmae: 'x' }, { name: 'West' }, { id: 99, name: 'x' }] },
    { prefer: 'handling=lenient' },
  );
  expect(status).toBe(207);
  expect(body.results.map((r: { status: number; id?: number; error?: string }) => [r.status, r.id ?? r.error])).toEqual(
    [
      [201, expect.any(Number)],
      [409, 'key: "name" with value: "North" already exists'],
      [400, "'nmae' is not a field of region"],
      [201, expect.any(Number)],
      [404, 'No region object found for id : 99'],
    ],
  );
  expect((await regions()).slice(2)).toEqual([
    [body.results[0].id, 'East', 1],
    [body.results[3].id, 'West', 1],
  ]);
});

test('PATCH changes by id or natural key', async () => {
  const { status, body } = await world.admin.patch('/api/v1/region/', {
    objects: [
      { id: 2, level: 7 },
      { name: 'North', level: 8 },
    ],
  });
  expect([status, body.meta.updated]).toEqual([202, 2]);
  expect(await regions()).toEqual([
    [1, 'North', 8],
    [2, 'South', 7],
  ]);
  const unknown = await world.admin.patch('/api/v1/region/', { objects: [{ name: 'Nowhere', level: 1 }] });
  expect([unknown.status, unknown.body.code]).toEqual([400, 'missing_key']);
});

test('PUT upserts by id or natural key', async () => {
  const objects = [{ id: 1, name: 'Northern' }, { name: 'South', level: 9 }, { name: 'East' }];
  const { status, body } = await world.admin.put('/api/v1/region/', { objects });
  expect([status, body.meta]).toEqual([200, { total_count: 3, created: 1, updated: 2 }]);
  const after = [
    [1, 'Northern', 1],
    [2, 'South', 9],
    [3, 'East', 1],
  ];
  expect(await regions()).toEqual(after);
  expect((await world.admin.put('/api/v1/region/', { objects })).body.meta.created).toBe(0);
  expect(await regions()).toEqual(after);
  const compound = await world.admin.put('/api/v1/site/', {
    objects: [{ region_id: '1', name: ' Alder ', code: 'A9', owner: 'ann' }],
  });
  expect([compound.status, compound.body.objects[0].id, compound.body.objects[0].code]).toEqual([200, 1, 'A9']);
});

test('two upserts of one key at once leave one row', async () => {
  const objects = [{ name: 'Twin', level: 1 }];
  const answers = await Promise.all(Array.from({ length: 4 }, () => world.admin.put('/api/v1/region/', { objects })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect((await regions()).filter(([, name]) => name === 'Twin')).toHaveLength(1);
});

test('NDJSON and CSV bodies', async () => {
  const lines = '{"name":"East"}\n\n{"name":"West","level":4}\n';
  const ndjson = await world.admin.post('/api/v1/region/', lines, { 'content-type': 'application/x-ndjson' });
  expect([ndjson.status, ndjson.body.meta.created]).toEqual([201, 2]);
  const text = '\ufeffname,level\r\n"Far, ""far"" East",\r\nMiddle,6\r\n';
  const csv = await world.admin.post('/api/v1/region/', text.replace('East",', 'East",2'), {
    'content-type': 'text/csv',
  });
  expect([csv.status, csv.body.objects.map((o: { name: string; level: number }) => [o.name, o.level])]).toEqual([
    201,
    [
      ['Far, "far" East', 2],
      ['Middle', 6],
    ],
  ]);
  const sites = 'region_id,name,code,owner,opened_on,active,tags\n1,n,c,ann,,false,"[""x""]"\n';
  const site = await world.admin.post('/api/v1/site/', sites, { 'content-type': 'text/csv; charset=utf-8' });
  expect(site.body.objects[0]).toMatchObject({ opened_on: null, active: false, tags: ['x'] });
  const western = Buffer.from('name\nOrléans\n', 'latin1');
  const guessed = await world.admin.post('/api/v1/region/', western, { 'content-type': 'text/csv' });
  expect(guessed.body.objects[0].name).toBe('Orléans');
  const told = await world.admin.post('/api/v1/region/', western, { 'content-type': 'text/csv; charset=utf-8' });
  expect([told.status, told.body.code]).toEqual([400, 'unreadable_file']);
  const json = Buffer.from('{"name":"Orléans"}', 'latin1');
  const refused = await world.admin.post('/api/v1/region/', json, { 'content-type': 'application/json' });
  expect([refused.status, refused.body.code]).toEqual([400, 'malformed_json']);
  const half = await world.admin.post('/api/v1/region/', '{"name":"\\ud800"}', { 'content-type': 'application/json' });
  expect([half.status, half.body.error]).toEqual([400, 'name must be text']);
  const sites1 = '{"region_id":1,"name":"x","code":"x1","owner":"ann","settings":{"a":[1e999]}}';
  const endless = await world.admin.post('/api/v1/site/', sites1, { 'content-type': 'application/json' });
  expect([endless.status, endless.body.error]).toEqual([400, 'settings must be a JSON object']);
  // As spreadsheets of other countries write it; cells of fields that have a default may stay empty.
  const other = 'region_id;name;code;owner;active;tags\n1;"m; n";d;ann;;\n';
  const next = await world.admin.post('/api/v1/site/', other, { 'content-type': 'text/csv' });
  expect(next.body.objects[0]).toMatchObject({ name: 'm; n', active: true, tags: [] });
  const id = next.body.objects[0].id;
  await world.admin.patch(`/api/v1/site/${id}/`, { tags: ['y'] });
  const put = await world.admin.patch('/api/v1/site/', `id\ttags\n${id}\t\n`, { 'content-type': 'text/csv' });
  expect(put.body.objects[0]).toMatchObject({ tags: [] });
});

test.each([
  ['application/x-ndjson', '{"name":"a"}\n{"name":', 400, 'line 2 is not a JSON object'],
  ['application/x-ndjson', '[1]', 400, 'line 1 is not a JSON object'],
  ['text/csv', 'name\n"a', 400, 'the quote of a cell on line 2 is never closed'],
  ['text/csv', '', 400, 'file is empty please check the upload and try again'],
  ['text/csv', 'name,level\na\n', 400, 'row 1 has 1 cells instead of 2'],
  ['text/csv', 'name,name\na,b\n', 400, "the column 'name' is there more than once"],
  ['text/csv', 'name,level\nok,1\nbad,x\n', 400, 'level must be an integer'],
  ['application/json', '{"objects":[{"name":"a"},7]}', 400, 'Every one of objects must be an object.'],
])('%s %j is refused and nothing is stored', async (type, text, status, error) => {
  const answer = await world.admin.post('/api/v1/region/', text, { 'content-type': type });
  expect([answer.status, answer.body.error]).toEqual([status, error]);
  expect(await regions()).toEqual(seeded);
});

test('a dry run says what would happen and keeps nothing', async () => {
  const objects = [{ name: 'East' }, { name: 'North' }];
  const lenient = await world.admin.post('/api/v1/region/?dry_run=1', { objects }, { prefer: 'handling=lenient' });
  expect(lenient.body.results.map((r: { status: number }) => r.status)).toEqual([201, 409]);
  expect((await world.admin.post('/api/v1/region/?dry_run=true', { name: 'East' })).status).toBe(201);
  expect(await regions()).toEqual(seeded);
});

test('a bulk request repeated with its key is done once', async () => {
  const key = { 'idempotency-key': 'b' };
  const first = await world.admin.post('/api/v1/region/', { objects: [{ name: 'East' }] }, key);
  const again = await world.admin.post('/api/v1/region/', { objects: [{ name: 'East' }] }, key);
  expect([again.status, again.body]).toEqual([201, first.body]);
});
