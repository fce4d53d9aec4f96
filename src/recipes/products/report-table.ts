import type { Tabular } from '../../platform/tabular/index.ts';
import type { StepIssues } from '../processors/step-issues.ts';
import type { Cast } from './cast-table.ts';
import { issuesSql } from './issues-sql.ts';
import type { ProductIssue, SourceTable } from './product-source.ts';

/** Errors listed for one table; they are counted beyond. */
export const maxReportErrors = 1000;

export interface ReportEntry {
  time: number;
  valid: boolean;
  'error-count': number;
  'table-count': number;
  warnings: string[];
  preset: 'table';
  resource: string;
  tables: Record<string, unknown>[];
}

export interface Reported {
  resource: string;
  /** Address as it may be shown. */
  source: string;
  scheme: string;
}

/**
 * One entry of the validation report (contract flows §6.3): every row was checked, in the source and by the steps, the first errors
 * are listed.
 */
export async function reportTable(
  tabular: Tabular,
  { source, cast, steps, about }: { source: SourceTable; cast: Cast; steps?: StepIssues | undefined; about: Reported },
): Promise<ReportEntry> {
  const cells = source.names.map((_, i) => `coalesce(s.c${i + 1}, '')`).join(', ');
  const raw = source.rejects === undefined ? '' : `left join ${source.rejects.table} r on r._row = i.row_number`;
  const row = `coalesce(${source.rejects === undefined ? '' : 'r.raw, '}${cells === '' ? 'null' : `case when s._row is not null then to_json([${cells}])::varchar end`}, i.raw)`;
  const listed = await tabular.rows(`
    select i.row_number::double as row_number, i.column_number, i.code, i.message, ${row} as row
    from (select * from (${issuesSql(cast, steps)}) order by row_number, column_number nulls first, code, message limit ${maxReportErrors}) i
    left join ${source.table} s on s._row = i.row_number ${raw}
    order by i.row_number, i.column_number nulls first, i.code, i.message`);
  const errors = [...cast.header.map(errorOf), ...listed.map((one) => errorOf(one as unknown as ProductIssue))];
  const hasBlank = source.headers?.some((header) => header.trim() === '') ?? false;
  return entryOf(about, {
    counts: together(cast.counts, steps?.counts ?? new Map()),
    errors: errors.slice(0, maxReportErrors),
    headers: hasBlank ? null : (source.headers ?? source.names),
    rowCount: source.rowCount,
    format: source.format,
    encoding: source.encoding ?? 'utf-8',
    schema: 'table-schema',
  });
}

function together(some: ReadonlyMap<string, number>, others: ReadonlyMap<string, number>): Map<string, number> {
  const all = new Map(some);
  for (const [code, n] of others) all.set(code, (all.get(code) ?? 0) + n);
  return all;
}

/** The entry of a source that could not be had, or not be read. */
export function reportFailure(
  about: Reported,
  format: string,
  failure: { code: string; message: string },
): ReportEntry {
  return entryOf(about, {
    counts: new Map([[failure.code, 1]]),
    errors: [{ code: failure.code, message: failure.message, 'row-number': null, 'column-number': null, row: null }],
    headers: null,
    rowCount: 0,
    format,
    encoding: null,
    schema: null,
  });
}

function entryOf(
  { resource, source, scheme }: Reported,
  table: {
    counts: ReadonlyMap<string, number>;
    errors: object[];
    headers: string[] | null;
    rowCount: number;
    format: string;
    encoding: string | null;
    schema: string | null;
  },
): ReportEntry {
  const count = [...table.counts.values()].reduce((sum, n) => sum + n, 0);
  const warnings =
    count > maxReportErrors ? [`Table "${source}" inspection has reached ${maxReportErrors} error(s) limit`] : [];
  // Not measured: equal inputs give equal bytes.
  const common = { time: 0, valid: count === 0, 'error-count': count };
  return {
    ...common,
    'table-count': 1,
    warnings,
    preset: 'table',
    resource,
    tables: [
      {
        ...common,
        'row-count': table.rowCount,
        source,
        headers: table.headers,
        scheme,
        format: table.format,
        encoding: table.encoding,
        schema: table.schema,
        'error-stats': Object.fromEntries([...table.counts].filter(([, n]) => n > 0)),
        errors: table.errors,
      },
    ],
  };
}

const errorOf = (issue: ProductIssue) => ({
  code: issue.code,
  message: issue.message,
  'row-number': issue.row_number === null ? null : Number(issue.row_number),
  'column-number': issue.column_number === null ? null : Number(issue.column_number),
  row: issue.row === null || issue.row === undefined ? null : (JSON.parse(issue.row) as string[]),
});
