import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Tabular } from '../../platform/tabular/index.ts';
import { detectFormat, type FileFormat } from '../detect-format.ts';
import { emptyFile, limitReached, readingOptionInvalid } from '../errors.ts';
import type { RecipeLimits } from '../limits.ts';
import { type CsvDialect, CsvTokeniser } from '../pure/csv-tokeniser.ts';
import { sniffDialect } from '../pure/sniff-dialect.ts';
import { readHead } from '../read-head.ts';
import { readableText, type StageContext } from '../stage-delimited.ts';
import { stageJson } from '../stage-json.ts';
import { stageParquet } from '../stage-parquet.ts';
import { stageSpreadsheet } from '../stage-spreadsheet.ts';
import type { Staged } from '../staged.ts';
import { decodedText } from '../transcode-file.ts';
import { unpackFile } from '../unpack-file.ts';
import { StageWriter } from '../write-stage.ts';

export interface RawSource {
  /** A local file. */
  file: string;
  /** Decides, with the content, what the file is. */
  name: string;
  format?: string | undefined;
  encoding?: string | undefined;
  /** Options of a tabulator (flows contract §5.3). */
  options: Record<string, unknown>;
}

/** Every record of a file as text: `_row` (physical record from 1), `_n` (cells found; 0 blank, -1 broken), `c1`…`cm`. */
export interface RawStage {
  table: string;
  columns: number;
  /** Names a format brings along; such a stage has no header row. */
  names: string[] | undefined;
  format: string;
  encoding: string | undefined;
  /** What a broken record is called. */
  brokenCode: 'ragged-quote' | 'source-error';
  warnings: string[];
}

export interface RawContext {
  tabular: Tabular;
  /** A folder of ours; emptied afterwards. */
  folder: string;
  limits: RecipeLimits;
  signal?: AbortSignal | undefined;
}

/** Reads a file of any format, record by record and unjudged, into a table of this name. */
export async function stageRaw(source: RawSource, table: string, context: RawContext): Promise<RawStage> {
  const { folder: workFolder, limits, signal } = context;
  await mkdir(workFolder, { recursive: true });
  try {
    const member = source.options.member;
    const unpacked = await unpackFile(source.file, source.name, {
      workFolder,
      limits,
      signal,
      ...(typeof member === 'string' ? { member } : {}),
    });
    const format = await detectFormat(unpacked.file, unpacked.name, undefined, formatNamed(source.format));
    const stageContext: StageContext = { workFolder, limits, signal };
    if (format === 'csv') return await stageText(unpacked.file, source, table, context, stageContext);
    const { options } = source;
    const encoding = source.encoding === undefined ? {} : { encoding: source.encoding };
    const records =
      typeof options.property === 'string' ? { records: `/${options.property.replaceAll('.', '/')}` } : {};
    const sheet =
      typeof options.sheet === 'string' || typeof options.sheet === 'number' ? { sheet: options.sheet } : {};
    const staged =
      format === 'spreadsheet'
        ? await stageSpreadsheet(unpacked.file, { ...sheet, header: false, headerRow: 1 }, stageContext)
        : format === 'parquet'
          ? await stageParquet(unpacked.file, stageContext)
          : await stageJson(unpacked.file, format, { ...encoding, ...records }, stageContext);
    return await stageStaged(staged, format, table, context);
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

function formatNamed(format: string | undefined): FileFormat | undefined {
  switch (format) {
    case 'csv':
    case 'tsv':
    case 'txt':
      return 'csv';
    case 'json':
    case 'ndjson':
    case 'geojson':
    case 'parquet':
      return format;
    case 'jsonl':
      return 'ndjson';
    case 'spreadsheet':
    case 'xls':
    case 'xlsx':
    case 'ods':
      return 'spreadsheet';
    default:
      return undefined;
  }
}

async function stageText(
  file: string,
  source: RawSource,
  table: string,
  context: RawContext,
  stageContext: StageContext,
): Promise<RawStage> {
  const { limits, signal, tabular } = context;
  const readable = await readableText(
    file,
    source.encoding === undefined ? {} : { encoding: source.encoding },
    stageContext,
  );
  const head = await readHead(readable.file);
  const given = givenDialect(source.options, source.format);
  const dialect = sniffDialect(head.text, head.complete, given);
  const tokeniser = new CsvTokeniser(dialect, limits.recordCharacters, () => {
    throw limitReached('length of a record', limits.recordCharacters, 'characters');
  });
  const writer = await StageWriter.open(path.join(context.folder, 'stage.txt'));
  let record = 0;
  let widest = 1;
  const take = (cells: string[] | undefined, raw: string): boolean => {
    record += 1;
    if (record > limits.rows) throw limitReached('number of rows', limits.rows, 'rows');
    if (cells === undefined) return writer.add(record, -1, [raw.slice(0, 100_000)]);
    if (cells.length > limits.columns) throw limitReached('number of columns', limits.columns, 'columns');
    for (const cell of cells)
      if (cell.length > limits.cellCharacters)
        throw limitReached('length of a cell', limits.cellCharacters, 'characters');
    if (cells.length > widest) widest = cells.length;
    const blank = cells.every((cell) => cell === '' || cell.trim() === '');
    return writer.add(record, blank ? 0 : cells.length, cells);
  };
  try {
    for await (const text of decodedText(readable.file, 'utf-8', signal))
      for (const { cells, raw } of tokeniser.push(text)) if (take(cells, raw)) await writer.flush();
    for (const { cells, raw } of tokeniser.end()) if (take(cells, raw)) await writer.flush();
  } catch (error) {
    await writer.abandon().catch(() => undefined);
    throw error;
  }
  if (record === 0) throw emptyFile();
  const ids = idsOf(widest);
  const relation = await writer.finish(widest);
  await tabular.run(`create table ${table} as select _row, _line as _n, ${ids.join(', ')} from ${relation}`);
  return {
    table,
    columns: widest,
    names: undefined,
    format: source.format ?? 'csv',
    encoding: readable.encoding,
    brokenCode: 'ragged-quote',
    warnings: readable.issues.map(({ message }) => message),
  };
}

async function stageStaged(
  staged: Staged,
  format: FileFormat,
  table: string,
  { tabular, limits }: RawContext,
): Promise<RawStage> {
  const { columns, rejected } = staged;
  if (columns.length > limits.columns) throw limitReached('number of columns', limits.columns, 'columns');
  const ids = columns.map(({ id }) => id);
  const row = format === 'spreadsheet' ? '_line' : staged.numbered ? '_row' : 'row_number() over ()';
  await tabular.run(
    `create table ${table} as select ${row}::bigint as _row, ${ids.length}::bigint as _n, ${ids.join(', ')} from ${staged.relation}`,
  );
  if (rejected !== undefined) {
    const raw = ids.map((_, i) => (i === 0 ? 'raw' : 'null'));
    await tabular.run(
      `insert into ${table} select ${format === 'spreadsheet' ? '_line' : '_row'}, case when code = 'blank-row' then 0 else -1 end, ${raw.join(', ')} from ${rejected.relation}`,
    );
  }
  return {
    table,
    columns: ids.length,
    names: format === 'spreadsheet' ? undefined : columns.map(({ header }) => header),
    format: format === 'spreadsheet' ? 'xlsx' : format,
    encoding: staged.reading.encoding,
    brokenCode: 'source-error',
    warnings: staged.issues.filter(({ code }) => code === 'error-cell').map(({ message }) => message),
  };
}

export function idsOf(columns: number): string[] {
  return Array.from({ length: columns }, (_, i) => `c${i + 1}`);
}

function givenDialect(options: Record<string, unknown>, format: string | undefined): Partial<CsvDialect> {
  const one = (key: string): string | undefined => {
    const value = options[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string' || value.length > 1 || /[\r\n\0]/.test(value))
      throw readingOptionInvalid(key, 'must be one character');
    return value;
  };
  const delimiter = one('delimiter') ?? (format === 'tsv' ? '\t' : undefined);
  // 3 is QUOTE_NONE of the original's CSV library.
  const quote = options.quoting === 3 ? '' : one('quotechar');
  const escapeMark = one('escapechar');
  return {
    ...(delimiter ? { delimiter } : {}),
    ...(quote === undefined ? {} : { quote }),
    ...(escapeMark ? { escape: escapeMark } : {}),
    ...(options.skipinitialspace === undefined ? {} : { skipInitialSpace: options.skipinitialspace === true }),
  };
}
