import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, inject, test } from 'vitest';
import { sql } from '../../src/platform/db/index.ts';
import { defineJob, enqueue, freeJobsOfDeadWorkers, handler, workOnce } from '../../src/platform/jobs/index.ts';
import { cancelRun, reapExpiredRuns, reapRuns, waitForRun } from '../../src/runs/index.ts';
import { gate, handlersFor, insert, linesOf, startTestWorker, stateOf } from '../support/run-kinds.ts';
import { onServer } from '../support/start-database.ts';
import { startWorld } from '../support/world.ts';
import { publishing } from './publishing.ts';

const { context, folder } = await startWorld({ GRANARY_RUN_LEASE: '2' });
await context.db.pool.query('create table published (run_id uuid)');

/** Exactly the given runs published, each once; none is left open. */
async function expectPublishedOnce(ids: string[]) {
  const rows = await context.db.many<{ id: string; state: string; published: number }>(sql`
    select id, state, (select count(*) from published where run_id = run.id) as published
    from run where id = any(${ids}::uuid[])`);
  expect(rows.filter((row) => row.state !== 'succeeded' || row.published !== 1)).toEqual([]);
  expect(rows).toHaveLength(ids.length);
}

/** Requests whose runs have ended otherwise meanwhile: done once more they change nothing. */
async function emptyQueue() {
  await context.db.exec(
    sql`update graphile_worker._private_jobs set run_at = now(), locked_at = null, locked_by = null`,
  );
  await workOnce(context, publishing);
}

test('kill -9 of workers at random points: every run is published once, none stays running', async () => {
  const ids: string[] = [];
  const url = context.db.pool.options.connectionString!;
  const kills = Number(process.env.TEST_KILLS ?? 8);
  for (let kill = 0; kill < kills; kill += 1) {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'worker-child.ts'), url, folder, '2'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    for (let n = 0; n < 20; n += 1) ids.push(await insert(context, { maxAttempts: 100 }));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const worker = await startTestWorker(context, publishing);
  for (const id of ids) expect((await waitForRun(context, id, 90)).state).toBe('succeeded');
  await expectPublishedOnce(ids);
  // What the dead still held in the queue is free again after their lease, and then gone.
  await context.db.exec(sql`update graphile_worker._private_jobs set locked_at = now() - interval '1 minute'
    where locked_by not in (select pool_id from worker_process where alive_until > now())`);
  await freeJobsOfDeadWorkers(context);
  await worker.stop();
  expect(await context.db.many(sql`select id from graphile_worker.jobs where locked_by is not null`)).toEqual([]);
  expect(await context.db.many(sql`select pool_id from worker_process where alive_until > now()`)).toEqual([]);
  await emptyQueue();
}, 180_000);

test('connections cut under load, again and again: every run is published once', async () => {
  const worker = await startTestWorker(context, publishing);
  const name = new URL(
    context.db.pool.options.connectionString!.replace(/^\w+:/, 'http:').replace('//@', '//'),
  ).pathname.slice(1);
  const ids: string[] = [];
  for (let cut = 0; cut < 10; cut += 1) {
    for (let n = 0; n < 20; n += 1) ids.push(await surely(() => insert(context, { maxAttempts: 100 })));
    await onServer(
      inject('databaseUrl'),
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    );
  }
  await surely(() => reapRuns(context));
  // How long the queue waits after several failures in a row is its own business, and not what is asked here.
  await surely(() =>
    context.db.exec(sql`update graphile_worker._private_jobs set run_at = now() where run_at > now()`),
  );
  for (const id of ids) expect((await waitForRun(context, id, 90)).state).toBe('succeeded');
  await worker.stop();
  await expectPublishedOnce(ids);
  await emptyQueue();
}, 180_000);

test('a run whose worker is gone: tried again while attempts are left, then lost', async () => {
  const id = await insert(context, { maxAttempts: 2, retryDelaySeconds: 0 });
  await loseAttempt(id);
  expect(await reapExpiredRuns(context)).toBe(1);
  expect(await stateOf(context, id)).toMatchObject({ state: 'queued', attempt: 1 });
  await loseAttempt(id);
  expect(await reapExpiredRuns(context)).toBe(1);
  expect(await stateOf(context, id)).toMatchObject({
    state: 'failed',
    attempt: 2,
    error: { code: 'lost', message: 'Execution lost: the worker stopped responding' },
  });
  expect(await reapExpiredRuns(context)).toBe(0);
  await workOnce(
    context,
    handlersFor(async () => 'never'),
  );
  expect((await stateOf(context, id)).state).toBe('failed');
});

test('the next attempt does not wait for the job the dead worker still holds', async () => {
  const id = await insert(context, { maxAttempts: 2, retryDelaySeconds: 0 });
  await context.db.exec(sql`update graphile_worker._private_jobs set locked_by = 'pool-dead', locked_at = now(), attempts = 1
    where key = ${`run:${id}`}`);
  await loseAttempt(id);
  await reapExpiredRuns(context);
  await workOnce(
    context,
    handlersFor(async (_context, run) => run.attempt),
  );
  expect(await stateOf(context, id)).toMatchObject({ state: 'succeeded', summary: 2 });
  await context.db.exec(
    sql`update graphile_worker._private_jobs set locked_at = now() - interval '1 minute' where locked_by = 'pool-dead'`,
  );
  expect(await freeJobsOfDeadWorkers(context)).toEqual(['pool-dead']);
  // The queue takes finished jobs away in batches, a moment later.
  await expect
    .poll(() => context.db.many(sql`select id from graphile_worker._private_jobs where payload->>'runId' = ${id}`), {
      timeout: 20_000,
    })
    .toEqual([]);
});

test('a cancellation its worker did not live to see is ended by the reaper', async () => {
  const id = await insert(context, { maxAttempts: 5 });
  await loseAttempt(id);
  await context.db.transaction((tx) => cancelRun(tx, id));
  await reapExpiredRuns(context);
  expect((await stateOf(context, id)).state).toBe('cancelled');
  expect(await linesOf(context, id)).toEqual(['Cancellation requested by user', 'Execution cancelled by user.']);
  await workOnce(
    context,
    handlersFor(async () => null),
  );
});

test('an attempt that was taken away hears of it and cannot publish', async () => {
  const [taken, told] = [gate(), gate()];
  let refusal: unknown;
  const worker = await startTestWorker(
    context,
    handlersFor(async ({ db }, run) => {
      if (run.attempt > 1) return 'second attempt';
      taken.open();
      await new Promise<void>((resolve) => run.signal.addEventListener('abort', () => resolve()));
      refusal = await db
        .transaction(async (tx) => {
          await tx.client.query('insert into published (run_id) values ($1)', [run.id]);
          await run.succeed(tx, 'first attempt');
        })
        .catch((error: unknown) => error);
      told.open();
      return null;
    }),
  );
  const id = await insert(context, { retryDelaySeconds: 0 });
  await taken.opened;
  // As if this process had slept through its lease, and another had taken the run.
  // Its heartbeat may come in between, and then it has not.
  await expect
    .poll(async () => {
      await context.db.exec(sql`update run set lease_until = now() - interval '1 second'
        where id = ${id} and attempt = 1 and state = 'running'`);
      await reapExpiredRuns(context);
      const { taken } = await context.db.one<{ taken: boolean }>(
        sql`select attempt > 1 or state <> 'running' as taken from run where id = ${id}`,
      );
      return taken;
    })
    .toBe(true);
  await told.opened;
  expect(refusal).toMatchObject({ code: 'run_lost' });
  expect(await waitForRun(context, id, 30)).toMatchObject({ state: 'succeeded', summary: 'second attempt' });
  expect(await context.db.many(sql`select * from published where run_id = ${id}`)).toEqual([]);
  await worker.stop();
});

test('a waiting run whose job got lost is asked for again', async () => {
  const id = await insert(context);
  await context.db.exec(sql`select graphile_worker.remove_job(${`run:${id}`})`);
  await context.db.exec(sql`update run set queued_at = now() - interval '1 minute' where id = ${id}`);
  await reapRuns(context);
  await workOnce(
    context,
    handlersFor(async () => 'found'),
  );
  expect((await stateOf(context, id)).summary).toBe('found');
});

test('jobs of a dead worker that were not replaced are done by another', async () => {
  const job = defineJob<{ n: number }>()('test-job', { maxAttempts: 3 });
  await context.db.transaction((tx) => enqueue(tx, job, { n: 1 }));
  await context.db.exec(
    sql`update graphile_worker._private_jobs set locked_by = 'pool-dead2', locked_at = now() - interval '1 minute', attempts = 1`,
  );
  expect(await freeJobsOfDeadWorkers(context)).toEqual(['pool-dead2']);
  let done = 0;
  await workOnce(context, [
    handler(job, async () => {
      done += 1;
    }),
  ]);
  expect(done).toBe(1);
});

/** The cut may hit the test's own statement; only what was acknowledged counts. */
async function surely<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!/terminat|EPIPE|ECONNRESET/.test(String(error))) throw error;
    }
  }
}

/** A worker claims the run and is never heard of again. */
async function loseAttempt(id: string): Promise<void> {
  await context.db.exec(sql`update run set state = 'running', attempt = attempt + 1, started_at = now() - interval '1 minute',
    lease_owner = gen_random_uuid(), lease_until = now() - interval '1 second' where id = ${id}`);
}
