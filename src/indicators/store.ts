import { type Queryable, type Sql, sql } from '../platform/db/index.ts';

/** Held until the transaction ends: two formulas written at once could each be right and together a cycle. */
export async function lockFormulas(tx: Queryable): Promise<void> {
  await tx.exec(sql`select pg_advisory_xact_lock(hashtextextended('indicator_calculation', 0))`);
}

export async function lockTags(tx: Queryable): Promise<void> {
  await tx.exec(sql`select pg_advisory_xact_lock(hashtextextended('indicator_tag', 0))`);
}

/** What each indicator's values are made from: its components, and the weight of its mean. */
const madeFrom: Sql = sql`(select c.indicator_id as whole, c.indicator_component_id as part from indicator_calculation c
  union select i.id, i.weight_indicator_id from indicator i where i.weight_indicator_id is not null)`;

/** From an indicator over its components back to itself, by short_name; the shortest way. Undefined: there is none. */
export async function findCycle(tx: Queryable, indicatorId: number): Promise<string[] | undefined> {
  const row = await tx.maybe<{ names: string[] }>(sql`
    with recursive made as materialized (select * from ${madeFrom} m),
    down (at, path, is_cycle) as (
      select part, array[whole, part], part = whole from made where whole = ${indicatorId}
      union all
      select m.part, d.path || m.part, m.part = ${indicatorId}
      from down d join made m on m.whole = d.at
      where not d.is_cycle and m.part <> all (d.path[2:])
    )
    select array(select i.short_name from unnest(d.path) with ordinality p (id, n) join indicator i on i.id = p.id
      order by p.n) as names
    from down d where d.is_cycle order by cardinality(d.path) limit 1`);
  return row?.names;
}

/** These and everything calculated from them, however indirectly. */
export async function withDependants(tx: Queryable, indicatorIds: readonly number[]): Promise<number[]> {
  const rows = await tx.many<{ id: number }>(sql`
    with recursive made as materialized (select * from ${madeFrom} m),
    up (id) as (
      select unnest(${[...indicatorIds]}::int[])
      union
      select m.whole from up join made m on m.part = up.id
    )
    select id from up order by id`);
  return rows.map((row) => row.id);
}

/** In the order of the ids, so that two changes never wait for each other in a ring. */
export async function raiseDefinitionVersions(tx: Queryable, indicatorIds: readonly number[]): Promise<void> {
  await tx.exec(sql`
    update indicator set definition_version = definition_version + 1, updated_at = now()
    where id in (select id from indicator where id = any(${[...indicatorIds]}::int[]) order by id for no key update)`);
}

export interface OtherPeriod {
  indicator: string;
  own: string;
  component: string;
  kind: string;
}

/** A component of another kind of period, among the calculations this indicator is part of on either side. */
export function findOtherPeriod(tx: Queryable, indicatorId: number): Promise<OtherPeriod | undefined> {
  return tx.maybe<OtherPeriod>(sql`
    select i.short_name as indicator, i.resource_name as own, c.short_name as component, c.resource_name as kind
    from ${madeFrom} m join indicator i on i.id = m.whole join indicator c on c.id = m.part
    where i.resource_name <> c.resource_name and ${indicatorId} in (i.id, c.id) order by i.id, c.id limit 1`);
}

/** A calculation that only dates have (monitoring §8.4), of an indicator collected per campaign. */
export function findRoleOfDates(
  tx: Queryable,
  indicatorId: number,
): Promise<{ indicator: string; role: string } | undefined> {
  return tx.maybe(sql`
    select i.short_name as indicator, c.calculation as role from indicator_calculation c join indicator i on i.id = c.indicator_id
    where i.id = ${indicatorId} and i.resource_name = 'campaign' and c.calculation in ('latest_date', 'district_count')
    order by c.id limit 1`);
}

/** The tags from `id` down to `parentId`, when the second lies below the first or is it. */
export async function tagPathDown(tx: Queryable, id: number, parentId: number): Promise<number[]> {
  const rows = await tx.many<{ id: number; n: number }>(sql`
    with recursive up (id, above, n) as (
      select id, parent_tag_id, 0 from indicator_tag where id = ${parentId}
      union all
      select t.id, t.parent_tag_id, up.n + 1 from up join indicator_tag t on t.id = up.above where up.id <> ${id}
    )
    select id, n from up order by n desc`);
  return rows[0]?.id === id ? rows.map((row) => row.id) : [];
}

export interface FilterIndicator {
  id: number;
  dataFormat: string;
  resourceName: string;
  categories: { value: number; label: string }[] | null;
}

export function findIndicatorNamed(db: Queryable, shortName: string): Promise<FilterIndicator | undefined> {
  return db.maybe<FilterIndicator>(sql`
    select id, data_format as "dataFormat", resource_name as "resourceName", categories
    from indicator where short_name = ${shortName}`);
}

export function findIndicator(
  db: Queryable,
  id: number,
): Promise<{ shortName: string; resourceName: string } | undefined> {
  return db.maybe(
    sql`select short_name as "shortName", resource_name as "resourceName" from indicator where id = ${id}::bigint`,
  );
}

/** Is there any indicator whose values are calendar days? */
export async function hasDays(db: Queryable): Promise<boolean> {
  const { has } = await db.one<{ has: boolean }>(
    sql`select exists (select 1 from indicator where data_format = 'date') as has`,
  );
  return has;
}

/** Indicators that carry any of these tags. */
export function tagged(indicator: Sql, tagIds: readonly number[]): Sql {
  return sql`${indicator} in (select t.indicator_id from indicator_to_tag t
    where t.indicator_tag_id = any(${[...tagIds]}::bigint[]))`;
}

export async function shortNameOf(db: Queryable, id: number): Promise<string | undefined> {
  return (await db.maybe<{ name: string }>(sql`select short_name as name from indicator where id = ${id}::bigint`))
    ?.name;
}
