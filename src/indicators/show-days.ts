import type { ReadContext, SelectQuery } from '../resource/index.ts';
import { hasDays } from './store.ts';

/** For a field that holds a value: where a single object is read. */
export const dayShown = (column: string) =>
  ({ detail_expression: `value_shown({t}.indicator_id, {t}.${column})`, detail_type: 'scalar' }) as const;

/**
 * Values of data_format date leave as YYYY-MM-DD (monitoring §3.3). Only where there are such indicators at all: otherwise
 * the fields of a list stay plain numbers, in Parquet too.
 */
export async function showDays(query: SelectQuery, { db }: ReadContext, fields: readonly string[]): Promise<void> {
  if (!(await hasDays(db))) return;
  for (const field of fields) query.replace(field, 'scalar', `value_shown(t.indicator_id, t.${field})`);
}
