import { type Queryable, type Sql, sql, type Tx } from '../../platform/db/index.ts';
import { addJob } from '../../platform/jobs/index.ts';
import { deliverWebhookJob } from '../jobs.ts';
import type { JsonObject } from '../pure/flow-spec.ts';

const deliveryJob = (row: Sql): Sql =>
  addJob(deliverWebhookJob, sql`json_build_object('deliveryId', ${row}.id)`, {
    key: sql`'webhook:' || ${row}.id`,
    runAt: sql`${row}.next_attempt_at`,
  });

/** One delivery, and its job, for each active webhook of the owner that wants the event. Answers how many. */
export function insertDeliveries(
  tx: Tx,
  given: { ownerId: string; event: string; eventId: string; body: JsonObject },
): Promise<number> {
  return tx.exec(sql`
    with made as (
      insert into webhook_delivery (webhook_id, event_id, event, body)
      select w.id, ${given.eventId}::uuid, ${given.event}, ${JSON.stringify(given.body)}::jsonb
      from webhook w
      where w.is_active and w.events ? ${given.event} and coalesce(w.project_id, w.owner_id)::text = ${given.ownerId}
      returning id, next_attempt_at)
    select ${deliveryJob(sql`made`)} from made`);
}

/** A new delivery to one webhook, whatever events it has asked for. */
export function insertDelivery(
  tx: Queryable,
  given: { webhookId: string; event: string; eventId: string; body: JsonObject },
): Promise<{ id: string }> {
  return tx.one(sql`
    with made as (
      insert into webhook_delivery (webhook_id, event_id, event, body)
      values (${given.webhookId}, ${given.eventId}, ${given.event}, ${JSON.stringify(given.body)}::jsonb)
      returning id, next_attempt_at)
    select made.id, ${deliveryJob(sql`made`)} as job from made`);
}

/** The same event, told again; undefined where the delivery does not exist for the caller. */
export function copyDelivery(tx: Queryable, id: string, allowed: Sql): Promise<{ id: string } | undefined> {
  return tx.maybe(sql`
    with made as (
      insert into webhook_delivery (webhook_id, event_id, event, body)
      select d.webhook_id, d.event_id, d.event, d.body from webhook_delivery d join webhook w on w.id = d.webhook_id
      where d.id::text = ${id} and ${allowed}
      returning id, next_attempt_at)
    select made.id, ${deliveryJob(sql`made`)} as job from made`);
}

export function findWebhookId(db: Queryable, id: string, allowed: Sql): Promise<{ id: string } | undefined> {
  return db.maybe(sql`select w.id from webhook w where w.id::text = ${id} and ${allowed}`);
}

export interface Delivery {
  eventId: string;
  event: string;
  body: JsonObject;
  attempts: number;
  url: string;
  sealedSecret: string;
}

/** Undefined: it has ended, or its webhook was switched off. */
export function findWaitingDelivery(db: Queryable, id: string): Promise<Delivery | undefined> {
  return db.maybe(sql`
    select d.event_id as "eventId", d.event, d.body, d.attempts, w.url, w.secret as "sealedSecret"
    from webhook_delivery d join webhook w on w.id = d.webhook_id
    where d.id = ${id} and d.state = 'waiting' and w.is_active`);
}

export interface Attempted {
  attempts: number;
  status: number | null;
  error: string | null;
  /** Seconds until the next attempt; undefined: there is none. */
  pause: number | undefined;
}

/** Writes down the attempt and asks for the next. Of two that did the same attempt one counts. */
export async function recordAttempt(db: Queryable, id: string, attempt: Attempted): Promise<void> {
  const { attempts, status, error, pause } = attempt;
  const state = error === null ? 'delivered' : pause === undefined ? 'failed' : 'waiting';
  await db.exec(sql`
    with made as (
      update webhook_delivery set attempts = ${attempts}, last_status = ${status}, last_error = ${error}, state = ${state},
        next_attempt_at = now() + make_interval(secs => ${pause ?? null}::float8),
        ended_at = case when ${state} = 'waiting' then null else now() end
      where id = ${id} and state = 'waiting' and attempts = ${attempts - 1}
      returning id, next_attempt_at)
    select ${deliveryJob(sql`made`)} from made where made.next_attempt_at is not null`);
}
