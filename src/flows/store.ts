// Over 300 lines: all SQL on datasets, revisions and pipelines is here, so that locks and their order can be read in one place.
// Order of locks: owner → dataset → revision → run of the revision → runs of its pipelines.
import { join, type Queryable, type Sql, sql, type Tx } from '../platform/db/index.ts';
import type {
  Findability,
  FlowPlan,
  FlowSpec,
  FlowState,
  FlowStatus,
  JsonObject,
  PipelineState,
} from './pure/flow-spec.ts';

export const microseconds = (column: Sql): Sql =>
  sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const json = (value: unknown): Sql => sql`${JSON.stringify(value)}::json`;

export interface FlowDataset {
  id: string;
  ownerId: string;
  name: string;
  ownerName: string;
  userId: string | null;
  projectId: string | null;
  findability: Findability;
  certified: boolean;
  latestN: number;
  successfulN: number | null;
  schedule: string | null;
  scheduleOptions: JsonObject;
  scheduledFor: Date | null;
  failures: number;
  pausedAt: Date | null;
  createdAt: string;
}

const datasetColumns = sql`d.id, d.owner_id as "ownerId", d.name, d.owner_name as "ownerName", d.user_id as "userId",
  d.project_id as "projectId", d.findability, d.certified, d.latest_n as "latestN", d.successful_n as "successfulN",
  d.schedule, d.schedule_options as "scheduleOptions", d.scheduled_for as "scheduledFor", d.failures,
  d.paused_at as "pausedAt", ${microseconds(sql`d.created_at`)} as "createdAt"`;

export async function lockOwner(tx: Queryable, ownerId: string): Promise<void> {
  await tx.exec(sql`select pg_advisory_xact_lock(hashtextextended(${`flow-owner:${ownerId}`}, 4680))`);
}

export function findDataset(db: Queryable, ownerId: string, name: string): Promise<FlowDataset | undefined> {
  return db.maybe(sql`select ${datasetColumns} from flow_dataset d where d.owner_id = ${ownerId} and d.name = ${name}`);
}

export interface DatasetSummary {
  id: string;
  title: string | null;
  findability: Findability;
  certified: boolean;
  status: FlowStatus;
  modified: string;
  latest: number;
  successful: number | null;
  succeeded_at: string | null;
  schedule: string | null;
  scheduled_for: Date | null;
  /** When the schedule last found nothing new. */
  checked_at: Date | null;
  paused: boolean;
}

const summaries = (where: Sql): Sql => sql`
  select d.owner_id || '/' || d.name as id, r.normalised #>> '{inputs,0,parameters,descriptor,title}' as title,
    d.findability, d.certified, r.status, ${microseconds(sql`r.modified_at`)} as modified, d.latest_n as latest,
    d.successful_n as successful, ${microseconds(sql`s.ended_at`)} as succeeded_at, d.schedule, d.scheduled_for,
    d.checked_at, d.paused_at is not null as paused
  from flow_dataset d join flow_revision r on r.dataset_id = d.id and r.n = d.latest_n
    left join flow_revision s on s.dataset_id = d.id and s.n = d.successful_n
  where ${where} order by r.modified_at desc limit 1000`;

export function datasetsOfCaller(db: Queryable, ownerId: string, readable: Sql): Promise<DatasetSummary[]> {
  return db.many(summaries(sql`d.owner_id = ${ownerId} or (d.project_id is not null and ${readable})`));
}

export function summaryOfDataset(db: Queryable, id: string): Promise<DatasetSummary> {
  return db.one(summaries(sql`d.id = ${id}`));
}

export function lockDataset(tx: Queryable, id: string): Promise<FlowDataset | undefined> {
  return tx.maybe(sql`select ${datasetColumns} from flow_dataset d where d.id = ${id} for update`);
}

export async function datasetsOfOwner(db: Queryable, ownerId: string): Promise<number> {
  const row = await db.one<{ count: number }>(
    sql`select count(*)::int as count from flow_dataset where owner_id = ${ownerId}`,
  );
  return row.count;
}

export interface NewDataset {
  id: string;
  ownerId: string;
  name: string;
  ownerName: string;
  userId: string | null;
  projectId: string | null;
  findability: Findability;
}

export async function insertDataset(tx: Queryable, dataset: NewDataset): Promise<void> {
  await tx.exec(sql`
    insert into flow_dataset (id, owner_id, name, owner_name, user_id, project_id, findability)
    values (${dataset.id}, ${dataset.ownerId}, ${dataset.name}, ${dataset.ownerName}, ${dataset.userId},
      ${dataset.projectId}, ${dataset.findability})`);
}

export interface DatasetChange {
  ownerName: string;
  findability: Findability;
  schedule: string | null;
  scheduleOptions: JsonObject;
  scheduledFor: Date | null;
}

/** What an accepted upload says; it ends a pause. Returns the number of the revision to be inserted. */
export async function updateDatasetForRevision(tx: Queryable, id: string, change: DatasetChange): Promise<number> {
  const row = await tx.one<{ n: number }>(sql`
    update flow_dataset set latest_n = latest_n + 1, owner_name = ${change.ownerName},
      findability = ${change.findability}, schedule = ${change.schedule},
      schedule_options = ${json(change.scheduleOptions)}, scheduled_for = ${change.scheduledFor},
      schedule_problem = null, paused_at = null, failures = 0
    where id = ${id} returning latest_n as n`);
  return row.n;
}

/** A revision nobody uploaded changes nothing but the number. */
export async function takeNextNumber(tx: Queryable, id: string): Promise<number> {
  const row = await tx.one<{ n: number }>(
    sql`update flow_dataset set latest_n = latest_n + 1 where id = ${id} returning latest_n as n`,
  );
  return row.n;
}

export interface NewRevision {
  id: string;
  datasetId: string;
  n: number;
  spec: JsonObject;
  normalised: FlowSpec;
  plan: FlowPlan;
  findability: Findability;
  origin: 'upload' | 'schedule';
  runId: string;
}

export async function insertRevision(tx: Queryable, revision: NewRevision): Promise<void> {
  await tx.exec(sql`
    insert into flow_revision (id, dataset_id, n, spec, normalised, plan, findability, origin, run_id)
    values (${revision.id}, ${revision.datasetId}, ${revision.n}, ${json(revision.spec)}, ${json(revision.normalised)},
      ${json(revision.plan)}, ${revision.findability}, ${revision.origin}, ${revision.runId})`);
}

export async function insertPipelines(
  tx: Queryable,
  revisionId: string,
  pipelines: { id: string; title: string; dependencies: string[]; runId: string }[],
): Promise<void> {
  const rows = pipelines.map(
    ({ id, title, dependencies, runId }, position) =>
      sql`(${revisionId}, ${position}::int, ${id}, ${title}, ${json(dependencies)}, ${runId})`,
  );
  for (let at = 0; at < rows.length; at += 500) {
    await tx.exec(sql`
      insert into flow_pipeline (revision_id, position, id, title, dependencies, run_id)
      values ${join(rows.slice(at, at + 500))}`);
  }
}

export interface Revision {
  id: string;
  datasetId: string;
  n: number;
  runId: string;
  spec: JsonObject;
  findability: Findability;
  status: FlowStatus;
  errorLog: string[];
  stats: JsonObject | null;
  origin: string;
  acceptedAt: string;
  modifiedAt: string;
  endedAt: string | null;
}

const revisionColumns = sql`r.id, r.dataset_id as "datasetId", r.n, r.run_id as "runId", r.spec, r.findability, r.status,
  r.error_log as "errorLog", r.stats, r.origin, ${microseconds(sql`r.accepted_at`)} as "acceptedAt",
  ${microseconds(sql`r.modified_at`)} as "modifiedAt", ${microseconds(sql`r.ended_at`)} as "endedAt"`;

export function findRevision(db: Queryable, datasetId: string, n: number): Promise<Revision | undefined> {
  return db.maybe(sql`select ${revisionColumns} from flow_revision r where r.dataset_id = ${datasetId} and r.n = ${n}`);
}

export function revisionOfRun(db: Queryable, runId: string): Promise<{ id: string } | undefined> {
  return db.maybe(sql`select id from flow_revision where run_id = ${runId}`);
}

export function revisionsOfDataset(
  db: Queryable,
  datasetId: string,
  page: { before: number | undefined; limit: number },
): Promise<Omit<Revision, 'spec'>[]> {
  return db.many(sql`
    select ${revisionColumns} from flow_revision r
    where r.dataset_id = ${datasetId} and r.n < ${page.before ?? 2_147_483_647}
    order by r.n desc limit ${page.limit}`);
}

export interface PipelineRow extends PipelineState {
  title: string;
  runId: string;
}

const pipelineColumns = sql`id, title, dependencies, status, stats, error_log as "errorLog", run_id as "runId"`;

export function pipelinesOfRevision(db: Queryable, revisionId: string): Promise<PipelineRow[]> {
  return db.many(sql`select ${pipelineColumns} from flow_pipeline where revision_id = ${revisionId} order by position`);
}

export function revisionOfPipeline(
  db: Queryable,
  pipelineId: string,
): Promise<{ revisionId: string; ownerId: string } | undefined> {
  return db.maybe(sql`
    select p.revision_id as "revisionId", d.owner_id as "ownerId"
    from flow_pipeline p join flow_revision r on r.id = p.revision_id join flow_dataset d on d.id = r.dataset_id
    where p.id = ${pipelineId}`);
}

export interface LockedFlow {
  revision: Revision;
  dataset: FlowDataset;
  state: FlowState;
  pipelines: PipelineRow[];
}

/** Everything a report is applied to, dataset and revision locked. */
export const lockFlow = (tx: Tx, revisionId: string): Promise<LockedFlow | undefined> =>
  flowOf(tx, revisionId, sql`for update`);

/** The same to look at only. */
export const findFlow = (db: Queryable, revisionId: string): Promise<LockedFlow | undefined> =>
  flowOf(db, revisionId, sql``);

async function flowOf(db: Queryable, revisionId: string, lock: Sql): Promise<LockedFlow | undefined> {
  const dataset = await db.maybe<FlowDataset>(sql`
    select ${datasetColumns} from flow_dataset d
    where d.id = (select dataset_id from flow_revision where id = ${revisionId}) ${lock}`);
  if (dataset === undefined) return undefined;
  const revision = await db.one<Revision>(
    sql`select ${revisionColumns} from flow_revision r where r.id = ${revisionId} ${lock}`,
  );
  const pipelines = await pipelinesOfRevision(db, revisionId);
  const { status, errorLog, stats } = revision;
  const id = `${dataset.ownerId}/${dataset.name}/${revision.n}`;
  const states = pipelines.map(({ id, dependencies, status, stats, errorLog }) => ({
    id,
    dependencies,
    status,
    stats,
    errorLog,
  }));
  return { revision, dataset, pipelines, state: { id, status, errorLog, stats, pipelines: states } };
}

/** Writes what differs. */
export async function updateFlow(tx: Queryable, revisionId: string, before: FlowState, next: FlowState): Promise<void> {
  const ended = next.status === 'success' || next.status === 'failed';
  await tx.exec(sql`
    update flow_revision set status = ${next.status}, error_log = ${json(next.errorLog)},
      stats = ${next.stats === null ? null : JSON.stringify(next.stats)}::json, modified_at = clock_timestamp(),
      ended_at = ${ended ? sql`coalesce(ended_at, clock_timestamp())` : sql`null`}
    where id = ${revisionId}`);
  for (const [i, pipeline] of next.pipelines.entries()) {
    if (pipeline === before.pipelines[i]) continue;
    const isOver = pipeline.status === 'success' || pipeline.status === 'failed';
    await tx.exec(sql`
      update flow_pipeline set status = ${pipeline.status}, stats = ${json(pipeline.stats)},
        error_log = ${json(pipeline.errorLog)}
        ${pipeline.status === 'pending' ? sql`` : sql`, started_at = coalesce(started_at, clock_timestamp())`}
        ${isOver ? sql`, ended_at = clock_timestamp()` : sql``}
      where id = ${pipeline.id}`);
  }
}

/** Loosening waits for success, and for what newer uploads have tightened. */
export async function markSuccessful(tx: Queryable, datasetId: string, n: number): Promise<void> {
  await tx.exec(sql`
    update flow_dataset set successful_n = greatest(successful_n, ${n}::int), failures = 0,
      findability = (
        select r.findability from flow_revision r where r.dataset_id = ${datasetId} and r.n >= ${n}
        order by case r.findability when 'private' then 0 when 'unlisted' then 1 else 2 end limit 1)
    where id = ${datasetId}`);
}

/** Returns how many failures in a row that makes. */
export async function countFailure(tx: Queryable, datasetId: string): Promise<number> {
  const row = await tx.one<{ failures: number }>(
    sql`update flow_dataset set failures = failures + 1 where id = ${datasetId} returning failures`,
  );
  return row.failures;
}

export async function pauseDataset(tx: Queryable, datasetId: string): Promise<void> {
  await tx.exec(sql`update flow_dataset set paused_at = now() where id = ${datasetId}`);
}

/** Revisions older than `n` nobody works on yet. */
export function waitingRevisions(tx: Queryable, datasetId: string, beforeN: number): Promise<{ runId: string }[]> {
  return tx.many(sql`
    select run_id as "runId" from flow_revision
    where dataset_id = ${datasetId} and n < ${beforeN} and status = 'pending' order by n`);
}

export function planOfRevision(
  db: Queryable,
  revisionId: string,
): Promise<{ normalised: FlowSpec; plan: FlowPlan; package: JsonObject | null }> {
  return db.one(sql`select normalised, plan, package from flow_revision where id = ${revisionId}`);
}

export async function updatePackage(tx: Queryable, revisionId: string, descriptor: JsonObject): Promise<void> {
  await tx.exec(sql`update flow_revision set package = ${json(descriptor)} where id = ${revisionId}`);
}

export function issuesOfRevision(
  db: Queryable,
  revisionId: string,
): Promise<{ sha256: string | null; count: number | null }> {
  return db.one(sql`select issues_sha256 as sha256, issue_count as count from flow_revision where id = ${revisionId}`);
}

export async function insertEvent(
  tx: Queryable,
  event: { id: string; datasetId: string; revisionId: string; kind: string; body: JsonObject },
): Promise<void> {
  await tx.exec(sql`
    insert into flow_event (id, dataset_id, revision_id, kind, body)
    values (${event.id}, ${event.datasetId}, ${event.revisionId}, ${event.kind}, ${json(event.body)})`);
}

/** One document a dataset: of its last success, or, before the first, of whatever there is. */
export async function replaceCatalogueDocument(
  tx: Queryable,
  datasetId: string,
  id: string,
  document: JsonObject,
): Promise<void> {
  await tx.exec(sql`
    insert into flow_catalogue (dataset_id, id, document) values (${datasetId}, ${id}, ${json(document)})
    on conflict (dataset_id) do update set document = excluded.document, updated_at = clock_timestamp()`);
}

export async function openRevisions(db: Queryable, datasetId: string): Promise<{ running: number; waiting: number }> {
  return db.one(sql`
    select count(*) filter (where status = 'running')::int as running,
      count(*) filter (where status = 'pending')::int as waiting
    from flow_revision where dataset_id = ${datasetId} and ended_at is null`);
}

export async function updateIssues(
  tx: Queryable,
  revisionId: string,
  issues: { sha256: string; count: number },
): Promise<void> {
  await tx.exec(
    sql`update flow_revision set issues_sha256 = ${issues.sha256}, issue_count = ${issues.count} where id = ${revisionId}`,
  );
}

export async function updateFingerprint(db: Queryable, revisionId: string, fingerprint: string): Promise<void> {
  await db.exec(sql`update flow_revision set fingerprint = ${fingerprint} where id = ${revisionId}`);
}
