import type { Context } from '../platform/context.ts';
import { forLargeWork, sql } from '../platform/db/index.ts';
import type { JobRun } from '../platform/jobs/index.ts';
import type { Kind } from './pure/kinds.ts';
import { refreshCells } from './refresh-cells.ts';
import { claimedCells, expandRequests, type Lane, waitingPeriods } from './store.ts';

/** Of one transaction: a document of many days is a few, and no reader sees half a campaign. */
const periodsAtOnce = { campaign: 25, date: 400 };

/** Does all that is asked for in `aggregate_request`. Twice at once is safe: each claims in its own transactions. */
export async function refreshAggregates(
  context: Context,
  _payload: object,
  run: Pick<JobRun, 'signal'>,
): Promise<void> {
  for (const kind of ['campaign', 'date'] as const) {
    await forLargeWork(context.db, run.signal).transaction((tx) => expandRequests(tx, kind));
    if (!run.signal.aborted && !(await refreshAll(context, kind, run.signal)))
      await refreshMuch(context, kind, run.signal);
  }
  // The job comes again, as failed ones do; nothing asked for is lost.
  if (run.signal.aborted) throw new Error('asked to stop');
}

/** In one transaction; false: it is more than that. */
async function refreshAll(context: Context, kind: Kind, signal: AbortSignal): Promise<boolean> {
  return await forLargeWork(context.db, signal).transaction(async (tx) => {
    const periods = await waitingPeriods(tx, kind, { limit: periodsAtOnce[kind], lane: { n: 0, of: 1 } });
    if (periods.length === periodsAtOnce[kind]) return false;
    if (periods.length > 0) await refreshCells(context, tx, kind, periods, claimedCells(kind, periods));
    return true;
  });
}

/** Of much, several transactions at once: they have no period and no lock of a period in common. */
async function refreshMuch(context: Context, kind: Kind, signal: AbortSignal): Promise<void> {
  const of = Math.min(context.config.engineThreads, maxLanes);
  const lanes = Array.from({ length: of }, async (_, n) => {
    while (!signal.aborted && (await refreshSome(context, kind, { n, of }, signal)) > 0);
  });
  const failed = (await Promise.allSettled(lanes)).find((lane) => lane.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** So that documents do not take all connections of a process. */
const maxLanes = 4;

/** A claim is good only together with what it asks for: both are one transaction. Answers the number of periods done. */
async function refreshSome(context: Context, kind: Kind, lane: Lane, signal: AbortSignal): Promise<number> {
  return await forLargeWork(context.db, signal).transaction(async (tx) => {
    // Lost with the server, it is still asked for: what asked is deleted here, too. The end of the run waits for all of it.
    await tx.exec(sql`select set_config('synchronous_commit', 'off', true)`);
    const periods = await waitingPeriods(tx, kind, { limit: periodsAtOnce[kind], lane });
    if (periods.length > 0) await refreshCells(context, tx, kind, periods, claimedCells(kind, periods));
    return periods.length;
  });
}
