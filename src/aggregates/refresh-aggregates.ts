import type { Context } from '../platform/context.ts';
import type { JobRun } from '../platform/jobs/index.ts';
import type { Kind } from './pure/kinds.ts';
import { type Refreshed, refreshCells } from './refresh-cells.ts';
import { claimedCells, expandRequests, waitingPeriods } from './store.ts';

/** Of one transaction: a document of many days is a few, and no reader sees half a campaign. */
const periodsAtOnce = { campaign: 20, date: 400 };

/** Does all that is asked for in `aggregate_request`. Twice at once is safe: each claims in its own transactions. */
export async function refreshAggregates(
  context: Context,
  _payload: object,
  run: Pick<JobRun, 'signal'>,
): Promise<void> {
  for (const kind of ['campaign', 'date'] as const) {
    await context.db.transaction((tx) => expandRequests(tx, kind));
    while (!run.signal.aborted && (await refreshSome(context, kind)) !== undefined);
  }
  // The job comes again, as failed ones do; nothing asked for is lost.
  if (run.signal.aborted) throw new Error('asked to stop');
}

/** A claim is good only together with what it asks for: both are one transaction. Undefined: nothing waits. */
async function refreshSome(context: Context, kind: Kind): Promise<Refreshed | undefined> {
  return await context.db.transaction(async (tx) => {
    const periods = await waitingPeriods(tx, kind, periodsAtOnce[kind]);
    if (periods.length === 0) return undefined;
    return await refreshCells(context, tx, kind, periods, claimedCells(kind, periods));
  });
}
