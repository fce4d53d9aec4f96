import type { Context } from '../platform/context.ts';
import { AppError } from '../platform/errors/index.ts';
import { enqueue, handler, type JobHandler, type JobRun } from '../platform/jobs/index.ts';
import { changeRun } from './change-run.ts';
import { isTemporary } from './is-temporary.ts';
import { executeRun as executeRunJob } from './jobs.ts';
import { Attempt, type RunHandler } from './live-run.ts';
import { liveRunsOf } from './live-runs.ts';
import { type Decision, decideEnd, type Ending } from './pure/decide-end.ts';
import type { LogLine, RunError } from './pure/run.ts';
import {
  type Change,
  type ClaimedRun,
  changeState,
  claimRun,
  findClaimedBy,
  findRun,
  isBehindAnother,
} from './store.ts';
import { tell } from './tell.ts';

/** The job that works on runs, given every kind's handler. */
export function executeRunHandler(runHandlers: RunHandler[]): JobHandler {
  const byKind = new Map(runHandlers.map((entry) => [entry.kind.name, entry]));
  return handler(executeRunJob, (context, { runId }, job) => executeRun(context, byKind, runId, job));
}

/** One attempt, from claim to end. A run that is not waiting any more, or has to wait for another, is left alone. */
async function executeRun(
  context: Context,
  handlers: Map<string, RunHandler>,
  runId: string,
  job: JobRun,
): Promise<void> {
  // Fetched by a worker that has just been told to stop: for another one.
  if (job.signal.aborted) return enqueue(context.db, executeRunJob, { runId }, { key: `run:${runId}` });
  const claimedAtMs = performance.now();
  const claimed = await claim(context, handlers, runId);
  const runHandler = claimed && handlers.get(claimed.kind);
  if (claimed === undefined || runHandler === undefined) return;
  context.metrics.runQueueSeconds.observe({ kind: claimed.kind }, Math.max(0, claimed.queuedSeconds));
  const attempt = new Attempt(context, claimed);
  const live = liveRunsOf(context);
  live.add(attempt, claimedAtMs);
  tell(context, runId, claimed.state);
  try {
    const ending = await watch(context, attempt, runHandler, job);
    await end(context, attempt, decideEnd(ending, claimed));
  } finally {
    attempt.log.close();
    live.remove(attempt);
  }
}

/** Repeats the claim when the connection broke under it, and recognises one that had got through. */
async function claim(
  context: Context,
  handlers: Map<string, RunHandler>,
  runId: string,
): Promise<ClaimedRun | undefined> {
  const kinds = [...handlers.values()].map((entry) => entry.kind);
  const wanted = {
    runId,
    owner: context.newId(),
    leaseSeconds: context.config.runLeaseSeconds,
    kinds: kinds.map((kind) => kind.name),
    kindsStartingThemselves: kinds.filter((kind) => kind.startsItself).map((kind) => kind.name),
  };
  return untilDatabaseAnswers(context, async (again) => {
    const before = again ? await findClaimedBy(context.db, runId, wanted.owner) : undefined;
    if (before !== undefined) return before;
    for (let tries = 0; tries < 3; tries += 1) {
      const claimed = await claimRun(context.db, wanted);
      if (claimed !== undefined) return claimed;
      const run = await findRun(context.db, runId);
      const mayBeBlocked = run?.state === 'queued' && run.isDue && run.serialKey !== null && handlers.has(run.kind);
      if (!mayBeBlocked || (await isBehindAnother(context.db, runId))) return undefined;
      // The run before it ended between the two statements.
    }
    return undefined;
  });
}

async function watch(context: Context, attempt: Attempt, runHandler: RunHandler, job: JobRun): Promise<Ending> {
  const { claimed, live } = attempt;
  const shutDown = () => attempt.stop('shutdown');
  if (job.signal.aborted) shutDown();
  // Stopped before it began: a handler would wait for an abort that has been.
  if (attempt.stopped !== undefined) return endingOf(attempt.stopped);
  job.signal.addEventListener('abort', shutDown);
  const timeout = setTimeout(() => attempt.stop('timeout'), claimed.timeoutSeconds * 1000);
  try {
    const summary = await Promise.race([runHandler.handle(context, live), giveUp(context, attempt)]);
    // Stopped and returned all the same: it may have looked at the signal and left. Only `succeed` was a success.
    if (attempt.stopped !== undefined && !attempt.mayHaveEnded) return endingOf(attempt.stopped);
    return { how: 'returned', summary: summary ?? null };
  } catch (error) {
    if (attempt.stopped !== undefined) return endingOf(attempt.stopped);
    return { how: 'threw', error: toRunError(context, claimed, error), temporary: isTemporary(error) };
  } finally {
    clearTimeout(timeout);
    job.signal.removeEventListener('abort', shutDown);
  }
}

function endingOf(stopped: NonNullable<Attempt['stopped']>): Ending {
  const { code, message, status } = stopped.error;
  return { how: 'stopped', reason: stopped.reason, error: { code, message, status } };
}

/** A handler that does not heed its signal is left behind after a lease; the fence keeps it from publishing. */
function giveUp(context: Context, attempt: Attempt): Promise<never> {
  return new Promise((_resolve, reject) => {
    attempt.live.signal.addEventListener('abort', () => {
      setTimeout(() => {
        reject(attempt.stopped?.error ?? new Error('aborted'));
      }, context.config.runLeaseSeconds * 1000).unref();
    });
  });
}

/** What a person may read. Anything but an AppError is a bug or the machinery: logged here, opaque there. */
function toRunError(context: Context, claimed: ClaimedRun, error: unknown): RunError {
  if (error instanceof AppError) {
    return {
      code: error.code,
      message: error.message,
      status: error.status,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.errors.length === 0 ? {} : { errors: error.errors.map((detail) => ({ ...detail })) }),
    };
  }
  context.log.error({ err: error, runId: claimed.id, kind: claimed.kind, attempt: claimed.attempt }, 'run failed');
  return isTemporary(error)
    ? { code: 'database_unavailable', message: 'The database could not be reached', status: 503 }
    : { code: 'internal_error', message: 'Internal error; the server log names it by the id of this run', status: 500 };
}

/** Stores what is left of the log, then the end. Both are repeated while the database is away and the lease lasts. */
async function end(context: Context, attempt: Attempt, decision: Decision): Promise<void> {
  if (attempt.stopped?.reason === 'lost') return;
  const { claimed } = attempt;
  await untilDatabaseAnswers(context, async () => {
    await attempt.log.flush();
    const change = changeOf(decision);
    const ended =
      (await store(context, claimed, change)) ??
      // Cancelled in the meantime: the wish came before the end.
      (change.to === 'cancelled' ? undefined : await store(context, claimed, changeOf({ to: 'cancelled' })));
    if (ended !== undefined) tell(context, ended.id, ended.state);
    if (ended !== undefined) count(context, ended.kind, ended.state, ended.seconds);
    else if (attempt.mayHaveEnded) count(context, claimed.kind, 'succeeded', null);
  });
}

function store(context: Context, claimed: ClaimedRun, change: Change) {
  const fenced = { ...change, attempt: claimed.attempt };
  return claimed.serialKey === null
    ? changeState(context.db, claimed.id, fenced)
    : context.db.transaction((tx) => changeRun(tx, claimed.id, fenced));
}

export function changeOf(decision: Decision): Change {
  switch (decision.to) {
    case 'succeeded':
      return { to: 'succeeded', from: ['starting', 'running'], summary: decision.summary };
    case 'failed':
      return {
        to: 'failed',
        from: ['starting', 'running'],
        error: decision.error,
        lines: [line('error', decision.error.message)],
      };
    case 'cancelled':
      return { to: 'cancelled', from: ['cancelling'], lines: [line('info', 'Execution cancelled by user.')] };
    case 'queued':
      return {
        to: 'queued',
        from: ['starting', 'running'],
        delaySeconds: decision.delaySeconds,
        forgive: decision.forgive,
        lines: [line('warning', decision.text)],
      };
  }
}

const line = (level: LogLine['level'], text: string): LogLine => ({ level, text });

export function count(context: Context, kind: string, state: string, seconds: number | null): void {
  context.metrics.runs.inc({ kind, state });
  if (seconds !== null) context.metrics.runSeconds.observe({ kind, state }, seconds);
}

/** Repeats while the database is away, for a lease: after that the run is somebody else's. */
async function untilDatabaseAnswers<T>(context: Context, work: (again: boolean) => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + context.config.runLeaseSeconds * 1000;
  for (let delayMs = 50, again = false; ; delayMs = Math.min(2 * delayMs, 1000), again = true) {
    try {
      return await work(again);
    } catch (error) {
      if (!isTemporary(error) || performance.now() + delayMs > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}
