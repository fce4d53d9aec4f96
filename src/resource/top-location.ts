import { compileSql, sql } from '../platform/db/index.ts';
import type { Access } from './access.ts';
import type { Plan } from './pure/plan-list.ts';
import { type Resources, remember } from './resources.ts';
import { rowsOf } from './run-plan.ts';

const plans = new WeakMap<Access, Plan>();

/**
 * For `meta.top_lvl_location_id`. Its rules meet more tables than most lists, and to plan them takes as long as to run
 * them: asked for by itself, and not again while the database is in the snapshot it was found in.
 */
export async function findTopLocation(resources: Resources, access: Access, snapshot: string): Promise<number | null> {
  const { deps, knownTops } = resources;
  if (deps.topLocation === undefined) return null;
  const plan =
    plans.get(access) ??
    compileSql(sql`select ${deps.topLocation(access)} as found, pg_current_snapshot()::text as snapshot`);
  plans.set(access, plan);
  const key = `${plan.text} ${JSON.stringify(plan.values)}`;
  const known = knownTops.get(key);
  if (known?.snapshot === snapshot) return known.found;
  const [row] = await rowsOf<{ found: number | null; snapshot: string }>(deps.db.pool, plan);
  remember(knownTops, key, row!);
  return row!.found;
}
