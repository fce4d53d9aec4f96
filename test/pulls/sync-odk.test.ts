import { beforeEach, expect, test } from 'vitest';
import { projectOf, somebody } from '../support/people.ts';
import { whileWorking } from '../support/upload.ts';
import { startWorld } from '../support/world.ts';
import { startCentral } from './odk-central.ts';

const central = await startCentral();
const world = await startWorld({ GRANARY_ALLOW_HOSTS: central.host });
const ann = await somebody(world, { username: 'ann' });
const ed = await somebody(world, { username: 'ed' });
const cy = await somebody(world, { username: 'cy' });
const vi = await somebody(world, { username: 'vi' });
const project = await projectOf(world, ann, { editor: ed, contributor: cy, viewer: vi });
let made = 0;

const visit = (n: number, more: Record<string, unknown> = {}) => ({
  id: `uuid:${n}`,
  at: `2026-02-0${n}T08:00:00.123Z`,
  answers: {
    who: { name: `Person ${n}`, contact: { phone: n === 2 ? null : `0${n}` } },
    age: 20 + n,
    place: { type: 'Point', coordinates: [36.8, -1.3, 0], properties: { accuracy: 5 } },
    ...more,
  },
});

beforeEach(() => {
  central.submissions.splice(0, 99, ...[1, 2, 3, 4, 5].map((n) => visit(n)));
  Object.assign(central.state, { dieOnPage: undefined, password: 'central-pass' });
  central.asked.length = 0;
});

/** A form of Central, registered. */
async function form(usable_by = 'members', source: Record<string, unknown> = {}) {
  made += 1;
  const connection = await ann.post('/api/v1/connection', {
    project_id: project,
    name: `central${made}`,
    type: 'odk-central',
    config: { url: central.url, auth: 'session', email: 'reader@example.org' },
    secrets: { password: 'central-pass' },
    queries: { visits: { project: 7, form: 'visit', page_size: 2, ...source } },
    usable_by,
  });
  expect(connection.status, connection.text).toBe(201);
  const pull = await ann.post('/api/v1/pull', {
    project_id: project,
    name: `Visits ${made}`,
    connection: `central${made}`,
    query: 'visits',
    dataset: `visits${made}`,
  });
  expect(pull.status, pull.text).toBe(201);
  return {
    id: pull.body.id as number,
    dataset: `visits${made}`,
    connection: connection.body.id as string,
    pull: pull.body,
  };
}

const sync = (id: number, by = ann) => whileWorking(world, by.post(`/api/v1/sync_odk?odk_form_id=${id}`));
const ids = (objects: { __id: string }[]) => objects.map(({ __id }) => __id).sort();

async function rowsOf(name: string) {
  const { body } = await ann.get(`/api/v1/dataset?name=${name}&project_id=${project}`);
  const [dataset] = body.objects;
  if (dataset === undefined || dataset.latest_revision === 0) return [];
  return (await ann.get(`/api/v1/dataset/${dataset.id}/data.json?shape=array`)).body;
}

test('a form is pulled page by page into a revision, and the objects are its submissions', async () => {
  const { id, dataset, pull } = await form();
  expect(pull).toMatchObject({ mode: 'upsert', key: ['__id'], cursor: null });
  const { status, body, text } = await sync(id);
  expect(status, text).toBe(200);
  expect(body.error).toBe(null);
  expect(body.meta).toMatchObject({
    total_count: 5,
    run: { state: 'succeeded', summary: { revision: 1, rows_read: 5 } },
  });
  expect(ids(body.objects)).toEqual([1, 2, 3, 4, 5].map((n) => `uuid:${n}`));
  const first = body.objects.find(({ __id }: { __id: string }) => __id === 'uuid:1');
  expect(first).toMatchObject({
    'who/name': 'Person 1',
    'who/contact/phone': '01',
    age: 21,
    'meta/instanceID': 'uuid:1',
  });
  expect(first.place).toMatchObject({ type: 'Point', coordinates: [36.8, -1.3, 0] });
  expect(Object.keys(first).filter((name) => name.includes('odata'))).toEqual([]);
  expect(await rowsOf(dataset)).toHaveLength(5);
  // Two a page, and the address Central gives itself is none we follow.
  const pages = central.asked.filter(({ path }) => path.endsWith('/Submissions'));
  expect(pages.map(({ query }) => query.has('$skiptoken'))).toEqual([false, true, true]);
  expect((await ann.get(`/api/v1/pull/${id}`)).body.cursor).toBe('2026-02-05T08:00:00.123Z');
  const upload = (await ann.get(`/api/v1/upload?id=${body.meta.run.summary.upload}`)).body.objects[0];
  expect(upload).toMatchObject({ source: 'pull', state: 'published' });
});

test('the second pull asks for what is newer: sent since, or edited since', async () => {
  const { id, dataset } = await form();
  await sync(id);
  central.asked.length = 0;
  central.submissions.push(visit(6));
  const edited = visit(2, { age: 99 });
  central.submissions[1] = { ...edited, updatedAt: '2026-02-07T00:00:00.000Z' } as never;
  const { body } = await sync(id);
  expect(ids(body.objects)).toEqual(['uuid:2', 'uuid:6']);
  expect(body.meta).toMatchObject({
    total_count: 2,
    run: { summary: { revision: 2, rows: { inserted: 1, updated: 1 } } },
  });
  const [page] = central.asked.filter(({ path }) => path.endsWith('/Submissions'));
  expect(page!.query.get('$filter')).toBe(
    '__system/submissionDate gt 2026-02-05T08:00:00.123Z or __system/updatedAt gt 2026-02-05T08:00:00.123Z',
  );
  const rows = await rowsOf(dataset);
  expect(rows).toHaveLength(6);
  expect(rows.find(({ __id }: { __id: string }) => __id === 'uuid:2')).toMatchObject({ age: 99 });
  const again = await sync(id);
  expect(again.body).toMatchObject({
    objects: [],
    meta: { total_count: 0, run: { summary: { rows_read: 0, revision: null } } },
  });
  const { body: history } = await ann.get(`/api/v1/pull/${id}/history`);
  expect(history.objects.map(({ rows: n, revision }: { rows: number; revision: number }) => [n, revision])).toEqual([
    [0, null],
    [2, 2],
    [5, 1],
  ]);
});

test('an answer that was taken back is empty, and a form that has grown has new columns', async () => {
  const { id, dataset } = await form();
  await sync(id);
  const edited = visit(1, { who: { name: null, contact: { phone: '01' } }, weight: 61.5 });
  central.submissions[0] = { ...edited, updatedAt: '2026-02-08T00:00:00.000Z' } as never;
  const { status, text } = await sync(id);
  expect(status, text).toBe(200);
  const rows = await rowsOf(dataset);
  expect(rows.find(({ __id }: { __id: string }) => __id === 'uuid:1')).toMatchObject({
    'who/name': null,
    weight: 61.5,
  });
  expect(rows.find(({ __id }: { __id: string }) => __id === 'uuid:2')).toMatchObject({ weight: null });
});

test('a server that dies midway leaves nothing, and the next pull brings everything', async () => {
  const { id, dataset } = await form();
  central.state.dieOnPage = 2;
  const failed = await sync(id);
  expect(failed.status).toBe(502);
  expect(failed.body).toMatchObject({ code: 'source_broken', run: { state: 'failed' } });
  expect(await rowsOf(dataset)).toEqual([]);
  expect((await ann.get(`/api/v1/pull/${id}`)).body.cursor).toBe(null);
  central.state.dieOnPage = undefined;
  expect((await sync(id)).body.meta.total_count).toBe(5);
  // Also where something is there already: cursor and rows stay what they were.
  central.submissions.push(visit(6), visit(7), visit(8));
  central.state.dieOnPage = 2;
  expect((await sync(id)).status).toBe(502);
  expect((await ann.get(`/api/v1/pull/${id}`)).body.cursor).toBe('2026-02-05T08:00:00.123Z');
  central.state.dieOnPage = undefined;
  expect(ids((await sync(id)).body.objects)).toEqual(['uuid:6', 'uuid:7', 'uuid:8']);
});

test('credentials that are refused are a code, and no secret', async () => {
  const { id, connection } = await form();
  central.state.password = 'changed';
  const { status, body, text } = await sync(id);
  expect(status).toBe(502);
  expect(body).toMatchObject({
    code: 'source_unauthorized',
    error: expect.stringContaining('does not accept the credentials'),
  });
  const kept = await world.context.db.pool.query(
    `select coalesce((select string_agg(r::text, '') from run r), '') || coalesce((select string_agg(l::text, '') from run_log l), '')
       || coalesce((select string_agg(j::text, '') from graphile_worker._private_jobs j), '') as texts`,
  );
  for (const shown of [text, kept.rows[0].texts]) expect(shown).not.toMatch(/central-pass|central-session/);
  expect((await ann.post(`/api/v1/connection/${connection}/test`)).body).toMatchObject({
    ok: false,
    code: 'source_unauthorized',
  });
});

test('what publishing refuses moves no cursor', async () => {
  const { id, dataset } = await form();
  await sync(id);
  const { body } = await ann.get(`/api/v1/dataset?name=${dataset}&project_id=${project}`);
  const schema = body.objects[0].schema;
  schema.fields.find(({ name }: { name: string }) => name === 'age').constraints = { maximum: 50 };
  expect((await ann.patch(`/api/v1/dataset/${body.objects[0].id}`, { schema })).status).toBeLessThan(300);
  central.submissions.push(visit(6, { age: 200 }));
  const refused = await sync(id);
  expect([refused.status, refused.body.code]).toEqual([400, 'data_not_written']);
  expect((await ann.get(`/api/v1/pull/${id}`)).body.cursor).toBe('2026-02-05T08:00:00.123Z');
  central.submissions.splice(5, 1, visit(6));
  expect(ids((await sync(id)).body.objects)).toEqual(['uuid:6']);
});

test('contributors may pull where the connection says so, and see no rows; viewers may not', async () => {
  const { id } = await form();
  const { status, body } = await sync(id, cy);
  expect([status, body.objects, body.meta.total_count]).toEqual([200, [], 0]);
  expect(body.meta.run.summary).toMatchObject({ rows_read: 5 });
  expect((await sync(id, vi)).body).toMatchObject({ error: `No pull object found for id : ${id}` });
  const closed = await form('managers');
  for (const person of [ed, cy]) expect((await sync(closed.id, person)).status).toBe(404);
  expect((await sync(closed.id)).status).toBe(200);
});

test('unknown forms and missing ones, as all actions have them; GET with a header', async () => {
  expect((await ann.get('/api/v1/sync_odk')).body).toMatchObject({ error: 'Missing required parameter odk_form_id' });
  const unknown = await ann.get('/api/v1/sync_odk/?odk_form_id=999999');
  expect([unknown.status, unknown.body.error]).toEqual([404, 'No pull object found for id : 999999']);
  const { id } = await form();
  const { status, headers } = await whileWorking(world, ann.get(`/api/v1/sync_odk/?odk_form_id=${id}`));
  expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
});

test('a pull by its own address is a run; after a reset it begins from the start', async () => {
  const { id } = await form();
  const started = await ann.post(`/api/v1/pull/${id}/run`);
  expect(started.status).toBe(202);
  await world.runJobs();
  expect((await ann.get(started.body.run.url)).body).toMatchObject({
    kind: 'pull',
    state: 'succeeded',
    project_id: project,
  });
  expect((await ann.post(`/api/v1/pull/${id}/reset`)).status).toBe(204);
  expect((await sync(id)).body.meta.run.summary).toMatchObject({ rows_read: 5 });
});

test('what Central has can be listed', async () => {
  const { connection } = await form();
  const found = await ann.post(`/api/v1/connection/${connection}/discover`);
  expect(found.body.objects, found.text).toEqual([
    {
      name: '7/visit',
      columns: [
        { name: 'who/name', type: 'string' },
        { name: 'age', type: 'int' },
      ],
    },
  ]);
});

test('a pull names a connection its maker may use, a query it has, a dataset that can be', async () => {
  const { pull } = await form();
  const given = { project_id: project, name: 'other', connection: pull.connection, query: 'visits', dataset: 'other' };
  for (const [more, code] of [
    [{ connection: 'nowhere' }, 'connection_not_found'],
    [{ query: 'none' }, 'query_not_found'],
    [{ dataset: 'No Name' }, 'invalid_pull'],
    [{ mode: 'upsert', key: [] }, 'invalid_pull'],
  ] as const)
    expect((await ann.post('/api/v1/pull', { ...given, ...more })).body).toMatchObject({ code });
  // Its pulls go with a connection; what they brought stays.
  expect((await ann.delete(`/api/v1/connection/${pull.connection_id}`)).status).toBe(204);
  expect((await ann.get(`/api/v1/pull/${pull.id}`)).status).toBe(404);
});
