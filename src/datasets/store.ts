import { type Queryable, type Sql, sql } from '../platform/db/index.ts';
import type { Dataset, Revision } from './dataset.ts';

const datasetColumns = sql`id, number, project_id as "projectId", name, title, description, schema, key, reading, recipe,
  settings, metadata, latest_revision as "latestRevision", created_by as "createdBy", created_at as "createdAt",
  updated_at as "updatedAt", deleted_at as "deletedAt"`;

const revisionColumns = sql`dataset_id as "datasetId", n, kind, upload_id as "uploadId", run_id as "runId",
  batch_sha256 as "batchSha256", table_sha256 as "tableSha256", schema, rows, bytes, mode, key, recipe, reading, counts,
  issue_counts as "issueCounts", issues_sha256 as "issuesSha256", version, changelog, refers_to as "refersTo",
  created_by as "createdBy", created_at as "createdAt"`;

/** `visible` is the caller's predicate, `access.where(right, {project: sql`dataset.project_id`})`. */
export function findDataset(db: Queryable, id: string, visible: Sql): Promise<Dataset | undefined> {
  return db.maybe(sql`select ${datasetColumns} from dataset where id = ${id} and deleted_at is null and ${visible}`);
}

export function findDatasetByName(
  db: Queryable,
  projectId: string,
  name: string,
  visible: Sql,
): Promise<Dataset | undefined> {
  return db.maybe(
    sql`select ${datasetColumns} from dataset
        where project_id = ${projectId} and name = ${name} and deleted_at is null and ${visible}`,
  );
}

/** Not deleted, by name. */
export function datasetsOfProject(db: Queryable, projectId: string, visible: Sql): Promise<Dataset[]> {
  return db.many(
    sql`select ${datasetColumns} from dataset
        where project_id = ${projectId} and deleted_at is null and ${visible} order by name`,
  );
}

/** Rights are the dataset's: find that first. */
export function findRevision(db: Queryable, datasetId: string, n: number | 'latest'): Promise<Revision | undefined> {
  const which = n === 'latest' ? sql`(select latest_revision from dataset where id = ${datasetId})` : sql`${n}::int`;
  return db.maybe(sql`select ${revisionColumns} from revision where dataset_id = ${datasetId} and n = ${which}`);
}
