import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import * as XLSX from '@e965/xlsx';
import { countRepeatedCells } from './pure/count-repeated-cells.ts';
import { hasHeader } from './pure/sniff-dialect.ts';
import type { ReadingOptions } from './reading-options.ts';
import { type StageShape, StageWriter } from './write-stage.ts';

export interface WorkbookTask {
  file: string;
  target: string;
  options: ReadingOptions;
  maxCells: number;
  maxColumns: number;
}

export interface WorkbookReport {
  error?: string;
  limit?: 'cells' | 'columns';
  /** Values are lost in a range of so many places. */
  sparse?: { cells: number; places: number; range: string; limit: number };
  headers: string[];
  header: boolean;
  headerRow: number;
  sheet: string;
  sheets: string[];
  otherSheets: string[];
  shape: Omit<StageShape, 'file'>;
  textOnly: boolean[];
  blankRows: { row: number; line: number }[];
  errorCells: number;
  firstErrorCell: string;
}

/** Each blank row is told, each column described: one value far from the table would cost as much as a full sheet. */
const placesPerCell = 1000;

const empty: WorkbookReport = {
  headers: [],
  header: true,
  headerRow: 1,
  sheet: '',
  sheets: [],
  otherSheets: [],
  shape: { columns: 0, uneven: false, escaped: [], longestRow: 0, rows: 0 },
  textOnly: [],
  blankRows: [],
  errorCells: 0,
  firstErrorCell: '',
};

async function readWorkbook(task: WorkbookTask): Promise<WorkbookReport> {
  const { options } = task;
  let book: XLSX.WorkBook;
  try {
    // Values stay serial numbers, and formats tell which of them are dates: a Date would bring in the time zone.
    const bytes = readFileSync(task.file);
    if (unfoldsTo(bytes, task.maxCells) > task.maxCells) return { ...empty, limit: 'cells' };
    book = XLSX.read(bytes, {
      type: 'buffer',
      cellDates: false,
      cellNF: true,
      cellText: false,
      cellHTML: false,
      dense: true,
    });
  } catch (error) {
    return { ...empty, error: error instanceof Error ? error.message : String(error) };
  }
  const sheets = book.SheetNames;
  const wanted = chosenSheet(book, options.sheet);
  if (wanted === undefined)
    return {
      ...empty,
      error:
        options.sheet === undefined
          ? 'no sheet has content'
          : `there is no sheet '${options.sheet}', but ${sheets.join(', ')}`,
    };
  const sheet = book.Sheets[wanted]!;
  const bounds = options.range ?? sheet['!ref'];
  let range: XLSX.Range;
  try {
    range = XLSX.utils.decode_range(bounds!);
  } catch {
    return { ...empty, error: `bad range '${bounds}'` };
  }
  if (!Number.isInteger(range.e.r) || range.e.r < range.s.r || range.e.c < range.s.c || range.s.c < 0 || range.s.r < 0)
    return { ...empty, error: `bad range '${bounds}'` };
  const grid = sheet['!data'] ?? [];
  // What is formatted, or said to be used, reaches the last row and column of many a sheet: cells are what counts.
  const filled = filledWithin(grid, range);
  const lastRow = Math.max(filled.lastRow, range.s.r);
  const width = (options.range === undefined ? Math.max(filled.lastColumn, range.s.c) : range.e.c) - range.s.c + 1;
  const e = { r: lastRow, c: range.s.c + width - 1 };
  const places = (lastRow - range.s.r + 1) * width;
  if (places > 1_000_000 && places > filled.cells * placesPerCell) {
    return {
      ...empty,
      sheet: wanted,
      sparse: { cells: filled.cells, places, range: XLSX.utils.encode_range(range.s, e), limit: placesPerCell },
    };
  }
  if (width > task.maxColumns) return { ...empty, limit: 'columns' };
  const date1904 = book.Workbook?.WBProps?.date1904 === true;

  let cells = 0;
  let errorCells = 0;
  let firstErrorCell = '';
  const textSeen: boolean[] = [];
  const otherSeen: boolean[] = [];
  const rowAt = (r: number, judged: boolean): (string | null)[] => {
    const texts: (string | null)[] = Array.from({ length: width }, () => null);
    const row = grid[r] ?? [];
    for (let c = range.s.c; c < Math.min(row.length, range.s.c + width); c++) {
      const cell = row[c];
      const isError = cell?.t === 'e';
      const text =
        cell === undefined ? null : isError && options.verbatim === true ? errorText(cell) : cellText(cell, date1904);
      if (isError && options.verbatim !== true && judged) {
        errorCells += 1;
        firstErrorCell ||= XLSX.utils.encode_cell({ r, c });
      }
      if (text !== null && judged) {
        cells += 1;
        if (cell!.t === 's') textSeen[c - range.s.c] = true;
        else otherSeen[c - range.s.c] = true;
      }
      texts[c - range.s.c] = text;
    }
    return texts;
  };

  const isBlankRow = (r: number) => grid[r] === undefined || rowAt(r, false).every(isBlank);
  // As the spreadsheet counts, also where its first rows are empty and no part of the sheet's own bounds.
  const before = options.range === undefined ? 0 : range.s.r;
  let first = Math.max(range.s.r, before + (options.headerRow ?? 1) - 1);
  if (options.headerRow === undefined) while (first < lastRow && isBlankRow(first)) first++;
  const sample = Array.from({ length: Math.min(50, lastRow - first + 1) }, (_, i) =>
    rowAt(first + i, false).map((text) => text ?? ''),
  );
  const header = options.header ?? hasHeader(sample.filter((row) => row.some((text) => text !== '')));
  const headers = header ? (sample[0] ?? []) : Array.from({ length: width }, () => '');
  // Columns without header and values at the right edge are formatting, not data.
  let used = width;
  if (options.range === undefined)
    while (used > 1 && headers[used - 1]!.trim() === '' && (filled.lastRows[range.s.c + used - 1] ?? -1) <= first)
      used--;

  const writer = await StageWriter.open(task.target);
  const blankRows: { row: number; line: number }[] = [];
  const start = header ? first + 1 : first;
  for (let r = start; r <= lastRow; r++) {
    const row = r - start + 1;
    const texts = grid[r] === undefined ? [] : rowAt(r, true).slice(0, used);
    if (texts.every(isBlank)) blankRows.push({ row, line: r + 1 });
    else if (writer.add(row, r + 1, texts)) await writer.flush();
    if (cells > task.maxCells) return { ...empty, limit: 'cells' };
  }
  const shape = await writer.finishShape(used);
  // Blank rows below the last value are formatting as well.
  for (let line = lastRow + 1; blankRows.at(-1)?.line === line; line--) blankRows.pop();
  return {
    headers: headers.slice(0, used),
    header,
    headerRow: first + 1,
    sheet: wanted,
    sheets,
    otherSheets: sheets.filter((name) => name !== wanted && hasValues(book.Sheets[name])),
    shape,
    textOnly: Array.from({ length: used }, (_, i) => textSeen[i] === true && otherSeen[i] !== true),
    blankRows,
    errorCells,
    firstErrorCell,
  };
}

/** Cells of a file that says how often they are repeated; 0: it says nothing of the kind. */
function unfoldsTo(bytes: Buffer, enough: number): number {
  if (bytes.toString('latin1', 0, 2) !== 'PK' || !bytes.includes('content.xml')) return 0;
  const content = XLSX.CFB.find(XLSX.CFB.read(bytes, { type: 'buffer' }), '/content.xml')?.content;
  return content === undefined ? 0 : countRepeatedCells(Buffer.from(content as Uint8Array).toString('latin1'), enough);
}

function isBlank(text: string | null): boolean {
  return text === null || text.trim() === '';
}

function hasValues(sheet: XLSX.WorkSheet | undefined): boolean {
  return (sheet?.['!data'] ?? []).some((row) => row?.some(isFilled) === true);
}

function isFilled(cell: XLSX.CellObject | undefined): boolean {
  return cell !== undefined && cell.t !== 'z' && cell.v !== undefined && cell.v !== '';
}

/** Where the last cells with a value are: of all, and of each column the row. Looks at no place without a cell. */
function filledWithin(grid: XLSX.CellObject[][], range: XLSX.Range) {
  const lastRows: number[] = [];
  let lastRow = -1;
  let lastColumn = -1;
  let cells = 0;
  for (let r = range.s.r; r <= Math.min(range.e.r, grid.length - 1); r++) {
    const row = grid[r] ?? [];
    for (let c = range.s.c; c <= Math.min(range.e.c, row.length - 1); c++) {
      if (!isFilled(row[c])) continue;
      cells += 1;
      lastRows[c] = r;
      lastRow = r;
      lastColumn = Math.max(lastColumn, c);
    }
  }
  return { lastRows, lastRow, lastColumn, cells };
}

function chosenSheet(book: XLSX.WorkBook, wanted: string | number | undefined): string | undefined {
  if (typeof wanted === 'number') return book.SheetNames[wanted - 1];
  if (wanted !== undefined) {
    if (book.SheetNames.includes(wanted)) return wanted;
    return /^\d+$/.test(wanted) ? book.SheetNames[Number(wanted) - 1] : undefined;
  }
  return book.SheetNames.find((name) => book.Sheets[name]?.['!ref'] !== undefined);
}

/** A cell's value as text: ISO dates, the shortest exact number, the cached result of a formula, nothing for an error. */
function cellText(cell: XLSX.CellObject, date1904: boolean): string | null {
  switch (cell.t) {
    case 's':
      return String(cell.v ?? '');
    case 'b':
      return cell.v ? 'true' : 'false';
    case 'n': {
      const value = Number(cell.v);
      const format = typeof cell.z === 'string' ? cell.z : '';
      return XLSX.SSF.is_date(format) ? dateText(value, date1904) : plainNumber(value);
    }
    case 'd':
      return cell.v instanceof Date
        ? cell.v
            .toISOString()
            .replace(/T00:00:00\.000Z$/, '')
            .replace(/\.000Z$/, '')
        : String(cell.v ?? '');
    default:
      return null;
  }
}

/** As spreadsheets show them; the file has numbers (MS-XLS 2.5.10). */
const errorTexts: Record<number, string> = {
  0: '#NULL!',
  7: '#DIV/0!',
  15: '#VALUE!',
  23: '#REF!',
  29: '#NAME?',
  36: '#NUM!',
  42: '#N/A',
  43: '#GETTING_DATA',
};

function errorText(cell: XLSX.CellObject): string {
  return errorTexts[Number(cell.v)] ?? '#ERROR!';
}

function dateText(serial: number, date1904: boolean): string {
  const parts = XLSX.SSF.parse_date_code(serial, { date1904 });
  if (!parts) return plainNumber(serial);
  const two = (n: number) => String(n).padStart(2, '0');
  const time = `${two(parts.H)}:${two(parts.M)}:${two(Math.floor(parts.S))}`;
  // A serial below one is a time of day; one without fraction a whole day.
  if (serial >= 0 && serial < 1 && !date1904) return time;
  const day = `${String(parts.y).padStart(4, '0')}-${two(parts.m)}-${two(parts.d)}`;
  return parts.T === 0 ? day : `${day}T${time}`;
}

/** Digits without exponent up to 10^21, as a person would type them. */
function plainNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) >= 1e21) return BigInt(value).toString();
  return String(value);
}

parentPort?.postMessage(await readWorkbook(workerData as WorkbookTask));
