import { type Queryable, raw, type Sql, sql } from '../platform/db/index.ts';
import type { Access } from '../resource/access.ts';
import type { Batch, Dataset, Revision, TableSchema } from './dataset.ts';

const datasetColumns = sql`id, number, project_id as "projectId", name, title, description, schema, key, reading, recipe,
  settings, metadata, latest_revision as "latestRevision", created_by as "createdBy", created_at as "createdAt",
  updated_at as "updatedAt", deleted_at as "deletedAt"`;

const revisionColumns = sql`dataset_id as "datasetId", n, kind, upload_id as "uploadId", run_id as "runId",
  batch_sha256 as "batchSha256", table_sha256 as "tableSha256", schema, rows, bytes, mode, key, recipe, reading, counts,
  issue_counts as "issueCounts", issues_sha256 as "issuesSha256", version, changelog, refers_to as "refersTo",
  created_by as "createdBy", created_at as "createdAt"`;

const batchColumns = sql`dataset_id as "datasetId", position, first_n as "firstN", until_n as "untilN",
  batch_sha256 as "batchSha256", upload_id as "uploadId", mode, key, blank, rows`;

/** The caller's predicate over rows of `dataset`. */
export const datasetsWith = (access: Access, right: string): Sql =>
  access.where(right, { project: raw('dataset.project_id') });

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Which dataset a request names, by uuid or the short number of older clients: over an index either way. Anything else
 * names none.
 */
export function datasetGiven(given: string, table: 'dataset' | 'd' = 'dataset'): Sql {
  if (uuid.test(given)) return sql`${raw(table)}.id = ${given}::uuid`;
  return /^\d{1,9}$/.test(given) ? sql`${raw(table)}.number = ${Number(given)}::int` : raw('false');
}

/** `visible` is `datasetsWith(access, right)`, or `everything` for the machinery. */
export function findDataset(db: Queryable, id: string, visible: Sql): Promise<Dataset | undefined> {
  return db.maybe(
    sql`select ${datasetColumns} from dataset where ${datasetGiven(id)} and deleted_at is null and ${visible}`,
  );
}

export const everything: Sql = raw('true');

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

export function findDeletedDataset(db: Queryable, id: string, visible: Sql): Promise<Dataset | undefined> {
  return db.maybe(
    sql`select ${datasetColumns} from dataset where ${datasetGiven(id)} and deleted_at is not null and ${visible}`,
  );
}

/** True when it was new; of two that ask for one name at once the second waits and gets false. */
export async function insertDataset(
  tx: Queryable,
  dataset: { id: string; projectId: string; name: string; title: string; createdBy: string | null },
): Promise<boolean> {
  const written = await tx.exec(sql`
    insert into dataset (id, project_id, name, title, created_by)
    values (${dataset.id}, ${dataset.projectId}, ${dataset.name}, ${dataset.title}, ${dataset.createdBy})
    on conflict (project_id, name) where deleted_at is null do nothing`);
  return written === 1;
}

/** Publishing, undoing and deleting of one dataset come one after another. */
export function lockDataset(tx: Queryable, id: string): Promise<Dataset | undefined> {
  return tx.maybe(sql`select ${datasetColumns} from dataset where id = ${id} and deleted_at is null for update`);
}

export async function updateDatasetAfterRevision(
  tx: Queryable,
  id: string,
  after: { n: number; schema: TableSchema; key: string[]; reading: object; recipe: unknown[] },
): Promise<void> {
  await tx.exec(sql`
    update dataset set latest_revision = ${after.n}, schema = ${JSON.stringify(after.schema)}::jsonb,
      key = ${after.key}::text[], reading = ${JSON.stringify(after.reading)}::jsonb,
      recipe = ${JSON.stringify(after.recipe)}::jsonb, updated_at = now()
    where id = ${id}`);
}

export async function updateDataset(
  tx: Queryable,
  id: string,
  after: Pick<
    Dataset,
    'name' | 'title' | 'description' | 'metadata' | 'settings' | 'schema' | 'key' | 'reading' | 'recipe'
  >,
): Promise<void> {
  await tx.exec(sql`
    update dataset set name = ${after.name}, title = ${after.title}, description = ${after.description},
      metadata = ${JSON.stringify(after.metadata)}::jsonb, settings = ${JSON.stringify(after.settings)}::jsonb,
      schema = ${after.schema === null ? null : JSON.stringify(after.schema)}::jsonb, key = ${after.key}::text[],
      reading = ${JSON.stringify(after.reading)}::jsonb, recipe = ${JSON.stringify(after.recipe)}::jsonb, updated_at = now()
    where id = ${id}`);
}

export function markDatasetDeleted(tx: Queryable, id: string, userId: string | null): Promise<number> {
  return tx.exec(sql`
    update dataset set deleted_at = now(), deleted_by = ${userId}, updated_at = now()
    where id = ${id} and deleted_at is null`);
}

/** False when the name was given to another dataset meanwhile. */
export async function markDatasetRestored(tx: Queryable, id: string): Promise<boolean> {
  const written = await tx.exec(sql`
    update dataset d set deleted_at = null, deleted_by = null, updated_at = now()
    where id = ${id} and deleted_at is not null and not exists (
      select 1 from dataset o where o.project_id = d.project_id and o.name = d.name and o.deleted_at is null)`);
  return written === 1;
}

/** Rights are the dataset's: find that first. */
export function findRevision(db: Queryable, datasetId: string, n: number | 'latest'): Promise<Revision | undefined> {
  const which = n === 'latest' ? sql`(select latest_revision from dataset where id = ${datasetId})` : sql`${n}::int`;
  return db.maybe(sql`select ${revisionColumns} from revision where dataset_id = ${datasetId} and n = ${which}`);
}

export type NewRevision = Omit<Revision, 'createdAt'>;

export async function insertRevision(tx: Queryable, revision: NewRevision): Promise<void> {
  await tx.exec(sql`
    insert into revision (dataset_id, n, kind, upload_id, run_id, batch_sha256, table_sha256, schema, rows, bytes, mode,
      key, recipe, reading, counts, issue_counts, issues_sha256, version, changelog, refers_to, created_by)
    values (${revision.datasetId}, ${revision.n}, ${revision.kind}, ${revision.uploadId}, ${revision.runId},
      ${revision.batchSha256}, ${revision.tableSha256}, ${JSON.stringify(revision.schema)}::jsonb, ${revision.rows},
      ${revision.bytes}, ${revision.mode}, ${revision.key}::text[], ${JSON.stringify(revision.recipe)}::jsonb,
      ${JSON.stringify(revision.reading)}::jsonb, ${JSON.stringify(revision.counts)}::jsonb,
      ${JSON.stringify(revision.issueCounts)}::jsonb, ${revision.issuesSha256}, ${revision.version},
      ${revision.changelog}, ${revision.refersTo}, ${revision.createdBy})`);
}

/** In the order they are replayed. */
export function batchesOfRevision(db: Queryable, datasetId: string, n: number): Promise<Batch[]> {
  return db.many(sql`
    select ${batchColumns} from revision_batch
    where dataset_id = ${datasetId} and first_n <= ${n} and (until_n is null or until_n > ${n}) order by position`);
}

/** Every arrival there ever was, each once, in order; `current` while its rows count. */
export function batchesEver(
  db: Queryable,
  datasetId: string,
  limit: number,
): Promise<(Batch & { current: boolean })[]> {
  return db.many(sql`
    select distinct on (position) ${batchColumns}, bool_or(until_n is null) over (partition by position) as current
    from revision_batch where dataset_id = ${datasetId} order by position, first_n limit ${limit}`);
}

/** Ends what is part of the newest revision and not to be kept. Returns the positions that go on. */
export async function endBatches(tx: Queryable, datasetId: string, n: number, keep: number[]): Promise<number[]> {
  await tx.exec(sql`
    update revision_batch set until_n = ${n}
    where dataset_id = ${datasetId} and until_n is null and position <> all(${keep}::int[])`);
  const rows = await tx.many<{ position: number }>(
    sql`select position from revision_batch where dataset_id = ${datasetId} and until_n is null`,
  );
  return rows.map((row) => row.position);
}

export async function insertBatch(tx: Queryable, batch: Omit<Batch, 'untilN'>): Promise<void> {
  await tx.exec(sql`
    insert into revision_batch (dataset_id, position, first_n, batch_sha256, upload_id, mode, key, blank, rows)
    values (${batch.datasetId}, ${batch.position}, ${batch.firstN}, ${batch.batchSha256}, ${batch.uploadId},
      ${batch.mode}, ${batch.key}::text[], ${batch.blank}, ${batch.rows})`);
}

/** The newest part of the newest revision that came from an upload with this fingerprint; is it the last one? */
export function findLiveBatch(
  db: Queryable,
  datasetId: string,
  fingerprint: string,
): Promise<{ uploadId: string; isLast: boolean } | undefined> {
  return db.maybe(sql`
    select b.upload_id as "uploadId", b.position = (
        select max(position) from revision_batch where dataset_id = ${datasetId} and until_n is null) as "isLast"
    from revision_batch b join upload u on u.id = b.upload_id
    where b.dataset_id = ${datasetId} and b.until_n is null and u.fingerprint = ${fingerprint}
    order by b.position desc limit 1`);
}
