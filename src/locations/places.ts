import type { Places } from '../accounts/index.ts';
import { raw, type Sql, sql } from '../platform/db/index.ts';
import type { Access } from '../resource/index.ts';

const enough = {
  view: ['view', 'capture', 'manage'],
  capture: ['capture', 'manage'],
  manage: ['manage'],
} as const;

/**
 * The tree as the permission predicate asks it. The user's tops are looked up once a statement (an uncorrelated
 * subquery); each row then costs one step into the closure's index, whatever the size of the subtree.
 */
export const places: Places = {
  ofUser: (column, userId, level) => inside(column, topsOf(userId, [...enough[level]])),
  below: (column, locationIds) => inside(column, sql`${[...locationIds]}::int[]`),
};

function inside(column: Sql, tops: Sql): Sql {
  return sql`exists (select 1 from location_tree place
    where place.location_id = ${column} and place.parent_location_id = any(${tops}))`;
}

function topsOf(userId: string, rights: string[]): Sql {
  return sql`array(select r.top_lvl_location_id from location_responsibility r
    where r.user_id = (select u.number from "user" u where u.id = ${userId}) and r."right" = any(${rights}::text[]))`;
}

/**
 * The place to start at: of the places the caller is responsible for and the roots, those they see, the widest first.
 * Scalar; null when there is none.
 */
export function topLocation(access: Access): Sql {
  if (access.userId === null) return raw('null');
  const visible = access.where('location.read', { location: raw('top.id') });
  // Two short lists by their indexes: of one condition with `or` the planner made a look at every place.
  return sql`(select top.id from (
      select l.id, l.location_type_id from location l where l.parent_location_id is null
      union select l.id, l.location_type_id from location l where l.id = any(${topsOf(access.userId, [...enough.view])})) top
    join location_type kind on kind.id = top.location_type_id where ${visible}
    order by kind.admin_level, top.id limit 1)`;
}
