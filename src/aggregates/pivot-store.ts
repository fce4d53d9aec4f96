import { ident, join, raw, type Sql, sql } from '../platform/db/index.ts';

/** What rows can be turned by: one column for each id, one row for the coordinates that remain (monitoring §6.2). */
export const pivots = { indicator: 'indicator_id', campaign: 'campaign_id', location: 'location_id' } as const;
export type Pivot = keyof typeof pivots;

/** What of the rows `cells` is in the rows `turned` that were made from them. */
export function turnedBack(cells: Sql, by: Pivot, turned: Sql): Sql {
  const key = (of: string): Sql =>
    sql`jsonb_build_array(${join(coordinatesKept(by).map((name) => sql`${raw(of)}.${ident(name)}`))})`;
  return sql`select c.* from (${cells}) c where ${key('c')} in (select ${key('t')} from (${turned}) t)`;
}

const turnedAway = (by: Pivot): string[] => (by === 'campaign' ? ['campaign_id', 'period_start'] : [pivots[by]]);
const coordinatesKept = (by: Pivot): string[] => coordinates.filter((name) => !turnedAway(by).includes(name));

const coordinates = ['indicator_id', 'location_id', 'campaign_id', 'data_date', 'period_start', 'time_grouping'];

/**
 * Rows as `unified` makes them, turned. What is turned away keeps one of its values, so that order and permission
 * predicate still have one; `visible` keeps out the columns of places that the caller does not see.
 */
export function pivoted(cells: Sql, by: Pivot, ids: readonly number[], visible: (location: Sql) => Sql): Sql {
  const [turned, kept] = [turnedAway(by), coordinatesKept(by)];
  const columns = ids.map(
    (id) => sql`max(c.value) filter (where c.${ident(pivots[by])} = ${id}::bigint) as ${ident(String(id))}`,
  );
  return sql`select min(c.id) as id, ${join(kept.map((name) => sql`c.${ident(name)}`))},
      ${join(turned.map((name) => sql`min(c.${ident(name)}) as ${ident(name)}`))},
      null::numeric as value, bit_or(c.marks) as marks, null::numeric as computed, null::numeric as coverage,
      null::bigint as datapoint_id, null::text as note${columns.length === 0 ? sql`` : sql`, ${join(columns)}`}
    from (${cells}) c where ${visible(raw('c.location_id'))} group by ${join(kept.map((name) => sql`c.${ident(name)}`))}`;
}
