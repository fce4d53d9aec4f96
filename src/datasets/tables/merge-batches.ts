import { literal, type Tabular, tableColumns } from '../../platform/tabular/index.ts';
import type { TableField } from '../dataset.ts';
import { changedKeysSql, type Merge, type MergeColumn, mergeCountsSql, mergedTableSql } from '../pure/merge-sql.ts';

export type MergeRequest = Omit<Merge, 'columns'> & {
  /** Of the result, in order. */
  fields: TableField[];
  /** Columns the arrival's file did not have, though its table shows them, empty. Default none. */
  absent?: ReadonlySet<string>;
};

export interface MergedCounts {
  inserted: number;
  updated: number;
  unchanged: number;
  /** Rows of the arrival whose key came again further down. */
  superseded: number;
  /** Rows of the whole table now. */
  rows: number;
}

/** The number of changed keys a conflict view shows; the count is always exact. */
const shownChanges = 1000;

/** Old and new cells of the keys an upsert would change. */
export async function changedKeys(
  tabular: Tabular,
  request: MergeRequest,
): Promise<{ key: unknown; before: unknown; after: unknown }[]> {
  if (request.before === undefined) return [];
  const rows = await tabular.rows(changedKeysSql(await mergeOf(tabular, request), shownChanges));
  return rows.map((row) => ({
    key: JSON.parse(String(row.key)),
    before: JSON.parse(String(row.before)),
    after: JSON.parse(String(row.after)),
  }));
}

/** Lays one arrival over a table and writes the result as Parquet, in file order; counts what that changed. */
export async function mergeBatch(tabular: Tabular, request: MergeRequest, out: string): Promise<MergedCounts> {
  const merge = await mergeOf(tabular, request);
  const counts = await countsOf(tabular, merge);
  await writeTable(tabular, mergedTableSql(merge), out);
  return { ...counts, rows: await rowsOf(tabular, out) };
}

/** What `mergeBatch` would count, without writing. */
export async function previewMerge(tabular: Tabular, request: MergeRequest): Promise<Omit<MergedCounts, 'rows'>> {
  return countsOf(tabular, await mergeOf(tabular, request));
}

/** The request with the columns both files really have, and the type that holds both sides. */
export async function mergeOf(tabular: Tabular, { fields, absent, ...request }: MergeRequest): Promise<Merge> {
  const batch = await typesOf(tabular, request.batch);
  const replaces = request.mode === 'replace';
  const before =
    request.before === undefined || replaces ? new Map<string, string>() : await typesOf(tabular, request.before);
  const columns = fields.map(
    (field): MergeColumn => ({
      name: field.name,
      type: widerSqlType(before.get(field.name), batch.get(field.name)),
      inBefore: before.has(field.name),
      inBatch: batch.has(field.name) && !absent?.has(field.name),
    }),
  );
  return { ...request, columns };
}

/** Files of the highest density a reader still opens quickly: row groups of 122,880 rows, zstd. */
export async function writeTable(tabular: Tabular, sql: string, out: string): Promise<void> {
  await tabular.run(`copy (${sql}) to ${literal(out)} (format parquet, compression zstd, row_group_size 122880)`);
}

export async function rowsOf(tabular: Tabular, file: string): Promise<number> {
  const [row] = await tabular.rows(`select count(*)::double as n from read_parquet(${literal(file)})`);
  return Number(row?.n);
}

async function countsOf(tabular: Tabular, merge: Merge): Promise<Omit<MergedCounts, 'rows'>> {
  if (merge.mode === 'append' || merge.key.length === 0) {
    return { inserted: await rowsOf(tabular, merge.batch), updated: 0, unchanged: 0, superseded: 0 };
  }
  const [row] = await tabular.rows(mergeCountsSql(merge));
  const count = (name: string) => Number(row?.[name]);
  return {
    inserted: count('inserted'),
    updated: count('updated'),
    unchanged: count('unchanged'),
    superseded: count('superseded'),
  };
}

async function typesOf(tabular: Tabular, file: string): Promise<Map<string, string>> {
  return new Map((await tableColumns(tabular, file)).map(({ name, type }) => [name, type]));
}

/** As `widerType` of schemas, for the types the tables are stored in. */
function widerSqlType(a: string | undefined, b: string | undefined): string {
  if (a === undefined || b === undefined || a === b) return a ?? b ?? 'VARCHAR';
  const pair = new Set([a, b]);
  if (pair.has('DATE') && [...pair].some((type) => type.startsWith('TIMESTAMP'))) return a === 'DATE' ? b : a;
  if ([...pair].every((type) => wholeNumbers.has(type))) return 'HUGEINT';
  if ([...pair].every((type) => wholeNumbers.has(type) || type === 'DOUBLE' || type.startsWith('DECIMAL')))
    return 'DOUBLE';
  return 'VARCHAR';
}

const wholeNumbers = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT']);
