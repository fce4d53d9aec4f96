import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { projectOf, somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { type Asked, sendJson, startSource } from './http-source.ts';

const all = Array.from({ length: 7 }, (_, i) => ({ id: i + 1, at: `2026-01-0${i + 1}` }));
const answers: Record<string, (asked: Asked, response: ServerResponse) => void> = {
  '/link': ({ query }, response) => {
    const page = Number(query.get('p') ?? 1);
    const link: Record<string, string> =
      page < 3 ? { link: `</link?p=${page + 1}>; rel="next", </link>; rel="first"` } : {};
    sendJson(response, all.slice((page - 1) * 3, page * 3), link);
  },
  '/body-link': ({ query }, response) => {
    const page = Number(query.get('p') ?? 1);
    sendJson(response, {
      data: { rows: all.slice((page - 1) * 3, page * 3) },
      next: page < 3 ? `?p=${page + 1}` : null,
    });
  },
  '/foreign-link': (_, response) => sendJson(response, { rows: all, next: `${other.url}/link` }),
  '/round': (_, response) => sendJson(response, { rows: all, next: '/round' }),
  '/offset': ({ query }, response) => {
    const from = Number(query.get('skip'));
    sendJson(response, { rows: all.slice(from, from + Number(query.get('take'))) });
  },
  '/page': ({ query }, response) => sendJson(response, all.slice((Number(query.get('page')) - 1) * 3).slice(0, 3)),
  '/cursor': ({ query }, response) => {
    const from = Number(query.get('c') ?? 0);
    sendJson(response, { rows: all.slice(from, from + 2), next: from + 2 < 7 ? from + 2 : null });
  },
  '/since': ({ query }, response) =>
    sendJson(
      response,
      all.filter(({ at }) => at > (query.get('since') ?? '')),
    ),
  '/lines': (_, response) => void response.end(`${all.map((row) => JSON.stringify(row)).join('\r\n')}\n`),
  '/csv': (_, response) => void response.end('id;name\r\n1;"a;""b"""\r\n2;\r\n'),
  '/ragged': (_, response) => void response.end('id,name\n1\n'),
  '/post': ({ body, headers, method }, response) =>
    sendJson(response, [{ method, body, type: headers['content-type'] }]),
  '/numbers': (_, response) => void response.end('[1.50]'),
  '/who': ({ headers, query }, response) =>
    sendJson(response, [{ auth: headers.authorization ?? headers['x-key'] ?? query.get('k') }]),
};
const source = await startSource((asked, response) => answers[asked.path]!(asked, response));
/** Allowed too, but not the connection's. */
const other = await startSource((asked, response) => answers[asked.path]!(asked, response));
const world = await startWorld({ GRANARY_ALLOW_HOSTS: `${source.host},${other.host}` });
const ann = await somebody(world, { username: 'ann' });
const project = await projectOf(world, ann);
let made = 0;

async function preview(given: Record<string, unknown>, config: Record<string, unknown> = {}, secrets = {}) {
  made += 1;
  const connection = await ann.post('/api/v1/connection', {
    project_id: project,
    name: `c${made}`,
    type: 'http-json',
    config: { url: source.url, ...config },
    secrets,
  });
  expect(connection.status, connection.text).toBe(201);
  return ann.post(`/api/v1/connection/${connection.body.id}/preview`, { source: given });
}

test.each([
  ['by the header Link', { path: 'link', pages: { by: 'link' } }],
  ['by a link in the answer', { path: 'body-link', records: '/data/rows', pages: { by: 'link', next: '/next' } }],
  ['by offset', { path: 'offset', pages: { by: 'offset', parameter: 'skip', size: 3, size_parameter: 'take' } }],
  ['by number', { path: 'page', pages: { by: 'page', parameter: 'page' } }],
  ['by a cursor', { path: 'cursor', pages: { by: 'cursor', parameter: 'c', next: '/next' } }],
])('pages %s are read to the last', async (_how, given) => {
  const answer = await preview(given);
  expect(answer.body, answer.text).toEqual({ rows: all, more: false });
});

test.each([
  [
    'to another server',
    { path: 'foreign-link', records: '/rows', pages: { by: 'link', next: '/next' } },
    'source_forbidden',
  ],
  ['back to itself', { path: 'round', records: '/rows', pages: { by: 'link', next: '/next' } }, 'source_refused'],
])('a next page that leads %s is not followed', async (_where, given, code) => {
  expect((await preview(given)).body).toMatchObject({ code });
  expect(other.asked).toEqual([]);
});

test('NDJSON and CSV are read as they come', async () => {
  expect((await preview({ path: 'lines', format: 'ndjson' })).body.rows).toEqual(all);
  expect((await preview({ path: 'csv', format: 'csv', delimiter: ';' })).body.rows).toEqual([
    { id: '1', name: 'a;"b"' },
    { id: '2', name: null },
  ]);
  expect((await preview({ path: 'ragged', format: 'csv' })).body).toMatchObject({ code: 'source_broken' });
  expect((await preview({ path: 'csv' })).body).toMatchObject({ code: 'source_broken' });
  expect((await preview({ path: 'numbers' })).body).toMatchObject({ code: 'source_broken' });
});

test('a first read begins at the initial cursor', async () => {
  const cursor = { parameter: 'since', field: '/at', initial: '2026-01-05' };
  expect((await preview({ path: 'since', cursor })).body.rows).toEqual(all.slice(5));
});

test('what is asked can be posted', async () => {
  const answer = await preview({ path: 'post', method: 'POST', body: { a: [1] } });
  expect(answer.body.rows).toEqual([{ method: 'POST', body: '{"a":[1]}', type: 'application/json' }]);
});

test.each([
  ['basic', { auth: 'basic', username: 'u' }, { password: 'p:w' }, 'Basic dTpwOnc='],
  ['bearer', { auth: 'bearer' }, { token: 't' }, 'Bearer t'],
  ['header', { auth: 'header', auth_name: 'X-Key' }, { token: 't' }, 't'],
  ['query', { auth: 'query', auth_name: 'k' }, { token: 't&' }, 't&'],
])('the sign-in %s', async (_name, config, secrets, auth) => {
  expect((await preview({ path: 'who' }, config, secrets)).body.rows).toEqual([{ auth }]);
});
