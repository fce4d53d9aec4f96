// Over 300 lines: all SQL on `run` and `run_log` is here, so that the compare-and-set rules can be read in one place.
import { join, prepared, type Queryable, type Sql, sql } from '../platform/db/index.ts';
import { addJob } from '../platform/jobs/index.ts';
import type { Access } from '../resource/index.ts';
import { admitRuns, executeRun } from './jobs.ts';
import type { Json, LogLine, Run, RunError } from './pure/run.ts';
import { activeStates, endStates, hasEnded, type RunState, sourcesOf } from './pure/state.ts';
import { storableJson, storableText } from './pure/storable.ts';
import type { ShareSize } from './pure/take-turns.ts';

/** NOTIFY channel; payload `<run id> <state>`, or the id alone when only log or progress moved. A hint: look yourself. */
export const runChannel = 'granary_run';

export interface QueuedRun {
  id: string;
  kind: string;
  payload: object;
  projectId: string | null;
  userId: string | null;
  subjectType: string | null;
  subjectId: string | null;
  parentId: string | null;
  retryOf: string | null;
  serialKey: string | null;
  timeoutSeconds: number;
  maxAttempts: number;
  retryFailures: boolean;
  retryDelaySeconds: number;
  delaySeconds: number;
  dispatched: boolean;
  onEnd: string | null;
  /** Null: needs no place. */
  shareSize: ShareSize | null;
  shareOwner: string | null;
}

export async function tellWatchers(db: Queryable, messages: string[]): Promise<void> {
  await db.exec(sql`select pg_notify(${runChannel}, message) from unnest(${messages}::text[]) as message`);
}

export async function lockSerialKey(tx: Queryable, serialKey: string): Promise<void> {
  await tx.exec(sql`select pg_advisory_xact_lock(hashtextextended(${`run:${serialKey}`}, 4680))`);
}

/** Run and job in one statement. A run behind others of its serial key needs no job: the one before asks for it. */
export async function insertQueuedRun(tx: Queryable, run: QueuedRun): Promise<void> {
  await tx.exec(
    prepared(sql`
    with inserted as (
      insert into run (id, kind, payload, project_id, user_id, subject_type, subject_id, parent_id, retry_of, serial_key,
        timeout_seconds, max_attempts, retry_failures, retry_delay_seconds, dispatched, on_end, share_size, share_owner,
        due_at)
      values (${run.id}, ${run.kind}, ${storableJson(run.payload as Json)}, ${run.projectId}, ${run.userId},
        ${run.subjectType}, ${run.subjectId}, ${run.parentId}, ${run.retryOf}, ${run.serialKey}, ${run.timeoutSeconds},
        ${run.maxAttempts}, ${run.retryFailures}, ${run.retryDelaySeconds}, ${run.dispatched}, ${run.onEnd},
        ${run.shareSize}, ${run.shareOwner}, ${run.delaySeconds > 0 ? secondsFromNow(run.delaySeconds) : null})
      returning id, due_at, dispatched, share_size, admitted_at)
    select ${askFor(sql`inserted`)} from inserted where dispatched`),
  );
}

/** Asks for the execution of a row that has `id` and `due_at`. */
export const executeJob = (row: Sql): Sql =>
  addJob(executeRun, sql`json_build_object('runId', ${row}.id)`, {
    key: sql`'run:' || ${row}.id`,
    runAt: sql`${row}.due_at`,
  });

/** A place has been freed, or somebody wants one. */
const admitJob = (row: Sql): Sql => addJob(admitRuns, sql`'{}'::json`, { key: sql`'admit:' || ${row}.id` });

/** The same for one that may need a place first; the row has `share_size` and `admitted_at` too. */
const askFor = (row: Sql): Sql => sql`
  case when ${row}.share_size is not null and ${row}.admitted_at is null then ${admitJob(row)} else ${executeJob(row)} end`;

const secondsFromNow = (seconds: number): Sql => sql`now() + make_interval(secs => ${seconds})`;
const states = (list: readonly RunState[]): Sql => join(list.map((state) => sql.lit(state)));

const runColumns = sql`id, kind, state, project_id as "projectId", user_id as "userId", subject_type as "subjectType",
  subject_id as "subjectId", parent_id as "parentId", retry_of as "retryOf", progress, step, attempt,
  attempts_forgiven as "attemptsForgiven", max_attempts as "maxAttempts", retry_failures as "retryFailures",
  retry_delay_seconds as "retryDelaySeconds", timeout_seconds as "timeoutSeconds", summary, error, log_seq as "logSeq",
  queued_at as "queuedAt", started_at as "startedAt", ended_at as "endedAt",
  cancel_requested_at as "cancelRequestedAt", updated_at as "updatedAt",
  serial_key as "serialKey", coalesce(due_at <= now(), true) as "isDue"`;

export function findRun(db: Queryable, id: string): Promise<Run | undefined> {
  return db.maybe(sql`select ${runColumns} from run where id = ${id}`);
}

export function lockRun(tx: Queryable, id: string): Promise<(Run & Omit<QueuedRun, 'delaySeconds'>) | undefined> {
  return tx.maybe(sql`
    select ${runColumns}, payload, dispatched, on_end as "onEnd", share_size as "shareSize",
      share_owner as "shareOwner"
    from run where id = ${id} for update`);
}

export function childrenOfRun(db: Queryable, id: string): Promise<Run[]> {
  return db.many(sql`select ${runColumns} from run where parent_id = ${id} order by seq`);
}

export function openRetryOf(db: Queryable, id: string): Promise<{ id: string } | undefined> {
  return db.maybe(sql`select id from run where retry_of = ${id} and state not in (${states(endStates)}) limit 1`);
}

export interface ClaimedRun {
  id: string;
  kind: string;
  state: RunState;
  payload: object;
  attempt: number;
  attemptsForgiven: number;
  maxAttempts: number;
  retryFailures: boolean;
  retryDelaySeconds: number;
  timeoutSeconds: number;
  userId: string | null;
  projectId: string | null;
  subjectType: string | null;
  subjectId: string | null;
  parentId: string | null;
  serialKey: string | null;
  logSeq: number;
  queuedSeconds: number;
}

const claimedColumns = sql`run.id, run.kind, run.state, run.payload, run.attempt,
  run.attempts_forgiven as "attemptsForgiven", run.max_attempts as "maxAttempts",
  run.retry_failures as "retryFailures", run.retry_delay_seconds as "retryDelaySeconds",
  run.timeout_seconds as "timeoutSeconds", run.user_id as "userId", run.project_id as "projectId",
  run.subject_type as "subjectType", run.subject_id as "subjectId", run.parent_id as "parentId",
  run.serial_key as "serialKey", run.log_seq as "logSeq",
  extract(epoch from now() - greatest(run.queued_at, run.due_at))::float8 as "queuedSeconds"`;

export interface Claim {
  runId: string;
  owner: string;
  leaseSeconds: number;
  kinds: string[];
  kindsStartingThemselves: string[];
}

/**
 * queued → starting or running, if it is due, of a kind this worker knows, and nothing older of its serial key is open.
 * The commit does not wait for the disk: whatever the attempt writes for good is written after it and takes it along,
 * and a claim that a crash of the database forgets leaves a queued run.
 */
export function claimRun(db: Queryable, claim: Claim): Promise<ClaimedRun | undefined> {
  return db.maybe(
    prepared(sql`
    with fast as materialized (select set_config('synchronous_commit', 'off', true))
    update run set state = case when kind = any(${claim.kindsStartingThemselves}::text[]) then 'starting' else 'running' end,
      attempt = attempt + 1, lease_until = ${secondsFromNow(claim.leaseSeconds)}, lease_owner = ${claim.owner},
      started_at = now(), updated_at = now(), progress = 0, step = null
    from fast
    where id = ${claim.runId} and state = 'queued' and dispatched and kind = any(${claim.kinds}::text[])
      and (due_at is null or due_at <= now()) and (share_size is null or admitted_at is not null)
      and (serial_key is null or not exists (
        select from run older where older.serial_key = run.serial_key and older.seq < run.seq
          and older.state not in (${states(endStates)})))
    returning ${claimedColumns}`),
  );
}

/** What an earlier `claimRun` got whose answer was lost with the connection. */
export function findClaimedBy(db: Queryable, runId: string, owner: string): Promise<ClaimedRun | undefined> {
  return db.maybe(sql`select ${claimedColumns} from run where id = ${runId} and lease_owner = ${owner}`);
}

/**
 * Is an older run of the same serial key open? Waits for one that is just ending: without the wait, that end and this
 * look could miss each other and nobody would wake the run.
 */
export async function isBehindAnother(db: Queryable, runId: string): Promise<boolean> {
  const older = await db.maybe(sql`
    select older.id from run older join run me on me.id = ${runId}
    where older.serial_key = me.serial_key and older.seq < me.seq and older.state not in (${states(endStates)})
    order by older.seq limit 1 for share of older`);
  return older !== undefined;
}

/** Asks for the oldest waiting run of a serial key. To be called after the end before it, with a snapshot of its own. */
export async function enqueueNextOfKey(tx: Queryable, serialKey: string): Promise<void> {
  await tx.exec(sql`
    with next as (select id, due_at, share_size, admitted_at from run where serial_key = ${serialKey} and state = 'queued' and dispatched
      order by seq limit 1)
    select ${askFor(sql`next`)} from next`);
}

export interface Change {
  to: RunState;
  /** Narrower than what the state machine allows. */
  from?: readonly RunState[];
  /** Only for this attempt: how a late writer is refused. */
  attempt?: number;
  summary?: Json;
  error?: RunError;
  progress?: number;
  step?: string | null;
  /** Back to the queue: not before so many seconds. */
  delaySeconds?: number;
  forgive?: boolean;
  /** Lines of the log that belong to the change. */
  lines?: LogLine[];
  /** True: the message to watchers goes with the commit; else the caller tells them after it. */
  notify?: boolean;
}

export interface Changed {
  id: string;
  kind: string;
  state: RunState;
  attempt: number;
  serialKey: string | null;
  parentId: string | null;
  logSeq: number;
  seconds: number | null;
}

/** Compare-and-set, with its log lines, its job and its message, in one statement. Undefined: it was not to be. */
export function changeState(db: Queryable, id: string, change: Change): Promise<Changed | undefined> {
  const { to } = change;
  const ends = hasEnded(to);
  const lines = change.lines ?? [];
  const from = change.from ?? sourcesOf(to);
  const sets = [
    sql`state = ${to}`,
    sql`updated_at = now()`,
    ...(ends ? [sql`ended_at = now()`] : []),
    ...(ends || to === 'queued' ? [sql`lease_until = null`, sql`lease_owner = null`] : []),
    ...(to === 'running' || to === 'starting' ? [sql`started_at = coalesce(started_at, now())`] : []),
    ...(to === 'queued'
      ? [sql`queued_at = now()`, sql`due_at = ${secondsFromNow(change.delaySeconds ?? 0)}`, sql`progress = 0`]
      : []),
    ...(to === 'cancelling' || (to === 'cancelled' && from.includes('queued'))
      ? [sql`cancel_requested_at = coalesce(cancel_requested_at, now())`]
      : []),
    ...(change.forgive ? [sql`attempts_forgiven = attempts_forgiven + 1`] : []),
    ...(change.progress !== undefined || to === 'succeeded' ? [sql`progress = ${change.progress ?? 100}`] : []),
    ...(change.step !== undefined ? [sql`step = ${change.step}`] : []),
    ...(change.summary !== undefined ? [sql`summary = ${storableJson(change.summary)}::jsonb`] : []),
    ...(change.error !== undefined ? [sql`error = ${storableJson({ ...change.error })}::jsonb`] : []),
    ...(lines.length > 0 ? [sql`log_seq = log_seq + ${lines.length}`] : []),
  ];
  return db.maybe(
    prepared(sql`
    with changed as (
      update run set ${join(sets)}
      where id = ${id} and state in (${states(from)})
        ${change.attempt === undefined ? sql`` : sql`and attempt = ${change.attempt}`}
      returning id, kind, state, attempt, serial_key, parent_id, log_seq, started_at, ended_at, due_at, dispatched, on_end,
        share_size, admitted_at)
    ${lines.length > 0 ? sql`, logged as (${insertLines(sql`changed`, lines)})` : sql``}
    select id, kind, state, attempt, serial_key as "serialKey", parent_id as "parentId", log_seq as "logSeq",
      extract(epoch from ended_at - started_at)::float8 as seconds
      ${change.notify ? sql`, pg_notify(${runChannel}, id || ' ' || state)::text as told` : sql``}
      ${to === 'queued' ? sql`, case when dispatched then ${askFor(sql`changed`)} end is not null as asked` : sql``}
      ${
        ends
          ? sql`, case when on_end is not null then ${endJob} end is not null as passed_on,
        case when share_size is not null then ${admitJob(sql`changed`)} end is not null as freed`
          : sql``
      }
    from changed`),
  );
}

const endJob = addJob({ name: sql`on_end`, maxAttempts: 25 }, sql`json_build_object('runId', id)`, {
  key: sql`'run-ended:' || id`,
});

/** `row` has `id` and the `log_seq` of the last of these lines. */
function insertLines(row: Sql, lines: LogLine[]): Sql {
  return sql`
    insert into run_log (run_id, seq, at, level, text)
    select ${row}.id, ${row}.log_seq - ${lines.length}::int + line.n,
      coalesce(timestamptz 'epoch' + line.micros * interval '1 microsecond', clock_timestamp()), line.level, line.text
    from ${row}, unnest(${lines.map((line) => line.atMicros ?? null)}::bigint[], ${lines.map((line) => line.level)}::text[],
      ${lines.map((line) => storableText(line.text))}::text[]) with ordinality as line(micros, level, text, n)`;
}

export interface Flushed {
  state: RunState;
  logSeq: number;
}

/**
 * Appends log lines and sets progress of a running attempt. Undefined: the attempt is not the run's any more. Does not
 * wait for the disk; the end of the run does.
 */
export function flushAttempt(
  db: Queryable,
  id: string,
  attempt: number,
  news: { lines: LogLine[]; progress: number | undefined; step: string | null | undefined },
): Promise<Flushed | undefined> {
  const { lines } = news;
  return db.maybe(
    prepared(sql`
    with fast as materialized (select set_config('synchronous_commit', 'off', true)),
    changed as (
      update run set updated_at = now(), log_seq = log_seq + ${lines.length}
        ${news.progress === undefined ? sql`` : sql`, progress = ${news.progress}`}
        ${news.step === undefined ? sql`` : sql`, step = ${news.step}`}
      from fast
      where id = ${id} and attempt = ${attempt} and state in (${states(activeStates)})
      returning id, state, log_seq)
    ${lines.length > 0 ? sql`, logged as (${insertLines(sql`changed`, lines)})` : sql``}
    select state, log_seq as "logSeq" from changed`),
  );
}

/** Appends lines whatever the state: for writers that are fenced elsewhere. Returns the first number, or undefined. */
export async function appendLines(db: Queryable, id: string, lines: LogLine[]): Promise<number | undefined> {
  const row = await db.maybe<{ logSeq: number }>(sql`
    with changed as (
      update run set log_seq = log_seq + ${lines.length}, updated_at = case when ended_at is null then now() else updated_at end
      where id = ${id} returning id, log_seq),
    logged as (${insertLines(sql`changed`, lines)})
    select log_seq as "logSeq", pg_notify(${runChannel}, id::text)::text as told from changed`);
  return row === undefined ? undefined : row.logSeq - lines.length + 1;
}

/** Did the statement that was to write this line get through before its connection broke? */
export async function hasLine(db: Queryable, id: string, afterSeq: number, line: LogLine): Promise<boolean> {
  const row = await db.maybe(sql`
    select seq from run_log where run_id = ${id} and seq > ${afterSeq}
      and at = timestamptz 'epoch' + ${line.atMicros ?? null}::bigint * interval '1 microsecond' limit 1`);
  return row !== undefined;
}

/**
 * Renews the leases of this process's runs in one statement, and says what each (`n`, from 1) is now; null: it is not
 * ours any more. A row that a publishing transaction holds is passed over: waiting for it would let the others expire.
 */
export function renewLeases(
  db: Queryable,
  mine: { id: string; attempt: number }[],
  leaseSeconds: number,
): Promise<{ n: number; state: RunState | null }[]> {
  return db.many(sql`
    with fast as materialized (select set_config('synchronous_commit', 'off', true)),
    mine as (select id, attempt, n from fast, unnest(${mine.map((run) => run.id)}::uuid[],
      ${mine.map((run) => run.attempt)}::int[]) with ordinality as given(id, attempt, n)),
    held as materialized (
      select run.id from run join mine on mine.id = run.id and mine.attempt = run.attempt
      where run.state in (${states(activeStates)}) for no key update of run skip locked),
    renewed as (update run set lease_until = ${secondsFromNow(leaseSeconds)} from held where run.id = held.id)
    select mine.n, run.state from mine left join run
      on run.id = mine.id and run.attempt = mine.attempt and run.state in (${states(activeStates)})`);
}

export interface ExpiredRun {
  id: string;
  state: RunState;
  attempt: number;
  attemptsForgiven: number;
  maxAttempts: number;
  retryFailures: boolean;
  retryDelaySeconds: number;
  timeoutSeconds: number;
  timedOut: boolean;
}

/**
 * Locks runs nobody stands up for any more: the lease has run out; or there never was one and the time is up, or a
 * cancellation has gone unheard for a minute.
 */
export function lockExpired(tx: Queryable, limit: number): Promise<ExpiredRun[]> {
  return tx.many(sql`
    select id, state, attempt, attempts_forgiven as "attemptsForgiven", max_attempts as "maxAttempts",
      retry_failures as "retryFailures", retry_delay_seconds as "retryDelaySeconds",
      timeout_seconds as "timeoutSeconds",
      coalesce(started_at + make_interval(secs => timeout_seconds) < now(), false) as "timedOut"
    from run
    where state in (${states(activeStates)}) and (
      lease_until < now()
      or (lease_until is null and (
        (state = 'cancelling' and cancel_requested_at < now() - interval '60 seconds')
        or (state <> 'cancelling' and started_at + make_interval(secs => timeout_seconds) < now()))))
    order by id limit ${limit}
    for update skip locked`);
}

/**
 * Asks again for runs that have waited longer than a lease and have no job: a worker that knows their kind came later,
 * or the database lost a claim in a crash. Returns how many.
 */
export async function enqueueForgotten(db: Queryable, olderThanSeconds: number): Promise<number> {
  const rows = await db.many(sql`
    with forgotten as (
      select id, due_at from run
      where state = 'queued' and dispatched and (share_size is null or admitted_at is not null)
        and greatest(queued_at, due_at) < now() - make_interval(secs => ${olderThanSeconds})
        and (serial_key is null or not exists (
          select from run older where older.serial_key = run.serial_key and older.seq < run.seq
            and older.state not in (${states(endStates)})))
        and not exists (
          select from graphile_worker.jobs job where job.key = 'run:' || run.id and job.attempts < job.max_attempts)
      order by id limit 1000)
    select ${executeJob(sql`forgotten`)}::text as asked from forgotten`);
  return rows.length;
}

export interface StoredLine {
  seq: number;
  at: string;
  level: string;
  text: string;
}

const lineColumns = sql`seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, level, text`;

export function linesOfRun(
  db: Queryable,
  id: string,
  range: { afterSeq: number; since: string | undefined; limit: number },
): Promise<StoredLine[]> {
  return db.many(sql`
    select ${lineColumns} from run_log where run_id = ${id} and seq > ${range.afterSeq}
      ${range.since === undefined ? sql`` : sql`and at >= ${range.since}::timestamptz`}
    order by seq limit ${range.limit}`);
}

export interface RunNews {
  id: string;
  state: RunState;
  progress: number;
  step: string | null;
  attempt: number;
  summary: Json;
  error: RunError | null;
  logSeq: number;
}

/** State and new lines from one snapshot. Without `afterSeq` no lines; with more than `limit` new ones, none either. */
export async function newsOfRun(
  db: Queryable,
  id: string,
  afterSeq: number | undefined,
  limit: number,
): Promise<(RunNews & { lines: StoredLine[] }) | undefined> {
  return db.maybe(
    prepared(sql`
      select id, state, progress, step, attempt, summary, error, log_seq as "logSeq",
        coalesce((select json_agg(line order by line.seq) from (
          select ${lineColumns} from run_log
          where run_id = run.id and seq > ${afterSeq ?? null}::bigint and log_seq - ${afterSeq ?? null}::bigint <= ${limit}
        ) line), '[]') as lines
      from run where id = ${id}`),
  );
}

/** What the caller may do with it; undefined when there is no such run. */
export function rightsOnRun(
  db: Queryable,
  id: string,
  access: Access,
): Promise<{ read: boolean; write: boolean } | undefined> {
  const columns = { project: sql`run.project_id`, owner: sql`run.user_id` };
  return db.maybe(sql`
    select coalesce(${access.where('run.read', columns)}, false) as read,
      coalesce(${access.where('run.write', columns)}, false) as write
    from run where id = ${id}`);
}

export function queuedRunOfKey(db: Queryable, serialKey: string, kind: string): Promise<{ id: string } | undefined> {
  return db.maybe(sql`
    select id from run where serial_key = ${serialKey} and kind = ${kind} and state = 'queued' order by seq desc limit 1`);
}
