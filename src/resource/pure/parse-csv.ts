export interface CsvRows {
  rows: string[][];
  /** The line of the file each row begins on, counted from 1. */
  lines: number[];
}

/**
 * RFC 4180, with LF, CRLF or CR at line ends and an optional BOM. What separates the cells is what separates the names of
 * the header, none of which has a comma, semicolon or tab in it. A quotation mark counts where it begins a cell and
 * another ends it, and stands for itself elsewhere. `problem`: which line has a cell whose quote is never closed.
 */
export function parseCsv(text: string): CsvRows | { problem: string } {
  const delimiter = delimiterOf(text);
  const [rows, lines]: [string[][], number[]] = [[], []];
  let row: string[] = [];
  let [line, firstLine] = [1, 1];
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^${delimiter}\\r\\n]*))(${delimiter}|\\r\\n|\\n|\\r|$)`, 'y');
  cell.lastIndex = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (cell.lastIndex < text.length || row.length > 0) {
    const match = cell.exec(text)!;
    const [whole, quoted, plain, end] = match;
    // Begun with a quote that no other on the line ends.
    if (plain?.startsWith('"') && !plain.includes('"', 1)) {
      return { problem: `the quote of a cell on line ${line} is never closed` };
    }
    row.push(quoted?.replaceAll('""', '"') ?? plain!);
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (end === delimiter) continue;
    // A line with nothing on it is no row.
    if (row.length > 1 || whole !== end) {
      rows.push(row);
      lines.push(firstLine);
    }
    row = [];
    firstLine = line;
    if (end === '' && cell.lastIndex >= text.length) break;
  }
  return { rows, lines };
}

/** Of a row counted from 1 below the header: its line, where that is not simply the next. */
export const lineIfOther = ({ lines }: CsvRows, row: number): { line?: number } =>
  lines[row] === undefined || lines[row] === row + 1 ? {} : { line: lines[row] };

function delimiterOf(text: string): string {
  const [line] = text.split(/[\r\n]/, 1);
  return [',', ';', '\t'].find((mark) => line!.includes(mark)) ?? ',';
}
