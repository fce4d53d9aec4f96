import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { must, someone } from '../locations/places-world.ts';
import { startDocumentsWorld } from './documents-world.ts';

const the = await startDocumentsWorld();
const { admin, places, indicators, campaigns, world } = the;
await the.indicator('seen');
await the.campaign('may', '2020-05-01');
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
