import { type Queryable, sql } from '../../platform/db/index.ts';
import type { FlowStatus, JsonObject } from '../pure/flow-spec.ts';

export interface DueDataset {
  id: string;
  schedule: string | null;
  options: JsonObject;
  scheduledFor: Date;
}

/** Each due dataset goes to one of those who ask at the same time. */
export function lockDueDatasets(tx: Queryable, now: Date, limit: number): Promise<DueDataset[]> {
  return tx.many(sql`
    select id, schedule, schedule_options as options, scheduled_for as "scheduledFor" from flow_dataset
    where scheduled_for <= ${now} and paused_at is null
    order by scheduled_for limit ${limit} for update skip locked`);
}

export async function updateScheduledFor(tx: Queryable, id: string, scheduledFor: Date | null): Promise<void> {
  await tx.exec(sql`update flow_dataset set scheduled_for = ${scheduledFor} where id = ${id}`);
}

/** Null: the last firing worked. */
export async function updateScheduleProblem(db: Queryable, id: string, problem: string | null): Promise<void> {
  await db.exec(sql`update flow_dataset set schedule_problem = ${problem} where id = ${id}`);
}

export async function markChecked(db: Queryable, id: string, now: Date): Promise<void> {
  await db.exec(sql`update flow_dataset set checked_at = ${now}, schedule_problem = null where id = ${id}`);
}

export interface Newest {
  revisionId: string;
  ownerId: string;
  name: string;
  schedule: string | null;
  options: JsonObject;
  spec: JsonObject;
  fingerprint: string | null;
  status: FlowStatus;
}

/** The newest accepted spec of a dataset, and what became of it. */
export function newestOf(db: Queryable, datasetId: string): Promise<Newest | undefined> {
  return db.maybe(sql`
    select r.id as "revisionId", d.owner_id as "ownerId", d.name, d.schedule, d.schedule_options as options, r.spec,
      r.fingerprint, r.status
    from flow_dataset d join flow_revision r on r.dataset_id = d.id and r.n = d.latest_n
    where d.id = ${datasetId} and d.paused_at is null`);
}
