import type { Context } from '../platform/context.ts';
import { forLargeWork } from '../platform/db/index.ts';
import {
  beginLook,
  type CellDifference,
  differencesOf,
  endLook,
  everyCell,
  keepCells,
  periodsAfter,
} from './check-store.ts';
import { type Kind, kinds, type Period } from './pure/kinds.ts';
import { refreshCells } from './refresh-cells.ts';
import { claimedCells, expandRequests } from './store.ts';

/** Of one transaction, which holds the periods' locks for as long as it looks. */
const periodsAtOnce = { campaign: 5, date: 100 };

export interface Checked {
  kind: Kind;
  periods: number;
  cells: number;
  differences: CellDifference[];
}

/**
 * Rebuilds every period and compares, ids included; then takes all of it back. What still waits to be refreshed is no
 * difference: it is done first. A difference is a defect of this program, or somebody has been at the tables.
 */
export async function checkAggregates(context: Context): Promise<Checked[]> {
  const checked: Checked[] = [];
  for (const kind of Object.keys(kinds) as Kind[]) {
    const one: Checked = { kind, periods: 0, cells: 0, differences: [] };
    let after: Period | undefined;
    for (;;) {
      const periods = await periodsAfter(context.db, kind, after, periodsAtOnce[kind]);
      if (periods.length === 0) break;
      const { cells, differences } = await comparePeriods(context, kind, periods);
      one.periods += periods.length;
      one.cells += cells;
      one.differences.push(...differences);
      after = periods.at(-1);
    }
    checked.push(one);
  }
  return checked;
}

async function comparePeriods(context: Context, kind: Kind, periods: readonly Period[]) {
  return await forLargeWork(context.db).transaction(async (tx) => {
    await beginLook(tx);
    await expandRequests(tx, kind);
    await refreshCells(context, tx, kind, periods, claimedCells(kind, periods));
    await keepCells(tx, kind, periods);
    const { cells } = await refreshCells(context, tx, kind, periods, everyCell(kind, periods));
    const differences = await differencesOf(tx, kind, periods);
    await endLook(tx);
    return { cells, differences };
  });
}
