import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { queueDeliveries } from '../../src/flows/index.ts';
import { nextPause } from '../../src/flows/webhooks/pure/next-pause.ts';
import { projectOf, somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';

/** Told to the receiver since the test began. */
let received: { headers: IncomingHttpHeaders; body: string }[] = [];
let answerWith = 204;
const receiver = createServer(async (request, response) => {
  received.push({ headers: request.headers, body: await text(request) });
  response.writeHead(answerWith, answerWith === 302 ? { location: '/elsewhere' } : {}).end();
}).listen(0, '127.0.0.1');
await once(receiver, 'listening');
const { port } = receiver.address() as AddressInfo;
afterAll(() => receiver.close());

const world = await startWorld({ FETCH_ALLOW: `127.0.0.1:${port}` });
const ann = await somebody(world, { username: 'ann' });
const ben = await somebody(world, { username: 'ben' });
const project = await projectOf(world, ann, { viewer: ben });
const secret = 'a secret of some length';
const url = `http://127.0.0.1:${port}/hook`;
const body = { event_entity: 'flow', event_action: 'finish', status: 'OK', dataset: 'id' };

beforeEach(() => {
  received = [];
  answerWith = 204;
});

const happens = (ownerId: string, event: 'flow.finish' | 'flow.start' = 'flow.finish') =>
  world.context.db.transaction((tx) => queueDeliveries(world.context, tx, { ownerId, event, body }));

async function hook(more: Record<string, unknown> = {}) {
  const answer = await ann.post('/api/v1/webhook', { url, events: ['flow.finish'], secret, ...more });
  expect(answer.status).toBe(201);
  return answer.body;
}
const deliveriesOf = async (id: string) =>
  (await ann.get(`/api/v1/webhook_delivery?webhook_id=${id}&order_by=created_at`)).body.objects;

/** The next attempt is due now, and made. */
async function tryAgain(): Promise<void> {
  await world.context.db.pool.query('update graphile_worker._private_jobs set run_at = now()');
  await world.runJobs();
}

test('an event is signed, told once, and written down', async () => {
  const { id, ...shown } = await hook();
  expect(shown).not.toHaveProperty('secret');
  await happens(ann.id);
  await world.runJobs();
  expect(received).toHaveLength(1);
  const { headers, body: sent } = received[0]!;
  const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['granary-signature']))!;
  expect(v1).toBe(createHmac('sha256', secret).update(`${t}.${sent}`).digest('hex'));
  const [delivery] = await deliveriesOf(id);
  expect(JSON.parse(sent)).toEqual({ ...body, id: delivery.event_id, event: 'flow.finish' });
  expect(delivery).toMatchObject({ state: 'delivered', attempts: 1, last_status: 204, last_error: null });
  await ann.delete(`/api/v1/webhook/${id}`);
});

test('only what was asked for, of its owner, while it is active', async () => {
  const mine = await hook();
  const ofProject = await hook({ project_id: project });
  const silent = await hook({ is_active: false });
  await happens(ann.id, 'flow.start');
  await happens(ben.id);
  await happens(project);
  await world.runJobs();
  expect(received).toHaveLength(1);
  expect(await deliveriesOf(ofProject.id)).toHaveLength(1);
  expect([...(await deliveriesOf(mine.id)), ...(await deliveriesOf(silent.id))]).toEqual([]);
  for (const one of [mine, ofProject, silent]) await ann.delete(`/api/v1/webhook/${one.id}`);
});

test('a refused event is tried eight times, then given up, and can be told again under its id', async () => {
  const { id } = await hook();
  answerWith = 500;
  await happens(ann.id);
  await world.runJobs();
  expect(await deliveriesOf(id)).toMatchObject([{ state: 'waiting', attempts: 1, last_error: 'answered 500' }]);
  for (let attempt = 2; attempt <= 9; attempt += 1) await tryAgain();
  expect(received).toHaveLength(8);
  const [failed] = await deliveriesOf(id);
  expect(failed).toMatchObject({ state: 'failed', attempts: 8, next_attempt_at: null });
  answerWith = 200;
  const again = await ann.post(`/api/v1/webhook_delivery/${failed.id}/resend`);
  expect(again.status).toBe(202);
  await world.runJobs();
  expect((await ann.get(again.body.url)).body).toMatchObject({ state: 'delivered', event_id: failed.event_id });
  expect(received.at(-1)?.headers['granary-delivery']).toBe(failed.event_id);
  await ann.delete(`/api/v1/webhook/${id}`);
});

test('eight attempts take about a day', () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7].map((made) => nextPause(made)!);
  const hours = pauses.reduce((sum, pause) => sum + pause, 0) / 3600;
  expect(hours).toBeGreaterThan(24);
  expect(hours).toBeLessThan(26);
  expect(nextPause(8)).toBeUndefined();
});

test.each([
  ['a redirect', () => url, 302, 'More than 0 redirects.'],
  ['a private address', () => 'http://10.0.0.1/hook', 204, 'may not be fetched from'],
  ['nobody there', () => `http://127.0.0.1:${port}1/hook`, 204, ''],
])('%s is a failed attempt', async (_, address, status, words) => {
  answerWith = status;
  const created = await ann.post('/api/v1/webhook', { url: address(), events: ['flow.finish'], secret });
  if (created.status === 400) return expect(created.body.code).toBe('invalid_webhook_url');
  await happens(ann.id);
  await world.runJobs();
  const [delivery] = await deliveriesOf(created.body.id);
  expect(delivery).toMatchObject({ state: 'waiting', attempts: 1, last_error: expect.stringContaining(words) });
  await ann.delete(`/api/v1/webhook/${created.body.id}`);
  await tryAgain();
});

test('ping arrives, whatever events were asked for', async () => {
  const { id } = await hook({ events: ['pipeline.finish'] });
  expect((await ann.post(`/api/v1/webhook/${id}/ping`)).status).toBe(202);
  await world.runJobs();
  expect(JSON.parse(received[0]!.body)).toMatchObject({ event: 'ping' });
  await ann.delete(`/api/v1/webhook/${id}`);
});

test.each([
  [{ url: 'ftp://example.org' }, 'invalid_webhook_url'],
  [{ events: [] }, 'unknown_event'],
  [{ events: ['flow.begin'] }, 'unknown_event'],
  [{ secret: 'short' }, 'secret_too_short'],
])('%j is refused', async (wrong, code) => {
  const answer = await ann.post('/api/v1/webhook', { url, events: ['flow.finish'], secret, ...wrong });
  expect([answer.status, answer.body.code]).toEqual([400, code]);
});

test('a secret is sealed in the database and changed without being read', async () => {
  const { id } = await hook();
  const stored = await world.context.db.pool.query('select secret from webhook where id = $1', [id]);
  expect(stored.rows[0].secret).not.toContain(secret);
  const changed = await ann.patch(`/api/v1/webhook/${id}`, { secret: 'another secret of mine' });
  expect(changed.text).not.toContain('another');
  await happens(ann.id);
  await world.runJobs();
  const [, t, v1] = /^t=(\d+),v1=(.*)$/.exec(String(received[0]!.headers['granary-signature']))!;
  expect(v1).toBe(createHmac('sha256', 'another secret of mine').update(`${t}.${received[0]!.body}`).digest('hex'));
  await ann.delete(`/api/v1/webhook/${id}`);
});
