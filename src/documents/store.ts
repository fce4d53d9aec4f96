import { type Queryable, raw, type Sql, sql, type Tx } from '../platform/db/index.ts';
import type { Access } from '../resource/index.ts';
import type { ColumnRole, DetailName, Details } from './pure/column-roles.ts';
import { everyPlaceVisible } from './visible.ts';

export interface Document {
  id: number;
  title: string;
  fileType: 'campaign' | 'date';
  datasetId: string;
  revision: number | null;
  uploadId: string | null;
  runId: string | null;
  sha256: string;
  bytes: number;
  fileName: string;
  mediaType: string;
  state: DocumentState;
  createdBy: string | null;
  header: string[];
  corrects: number | null;
}

export const documentStates = ['received', 'mapping', 'processed', 'undone', 'failed'] as const;
export type DocumentState = (typeof documentStates)[number];

const columns = sql`d.id, d.doc_title as title, d.file_type as "fileType", d.dataset_id as "datasetId", d.revision,
  d.upload_id as "uploadId", d.run_id as "runId", d.sha256, d.bytes, d.file_name as "fileName", d.media_type as "mediaType",
  d.state, d.created_by as "createdBy", d.file_header as header, d.corrects`;

export function findDocument(db: Queryable, id: number, visible: Sql = sql`true`): Promise<Document | undefined> {
  return db.maybe(sql`select ${columns} from source_doc d where d.id = ${id}::bigint and ${visible}`);
}

/**
 * Waits for whoever derives from them, in the order of ids, so that nobody waits in a ring. What a document says depends on
 * those that correct it, and they change what it says: all of them together. Whoever only refers to them does not wait.
 */
export async function lockDocuments(tx: Tx, ids: readonly number[]): Promise<void> {
  await tx.exec(sql`
    with recursive family (id) as (
      select id from source_doc where id = any(${[...ids]}::int[])
      union
      select n.id from family f join source_doc d on d.id = f.id
      cross join lateral (select d.corrects as id where d.corrects is not null
        union all select c.id from source_doc c where c.corrects = d.id) n
    )
    select 1 from source_doc where id in (select id from family) order by id for no key update`);
}

/** One after the other: a title, and the dataset it gives its name to, are free until they are taken. */
export async function lockTitles(tx: Tx): Promise<void> {
  await tx.exec(sql`select pg_advisory_xact_lock(468080, 1)`);
}

/** The title itself, or with the first `-<n>` nobody has. */
export async function freeTitle(tx: Queryable, title: string): Promise<string> {
  const { free } = await tx.one<{ free: string }>(sql`
    with recursive tried (n, title) as (
      select 0, ${title}::text
      union all
      select n + 1, ${title} || '-' || (n + 1) from tried t where exists (select 1 from source_doc d where d.doc_title = t.title)
    ) select title as free from tried order by n desc limit 1`);
  return free;
}

export function documentProject(db: Queryable): Promise<{ projectId: string } | undefined> {
  return db.maybe(sql`select project_id as "projectId" from document_project`);
}

export async function insertDocumentProject(tx: Queryable, projectId: string): Promise<void> {
  await tx.exec(sql`insert into document_project (project_id) values (${projectId})`);
}

export interface NewDocument {
  guid: string;
  title: string;
  fileType: string;
  fileName: string;
  mediaType: string;
  sha256: string;
  bytes: number;
  datasetId: string;
  revision: number | null;
  uploadId: string | null;
  createdBy: string | null;
  corrects: number | null;
  captureTops: number[] | null;
  /** Documents `d` whose content the sender may know. */
  known: Sql;
}

/** The time is that of the row and not of the transaction: titles are given out one after another, and so are ranks. */
export async function insertDocument(tx: Queryable, one: NewDocument): Promise<number> {
  const { id } = await tx.one<{ id: number }>(sql`
    insert into source_doc (guid, doc_title, file_type, file_name, media_type, sha256, bytes, dataset_id, revision, upload_id,
      created_by, corrects, capture_tops, created_at, duplicate_of)
    values (${one.guid}, ${one.title}, ${one.fileType}, ${one.fileName}, ${one.mediaType}, ${one.sha256}, ${one.bytes},
      ${one.datasetId}, ${one.revision}, ${one.uploadId}, ${one.createdBy}, ${one.corrects}::int, ${one.captureTops}::int[], clock_timestamp(),
      (select min(d.id) from source_doc d where d.sha256 = ${one.sha256} and ${one.known}))
    returning id`);
  return id;
}

export type DocumentChange = Partial<{
  revision: number;
  uploadId: string;
  runId: string;
  state: DocumentState;
  header: readonly string[];
  summary: object;
}>;

export async function updateDocument(tx: Queryable, id: number, change: DocumentChange): Promise<void> {
  await tx.exec(sql`update source_doc set revision = coalesce(${change.revision ?? null}::int, revision),
    upload_id = coalesce(${change.uploadId ?? null}::uuid, upload_id), run_id = coalesce(${change.runId ?? null}::uuid, run_id),
    state = coalesce(${change.state ?? null}::text, state),
    file_header = coalesce(${change.header === undefined ? null : JSON.stringify(change.header)}::jsonb, file_header),
    summary = coalesce(${change.summary === undefined ? null : JSON.stringify(change.summary)}::jsonb, summary),
    updated_at = now() where id = ${id}`);
}

/**
 * That they were derived again, and whether some of their codes mean nothing yet; what waits, failed or was taken back stays
 * that. Pages look at `updated_at` for whether values and findings have changed.
 */
export async function markMapping(tx: Queryable, ids: readonly number[]): Promise<void> {
  await tx.exec(sql`
    update source_doc d set state = n.state, updated_at = now()
    from (select one.id, case when exists (
        select 1 from document_code c join source_object_map m on m.id = c.source_object_map_id
        where c.document_id = one.id and m.master_object_id = -1 and not m.is_ignored) then 'mapping' else 'processed' end as state
      from unnest(${[...ids]}::int[]) as one (id)) n
    where d.id = n.id and d.state in ('mapping', 'processed')`);
}

/** What a refused file leaves behind: nothing. Its dataset goes too where the file was all there was of it. */
export async function deleteRefusedDocument(tx: Tx, id: number): Promise<void> {
  const gone = await tx.maybe<{ dataset_id: string; upload_id: string | null; run_id: string | null }>(
    sql`delete from source_doc where id = ${id} returning dataset_id, upload_id, run_id`,
  );
  if (gone === undefined) return;
  // A document made of a revision that was here names an upload of somebody else's: that stays, and its dataset.
  const own = sql`(select u.dataset_id from upload u join dataset d on d.id = u.dataset_id where u.id = ${gone.upload_id}
    and u.run_id = ${gone.run_id} and u.created_dataset and d.latest_revision <= 1 and not exists (select 1 from source_doc s where s.dataset_id = d.id)
    and not exists (select 1 from upload o where o.dataset_id = d.id and o.id <> u.id))`;
  await tx.exec(sql`delete from revision_batch where dataset_id in ${own}`);
  await tx.exec(sql`delete from product where dataset_id in ${own}`);
  await tx.exec(sql`delete from revision where dataset_id in ${own}`);
  await tx.exec(sql`with own as materialized (select dataset_id from ${own} o), gone as (
    delete from upload where dataset_id in (select dataset_id from own)) select 1`);
  await tx.exec(sql`delete from dataset d where d.id = ${gone.dataset_id} and d.latest_revision <= 1
    and not exists (select 1 from upload u where u.dataset_id = d.id) and not exists (select 1 from source_doc s where s.dataset_id = d.id)
    and not exists (select 1 from revision r where r.dataset_id = d.id)`);
}

export async function detailsOf(db: Queryable, documentId: number): Promise<Details> {
  const rows = await db.many<{ name: DetailName; value: string }>(sql`
    select t.name, d.doc_detail_value as value from doc_detail d join doc_detail_type t on t.id = d.doc_detail_type_id
    where d.document_id = ${documentId}`);
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

/** Those given, and of the dataset's newest document those not given: what was said once is remembered. */
export async function insertDetails(tx: Queryable, id: number, datasetId: string, details: Details): Promise<void> {
  await tx.exec(sql`
    insert into doc_detail (document_id, doc_detail_type_id, doc_detail_value)
    select ${id}::int, t.id, coalesce(g.value, r.doc_detail_value)
    from doc_detail_type t left join jsonb_each_text(${JSON.stringify(details)}::jsonb) g on g.key = t.name
    left join doc_detail r on r.doc_detail_type_id = t.id and r.document_id = (
      select max(d.id) from source_doc d where d.dataset_id = ${datasetId} and d.id <> ${id}::int)
    where coalesce(g.value, r.doc_detail_value) is not null`);
}

/**
 * The topmost places for which the caller may enter values, as of now. Null: everywhere. `may` is the predicate on a
 * place.
 */
export async function topsWhere(db: Queryable, may: (place: Sql) => Sql): Promise<number[]> {
  const rows = await db.many<{ id: number }>(sql`
    select l.id from location l where ${may(sql`l.id`)}
      and (l.parent_location_id is null or not ${may(sql`l.parent_location_id`)})`);
  return rows.map((row) => row.id);
}

/** Everything after these: the roles of the file's columns. Indicators' codes must be there. */
export async function replaceColumns(tx: Queryable, documentId: number, roles: readonly ColumnRole[]): Promise<void> {
  await tx.exec(sql`delete from document_column where document_id = ${documentId}`);
  await tx.exec(sql`
    insert into document_column (document_id, position, name, role, source_object_map_id)
    select ${documentId}::int, r.position, r.name, r.role, m.id
    from jsonb_to_recordset(${JSON.stringify(roles)}::jsonb) r (position int, name text, role text)
    left join source_object_map m on r.role = 'indicator' and m.content_type = 'indicator' and m.source_object_code = btrim(r.name)`);
}

export const submissionStates = ['TO_PROCESS', 'PROCESSED', 'PARTIAL', 'UNMAPPED', 'REJECTED', 'DUPLICATE'] as const;

export async function detailTypeName(db: Queryable, id: number): Promise<string | undefined> {
  return (await db.maybe<{ name: string }>(sql`select name from doc_detail_type where id = ${id}::bigint`))?.name;
}

/** Back to the beginning of their way; their values stay until they are processed. */
export async function markAllToProcess(tx: Queryable, documentId: number): Promise<number> {
  return await tx.exec(sql`update source_submission set process_status = 'TO_PROCESS'
    where document_id = ${documentId} and process_status <> 'TO_PROCESS'`);
}

/** All of its digits: a Date has no microseconds. */
const instant = (column: 'created_at' | 'updated_at'): Sql =>
  sql`to_char(${sql.ref(`d.${column}`)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** As the resource shows it to whoever sent it. */
export function documentJson(db: Queryable, id: number): Promise<Record<string, unknown> | undefined> {
  return db.maybe(sql`
    select d.id, d.doc_title, d.file_type, '/api/v1/source_doc/' || d.id || '/file' as docfile, d.file_name, d.file_header,
      (select u.number from "user" u where u.id = d.created_by) as created_by_id, d.guid, d.sha256, d.bytes::float8 as bytes,
      d.dataset_id as dataset, d.revision, d.state, d.duplicate_of, d.corrects, d.run_id, d.summary,
      ${instant('created_at')} as created_at, ${instant('updated_at')} as updated_at,
      '/api/v1/source_doc/' || d.id || '/' as resource_uri
    from source_doc d where d.id = ${id}`);
}

export async function seesEveryPlace(db: Queryable, id: number, access: Access): Promise<boolean> {
  const { sees } = await db.one<{ sees: boolean }>(
    sql`select ${everyPlaceVisible(access, raw('d.id'))} as sees from source_doc d where d.id = ${id}`,
  );
  return sees;
}
