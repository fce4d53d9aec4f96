import { EventEmitter } from 'node:events';
import {
  Logger as GraphileLogger,
  type Runner,
  run,
  runMigrations,
  runOnce,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker';
import type { Context } from '../context.ts';
import type { Job } from './job.ts';
import { showPresence } from './presence.ts';
import { type Repeated, repeat } from './repeat.ts';

export interface JobRun {
  /** Aborted when the process is asked to stop; finish or give up soon, the job is tried again. */
  signal: AbortSignal;
  attempt: number;
}

export interface JobHandler {
  name: string;
  handle(context: Context, payload: unknown, run: JobRun): Promise<void>;
}

/** Ties a job to what does it, keeping the payload's type. */
export function handler<const Name extends string, Payload extends object>(
  job: Job<Name, Payload>,
  handle: (context: Context, payload: Payload, run: JobRun) => Promise<void>,
): JobHandler & { name: Name } {
  return { name: job.name, handle: (context, payload, jobRun) => handle(context, payload as Payload, jobRun) };
}

export interface CronEntry {
  job: string;
  /** Standard five fields, UTC. */
  pattern: string;
}

export interface Worker {
  /** Takes no new jobs, asks running ones to stop, waits for them. */
  stop(): Promise<void>;
}

/** Sets up the queue's own tables; forward only, safe to call by several processes at once. */
export function migrateJobs(context: Pick<Context, 'db' | 'log'>): Promise<void> {
  return runMigrations({ pgPool: context.db.pool, logger: quietLogger(context) });
}

/**
 * Starts this process's workers. `LISTEN` wakes them; the poll is only the safety net. Jobs are fetched and completed
 * a few at a time; what a busy worker has fetched too many goes back after half a second.
 */
export async function startWorker(
  context: Context,
  handlers: JobHandler[],
  cron: CronEntry[],
  repeated: Repeated[] = [],
): Promise<Worker> {
  const stopping = new AbortController();
  const events: WorkerEvents = new EventEmitter();
  let poolId = '';
  events.on('pool:create', ({ workerPool }) => {
    poolId = workerPool.id;
  });
  const runner: Runner = await run({
    pgPool: context.db.pool,
    noHandleSignals: true,
    logger: quietLogger(context),
    events,
    preset: {
      worker: {
        concurrentJobs: context.config.workers,
        pollInterval: 2000,
        localQueue: { size: 2 * context.config.workers, ttl: 500 },
        completeJobBatchDelay: 5,
        failJobBatchDelay: 5,
      },
    },
    taskList: taskList(context, handlers, stopping.signal),
    ...(cron.length > 0
      ? { crontab: cron.map((entry) => `${entry.pattern} ${entry.job}`).join('\n') }
      : { parsedCronItems: [] }),
  });
  const presence = await showPresence(context, poolId);
  const stops = repeated.map((task) => repeat(context, task));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(stops.map((stop) => stop()));
      await runner.stop();
      await presence.end();
    },
  };
}

/** Does everything that is due now and returns; for tests and one-off commands. */
export function workOnce(context: Context, handlers: JobHandler[]): Promise<void> {
  return runOnce({
    pgPool: context.db.pool,
    noHandleSignals: true,
    logger: quietLogger(context),
    taskList: taskList(context, handlers, new AbortController().signal),
  });
}

function taskList(context: Context, handlers: JobHandler[], signal: AbortSignal): TaskList {
  return Object.fromEntries(
    handlers.map((entry) => [
      entry.name,
      async (payload, helpers) => {
        try {
          await entry.handle(context, payload, { signal, attempt: helpers.job.attempts });
          context.metrics.jobs.inc({ job: entry.name, outcome: 'done' });
        } catch (error) {
          context.metrics.jobs.inc({ job: entry.name, outcome: 'failed' });
          context.log.error({ err: error, job: entry.name, jobId: helpers.job.id }, 'job failed');
          throw error;
        }
      },
    ]),
  );
}

/** The queue's chatter is debug; its errors are ours. */
function quietLogger(context: Pick<Context, 'log'>): GraphileLogger {
  return new GraphileLogger(() => (level, message) => {
    if (level === 'error') context.log.warn(message);
    else context.log.debug(message);
  });
}
