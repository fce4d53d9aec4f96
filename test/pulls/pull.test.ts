import { expect, test } from 'vitest';
import { sendJson, startSource } from '../connections/http-source.ts';
import { projectOf, somebody } from '../support/people.ts';
import { whileWorking } from '../support/upload.ts';
import { startWorld } from '../support/world.ts';

let rows: { id: number; at: string }[] = [];
const source = await startSource(({ path, query }, response) => {
  // Begins, and never ends.
  if (path === '/slow') return void response.writeHead(200).write('{"id":1}\n');
  if (path === '/pages') return sendJson(response, [{ id: query.get('page'), text: 'x'.repeat(1200) }]);
  return sendJson(
    response,
    rows.filter(({ at }) => at > (query.get('since') ?? '')),
  );
});
const world = await startWorld({
  GRANARY_ALLOW_HOSTS: source.host,
  GRANARY_PULL_MAX_ROWS: '4',
  GRANARY_PULL_MAX_BYTES: '2000',
  GRANARY_PULL_SECONDS: '1',
});
const ann = await somebody(world, { username: 'ann' });
const project = await projectOf(world, ann);
await ann.post('/api/v1/connection', {
  project_id: project,
  name: 'lab',
  type: 'http-json',
  config: { url: source.url },
  queries: {
    since: { cursor: { parameter: 'since', field: '/at' } },
    all: {},
    pages: { path: 'pages', pages: { by: 'page', parameter: 'page' } },
    slow: { path: 'slow', format: 'ndjson' },
  },
});
const row = (id: number, more = {}) => ({ id, at: `2026-01-0${id}`, ...more });
let made = 0;

async function pulling(query: string, more: Record<string, unknown> = {}) {
  made += 1;
  const given = { project_id: project, name: `p${made}`, connection: 'lab', query, dataset: `d${made}`, ...more };
  const answer = await ann.post('/api/v1/pull', given);
  expect(answer.status, answer.text).toBe(201);
  const { id } = answer.body;
  return {
    id,
    sync: () => whileWorking(world, ann.post(`/api/v1/sync_odk?odk_form_id=${id}`)),
    read: async () => (await ann.get(`/api/v1/pull/${id}`)).body,
    change: (change: Record<string, unknown>) => ann.patch(`/api/v1/pull/${id}`, change),
  };
}

test('what is new is appended; the cursor is the largest value seen', async () => {
  const { sync, read } = await pulling('since');
  rows = [row(2), row(1)];
  expect((await sync()).body.meta).toMatchObject({ total_count: 2, run: { summary: { revision: 1 } } });
  expect((await read()).cursor).toBe('2026-01-02');
  rows.push(row(3));
  expect((await sync()).body).toMatchObject({
    objects: [{ id: 3, at: '2026-01-03' }],
    meta: { run: { summary: { revision: 2 } } },
  });
});

test('another query begins anew; another name does not', async () => {
  const { sync, read, change } = await pulling('since');
  rows = [row(1)];
  await sync();
  await change({ name: 'renamed' });
  expect((await read()).cursor).toBe('2026-01-01');
  await change({ query: 'all' });
  expect((await read()).cursor).toBe(null);
});

test('a replacement takes away what is no longer there; the same once more is no revision', async () => {
  const { sync } = await pulling('all', { mode: 'replace' });
  rows = [row(1), row(2)];
  await sync();
  rows = [row(2)];
  expect((await sync()).body).toMatchObject({ objects: [{ id: 2 }], meta: { run: { summary: { revision: 2 } } } });
  expect((await sync()).body).toMatchObject({ objects: [], meta: { run: { summary: { revision: null } } } });
});

test.each([
  ['rows', 'all', () => [1, 2, 3, 4, 5].map((id) => row(id)), '4 rows'],
  ['bytes', 'pages', () => [], '2000 bytes'],
  ['bytes of one answer', 'all', () => [row(1, { text: 'x'.repeat(2000) })], 'too large'],
  ['time', 'slow', () => [], '1 seconds'],
])('the limit of %s ends the pull, and nothing of it is kept', async (_what, query, given, limit) => {
  const { sync, read } = await pulling(query);
  rows = given();
  const { status, body } = await sync();
  expect([status, body.code, body.run.state]).toEqual([413, 'limit_reached', 'failed']);
  expect(body.error).toContain(limit);
  expect((await read()).cursor).toBe(null);
  expect((await ann.get(`/api/v1/upload?dataset_name=d${made}`)).body.objects ?? []).toEqual([]);
});

test('a pull whose connection has lost the query says so', async () => {
  const { sync } = await pulling('since');
  await world.context.db.pool.query(`update connection set queries = queries - 'since' where name = 'lab'`);
  expect((await sync()).body).toMatchObject({ code: 'query_not_found' });
});
