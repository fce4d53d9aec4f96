import type { ErrorDetail } from '../../platform/errors/index.ts';
import { maxPlaceLengths } from './max-lengths.ts';

/** One place as a file says it. What the file has no column for is undefined, and stays as it is. */
export interface TreeRow {
  /** Counted from 1, the header not included. */
  row: number;
  code: string;
  name: string | undefined;
  type: string | undefined;
  adminLevel: number | undefined;
  /** Null: a root. */
  parentCode: string | null | undefined;
  latitude: number | null | undefined;
  longitude: number | null | undefined;
  lpdStatus: number | null | undefined;
  aliases: string[] | undefined;
}

type Column = Exclude<keyof TreeRow, 'row'>;

/** Headers that are understood; the first of each is the one to use. */
const headers: Record<Column, readonly string[]> = {
  code: ['location_code', 'code'],
  name: ['name'],
  type: ['location_type', 'location_type__name', 'type'],
  adminLevel: ['admin_level'],
  parentCode: ['parent_location_code', 'parent_code', 'parent'],
  latitude: ['latitude', 'lat'],
  longitude: ['longitude', 'lon', 'lng'],
  lpdStatus: ['lpd_status'],
  aliases: ['aliases'],
};
const columns = Object.keys(headers) as Column[];
export const treeHeaders = columns.map((column) => headers[column][0]!);

export interface TreeFile {
  rows: TreeRow[];
  issues: ErrorDetail[];
}

/** Characters, as by the resource; of aliases, of each. */
const maxLengths = { ...maxPlaceLengths, parentCode: maxPlaceLengths.code };
const texts = ['code', 'name', 'type', 'parentCode'] as const;

/** Cells of a CSV, header first → places and everything that is wrong with them, row by row. */
export function readTreeFile([header = [], ...lines]: readonly string[][]): TreeFile {
  const issues: ErrorDetail[] = [];
  const places = placesOfColumns(header, issues);
  if (issues.length > 0) return { rows: [], issues };
  const rows: TreeRow[] = [];
  const seen = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    const row = index + 1;
    const cell = (column: Column) => {
      const at = places.get(column);
      return at === undefined ? undefined : (line[at] ?? '').trim().replace(/\s+/g, ' ');
    };
    const issue = (column: Column, code: string, message: string) => {
      issues.push({ row, column: headers[column][0]!, code, message });
      return undefined;
    };
    const checkLength = (column: keyof typeof maxLengths, said: readonly string[]) => {
      const most = maxLengths[column];
      if (said.some((one) => one.length > most))
        issue(column, 'too_long', `row ${row}: ${headers[column][0]} must have at most ${most} characters`);
    };
    if (line.length !== header.length) {
      issues.push({
        row,
        code: 'wrong_width',
        message: `row ${row} has ${line.length} cells instead of ${header.length}`,
      });
      continue;
    }
    const code = cell('code')!;
    if (code === '') issue('code', 'missing_code', `row ${row} has no location_code`);
    else if (seen.has(code)) issue('code', 'duplicate_code', `${code} is in row ${seen.get(code)} already`);
    else seen.set(code, row);
    const number = (column: Column, low: number, high: number, isInteger = false) => {
      const text = cell(column);
      if (text === undefined) return undefined;
      if (text === '') return null;
      // No degree is grouped by thousands: a comma in it is that of 48,85.
      const value = /^[+-]?(\d+[.,]?\d*|[.,]\d+)$/.test(text) ? Number(text.replace(',', '.')) : Number.NaN;
      const fits = value >= low && value <= high && (!isInteger || Number.isInteger(value));
      return fits
        ? value
        : issue(
            column,
            'invalid_number',
            `'${text}' is not ${isInteger ? 'an integer' : `a number from ${low} to ${high}`}`,
          );
    };
    for (const column of texts) checkLength(column, [cell(column) ?? '']);
    checkLength('aliases', (cell('aliases') ?? '').split('|'));
    if (cell('name') === '') issue('name', 'missing_name', `${code} has no name`);
    const parent = cell('parentCode');
    rows.push({
      row,
      code,
      name: cell('name') || undefined,
      type: cell('type') || undefined,
      adminLevel: number('adminLevel', -2_147_483_648, 2_147_483_647, true) ?? undefined,
      parentCode: parent === '' ? null : parent,
      latitude: number('latitude', -90, 90),
      longitude: number('longitude', -180, 180),
      lpdStatus: number('lpdStatus', -2_147_483_648, 2_147_483_647, true),
      aliases: cell('aliases')
        ?.split('|')
        .map((alias) => alias.trim())
        .filter((alias) => alias !== ''),
    });
  }
  return { rows, issues };
}

function placesOfColumns(header: readonly string[], issues: ErrorDetail[]): Map<Column, number> {
  const places = new Map<Column, number>();
  for (const [at, given] of header.entries()) {
    const name = given.trim().toLowerCase();
    const column = columns.find((known) => headers[known].includes(name));
    const problem =
      column === undefined
        ? {
            code: 'unknown_column',
            message: `'${given}' is not a column of a tree of places: ${treeHeaders.join(', ')}`,
          }
        : places.has(column)
          ? { code: 'duplicate_column', message: `the column '${given}' is there more than once` }
          : undefined;
    if (problem) issues.push({ column: given, ...problem });
    else places.set(column!, at);
  }
  if (!places.has('code')) issues.push({ code: 'missing_column', message: 'location_code is a required column.' });
  return places;
}
