import { afterEach, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { startDocumentsWorld } from './documents-world.ts';

/** Contract monitoring §3.3: values of data_format date leave as days, those of date_int as numbers, everywhere. */

const the = await startDocumentsWorld();
const { admin, places, indicators, campaigns, world } = the;
await the.indicator('opened', 'date', { aggregation: 'min' });
await the.indicator('closed', 'date_int', { aggregation: 'max' });
await the.indicator('opened_on', 'date', { resource_name: 'date' });
await the.campaign('may', '2020-05-01');
const document = await the.document(
  'geocode,campaign,opened,closed\na,may,2015-06-05,2016-01-31\nb,may,2015-06-07,2016-02-01\n',
);
const days = await the.document('geocode,data_date,opened_on\na,2020-05-01,2015-06-05\n', { file_type: 'date' });
const entry = { location_id: places.P, campaign_id: campaigns.may };
await must(
  admin.post('/api/v1/campaign_datapoint/', { ...entry, indicator_id: indicators.opened, value: '2015-06-06' }),
  201,
);
await must(
  admin.post('/api/v1/campaign_datapoint/', { ...entry, indicator_id: indicators.closed, value: 20_160_301 }),
  201,
);
for (const code of ['P', 'a']) {
  const geo_json = { type: 'Point', coordinates: [1, 2] };
  await must(admin.post('/api/v1/geo/', { location_id: places[code], geo_json }), 201);
}
afterEach(() => world.runJobs());

const of = (name: string) => `indicator__in=${indicators[name]}`;
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely; the assertions are the type check.
const objects = async (path: string): Promise<any[]> => (await must(admin.get(`/api/v1/${path}`), 200)).objects;

test.each([
  ['campaign_datapoint', () => `campaign_datapoint/?${of('opened')}&location_id=${places.a}`, 'value', '2015-06-05'],
  ['campaign_datapoint', () => `campaign_datapoint/?${of('closed')}&location_id=${places.a}`, 'value', 20_160_131],
  [
    'what a conflict is with',
    () => `campaign_datapoint/?${of('opened')}&location_id=${places.P}&fields=conflict`,
    'conflict',
    '2015-06-05',
  ],
  ['datapoint', () => `datapoint/?${of('opened')}&location_id=${places.P}`, 'value', '2015-06-06'],
  ['date_datapoint', () => `date_datapoint/?${of('opened_on')}`, 'value', '2015-06-05'],
  [
    'in groups',
    () => `date_datapoint/?${of('opened_on')}&location_id=${places.a}&group_by_time=month`,
    'value',
    '2015-06-05',
  ],
  ['datapoint_history', () => `datapoint_history/?${of('opened')}&location_id=${places.a}`, 'value', '2015-06-05'],
  ['datapoint_history', () => `datapoint_history/?${of('closed')}&location_id=${places.a}`, 'value', 20_160_131],
  [
    'doc_datapoint',
    () => `doc_datapoint/?document_id=${document.id}&indicator_id=${indicators.opened}`,
    'value',
    '2015-06-05',
  ],
  [
    'doc_datapoint',
    () => `doc_datapoint/?document_id=${document.id}&indicator_id=${indicators.closed}`,
    'value',
    20_160_131,
  ],
  [
    'campaign_doc_result',
    () => `campaign_doc_result/?document_id=${document.id}&location_id=${places.a}&indicator_id=${indicators.opened}`,
    'value',
    '2015-06-05',
  ],
  ['date_doc_result', () => `date_doc_result/?document_id=${days.id}`, 'value', '2015-06-05'],
  [
    'conflict',
    () => `conflict/?campaign_id=${campaigns.may}&indicator_id=${indicators.opened}`,
    'stored_value',
    '2015-06-06',
  ],
  [
    'conflict',
    () => `conflict/?campaign_id=${campaigns.may}&indicator_id=${indicators.opened}`,
    'computed_value',
    '2015-06-05',
  ],
  [
    'conflict',
    () => `conflict/?campaign_id=${campaigns.may}&indicator_id=${indicators.closed}`,
    'stored_value',
    20_160_301,
  ],
])('%s', async (_name, path, field, expected) => {
  const [first] = await objects(path());
  expect(first[field]).toBe(expected);
  const [line] = (await admin.get(`/api/v1/${path()}&format=ndjson`)).text.split('\n');
  expect(JSON.parse(line!)[field]).toBe(expected);
  // Results of a document are lists only, cells of groups have no address.
  if (first.id == null || path().includes('doc_result/')) return;
  const single = await must(admin.get(`/api/v1/${path().split('/')[0]}/${first.id}/`), 200);
  expect(single[field]).toBe(expected);
});

test('lineage, of what was stored, rolled up, entered and superseded', async () => {
  const lineage = (name: string, code: string, more = '') =>
    must(
      admin.get(
        `/api/v1/datapoint/lineage?indicator_id=${indicators[name]}&location_id=${places[code]}&campaign_id=${campaigns.may}${more}`,
      ),
      200,
    );
  expect(await lineage('opened', 'a')).toMatchObject({ kind: 'stored', value: '2015-06-05' });
  expect(await lineage('closed', 'a')).toMatchObject({ kind: 'stored', value: 20_160_131 });
  const above = await lineage('opened', 'K', '&depth=1');
  expect(above).toMatchObject({
    kind: 'rolled_up',
    value: '2015-06-06',
    inputs: [{ value: '2015-06-06', kind: 'entry' }],
  });
  const prov = await lineage('opened', 'K', '&depth=1&format=prov');
  const values = Object.values(prov.entity as Record<string, Record<string, unknown>>).map((one) => one['prov:value']);
  expect(values).toContainEqual({ $: '2015-06-06', type: 'xsd:date' });
  const entered = await lineage('opened', 'P');
  expect(entered.conflict).toEqual({ stored: '2015-06-06', computed: '2015-06-05' });
  const cell = { indicator_id: indicators.opened, location_id: places.a, campaign_id: campaigns.may };
  const { id } = await must(admin.post('/api/v1/campaign_datapoint/', { ...cell, value: '2015-06-09' }), 201);
  await must(admin.patch(`/api/v1/campaign_datapoint/${id}/`, { value: '2015-06-10' }), 202);
  const changed = await lineage('opened', 'a');
  expect([changed.value, changed.entry.value_before, changed.superseded[0].value]).toEqual([
    '2015-06-10',
    '2015-06-09',
    '2015-06-05',
  ]);
});

test('maps', async () => {
  const at = (name: string) =>
    `geo/?location_id=${places.a}&indicator_id=${indicators[name]}&campaign_id=${campaigns.may}`;
  await must(admin.get(`/api/v1/${at('closed')}`), 200);
  expect((await objects(at('closed')))[0].properties.value).toBe(20_160_131);
  expect((await objects(at('opened')))[0].properties.value).toMatch(/^2015-06-\d\d$/);
});

test('what a mapping would change', async () => {
  const id = await the.mapping('location', 'b');
  const { objects: cells } = await must(
    admin.get(`/api/v1/source_object_map/${id}/preview?master_object_id=${places.c}`),
    200,
  );
  const told = cells
    .filter((one: { indicator_id: number }) => one.indicator_id === indicators.opened)
    .map((one: { location__name: string; from: unknown; to: unknown }) => [one.location__name, one.from, one.to]);
  expect(told).toContainEqual(['place c', null, '2015-06-07']);
});
