import type { Context } from '../../platform/context.ts';
import type { Table } from './open-table.ts';
import { type Column, largestExact } from './pure/column.ts';
import { columnTyped } from './pure/compile-filter.ts';
import { isoSql } from './pure/json-cell.ts';
import { fromSql } from './pure/rows-sql.ts';
import type { Selection } from './pure/selection.ts';
import { queryTable } from './query-table.ts';

export interface ColumnStatistics {
  field: string;
  type: string;
  /** Rows with a value. */
  count: number;
  empty: number;
  /** Estimated within a few per cent above some thousand. */
  distinct: number;
  min: unknown;
  max: unknown;
  /** Of numbers. */
  mean?: number | null;
  deviation?: number | null;
  /** Of numbers: 25 %, 50 %, 75 %, estimated. */
  quartiles?: (number | null)[];
  /** Of numbers: equally wide classes from min to max; their counts, first to last. */
  histogram?: number[];
  /** Of texts, in characters. */
  length?: { min: number | null; max: number | null };
}

const classes = 20;

/** A summary of each shown column, within the selection. */
export async function columnStatistics(
  context: Context,
  table: Table,
  selection: Selection,
  signal?: AbortSignal,
): Promise<{ rows: number; columns: ColumnStatistics[] }> {
  const plain = { ...selection, distinct: false };
  const parts = selection.shown.map((column) => measuresOf(column));
  const [found = []] = await queryTable(
    context,
    table,
    (file, bindings) => {
      const list = ['count(*)', ...parts.flat()].map((part) => `cast(${part} as VARCHAR)`).join(', ');
      return `select ${list} ${fromSql({ file, selection: plain, rendered: [] }, bindings)}`;
    },
    signal,
  );
  const rows = Number(found[0]);
  const columns: ColumnStatistics[] = [];
  let at = 1;
  for (const [index, column] of selection.shown.entries()) {
    const cells = found.slice(at, at + parts[index]!.length);
    at += parts[index]!.length;
    const statistics = statisticsOf(column, rows, cells);
    if (column.kind === 'number')
      statistics.histogram = await histogramOf(context, table, plain, column, cells, signal);
    columns.push(statistics);
  }
  return { rows, columns };
}

function measuresOf(column: Column): string[] {
  const { sql, kind } = columnTyped(column);
  const shown = (value: string) => (kind === 'datetime' ? isoSql(value, column) : value);
  const common = [`count(${sql})`, `approx_count_distinct(${sql})`, shown(`min(${sql})`), shown(`max(${sql})`)];
  if (kind === 'text') return [...common, `min(length(${sql}))`, `max(length(${sql}))`];
  if (kind !== 'number') return common;
  // Numbers that are none (NaN, infinity) have no mean.
  const finite = `case when isfinite(cast(${sql} as DOUBLE)) then cast(${sql} as DOUBLE) end`;
  return [
    ...common,
    `avg(${finite})`,
    `stddev_samp(${finite})`,
    ...[0.25, 0.5, 0.75].map((share) => `approx_quantile(${finite}, ${share})`),
    `min(${finite})`,
    `max(${finite})`,
  ];
}

function statisticsOf(column: Column, rows: number, cells: (string | null)[]): ColumnStatistics {
  const [count, distinct, min = null, max = null, ...rest] = cells;
  const numbers = rest.map((cell) => (cell === null ? null : Number(cell)));
  const value = (text: string | null) => (column.kind === 'number' ? numberOf(text, column) : text);
  return {
    field: column.name,
    type: column.fieldType,
    count: Number(count),
    empty: rows - Number(count),
    distinct: Math.min(Number(count), Number(distinct)),
    min: value(min),
    max: value(max),
    ...(column.kind === 'number' ? { mean: numbers[0]!, deviation: numbers[1]!, quartiles: numbers.slice(2, 5) } : {}),
    ...(columnTyped(column).kind === 'text' ? { length: { min: numbers[0]!, max: numbers[1]! } } : {}),
  };
}

/** As JSON carries it: what a double does not hold stays text. */
function numberOf(text: string | null, { wide, engineType }: Column): number | string | null {
  if (text === null) return null;
  const number = Number(text);
  const exact = Number.isFinite(number) && (!wide || Math.abs(number) <= largestExact(engineType));
  return exact ? number : text;
}

async function histogramOf(
  context: Context,
  table: Table,
  selection: Selection,
  column: Column,
  cells: (string | null)[],
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const [low, high] = cells.slice(-2).map((cell) => (cell === null ? Number.NaN : Number(cell)));
  const counts = new Array<number>(classes).fill(0);
  if (low === undefined || high === undefined || !Number.isFinite(low) || !Number.isFinite(high)) return [];
  const width = (high - low) / classes;
  const found = await queryTable(
    context,
    table,
    (file, bindings) => {
      const value = `cast(${columnTyped(column).sql} as DOUBLE)`;
      const place = width > 0 ? `least(${classes - 1}, floor((x - ${low}) / ${width}))` : '0';
      return `select cast(cast(${place} as INTEGER) as VARCHAR), cast(count(*) as VARCHAR)
        from (select ${value} as x ${fromSql({ file, selection, rendered: [] }, bindings)}) where isfinite(x) group by 1`;
    },
    signal,
  );
  for (const [place, count] of found) counts[Number(place)] = Number(count);
  return counts;
}
