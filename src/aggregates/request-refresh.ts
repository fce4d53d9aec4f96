import { type Queryable, type Sql, sql } from '../platform/db/index.ts';
import { enqueue } from '../platform/jobs/index.ts';
import { refreshAggregatesJob } from './jobs.ts';
import type { Kind, Period } from './pure/kinds.ts';
import { insertArrivals, insertRequests } from './store.ts';

/**
 * Asks, in the transaction that changes stored values, for what they can reach to be worked out again. `cells` gives
 * rows of (indicator_id, location_id, period); null stands for all.
 */
export async function requestRefresh(tx: Queryable, kind: Kind, cells: Sql): Promise<void> {
  if ((await insertRequests(tx, kind, cells)) === 0) return;
  await enqueue(tx, refreshAggregatesJob, {}, { key: refreshAggregatesJob.name });
}

/**
 * The same for many cells at once, as rows of (indicator_id, location_ids, period, document_id). Until they are worked out
 * nobody sees what that document brought, so that a campaign is seen wholly before or wholly after.
 */
export async function requestArrival(tx: Queryable, kind: Kind, cells: Sql): Promise<void> {
  if ((await insertArrivals(tx, kind, cells)) === 0) return;
  await enqueue(tx, refreshAggregatesJob, {}, { key: refreshAggregatesJob.name });
}

/** Everything of these periods; without, of every period there is. */
export async function requestRebuild(tx: Queryable, kind: Kind, periods?: readonly Period[]): Promise<void> {
  const all = sql`select null as indicator_id, null as location_id, null as period`;
  const some = sql`select null as indicator_id, null as location_id, unnest(${(periods ?? []).map(String)}::text[]) as period`;
  await requestRefresh(tx, kind, periods === undefined ? all : some);
}

/**
 * After a change of formula, operator, weight or format. `indicatorIds` are those changed and all that depend on them: a
 * new part may change what a sum lacks where the part itself has no cell. Of both kinds, because the kind may have changed.
 */
export async function requestRefreshOfIndicators(tx: Queryable, indicatorIds: readonly number[]): Promise<void> {
  for (const kind of ['campaign', 'date'] as const) {
    // Before the first value of all there is nothing to follow.
    const of = sql`select unnest(${[...indicatorIds]}::int[]) as indicator_id, null as location_id, null as period
      where exists (select 1 from datapoint) or exists (select 1 from aggregate) or exists (select 1 from date_aggregate)`;
    await requestRefresh(tx, kind, of);
  }
}
