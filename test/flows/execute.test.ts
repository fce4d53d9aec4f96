import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { FlowRun } from '../../src/flows/index.ts';
import { flowHandler } from '../../src/flows/index.ts';
import type { Product } from '../../src/flows/pure/flow-spec.ts';
import { sql } from '../../src/platform/db/index.ts';
import { workOnce } from '../../src/platform/jobs/index.ts';
import { executeRunHandler } from '../../src/runs/index.ts';
import { handlers } from '../../src/worker.ts';
import { startWorld } from '../support/world.ts';
import { flowOwner, specOf, upload } from './flow-world.ts';

const world = await startWorld({ GRANARY_BASE_URL: 'https://data.example.org' });
const { context } = world;
const me = await flowOwner(world);
const key = { 'auth-token': me.token };

/** Does what is due with an engine of the test's, in place of the real one. */
async function work(engine: (run: FlowRun) => Promise<void>): Promise<void> {
  const own = executeRunHandler([flowHandler((_context, run) => engine(run))]);
  const others = handlers.filter((handler) => handler.name !== own.name);
  for (let round = 0; round < 5; round += 1) await workOnce(context, [...others, own]);
}

async function product(run: FlowRun, resource: string, text: string): Promise<Product> {
  const blob = await context.blobs.put(Readable.from([text]), { maxBytes: 1000 });
  const path = `data/${resource}.csv`;
  const descriptor = { name: resource, path: `${run.packageBase}/${path}` };
  return {
    resource,
    path,
    sha256: blob.sha256,
    bytes: blob.bytes,
    rowcount: 1,
    mediaType: 'text/csv',
    descriptor,
    package: { name: run.spec.meta.dataset, resources: [descriptor] },
  };
}

/** Everything succeeds. */
async function succeed(run: FlowRun): Promise<void> {
  for (const { id, kind } of run.plan.pipelines) {
    if (run.ended.has(id)) continue;
    await run.report({ pipeline: id, event: 'start', log: [`begin ${kind}`] });
    const made =
      kind === 'csv'
        ? { products: [await product(run, 'cities_csv', 'city\r\nLyon\r\n')] }
        : kind === 'package'
          ? { package: { name: run.spec.meta.dataset, title: 'Cities', description: 'x "y"\nz' } }
          : {};
    const stats = kind === 'package' ? { count_of_rows: 1 } : {};
    await run.report({ pipeline: id, event: 'finish', success: true, stats }, made);
  }
}

const stateOf = async (flow: string) => (await world.anon.get(`/source/${flow}`, key)).body;

test('an engine runs a revision to its end, and its package can be had', async () => {
  const { body } = await upload(world, me, specOf(me, 'good'));
  await work(succeed);
  const state = await stateOf(body.flow_id);
  expect(state.state).toBe('SUCCEEDED');
  expect(state.logs.filter((line: string) => line.startsWith('begin'))).toHaveLength(7);
  const run = await context.db.one<{ state: string }>(sql`select state from run where subject_id = ${body.flow_id}`);
  expect(run.state).toBe('succeeded');

  const { headers, body: descriptor } = await world.anon.get(`/package/${body.flow_id}/datapackage.json`);
  expect(descriptor).toMatchObject({ name: 'good' });
  expect(headers.get('cache-control')).toContain('immutable');
  const newest = await world.anon.get(`/d/${me.id}/good/r/cities.csv`);
  expect(newest.status).toBe(302);
  const path = new URL(newest.headers.get('location')!).pathname;
  const bytes = await world.anon.get(path);
  expect([bytes.status, bytes.text]).toEqual([200, 'city\r\nLyon\r\n']);
  expect(Object.fromEntries(bytes.headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': 'public, max-age=31536000, immutable',
  });
  expect(bytes.headers.get('content-disposition')).toMatch(/^attachment/);
  expect((await world.anon.get(path, { 'if-none-match': bytes.headers.get('etag')! })).status).toBe(304);
  expect((await world.anon.get(path.replace('cities_csv', 'other'))).status).toBe(404);
  for (const [from, to] of [
    [`/d/${me.id}/good/datapackage.json`, `/package/${me.id}/good/1/datapackage.json`],
    [`/d/${me.id}/good/v/1`, `/package/${me.id}/good/1/datapackage.json`],
    [`/package/${me.id}/good/datapackage.json`, `/package/${me.id}/good/1/datapackage.json`],
    [`/package/${me.id}/good/cities_csv/datapackage.json`, `/package/${me.id}/good/1/cities_csv/datapackage.json`],
  ] as const) {
    const answer = await world.anon.get(from);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `https://data.example.org${to}`]);
    expect((await world.anon.get(to)).status).toBe(200);
  }
});

test('files of a private dataset are forbidden to strangers and never kept', async () => {
  const spec = specOf(me, 'hidden');
  const { body } = await upload(world, me, { ...spec, meta: { ...spec.meta, findability: 'private' } });
  await work(succeed);
  const path = `/package/${body.flow_id}/datapackage.json`;
  expect((await world.anon.get(path)).status).toBe(403);
  expect((await world.anon.get(`/d/${me.id}/hidden/r/cities.csv`)).status).toBe(403);
  const own = await world.anon.get(path, key);
  expect([own.status, own.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
});

test('badge and catalogue know what is published, and of private ones nothing', async () => {
  const badge = await world.anon.get(`/badge/${me.id}/good.svg`);
  expect(badge.headers.get('content-type')).toContain('image/svg+xml');
  expect(badge.text).toContain('succeeded · 1 row');
  const none = await world.anon.get(`/badge/${me.id}/none.svg`);
  expect((await world.anon.get(`/badge/${me.id}/hidden.svg`)).text).toBe(none.text);
  const { body } = await world.anon.get('/dcat.jsonld');
  expect(body['dcat:dataset']).toMatchObject({
    'dct:identifier': `${me.id}/good`,
    'dct:title': 'Cities',
    'dcat:distribution': { 'dcat:byteSize': { '@value': '12' } },
  });
  const { text } = await world.anon.get('/dcat.ttl');
  expect(text).toContain('dct:description "x \\"y\\"\\nz"');
  expect(text).not.toContain('hidden');
});

test('revisions of a dataset run one after another, in order', async () => {
  const order: string[] = [];
  for (let n = 0; n < 3; n += 1) await upload(world, me, specOf(me, 'row'));
  await work(async (run) => {
    order.push(run.flowId.split('/').at(-1)!);
    await succeed(run);
  });
  expect(order).toEqual(['1', '2', '3']);
});

test('an engine that breaks leaves nothing open', async () => {
  const { body } = await upload(world, me, specOf(me, 'broken'));
  await work(async (run) => {
    await run.report({ pipeline: `${run.flowId}/cities_csv`, event: 'start' });
    throw new Error('a bug');
  });
  const state = await stateOf(body.flow_id);
  expect(state).toMatchObject({ state: 'FAILED', error_log: ['Interrupted'] });
  expect(state.pipelines[`${body.flow_id}/cities_csv`].error_log).toEqual(['Interrupted']);
});

test('a worker that died is followed by another, which does what is left', async () => {
  const { body } = await upload(world, me, specOf(me, 'again'));
  const flow = body.flow_id as string;
  const made: string[][] = [];
  await work(async (run) => {
    const left = run.plan.pipelines.map(({ id }) => id).filter((id) => !run.ended.has(id));
    made.push(left);
    if (made.length > 1) return succeed(run);
    await run.report({ pipeline: `${flow}/validation_report`, event: 'finish', success: true });
    // As `kill -9` leaves it: the lease runs out, nobody says a word.
    await context.db.exec(sql`update run set lease_until = now() - interval '1 second' where subject_id = ${flow}`);
    const { reapExpiredRuns } = await import('../../src/runs/index.ts');
    await reapExpiredRuns(context);
    await context.db.exec(sql`update run set due_at = now() where subject_id = ${flow} and state = 'queued'`);
    await context.db.exec(sql`update graphile_worker._private_jobs set run_at = now() where key like 'run:%'`);
    throw new Error('dead');
  });
  expect(made.map((left) => left.length)).toEqual([7, 6]);
  expect((await stateOf(flow)).state).toBe('SUCCEEDED');
});

test('a flow that is worked on can be cancelled', async () => {
  const { body } = await upload(world, me, specOf(me, 'stop'));
  const flow = body.flow_id as string;
  await work(async (run) => {
    await run.report({ pipeline: `${flow}/cities_csv`, event: 'start' });
    expect((await world.anon.post(`/source/${flow}/cancel`, undefined, key)).status).toBe(202);
    run.log('still there');
    await new Promise((_resolve, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason)));
  });
  expect(await stateOf(flow)).toMatchObject({ state: 'FAILED', error_log: ['Cancelled'] });
});
