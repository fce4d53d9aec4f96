import { type Queryable, raw, type Sql, sql } from '../../platform/db/index.ts';
import type { Dataset, Revision } from '../dataset.ts';
import { datasetGiven } from '../store.ts';

export type ReadDataset = Pick<
  Dataset,
  'id' | 'number' | 'projectId' | 'name' | 'title' | 'description' | 'metadata' | 'latestRevision'
> & { mayRead: boolean };

export type ReadRevision = Pick<
  Revision,
  | 'n'
  | 'tableSha256'
  | 'schema'
  | 'rows'
  | 'bytes'
  | 'key'
  | 'recipe'
  | 'version'
  | 'changelog'
  | 'uploadId'
  | 'runId'
  | 'createdAt'
>;

export interface Rights {
  visible: Sql;
  mayRead: Sql;
}

/** Columns the predicates of `Rights` are made over. */
export const rightColumns = { project: raw('d.project_id') };

const datasetColumns = (rights: Rights): Sql => sql`d.id, d.number, d.project_id as "projectId", d.name, d.title,
  d.description, d.metadata, d.latest_revision as "latestRevision", ${rights.mayRead} as "mayRead"`;

const revisionColumns =
  raw(`r.n, r.table_sha256 as "tableSha256", r.schema, r.rows::float8 as rows, r.bytes::float8 as bytes,
  r.key, r.recipe, r.version, r.changelog, r.upload_id as "uploadId", r.run_id as "runId", r.created_at as "createdAt"`);

/** By uuid or legacy number. */
export function findReadDataset(db: Queryable, given: string, rights: Rights): Promise<ReadDataset | undefined> {
  return db.maybe(
    sql`select ${datasetColumns(rights)} from dataset d
        where ${datasetGiven(given, 'd')} and d.deleted_at is null and ${rights.visible}`,
  );
}

/** Not deleted, by name. */
export function readDatasetsOfProject(db: Queryable, projectId: string, rights: Rights): Promise<ReadDataset[]> {
  return db.many(
    sql`select ${datasetColumns(rights)} from dataset d
        where d.project_id = ${projectId} and d.deleted_at is null and ${rights.visible} order by d.name`,
  );
}

export function findReadRevision(db: Queryable, datasetId: string, n: number): Promise<ReadRevision | undefined> {
  return db.maybe(sql`select ${revisionColumns} from revision r where r.dataset_id = ${datasetId} and r.n = ${n}`);
}

/** Newest first, without those that came after `n`. */
export function changelogUntil(
  db: Queryable,
  datasetId: string,
  n: number,
): Promise<{ n: number; version: string; changelog: string; createdAt: Date }[]> {
  return db.many(
    sql`select n, version, changelog, created_at as "createdAt" from revision
        where dataset_id = ${datasetId} and n <= ${n} order by n desc limit 1000`,
  );
}
