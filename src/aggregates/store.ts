import { ranking } from '../datapoints/index.ts';
import { ident, type Queryable, raw, type Sql, sql, type Tx } from '../platform/db/index.ts';
import { cellAt } from './cells.ts';
import { asDouble, isBeyondDouble } from './pure/double.ts';
import { type Kind, kinds, type Period } from './pure/kinds.ts';
import { marks } from './pure/marks.ts';

/**
 * The SQL of recomputation; the rules are the contract's (monitoring §8) and, in plain words, those of
 * `pure/reference.ts`. Long, because one statement works out a whole round and is only understood as a whole.
 */

const partsRole = 'PART_TO_BE_SUMMED';
const divides = raw("k.calculation in ('WHOLE_OF_DIFFERENCE', 'PART_OF_DIFFERENCE', 'NUMERATOR', 'DENOMINATOR')");

/** A ratio or difference and no sum: its values do not add up over places. */
export const isQuotient = (indicator: Sql): Sql => sql`(
  exists (select 1 from indicator_calculation k where k.indicator_id = ${indicator} and ${divides})
  and not exists (select 1 from indicator_calculation k where k.indicator_id = ${indicator} and k.calculation = ${partsRole}))`;

/** Of one kind, as SQL. `period` is the column's name in every table; inside these statements it is called `period`. */
function sqlOf(kind: Kind) {
  const { table, cells, period, type } = kinds[kind];
  return {
    table: ident(table),
    all: ident(cells),
    period: ident(period),
    type: raw(type),
    cells: ident(`refresh_cell_${kind}`),
  };
}

/** Periods share as many locks. */
const buckets = 64;
const bucket = (kind: Kind, period: Sql): Sql =>
  sql`(abs(${kind === 'campaign' ? period : sql`(${period} - date '2000-01-01')`}) % ${raw(String(buckets))})::int`;

/** The `n`th of `of` that work at once: each lock of periods belongs to one of them. */
export interface Lane {
  n: number;
  of: number;
}

/**
 * Whoever writes cells of a period holds its lock until the end of the transaction: a sum over children that somebody
 * else is about to change would be lost. Few locks, however many periods; taken in order, so that nobody waits in a ring.
 */
export async function lockPeriods(tx: Tx, kind: Kind, periods: readonly Period[]): Promise<void> {
  const { type } = sqlOf(kind);
  await tx.exec(sql`
    select pg_advisory_xact_lock(${kind === 'campaign' ? 468_070 : 468_071}::int, b) from (
      select distinct ${bucket(kind, raw('p'))} as b from unnest(${[...periods]}::${type}[]) p order by b) buckets`);
}

/** Empty, and there until the connection ends. */
export async function prepareCells(tx: Tx, kind: Kind): Promise<void> {
  const { cells, type } = sqlOf(kind);
  await tx.exec(sql`
    create temp table if not exists ${cells} (indicator_id integer, location_id integer, period ${type}, round integer)
    on commit delete rows; delete from ${cells}`);
}

/** The first that gives a value counts (§8.4). */
const waysTried = ['difference', 'ratio', 'summed', 'below', 'folded'];

/** What is worked out of a cell. */
const workedOut = [
  'value',
  'marks',
  'branches_with_value',
  'branches',
  'datapoint_id',
  'computed',
  'computed_marks',
  'computed_with_value',
  'computed_branches',
  'computed_weight',
  'fold',
  'fold_weight',
  'fold_with_value',
  'fold_branches',
  'fold_last',
  'fold_conflict',
  'definition_version',
];
const listed = (of: string): Sql => raw(workedOut.map((column) => `${of}.${column}`).join(', '));
const columns = raw(workedOut.join(', '));

/** What an indicator's values are worked out from, period by period. */
const madeFrom = sql`(select c.indicator_id as whole, c.indicator_component_id as part from indicator_calculation c
    where c.calculation not in ('latest_date', 'district_count')
  union all select i.id, i.weight_indicator_id from indicator i where i.weight_indicator_id is not null)`;

/** What there is to work out: how many cells each round has, in order, and how many seeds need no look. */
export interface Spread {
  rounds: { round: number; cells: number }[];
  alone: number;
}

/** Rows of (indicator_id, location_id, period) as rows of (indicator_id, location_ids, period). */
export const inGroups = (
  seeds: Sql,
): Sql => sql`select s.indicator_id, array_agg(distinct s.location_id) as location_ids, s.period
  from (${seeds}) s group by s.indicator_id, s.period`;

/**
 * Every cell that the seeds can reach: their places and all ancestors × their indicators and all that depend on them.
 * A cell's round is later than those of the cells it is worked out from: its components at its place, its indicator at
 * the places below. Seeds that are one stored value, at a place without places below, of an indicator without formula are
 * what they are: they need neither a look nor a row (decision 0160). `groups` gives rows of (indicator_id, location_ids,
 * period).
 */
export async function spreadCells(tx: Tx, kind: Kind, groups: Sql, before: Sql = sql``): Promise<Spread> {
  const { table, period, cells } = sqlOf(kind);
  const key = (of: string): Sql =>
    sql`${raw(of)}.${period} = s.period and ${raw(of)}.indicator_id = s.indicator_id and ${raw(of)}.location_id = s.location_id`;
  const rows = await tx.many<{ round: number | null; cells: number }>(sql`
    with recursive ${before} given as materialized (
      select g.indicator_id, g.location_ids, g.period, cardinality(g.location_ids) as n,
        count(*) over (partition by g.indicator_id, g.period) as times from (${groups}) g
    ), seeded as materialized (select distinct indicator_id from given),
    up (root, id, depth) as (
      select indicator_id, indicator_id, 0 from seeded
      union
      select up.root, m.whole, up.depth + 1 from up join ${madeFrom} m on m.part = up.id
    ), dependent as (select distinct root, id from up),
    rank as (select id, max(depth) as rank from up group by id),
    simple as materialized (
      select i.id from indicator i where i.id in (select indicator_id from seeded)
        and coalesce(i.aggregation, '') not in ('weighted_mean', 'last') and not exists (select 1 from indicator_calculation c
          where c.indicator_id = i.id and c.calculation not in ('latest_date', 'district_count'))
    ), list as materialized (
      -- The same places again and again: what is known of a list is known of all its indicators and periods.
      select l.location_ids, row_number() over () as list, not exists (select 1 from unnest(l.location_ids) p (id)
          join location k on k.parent_location_id = p.id) as is_leaves
      from (select location_ids from given where n > 20 and times = 1 group by location_ids) l
    ), pair as materialized (
      -- Of these in the period: no rows, and not two values at one place. What a document is the first to bring is looked at
      -- as a whole, all else cell by cell.
      select p.period, p.indicator_id, p.n, l.list from given p join list l on l.location_ids = p.location_ids and l.is_leaves
      cross join lateral (
        select count(*) as n, count(distinct d.location_id) as places, count(d.value) as given from (
          select d.location_id, d.value from datapoint d where d.${period} = p.period and d.indicator_id = p.indicator_id
            and d.retracted_at is null order by d.location_id limit p.n + 1) d) d
      where p.times = 1 and p.indicator_id in (select id from simple) and d.n <= p.n and d.places = d.n and d.given = d.n
        and not exists (select 1 from ${table} r where r.${period} = p.period and r.indicator_id = p.indicator_id)
    ), place as materialized (
      select l.list, p.id as location_id from list l cross join lateral unnest(l.location_ids) p (id)
      where l.list in (select list from pair)
    ), above_list as (
      select p.list, l.parent_location_id as location_id
      from place p join location l on l.id = p.location_id where l.parent_location_id is not null
      union
      select a.list, l.parent_location_id from above_list a join location l on l.id = a.location_id where l.parent_location_id is not null
    ), seed as materialized (
      select distinct g.indicator_id, p.id as location_id, g.period from given g cross join lateral unnest(g.location_ids) p (id)
      where not exists (select 1 from pair f where f.period = g.period and f.indicator_id = g.indicator_id)
    ), leaf as materialized (
      select p.location_id from (select distinct location_id from seed) p
      where not exists (select 1 from location k where k.parent_location_id = p.location_id)
    ), own as materialized (
      select s.*, case when s.indicator_id not in (select id from simple) then false
          when s.location_id not in (select location_id from leaf) then false
          when exists (select 1 from ${table} r where ${key('r')}) then false
          -- None, or one that is a value; an entry that clears its cell says something too.
          else (select count(*) + count(*) filter (where d.value is null) from (
            select d.value from datapoint d where ${key('d')} and d.retracted_at is null limit 2) d) <= 1 end as is_alone
      from seed s
    ), above as (
      select s.indicator_id, l.parent_location_id as location_id, s.period
      from seed s join location l on l.id = s.location_id where l.parent_location_id is not null
      union
      select a.indicator_id, l.parent_location_id, a.period
      from above a join location l on l.id = a.location_id where l.parent_location_id is not null
    ), reached as materialized (
      select o.indicator_id, o.location_id, o.period from own o where not o.is_alone
      union
      select d.id, o.location_id, o.period from own o join dependent d on d.root = o.indicator_id and d.id <> d.root
      union
      select d.id, a.location_id, a.period from above a join dependent d on d.root = a.indicator_id
      union
      select d.id, p.location_id, f.period from pair f join dependent d on d.root = f.indicator_id and d.id <> d.root
        join place p on p.list = f.list
      union
      select d.id, a.location_id, f.period from pair f join dependent d on d.root = f.indicator_id join above_list a on a.list = f.list
    ), depth as materialized (
      select t.location_id, max(t.lvl) as depth from location_tree t
      where t.location_id in (select location_id from reached) group by t.location_id
    ), put as (
      insert into ${cells} (indicator_id, location_id, period, round)
      -- In the order of the indexes that are asked for each of them.
      select r.indicator_id, r.location_id, r.period, k.rank - p.depth
      from reached r join rank k on k.id = r.indicator_id join depth p on p.location_id = r.location_id order by 3, 1, 2
      returning round
    )
    select round, count(*)::int as cells from put group by round
    union all select null, ((select count(*) from own where is_alone) + coalesce((select sum(n) from pair), 0))::int
    order by round nulls last`);
  const rounds = rows.flatMap(({ round, cells: n }) => (round === null ? [] : [{ round, cells: n }]));
  // Without statistics the planner takes a temporary table for small, whatever it holds.
  if (rounds.reduce((sum, one) => sum + one.cells, 0) > 500) await tx.exec(sql`analyze ${cells}`);
  return { rounds, alone: rows.at(-1)?.cells ?? 0 };
}

/** Of a calculated value: what its components' marks say of it. */
const inherited = (of: Sql): Sql => sql`((${of} & ${raw(String(marks.agg | marks.partial))})
  | case when ${of} & ${raw(String(marks.conflict | marks.conflictBelow))} <> 0 then ${raw(String(marks.conflictBelow))} else 0 end)`;
const withoutValue = (of: Sql): Sql => sql`(${inherited(of)} & ~${bit('agg')})`;
const bit = (name: keyof typeof marks): Sql => raw(String(marks[name]));
const when = (condition: Sql, name: keyof typeof marks): Sql =>
  sql`case when ${condition} then ${bit(name)} else 0 end`;
/** Of the least complete of the cells `a`, and the widest of those: [share, −branches, branches with a value]. */
const worst = (which: Sql): Sql =>
  sql`min(array[a.branches_with_value::numeric / a.branches, -a.branches, a.branches_with_value]) filter (where a.value is not null and ${which})`;

/** What is read of a cell that others rest on, and what of it a stored value `d` says that is one; else nothing. */
const asRead = {
  value: 'd.value',
  marks: 'case when d.id is not null then 1 end',
  branches_with_value: 'case when d.id is not null then 1 end',
  branches: 'case when d.id is not null then 1 end',
  fold: 'd.value',
  fold_weight: 'null::numeric',
  fold_with_value: 'case when d.id is not null then 1 end',
  fold_branches: 'case when d.id is not null then 1 end',
  fold_last: 'null::numeric[]',
  fold_conflict: 'case when d.id is not null then false end',
};
const read = Object.keys(asRead) as (keyof typeof asRead)[];
/** From the row `r` or, without one, from the value `d` that is the cell. */
const readOf = (column: keyof typeof asRead): string =>
  `case when r.id is not null then r.${column} else ${asRead[column]} end as ${column}`;

export interface Written {
  /** Rows that came, changed or went. */
  written: number;
  /** Cells that one stored value says everything of: they have no row. */
  alone: number;
}

/**
 * Works out the cells of one round, in sets, and writes those that differ. Rows of cells that have nothing to say any
 * more go; a cell that says no more than its only stored value gets none.
 */
export async function workOutRound(
  tx: Tx,
  kind: Kind,
  round: number,
  { zeroDivision }: { zeroDivision: 'null' | 'zero' },
  isMany: boolean,
): Promise<Written> {
  const { table, period, cells } = sqlOf(kind);
  const zero = zeroDivision === 'zero' ? sql`0::numeric` : sql`null::numeric`;
  const at = (indicator: Sql, of: Sql): Sql =>
    sql`a.${period} = ${of}.period and a.indicator_id = ${indicator} and a.location_id = ${of}.location_id`;
  // One cell each, found by its whole key: a table that has grown since it was counted looks so small to the planner that it
  // takes all places of an indicator for one (measured: 1.6 million rows looked at instead of 9,900).
  // Its row or, without one, the value that is the cell; that of a document whose turn has not come counts already.
  const one = (indicator: Sql, location: Sql, of: Sql): Sql => {
    const key = (x: string): Sql =>
      sql`${raw(x)}.${period} = ${of}.period and ${raw(x)}.indicator_id = ${indicator} and ${raw(x)}.location_id = ${location}`;
    return sql`select ${raw(read.map(readOf).join(', '))} from (select 1) o
      left join lateral (select r.* from ${table} r where ${key('r')} offset 0) r on true
      left join lateral (select d.id, d.value from datapoint d where r.id is null and ${key('d')} and d.retracted_at is null
        and d.value is not null order by ${raw(ranking('d'))} limit 1) d on true`;
  };
  const here = (indicator: Sql, of: Sql): Sql => one(indicator, sql`${of}.location_id`, of);
  const live = (of: string): Sql =>
    sql`d.${period} = ${raw(of)}.period and d.indicator_id = ${raw(of)}.indicator_id and d.location_id = ${raw(of)}.location_id and d.retracted_at is null`;
  const role = (name: string): Sql => sql`sum(a.value) filter (where a.calculation = ${name})`;
  const difference = sql`a.calculation in ('WHOLE_OF_DIFFERENCE', 'PART_OF_DIFFERENCE')`;
  const ratio = sql`a.calculation in ('NUMERATOR', 'DENOMINATOR')`;
  // What a cell is worked out from: its indicator at the places below, its components at its place.
  const below = sql`select c.indicator_id, c.location_id, c.period, null as calculation, c.indicator_id as part, k.id as place
      from cell c join location k on k.parent_location_id = c.location_id`;
  const components = sql`select c.indicator_id, c.location_id, c.period, k.calculation, k.indicator_component_id as part, c.location_id as place
      from cell c join indicator_calculation k on k.indicator_id = c.indicator_id
        and ${divides} where c.quotients`;
  const its = sql`n.indicator_id, n.location_id, n.period, n.calculation`;
  // Few are looked up one by one: what many need costs more to plan than few take.
  const lookedUp = (needed: Sql): Sql =>
    sql`select ${its}, a.* from (${needed}) n left join lateral (${one(sql`n.part`, sql`n.place`, sql`n`)}) a on true`;
  const found = (needed: Sql): Sql =>
    isMany
      ? sql`${lookedUp(needed)}
      where not exists (select 1 from dense f where f.period = n.period and f.indicator_id = n.part)
      union all
      -- A full join, and a condition that does not make it less than one: whatever the planner thinks of the size of these
      -- lists, it cannot go through one for each line of the other.
      select ${its}, ${raw(read.map((column) => `w.${column}`).join(', '))}
      from (select n.* from (${needed}) n join dense f on f.period = n.period and f.indicator_id = n.part) n
      full join whole w on w.period = n.period and w.indicator_id = n.part and w.location_id = n.place
      where coalesce(n.place, 0) > 0`
      : lookedUp(needed);
  const dense = sql`
    ), dense as materialized (
      -- Of which at least a third of all there are of the indicator in the period is needed: these are read as they lie and
      -- not looked up one by one.
      select a.period, a.indicator_id from (
        select n.period, n.part as indicator_id, 3 * count(*) as limits from (${below} union all ${components}) n
        group by 1, 2 having count(*) > 100) a
      where (select count(*) from (select 1 from datapoint d where d.${period} = a.period and d.indicator_id = a.indicator_id
          and d.retracted_at is null limit a.limits) d)
        + (select count(*) from (select 1 from ${table} r where r.${period} = a.period and r.indicator_id = a.indicator_id limit a.limits) r)
        < a.limits
    ), whole as materialized (
      select f.period, f.indicator_id, w.* from dense f cross join lateral (
        select coalesce(r.location_id, d.location_id) as location_id, ${raw(read.map(readOf).join(', '))}
        from (select r.* from ${table} r where r.${period} = f.period and r.indicator_id = f.indicator_id) r
        full join (select distinct on (d.location_id) d.id, d.location_id, d.value from datapoint d
          where d.${period} = f.period and d.indicator_id = f.indicator_id and d.retracted_at is null and d.value is not null
          order by d.location_id, ${raw(ranking('d'))}) d on d.location_id = r.location_id) w`;
  return await tx.one<Written>(sql`
    with recursive definition as materialized (
      select i.id, i.definition_version, i.weight_indicator_id, coalesce(k.sums, false) as sums,
        coalesce(k.quotients, false) as quotients, not coalesce(k.calculated, false) or i.aggregation is not null as falls_back,
        case when k.sums then 'sum' when i.aggregation is not null then i.aggregation when i.data_format = 'bool' then 'mean'
          when i.data_format in ('int', 'float') then 'sum' else 'none' end as operator
      from indicator i left join lateral (
        select bool_or(c.calculation = ${partsRole}) as sums, bool_or(c.calculation <> ${partsRole}) as quotients,
          true as calculated
        from indicator_calculation c where c.indicator_id = i.id and c.calculation not in ('latest_date', 'district_count')
        having count(*) > 0) k on true
      where i.id in (select c.indicator_id from ${cells} c where c.round = ${round})
    ), cell as materialized (
      select c.location_id, c.period, d.id as indicator_id, d.*
      from ${cells} c join definition d on d.id = c.indicator_id where c.round = ${round}
    ), won as (
      select c.indicator_id, c.location_id, c.period, d.*
      from cell c cross join lateral (
        select d.id as datapoint_id, d.value as stored, d.ranked_at from datapoint d
        where ${live('c')}
        order by ${raw(ranking('d'))} limit 1) d
${isMany ? dense : sql``}
    ), child as (
      select a.indicator_id, a.location_id, a.period,
        bool_or(a.fold_branches is not null) as is_folded, sum(a.fold) as fold_sum, sum(a.fold_weight) as fold_weight,
        min(a.fold) as fold_min, max(a.fold) as fold_max, max(a.fold_last) as fold_last,
        sum(a.fold_with_value)::int as fold_with_value, sum(coalesce(a.fold_branches, 1))::int as fold_branches,
        bool_or(a.fold_conflict) as fold_conflict,
        sum(a.value) as value, bit_or(a.marks) filter (where a.value is not null) as marks,
        bool_or(a.value is null) as is_missing, sum(a.branches_with_value) filter (where a.value is not null)::int as branches_with_value,
        sum(case when a.value is null then 1 else a.branches end)::int as branches
      from (${found(below)}) a group by a.indicator_id, a.location_id, a.period
    ), reach (id) as (
      select id from definition where sums
      union
      select k.indicator_component_id from reach r join indicator_calculation k on k.indicator_id = r.id and k.calculation = ${partsRole}
    ), nest (whole, part) as (
      select k.indicator_id, k.indicator_component_id from reach r
        join indicator_calculation k on k.indicator_id = r.id and k.calculation = ${partsRole}
      union
      select n.whole, k.indicator_component_id from nest n
        join indicator_calculation k on k.indicator_id = n.part and k.calculation = ${partsRole}
    ), quotient as materialized (
      select p.id from (select distinct part as id from nest) p where ${isQuotient(sql`p.id`)}
    ), expanded (indicator_id, location_id, period, is_stored, part) as (
      -- Quotients do not add up over places: where one is calculated, the sum is that of its parts here.
      select c.indicator_id, c.location_id, c.period, c.is_stored, k.indicator_component_id
      from (select c.*, exists (select 1 from nest n cross join lateral (${here(sql`n.part`, sql`c`)}) a
          where n.whole = c.indicator_id and a.marks & ${bit('stored')} <> 0) as is_stored
        from cell c where c.sums offset 0) c
      join indicator_calculation k on k.indicator_id = c.indicator_id and k.calculation = ${partsRole}
      where c.is_stored or exists (select 1 from nest n cross join lateral (${here(sql`n.part`, sql`c`)}) a
        where n.whole = c.indicator_id and n.part in (select id from quotient)
          and a.value is not null and a.marks & ${bit('calculated')} <> 0)
      union
      select e.indicator_id, e.location_id, e.period, e.is_stored, k.indicator_component_id
      from expanded e join indicator_calculation k on k.indicator_id = e.part and k.calculation = ${partsRole}
      where not exists (select 1 from (${here(sql`e.part`, sql`e`)}) a where a.fold_branches is not null)
    ), ending as materialized (
      select e.*, a.value, a.marks, a.branches_with_value, a.branches
      from expanded e left join lateral (${here(sql`e.part`, sql`e`)}) a on true
      where a.fold_branches is not null or not exists (
        select 1 from indicator_calculation k where k.indicator_id = e.part and k.calculation = ${partsRole})
    ), parts as (
      select a.indicator_id, a.location_id, a.period, sum(a.value) as value, bool_or(a.value is null) as is_missing,
        bit_or(a.marks) filter (where a.value is not null) as marks, ${worst(sql`true`)} as branches
      from ending a
      where not exists (select 1 from ending o join nest n on n.whole = o.part and n.part = a.part
        where o.indicator_id = a.indicator_id and o.location_id = a.location_id and o.period = a.period
          and o.value is not null)
      group by a.indicator_id, a.location_id, a.period
      having count(a.value) > 0 and (bool_or(a.is_stored) or bool_or(a.value is not null
        and a.marks & ${bit('calculated')} <> 0 and a.part in (select id from quotient)))
    ), component as (
      select a.indicator_id, a.location_id, a.period,
        ${role('WHOLE_OF_DIFFERENCE')} as whole, ${role('PART_OF_DIFFERENCE')} as part,
        ${role('NUMERATOR')} as numerator, ${role('DENOMINATOR')} as denominator,
        bit_or(a.marks) filter (where a.value is not null and ${difference}) as difference_marks,
        bit_or(a.marks) filter (where a.value is not null and ${ratio}) as ratio_marks,
        bool_or(a.value is null) filter (where ${difference}) as difference_missing,
        bool_or(a.value is null) filter (where ${ratio}) as ratio_missing,
        ${worst(difference)} as difference_branches, ${worst(ratio)} as ratio_branches
      from (${found(components)}) a group by a.indicator_id, a.location_id, a.period
    ), tried as (
      select c.*, won.datapoint_id, won.stored, won.ranked_at, child.is_folded, child.fold_sum, child.fold_weight,
        child.fold_min, child.fold_max, child.fold_last, child.fold_with_value, child.fold_branches, child.fold_conflict,
        child.marks as child_marks, child.is_missing as child_missing, child.branches_with_value as child_with_value,
        child.branches as child_branches, parts.marks as parts_marks, parts.is_missing as parts_missing,
        parts.branches as parts_branches, component.difference_marks, component.difference_missing,
        component.difference_branches, component.ratio_marks, component.ratio_missing, component.ratio_branches,
        component.whole = 0 and component.part is not null as whole_is_zero,
        component.denominator = 0 and component.numerator is not null as denominator_is_zero,
        c.falls_back and c.operator = 'weighted_mean' and child.is_folded and child.fold_weight = 0 as weight_is_zero,
        case when component.whole <> 0 then (component.whole - component.part) / component.whole
          when component.part is not null and component.whole = 0 then ${zero} end as found_difference,
        case when component.denominator <> 0 then component.numerator / component.denominator
          when component.numerator is not null and component.denominator = 0 then ${zero} end as found_ratio,
        parts.value as found_summed, case when c.sums and parts.value is null then child.value end as found_below,
        case when c.falls_back and child.is_folded then case c.operator
          when 'sum' then child.fold_sum when 'mean' then child.fold_sum / nullif(child.fold_with_value, 0)
          when 'weighted_mean' then child.fold_sum / nullif(child.fold_weight, 0)
          when 'min' then child.fold_min when 'max' then child.fold_max
          when 'count' then child.fold_with_value::numeric when 'last' then child.fold_last[3] end end as found_folded
      from cell c
      left join won using (indicator_id, location_id, period)
      left join child using (indicator_id, location_id, period)
      left join parts using (indicator_id, location_id, period)
      left join component using (indicator_id, location_id, period)
    ), ways as (
      select t.*, ${raw(waysTried.map((way) => `${asDouble(`t.found_${way}`)} as ${way}, ${isBeyondDouble(`t.found_${way}`)} as ${way}_beyond`).join(', '))}
      from tried t
    ), worked_out as (
      -- The first way that gives a value. A cell without components and places below, most of them, is looked at once.
      select t.*, trim_scale(coalesce(t.difference, t.ratio, t.summed, t.below, t.folded)) as computed,
        case
          when t.difference is not null then ${bit('calculated')} | ${inherited(sql`t.difference_marks`)}
            | ${when(sql`t.difference_missing`, 'missingPart')} | ${when(sql`t.whole_is_zero`, 'divisionByZero')}
          when t.ratio is not null then ${bit('calculated')} | ${inherited(sql`t.ratio_marks`)}
            | ${when(sql`t.ratio_missing`, 'missingPart')} | ${when(sql`t.denominator_is_zero`, 'divisionByZero')}
          when t.summed is not null then ${bit('calculated')} | ${inherited(sql`t.parts_marks`)} | ${when(sql`t.parts_missing`, 'missingPart')}
          when t.below is not null then ${bit('agg')} | (t.child_marks & ${bit('calculated')}) | ${inherited(sql`t.child_marks`)}
            | ${when(sql`t.child_missing`, 'partial')}
          when t.folded is not null then ${bit('agg')} | ${when(sql`t.fold_with_value < t.fold_branches`, 'partial')}
            | ${when(sql`t.fold_conflict`, 'conflictBelow')}
          -- No value, and what is known of what it would have come from.
          when t.whole_is_zero or t.difference_beyond then ${when(sql`t.whole_is_zero`, 'divisionByZero')}
            | ${when(sql`t.difference_beyond`, 'outOfRange')} | ${withoutValue(sql`t.difference_marks`)}
            | ${when(sql`t.difference_missing`, 'missingPart')}
          when t.denominator_is_zero or t.ratio_beyond then ${when(sql`t.denominator_is_zero`, 'divisionByZero')}
            | ${when(sql`t.ratio_beyond`, 'outOfRange')} | ${withoutValue(sql`t.ratio_marks`)}
            | ${when(sql`t.ratio_missing`, 'missingPart')}
          when t.summed_beyond then ${bit('outOfRange')} | ${withoutValue(sql`t.parts_marks`)} | ${when(sql`t.parts_missing`, 'missingPart')}
          when t.below_beyond then ${bit('outOfRange')} | ${withoutValue(sql`t.child_marks`)} | ${when(sql`t.child_missing`, 'partial')}
          when t.folded_beyond then ${bit('outOfRange')} | ${when(sql`t.fold_with_value < t.fold_branches`, 'partial')}
            | ${when(sql`t.fold_conflict`, 'conflictBelow')}
          when t.weight_is_zero then ${bit('divisionByZero')} | ${when(sql`t.fold_with_value < t.fold_branches`, 'partial')}
            | ${when(sql`t.fold_conflict`, 'conflictBelow')}
          else 0 end as computed_marks,
        case when t.difference is not null then t.difference_branches[3]::int when t.ratio is not null then t.ratio_branches[3]::int
          when t.summed is not null then t.parts_branches[3]::int when t.below is not null then t.child_with_value
          else t.fold_with_value end as branches_with_value,
        case when t.difference is not null then -t.difference_branches[2]::int when t.ratio is not null then -t.ratio_branches[2]::int
          when t.summed is not null then -t.parts_branches[2]::int when t.below is not null then t.child_branches
          else t.fold_branches end as branches
      from ways t
    ), decided as (
      select w.*, w.stored is not null as is_stored,
        w.stored is not null and w.computed is not null
          and abs(w.stored - w.computed) > 1e-9 * greatest(abs(w.stored), abs(w.computed)) as is_conflict,
        case when w.operator = 'weighted_mean' then
          (select a.value from (${here(sql`w.weight_indicator_id`, sql`w`)}) a) else 1 end as weight
      from worked_out w
    ), result as materialized (
      select d.indicator_id, d.location_id, d.period, coalesce(d.stored, d.computed) as value,
        case when d.is_stored then ${bit('stored')} | ${when(sql`d.is_conflict`, 'conflict')} else d.computed_marks end as marks,
        case when d.is_stored then 1 when d.computed is null then 0 else d.branches_with_value end as branches_with_value,
        case when d.is_stored or d.computed is null then 1 else d.branches end as branches, d.datapoint_id,
        case when d.is_stored then d.computed end as computed, case when d.is_stored then d.computed_marks end as computed_marks,
        case when d.is_stored and d.computed is not null then d.branches_with_value end as computed_with_value,
        case when d.is_stored and d.computed is not null then d.branches end as computed_branches,
        case when d.is_stored and d.computed is not null and d.operator = 'weighted_mean' then d.fold_weight end as computed_weight,
        case when d.is_stored then d.stored * d.weight when d.is_folded then case d.operator
          when 'min' then d.fold_min when 'max' then d.fold_max when 'last' then d.fold_last[3]
          when 'none' then null else d.fold_sum end end as fold,
        case when d.operator <> 'weighted_mean' then null when d.is_stored then d.weight when d.is_folded then d.fold_weight end as fold_weight,
        case when d.is_stored then (d.weight is not null)::int when d.is_folded then d.fold_with_value end as fold_with_value,
        case when d.is_stored then 1 when d.is_folded then d.fold_branches end as fold_branches,
        case when d.operator <> 'last' then null
          when d.is_stored then array[extract(epoch from d.ranked_at), d.location_id, d.stored]
          when d.is_folded then d.fold_last end as fold_last,
        case when d.is_stored then d.is_conflict when d.is_folded then d.fold_conflict end as fold_conflict, d.definition_version
      from decided d
    ), said as materialized (
      select r.*, t.id, coalesce(t.id is null and r.marks = ${bit('stored')} and r.computed is null and r.computed_marks = 0 and r.fold = r.value
          and r.fold_weight is null and r.fold_last is null and not r.fold_conflict
          and (select count(*) from (select 1 from datapoint d where ${live('r')} limit 2) d) = 1, false) as is_alone
      from result r left join lateral (select a.id from ${table} a where ${at(sql`r.indicator_id`, sql`r`)} offset 0) t on true
      where r.value is not null or r.marks <> 0 or r.fold_branches is not null or r.datapoint_id is not null
    ), come as (
      -- Nobody else writes cells of these periods now, so there is no conflict to wait for; in the order of the index. A cell
      -- that was a value alone until now goes on under that value's id.
      insert into ${table} (id, indicator_id, location_id, ${period}, ${columns})
      select case when r.datapoint_id is null then nextval('cell_id') else coalesce((select min(d.id) from datapoint d
          where ${live('r')} and d.value is not null), nextval('cell_id')) end,
        r.indicator_id, r.location_id, r.period, ${listed('r')} from said r where r.id is null and not r.is_alone
      order by r.period, r.indicator_id, r.location_id
      returning 1
    ), changed as (
      update ${table} t set (${columns}, updated_at) = row (${listed('r')}, now()) from said r
      where exists (select 1 from said where id is not null) and t.id = r.id and (${listed('t')}) is distinct from (${listed('r')})
      returning 1
    ), gone as (
      delete from ${table} t using result r
      where t.${period} = r.period and t.indicator_id = r.indicator_id and t.location_id = r.location_id
        and r.value is null and r.marks = 0 and r.fold_branches is null and r.datapoint_id is null
      returning 1
    )
    select ((select count(*) from come) + (select count(*) from changed) + (select count(*) from gone))::int as written,
      (select count(*) from said where is_alone)::int as alone`);
}

/** Rows of (indicator_id, location_id, period), numbered `n` in their order. */
export function givenCells(
  kind: Kind,
  cells: readonly { indicatorId: number; locationId: number }[],
  periods: readonly Period[],
): Sql {
  return sql`select s.indicator_id, s.location_id, s.period, s.n from unnest(${cells.map((cell) => cell.indicatorId)}::int[],
    ${cells.map((cell) => cell.locationId)}::int[], ${[...periods]}::${sqlOf(kind).type}[])
    with ordinality s (indicator_id, location_id, period, n)`;
}

/** The ids of cells that are there, in the order of `given`; see `givenCells`. */
export async function idsOfCells(tx: Queryable, kind: Kind, given: Sql): Promise<number[]> {
  const { period } = sqlOf(kind);
  const at = sql`a.${period} = g.period and a.indicator_id = g.indicator_id and a.location_id = g.location_id`;
  const rows = await tx.many<{ id: number }>(
    sql`select a.id from (${given}) g cross join lateral (${cellAt(kind, at)}) a order by g.n`,
  );
  return rows.map(({ id }) => id);
}

/** The periods of cells, by their ids. */
export async function periodsOfCells(tx: Queryable, kind: Kind, ids: readonly number[]): Promise<Period[]> {
  const { all, period } = sqlOf(kind);
  const rows = await tx.many<{ period: Period }>(sql`
    select distinct ${kind === 'date' ? sql`${period}::text` : period} as period from ${all} where id = any(${[...ids]}::bigint[])`);
  return rows.map((row) => row.period);
}

/** Cells to be worked out later, as rows of (indicator_id, location_id, period); null counts as all. */
export function insertRequests(tx: Queryable, kind: Kind, cells: Sql): Promise<number> {
  const { period, type } = sqlOf(kind);
  return tx.exec(sql`insert into aggregate_request (kind, indicator_id, location_id, ${period})
    select ${kind}, s.indicator_id::int, s.location_id::int, s.period::${type} from (${cells}) s`);
}

/**
 * The same of many at once, as rows of (indicator_id, location_ids, period, document_id): until they are worked out, what
 * that document brought to the period is not seen.
 */
export function insertArrivals(tx: Queryable, kind: Kind, cells: Sql): Promise<number> {
  const { period } = sqlOf(kind);
  return tx.exec(sql`insert into aggregate_request (kind, indicator_id, location_ids, ${period}, document_id)
    select ${kind}, s.indicator_id, s.location_ids, s.period, s.document_id from (${cells}) s order by s.period, s.indicator_id`);
}

/** What is stored and counts or waits to count, as `a`. */
const storedOf = (kind: Kind): Sql =>
  kind === 'campaign'
    ? raw('(select * from datapoint where campaign_id is not null and retracted_at is null) a')
    : raw('(select * from datapoint where campaign_id is null and data_date is not null and retracted_at is null) a');

/** Requests for every period become one for each period concerned. */
export async function expandRequests(tx: Tx, kind: Kind): Promise<void> {
  const { table, period } = sqlOf(kind);
  // Of cells with a row and of values alone.
  const each = (select: (from: Sql) => Sql): Sql => sql`${select(sql`${table} a`)} union ${select(storedOf(kind))}`;
  await tx.exec(sql`
    with claimed as (
      delete from aggregate_request where kind = ${kind} and ${period} is null returning indicator_id, location_id
    ), place as (
      select distinct c.location_id as asked, l.id from claimed c join location l on l.id = c.location_id or l.parent_location_id = c.location_id
      where c.indicator_id is null
    ), part as (
      select distinct c.indicator_id as asked, m.part from (select distinct indicator_id from claimed where location_id is null) c
      join lateral (select c.indicator_id as part union select m.part from ${madeFrom} m where m.whole = c.indicator_id) m on true
    )
    insert into aggregate_request (kind, indicator_id, location_id, ${period})
    ${each((from) => sql`select ${kind}, a.indicator_id, p.asked, a.${period} from place p join ${from} on a.location_id = p.id`)}
    union
    ${each((from) => sql`select ${kind}, p.asked, null, a.${period} from part p join ${from} on a.indicator_id = p.part`)}
    union
    select ${kind}, null, null, p.period from (
      select ${period} as period from ${table} union select ${period} from datapoint where ${period} is not null) p
      where exists (select 1 from claimed where indicator_id is null and location_id is null)`);
}

/** Periods of the lane that wait, the longest waiting first. */
export async function waitingPeriods(
  tx: Tx,
  kind: Kind,
  { limit, lane }: { limit: number; lane: Lane },
): Promise<Period[]> {
  const { period } = sqlOf(kind);
  const rows = await tx.many<{ period: Period }>(sql`
    select ${kind === 'date' ? sql`${period}::text` : period} as period from aggregate_request
    where kind = ${kind} and ${period} is not null
      and ${bucket(kind, period)} % ${lane.of}::int = ${lane.n}::int group by ${period} order by min(id) limit ${limit}`);
  return rows.map((row) => row.period);
}

/** For `spreadCells`: takes the requests of these periods away, and what they ask for. */
export function claimedCells(kind: Kind, periods: readonly Period[]): { before: Sql; groups: Sql } {
  const { table, period, type } = sqlOf(kind);
  // Of cells with a row and of values alone.
  const each = (select: (from: Sql) => Sql): Sql => sql`${select(sql`${table} a`)} union all ${select(storedOf(kind))}`;
  return {
    before: sql`claimed as (
      delete from aggregate_request where kind = ${kind} and ${period} = any(${[...periods]}::${type}[])
      returning indicator_id, location_id, location_ids, ${period} as period
    ), part as (
      select distinct c.period, c.indicator_id as asked, m.part from claimed c
      join lateral (select c.indicator_id as part union select m.part from ${madeFrom} m where m.whole = c.indicator_id) m on true
      where c.indicator_id is not null and c.location_id is null and c.location_ids is null
    ), whole as (
      select distinct period from claimed where indicator_id is null and location_id is null and location_ids is null
    ),`,
    groups: sql`
      select indicator_id, location_ids, period from claimed where location_ids is not null
      union all
      ${inGroups(sql`
        select indicator_id, location_id, period from claimed where indicator_id is not null and location_id is not null
        union all
        ${each((from) => sql`select p.asked, a.location_id, p.period from part p join ${from} on a.${period} = p.period and a.indicator_id = p.part`)}
        union all
        ${each((from) => sql`select a.indicator_id, a.location_id, w.period from whole w join ${from} on a.${period} = w.period`)}`)}`,
  };
}
