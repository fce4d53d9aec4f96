import type { Sql, Tx } from '../platform/db/index.ts';
import { type Access, forbidden } from '../resource/index.ts';
import { belowItself, levelOutOfOrder } from './errors.ts';
import { findDisorder, mayManage, pathDown } from './store.ts';

export interface Move {
  id: number;
  from: number | null;
  to: number | null;
}

/** Throws when the new parent is the place itself or lies below it. The tree is locked by then. */
export async function checkNotBelowItself(tx: Tx, { id, to }: Move): Promise<void> {
  if (to === null) return;
  const path = await pathDown(tx, id, to);
  if (path.length > 0) throw belowItself([...path, id]);
}

/**
 * Moving needs `manage` on the old and on the new parent; making or unmaking a root, on all places. A new parent that
 * cannot be seen is left to the check of references: it does not exist.
 */
export async function checkMove(tx: Tx, access: Access, { from, to }: Move): Promise<void> {
  if (access.can('location.write')) return;
  if (from === null || to === null) throw forbidden();
  const [old, fresh] = await mayManage(
    tx,
    [from, to],
    (location) => access.where('location.read', { location }),
    (location) => access.where('location.write', { location }),
  );
  if (fresh!.visible && !(old!.managed && fresh!.managed)) throw forbidden();
}

/** Throws when a place among these has a parent that is narrower than itself. */
export async function checkLevels(tx: Tx, which: Sql): Promise<void> {
  const found = await findDisorder(tx, which);
  if (found === undefined) return;
  throw levelOutOfOrder({ id: found.id, level: found.level }, { id: found.parentId, level: found.parentLevel });
}
