import type { Context } from '../../platform/context.ts';
import { cursorForeign } from './errors.ts';
import type { Table } from './open-table.ts';
import { type RowCursor, readCursor, writeCursor } from './pure/row-cursor.ts';
import { countSql, type Place, placeSql, type Rendered, rowsWithPositionSql } from './pure/rows-sql.ts';
import type { Parameters, Selection } from './pure/selection.ts';
import { queryTable } from './query-table.ts';

/** Where a page starts: at the beginning, or behind what an earlier one ended with. */
export interface PageStart {
  after?: Place | undefined;
  /** For distinct rows. */
  skip: number;
}

export interface Page {
  /** Cells of each row as text. */
  rows: (string | null)[][];
  /** Undefined after the last page. */
  next: string | undefined;
}

/** One page in memory; `limit` is for tens of rows to some thousands. */
export async function readPage(
  context: Context,
  table: Table,
  selection: Selection,
  request: { rendered: readonly Rendered[]; limit: number; start: PageStart },
  signal?: AbortSignal,
): Promise<Page> {
  const { rendered, limit, start } = request;
  const found = await queryTable(
    context,
    table,
    (file, bindings) =>
      rowsWithPositionSql(
        { file, selection, rendered, limit: limit + 1, after: start.after, skip: start.skip },
        bindings,
      ),
    signal,
  );
  const rows = found.slice(0, limit);
  const position = selection.distinct ? String(start.skip + rows.length) : (rows.at(-1)?.at(-1) ?? undefined);
  const more = found.length > limit && position !== undefined;
  return {
    rows: rows.map((row) => row.slice(0, -1)),
    next: more ? cursorAt(context, table, selection, position) : undefined,
  };
}

function cursorAt(context: Context, { dataset, revision }: Table, selection: Selection, position: string): string {
  const cursor = { datasetId: dataset.id, revision: revision.n, parameters: selection.parameters, position };
  return writeCursor(cursor, context.secretFor('cursor'));
}

/** Throws `cursor_foreign` when the text is not a cursor of this installation, or one of another dataset. */
export function openCursor(context: Context, datasetId: string, text: string): RowCursor {
  const cursor = readCursor(text, context.secretFor('cursor'));
  if (cursor === undefined) throw cursorForeign('The cursor is not one of ours, or was changed.');
  if (cursor.datasetId !== datasetId) throw cursorForeign('The cursor belongs to another dataset.');
  return cursor;
}

/** The parameters a cursor stands for, as a request would give them. */
export function parametersOf(cursor: RowCursor): Parameters {
  const parameters: Record<string, string[]> = {};
  for (const [name, value] of cursor.parameters) parameters[name] = [...(parameters[name] ?? []), value];
  return parameters;
}

/** Looks up the row a cursor stands at, so that the cursor itself carries no cell of the data. */
export async function startAfter(
  context: Context,
  table: Table,
  selection: Selection,
  cursor: RowCursor,
): Promise<PageStart> {
  if (selection.distinct) return { skip: Number(cursor.position) };
  if (selection.sort.length === 0) return { skip: 0, after: { position: cursor.position, values: [] } };
  const [values] = await queryTable(context, table, (file, bindings) =>
    placeSql(file, selection, cursor.position, bindings),
  );
  if (values === undefined) throw cursorForeign('The cursor points to a row that this revision does not have.');
  return { skip: 0, after: { position: cursor.position, values } };
}

/** Exact; without a condition it is known already. */
export async function countRows(
  context: Context,
  table: Table,
  selection: Selection,
  signal?: AbortSignal,
): Promise<number> {
  const { filters, lookups, words, distinct } = selection;
  if (filters.length + lookups.length + words.length === 0 && !distinct) return table.revision.rows;
  const [row] = await queryTable(context, table, (file, bindings) => countSql({ file, selection }, bindings), signal);
  return Number(row?.[0] ?? 0);
}
