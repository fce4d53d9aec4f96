import path from 'node:path';
import { hiddenColumns, literal } from '../platform/tabular/index.ts';
import { detectEncoding, type FileFacts, readFileFacts } from './detect-encoding.ts';
import { emptyFile, limitReached, nulByte, readingOptionInvalid, unknownDelimiter } from './errors.ts';
import type { Issue } from './issue.ts';
import type { RecipeLimits } from './limits.ts';
import { type CsvDialect, CsvTokeniser } from './pure/csv-tokeniser.ts';
import { nameColumns } from './pure/name-columns.ts';
import { hasHeader, recordsOf, sniffDialect, usualDelimiters } from './pure/sniff-dialect.ts';
import { quotesArePlain } from './quotes-are-plain.ts';
import { readHead } from './read-head.ts';
import type { ReadingOptions } from './reading-options.ts';
import { RejectedRowWriter } from './stage-rejects.ts';
import type { Reading, Staged, StagedColumn } from './staged.ts';
import { decodedText, transcodeFile } from './transcode-file.ts';
import { StageWriter } from './write-stage.ts';

export interface StageContext {
  workFolder: string;
  limits: RecipeLimits;
  /** Rejected rows beyond which there is no point in reading on. Default any number. */
  maxRejected?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Name of columns no file may bring in: `_raw` and `_error` are ours while a table is made. */
export const reservedColumns: readonly string[] = [...hiddenColumns, '_raw', '_error'];

/**
 * Delimited text as a relation. A plain file (one kind of line end, no blank line, RFC 4180 quotes without line ends) is
 * read by DuckDB directly, and a row of the wrong width makes that fail; `exact` then, and for all other files, our
 * tokeniser writes a stage in which every odd row is accounted for.
 */
export async function stageDelimited(
  file: string,
  options: ReadingOptions,
  context: StageContext,
  exact: boolean,
): Promise<Staged> {
  const text = await readableText(file, options, context);
  const head = await readHead(text.file);
  const given = givenDialect(options);
  const headerRow = options.headerRow ?? 1;
  const dialect = sniffDialect(linesFrom(headerRow, head.text), head.complete, given);
  if (
    given.delimiter === undefined &&
    dialect.columns > 1 &&
    !(options.delimiters ?? usualDelimiters).includes(dialect.delimiter)
  ) {
    throw unknownDelimiter(dialect.delimiter);
  }
  const records = recordsOf(head.text, head.complete, dialect);
  const header = options.header ?? (headerRow > 1 || hasHeader(records));
  const reading: Reading = {
    format: 'csv',
    compression: 'none',
    encoding: text.encoding,
    delimiter: dialect.delimiter,
    quote: dialect.quote,
    header,
    headerRow,
    direct: false,
  };
  const base = { issues: text.issues, reading, dialect, header, headerRow, options };
  const direct =
    !exact && (await isPlain(text.file, text.facts, dialect, context)) && headerRow === 1 && records[0] !== undefined;
  return direct ? directly(text.file, text.facts, records[0]!, base, context) : tokenised(text.file, base, context);
}

/** A title above the table says nothing of its dialect. */
function linesFrom(first: number, text: string): string {
  const ends = text.matchAll(/\r\n|\n|\r/g);
  let from = 0;
  for (let line = 1; line < first; line += 1) {
    const end = ends.next().value;
    if (end === undefined) return text;
    from = end.index + end[0].length;
  }
  return text.slice(from);
}

interface Base {
  issues: Issue[];
  reading: Reading;
  dialect: CsvDialect;
  header: boolean;
  headerRow: number;
  options: ReadingOptions;
}

/** The file itself when it is UTF-8, else a UTF-8 copy. */
export async function readableText(
  file: string,
  options: ReadingOptions,
  context: StageContext,
): Promise<{ file: string; facts: FileFacts; encoding: string; issues: Issue[] }> {
  const facts = await readFileFacts(file, context.signal);
  if (facts.bytes === 0) throw emptyFile();
  const { encoding, how } = await detectEncoding(file, facts, options.encoding);
  const issues: Issue[] =
    how === 'detected'
      ? [
          {
            severity: 'warning',
            code: 'encoding-detected',
            message: `The encoding is not stated; read as ${encoding}`,
            path: '',
          },
        ]
      : [];
  if (encoding === 'utf-8' || encoding === 'utf8') {
    if (!facts.utf8) for await (const _ of decodedText(file, 'utf-8', context.signal));
    if (facts.nul !== undefined) throw nulByte(facts.nul);
    if (facts.bytes === 3 && facts.bom) throw emptyFile();
    return { file, facts, encoding: 'utf-8', issues };
  }
  const target = path.join(context.workFolder, 'utf8.txt');
  await transcodeFile(file, encoding, target, context.signal);
  const after = await readFileFacts(target, context.signal);
  if (after.bytes === 0) throw emptyFile();
  if (after.nul !== undefined) throw nulByte(after.nul);
  return { file: target, facts: after, encoding, issues };
}

function givenDialect(options: ReadingOptions): Partial<CsvDialect> {
  const given: Partial<CsvDialect> = {};
  for (const key of ['delimiter', 'quote', 'escape'] as const) {
    const value = options[key];
    if (value === undefined) continue;
    if (value.length > 1 || (key === 'delimiter' && value === '') || /[\r\n\0]/.test(value)) {
      throw readingOptionInvalid(key, 'must be one character');
    }
    given[key] = value;
  }
  if (options.skipInitialSpace !== undefined) given.skipInitialSpace = options.skipInitialSpace;
  return given;
}

/** The longest line DuckDB's reader takes: its default, which we never raise. */
const directLineBytes = 2_000_000;

async function isPlain(file: string, facts: FileFacts, dialect: CsvDialect, context: StageContext): Promise<boolean> {
  // Only our tokeniser measures cells; longer lines than DuckDB takes come to it anyway.
  if (context.limits.cellCharacters < directLineBytes) return false;
  if (facts.lineEnds === 'mixed' || facts.blankLines || dialect.skipInitialSpace || dialect.escape !== '') return false;
  if (dialect.delimiter.charCodeAt(0) > 126 || dialect.quote.charCodeAt(0) > 126) return false;
  return (
    dialect.quote === '' || !facts.quotes || quotesArePlain(file, dialect.delimiter, dialect.quote, context.signal)
  );
}

function directly(file: string, facts: FileFacts, first: string[], base: Base, context: StageContext): Staged {
  const { columns, issues } = columnsOf(base.header ? first : first.map(() => ''), base.header, context.limits);
  const quote = facts.quotes ? base.dialect.quote : '';
  const types = columns.map((column) => `${column.id}: 'VARCHAR'`).join(', ');
  const read = `read_csv(${literal(file)}, delim = ${literal(base.dialect.delimiter)}, quote = ${literal(quote)}, escape = ${literal(quote)},
    comment = '', header = ${base.header}, auto_detect = false, columns = {${types}},
    strict_mode = true, null_padding = false, ignore_errors = false, compression = 'none')`;
  return {
    relation: `(from ${read})`,
    numbered: false,
    firstLine: base.header ? 2 : 1,
    expectedRows: facts.lines - (base.header ? 1 : 0),
    columns,
    emptyIsNull: true,
    padded: facts.padding || quote !== '',
    rejected: undefined,
    issues: [...base.issues, ...issues],
    reading: { ...base.reading, direct: true },
  };
}

/** The reader found another number of rows than the file has lines. Seen with DuckDB 1.5: lines over its limit, and `\r\n` once named. */
export class MiscountedRows extends Error {
  constructor(found: number, expected: number) {
    super(`CSV Error: ${found} rows read, ${expected} expected`);
  }
}

/** Whether an error of a statement over a direct relation means that the file is not plain after all. */
export function isReaderError(error: unknown): boolean {
  return error instanceof Error && /CSV Error|Maximum line size|Invalid unicode|buffer size/i.test(error.message);
}

async function tokenised(file: string, base: Base, context: StageContext): Promise<Staged> {
  const { limits, workFolder } = context;
  const tooLong = () => {
    throw limitReached('length of a record', limits.recordCharacters, 'characters');
  };
  const tokeniser = new CsvTokeniser(base.dialect, limits.recordCharacters, tooLong);
  const writer = await StageWriter.open(path.join(workFolder, 'stage.txt'));
  const rejects = new RejectedRowWriter(workFolder);
  const cut = new RejectedRowWriter(workFolder, 'stage-cut.txt');
  const { verbatim = false, width = 'reject' } = base.options;
  const pad = verbatim || width === 'pad' || width === 'pad-and-trim';
  const trim = width === 'trim' || width === 'pad-and-trim';
  let record = 0;
  let headerRecord = base.header ? 0 : base.headerRow - 1;
  let columns: StagedColumn[] | undefined;
  const issues = [...base.issues];

  async function take(cells: string[] | undefined, raw: string, line: number): Promise<void> {
    record += 1;
    if (cells === undefined) return rejects.add(record - headerRecord, line, 'ragged-quote', [raw.slice(0, 100_000)]);
    const blank = cells.length === 1 && cells[0]!.trim() === '';
    if (columns === undefined) {
      if (record < base.headerRow || blank) return;
      const named = columnsOf(base.header ? cells : cells.map(() => ''), base.header, limits);
      columns = named.columns;
      issues.push(...named.issues);
      headerRecord = base.header ? record : record - 1;
      if (base.header) return;
    }
    const row = record - headerRecord;
    if (blank) return rejects.add(row, line, 'blank-row', []);
    if (cells.length < columns.length && !pad) return rejects.add(row, line, 'missing-value', cells);
    if (cells.length > columns.length && verbatim) {
      if (cells.slice(columns.length).some((cell) => cell.trim() !== ''))
        await cut.add(row, line, 'surplus-cells', cells.slice(0, columns.length + 100));
    } else if (cells.length > columns.length && !trim)
      return rejects.add(row, line, 'extra-value', cells.slice(0, columns.length + 100));
    if (cells.length > columns.length) cells.length = columns.length;
    for (const cell of cells)
      if (cell.length > limits.cellCharacters)
        throw limitReached('length of a cell', limits.cellCharacters, 'characters');
    if (writer.add(row, line, cells)) await writer.flush();
    if (writer.rows > limits.rows) throw limitReached('number of rows', limits.rows, 'rows');
  }

  try {
    const tooMany = () => rejects.errors > (context.maxRejected ?? Number.POSITIVE_INFINITY);
    for await (const text of decodedText(file, 'utf-8', context.signal)) {
      for (const { cells, raw, line } of tokeniser.push(text)) {
        await take(cells, raw, line);
        if (tooMany()) break;
      }
      if (tooMany()) break;
    }
    if (!tooMany()) for (const { cells, raw, line } of tokeniser.end()) await take(cells, raw, line);
    if (columns === undefined) throw emptyFile();
    return {
      relation: await writer.finish(columns.length),
      numbered: true,
      firstLine: 1,
      ...(tooMany() ? { stoppedAfter: record - headerRecord } : {}),
      columns,
      emptyIsNull: false,
      padded: true,
      rejected: await rejects.finish(),
      cut: await cut.finish(),
      issues,
      reading: base.reading,
    };
  } catch (error) {
    await writer.abandon().catch(() => undefined);
    throw error;
  }
}

/** Names for the columns, and what had to be said about the header. */
export function columnsOf(
  headers: string[],
  present: boolean,
  limits: RecipeLimits,
): { columns: StagedColumn[]; issues: Issue[] } {
  if (headers.length > limits.columns) throw limitReached('number of columns', limits.columns, 'columns');
  const named = nameColumns(headers, reservedColumns);
  const issues: Issue[] = [];
  if (!present) {
    issues.push({
      severity: 'warning',
      code: 'no-header',
      message: 'The first row holds values: columns are named _c1, _c2 …',
      path: '',
    });
  } else {
    for (const column of named.blank) {
      issues.push({
        severity: 'warning',
        code: 'blank-header',
        message: `Header in column ${column} is blank`,
        path: `/header/${column}`,
        column: named.names[column - 1]!,
      });
    }
    for (const { column, of } of named.duplicates) {
      issues.push({
        severity: 'warning',
        code: 'duplicate-header',
        message: `Header in column ${column} is duplicated to header in column(s) ${of}`,
        path: `/header/${column}`,
        column: named.names[column - 1]!,
      });
    }
  }
  const columns = headers.map((header, i) => ({ id: `c${i + 1}`, header: header.trim(), name: named.names[i]! }));
  return { columns, issues };
}
