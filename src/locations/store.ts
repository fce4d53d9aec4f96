import { type Queryable, type Sql, sql } from '../platform/db/index.ts';

export async function findLocationTypeId(db: Queryable, name: string): Promise<number | undefined> {
  return (await db.maybe<{ id: number }>(sql`select id from location_type where name = ${name}`))?.id;
}

/** Held until the transaction ends; the triggers on `location` take it as well. */
export async function lockTree(tx: Queryable): Promise<void> {
  await tx.exec(sql`select lock_location_tree()`);
}

/** The places from `id` down to `parentId`, when the second lies below the first or is it. */
export async function pathDown(tx: Queryable, id: number, parentId: number): Promise<number[]> {
  const rows = await tx.many<{ id: number }>(sql`
    select t.parent_location_id as id from location_tree t
    where t.location_id = ${parentId}
      and exists (select 1 from location_tree s where s.parent_location_id = ${id} and s.location_id = t.parent_location_id)
    order by t.lvl desc`);
  return rows.map((row) => row.id);
}

export interface Disorder {
  id: number;
  level: number;
  parentId: number;
  parentLevel: number;
}

/** A place that is wider than its parent, among those that `which` holds for as child (`c`) or parent (`p`). */
export function findDisorder(tx: Queryable, which: Sql): Promise<Disorder | undefined> {
  return tx.maybe<Disorder>(sql`
    select c.id, ct.admin_level as level, p.id as "parentId", pt.admin_level as "parentLevel"
    from location c join location_type ct on ct.id = c.location_type_id
      join location p on p.id = c.parent_location_id join location_type pt on pt.id = p.location_type_id
    where pt.admin_level > ct.admin_level and ${which} order by c.id limit 1`);
}

export const touchingType = (id: number): Sql => sql`(ct.id = ${id} or pt.id = ${id})`;
export const touchingPlaces = (ids: readonly number[]): Sql =>
  sql`(c.id = any(${[...ids]}::int[]) or c.parent_location_id = any(${[...ids]}::int[]))`;

/** May these places be seen and looked after? One answer for each, in order; a missing place is neither. */
export function mayManage(
  tx: Queryable,
  ids: readonly number[],
  visible: (place: Sql) => Sql,
  managed: (place: Sql) => Sql,
): Promise<{ visible: boolean; managed: boolean }[]> {
  return tx.many(sql`
    select (l.id is not null and ${visible(sql`l.id`)}) as visible, (l.id is not null and ${managed(sql`l.id`)}) as managed
    from unnest(${[...ids]}::int[]) with ordinality g (id, n) left join location l on l.id = g.id order by g.n`);
}

export interface Covering {
  id: number;
  top: number;
  right: 'view' | 'capture' | 'manage';
  distance: number;
}

/** The user's responsibilities that reach this place, the nearest first. */
export function responsibilitiesCovering(db: Queryable, userNumber: number, locationId: number): Promise<Covering[]> {
  return db.many<Covering>(sql`
    select r.id, r.top_lvl_location_id as top, r."right", t.lvl as distance
    from location_responsibility r join location_tree t on t.parent_location_id = r.top_lvl_location_id
    where r.user_id = ${userNumber} and t.location_id = ${locationId} order by t.lvl, r.id`);
}

export async function countResponsibilities(db: Queryable, userNumber: number): Promise<number> {
  const { n } = await db.one<{ n: number }>(
    sql`select count(*)::int as n from location_responsibility where user_id = ${userNumber}`,
  );
  return n;
}

export async function rightsOnPlace(
  db: Queryable,
  locationId: number,
  conditions: Record<string, (place: Sql) => Sql>,
): Promise<Record<string, boolean> | undefined> {
  const columns = Object.entries(conditions).map(
    ([name, condition]) => sql`${condition(sql`l.id`)} as ${sql.ref(name)}`,
  );
  return await db.maybe(sql`select ${sql.join(columns)} from location l where l.id = ${locationId}`);
}
