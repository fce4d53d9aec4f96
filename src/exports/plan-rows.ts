import { boundQuery, queryTable, type Table } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { cellStyles, outputRows } from './output-rows.ts';
import type { RowsRequest } from './parse-rows-request.ts';
import type { Format } from './pure/formats.ts';

export interface RowsPlan {
  dataset: string;
  revision: number;
  /** The statement, with the table under its name instead of its file. */
  sql: string;
  parameters: (string | null)[];
  estimated_rows: number;
}

/** `plan=true`: what would be computed, and about how many rows would come. */
export async function planOf(context: Context, table: Table, rows: RowsRequest, format: Format): Promise<RowsPlan> {
  const { selection, options, limit, start } = rows;
  const style = cellStyles[format === 'zip' ? options.dataFormat : format];
  const output = outputRows({ table, selection, options, limit, start }, style);
  const shown = boundQuery(table.dataset.name, (file, bindings) => output.sql(file, bindings));
  const [explained] = await queryTable(
    context,
    table,
    (file, bindings) => `explain (format json) ${output.sql(file, bindings)}`,
  );
  return {
    dataset: table.dataset.name,
    revision: table.revision.n,
    sql: shown.sql,
    parameters: [...(shown.values ?? [])],
    estimated_rows: Math.min(
      limit ?? Number.POSITIVE_INFINITY,
      estimateIn(explained?.[1] ?? '[]') ?? table.revision.rows,
    ),
  };
}

interface PlanNode {
  extra_info?: { 'Estimated Cardinality'?: string };
  children?: PlanNode[];
}

/** That of the topmost operator that says one. */
function estimateIn(explained: string): number | undefined {
  let level = JSON.parse(explained) as PlanNode[];
  while (level.length > 0) {
    for (const { extra_info: info } of level) {
      const estimate = Number(info?.['Estimated Cardinality']);
      if (Number.isFinite(estimate)) return estimate;
    }
    level = level.flatMap(({ children }) => children ?? []);
  }
  return undefined;
}
