import { type Queryable, type Sql, sql } from '../platform/db/index.ts';
import type { Access } from '../resource/index.ts';

export const contentTypes = ['indicator', 'location', 'campaign'] as const;
export type ContentType = (typeof contentTypes)[number];

export const mappingStatuses = ['unmapped', 'suggested', 'mapped', 'ignored'] as const;
export const mappingStatus = (alias: string): string => `case when ${alias}.is_ignored then 'ignored'
  when ${alias}.master_object_id > 0 then 'mapped' when ${alias}.suggestions <> '[]' then 'suggested' else 'unmapped' end`;

/** Whether there is such an object, and the caller may know of it. */
export async function hasMasterObject(db: Queryable, access: Access, type: ContentType, id: number): Promise<boolean> {
  const where: Record<ContentType, Sql> = {
    indicator: sql`select 1 from indicator where id = ${id}::bigint`,
    location: sql`select 1 from location l where l.id = ${id}::bigint and ${access.where('location.read', { location: sql`l.id` })}`,
    campaign: sql`select 1 from campaign where id = ${id}::bigint`,
  };
  return (await db.maybe(where[type])) !== undefined;
}

/** Ids of what is asked for, the oldest first. */
export async function mappingRequests(db: Queryable): Promise<number[]> {
  const rows = await db.many<{ id: number }>(
    sql`select id::float8 as id from mapping_request order by mapping_request.id limit 100000`,
  );
  return rows.map((row) => row.id);
}

/** Takes these requests, and all for these codes, away: good only with what they ask for, in the same transaction. */
export async function claimMappings(
  tx: Queryable,
  requestIds: readonly number[],
  mapIds: readonly number[],
): Promise<number[]> {
  const rows = await tx.many<{ id: number }>(sql`
    with claimed as (
      delete from mapping_request where id in (select id from mapping_request
        where id = any(${[...requestIds]}::bigint[]) or source_object_map_id = any(${[...mapIds]}::int[])
        order by id for update skip locked)
      returning source_object_map_id
    ) select distinct source_object_map_id as id from claimed order by 1`);
  return rows.map((row) => row.id);
}

/** `visible` is a predicate on `c.document_id`. */
export async function documentsUsing(
  db: Queryable,
  mapIds: readonly number[],
  visible: Sql = sql`true`,
): Promise<number[]> {
  const rows = await db.many<{ id: number }>(sql`
    select distinct c.document_id as id from document_code c where c.source_object_map_id = any(${[...mapIds]}::int[])
      and ${visible} order by 1`);
  return rows.map((row) => row.id);
}
