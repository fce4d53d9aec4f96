import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { must, someone } from '../locations/places-world.ts';
import { startDocumentsWorld } from './documents-world.ts';

const the = await startDocumentsWorld();
const { admin, places, indicators, campaigns, world } = the;
await the.indicator('seen');
await the.indicator('visits', 'int', { resource_name: 'date' });
await the.campaign('may', '2020-05-01');
await the.campaign('june', '2020-06-01');
afterEach(() => world.runJobs());

test('a value of a document leads to the row of its file, its codes and its sender; others see less', async () => {
  const file = 'geocode,campaign,kids\na,may,"1,200"\nb,may,7\n';
  const document = await the.document(file);
  await the.map('indicator', 'kids', indicators.seen!);
  const url = `/api/v1/datapoint/lineage?indicator_id=${indicators.seen}&campaign_id=${campaigns.may}&location_id=`;
  const { kind, value, source } = await must(admin.get(url + places.a), 200);
  expect([kind, value]).toEqual(['stored', 1200]);
  const { username } = await must(admin.get(`/api/v1/user/${admin.number}`), 200);
  const sha256 = createHash('sha256').update(file).digest('hex');
  expect(source).toMatchObject({
    document_id: document.id,
    doc_title: document.doc_title,
    sha256,
    row: 1,
    line: 2,
    column: 'kids',
    raw: '1,200',
    cleaning: ["thousands separator ','"],
    uploaded_by: admin.number,
    uploaded_by_username: username,
  });
  expect(source.mappings).toMatchObject([
    { code: 'may', content_type: 'campaign', mapped_by_id: null, mapped_by: null },
    { code: 'kids', content_type: 'indicator', mapped_by_id: admin.number, mapped_by: username },
    { code: 'a', content_type: 'location', mapped_by_id: null, mapped_by: null },
  ]);
  const viewer = await someone(world);
  const body = { user_id: viewer.number, top_lvl_location_id: places.P, right: 'view' };
  await must(admin.post('/api/v1/location_responsibility/', body), 201);
  const { inputs } = await must(viewer.get(`${url}${places.P}&depth=1`), 200);
  expect(inputs.map((one: { source: object }) => one.source)).toEqual([
    { document_id: document.id, doc_title: document.doc_title, sha256, row: 1 },
    { document_id: document.id, doc_title: document.doc_title, sha256, row: 2 },
  ]);
  const prov = await must(admin.get(`${url}${places.K}&depth=2&format=prov`), 200);
  expect(prov.entity[`granary:file/${sha256}`]).toMatchObject({ 'prov:label': document.doc_title });
});

test('before an entry is what counted when it was made', async () => {
  await the.campaign('april', '2020-04-01');
  const cell = { indicator_id: indicators.seen, location_id: places.d, campaign_id: campaigns.april };
  const url = `/api/v1/datapoint/lineage?${Object.entries(cell)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')}`;
  const told = async () => {
    const { entry, superseded } = await must(admin.get(url), 200);
    return [entry?.value_before, superseded.map((one: { value: number }) => one.value)];
  };
  const enter = async (value: number) => {
    const { id } = await must(admin.post('/api/v1/campaign_datapoint/', { ...cell, value }), 201);
    await world.runJobs();
    return id;
  };
  // Uploaded before the entry, and a value only after it.
  await the.document('geocode,campaign,heads\nd,april,200\n');
  const first = await enter(552);
  expect(await told()).toEqual([null, []]);
  await the.map('indicator', 'heads', indicators.seen!);
  expect(await told()).toEqual([null, [200]]);
  await must(admin.patch(`/api/v1/campaign_datapoint/${first}/`, { value: 553 }), 202);
  await world.runJobs();
  expect(await told()).toEqual([552, [200]]);
  // An entry that was withdrawn long ago is not before the next one; what it hid is, though it is gone by now.
  await must(admin.delete(`/api/v1/campaign_datapoint/${first}/`), 204);
  await world.runJobs();
  await enter(554);
  expect(await told()).toEqual([200, [200]]);
  await the.map('indicator', 'heads', null);
  expect(await told()).toEqual([200, []]);
});

test('a sum leads to every row it is made of; who may not read them is told their numbers', async () => {
  const file =
    'geocode,campaign,kids,boys,note\nc,june,5,,\nc,may,5,,\nd,may,7,,\nc,may,NA,,\nc,may,x,,\nsee,may,6,"1,200",\nc,june,1,,\n';
  const document = await the.document(file, { duplicates: 'sum', missing_values: 'NA' });
  await the.map('location', 'see', places.c!);
  await the.map('indicator', 'boys', indicators.seen!);
  const url = `/api/v1/datapoint/lineage?indicator_id=${indicators.seen}&campaign_id=${campaigns.may}&location_id=`;
  const { value, source } = await must(admin.get(url + places.c), 200);
  expect(value).toBe(1211);
  expect(source).toMatchObject({
    row: 6,
    raw: '5 + 6 + 1,200',
    rows: [
      { row: 2, line: 3, column: 'kids', raw: '5' },
      { row: 6, line: 7, column: 'kids', raw: '6' },
      { row: 6, line: 7, column: 'boys', raw: '1,200' },
    ],
    rows_total: 3,
    cleaning: ['the sum of 3 cells'],
  });
  expect((await must(admin.get(url + places.d), 200)).source.rows).toBeUndefined();
  const prov = await must(admin.get(`${url}${places.c}&format=prov`), 200);
  const from = Object.values<Record<string, unknown>>(prov.wasDerivedFrom);
  expect(from.map((one) => [one['granary:row'], one['granary:column'], one['granary:raw']])).toEqual([
    [2, 'kids', '5'],
    [6, 'kids', '6'],
    [6, 'boys', '1,200'],
  ]);
  const viewer = await someone(world);
  const body = { user_id: viewer.number, top_lvl_location_id: places.Q, right: 'view' };
  await must(admin.post('/api/v1/location_responsibility/', body), 201);
  expect((await must(viewer.get(url + places.c), 200)).source).toMatchObject({
    document_id: document.id,
    row: 6,
    rows: [{ row: 2 }, { row: 6 }, { row: 6 }],
  });
  // Of a place above, its inputs say the same; of days and of long files likewise.
  const { inputs } = await must(admin.get(`${url}${places.Q}&depth=1`), 200);
  expect(inputs.map((one: { source: { rows?: unknown[] } }) => one.source.rows?.length)).toEqual([3, undefined]);
  await the.document(
    'geocode,data_date,indicator,value\nx,2020-04-05,visits,1\nx,2020-04-06,visits,2\nx,2020-04-05,visits,4\n',
    {
      file_type: 'date',
      duplicates: 'sum',
    },
  );
  const day = await must(
    admin.get(
      `/api/v1/datapoint/lineage?indicator_id=${indicators.visits}&data_date=2020-04-05&location_id=${places.x}`,
    ),
    200,
  );
  expect([day.value, day.source.rows]).toEqual([
    5,
    [
      { row: 1, line: 2, column: 'value', raw: '1' },
      { row: 3, line: 4, column: 'value', raw: '4' },
    ],
  ]);
});

test('a column that another of its row counts before is told beside it', async () => {
  await the.document('geocode,campaign,first,second,third\nb,june,1,-,3\na,june,4,5,x\n');
  for (const code of ['third', 'first', 'second']) await the.map('indicator', code, indicators.seen!);
  const url = `/api/v1/datapoint/lineage?indicator_id=${indicators.seen}&campaign_id=${campaigns.june}&location_id=`;
  const told = async (place: string) => {
    const { value, source, superseded } = await must(admin.get(url + places[place]), 200);
    return [value, source.column, source.passed_over, superseded];
  };
  expect(await told('b')).toEqual([3, 'third', [{ column: 'first', raw: '1' }], []]);
  expect(await told('a')).toEqual([5, 'second', [{ column: 'first', raw: '4' }], []]);
});
