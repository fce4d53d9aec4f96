import type { Context } from '../../platform/context.ts';
import type { Table } from './open-table.ts';
import { columnRef } from './pure/bindings.ts';
import type { Column } from './pure/column.ts';
import { jsonCellSql } from './pure/json-cell.ts';
import { fromSql } from './pure/rows-sql.ts';
import type { Selection } from './pure/selection.ts';
import { queryTable } from './query-table.ts';

export interface Facet {
  field: string;
  /** Most frequent first; equal counts by value. */
  values: { value: unknown; count: number }[];
  /** Rows without a value. */
  empty: number;
  /** Rows with a value that is not listed. */
  other: number;
  /** How many different values there are, estimated within a few per cent above some thousand. */
  distinct: number;
}

/** The most frequent values of the shown columns, within the selection. */
export async function facetsOf(
  context: Context,
  table: Table,
  selection: Selection,
  size: number,
  signal?: AbortSignal,
): Promise<{ rows: number; facets: Facet[] }> {
  const plain = { ...selection, distinct: false };
  const [totals = []] = await queryTable(
    context,
    table,
    (file, bindings) => {
      const counts = selection.shown.map(
        ({ name }) =>
          `cast(count(${columnRef(name)}) as VARCHAR), cast(approx_count_distinct(${columnRef(name)}) as VARCHAR)`,
      );
      return `select cast(count(*) as VARCHAR), ${counts.join(', ')} ${fromSql({ file, selection: plain, rendered: [] }, bindings)}`;
    },
    signal,
  );
  const rows = Number(totals[0]);
  const facets: Facet[] = [];
  for (const [index, column] of selection.shown.entries()) {
    const values = await topValues(context, table, plain, column, size, signal);
    const filled = Number(totals[1 + 2 * index]);
    const listed = values.reduce((sum, { count }) => sum + count, 0);
    const distinct = filled === listed ? values.length : Math.max(values.length, Number(totals[2 + 2 * index]));
    facets.push({ field: column.name, values, empty: rows - filled, other: filled - listed, distinct });
  }
  return { rows, facets };
}

async function topValues(
  context: Context,
  table: Table,
  selection: Selection,
  column: Column,
  size: number,
  signal: AbortSignal | undefined,
): Promise<Facet['values']> {
  const found = await queryTable(
    context,
    table,
    (file, bindings) => {
      const ref = columnRef(column.name);
      const groups = `select ${ref}, count(*) as n ${fromSql({ file, selection, rendered: [] }, bindings)} group by ${ref}`;
      return `select cast(to_json(${jsonCellSql(column)}) as VARCHAR), cast(t.n as VARCHAR) from (${groups}) t
        where ${ref} is not null order by t.n desc, ${ref} limit ${size}`;
    },
    signal,
  );
  return found.map(([value, count]) => ({ value: JSON.parse(value ?? 'null') as unknown, count: Number(count) }));
}
