import type { Context } from '../platform/context.ts';
import { changeRun } from './change-run.ts';
import { lost, runTimeout } from './errors.ts';
import { changeOf, count } from './execute-run.ts';
import { decideEnd, type Ending } from './pure/decide-end.ts';
import { type Changed, type ExpiredRun, enqueueForgotten, lockExpired } from './store.ts';

const batch = 100;

/** Ends or requeues every run whose lease has run out. Any number of processes may do so at once. Returns how many. */
export async function reapExpiredRuns(context: Context): Promise<number> {
  let reaped = 0;
  for (;;) {
    const changes = await context.db.transaction(async (tx) => {
      const done: (Changed | undefined)[] = [];
      for (const run of await lockExpired(tx, batch)) {
        done.push(await changeRun(tx, run.id, { ...changeOf(decideEnd(endingOf(run), run)), attempt: run.attempt }));
      }
      return done;
    });
    for (const changed of changes) {
      if (changed === undefined) continue;
      reaped += 1;
      count(context, changed.kind, changed.state === 'queued' ? 'lost' : changed.state, changed.seconds);
      context.log.warn(
        { runId: changed.id, kind: changed.kind, state: changed.state },
        'took a run from a lost worker',
      );
    }
    if (changes.length < batch) return reaped;
  }
}

function endingOf(run: ExpiredRun): Ending {
  const reason = run.state === 'cancelling' ? 'cancelled' : run.timedOut ? 'timeout' : 'lost';
  const { code, message, status } = reason === 'timeout' ? runTimeout(run.timeoutSeconds) : lost();
  return { how: 'stopped', reason, error: { code, message, status } };
}

/** The slower round: expired leases, and waiting runs that nobody would come for. */
export async function reapRuns(context: Context): Promise<void> {
  await reapExpiredRuns(context);
  const forgotten = await enqueueForgotten(context.db, context.config.runLeaseSeconds);
  if (forgotten > 0) context.log.warn({ forgotten }, 'asked again for waiting runs without a job');
}
