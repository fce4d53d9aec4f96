import { type Queryable, type Sql, sql } from '../platform/db/index.ts';
import type { KnownPlace } from './pure/plan-tree.ts';
import type { TreeRow } from './pure/read-tree-file.ts';

/** The places of these codes and all above them, with what the caller may do there. */
export function knownPlaces(
  tx: Queryable,
  codes: readonly string[],
  visible: (place: Sql) => Sql,
  managed: (place: Sql) => Sql,
): Promise<KnownPlace[]> {
  return tx.many<KnownPlace>(sql`
    select l.id, l.location_code as code, p.location_code as "parentCode",
      ${visible(sql`l.id`)} as visible, ${managed(sql`l.id`)} as managed
    from location l left join location p on p.id = l.parent_location_id
    where l.id in (select t.parent_location_id from location_tree t join location f on f.id = t.location_id
      where f.location_code = any(${[...codes]}::text[]))`);
}

export function allTypes(tx: Queryable): Promise<{ id: number; name: string; adminLevel: number }[]> {
  return tx.many(sql`select id, name, admin_level as "adminLevel" from location_type`);
}

export async function insertTypes(
  tx: Queryable,
  types: readonly { name: string; adminLevel: number }[],
): Promise<void> {
  await tx.exec(sql`insert into location_type (name, admin_level)
    select * from unnest(${types.map((t) => t.name)}::text[], ${types.map((t) => t.adminLevel)}::int[])`);
}

/** The rows as a table `f`, with the ids of new places given beforehand, so that they can be each other's parents. */
function fileRows(rows: readonly TreeRow[]): Sql {
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) f (code text, name text, type text, "parentCode" text,
    latitude float8, longitude float8, "lpdStatus" int, aliases jsonb)`;
}

/** One statement, however many places and levels; the tree follows by the triggers. */
export async function insertPlaces(tx: Queryable, rows: readonly TreeRow[]): Promise<number[]> {
  const inserted = await tx.many<{ id: number }>(sql`
    with f as materialized (
      select nextval(pg_get_serial_sequence('location', 'id'))::int as id, f.* from ${fileRows(rows)}
    )
    insert into location (id, name, location_code, location_type_id, parent_location_id, latitude, longitude,
      lpd_status, aliases)
    overriding system value
    select f.id, f.name, f.code, k.id, coalesce(n.id, p.id), f.latitude, f.longitude, f."lpdStatus",
      coalesce(f.aliases, '[]')
    from f join location_type k on k.name = f.type
      left join f n on n.code = f."parentCode"
      left join location p on p.location_code = f."parentCode"
    returning id`);
  return inserted.map((row) => row.id);
}

/** Writes what the file has a column for, where it differs. */
export async function updatePlaces(tx: Queryable, rows: readonly TreeRow[]): Promise<number[]> {
  const [row] = rows;
  if (row === undefined) return [];
  const has = (value: unknown) => sql`${value !== undefined}::boolean`;
  const updated = await tx.many<{ id: number }>(sql`
    with fresh as (
      select l.id, coalesce(f.name, l.name) as name, coalesce(k.id, l.location_type_id) as location_type_id,
        case when ${has(row.parentCode)} then p.id else l.parent_location_id end as parent_location_id,
        case when ${has(row.latitude)} then f.latitude else l.latitude end as latitude,
        case when ${has(row.longitude)} then f.longitude else l.longitude end as longitude,
        case when ${has(row.lpdStatus)} then f."lpdStatus" else l.lpd_status end as lpd_status,
        case when ${has(row.aliases)} then f.aliases else l.aliases end as aliases
      from ${fileRows(rows)} join location l on l.location_code = f.code
        left join location_type k on k.name = f.type left join location p on p.location_code = f."parentCode"
    )
    update location l set name = fresh.name, location_type_id = fresh.location_type_id,
      parent_location_id = fresh.parent_location_id, latitude = fresh.latitude, longitude = fresh.longitude,
      lpd_status = fresh.lpd_status, aliases = fresh.aliases, updated_at = now()
    from fresh where l.id = fresh.id and
      (l.name, l.location_type_id, l.parent_location_id, l.latitude, l.longitude, l.lpd_status, l.aliases) is distinct from
      (fresh.name, fresh.location_type_id, fresh.parent_location_id, fresh.latitude, fresh.longitude, fresh.lpd_status,
        fresh.aliases)
    returning l.id`);
  return updated.map(({ id }) => id);
}

export function codesOf(tx: Queryable, ids: readonly number[]): Promise<{ id: number; code: string }[]> {
  return tx.many(sql`select id, location_code as code from location where id = any(${[...ids]}::int[])`);
}
