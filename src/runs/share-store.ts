import { join, type Queryable, type Sql, sql } from '../platform/db/index.ts';
import { activeStates } from './pure/state.ts';
import type { Share, WaitingShare } from './pure/take-turns.ts';
import { executeJob } from './store.ts';

const states = (list: readonly string[]): Sql => join(list.map((state) => sql.lit(state)));

/** One at a time decides who gets a place, in whatever process. */
export async function lockPlaces(tx: Queryable): Promise<void> {
  await tx.exec(sql`select pg_advisory_xact_lock(hashtextextended('run:places', 4680))`);
}

/** Those that hold a place: from admission to their end, also while they wait for another attempt. */
export function admittedShares(db: Queryable): Promise<Share[]> {
  return db.many(sql`
    select share_owner as owner, share_size as size from run
    where share_size is not null and admitted_at is not null and state in ('queued', ${states(activeStates)})`);
}

/** Those without a place, in order of arrival. */
export function waitingShares(db: Queryable): Promise<WaitingShare[]> {
  return db.many(waiting(sql`true`, 1_000_000));
}

/** Those that could be worked on: due, and none of their serial key before them. So many of each owner and size. */
export function readyShares(db: Queryable, perOwnerAndSize: number): Promise<WaitingShare[]> {
  const isReady = sql`(due_at is null or due_at <= now()) and (serial_key is null or not exists (
    select from run older where older.serial_key = run.serial_key and older.seq < run.seq
      and older.state in ('queued', ${states(activeStates)})))`;
  return db.many(waiting(isReady, perOwnerAndSize));
}

const waiting = (condition: Sql, perOwnerAndSize: number): Sql => sql`
  with waiting as (
    select id, share_owner as owner, share_size as size, seq,
      row_number() over (partition by share_owner, share_size order by seq) as place
    from run
    where share_size is not null and admitted_at is null and state = 'queued' and dispatched and ${condition}),
  turns as (
    select owner, (select extract(epoch from admitted_at) * 1000 from run
      where share_owner = owner and admitted_at is not null order by admitted_at desc limit 1)::float8 as "lastTurn"
    from (select distinct owner from waiting) owners)
  select id, owner, size, "lastTurn" from waiting join turns using (owner)
  where place <= ${perOwnerAndSize}::int order by seq`;

/** Gives places and asks for the work, in this order. One that was cancelled meanwhile gets none. */
export async function admit(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.exec(sql`
    with chosen as (select id, n from unnest(${[...ids]}::uuid[]) with ordinality as given(id, n)),
    admitted as (
      update run set admitted_at = clock_timestamp(), updated_at = now() from chosen
      where run.id = chosen.id and state = 'queued' and admitted_at is null
      returning run.id, due_at, n),
    ordered as (select id, due_at from admitted order by n)
    select ${executeJob(sql`ordered`)} from ordered`);
}
