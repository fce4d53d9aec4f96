import { rm } from 'node:fs/promises';
import { readConfig } from '../src/platform/config/index.ts';
import type { Context } from '../src/platform/context.ts';
import { startEmbedded } from '../src/platform/db/embed/index.ts';
import { sql, type Tx } from '../src/platform/db/index.ts';
import { defineJob, enqueue, handler, type JobHandler, startWorker } from '../src/platform/jobs/index.ts';
import { createLog } from '../src/platform/log/index.ts';
import { migrateDatabase, openContext } from '../src/platform/open-context.ts';
import { defineRunKind, executeRunHandler, insertRun, runHandler } from '../src/runs/index.ts';
import { makeFolder } from './support/make-folder.ts';

/**
 * No-op runs, from insert to `succeeded` in the database, against bare graphile-worker jobs, from insert to gone from
 * the queue: same database (durable), same worker settings, in turns. And the time from commit to the handler's start.
 */
export const name = 'runs';

export interface BenchLine {
  name: string;
  value: number;
  limit: number | null;
  ratio: number | null;
  unit: string;
}

const perRound = Number(process.env.BENCH_RUNS ?? 2000);
const perTransaction = 50;
const rounds = 4;
const singles = 100;

const bareJob = defineJob<{ runId: string }>()('bench-bare', { maxAttempts: 25 });
const noop = defineRunKind<{ n: number }>()('bench-noop');

export async function run(): Promise<BenchLine[]> {
  const folder = await makeFolder();
  const log = createLog({ level: 'warn', pretty: false });
  const server = await startEmbedded({ dataDir: folder, log });
  try {
    const context = await openContext(
      readConfig({ GRANARY_DATA_DIR: folder, GRANARY_LOG_LEVEL: 'warn' }),
      log,
      server.url,
    );
    try {
      await migrateDatabase(context);
      return await measure(context);
    } finally {
      await context.close();
    }
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(context: Context): Promise<BenchLine[]> {
  let startedAt = 0;
  const bare: JobHandler[] = [handler(bareJob, async () => {})];
  const runs = [
    executeRunHandler([
      runHandler(noop, async () => {
        startedAt = performance.now();
        return null;
      }),
    ]),
  ];
  const insertBare = (tx: Tx) => enqueue(tx, bareJob, { runId: context.newId() }, { key: `bare:${context.newId()}` });
  const insertNoop = (tx: Tx) => insertRun(tx, context, { kind: noop, payload: { n: 1 } });
  const rates = { bare: [] as number[], runs: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    const bareRate = await rate(context, bare, insertBare, jobsLeft);
    const runRate = await rate(context, runs, insertNoop, runsLeft);
    // The first round warms up.
    if (round > 0) {
      rates.bare.push(bareRate);
      rates.runs.push(runRate);
    }
  }
  const worker = await startWorker(context, runs, []);
  const waits: number[] = [];
  for (let index = 0; index < singles; index += 1) {
    startedAt = 0;
    await context.db.transaction(insertNoop);
    const committedAt = performance.now();
    await until(async () => startedAt > 0);
    waits.push(startedAt - committedAt);
    await until(() => runsLeft(context).then((left) => left === 0));
  }
  await worker.stop();
  const [bareRate, runRate, p50] = [median(rates.bare), median(rates.runs), median(waits)];
  const ratio = runRate / bareRate;
  return [
    { name: 'runs: bare graphile-worker jobs', value: bareRate, limit: null, ratio: null, unit: '1/s' },
    { name: 'runs: no-op runs end to end', value: runRate, limit: 0.5 * bareRate, ratio, unit: '1/s' },
    { name: 'runs: dispatch p50', value: p50, limit: 20, ratio: p50 / 20, unit: 'ms' },
  ];
}

async function rate(
  context: Context,
  handlers: JobHandler[],
  insert: (tx: Tx) => Promise<unknown>,
  left: (context: Context) => Promise<number>,
): Promise<number> {
  const worker = await startWorker(context, handlers, []);
  const begun = performance.now();
  for (let done = 0; done < perRound; done += perTransaction) {
    await context.db.transaction(async (tx) => {
      for (let index = 0; index < perTransaction; index += 1) await insert(tx);
    });
  }
  const inserted = performance.now();
  await until(async () => (await left(context)) === 0);
  const seconds = (performance.now() - begun) / 1000;
  if (process.env.BENCH_VERBOSE)
    console.error('insert', Math.round(inserted - begun), 'ms of', Math.round(seconds * 1000));
  await worker.stop();
  return perRound / seconds;
}

async function jobsLeft(context: Context): Promise<number> {
  return (await context.db.one<{ n: number }>(sql`select count(*) as n from graphile_worker.jobs`)).n;
}

async function runsLeft(context: Context): Promise<number> {
  return (
    await context.db.one<{ n: number }>(sql`select count(*) as n from run where ended_at is null
    and state in ('queued', 'starting', 'running', 'cancelling')`)
  ).n;
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 5));
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

if (import.meta.main) for (const line of await run()) console.log(line);
