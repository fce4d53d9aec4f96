import type pg from 'pg';
import type { Tx } from '../platform/db/index.ts';
import { invalidRegex, regexTimeout } from './errors.ts';
import type { Plan } from './pure/plan-list.ts';
import type { Resources } from './resources.ts';

/**
 * Statement texts that have come twice get a name, so that PostgreSQL parses them once per connection. The number is
 * bounded: names live as long as the connection.
 */
const names = new Map<string, string>();
const maxNames = 1000;
/** Longer ones carry a request's own rows, and would not come again. */
const maxNamedLength = 20_000;
let seenOnce = new Set<string>();

export function prepared(plan: Plan): pg.QueryConfig {
  const name = names.get(plan.text);
  if (name !== undefined) return { name, text: plan.text, values: plan.values };
  if (names.size >= maxNames || plan.text.length > maxNamedLength) return plan;
  if (!seenOnce.delete(plan.text)) {
    if (seenOnce.size >= maxNames) seenOnce = new Set();
    seenOnce.add(plan.text);
    return plan;
  }
  names.set(plan.text, `resource_${names.size}`);
  return prepared(plan);
}

type Target = Pick<pg.Pool, 'query'> | Pick<pg.PoolClient, 'query'>;

/** Rows of a plan. On the pool, or on the connection of a transaction. */
export async function rowsOf<Row extends object>(target: Target, plan: Plan): Promise<Row[]> {
  return (await (target as pg.Pool).query<Row>(prepared(plan))).rows;
}

/** Runs a reading plan; a regular expression gets its own, short time limit. */
export async function readRows<Row extends object>(resources: Resources, plan: Plan, slow: boolean): Promise<Row[]> {
  const { db } = resources.deps;
  return slow ? await db.transaction((tx) => limited<Row>(resources, tx, plan, slow)) : rowsOf<Row>(db.pool, plan);
}

/** The same inside a transaction; the limit is lifted again behind the statement. */
export async function limited<Row extends object>(
  resources: Resources,
  tx: Tx,
  plan: Plan,
  slow: boolean,
): Promise<Row[]> {
  if (!slow) return rowsOf<Row>(tx.client, plan);
  try {
    await tx.client.query(`set local statement_timeout = ${Math.trunc(resources.deps.regexTimeoutMs ?? 2000)}`);
    const rows = await rowsOf<Row>(tx.client, plan);
    await tx.client.query('reset statement_timeout');
    return rows;
  } catch (error) {
    throw refusedRegex(error) ?? error;
  }
}

export function refusedRegex(error: unknown): Error | undefined {
  const { code } = error as { code?: string };
  if (code === '57014') return regexTimeout();
  return code === '2201B' ? invalidRegex() : undefined;
}
