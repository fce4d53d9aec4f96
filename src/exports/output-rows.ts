import { longRowsSql, type PageStart, rowsSql, type Selection, type Table } from '../datasets/index.ts';
import type { Format } from './pure/formats.ts';
import type { OutputOptions } from './pure/output-options.ts';
import { type CellStyle, type OutputColumn, renderColumns } from './pure/render-columns.ts';

export interface BodyRequest {
  table: Table;
  selection: Selection;
  options: OutputOptions;
  format: Exclude<Format, 'zip'>;
  limit: number | undefined;
  start: PageStart;
  /** Around the array of JSON rows. */
  before?: string;
  after?: string;
}

export const cellStyles: Record<Exclude<Format, 'zip'>, CellStyle> = {
  json: 'json',
  ndjson: 'json',
  csv: 'csv',
  parquet: 'typed',
  xlsx: 'typed',
};

export interface OutputRows {
  headings: string[];
  columns: OutputColumn[];
  sql: (file: string, bindings: Parameters<typeof rowsSql>[1]) => string;
}

/** Names, headings and the statement of what leaves, wide or long. */
export function outputRows(
  request: Pick<BodyRequest, 'table' | 'selection' | 'options' | 'limit' | 'start'>,
  style: CellStyle,
): OutputRows {
  const { selection, options, limit, start } = request;
  const { after, skip } = start;
  const columns = renderColumns(selection.shown, style, options);
  const headingOf = (column: OutputColumn) => (options.header === 'title' ? column.title : column.name);
  if (options.shape !== 'long') {
    return {
      headings: columns.map(headingOf),
      columns,
      sql: (file, bindings) => rowsSql({ file, selection, rendered: columns, limit, after, skip }, bindings),
    };
  }
  const named = identifying(request.table, columns, style, options);
  const others = columns.filter(({ column }) => !named.some((other) => other.column === column));
  return {
    headings: [...named.map(headingOf), 'field', 'value'],
    columns: named,
    sql: (file, bindings) => longRowsSql({ file, selection, rendered: others, limit, after, skip }, named, bindings),
  };
}

/** What tells rows apart in the long shape: the key, or where there is none what the lineage says. */
function identifying(table: Table, columns: OutputColumn[], style: CellStyle, options: OutputOptions): OutputColumn[] {
  const key = columns.filter(({ column }) => column.key);
  if (key.length > 0) return key;
  return renderColumns(
    table.columns.filter(({ hidden }) => hidden),
    style,
    options,
  );
}
