import { mkdir } from 'node:fs/promises';
import type { Tabular } from '../../platform/tabular/index.ts';
import { isReaderError } from '../stage-delimited.ts';
import { stageFile } from '../stage-file.ts';
import type { Staged } from '../staged.ts';
import { loadShapedTable, movesRows } from './load-shaped-table.ts';
import type { LoadRequest, SourceTable } from './product-source.ts';
import { headerIssues } from './pure/match-fields.ts';
import { nameHeaders } from './pure/name-headers.ts';

/** Raise it when a reader makes something else of the same bytes and options. */
export const readerVersion = 1;

/** Reads a file into a table of text with its physical row numbers. Throws an AppError where it cannot be read as a whole. */
export async function loadTable(tabular: Tabular, request: LoadRequest): Promise<SourceTable> {
  await mkdir(request.folder, { recursive: true });
  if (movesRows(request)) return loadShapedTable(tabular, request);
  const options = request.names === undefined ? request.options : { ...request.options, header: false };
  const stage = (exact: boolean) =>
    stageFile(
      {
        file: request.file,
        name: request.name,
        workFolder: request.folder,
        options,
        ...(request.mediaType === undefined ? {} : { mediaType: request.mediaType }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      },
      request.limits,
      exact,
    );
  const staged = await stage(false);
  try {
    return await intoTables(tabular, request, staged);
  } catch (error) {
    if (!staged.reading.direct || !isReaderError(error)) throw error;
    return intoTables(tabular, request, await stage(true));
  }
}

async function intoTables(tabular: Tabular, request: LoadRequest, staged: Staged): Promise<SourceTable> {
  const { table } = request;
  const offset = headerRowsOf(staged);
  const columns = staged.columns.map(({ id }) => id).join(', ');
  const number = staged.numbered ? '_row' : 'row_number() over ()';
  await tabular.run(`create or replace table ${table} as select (${number} + ${offset})::bigint as _row, ${columns}
    from ${staged.relation}`);
  const [count] = await tabular.rows(`select count(*)::double as n, max(_row)::double as last from ${table}`);
  const read = Number(count?.n ?? 0);
  if (staged.expectedRows !== undefined && read !== staged.expectedRows)
    throw new Error(`Invalid Input Error: ${read} rows instead of ${staged.expectedRows}`);
  let last = Number(count?.last ?? offset);
  if (staged.rejected !== undefined) {
    await tabular.run(`create or replace table ${table}_rejects as
      select (_row + ${offset})::bigint as _row, code, cells, raw from ${staged.rejected.relation}`);
    const [end] = await tabular.rows(`select max(_row)::double as last from ${table}_rejects`);
    last = Math.max(last, Number(end?.last ?? 0));
  }
  const hasHeader = request.names === undefined && staged.reading.header !== false;
  const headers = hasHeader ? staged.columns.map(({ header }) => header) : null;
  const given = request.names ?? [];
  return {
    table,
    headers,
    names: nameHeaders(
      staged.columns.map(({ header }, i) => (request.names === undefined ? header : (given[i] ?? '')).trim()),
    ),
    emptyIsNull: staged.emptyIsNull,
    rejects: staged.rejected === undefined ? undefined : { table: `${table}_rejects`, counts: staged.rejected.counts },
    rowCount: last,
    format: staged.reading.format,
    encoding: staged.reading.encoding,
    remarks: remarksOf(staged),
  };
}

/** Readers compare headers without case, as tables of datasets have to; here `a` and `A` are two. */
function remarksOf({ issues, columns }: Staged): string[] {
  const others = issues.filter(({ code }) => code !== 'duplicate-header').map(({ message }) => message);
  const repeated = headerIssues(columns.map(({ header }) => header)).filter(({ code }) => code === 'duplicate-header');
  return [...others, ...repeated.map(({ message }) => message)];
}

/** Records of lists have no header row; tables have one, unless they said otherwise. */
function headerRowsOf({ reading }: Staged): number {
  if (['json', 'ndjson', 'geojson', 'parquet'].includes(reading.format)) return 0;
  return reading.header === false ? 0 : (reading.headerRow ?? 1);
}
