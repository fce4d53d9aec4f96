import { join, type Queryable, sql, type Tx } from '../platform/db/index.ts';
import type { JsonObject } from './pure/flow-spec.ts';

/** An outcome of an earlier run. */
export interface Remembered {
  key: string;
  about: JsonObject;
  /** Parquet files by what they hold. */
  parts: Record<string, string>;
}

/** Those there are, which are used from now on. Locked in one order: runs that want the same do not wait for each other in a ring. */
export async function recallOutcomes(db: Queryable, keys: readonly string[]): Promise<Remembered[]> {
  if (keys.length === 0) return [];
  return db.many(sql`
    with locked as (select key from flow_cache where key = any(${[...keys]}::text[]) order by key for update),
    used as (
      update flow_cache c set used_at = now() from locked l where c.key = l.key returning c.key, c.about)
    select u.key, u.about,
      coalesce((select json_object_agg(p.part, p.sha256) from flow_cache_part p where p.key = u.key), '{}') as parts
    from used u`);
}

/** Hold the blobs (`holdBlobs`) in the same transaction first. One that is there already stays. */
export async function insertOutcome(tx: Tx, { key, about, parts }: Remembered): Promise<void> {
  const made = await tx.maybe(sql`
    insert into flow_cache (key, about) values (${key}, ${JSON.stringify(about)}::json)
    on conflict (key) do nothing returning key`);
  const rows = Object.entries(parts).map(([part, sha256]) => sql`(${key}, ${part}, ${sha256})`);
  if (made === undefined || rows.length === 0) return;
  await tx.exec(sql`insert into flow_cache_part (key, part, sha256) values ${join(rows)}`);
}

export async function deleteUnused(tx: Queryable, days: number): Promise<void> {
  await tx.exec(sql`
    delete from flow_cache where key in (
      select key from flow_cache where used_at < now() - make_interval(days => ${days}::int)
      order by key for update skip locked)`);
}

/** One whose bytes are lost. */
export async function deleteOutcome(db: Queryable, key: string): Promise<void> {
  await db.exec(sql`delete from flow_cache where key = ${key}`);
}
