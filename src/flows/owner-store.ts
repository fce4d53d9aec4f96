import { type Queryable, sql } from '../platform/db/index.ts';

/** In MB; undefined: the token says nothing of it. */
export interface StorageLimits {
  private: number | undefined;
  public: number | undefined;
}

/** What the token of an accepted upload says takes the place of what an earlier one said. */
export async function keepStorageLimits(tx: Queryable, ownerId: string, limits: StorageLimits): Promise<void> {
  await tx.exec(sql`
    insert into flow_owner (owner_id, max_private_storage_mb, max_public_storage_mb)
    values (${ownerId}, ${limits.private ?? null}, ${limits.public ?? null})
    on conflict (owner_id) do update set max_private_storage_mb = excluded.max_private_storage_mb,
      max_public_storage_mb = excluded.max_public_storage_mb, updated_at = now()
    where (flow_owner.max_private_storage_mb, flow_owner.max_public_storage_mb)
      is distinct from (excluded.max_private_storage_mb, excluded.max_public_storage_mb)`);
}

export async function storageLimitsOf(db: Queryable, ownerId: string): Promise<StorageLimits> {
  const row = await db.maybe<{ private: number | null; public: number | null }>(sql`
    select max_private_storage_mb as private, max_public_storage_mb as public from flow_owner
    where owner_id = ${ownerId}`);
  return { private: row?.private ?? undefined, public: row?.public ?? undefined };
}

/** Uploads an owner has had accepted within the last minute, and in how many seconds the oldest of them is older. */
export function lastUploads(tx: Queryable, ownerId: string): Promise<{ count: number; seconds: number }> {
  return tx.one(sql`
    select count(*)::int as count,
      coalesce(60 - extract(epoch from clock_timestamp() - min(r.accepted_at)), 0)::float8 as seconds
    from flow_revision r join flow_dataset d on d.id = r.dataset_id
    where r.origin = 'upload' and r.accepted_at > clock_timestamp() - interval '1 minute' and d.owner_id = ${ownerId}`);
}

/** Bytes of the sources and products of an owner's private datasets, or of the others; equal bytes count once. */
export async function storedBytes(db: Queryable, ownerId: string, ofPrivate: boolean): Promise<number> {
  const row = await db.one<{ bytes: number }>(sql`
    with mine as (
      select r.id from flow_revision r join flow_dataset d on d.id = r.dataset_id
      where d.owner_id = ${ownerId} and (d.findability = 'private') = ${ofPrivate}),
    stored as (
      select sha256, bytes from flow_source join mine on mine.id = revision_id
      union select sha256, bytes from flow_product join mine on mine.id = revision_id)
    select coalesce(sum(bytes), 0)::float8 as bytes from stored`);
  return row.bytes;
}
