import { join, type Queryable, type Sql, sql } from '../platform/db/index.ts';

export interface Box {
  west: number;
  south: number;
  east: number;
  north: number;
}

const boxOf = (alias: string): Sql =>
  sql.raw(`box(point(${alias}.west, ${alias}.south), point(${alias}.east, ${alias}.north))`);

export const shapesOfPlaces = (ids: readonly number[]): Sql => sql`m.location_id = any(${[...ids]}::int[])`;
export const shapesOfType = (typeId: number): Sql =>
  sql`m.location_id in (select l.id from location l where l.location_type_id = ${typeId})`;

/** These and whatever their boxes touch have to be simplified again; until then they are shown in full. */
export function markShapesNear(tx: Queryable, which: Sql): Promise<number> {
  return tx.exec(sql`
    update location_polygon p set simplified_at = null
    where p.simplified_at is not null and exists (
      select 1 from location_polygon m where ${which} and ${boxOf('p')} && ${boxOf('m')})`);
}

/** One level that has something to do. */
export async function findUnsimplifiedLevel(tx: Queryable): Promise<number | undefined> {
  const row = await tx.maybe<{ level: number }>(sql`
    select k.admin_level as level from location_polygon p join location l on l.id = p.location_id
      join location_type k on k.id = l.location_type_id where p.simplified_at is null order by 1 limit 1`);
  return row?.level;
}

export interface LevelShape {
  locationId: number;
  geometry: string;
  isStale: boolean;
  /** Of the row as it was read. */
  version: string;
}

/** The stale shapes of a level and those that share borders with them. */
export function shapesToSimplify(tx: Queryable, level: number): Promise<LevelShape[]> {
  const ofLevel = sql`(select l.id from location l join location_type k on k.id = l.location_type_id
    where k.admin_level = ${level})`;
  return tx.many<LevelShape>(sql`
    select p.location_id as "locationId", p.geo_json::text as geometry, p.simplified_at is null as "isStale",
      p.xmin::text as version
    from location_polygon p
    where p.location_id in ${ofLevel} and (p.simplified_at is null or exists (
      select 1 from location_polygon s
      where s.simplified_at is null and s.location_id in ${ofLevel} and ${boxOf('s')} && ${boxOf('p')}))
    order by p.location_id`);
}

/** How many of these are still there as they were read; locks them. */
export async function countUnchanged(tx: Queryable, shapes: readonly LevelShape[]): Promise<number> {
  const rows = await tx.many(sql`
    select p.location_id from location_polygon p
    join unnest(${shapes.map((s) => s.locationId)}::int[], ${shapes.map((s) => s.version)}::text[]) r (id, version)
      on r.id = p.location_id and r.version = p.xmin::text
    order by p.location_id for no key update of p`);
  return rows.length;
}

export interface SimplifiedShape {
  locationId: number;
  tolerance: number;
  geometry: string;
}

/** Replaces the stored forms of these shapes, in sets. */
export async function replaceSimplified(
  tx: Queryable,
  locationIds: readonly number[],
  shapes: readonly SimplifiedShape[],
): Promise<void> {
  await tx.exec(sql`delete from location_shape where location_id = any(${[...locationIds]}::int[])`);
  await tx.exec(sql`
    insert into location_shape (location_id, tolerance_metres, geo_json, bytes)
    select s.id, s.tolerance, s.shape::jsonb, octet_length(s.shape::jsonb::text)
    from unnest(${shapes.map((s) => s.locationId)}::int[], ${shapes.map((s) => s.tolerance)}::int[],
      ${shapes.map((s) => s.geometry)}::text[]) s (id, tolerance, shape)
    join location_polygon p on p.location_id = s.id`);
  await tx.exec(
    sql`update location_polygon set simplified_at = now() where location_id = any(${[...locationIds]}::int[])`,
  );
}

/** The finest stored tolerance at which all shapes `p` that meet the conditions fit together; 0 when they fit as they are. */
export async function finestToleranceFitting(
  db: Queryable,
  tolerances: readonly number[],
  maxBytes: number,
  conditions: readonly Sql[],
): Promise<number> {
  const row = await db.maybe<{ tolerance: number }>(sql`
    select v.tolerance from unnest(${[0, ...tolerances]}::int[]) v (tolerance)
      join location_polygon p on ${join([...conditions], sql` and `)}
      left join location_shape s on s.location_id = p.location_id and s.tolerance_metres = v.tolerance
        and p.simplified_at is not null
    group by v.tolerance having sum(coalesce(s.bytes, p.bytes) + 120) <= ${maxBytes} order by v.tolerance limit 1`);
  return row?.tolerance ?? tolerances.at(-1)!;
}

/** Features at a tolerance, as `geo_feature` names its columns; `extraOf` the place is added to the properties. */
export function featuresAt(tolerance: number, extraOf: (place: Sql) => Sql | undefined): Sql {
  const extra = extraOf(sql`p.location_id`);
  const properties = extra === undefined ? sql`p.properties` : sql`p.properties || coalesce(${extra}, '{}')`;
  const geometry = tolerance === 0 ? sql`p.geo_json` : sql`coalesce(s.geo_json, p.geo_json)`;
  const shapes =
    tolerance === 0
      ? sql``
      : sql`left join location_shape s on s.location_id = p.location_id and s.tolerance_metres = ${tolerance}
        and p.simplified_at is not null`;
  return sql`select p.location_id, ${geometry} as geo_json, p.west, p.south, p.east, p.north, p.bytes, p.simplified_at,
    p.created_at, p.updated_at, p.parent_location_id, ${properties} as properties from geo_feature p ${shapes}`;
}

/** Boxes that touch the asked one; one that begins east of where it ends crosses the antimeridian. */
export function touchesBox(place: Sql, { west, south, east, north }: Box): Sql {
  const touches = (from: number, to: number) =>
    sql`${boxOf('b')} && box(point(${from}, ${south}), point(${to}, ${north}))`;
  const any = west <= east ? touches(west, east) : sql`(${touches(west, 180)} or ${touches(-180, east)})`;
  return sql`${place} in (select b.location_id from location_polygon b where ${any})`;
}

/** The places that carry these codes. */
export function placesByCode(db: Queryable, codes: readonly string[]): Promise<{ id: number; code: string }[]> {
  return db.many(sql`select id, location_code as code from location where location_code = any(${[...codes]}::text[])`);
}

export interface NewShape extends Box {
  locationId: number;
  geometry: string;
}

/** Writes many shapes at once; those that are the same already are left alone. */
export async function upsertShapes(
  tx: Queryable,
  shapes: readonly NewShape[],
): Promise<{ created: number; updated: number }> {
  const rows = await tx.many<{ created: boolean }>(sql`
    insert into location_polygon as p (location_id, geo_json, west, south, east, north, bytes)
    select s.id, s.shape::jsonb, s.w, s.s, s.e, s.n, octet_length(s.shape::jsonb::text)
    from unnest(${shapes.map((s) => s.locationId)}::int[], ${shapes.map((s) => s.geometry)}::text[],
      ${shapes.map((s) => s.west)}::float8[], ${shapes.map((s) => s.south)}::float8[],
      ${shapes.map((s) => s.east)}::float8[], ${shapes.map((s) => s.north)}::float8[]) s (id, shape, w, s, e, n)
    on conflict (location_id) do update set geo_json = excluded.geo_json, west = excluded.west, south = excluded.south,
      east = excluded.east, north = excluded.north, bytes = excluded.bytes, simplified_at = null, updated_at = now()
      where p.geo_json is distinct from excluded.geo_json
    returning p.xmax = 0 as created`);
  const created = rows.filter((row) => row.created).length;
  return { created, updated: rows.length - created };
}
