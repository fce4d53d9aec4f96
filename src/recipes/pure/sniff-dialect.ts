import { type CsvDialect, CsvTokeniser } from './csv-tokeniser.ts';

/** In order of preference. Those after the fourth are recognised only to say so, unless the caller allows them. */
export const knownDelimiters: readonly string[] = [',', ';', '\t', ' ', '|', ':', '^'];
export const usualDelimiters: readonly string[] = [',', ';', '\t', ' '];

export interface SniffedDialect extends CsvDialect {
  columns: number;
}

/**
 * The dialect under which the sample falls into the most regular table. A delimiter must appear in (nearly) every
 * record, the same number of times; a space must do so without exception, since prose has spaces as well. One column
 * is the answer when nothing separates.
 */
export function sniffDialect(sample: string, complete: boolean, given: Partial<CsvDialect>): SniffedDialect {
  const quote = given.quote ?? sniffQuote(sample);
  const escapeMark = given.escape ?? '';
  const candidates = given.delimiter === undefined ? knownDelimiters : [given.delimiter];
  let best: { dialect: SniffedDialect; score: number } | undefined;
  for (const delimiter of candidates) {
    const skipInitialSpace =
      given.skipInitialSpace ?? (quote !== '' && delimiter !== ' ' && sample.includes(`${delimiter} ${quote}`));
    const dialect = { delimiter, quote, escape: escapeMark, skipInitialSpace };
    const { width, share } = regularity(recordsOf(sample, complete, dialect));
    if (given.delimiter !== undefined) return { ...dialect, columns: width };
    const needed = delimiter === ' ' || delimiter === ':' ? 1 : 0.7;
    if (width < 2 || share < needed) continue;
    const score = share + Math.min(width, 50) / 1000 - knownDelimiters.indexOf(delimiter) / 100;
    if (best === undefined || score > best.score) best = { dialect: { ...dialect, columns: width }, score };
  }
  return best?.dialect ?? { delimiter: ',', quote, escape: escapeMark, skipInitialSpace: false, columns: 1 };
}

/** Parsed records of a sample; the last one is left out when the sample ends inside the file. */
export function recordsOf(sample: string, complete: boolean, dialect: CsvDialect): string[][] {
  const tokeniser = new CsvTokeniser(dialect, Math.max(sample.length, 1), () => {
    throw new RangeError('a sample is never longer than itself');
  });
  const records: string[][] = [];
  for (const record of tokeniser.push(sample)) if (record.cells) records.push(record.cells);
  if (complete) for (const record of tokeniser.end()) if (record.cells) records.push(record.cells);
  return records.filter((cells) => cells.length > 1 || cells[0]!.trim() !== '');
}

function regularity(records: string[][]): { width: number; share: number } {
  const counts = new Map<number, number>();
  for (const cells of records) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  let width = 1;
  let most = 0;
  for (const [cells, count] of counts) {
    if (count > most || (count === most && cells > width)) [width, most] = [cells, count];
  }
  return { width, share: records.length === 0 ? 0 : most / records.length };
}

/** Single quotes count only where they stand at both ends of cells and double ones do not appear at all. */
function sniffQuote(sample: string): string {
  if (sample.includes('"')) return '"';
  const cells = sample.split(/[,;\t|\r\n]+/).filter((cell) => cell.includes("'"));
  return cells.length > 0 && cells.every((cell) => /^'[^']*'$/.test(cell)) ? "'" : '"';
}

const numberLike = /^[+-]?(\d+([.,]\d+)?|[.,]\d+)([eE][+-]?\d+)?$/;
const dateLike = /^(\d{4}-\d\d-\d\d([T ].*)?|\d{1,2}[./-]\d{1,2}[./-]\d{4})$/;
const yearLike = /^(1[89]|20|21)\d\d$/;

/**
 * Whether the first record names the columns. It does unless some column is numeric (or dates) from the very first
 * record on; years are no such evidence, since tables with a column per year are common.
 */
export function hasHeader(records: string[][]): boolean {
  const [first, ...below] = records;
  if (first === undefined || below.length === 0) return true;
  if (first.some((cell) => cell.trim() === '') && first.every((cell) => cell.trim() === '' || isValue(cell)))
    return false;
  return !first.some((cell, i) => {
    if (!isValue(cell) || yearLike.test(cell.trim())) return false;
    const values = below.map((cells) => cells[i]?.trim() ?? '').filter((value) => value !== '');
    return values.length > 0 && values.every(isValue);
  });
}

function isValue(cell: string): boolean {
  const value = cell.trim();
  return numberLike.test(value) || dateLike.test(value);
}
