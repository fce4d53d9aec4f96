import { expect, test } from 'vitest';
import { projectOf, somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { sendJson, startSource } from './http-source.ts';

const source = await startSource(({ path, headers, query }, response) => {
  if (headers.authorization !== 'Bearer s3cret-t0ken' && query.get('k') !== 's3cret-t0ken')
    return sendJson(response, { error: 'who?' }, {}, 401);
  if (path === '/api/broken')
    return void response.writeHead(200, { 'content-length': '100' }).end('{"a":', () => response.destroy());
  if (path === '/api/gone') return sendJson(response, {}, {}, 410);
  return sendJson(response, { items: Array.from({ length: 60 }, (_, i) => ({ id: i, long: '9007199254740993' })) });
});
const world = await startWorld({
  GRANARY_ALLOW_HOSTS: `${source.host},127.0.0.1:1`,
  GRANARY_CONNECTION_CONNECT_SECONDS: '3',
});
const ann = await somebody(world, { username: 'ann' });
const ed = await somebody(world, { username: 'ed' });
const cy = await somebody(world, { username: 'cy' });
const admin = await somebody(world, { username: 'root', role: 'ADMIN' });
const project = await projectOf(world, ann, { editor: ed, contributor: cy });

const lab = (more: Record<string, unknown> = {}) => ({
  project_id: project,
  name: `lab-${Math.random().toString(36).slice(2)}`,
  type: 'http-json',
  config: { url: `${source.url}/api/`, auth: 'bearer' },
  secrets: { token: 's3cret-t0ken' },
  queries: { items: { path: 'items' } },
  ...more,
});

async function made(more: Record<string, unknown> = {}, by = ann) {
  const answer = await by.post('/api/v1/connection', lab(more));
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

test('secrets are written and never read, also not by who wrote them', async () => {
  const connection = await made();
  expect(connection).toMatchObject({ type: 'http-json', secret_names: ['token'], usable_by: 'managers' });
  const read = await ann.get(`/api/v1/connection/${connection.id}`);
  const list = await ann.get('/api/v1/connection?format=csv');
  for (const { text } of [read, list]) expect(text).not.toContain('s3cret');
  expect(read.body).not.toHaveProperty('secrets');
  expect((await ann.get('/api/v1/connection?secrets__contains=s')).status).toBe(400);
  const { rows } = await world.context.db.pool.query('select secrets::text as kept from connection where id = $1', [
    connection.id,
  ]);
  expect(rows[0].kept).not.toContain('s3cret');
});

test('only managers of the project and administrators see a connection; of the installation administrators alone', async () => {
  const connection = await made({ usable_by: 'members' });
  for (const person of [ed, cy]) {
    expect((await person.get(`/api/v1/connection/${connection.id}`)).status).toBe(404);
    expect((await person.post(`/api/v1/connection/${connection.id}/preview`, { query: 'items' })).status).toBe(404);
    expect((await person.post('/api/v1/connection', lab())).status).toBe(403);
  }
  expect((await admin.get(`/api/v1/connection/${connection.id}`)).status).toBe(200);
  const shared = await made({ project_id: null }, admin);
  expect((await ann.get(`/api/v1/connection/${shared.id}`)).status).toBe(404);
  expect((await ann.post('/api/v1/connection', lab({ project_id: null }))).status).toBe(403);
});

test('a test says what answers; a preview shows fifty rows with all their digits, and stores nothing', async () => {
  const { id } = await made();
  expect((await ann.post(`/api/v1/connection/${id}/test`)).body).toMatchObject({ ok: true });
  const preview = await ann.post(`/api/v1/connection/${id}/preview`, { query: 'items' });
  expect(preview.status, preview.text).toBe(200);
  expect(preview.body).toMatchObject({ more: true });
  expect(preview.body.rows).toHaveLength(50);
  expect(preview.body.rows[7]).toEqual({ id: 7, long: '9007199254740993' });
  const { rows } = await world.context.db.pool.query('select count(*)::int as n from upload');
  expect(rows[0].n).toBe(0);
  expect((await ann.post(`/api/v1/connection/${id}/preview`, { query: 'itemz' })).body).toMatchObject({
    code: 'query_not_found',
  });
  expect((await ann.post(`/api/v1/connection/${id}/preview`, {})).body).toMatchObject({ code: 'invalid_source' });
});

test('where secrets are sent cannot change without giving them again', async () => {
  const { id } = await made();
  const elsewhere = { config: { url: 'https://evil.example.org/', auth: 'bearer' } };
  expect((await ann.patch(`/api/v1/connection/${id}`, elsewhere)).body).toMatchObject({ code: 'secrets_needed' });
  const given = { ...elsewhere, secrets: { token: 'another' } };
  expect((await ann.patch(`/api/v1/connection/${id}`, given)).status).toBe(202);
  // What stays where it is keeps its secrets.
  const titled = { title: 'Laboratory', config: { ...elsewhere.config, headers: { 'x-lab': '1' } } };
  expect((await ann.patch(`/api/v1/connection/${id}`, titled)).body).toMatchObject({ secret_names: ['token'] });
  expect((await ann.patch(`/api/v1/connection/${id}`, { secrets: { token: null } })).body).toMatchObject({
    code: 'invalid_connection',
  });
});

test.each([
  ['a wrong credential', { secrets: { token: 'wrong-t0ken' } }, 'items', 'source_unauthorized', 502],
  ['a status that is none of data', {}, 'gone', 'source_refused', 502],
  ['an answer that breaks off', {}, 'broken', 'source_broken', 502],
  [
    'a host nobody allowed',
    { config: { url: 'http://127.0.0.2:1/', auth: 'bearer' } },
    'items',
    'source_forbidden',
    403,
  ],
  ['a path that leads out', {}, '../admin', 'source_forbidden', 403],
  [
    'a key in an address that does not answer',
    { config: { url: 'http://127.0.0.1:1/', auth: 'query', auth_name: 'k' } },
    'items',
    'source_unreachable',
    502,
  ],
])('%s is refused with a code and without the secret', async (_what, more, path, code, status) => {
  const { id } = await made(more);
  const answer = await ann.post(`/api/v1/connection/${id}/preview`, { source: { path } });
  expect(answer.body).toMatchObject({ code });
  expect(answer.status).toBe(status);
  expect(answer.text).not.toMatch(/t0ken/);
});

test('the test of what does not answer is an answer', async () => {
  const { id } = await made({ secrets: { token: 'wrong-t0ken' } });
  const { status, body, text } = await ann.post(`/api/v1/connection/${id}/test`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ ok: false, code: 'source_unauthorized' });
  expect(text).not.toContain('t0ken');
});

test.each([
  ['a type nobody knows', { type: 'telepathy' }, 400, 'unknown_connector'],
  ['a type of the contract that is not part of this version', { type: 'mongodb' }, 501, 'connector_not_installed'],
  ['a setting nobody knows', { config: { url: source.url, hots: 1 } }, 400, 'invalid_connection'],
  ['a password in the address', { config: { url: 'https://u:p@example.org/' } }, 400, 'invalid_connection'],
  [
    'a key among the plain headers',
    { config: { url: source.url, headers: { 'X-Api-Key': 'k' } } },
    400,
    'invalid_connection',
  ],
  ['a secret nobody asks for', { secrets: { pin: '1' } }, 400, 'invalid_connection'],
  ['a sign-in without its secret', { secrets: {} }, 400, 'invalid_connection'],
  ['a query that is none', { queries: { x: { paht: '/' } } }, 400, 'invalid_source'],
  ['a query whose name has a slash', { queries: { 'a/b': {} } }, 400, 'invalid_connection'],
])('%s is refused', async (_what, more, status, code) => {
  const answer = await ann.post('/api/v1/connection', lab(more));
  expect(answer.body).toMatchObject({ code });
  expect(answer.status).toBe(status);
});

test('a name is there once in a project, and once for the installation', async () => {
  const { name } = await made();
  expect((await ann.post('/api/v1/connection', lab({ name }))).status).toBe(409);
  await made({ name, project_id: null }, admin);
  expect((await admin.post('/api/v1/connection', lab({ name, project_id: null }))).status).toBe(409);
});

test('secrets sealed with another secret of the installation say so', async () => {
  const { id } = await made();
  await world.context.db.pool.query(`update connection set secrets = '{"sealed":"AAAA"}' where id = $1`, [id]);
  expect((await ann.post(`/api/v1/connection/${id}/preview`, { query: 'items' })).body).toMatchObject({
    code: 'connection_secrets_lost',
  });
});
