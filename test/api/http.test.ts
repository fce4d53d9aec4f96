import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startWorld } from '../support/world.ts';

const { anon } = await startWorld();

test('an unknown address is one problem document that every client can read', async () => {
  const answer = await anon.get('/nowhere');
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({
    status: 404,
    code: 'not_found',
    detail: 'Not Found',
    error: 'Not Found',
    msg: 'Not Found',
  });
  expect(answer.body.request_id).toBe(answer.headers.get('x-request-id'));
});

test('a known address with a wrong method says which are allowed', async () => {
  const answer = await anon.delete('/livez');
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toContain('GET');
});

test('OPTIONS tells the methods of an address, whoever asks; a preflight is answered as one', async () => {
  const page = 'https://app.example.org';
  const world = await startWorld({ CORS_ORIGINS: page });
  const all = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT';
  for (const [path, allow] of [
    ['/api/v1/indicator/', all],
    ['/api/v1/indicator/1', 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT'],
    ['/api/v1/indicator/schema/', 'GET, HEAD, OPTIONS'],
    ['/api/v1/agg_refresh', 'GET, OPTIONS, POST'],
    ['/api/v1/source_doc/1/undo', 'OPTIONS, POST'],
    ['/api/v1/source_object_map/apply/', 'OPTIONS, POST'],
    ['/api/v1/', 'GET, HEAD, OPTIONS'],
    ['/livez', 'GET, HEAD, OPTIONS'],
  ]) {
    for (const headers of [
      {},
      { origin: page },
      { origin: 'https://elsewhere.example' },
      { authorization: 'Bearer x' },
    ]) {
      const answer = await world.anon.send('OPTIONS', path!, undefined, headers as Record<string, string>);
      expect([path, answer.status, answer.headers.get('allow'), answer.text]).toEqual([path, 204, allow, '']);
    }
  }
  expect((await world.anon.send('OPTIONS', '/api/v1/nothing')).status).toBe(404);
  const asked = {
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'authorization,if-match',
  };
  const preflight = await world.anon.send('OPTIONS', '/api/v1/indicator/1', undefined, { origin: page, ...asked });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([200, page]);
  expect(preflight.headers.get('access-control-allow-methods')).toBe(all);
  expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization,if-match');
  const foreign = { origin: 'https://elsewhere.example', ...asked };
  const refused = await world.anon.send('OPTIONS', '/api/v1/indicator/1', undefined, foreign);
  expect(refused.headers.get('access-control-allow-origin')).toBe(null);
});

test('live, ready, metrics and the API description are there', async () => {
  expect((await anon.get('/livez')).status).toBe(200);
  expect((await anon.get('/readyz')).body).toEqual({ status: 'ok' });
  expect((await anon.get('/metrics')).text).toContain('granary_http_request_seconds');
  expect((await anon.get('/openapi.json')).body.openapi).toBe('3.1.0');
  expect((await anon.get('/docs/')).text).toContain('<html');
});

test('an answer of the API depends on who asks, on what page, and in which format', async () => {
  const page = 'https://app.example.org';
  const world = await startWorld({ CORS_ORIGINS: page });
  const { headers } = await world.anon.get('/api/v1/dataset', { origin: page });
  expect(headers.get('vary')?.split(', ')).toEqual(['Origin', 'Authorization', 'Auth-Token', 'Cookie', 'Accept']);
  expect(headers.get('access-control-allow-origin')).toBe(page);
  expect((await world.anon.get('/livez')).headers.get('vary') ?? '').not.toContain('Cookie');
});

test('a gzip body that is not gzip is refused', async () => {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  const bad = await anon.post('/livez', new Uint8Array([1, 2, 3]), headers);
  expect([400, 405]).toContain(bad.status);
  expect(gzipSync('{}').length).toBeGreaterThan(0);
});

test('security headers are on every answer, errors included', async () => {
  const answer = await anon.get('/nowhere');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
});
