import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, expect, test } from 'vitest';
import { startWorld } from '../support/world.ts';
import { flowOwner, specOf } from './flow-world.ts';

const first = await generateKeyPair('RS256');
const second = await generateKeyPair('RS256');
let served: string | undefined;
let asked = 0;
let refreshed = 500;
const server = createServer((request, response) => {
  if (request.url === '/api/refresh') return response.writeHead(refreshed).end();
  asked += 1;
  return response.writeHead(served === undefined ? 503 : 200).end(served);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(() => server.close());

const world = await startWorld({ AUTH_SERVER: address, DPP_URL: `http://${address}/` });
afterAll(() => world.runJobs());

const sign = (key: Parameters<SignJWT['sign']>[0], claims: Record<string, unknown>, alg = 'RS256') =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(key);
const claims = { userid: 'them', permissions: { max_dataset_num: 1 }, service: 'source' };
const send = (token: string, dataset = 'id') =>
  world.anon.post(`/source/upload?jwt=${token}`, specOf({ id: 'them' }, dataset));

test('without a key there is no answer yet', async () => {
  expect((await send(await sign(first.privateKey, claims))).status).toBe(503);
});

test('only the key of the auth server counts', async () => {
  served = await exportSPKI(first.publicKey);
  await expect.poll(async () => (await send(await sign(first.privateKey, claims))).status, { timeout: 5000 }).toBe(200);
  const ours = await flowOwner(world);
  const { body } = await world.anon.post('/source/upload', specOf(ours), { 'auth-token': ours.token });
  expect(body.errors).toEqual(['No token or token not authorised for owner']);
  expect((await ours.post('/source/upload', specOf(ours))).body.errors).toEqual(body.errors);
});

test('a runner that does not hear is said, and the revision is there', async () => {
  const { body } = await send(await sign(first.privateKey, claims));
  expect(body).toMatchObject({
    success: false,
    dataset_id: 'them/id',
    errors: ['Failed to refresh pipelines status'],
  });
  expect((await world.anon.get(`/source/${body.flow_id}`)).body.state).toBe('QUEUED');
  refreshed = 200;
  expect((await send(await sign(first.privateKey, claims))).body.success).toBe(true);
});

test('the limit of the token is kept, also by many at once, and never for a new revision', async () => {
  const token = await sign(first.privateKey, { ...claims, permissions: { max_dataset_num: 3 } });
  const answers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => send(token, name)));
  const refused = answers.filter(({ body }) => !body.success).map(({ body }) => body.errors[0]);
  expect(refused).toEqual(Array(3).fill('Max datasets for user exceeded plan limit (3)'));
  expect((await send(await sign(first.privateKey, { userid: 'them' }))).body.success).toBe(true);
});

test('times of a token are kept, with half a minute of leeway, and only RS256 counts', async () => {
  const now = Math.floor(Date.now() / 1000);
  for (const [more, good] of [
    [{ exp: now - 10 }, true],
    [{ exp: now - 60 }, false],
    [{ nbf: now + 60 }, false],
    [{ userid: 7 }, false],
  ] as const) {
    const { body } = await send(await sign(first.privateKey, { ...claims, ...more }));
    expect([more, body.success]).toEqual([more, good]);
  }
  const pem = new TextEncoder().encode(served);
  const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(pem);
  expect((await send(forged)).body.success).toBe(false);
});

test('a new key is fetched after a signature that does not fit, at most once a minute', async () => {
  const token = await sign(second.privateKey, claims);
  served = await exportSPKI(second.publicKey);
  const before = asked;
  // A key was fetched less than a minute ago.
  expect((await send(token)).body.success).toBe(false);
  expect(asked).toBe(before);
  const { now } = world.context;
  world.context.now = () => new Date(now().getTime() + 61_000);
  expect((await send(token)).body.success).toBe(true);
  expect((await send(await sign(first.privateKey, claims))).body.success).toBe(false);
  expect(asked).toBe(before + 1);
  world.context.now = now;
});
