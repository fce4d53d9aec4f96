import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ActionRun, ActionRuns } from '../../src/resource/index.ts';
import { type FieldsWorld, seed, startFieldsWorld } from './fields-world.ts';

let world: FieldsWorld;
let started: { kind: string; lockKey: string; parameters: unknown }[];
let waits: number[];
let outcome: Omit<ActionRun, 'id'>;

/** The edge to the runs module, which lies above this one. */
const actions: ActionRuns = {
  start: async (_tx, { kind, lockKey, parameters }) => {
    started.push({ kind, lockKey, parameters });
    return 'run-1';
  },
  wait: async (id, seconds) => {
    waits.push(seconds);
    return { id, ...outcome };
  },
};

beforeAll(async () => {
  world = await startFieldsWorld({ actions });
  await seed(world.db);
});

beforeEach(() => {
  started = [];
  waits = [];
  outcome = { state: 'succeeded', ended: true, summary: { rows: 3 } };
});

const auth = { authorization: 'Bearer x' };

test('a finished run answers with its objects, read with the caller’s rights', async () => {
  const { status, body, headers } = await world.admin.post('/api/v1/recount/', { site_id: 1 });
  expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(body.meta).toEqual({ total_count: 1, run: { id: 'run-1', state: 'succeeded', summary: { rows: 3 } } });
  expect(body.objects).toMatchObject([{ id: 1, name: 'Alder', tags: ['wet'] }]);
  expect(body.error).toBe(null);
  expect(started).toEqual([{ kind: 'recount', lockKey: 'recount site:1', parameters: { site_id: 1 } }]);
  expect(waits).toEqual([20]);
});

test('the same parameters in query, form and body, by GET and POST', async () => {
  expect((await world.admin.post('/api/v1/recount?site_id=1')).status).toBe(200);
  expect((await world.admin.post('/api/v1/recount', new URLSearchParams({ site_id: '1' }))).status).toBe(200);
  expect((await world.admin.get('/api/v1/recount/?site_id=1', auth)).status).toBe(200);
  expect(started.map(({ parameters }) => parameters)).toEqual([{ site_id: 1 }, { site_id: 1 }, { site_id: 1 }]);
});

test('one that goes on is 202 with its address; the wait can be chosen', async () => {
  outcome = { state: 'running', ended: false, progress: 40 };
  const { status, body, headers } = await world.admin.post('/api/v1/recount/', { site_id: 1 }, { prefer: 'wait=3' });
  expect([status, headers.get('location')]).toEqual([202, '/api/v1/run/run-1']);
  expect(body).toEqual({
    meta: { total_count: 0, run: { id: 'run-1', state: 'running', progress: 40 } },
    objects: [],
    error: null,
  });
  await world.admin.post('/api/v1/recount/', { site_id: 1 }, { prefer: 'respond-async' });
  expect(waits).toEqual([3, 0]);
});

test('a failed one answers like its problem, and shows the run', async () => {
  outcome = { state: 'failed', ended: true, error: { status: 422, code: 'bad_rows', detail: 'The rows are bad.' } };
  const { status, body } = await world.admin.post('/api/v1/recount/', { site_id: 1 });
  expect([status, body.error, body.code, body.run]).toEqual([
    422,
    'The rows are bad.',
    'bad_rows',
    { id: 'run-1', state: 'failed' },
  ]);
});

describe('refusals start nothing', () => {
  test.each([
    ['admin', {}, 400, 'Missing required parameter site_id'],
    ['admin', { site_id: 'x' }, 400, "invalid site_id: 'x'"],
    ['admin', { site_id: 9999 }, 404, 'No site object found for id : 9999'],
    ['ann', { site_id: 3 }, 404, 'No site object found for id : 3'],
    ['viewer', { site_id: 1 }, 403, 'Forbidden'],
    ['anon', { site_id: 1 }, 401, undefined],
    ['admin', { site_id: 1, foo: 1 }, 400, "'foo' is not a parameter of this request."],
  ] as const)('%s %j', async (who, body, status, error) => {
    const answer = await world[who].post('/api/v1/recount/', body);
    expect(answer.status).toBe(status);
    if (error) expect(answer.body.error).toBe(error);
    expect(started).toEqual([]);
  });

  test('GET with no credential in a header', async () => {
    const { status, body } = await world.admin.get('/api/v1/recount/?site_id=1');
    expect([status, body.code, started]).toEqual([403, 'header_credential_required', []]);
  });

  test('GET where it is switched off; other methods', async () => {
    const other = await startFieldsWorld({ actions, getActions: false });
    const { status, headers } = await other.admin.get('/api/v1/recount/?site_id=1', auth);
    expect([status, headers.get('allow')]).toEqual([405, 'OPTIONS, POST']);
    expect((await world.admin.put('/api/v1/recount/', {})).status).toBe(405);
    expect((await world.ann.post('/api/v1/recount/', { site_id: 1 })).status).toBe(200);
  });
});
