import type { Revision } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { firstRows } from './first-rows.ts';
import { likelyHeader } from './pure/likely-header.ts';

export interface ProposedHeader {
  /** As the detail `header_row` counts it. */
  row: number;
  names: string[];
}

/** Titles and their blank rows are fewer. */
const lookedRows = 30;

/** Where a title stands above the table, the row that looks like its headers. Whoever sent the file confirms it. */
export async function proposeHeader(
  context: Context,
  revision: Revision,
  folder: string,
  signal: AbortSignal,
): Promise<ProposedHeader | undefined> {
  const { header_row: headerRow, header } = revision.reading as Record<string, unknown>;
  if (typeof headerRow !== 'number') return undefined;
  const rows = await firstRows({ context, revision, folder, signal }, lookedRows);
  const names = revision.schema.fields.map(({ name }) => name);
  const found = likelyHeader(names, rows);
  if (found === undefined) return undefined;
  const above = header === false ? headerRow - 1 : headerRow;
  return { row: above + found.row, names: found.cells.flatMap((cell) => cell?.trim() || []) };
}
