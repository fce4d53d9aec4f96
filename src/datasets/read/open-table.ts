import type { Context } from '../../platform/context.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Access } from '../../resource/access.ts';
import { datasetNotFound, revisionNotFound } from '../errors.ts';
import { revisionPurged, rowsForbidden } from './errors.ts';
import { Bindings, literal } from './pure/bindings.ts';
import { type Column, columnsOf, type EngineColumn, mayBeWide } from './pure/column.ts';
import {
  findReadDataset,
  findReadRevision,
  type ReadDataset,
  type ReadRevision,
  readDatasetsOfProject,
  rightColumns,
} from './store.ts';
import { tablesOf } from './tables.ts';

/** One revision's rows, ready to be selected from. */
export interface Table {
  dataset: ReadDataset;
  revision: ReadRevision;
  columns: Column[];
}

const rightsOf = (access: Access) => ({
  visible: access.where('dataset.read', rightColumns),
  mayRead: access.where('row.read', rightColumns),
});

/** Throws `dataset_not_found` for what the caller may not see, `rows_forbidden` for what they may see but not read. */
export async function getReadableDataset(context: Context, access: Access, given: string): Promise<ReadDataset> {
  const found = await getVisibleDataset(context, access, given);
  if (!found.mayRead) throw rowsForbidden();
  return found;
}

/** For what the catalogue tells about a dataset. Throws `dataset_not_found`. */
export async function getVisibleDataset(context: Context, access: Access, given: string): Promise<ReadDataset> {
  const found = await findReadDataset(context.db, given, rightsOf(access));
  if (found === undefined) throw datasetNotFound(given);
  return found;
}

/** Those whose rows the caller may read, by name. */
export async function readableDatasets(context: Context, access: Access, projectId: string): Promise<ReadDataset[]> {
  const found = await readDatasetsOfProject(context.db, projectId, rightsOf(access));
  return found.filter(({ mayRead }) => mayRead);
}

/** Throws `revision_not_found`, or `revision_purged` when its rows are gone. */
export async function openTable(context: Context, dataset: ReadDataset, n: number | 'latest'): Promise<Table> {
  const number = n === 'latest' ? dataset.latestRevision : n;
  const revision = number === 0 ? undefined : await findReadRevision(context.db, dataset.id, number);
  if (revision === undefined) throw revisionNotFound(String(n));
  const stored = await withFile(context, revision, (file) => storedColumns(context, revision.tableSha256, file));
  return { dataset, revision, columns: columnsOf(revision.schema, revision.key, stored) };
}

/** Holds the revision's file while `work` reads it. */
export async function withFile<T>(
  context: Context,
  revision: Pick<ReadRevision, 'n' | 'tableSha256'>,
  work: (file: string) => Promise<T>,
): Promise<T> {
  const { file, release } = await holdFile(context, revision);
  try {
    return await work(file);
  } finally {
    release();
  }
}

/** The same for work that outlives a call; whoever asks releases. */
export async function holdFile(context: Context, { n, tableSha256 }: Pick<ReadRevision, 'n' | 'tableSha256'>) {
  try {
    return await tablesOf(context).hold(tableSha256);
  } catch (error) {
    throw error instanceof AppError && error.code === 'blob_missing' ? revisionPurged(n) : error;
  }
}

const described = new WeakMap<Context, Map<string, Promise<EngineColumn[]>>>();
const mostDescribed = 500;

/** Names and types never change under a sha256, so they are asked for once. */
function storedColumns(context: Context, sha256: string, file: string): Promise<EngineColumn[]> {
  const cache = described.get(context) ?? new Map<string, Promise<EngineColumn[]>>();
  described.set(context, cache);
  const known = cache.get(sha256);
  if (known !== undefined) return known;
  const asked = describeFile(context, file);
  cache.set(sha256, asked);
  asked.catch(() => cache.delete(sha256));
  const [oldest] = cache.keys();
  if (cache.size > mostDescribed && oldest !== undefined) cache.delete(oldest);
  return asked;
}

async function describeFile(context: Context, file: string): Promise<EngineColumn[]> {
  const { readers } = tablesOf(context);
  const columns = await readers.describe({ sql: `select * from read_parquet(${literal(file)})` });
  const exact = columns.filter(({ type }) => mayBeWide(type));
  if (exact.length === 0) return columns;
  const bindings = new Bindings();
  const names = exact.map(({ name }) => bindings.add(name)).join(', ');
  const rows = await readers.rows({
    sql: `select path_in_schema, cast(max(greatest(abs(try_cast(stats_min_value as DOUBLE)), abs(try_cast(stats_max_value as DOUBLE)))) as VARCHAR)
      from parquet_metadata(${literal(file)}) where path_in_schema in (${names}) group by path_in_schema
      having count(*) = count(try_cast(stats_max_value as DOUBLE))`,
    values: bindings.values,
  });
  const largest = new Map(rows.map(([name, value]) => [name, Number(value)]));
  return columns.map((column) => ({
    ...column,
    ...(largest.has(column.name) ? { largest: largest.get(column.name)! } : {}),
  }));
}
