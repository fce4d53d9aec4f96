import { getReadableDataset, jsonCellSql, openTable, parseSelection, queryTable, rowsSql } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { AppError } from '../platform/errors/index.ts';
import type { Access } from '../resource/access.ts';

/** Most rows an answer lists; all are counted. */
const listed = 1000;

/** What a pull has brought, for who may read the rows; for others, who may only bring them, nothing. */
export async function rowsOfRevision(
  context: Context,
  access: Access,
  summary: unknown,
): Promise<{ objects: string; total: number }> {
  const { dataset: id, revision: n } = (summary ?? {}) as { dataset?: string | null; revision?: number | null };
  if (id == null || n == null) return nothing;
  const dataset = await getReadableDataset(context, access, id).catch((error) => {
    if (error instanceof AppError && ['rows_forbidden', 'dataset_not_found'].includes(error.code)) return undefined;
    throw error;
  });
  if (dataset === undefined) return nothing;
  const table = await openTable(context, dataset, n);
  const selection = parseSelection({ _rev: [String(n)] }, table.columns, []);
  const cells = selection.shown.map((column) => `'${column.name.replaceAll("'", "''")}', ${jsonCellSql(column)}`);
  const rendered = [{ name: 'row', sql: `cast(json_object(${cells.join(', ')}) as varchar)` }];
  const rows = await queryTable(context, table, (file, bindings) =>
    rowsSql({ file, selection, rendered, limit: listed }, bindings),
  );
  const [[total] = []] = await queryTable(context, table, (file, bindings) =>
    rowsSql({ file, selection, rendered: [{ name: 'n', sql: 'count(*) over ()' }], limit: 1 }, bindings),
  );
  return { objects: `[${rows.map(([row]) => row).join(',')}]`, total: Number(total ?? 0) };
}

const nothing = { objects: '[]', total: 0 };
