import { type Queryable, raw, sql } from '../platform/db/index.ts';

/** What the links of places say the closure should be, against what it is. */
const expected = raw(`with recursive expected (parent_location_id, location_id, lvl) as (
    select id, id, 0 from location
    union all
    select l.parent_location_id, e.location_id, e.lvl + 1 from expected e join location l on l.id = e.parent_location_id
    where l.parent_location_id is not null and e.lvl < 1000
  )`);

export interface TreeFault {
  fault: 'missing' | 'surplus' | 'wrong distance';
  parent_location_id: number;
  location_id: number;
  /** In the closure; null where the pair is missing. */
  lvl: number | null;
  /** By the links; null where the pair does not belong. */
  expected: number | null;
}

/** Pairs of the closure that are not as the links have them; none, unless somebody has been at the tables. */
export function treeFaults(tx: Queryable): Promise<TreeFault[]> {
  return tx.many<TreeFault>(sql`${expected}
    select case when t.location_id is null then 'missing' when e.location_id is null then 'surplus' else 'wrong distance' end as fault,
      coalesce(e.parent_location_id, t.parent_location_id) as parent_location_id,
      coalesce(e.location_id, t.location_id) as location_id, t.lvl, e.lvl as expected
    from expected e full join location_tree t on t.location_id = e.location_id and t.parent_location_id = e.parent_location_id
    where t.lvl is distinct from e.lvl order by 3, 2`);
}

export async function replaceTree(tx: Queryable): Promise<void> {
  await tx.exec(sql`${expected}, gone as (
      delete from location_tree t where not exists (select 1 from expected e
        where e.location_id = t.location_id and e.parent_location_id = t.parent_location_id)
    )
    insert into location_tree (parent_location_id, location_id, lvl) select parent_location_id, location_id, lvl from expected
    on conflict (location_id, parent_location_id) do update set lvl = excluded.lvl where location_tree.lvl <> excluded.lvl`);
}
