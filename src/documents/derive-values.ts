import { refreshCells, requestArrival } from '../aggregates/index.ts';
import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import {
  documentsCorrectedBefore,
  documentsNamedBy,
  insertSuperseded,
  passRowsOver,
  rowsNamedBy,
} from './correction-store.ts';
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

interface DerivedBy {
  runId: string | null;
  userId: string | null;
  refreshAll?: boolean;
}

/** Of these, aggregates are worked out in the transaction of the values themselves: readers see both or neither. */
const cellsAtOnce = 50_000;

/**
 * Makes the values of the rows concerned anew, in the caller's transaction: what each cell means, what changes in
 * datapoint, what is an issue instead, and what aggregates it reaches. The number of statements depends on neither rows
 * nor documents.
 */
export async function deriveValues(context: Context, tx: Tx, concern: Concern, by: DerivedBy): Promise<Derived> {
  await lockDocuments(tx, concern.documentIds);
  await prepareDerivation(tx);
  await insertDerivedRows(tx, concern);
  const hasSuperseded = await insertSuperseded(tx, concern.documentIds);
  await passRowsOver(tx);
  await readTexts(tx, concern);
  await insertDoubtfulCells(tx);
  const values = await replaceValues(tx, concern, hasSuperseded, by.runId, by.userId);
  await replaceIssues(tx, concern);
  await markRows(tx);
  const touched = await touchedCells(tx);
  const aggregates = await refreshTouched(context, tx, touched, by.refreshAll === true);
  return { values, touched, aggregates };
}

/**
 * The same, and after it the rows that the documents stand for as corrections: those count as long as no row that became
 * values says what they are. What the first derivation left in its tables is gone then.
 */
export async function deriveWithCorrected(context: Context, tx: Tx, concern: Concern, by: DerivedBy): Promise<Derived> {
  const derived = await deriveValues(context, tx, concern, by);
  const documentIds = await documentsNamedBy(tx, concern.documentIds);
  if (documentIds.length === 0) return derived;
  const named = { documentIds, mapIds: undefined, rows: rowsNamedBy(concern.documentIds) };
  const { aggregates: more } = await deriveValues(context, tx, named, by);
  const { aggregates } = derived;
  return { ...derived, aggregates: aggregates === undefined || more === undefined ? undefined : aggregates + more };
}

/** After a correction was deleted, and nobody knows any more which rows it stood for. */
export async function deriveUncorrected(
  context: Context,
  tx: Tx,
  { id, corrects }: { id: number; corrects: number },
  by: DerivedBy,
): Promise<void> {
  const documentIds = await documentsCorrectedBefore(tx, id, corrects);
  if (documentIds.length > 0) await deriveValues(context, tx, { documentIds, mapIds: undefined }, by);
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
