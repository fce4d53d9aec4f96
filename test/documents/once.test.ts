import { afterEach, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import type { Answer } from '../support/actor.ts';
import { startDocumentsWorld } from './documents-world.ts';

/** Idempotency-Key on every POST that is no plain resource (contract monitoring §2.3). */
const the = await startDocumentsWorld();
const { admin, world } = the;
await the.indicator('kids');
await the.campaign('may', '2020-05-01');
afterEach(() => world.runJobs());

let keys = 0;
const newKey = () => {
  keys += 1;
  return { 'idempotency-key': `k${keys}`, prefer: 'respond-async' };
};
const reused = [422, 'idempotency_key_reused'];
const replayed = (answer: Answer) => answer.headers.get('idempotency-replayed');
const documents = async () => (await must(admin.get('/api/v1/source_doc/'), 200)).meta.total_count;
const runs = async (kind: string) => (await must(admin.get(`/api/v1/run?kind=${kind}`), 200)).meta.total_count;

test('source_doc as JSON: one key, one document; another body is 422', async () => {
  const key = newKey();
  const docfile = (text: string) => Buffer.from(text).toString('base64');
  const body = { doc_title: 'json.csv', file_type: 'campaign', docfile: docfile('geocode,campaign,kids\na,may,1\n') };
  const before = await documents();
  const first = await admin.post('/api/v1/source_doc/', body, key);
  const again = await admin.post('/api/v1/source_doc/', body, key);
  expect([first.status, replayed(first), again.status, replayed(again)]).toEqual([201, null, 201, 'true']);
  expect(again.body).toEqual(first.body);
  for (const other of [
    { ...body, doc_title: 'other.csv' },
    { ...body, file_type: 'date' },
    { ...body, docfile: docfile('geocode,campaign,kids\na,may,2\n') },
  ]) {
    const refused = await admin.post('/api/v1/source_doc/', other, key);
    expect([refused.status, refused.body.code]).toEqual(reused);
  }
  await world.runJobs();
  const later = await admin.post('/api/v1/source_doc/', body, key);
  expect([later.status, later.body.id, later.body.state]).toEqual([201, first.body.id, 'processed']);
  expect(await documents()).toBe(before + 1);
});

test('source_doc as a form: the file counts by its content; sent many times at once it is one document', async () => {
  const key = newKey();
  const form = (text: string, title = 'form.csv') => {
    const data = new FormData();
    data.set('doc_title', title);
    data.set('file_type', 'campaign');
    data.set('docfile', new Blob([text]), 'form.csv');
    return data;
  };
  const text = 'geocode,campaign,kids\nb,may,1\n';
  const before = await documents();
  const answers = await Promise.all([1, 2, 3, 4].map(() => admin.post('/api/v1/source_doc/', form(text), key)));
  const made = answers.filter(({ status }) => status === 201);
  expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
  expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
  const again = await admin.post('/api/v1/source_doc/', form(text), key);
  expect([again.status, again.body.id]).toEqual([201, made[0]!.body.id]);
  for (const other of [form(`${text}\n`), form(text, 'other.csv')]) {
    const refused = await admin.post('/api/v1/source_doc/', other, key);
    expect([refused.status, refused.body.code]).toEqual(reused);
  }
  expect(await documents()).toBe(before + 1);
});

test('a refused upload can be corrected and sent again; one whose file is no good stays refused', async () => {
  const key = newKey();
  const body = { doc_title: 'late.csv', file_type: 'campaign', docfile: Buffer.from('a,b\n1,2\n').toString('base64') };
  expect((await admin.post('/api/v1/source_doc/', { ...body, file_type: 'x' }, key)).status).toBe(400);
  expect((await admin.post('/api/v1/source_doc/', body, key)).status).toBe(201);
  await world.runJobs();
  const again = await admin.post('/api/v1/source_doc/', body, key);
  expect([again.status, again.body.error]).toEqual([400, 'geocode is a required column.']);
});

test('undo with one key is done once', async () => {
  const { id } = await the.document('geocode,campaign,kids\nc,may,4\n');
  const undo = `/api/v1/source_doc/${id}/undo`;
  const key = newKey();
  const first = await admin.post(undo, undefined, key);
  const again = await admin.post(`${undo}`, undefined, key);
  expect([first.body.state, again.body, replayed(again)]).toEqual(['undone', first.body, 'true']);
  expect((await must(admin.get(`/api/v1/source_doc/${id}`), 200)).state).toBe('undone');
  const other = await admin.post(undo, { undone: false }, key);
  expect([other.status, other.body.code]).toEqual(reused);
  expect((await admin.post(undo, undefined, newKey())).body.state).toBe('processed');
});

test('the review and the import of mappings answer once', async () => {
  await the.document('geocode,campaign,kids\nnowhere,may,4\n');
  const ids = [await the.mapping('location', 'nowhere')];
  const apply = '/api/v1/source_object_map/apply';
  const key = newKey();
  const first = await admin.post(apply, { decision: 'ignore', ids }, key);
  expect([first.status, first.body.meta.total_count]).toEqual([200, 1]);
  await must(admin.post(apply, { decision: 'restore', ids }), 200);
  expect((await admin.post(apply, { decision: 'ignore', ids }, key)).body).toEqual(first.body);
  const { is_ignored } = await must(admin.get(`/api/v1/source_object_map/${ids[0]}`), 200);
  expect(is_ignored).toBe(false);
  const other = await admin.post(apply, { decision: 'unmap', ids }, key);
  expect([other.status, other.body.code]).toEqual(reused);

  const csv = { ...newKey(), 'content-type': 'text/csv' };
  const file = 'content_type,source_object_code,master_code\nlocation,nowhere,d\n';
  const imported = await admin.post('/api/v1/source_object_map/import', file, csv);
  expect([imported.status, imported.body.meta.updated]).toEqual([200, 1]);
  await world.runJobs();
  const back = await admin.post('/api/v1/source_object_map/import', file, csv);
  expect([back.body, replayed(back)]).toEqual([imported.body, 'true']);
  const changed = await admin.post('/api/v1/source_object_map/import', file.replace(',d', ',c'), csv);
  expect([changed.status, changed.body.code]).toEqual(reused);
});

test.each([
  ['geo', 'a|{"type":"Point","coordinates":[1,2]}', '[1,2]', '[1,3]'],
  ['location', 'location_code,name,location_type,parent_code\nnew,New,District,P\n', 'New', 'Newer'],
])('%s/import with one key is done once; a dry run leaves the key alone', async (resource, text, from, to) => {
  const url = `/api/v1/${resource}/import`;
  const csv = { ...newKey(), 'content-type': 'text/csv' };
  const dry = await admin.post(`${url}?dry_run=true`, text, csv);
  expect([dry.status, dry.body.meta.created]).toEqual([200, 1]);
  const first = await admin.post(url, text, csv);
  expect([first.status, first.body.meta.created, replayed(first)]).toEqual([200, 1, null]);
  const again = await admin.post(url, text, csv);
  expect([again.body, replayed(again)]).toEqual([first.body, 'true']);
  const other = await admin.post(url, text.replace(from, to), csv);
  expect([other.status, other.body.code]).toEqual(reused);
});

test('an action with one key has one run, also after it has ended', async () => {
  const may = the.campaigns.may!;
  const key = newKey();
  const before = await runs('agg-refresh');
  const first = await admin.post('/api/v1/agg_refresh/', { campaign_id: may }, key);
  expect([first.status, replayed(first)]).toEqual([202, null]);
  await world.runJobs();
  const again = await admin.post('/api/v1/agg_refresh/', { campaign_id: may }, key);
  expect([again.status, replayed(again), again.body.meta.run.id]).toEqual([200, 'true', first.body.meta.run.id]);
  expect(await runs('agg-refresh')).toBe(before + 1);
  const june = await the.campaign('june', '2020-06-01');
  const other = await admin.post('/api/v1/agg_refresh/', { campaign_id: june }, key);
  expect([other.status, other.body.code]).toEqual(reused);
  expect(await runs('agg-refresh')).toBe(before + 1);
  expect((await admin.post('/api/v1/agg_refresh/', { campaign_id: may }, newKey())).body.meta.run.id).not.toBe(
    first.body.meta.run.id,
  );
});
