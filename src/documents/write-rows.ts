import path from 'node:path';
import type { Revision } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { identifier, literal, openTabular, type Tabular } from '../platform/tabular/index.ts';
import { tooManyRows, tooManyUnevenRows } from './errors.ts';
import type { ColumnRole, Role } from './pure/column-roles.ts';

/** Ids of source rows are made of document and row: so many fit. */
export const maxRows = 9_999_999;

/** Blanks that files have around codes. */
const blanks = literal(' \t\r\n\u00a0');

export interface WrittenRows {
  /**
   * Row, line, codes of place, period, key and indicator, row it corrects, later row of the same key, cells filled, what is
   * wrong with it as a whole, all cells.
   */
  rows: string;
  /** What the columns of values say: position, code of the indicator where a column names it, text, in how many rows. */
  texts: string;
}

/** How rows are told apart, see `laterRow`. */
export type RowKey = 'unique_key' | 'codes' | undefined;

/**
 * The rows of a revision, and the different texts of their columns, as files PostgreSQL can COPY. The engine writes them;
 * no row passes through JavaScript.
 */
export async function writeRows(
  context: Context,
  {
    revision,
    roles,
    rowColumn,
    isLong,
  }: { revision: Revision; roles: readonly ColumnRole[]; rowColumn: number | undefined; isLong: boolean },
  key: RowKey,
  folder: string,
  signal: AbortSignal,
): Promise<WrittenRows> {
  const table = await context.blobs.localFile(revision.tableSha256, folder);
  const uneven = revision.issueCounts.groups.find(({ code }) => code === surplusCells)?.count ?? 0;
  const issues = uneven === 0 ? undefined : await context.blobs.localFile(revision.issuesSha256!, folder);
  const tabular = await openTabular({
    workFolder: folder,
    readFolders: [table, ...(issues === undefined ? [] : [issues])].map((file) => path.dirname(file)),
    memoryBytes: context.config.engineMemoryBytes,
    threads: context.config.engineThreads,
    signal,
  });
  try {
    const source = `read_parquet(${literal(table)}, file_row_number = true)`;
    const [facts] = await tabular.rows(
      `select count(distinct _rev)::double as batches, max(_row)::double as rows, count(*)::double as n from ${source}`,
    );
    // Rows of several files are numbered by their place in the table: a number of a file would occur twice.
    const isOneFile = Number(facts?.batches ?? 0) <= 1;
    const row = isOneFile ? '_row' : 'file_row_number + 1';
    if (Number((isOneFile ? facts?.rows : facts?.n) ?? 0) > maxRows) throw tooManyRows(maxRows);
    if (issues !== undefined) await keepUnevenRows(tabular, issues, uneven);
    const isUneven = issues === undefined ? 'false' : '_row in (from uneven)';
    const names = revision.schema.fields.map(({ name }) => `${identifier(name)}::varchar`);
    const named = (role: Role) => {
      const column = roles.find((one) => one.role === role);
      return column === undefined
        ? 'null'
        : `nullif(trim(replace(${names[column.position - 1]}, chr(0), ''), ${blanks}), '')`;
    };
    const coded = ['location', 'campaign', 'date', 'unique_key', 'indicator_code'] as const;
    const cellOf = (position: number) => `replace(${names[position - 1]}, chr(0), '')`;
    const valued = roles.filter(({ role, name }) => role === (isLong ? 'value' : 'indicator') && name.trim() !== '');
    const isCoded = isLong ? `${named('indicator_code')} is not null and ` : '';
    const filled = valued.map(
      ({ position }) => `(${isCoded}regexp_matches(${cellOf(position)}, '[^\\s\\v]'))::integer`,
    );
    const columns = [
      `${row} as row_number`,
      `${isOneFile ? lineOf(revision) : 'null'} as line`,
      ...coded.map((role) => `${named(role)} as ${role}`),
      `${rowColumn === undefined ? 'null' : `try_cast(trim(${names[rowColumn - 1]}) as integer)`} as corrects`,
      `${isUneven} as is_uneven`,
      `${filled.length === 0 ? '0' : filled.map((one) => `coalesce(${one}, 0)`).join(' + ')} as filled`,
      `${arrayText(names)} as cells`,
    ];
    const to = (file: string) => `to ${literal(file)} (format csv, header false, nullstr '\\N')`;
    const [rows, texts] = [path.join(folder, 'rows.csv'), path.join(folder, 'texts.csv')];
    await tabular.run(`copy (
      select row_number, line, ${coded.join(', ')}, corrects, ${laterRow(key, isLong)}, filled,
        case when is_uneven then 'surplus_cells' end, cells
      from (select ${columns.join(', ')} from ${source}) order by row_number) ${to(rows)}`);
    const said = valued.map(
      ({ position }) => `select ${position} as position, ${isLong ? named('indicator_code') : 'null'} as code,
        ${cellOf(position)} as raw, count(*) as n from ${source} group by all`,
    );
    await tabular.run(
      `copy (${said.length === 0 ? 'select 1, null, null, 1 where false' : said.join(' union all ')}) ${to(texts)}`,
    );
    return { rows, texts };
  } finally {
    tabular.close();
  }
}

/** What the engine calls rows that have more cells than there are columns. */
const surplusCells = 'surplus-cells';

/** Each of them must be known: a row cut off in silence would be a wrong number. */
async function keepUnevenRows(tabular: Tabular, issues: string, n: number): Promise<void> {
  await tabular.run(
    `create temp table uneven as select row from read_parquet(${literal(issues)}) where code = ${literal(surplusCells)}`,
  );
  const [found] = await tabular.rows('select count(*)::double as n from uneven');
  if (Number(found!.n) < n) throw tooManyUnevenRows(n, Number(found!.n));
}

/**
 * The last row that says what it is about in the same words, of all but that row itself; a row that does not fit its columns says
 * nothing. Rows that are refused for another reason leave later, see `letRefusedRowsGo`.
 */
function laterRow(key: RowKey, isLong: boolean): string {
  if (key === undefined) return 'null';
  const [columns, isNamed] =
    key === 'unique_key'
      ? ['unique_key', 'unique_key is not null']
      : [
          'location, campaign, indicator_code',
          `location is not null and campaign is not null${isLong ? ' and indicator_code is not null' : ''}`,
        ];
  const later = `max(row_number) filter (where not is_uneven) over (partition by ${columns})`;
  return `case when not is_uneven and ${isNamed} then nullif(${later}, row_number) end`;
}

/** PostgreSQL's text of an array. */
function arrayText(names: readonly string[]): string {
  const cells = names.map(
    (name) =>
      `coalesce('"' || replace(replace(replace(${name}, chr(0), ''), '\\', '\\\\'), '"', '\\"') || '"', 'NULL')`,
  );
  return `'{' || concat_ws(',', ${cells.join(', ')}) || '}'`;
}

/** Where each row of the file stands on a line of its own. */
function lineOf(revision: Revision): string {
  const { header_row: headerRow, header, format, direct_lines: lines } = revision.reading as Record<string, unknown>;
  if (lines !== true || format !== 'csv') return 'null';
  return `_row + ${header === false ? 0 : Number(headerRow ?? 1)}`;
}

/** What the engine found wrong with rows of the file, for COPY; undefined: nothing. */
export async function fileIssues(
  context: Context,
  revision: Revision,
  folder: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (revision.issuesSha256 === null || revision.issueCounts.error === 0) return undefined;
  const issues = await context.blobs.localFile(revision.issuesSha256, folder);
  const tabular = await openTabular({ workFolder: folder, readFolders: [path.dirname(issues)], threads: 1, signal });
  try {
    const file = path.join(folder, 'issues.csv');
    await tabular.run(`copy (
      select row, line, "column", replace(code, '-', '_') as code, replace(value, chr(0), '') as raw, replace(message, chr(0), '') as message
      from read_parquet(${literal(issues)}) where severity = 'error' and row is not null
    ) to ${literal(file)} (format csv, header false, nullstr '\\N')`);
    return file;
  } finally {
    tabular.close();
  }
}
