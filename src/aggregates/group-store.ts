import { ident, join, type Queryable, raw, type Sql, sql } from '../platform/db/index.ts';
import { cellAt, cellsWhere } from './cells.ts';
import { asDouble, isBeyondDouble } from './pure/double.ts';
import { type Grouping, groupings, stepsOf } from './pure/groupings.ts';
import { kinds } from './pure/kinds.ts';
import { marks } from './pure/marks.ts';
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

/** Sums of ratios or differences, at whatever depth, among these indicators and all they are made from. */
interface Sums {
  /** Of each its parts, parts of parts and so on. */
  parts: Map<number, number[]>;
  /** All that lies inside one of them. */
  inside: number[];
}

async function sumsOfQuotients(db: Queryable, indicatorIds: readonly number[]): Promise<Sums> {
  const rows = await db.many<{ id: number; parts: number[]; isSum: boolean }>(sql`
    with recursive formula as (
      select indicator_id as id, bool_or(calculation = 'PART_TO_BE_SUMMED') as sums, bool_or(calculation <> 'PART_TO_BE_SUMMED') as divides
      from indicator_calculation where calculation not in ('latest_date', 'district_count') group by indicator_id
    ), part as (select indicator_id, indicator_component_id from indicator_calculation where calculation = 'PART_TO_BE_SUMMED'),
    sum_of (id) as (
      select p.indicator_id from part p join formula f on f.id = p.indicator_component_id where f.divides and not f.sums
      union select p.indicator_id from sum_of s join part p on p.indicator_component_id = s.id
    ), divided as (select s.id from sum_of s join formula f on f.id = s.id where not f.divides),
    down (id) as (
      select unnest(${[...indicatorIds]}::int[])
      union select k.indicator_component_id from down d join indicator_calculation k on k.indicator_id = d.id
    ), inner_sum (id) as (
      select id from divided where id in (select id from down)
      union select p.indicator_component_id from inner_sum n join part p on p.indicator_id = n.id
    ), nest (whole, part) as (
      select p.indicator_id, p.indicator_component_id from part p where p.indicator_id in (select id from divided)
      union select n.whole, p.indicator_component_id from nest n join part p on p.indicator_id = n.part
    )
    select n.id, array(select p.part from nest p where p.whole = n.id) as parts,
      n.id in (select id from divided) as "isSum" from inner_sum n`);
  return {
    parts: new Map(rows.filter((row) => row.isSum).map((row) => [row.id, row.parts])),
    inside: rows.map((row) => row.id),
  };
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
  const sums: Sums = calculates(mode) ? await sumsOfQuotients(db, indicatorIds) : { parts: new Map(), inside: [] };
  const all = sums.inside.length === 0 ? quotients : await quotientsAmong(db, [...indicatorIds, ...sums.inside]);
  const derived = new Map([...all, ...sums.parts]);
  const needed = [...new Set([...indicatorIds, ...sums.inside, ...[...all].flatMap(([id, parts]) => [id, ...parts])])];
  const day =
    kind === 'date' ? sql`a.data_date` : sql`(select gc.start_date from campaign gc where gc.id = a.campaign_id)`;
  const conditions = [sql`a.indicator_id = any(${needed}::int[])`, ...places, ...periods];
  const { start, label } = groupings[grouping];
  const of = (text: string, column: string): Sql => raw(text.replaceAll('{day}', column));
  const steps = stepsOf(derived);
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
        ${read('a.branches', 'a.computed_branches')} as branches, ${read('a.fold_weight', 'a.computed_weight')} as fold_weight, a.fold_branches
      from (${cellsWhere(kind, join(conditions, sql` and `))}) a cross join ${hides} h (hides)
      where ${isStoredOnly(mode) ? raw('a.marks & 1 <> 0') : raw('true')}
    ), folded as materialized (${inDoubles(sql`
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
      where c.value is not null and (c.indicator_id <> all(${[...all.keys()]}::int[]) or c.marks & 5 <> 4 or o.sums)
      group by c.indicator_id, c.location_id, 3, c.hides, o.operator`)}
    ), counted as materialized (${kind === 'date' && calculates(mode) ? datesCounted(query, needed, of(start, 'a.data_date'), hides) : nothingCounted}
    ), given as materialized (
      select f.* from folded f where f.value is not null or not exists (select 1 from counted d
        where d.indicator_id = f.indicator_id and d.location_id = f.location_id and d.start = f.start and d.hides = f.hides)
      union all select * from counted
    ), step_0 as (select * from given where indicator_id <> all(${[...derived.keys()]}::int[])
    )${join(
      steps.map((ids, index) => {
        const divided = ids.filter((id) => sums.parts.has(id));
        const summed = divided.length === 0 ? undefined : sumStep(divided, found(index), of(start, 'c.day'), hides);
        return calculatedStep(ids, index + 1, quotientsOf(ids, found(index), hides, zeroDivision), summed);
      }),
      sql``,
    )}
    select null::bigint as id, f.indicator_id, f.location_id, null::${raw(kinds[kind].type)} as ${ident(period)}, f.value, f.marks,
      null::numeric as computed, trim_scale(round(case when f.value is null then 0 else f.coverage end, 6)) as coverage,
      null::bigint as datapoint_id, f.start as period_start,
      ${of(label, 'f.start')} as time_grouping, null::text as note
    from (${found(steps.length)}) f where f.indicator_id = any(${indicatorIds}::int[]) and f.hides = ${mode === 'agg-only'} and (f.value is not null or f.marks & 1408 <> 0)`;
}

/** What the groups of the components give; where they give nothing, what is given for the indicator itself. */
function calculatedStep(ids: number[], step: number, quotients: Sql, sums: Sql | undefined): Sql {
  return sql`, ${ident(`calculated_${step}`)} as (${quotients}${sums === undefined ? sql`` : sql` union all ${sums}`}
    ), ${ident(`step_${step}`)} as materialized (
      select indicator_id, location_id, start, hides, case when d.own then g.value else q.value end as value,
        case when d.own then g.marks else q.marks | coalesce(g.marks & 16, 0) end as marks,
        case when d.own then g.coverage else q.coverage end as coverage
      from ${ident(`calculated_${step}`)} q
      full join (select * from given where indicator_id = any(${ids}::int[])) g using (indicator_id, location_id, start, hides)
      cross join lateral (select q.value is null and g.marks is not null and (g.value is not null or coalesce(q.marks, 0) & 1152 = 0) as own) d
    )`;
}

/** Sums of the groups of their parts, where a ratio or difference counts among these: parts as in `workOutRound`. */
function sumStep(ids: number[], before: Sql, start: Sql, hides: Sql): Sql {
  const key = (a: string, b: string): Sql => raw(`${a}.location_id = ${b}.location_id and ${a}.start = ${b}.start`);
  return inDoubles(sql`
      with recursive part as (
        select indicator_id as whole, indicator_component_id as part from indicator_calculation where calculation = 'PART_TO_BE_SUMMED'
      ), nest (whole, part) as (
        select whole, part from part where whole = any(${ids}::int[])
        union select n.whole, p.part from nest n join part p on p.whole = n.part
      ), inside (whole, part) as (
        select p.whole, p.part from part p where p.whole in (select part from nest)
        union select i.whole, p.part from inside i join part p on p.whole = i.part
      ), v as materialized (select b.* from (${before}) b where not b.hides and b.indicator_id in (select part from nest)
      ), stored as materialized (
        select distinct c.indicator_id, c.location_id, ${start} as start from cell c
        where not c.hides and c.fold_branches is not null and c.indicator_id in (select part from nest)
      ), expanded (indicator_id, location_id, start, part) as (
        select n.whole, n.location_id, n.start, p.part
        from (select distinct n.whole, v.location_id, v.start from nest n join v on v.indicator_id = n.part) n join part p on p.whole = n.whole
        union
        select e.indicator_id, e.location_id, e.start, p.part from expanded e join part p on p.whole = e.part
        where not exists (select 1 from stored s where s.indicator_id = e.part and ${key('s', 'e')})
      ), ending as materialized (
        select e.*, v.value, v.marks, v.coverage, v.marks & 4 <> 0 and not exists (select 1 from part p where p.whole = e.part)
          and exists (select 1 from indicator_calculation k where k.indicator_id = e.part
            and k.calculation not in ('latest_date', 'district_count')) as is_divided
        from expanded e left join v on v.indicator_id = e.part and ${key('v', 'e')}
        where not exists (select 1 from part p where p.whole = e.part)
          or exists (select 1 from stored s where s.indicator_id = e.part and ${key('s', 'e')})
      )
      select e.indicator_id, e.location_id, e.start, h.hides, trim_scale(sum(e.value)) as value,
        4 | (bit_or(e.marks) filter (where e.value is not null) & 10)
          | case when bit_or(e.marks) filter (where e.value is not null) & 48 <> 0 then 32 else 0 end
          | case when bool_or(e.value is null) then 64 else 0 end as marks,
        min(e.coverage) filter (where e.value is not null) as coverage
      from ending e cross join ${hides} h (hides)
      where not exists (select 1 from ending o join inside i on i.whole = o.part and i.part = e.part
        where o.indicator_id = e.indicator_id and ${key('o', 'e')} and o.value is not null)
      group by e.indicator_id, e.location_id, e.start, h.hides having bool_or(e.value is not null and e.is_divided)`);
}

function quotientsOf(ids: number[], before: Sql, hides: Sql, zeroDivision: 'null' | 'zero'): Sql {
  const zero = zeroDivision === 'zero' ? '0::numeric' : 'null::numeric';
  const [wholeIsZero, denominatorIsZero] = [
    'q.part is not null and q.whole = 0',
    'q.numerator is not null and q.denominator = 0',
  ];
  const role = (name: string): Sql => sql`sum(v.value) filter (where k.calculation = ${name})`;
  return sql`
      select v.indicator_id, v.location_id, v.start, h.hides, trim_scale(v.value) as value,
        v.marks | case when v.value is null and v.is_beyond then 1024 else 0 end as marks, v.coverage
      from (
        select q.*, coalesce(${raw(`case when ${wholeIsZero} then ${zero} else ${asDouble('q.difference')} end`)},
            ${raw(`case when ${denominatorIsZero} then ${zero} else ${asDouble('q.ratio')} end`)}) as value,
          4 | (q.all_marks & 10) | case when q.all_marks & 48 <> 0 then 32 else 0 end
            | case when ${raw(`coalesce(${wholeIsZero}, false) or coalesce(${denominatorIsZero}, false)`)} then 128 else 0 end as marks,
          ${raw(`${isBeyondDouble('q.difference')} or ${isBeyondDouble('q.ratio')}`)} as is_beyond
        from (select s.*, (s.whole - s.part) / nullif(s.whole, 0) as difference, s.numerator / nullif(s.denominator, 0) as ratio from (
        select k.indicator_id, v.location_id, v.start, ${role('WHOLE_OF_DIFFERENCE')} as whole, ${role('PART_OF_DIFFERENCE')} as part,
          ${role('NUMERATOR')} as numerator, ${role('DENOMINATOR')} as denominator, bit_or(v.marks) as all_marks,
          min(v.coverage) filter (where v.value is not null) as coverage
        from indicator_calculation k join (${before}) v on v.indicator_id = k.indicator_component_id
        where k.indicator_id = any(${ids}::int[]) and k.calculation <> 'PART_TO_BE_SUMMED' and not v.hides
        group by k.indicator_id, v.location_id, v.start) s) q) v cross join ${hides} h (hides)`;
}

/** Groups as clients can read them: what no double holds has no value, and says so. */
const inDoubles = (groups: Sql): Sql => sql`
      select g.indicator_id, g.location_id, g.start, g.hides, ${raw(asDouble('g.value'))} as value,
        g.marks | case when ${raw(isBeyondDouble('g.value'))} then ${raw(String(marks.outOfRange))} else 0 end as marks, g.coverage
      from (${groups}) g`;

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
