import { refreshCells, requestArrival } from '../aggregates/index.ts';
import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import {
  type Concern,
  insertDerivedRows,
  insertDoubtfulCells,
  markRows,
  prepareDerivation,
  readTexts,
  replaceIssues,
  replaceValues,
  type Touched,
  touchedCells,
  touchedGroups,
  type ValueChanges,
} from './derive-store.ts';
import { lockDocuments } from './store.ts';

export interface Derived {
  values: ValueChanges;
  touched: Touched;
  /** Cells of aggregates that changed; undefined: too many for one transaction, they have been asked for. */
  aggregates: number | undefined;
}

/** Of these, aggregates are worked out in the transaction of the values themselves: readers see both or neither. */
const cellsAtOnce = 50_000;

/**
 * Makes the values of the rows concerned anew, in the caller's transaction: what each cell means, what changes in
 * datapoint, what is an issue instead, and what aggregates it reaches. The number of statements depends on neither rows
 * nor documents.
 */
export async function deriveValues(
  context: Context,
  tx: Tx,
  concern: Concern,
  by: { runId: string | null; userId: string | null; refreshAll?: boolean },
): Promise<Derived> {
  await lockDocuments(tx, concern.documentIds);
  await prepareDerivation(tx);
  await insertDerivedRows(tx, concern);
  await readTexts(tx, concern);
  await insertDoubtfulCells(tx);
  const values = await replaceValues(tx, concern, by.runId, by.userId);
  await replaceIssues(tx, concern);
  await markRows(tx);
  const touched = await touchedCells(tx);
  const aggregates = await refreshTouched(context, tx, touched, by.refreshAll === true);
  return { values, touched, aggregates };
}

/** What changed values reach, worked out at once where it is little, else asked for. */
export async function refreshTouched(
  context: Context,
  tx: Tx,
  touched: Touched,
  all: boolean,
): Promise<number | undefined> {
  const now = all || touched.cells <= cellsAtOnce;
  let written = 0;
  for (const kind of ['campaign', 'date'] as const) {
    const periods = kind === 'campaign' ? touched.campaigns : touched.days;
    if (periods.length === 0) continue;
    if (now) written += (await refreshCells(context, tx, kind, periods, { groups: touchedGroups(kind) })).written;
    else await requestArrival(tx, kind, touchedGroups(kind));
  }
  return now ? written : undefined;
}
