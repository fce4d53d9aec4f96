import type { Access } from './access.ts';
import type { Model } from './pure/model.ts';
import { planCount, planMatches, type Source } from './pure/plan-list.ts';
import type { ListQuery } from './pure/query.ts';
import { hasSlowLookup } from './pure/statement.ts';
import type { Resources } from './resources.ts';
import { readRows, rowsOf } from './run-plan.ts';

/** Up to here the default count is exact. */
export const exactBelow = 100_000;

export interface Count {
  total: number | null;
  estimated: boolean;
}

/**
 * Counts as asked; unasked, exactly below 100,000 rows and by the planner's estimate above. Of a table the planner knows
 * which it is; of SQL of its own, a cross product say, it may guess tens of thousands of times too high.
 */
export async function countRows(
  resources: Resources,
  model: Model,
  query: ListQuery,
  access: Access,
  source: Source,
): Promise<Count> {
  if (query.count === 'none') return { total: null, estimated: false };
  if (query.count === 'exact')
    return { total: await exactly(resources, model, query, access, source), estimated: false };
  const estimate = await estimateOf(resources, model, query, access, source);
  const isKnown = estimate >= exactBelow && 'table' in source;
  if (query.count === 'estimated' || isKnown) return { total: estimate, estimated: true };
  const total = await exactly(resources, model, query, access, source, exactBelow + 1);
  return total > exactBelow ? { total: Math.max(estimate, total), estimated: true } : { total, estimated: false };
}

async function exactly(
  resources: Resources,
  model: Model,
  query: ListQuery,
  access: Access,
  source: Source,
  upTo?: number,
): Promise<number> {
  const plan = planCount(model, query, access, source, upTo);
  const [row] = await readRows<{ total: number }>(resources, plan, hasSlowLookup(query.condition));
  return row!.total;
}

async function estimateOf(
  resources: Resources,
  model: Model,
  query: ListQuery,
  access: Access,
  source: Source,
): Promise<number> {
  const plan = planMatches(model, query, access, source);
  const [row] = await rowsOf<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(resources.deps.db.pool, {
    text: `explain (format json) ${plan.text}`,
    values: plan.values,
  });
  return row!['QUERY PLAN'][0].Plan['Plan Rows'];
}

/** Tables known to be far below the limit are counted in the page's own statement; looked at again each half minute. */
const sizes = new WeakMap<Model, { isSmall: boolean; until: number }>();
const rememberMs = 30_000;

/** Small tables only grow so much in half a minute: half the limit, or fewer pages than could hold that many rows. */
export async function isSmallTable(resources: Resources, model: Model): Promise<boolean> {
  const known = sizes.get(model);
  const now = performance.now();
  if (known && known.until > now) return known.isSmall;
  const name = model.declaration.object_class;
  if (typeof name !== 'string') return false;
  const [row] = await rowsOf<{ small: boolean }>(resources.deps.db.pool, {
    text: `select coalesce(relkind in ('r', 'm') and (pg_relation_size(oid) < 1500000 or reltuples between 0 and 50000), false) as small
      from pg_class where oid = to_regclass($1)`,
    values: [name],
  });
  const isSmall = row?.small ?? false;
  sizes.set(model, { isSmall, until: now + rememberMs });
  return isSmall;
}
