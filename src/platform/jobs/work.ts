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
import { releasingOnce } from './release-once.ts';
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
 * Starts this process's workers. `LISTEN` wakes them; the poll is only the safety net.
 */
export async function startWorker(
  context: Context,
  handlers: JobHandler[],
  cron: CronEntry[],
  repeated: Repeated[] = [],
): Promise<Worker> {
  const stopping = new AbortController();
  const tasks = taskList(context, handlers, stopping.signal);
  const crontab = cron.map((entry) => `${entry.pattern} ${entry.job}`).join('\n');
  const start = () => startRunner(context, tasks, crontab);
  const supervised = await supervise(context, start, stopping.signal);
  const stops = repeated.map((task) => repeat(context, task));
  return {
    stop: async () => {
      // First no new jobs, then the word to those that go on.
      const stopped = supervised.stop();
      stopping.abort();
      await Promise.all([...stops.map((stop) => stop()), stopped]);
    },
  };
}

/**
 * graphile-worker gives up for good when its connection breaks while it completes a job or hands some back. Then a new
 * one begins; what the old one held is free after a lease.
 */
async function supervise(
  context: Context,
  start: () => Promise<StartedRunner>,
  stopping: AbortSignal,
): Promise<{ stop(): Promise<void> }> {
  let current = await start();
  const watching = (async () => {
    while (!stopping.aborted) {
      const failure = await current.ended;
      await current.presence.end();
      if (stopping.aborted) return;
      context.log.warn({ err: failure }, 'worker ended, starting another');
      current = await startAgain(start, stopping, current);
    }
  })();
  return {
    stop: async () => {
      await current.stop();
      await watching;
    },
  };
}

/** Until the database lets it. */
async function startAgain(
  start: () => Promise<StartedRunner>,
  stopping: AbortSignal,
  before: StartedRunner,
): Promise<StartedRunner> {
  for (let delayMs = 50; !stopping.aborted; delayMs = Math.min(2 * delayMs, 2000)) {
    try {
      return await start();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
  return before;
}

interface StartedRunner {
  presence: { end(): Promise<void> };
  /** Never rejects; gives what it ended with. */
  ended: Promise<unknown>;
  stop(): Promise<void>;
}

async function startRunner(context: Context, tasks: TaskList, crontab: string): Promise<StartedRunner> {
  const events: WorkerEvents = new EventEmitter();
  let poolId = '';
  events.on('pool:create', ({ workerPool }) => {
    poolId = workerPool.id;
  });
  const runner: Runner = await run({
    pgPool: releasingOnce(context.db.pool),
    noHandleSignals: true,
    logger: quietLogger(context),
    events,
    preset: {
      worker: {
        concurrentJobs: context.config.workers,
        pollInterval: 2000,
        // When a connection breaks as a job is completed, 0.18 shuts down, but only with batches does it catch the
        // error; as its `localQueue` hands jobs back, it never does. Hence batches, and no local queue.
        completeJobBatchDelay: 5,
        failJobBatchDelay: 5,
      },
    },
    taskList: tasks,
    ...(crontab === '' ? { parsedCronItems: [] } : { crontab }),
  });
  const ended = Promise.withResolvers<unknown>();
  runner.promise.then(() => ended.resolve(undefined), ended.resolve);
  // It may shut itself down and never say that it has ended.
  events.on('pool:gracefulShutdown', ({ message }) => ended.resolve(message));
  events.on('pool:forcefulShutdown', ({ message }) => ended.resolve(message));
  const presence = await showPresence(context, poolId);
  return {
    presence,
    ended: ended.promise,
    // A runner that has ended by itself refuses to be stopped.
    stop: () => runner.stop().catch(() => undefined),
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
