import type { Context } from '../platform/context.ts';
import type { Sql, Tx } from '../platform/db/index.ts';
import type { Kind, Period } from './pure/kinds.ts';
import { lockPeriods, prepareCells, spreadCells, workOutRound } from './store.ts';

export interface Refreshed {
  /** Cells worked out again. */
  cells: number;
  /** Those among them that have changed. */
  written: number;
}

/**
 * Works out what changed stored values can reach, in the caller's transaction: their places and ancestors × their
 * indicators and all that depend on them × their periods. `groups` gives rows of (indicator_id, location_ids, period);
 * `before` are common table expressions it needs; `isRebuild`: they are no changes, so that a cell without a row of its
 * own has not changed. The number of statements depends on the depth of the tree and of the
 * formulas, not on the number of cells.
 */
export async function refreshCells(
  { config }: Pick<Context, 'config'>,
  tx: Tx,
  kind: Kind,
  periods: readonly Period[],
  { groups, before, isRebuild }: { groups: Sql; before?: Sql; isRebuild?: boolean },
): Promise<Refreshed> {
  await lockPeriods(tx, kind, periods);
  await prepareCells(tx, kind);
  const { rounds, alone } = await spreadCells(tx, kind, groups, before);
  const refreshed = { cells: alone, written: isRebuild ? 0 : alone };
  const isMany = rounds.reduce((sum, one) => sum + one.cells, 0) > 500;
  for (const { round, cells } of rounds) {
    const done = await workOutRound(tx, kind, round, config, isMany);
    refreshed.cells += cells;
    refreshed.written += done.written + (isRebuild ? 0 : done.alone);
  }
  return refreshed;
}
