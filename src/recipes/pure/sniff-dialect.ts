import { type CsvDialect, CsvTokeniser } from './csv-tokeniser.ts';

/** In order of preference. Those after the fourth are recognised only to say so, unless the caller allows them. */
export const knownDelimiters: readonly string[] = [',', ';', '\t', ' ', '|', ':', '^'];
export const usualDelimiters: readonly string[] = [',', ';', '\t', ' '];

export interface SniffedDialect extends CsvDialect {
  columns: number;
}

/**
 * The dialect under which the sample falls into the most regular table. A delimiter must appear in (nearly) every
 * record, the same number of times; a space must do so without exception, since prose has spaces as well. Where none
 * does that separates the header, one that does still is it if most records have no more cells than the header: some
 * programs leave empty cells at the end of rows out. One column is the answer when nothing separates.
 */
export function sniffDialect(sample: string, complete: boolean, given: Partial<CsvDialect>): SniffedDialect {
  const quote = given.quote ?? sniffQuote(sample);
  const escapeMark = given.escape ?? '';
  const candidates = given.delimiter === undefined ? knownDelimiters : [given.delimiter];
  let best: { dialect: SniffedDialect; score: number; splitsHeader: boolean } | undefined;
  let ragged: typeof best;
  for (const delimiter of candidates) {
    const skipInitialSpace =
      given.skipInitialSpace ?? (quote !== '' && delimiter !== ' ' && sample.includes(`${delimiter} ${quote}`));
    const dialect = { delimiter, quote, escape: escapeMark, skipInitialSpace };
    const widths = widthsOf(recordsOf(sample, complete, dialect));
    const { width, share } = regularity(widths);
    if (given.delimiter !== undefined) return { ...dialect, columns: width };
    const header = widths[0] ?? 0;
    const splitsHeader = header >= 2;
    const scored = (columns: number, fitting: number) => ({
      dialect: { ...dialect, columns },
      score: fitting + Math.min(columns, 50) / 1000 - knownDelimiters.indexOf(delimiter) / 100,
      splitsHeader,
    });
    const needed = delimiter === ' ' || delimiter === ':' ? 1 : regularShare;
    if (width >= 2 && share >= needed) {
      const one = scored(width, share);
      if (best === undefined || one.score > best.score) best = one;
    }
    const within = widths.filter((cells) => cells >= 2 && cells <= header).length / widths.length;
    if (splitsHeader && raggedDelimiters.has(delimiter) && within >= regularShare) {
      const one = scored(header, within);
      if (ragged === undefined || one.score > ragged.score) ragged = one;
    }
  }
  const chosen = best?.splitsHeader ? best : (ragged ?? best);
  return chosen?.dialect ?? { delimiter: ',', quote, escape: escapeMark, skipInitialSpace: false, columns: 1 };
}

/** Of all records; a few may be remarks above or below the table. */
const regularShare = 0.7;

/** Those found in prose or times of day, and those no table should have, must be regular. */
const raggedDelimiters: ReadonlySet<string> = new Set([',', ';', '\t']);

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

/** How many cells each record has; empty ones beyond the last of the header do not count: a row that ends with a delimiter. */
function widthsOf(records: string[][]): number[] {
  const header = records[0]?.length ?? 0;
  return records.map((cells) => {
    let width = cells.length;
    while (width > header && cells[width - 1]!.trim() === '') width -= 1;
    return width;
  });
}

function regularity(widths: readonly number[]): { width: number; share: number } {
  const counts = new Map<number, number>();
  for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
  let width = 1;
  let most = 0;
  for (const [cells, count] of counts) {
    if (count > most || (count === most && cells > width)) [width, most] = [cells, count];
  }
  return { width, share: widths.length === 0 ? 0 : most / widths.length };
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
