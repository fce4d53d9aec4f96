import { ident, join, type Queryable, raw, type Sql, sql } from '../platform/db/index.ts';
import { cellAt, cellsWhere } from './cells.ts';
import { type Grouping, groupings, stepsOf } from './pure/groupings.ts';
import { kinds } from './pure/kinds.ts';
import { type CellQuery, calculates, isStoredOnly } from './value-store.ts';

/** The quotients among these indicators and whatever they are made from, with their components. */
export async function quotientsAmong(db: Queryable, indicatorIds: readonly number[]): Promise<Map<number, number[]>> {
  const rows = await db.many<{ id: number; parts: number[] }>(sql`
    with recursive quotient as (
      select indicator_id, indicator_component_id from indicator_calculation
      where calculation in ('NUMERATOR', 'DENOMINATOR', 'WHOLE_OF_DIFFERENCE', 'PART_OF_DIFFERENCE')
    ), down (id) as (
      select unnest(${[...indicatorIds]}::int[]) union select q.indicator_component_id from down d join quotient q on q.indicator_id = d.id
    )
    select d.id, array_agg(q.indicator_component_id) as parts from down d join quotient q on q.indicator_id = d.id group by d.id`);
  return new Map(rows.map((row) => [row.id, row.parts]));
}

/**
 * Groups over time: places first, each day by itself, as kept; then the days of a group, with the indicator's operator.
 * Quotients are worked out from the groups of their components; what is stored for a quotient itself counts where these
 * give nothing in the group: ratios that were stored on some days and calculated on others cannot be joined. What joins
 * several days covers the branches of all of them, what is calculated as much as its least complete component. Columns as the views of migration 0071 have them.
 */
export async function groupsAsked(
  db: Queryable,
  query: CellQuery,
  grouping: Grouping,
  zeroDivision: 'null' | 'zero' = 'null',
): Promise<Sql> {
  const { kind, indicatorIds, places, periods, mode } = query;
  const { period } = kinds[kind];
  const quotients = calculates(mode) ? await quotientsAmong(db, indicatorIds) : new Map<number, number[]>();
  const needed = [...new Set([...indicatorIds, ...[...quotients].flatMap(([id, parts]) => [id, ...parts])])];
  const day =
    kind === 'date' ? sql`a.data_date` : sql`(select gc.start_date from campaign gc where gc.id = a.campaign_id)`;
  const conditions = [sql`a.indicator_id = any(${needed}::int[])`, ...places, ...periods];
  const { start, label } = groupings[grouping];
  const of = (text: string, column: string): Sql => raw(text.replaceAll('{day}', column));
  const steps = stepsOf(quotients);
  const found = (upTo: number): Sql =>
    join(
      Array.from({ length: upTo + 1 }, (_, step) => sql`select * from ${ident(`step_${step}`)}`),
      sql` union all `,
    );
  // Of what is asked for, `hides` is without what is stored at the place itself; its components are as they are.
  const hides = raw(mode === 'agg-only' ? '(values (false), (true))' : '(values (false))');
  const read = (column: string, hidden: string): Sql =>
    raw(`case when h.hides and a.marks & 1 <> 0 then ${hidden} else ${column} end`);
  return sql`with cell as (
      select a.indicator_id, a.location_id, ${day} as day, h.hides, ${read('a.value', 'a.computed')} as value,
        ${read('a.marks', 'coalesce(a.computed_marks, 0)')} as marks, ${read('a.branches_with_value', 'a.computed_with_value')} as n,
        ${read('a.branches', 'a.computed_branches')} as branches, ${read('a.fold_weight', 'a.computed_weight')} as fold_weight
      from (${cellsWhere(kind, join(conditions, sql` and `))}) a cross join ${hides} h (hides)
      where ${isStoredOnly(mode) ? raw('a.marks & 1 <> 0') : raw('true')}
    ), folded as materialized (
      select c.indicator_id, c.location_id, ${of(start, 'c.day')} as start, c.hides, trim_scale(case o.operator
          when 'sum' then sum(c.value) when 'count' then sum(case when c.marks & 1 <> 0 then 1 else c.value end)
          when 'mean' then sum(c.value * c.n) / nullif(sum(c.n), 0)
          -- One value is that value, whatever it weighs; of several, those without a weight are left out.
          when 'weighted_mean' then case when count(*) = 1 then min(c.value)
            else sum(c.value * c.fold_weight) / nullif(sum(c.fold_weight), 0) end
          when 'min' then min(c.value) when 'max' then max(c.value)
          when 'last' then (array_agg(c.value order by c.day desc))[1]
          else case when count(*) = 1 then min(c.value) end end) as value,
        bit_or(c.marks) & ~1 | case when o.operator = 'none' and count(*) > 1 then 256 else 0 end
          | case when bool_or(c.marks & 1 <> 0) and bool_or(c.marks & 2 <> 0) then 512 else 0 end
          | case when o.operator <> 'weighted_mean' or count(*) = 1 then 0
              else case when bool_or(c.fold_weight is null) then 8 else 0 end | case when sum(c.fold_weight) = 0 then 128 else 0 end end as marks,
        (case when o.operator = 'weighted_mean' and count(*) > 1 then coalesce(sum(c.n) filter (where c.fold_weight is not null), 0)
          else sum(c.n) end)::numeric / sum(c.branches) as coverage
      from cell c join lateral (
        select s.sums, case when s.sums then 'sum'
          when i.aggregation is not null then i.aggregation when i.data_format = 'bool' then 'mean'
          when i.data_format in ('int', 'float') then 'sum' else 'none' end as operator
        from indicator i cross join lateral (select exists (select 1 from indicator_calculation k
          where k.indicator_id = i.id and k.calculation = 'PART_TO_BE_SUMMED') as sums) s
        where i.id = c.indicator_id) o on true
      -- Quotients of single days do not join: of these only what is stored, rolled up or summed.
      where c.value is not null and (c.indicator_id <> all(${[...quotients.keys()]}::int[]) or c.marks & 5 <> 4 or o.sums)
      group by c.indicator_id, c.location_id, 3, c.hides, o.operator
    ), counted as materialized (${kind === 'date' && calculates(mode) ? datesCounted(query, needed, of(start, 'a.data_date'), hides) : nothingCounted}
    ), given as materialized (
      select f.* from folded f where f.value is not null or not exists (select 1 from counted d
        where d.indicator_id = f.indicator_id and d.location_id = f.location_id and d.start = f.start and d.hides = f.hides)
      union all select * from counted
    ), step_0 as (select * from given where indicator_id <> all(${[...quotients.keys()]}::int[])
    )${join(
      steps.map((ids, index) => quotientStep(ids, index + 1, found(index), hides, zeroDivision)),
      sql``,
    )}
    select null::bigint as id, f.indicator_id, f.location_id, null::${raw(kinds[kind].type)} as ${ident(period)}, f.value, f.marks,
      null::numeric as computed, trim_scale(round(case when f.value is null then 0 else f.coverage end, 6)) as coverage,
      null::bigint as datapoint_id, f.start as period_start,
      ${of(label, 'f.start')} as time_grouping, null::text as note
    from (${found(steps.length)}) f where f.indicator_id = any(${indicatorIds}::int[]) and f.hides = ${mode === 'agg-only'} and (f.value is not null or f.marks & 384 <> 0)`;
}

/** What the groups of the components give; where they give nothing, what is given for the indicator itself. */
function quotientStep(ids: number[], step: number, before: Sql, hides: Sql, zeroDivision: 'null' | 'zero'): Sql {
  const zero = raw(zeroDivision === 'zero' ? '0::numeric' : 'null::numeric');
  const role = (name: string): Sql => sql`sum(v.value) filter (where k.calculation = ${name})`;
  return sql`, ${ident(`quotient_${step}`)} as (
      select q.indicator_id, q.location_id, q.start, h.hides, trim_scale(coalesce((q.whole - q.part) / nullif(q.whole, 0),
          case when q.part is not null and q.whole = 0 then ${zero} end, q.numerator / nullif(q.denominator, 0),
          case when q.numerator is not null and q.denominator = 0 then ${zero} end)) as value,
        4 | (q.marks & 10) | case when q.marks & 48 <> 0 then 32 else 0 end
          | case when coalesce(q.part is not null and q.whole = 0, false) or coalesce(q.numerator is not null and q.denominator = 0, false) then 128 else 0 end as marks,
        q.coverage
      from (
        select k.indicator_id, v.location_id, v.start, ${role('WHOLE_OF_DIFFERENCE')} as whole, ${role('PART_OF_DIFFERENCE')} as part,
          ${role('NUMERATOR')} as numerator, ${role('DENOMINATOR')} as denominator, bit_or(v.marks) as marks,
          min(v.coverage) filter (where v.value is not null) as coverage
        from indicator_calculation k join (${before}) v on v.indicator_id = k.indicator_component_id
        where k.indicator_id = any(${ids}::int[]) and k.calculation <> 'PART_TO_BE_SUMMED' and not v.hides
        group by k.indicator_id, v.location_id, v.start) q cross join ${hides} h (hides)
    ), ${ident(`step_${step}`)} as materialized (
      select indicator_id, location_id, start, hides, case when d.own then g.value else q.value end as value,
        case when d.own then g.marks else q.marks | coalesce(g.marks & 16, 0) end as marks,
        case when d.own then g.coverage else q.coverage end as coverage
      from ${ident(`quotient_${step}`)} q
      full join (select * from given where indicator_id = any(${ids}::int[])) g using (indicator_id, location_id, start, hides)
      cross join lateral (select q.value is null and g.marks is not null and (g.value is not null or q.marks & 128 is distinct from 128) as own) d
    )`;
}

const nothingCounted =
  raw(`select null::int as indicator_id, null::int as location_id, null::date as start, null::boolean as hides, null::numeric as value,
  null::int as marks, null::numeric as coverage where false`);

/**
 * `latest_date` and `district_count` (§8.4): the newest day, and the number of places, with a value of the component that
 * is not zero, at or below the place in the group. Days are numbers as YYYYMMDD.
 */
function datesCounted({ places, periods, mode }: CellQuery, needed: number[], start: Sql, hides: Sql): Sql {
  const conditions = [raw('true'), ...places, ...periods];
  return sql`
      select a.indicator_id, a.location_id, ${start} as start, h.hides, case a.calculation
          when 'latest_date' then to_char(max(a.data_date), 'YYYYMMDD')::numeric else count(distinct a.counted_at)::numeric end as value,
        4 | case when bool_or(a.counted_at <> a.location_id) then 2 else 0 end as marks, null::numeric as coverage
      from (
        select k.indicator_id, k.calculation, v.data_date, v.location_id as counted_at, t.parent_location_id as location_id
        from indicator_calculation k
        cross join lateral (${cellAt('date', sql`a.indicator_id = k.indicator_component_id`)}) v
        join location_tree t on t.location_id = v.location_id
        where k.indicator_id = any(${needed}::int[]) and k.calculation in ('latest_date', 'district_count')
          and v.marks & 1 <> 0 and v.value <> 0${isStoredOnly(mode) ? raw(' and t.lvl = 0') : raw('')}
      ) a cross join ${hides} h (hides) where ${join(conditions, sql` and `)} and not exists (
        select 1 from folded s where s.indicator_id = a.indicator_id and s.location_id = a.location_id and s.start = ${start}
          and s.hides = h.hides and s.value is not null)
      group by a.indicator_id, a.location_id, 3, h.hides, a.calculation`;
}
