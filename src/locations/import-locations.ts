import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import type { ErrorDetail } from '../platform/errors/index.ts';
import { type Access, lineIfOther, parseCsv } from '../resource/index.ts';
import { placesMoved } from './changes.ts';
import { emptyFile, importForbidden, importRefused, levelOutOfOrder, unreadableFile } from './errors.ts';
import { allTypes, codesOf, insertPlaces, insertTypes, knownPlaces, updatePlaces } from './import-store.ts';
import { markShapesOfPlaces } from './mark-shapes.ts';
import { planTree, type TreePlan } from './pure/plan-tree.ts';
import { readTreeFile, type TreeRow } from './pure/read-tree-file.ts';
import { placesByCode } from './shape-store.ts';
import { findDisorder, lockTree, touchingPlaces } from './store.ts';

export interface TreeSummary {
  total_count: number;
  created: number;
  updated: number;
  unchanged: number;
  moved: number;
  types_created: number;
}

/**
 * A CSV of places, whatever its order: creates and changes by `location_code`, all or nothing, in sets. A dry run does
 * everything and keeps nothing. Throws with every fault of the file at once.
 */
export async function importLocations(
  context: Context,
  tx: Tx,
  access: Access,
  text: string,
  isDry: boolean,
): Promise<{ summary: TreeSummary; issues: ErrorDetail[] }> {
  const read = parseCsv(text);
  if ('problem' in read) throw unreadableFile(read.problem);
  if (read.rows.length < 2) throw emptyFile();
  const file = readTreeFile(read.rows);
  await lockTree(tx);
  const plan = await planned(tx, access, file.rows);
  const issues = [...file.issues, ...plan.issues]
    .map((issue) => (issue.row === undefined ? issue : { ...issue, ...lineIfOther(read, issue.row) }))
    .sort((one, other) => (one.row ?? 0) - (other.row ?? 0));
  if (issues.length > 0 || plan.isForbidden) {
    const summary = summaryOf(file.rows.length, plan, 0);
    if (!isDry) throw plan.isForbidden ? importForbidden(issues) : importRefused(issues, summary);
    return { summary, issues };
  }
  const changed = await writePlaces(context, tx, plan);
  return { summary: summaryOf(file.rows.length, plan, changed), issues: [] };
}

function summaryOf(rows: number, plan: TreePlan, updated: number): TreeSummary {
  return {
    total_count: rows,
    created: plan.creates.length,
    updated,
    unchanged: plan.updates.length - updated,
    moved: plan.moves.length,
    types_created: plan.newTypes.length,
  };
}

async function planned(tx: Tx, access: Access, rows: readonly TreeRow[]): Promise<TreePlan> {
  const codes = rows.flatMap((row) => (typeof row.parentCode === 'string' ? [row.code, row.parentCode] : [row.code]));
  const places = await knownPlaces(
    tx,
    codes,
    (location) => access.where('location.read', { location }),
    (location) => access.where('location.write', { location }),
  );
  const plan = planTree(rows, { places, types: await allTypes(tx), managesAll: access.can('location.write') });
  if (plan.newTypes.length > 0 && !access.can('metadata.write')) plan.isForbidden = true;
  return plan;
}

async function writePlaces(context: Context, tx: Tx, plan: TreePlan): Promise<number> {
  if (plan.newTypes.length > 0) await insertTypes(tx, plan.newTypes);
  const rows = [...plan.creates, ...plan.updates];
  const touched = await refusedAsIssue(rows, async () => {
    const created = plan.creates.length > 0 ? await insertPlaces(tx, plan.creates) : [];
    return { created, updated: await updatePlaces(tx, plan.updates) };
  });
  const ids = [...touched.created, ...touched.updated];
  await checkLevelsByCode(tx, ids, rows);
  if (touched.updated.length > 0) await markShapesOfPlaces(tx, touched.updated);
  if (plan.moves.length > 0) await tellMoves(context, tx, plan);
  return touched.updated.length;
}

async function tellMoves(context: Context, tx: Tx, plan: TreePlan): Promise<void> {
  const codes = plan.moves.flatMap(({ code, from, to }) => [code, from, to]).filter((code) => code !== null);
  const places = new Map((await placesByCode(tx, codes)).map(({ id, code }) => [code, id]));
  const idOf = (code: string | null) => (code === null ? null : places.get(code)!);
  await placesMoved.tell(context, tx, {
    moved: plan.moves.map(({ code, from, to }) => ({ locationId: idOf(code)!, from: idOf(from), to: idOf(to) })),
  });
}

async function checkLevelsByCode(tx: Tx, ids: readonly number[], rows: readonly TreeRow[]): Promise<void> {
  const found = await findDisorder(tx, touchingPlaces(ids));
  if (found === undefined) return;
  const codes = new Map((await codesOf(tx, [found.id, found.parentId])).map(({ id, code }) => [id, code]));
  const { message } = levelOutOfOrder(
    { id: codes.get(found.id)!, level: found.level },
    { id: codes.get(found.parentId)!, level: found.parentLevel },
  );
  // The row of the place itself, or of the one it would be below.
  const row = [found.id, found.parentId].map((id) => rows.find(({ code }) => code === codes.get(id))?.row);
  throw importRefused(
    [{ row: row[0] ?? row[1], column: 'parent_location_code', code: 'admin_level_order', message }],
    {},
  );
}

/** A name that a place outside the file has already is only found by trying. */
async function refusedAsIssue<T>(rows: readonly TreeRow[], write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { code, detail } = error as { code?: string; detail?: string };
    const name = /=\((.*), \d+\) already exists/.exec(detail ?? '')?.[1];
    if (code !== '23505' || name === undefined) throw error;
    const row = rows.find((one) => one.name === name)?.row;
    const message = `key: "name, parent_location_id" with value: "${name}" already exists`;
    throw importRefused([{ row, column: 'name', code: 'duplicate', message }], {});
  }
}
