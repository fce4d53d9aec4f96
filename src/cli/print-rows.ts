import type { Io } from './io.ts';
import { jsonText } from './print-json.ts';
import { tableText } from './print-table.ts';

/** A list as `--json` asks for it: whole, or as a table of these columns. */
export function printRows(io: Io, flags: { json?: boolean }, rows: Record<string, unknown>[], columns: string[]): void {
  io.out(flags.json ? jsonText(rows) : tableText(rows, columns));
}
