import { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { type FlowRun, flowHandler } from '../../src/flows/index.ts';
import { sql } from '../../src/platform/db/index.ts';
import { startWorker, type Worker } from '../../src/platform/jobs/index.ts';
import { executeRunHandler } from '../../src/runs/index.ts';
import { handlers } from '../../src/worker.ts';
import { granary, signedInTo } from '../support/command-line.ts';
import { startWorld } from '../support/world.ts';
import { type FlowOwner, flowOwner, specOf, upload } from './flow-world.ts';

const world = await startWorld({ FLOW_CONCURRENCY: '2', FLOW_CONCURRENCY_PER_OWNER: '1', GRANARY_WORKERS: '4' });
const { context } = world;
const me = await flowOwner(world);
signedInTo(world.url, me.accessToken);

/** Flows at work, in the order they began; each waits to be let go. */
const begun: string[] = [];
const atWork = new Map<string, () => void>();
let [busy, most] = [0, 0];
/** What the next engine says it has fetched. */
let fetchedBytes: number | undefined;

async function engine(run: FlowRun): Promise<void> {
  const name = run.spec.meta.dataset;
  const gate = Promise.withResolvers<void>();
  run.signal.addEventListener('abort', () => gate.resolve());
  await run.report({ pipeline: run.plan.pipelines[0]!.id, event: 'start' });
  begun.push(name);
  atWork.set(name, gate.resolve);
  busy += 1;
  most = Math.max(most, busy);
  const [url] = run.plan.resources[0]!.source.urls;
  if (fetchedBytes !== undefined && url !== undefined) {
    const { sha256 } = await context.blobs.put(Readable.from(['city\n']), { maxBytes: 100 });
    await run.keepSources([{ url, sha256, bytes: fetchedBytes }]);
  }
  await gate.promise;
  busy -= 1;
  run.signal.throwIfAborted();
  for (const { id } of run.plan.pipelines) await run.report({ pipeline: id, event: 'finish', success: true });
}

const own = executeRunHandler([flowHandler((_context, run) => engine(run))]);
const all = [...handlers.filter((handler) => handler.name !== own.name), own];
/** As two processes would, each with room for all of them. */
const workers: Worker[] = [];
const startWorkers = async () => {
  for (let n = 0; n < 2; n += 1) workers.push(await startWorker(context, all, []));
};
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
  // What the last flow of a test left to do.
  await world.runJobs();
  begun.length = 0;
  most = 0;
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function letGo(name: string): Promise<void> {
  await until(() => atWork.has(name));
  const go = atWork.get(name)!;
  atWork.delete(name);
  go();
}

/** Small, since its rows stand in it. */
async function send(owner: FlowOwner, dataset: string, resource: object = { data: [{ city: 'Lyon' }] }) {
  const spec = specOf(owner, dataset);
  spec.inputs[0]!.parameters.descriptor.resources = [{ name: 'cities', ...resource }] as never;
  const { body } = await upload(world, owner, spec);
  expect(body.errors).toEqual([]);
  return body.flow_id as string;
}

async function queueOf(owner: FlowOwner, dataset: string) {
  const { body } = await world.anon.get(`/source/${owner.id}/${dataset}`, { 'auth-token': owner.token });
  return body.revisions[0].queue;
}
const stateOf = async (owner: FlowOwner, dataset: string) =>
  (await world.anon.get(`/source/${owner.id}/${dataset}/latest`, { 'auth-token': owner.token })).body.state;

test('owners take turns, no more flows are at work than may be, and everybody sees where they stand', async () => {
  const [ann, bob] = [me, await flowOwner(world)];
  for (const name of ['a1', 'a2', 'a3']) await send(ann, name);
  await send(bob, 'b1');
  expect(await queueOf(ann, 'a3')).toEqual({ position: 4, of: 4, size: 'small' });
  expect(await queueOf(bob, 'b1')).toEqual({ position: 2, of: 4, size: 'small' });
  await startWorkers();
  await until(() => begun.length === 2);
  expect([...begun].sort()).toEqual(['a1', 'b1']);
  expect(await queueOf(ann, 'a1')).toBeNull();
  expect(await queueOf(ann, 'a2')).toEqual({ position: 1, of: 2, size: 'small' });
  const shown = await granary('flow', 'status', `${ann.id}/a3`);
  expect(shown).toMatchObject({ code: 0, out: expect.stringContaining('Place 2 of 2 in the queue (small)\n') });
  // Those that wait have no job that would wait for them.
  const { n } = await context.db.one<{ n: number }>(
    sql`select count(*)::int as n from graphile_worker.jobs where task_identifier = 'execute-run' and locked_at is null`,
  );
  expect(n).toBe(0);

  await letGo('a1');
  await letGo('a2');
  await letGo('b1');
  await letGo('a3');
  await until(async () => (await stateOf(ann, 'a3')) === 'SUCCEEDED');
  expect(begun.filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
  expect(most).toBe(2);
});

test('revisions of a dataset keep their order, and one that waits can be cancelled', async () => {
  const [ann, bob] = [await flowOwner(world), await flowOwner(world)];
  await send(ann, 'x');
  await send(ann, 'x');
  await send(ann, 'x');
  await send(bob, 'y');
  await startWorkers();
  await until(() => atWork.has('x') && atWork.has('y'));
  const key = { 'auth-token': ann.token };
  expect((await world.anon.post(`/source/${ann.id}/x/2/cancel`, {}, key)).status).toBe(202);
  const state = async (n: number) => (await world.anon.get(`/source/${ann.id}/x/${n}`, key)).body.state;
  await until(async () => (await state(2)) === 'FAILED');
  expect([await state(1), await state(3)]).toEqual(['INPROGRESS', 'QUEUED']);
  await letGo('x');
  await until(async () => (await state(1)) === 'SUCCEEDED');
  await letGo('x');
  await letGo('y');
  await until(async () => (await state(3)) === 'SUCCEEDED');
  expect(begun.filter((name) => name === 'x').length).toBe(2);
});

test('the size is that of the last fetch; who is not known yet is medium and leaves the place of small ones alone', async () => {
  const [ann, bob] = [await flowOwner(world), await flowOwner(world)];
  const url = { path: 'https://data.example.org/cities.csv' };
  await send(ann, 'm1', url);
  await send(bob, 'm2', url);
  expect(await queueOf(ann, 'm1')).toMatchObject({ size: 'medium' });
  fetchedBytes = 300_000_000;
  await startWorkers();
  await until(() => begun.length === 1);
  // A place is free, and it is not for this one.
  expect(await queueOf(bob, 'm2')).toEqual({ position: 1, of: 1, size: 'medium' });
  await send(bob, 's');
  await until(() => atWork.has('s'));
  await letGo('s');
  await letGo('m1');
  await letGo('m2');
  await until(async () => (await stateOf(bob, 'm2')) === 'SUCCEEDED');
  for (const worker of workers.splice(0)) await worker.stop();

  await send(ann, 'm1', url);
  expect(await queueOf(ann, 'm1')).toEqual({ position: 1, of: 1, size: 'large' });
  fetchedBytes = 100;
  await startWorkers();
  await letGo('m1');
  await until(async () => (await stateOf(ann, 'm1')) === 'SUCCEEDED');
  for (const worker of workers.splice(0)) await worker.stop();
  await send(ann, 'm1', url);
  expect(await queueOf(ann, 'm1')).toEqual({ position: 1, of: 1, size: 'small' });
  await startWorkers();
  await letGo('m1');
  await until(async () => (await stateOf(ann, 'm1')) === 'SUCCEEDED');
});
