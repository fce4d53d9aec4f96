import { type Queryable, raw, type Sql, sql } from '../../platform/db/index.ts';
import type { Access } from '../../resource/access.ts';
import type { Upload } from './upload.ts';

const columns = sql`id, project_id as "projectId", dataset_id as "datasetId", dataset_name as "datasetName",
  created_dataset as "createdDataset", run_id as "runId", user_id as "userId", file_name as "fileName",
  media_type as "mediaType", bytes, blob_sha256 as "blobSha256", source, options, fingerprint, state, revision,
  duplicate_of as "duplicateOf", quarantine_of as "quarantineOf", quarantine_closed_by as "quarantineClosedBy", counts,
  issue_counts as "issueCounts", issues_sha256 as "issuesSha256", rejects_sha256 as "rejectsSha256",
  batch_sha256 as "batchSha256", preview, error, note, expires_at as "expiresAt", created_at as "createdAt",
  updated_at as "updatedAt"`;

/** The caller's predicate over rows of `upload`: a contributor sees the own ones. */
export const uploadsWith = (access: Access, right: string): Sql =>
  access.where(right, { project: raw('upload.project_id'), owner: raw('upload.user_id') });

/** Whether the caller may read the rows of the upload's project, whoever sent it. */
export const uploadsReadable = (access: Access): Sql => access.where('row.read', { project: raw('upload.project_id') });

export const uploadsChangeable = (access: Access): Sql =>
  access.where('row.add', { project: raw('upload.project_id') });

export type NewUpload = Pick<
  Upload,
  | 'id'
  | 'projectId'
  | 'datasetId'
  | 'datasetName'
  | 'createdDataset'
  | 'runId'
  | 'userId'
  | 'fileName'
  | 'mediaType'
  | 'bytes'
  | 'blobSha256'
  | 'source'
  | 'options'
  | 'duplicateOf'
  | 'quarantineOf'
  | 'note'
> & { state: 'received' | 'unchanged'; revision: number | null };

/** Hold the blob (`holdBlobs`) in the same transaction first. */
export async function insertUpload(tx: Queryable, upload: NewUpload): Promise<void> {
  await tx.exec(sql`
    insert into upload (id, project_id, dataset_id, dataset_name, created_dataset, run_id, user_id, file_name, media_type,
      bytes, blob_sha256, source, options, state, revision, duplicate_of, quarantine_of, note)
    values (${upload.id}, ${upload.projectId}, ${upload.datasetId}, ${upload.datasetName}, ${upload.createdDataset},
      ${upload.runId}, ${upload.userId}, ${upload.fileName}, ${upload.mediaType}, ${upload.bytes}, ${upload.blobSha256},
      ${upload.source}, ${JSON.stringify(upload.options)}::jsonb, ${upload.state}, ${upload.revision},
      ${upload.duplicateOf}, ${upload.quarantineOf}, ${upload.note})`);
}

/** `visible` is over the upload's own columns: `access.where('upload.read', uploadColumns)`. */
export function findUpload(db: Queryable, id: string, visible: Sql): Promise<Upload | undefined> {
  return db.maybe(sql`select ${columns} from upload where id = ${id} and ${visible}`);
}

/** Those of the blobs that are the file of an upload, or the table of a revision, which the caller may open. */
export async function blobsReadableWith(db: Queryable, access: Access, sha256s: readonly string[]): Promise<string[]> {
  const list = sql`any(${[...sha256s]}::text[])`;
  const rows = await db.many<{ sha256: string }>(sql`
    select blob_sha256 as sha256 from upload where blob_sha256 = ${list} and ${uploadsWith(access, 'upload.open')}
    union
    select r.table_sha256 from revision r join dataset d on d.id = r.dataset_id
    where r.table_sha256 = ${list} and d.deleted_at is null
      and ${access.where('row.read', { project: raw('d.project_id') })}`);
  return rows.map(({ sha256 }) => sha256);
}

/** Waits for whoever is changing it: two confirmations of one upload come one after the other. */
export function lockUpload(tx: Queryable, id: string): Promise<Upload | undefined> {
  return tx.maybe(sql`select ${columns} from upload where id = ${id} for update`);
}

/** The oldest upload of the same bytes in the project whose rows were taken, among those the predicate shows. */
export function findSameContent(
  db: Queryable,
  projectId: string,
  sha256: string,
  visible: Sql,
): Promise<Upload | undefined> {
  return db.maybe(sql`
    select ${columns} from upload
    where project_id = ${projectId} and blob_sha256 = ${sha256} and state in ('published', 'unchanged') and ${visible}
    order by created_at limit 1`);
}

export type UploadChange = Partial<
  Pick<
    Upload,
    | 'state'
    | 'datasetId'
    | 'createdDataset'
    | 'runId'
    | 'options'
    | 'fingerprint'
    | 'revision'
    | 'duplicateOf'
    | 'counts'
    | 'issueCounts'
    | 'issuesSha256'
    | 'rejectsSha256'
    | 'batchSha256'
    | 'preview'
    | 'error'
    | 'expiresAt'
    | 'quarantineClosedBy'
  >
>;

const changeable: Record<keyof UploadChange, Sql> = {
  state: sql`state`,
  datasetId: sql`dataset_id`,
  createdDataset: sql`created_dataset`,
  runId: sql`run_id`,
  options: sql`options`,
  fingerprint: sql`fingerprint`,
  revision: sql`revision`,
  duplicateOf: sql`duplicate_of`,
  counts: sql`counts`,
  issueCounts: sql`issue_counts`,
  issuesSha256: sql`issues_sha256`,
  rejectsSha256: sql`rejects_sha256`,
  batchSha256: sql`batch_sha256`,
  preview: sql`preview`,
  error: sql`error`,
  expiresAt: sql`expires_at`,
  quarantineClosedBy: sql`quarantine_closed_by`,
};

export async function updateUpload(tx: Queryable, id: string, change: UploadChange): Promise<void> {
  const sets = (Object.keys(change) as (keyof UploadChange)[]).map((name) => {
    const value = change[name];
    const bound =
      value !== null && typeof value === 'object' && !(value instanceof Date) ? JSON.stringify(value) : value;
    return sql`${changeable[name]} = ${bound ?? null}`;
  });
  await tx.exec(sql`update upload set ${sql.join([...sets, sql`updated_at = now()`])} where id = ${id}`);
}

/** Recorded a while ago and not settled; whether a run still works on them, the runs know. */
export function uploadsUnderway(db: Queryable, limit: number): Promise<{ id: string; runId: string | null }[]> {
  return db.many(sql`
    select id, run_id as "runId" from upload
    where state = 'received' and updated_at < now() - interval '1 minute' order by updated_at limit ${limit}`);
}

/** False when another upload has closed them before. */
export async function closeQuarantine(tx: Queryable, id: string, by: string): Promise<boolean> {
  const written = await tx.exec(sql`
    update upload set quarantine_closed_by = ${by}, updated_at = now()
    where id = ${id} and (quarantine_closed_by is null or quarantine_closed_by = ${by})`);
  return written === 1;
}

/** Uploads whose time to be confirmed is over. */
export function expiredUploads(db: Queryable, limit: number): Promise<{ id: string }[]> {
  return db.many(sql`select id from upload where expires_at < now() order by expires_at limit ${limit}`);
}

export interface Acknowledgement {
  id: string;
  uploadId: string;
  code: string;
  /** Null: whatever the column. */
  column: string | null;
  /** Null: whatever the row. */
  row: number | null;
  reason: string;
  userId: string | null;
  createdAt: Date;
}

export async function insertAcknowledgement(tx: Queryable, entry: Omit<Acknowledgement, 'createdAt'>): Promise<void> {
  await tx.exec(sql`
    insert into issue_acknowledgement (id, upload_id, code, column_name, row, reason, user_id)
    values (${entry.id}, ${entry.uploadId}, ${entry.code}, ${entry.column}, ${entry.row}, ${entry.reason}, ${entry.userId})`);
}

export function acknowledgementsOf(db: Queryable, uploadId: string): Promise<Acknowledgement[]> {
  return db.many(sql`
    select id, upload_id as "uploadId", code, column_name as "column", row, reason, user_id as "userId",
      created_at as "createdAt"
    from issue_acknowledgement where upload_id = ${uploadId} order by created_at, id`);
}

export function deleteAcknowledgement(tx: Queryable, uploadId: string, id: string): Promise<number> {
  return tx.exec(sql`delete from issue_acknowledgement where upload_id = ${uploadId} and id = ${id}`);
}
