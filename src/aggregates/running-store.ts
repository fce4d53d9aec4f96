import { join, type Queryable, raw, type Sql, sql } from '../platform/db/index.ts';
import { asDouble, isBeyondDouble } from './pure/double.ts';
import { stepsOf } from './pure/groupings.ts';

/** `cumulative=1` (monitoring §6.5): running totals along the periods of a selection. */

export interface Summed {
  shortName: string;
  operator: string;
}

/** Those among the indicators whose values cannot be added up along time. */
export function notSummed(db: Queryable, indicatorIds: readonly number[]): Promise<Summed[]> {
  return db.many<Summed>(sql`
    select s."shortName", s.operator from (
      select i.short_name as "shortName",
        -- Places and days are counted anew in each period: those of two do not add up.
        case when d.calculation is not null then d.calculation when exists (select 1 from indicator_calculation k where k.indicator_id = i.id and k.calculation = 'PART_TO_BE_SUMMED') then 'sum'
          when i.aggregation is not null then i.aggregation when i.data_format = 'bool' then 'mean'
          when i.data_format in ('int', 'float') then 'sum' else 'none' end as operator
      from indicator i left join lateral (select min(k.calculation) as calculation from indicator_calculation k
        where k.indicator_id = i.id and k.calculation in ('latest_date', 'district_count')) d on true
      where i.id = any(${[...indicatorIds]}::int[])) s
    where s.operator not in ('sum', 'count') order by 1`);
}

/**
 * `cells` are those of all indicators that are no quotients: columns as `unified` makes them. Quotients are worked out
 * from the running totals of their components, in each period in which one of these has a value; a component that has none
 * there keeps the total it had.
 */
export function running(
  cells: Sql,
  indicatorIds: readonly number[],
  quotients: ReadonlyMap<number, readonly number[]>,
  zeroDivision: 'null' | 'zero',
): Sql {
  const steps = stepsOf(quotients);
  const found = (upTo: number): Sql =>
    join(
      Array.from({ length: upTo + 1 }, (_, step) => raw(`select * from running_${step}`)),
      sql` union all `,
    );
  return sql`with running_cell as materialized (select * from (${cells}) c where c.value is not null),
    running_0 as materialized (
      select r.indicator_id, r.location_id, r.campaign_id, r.data_date, r.period_start, r.time_grouping, ${raw(asDouble('r.value'))} as value,
        r.marks | case when ${raw(isBeyondDouble('r.value'))} then 1024 else 0 end as marks
      from (select c.indicator_id, c.location_id, c.campaign_id, c.data_date, c.period_start, c.time_grouping,
        sum(case when i.aggregation = 'count' and c.marks & 1 <> 0 then 1 else c.value end) over along as value,
        -- What is neither rolled up nor calculated is stored.
        bit_or(c.marks & ~1) over along
          | case when bool_or(c.marks & 2 <> 0) over along and bool_or(c.marks & 6 = 0) over along then 512 else 0 end as marks
      from running_cell c join indicator i on i.id = c.indicator_id
      window along as (partition by c.indicator_id, c.location_id order by c.period_start, coalesce(c.campaign_id, 0))) r
    )${join(
      steps.map((ids, index) => runningQuotients(ids, index + 1, found(index), zeroDivision)),
      sql``,
    )}
    select null::bigint as id, f.indicator_id, f.location_id, f.campaign_id, f.data_date, trim_scale(f.value) as value, f.marks,
      null::numeric as computed, null::numeric as coverage, null::bigint as datapoint_id, f.period_start, f.time_grouping, null::text as note
    from (${found(steps.length)}) f where f.indicator_id = any(${[...indicatorIds]}::int[]) and (f.value is not null or f.marks & 1152 <> 0)`;
}

function runningQuotients(ids: number[], step: number, before: Sql, zeroDivision: 'null' | 'zero'): Sql {
  const role = (name: string): Sql => sql`sum(k.value) filter (where k.calculation = ${name})`;
  const zero = zeroDivision === 'zero' ? '0::numeric' : 'null::numeric';
  const name = raw(`running_${step}`);
  return sql`, ${name} as materialized (
      with before as materialized (${before}), formula as (
        select indicator_id, indicator_component_id, calculation from indicator_calculation
        where indicator_id = any(${ids}::int[]) and calculation in ('NUMERATOR', 'DENOMINATOR', 'WHOLE_OF_DIFFERENCE', 'PART_OF_DIFFERENCE')
      ), axis as (
        select distinct k.indicator_id, b.location_id, b.campaign_id, b.data_date, b.period_start, b.time_grouping
        from formula k join before b on b.indicator_id = k.indicator_component_id
      ), grid as (
        select x.*, k.calculation, k.indicator_component_id, b.value, b.marks,
          count(b.value) over (partition by x.indicator_id, x.location_id, k.indicator_component_id, k.calculation
            order by x.period_start, coalesce(x.campaign_id, 0)) as stretch
        from axis x join formula k on k.indicator_id = x.indicator_id
        left join before b on b.indicator_id = k.indicator_component_id and b.location_id = x.location_id
          and b.period_start = x.period_start and b.campaign_id is not distinct from x.campaign_id
      ), kept as (
        select g.indicator_id, g.location_id, g.campaign_id, g.data_date, g.period_start, g.time_grouping, g.calculation,
          max(g.value) over same as value, bit_or(g.marks) over same as marks
        from grid g
        window same as (partition by g.indicator_id, g.location_id, g.indicator_component_id, g.calculation, g.stretch)
      ), q as (
        select k.indicator_id, k.location_id, k.campaign_id, k.data_date, k.period_start, k.time_grouping,
          ${role('WHOLE_OF_DIFFERENCE')} as whole, ${role('PART_OF_DIFFERENCE')} as part,
          ${role('NUMERATOR')} as numerator, ${role('DENOMINATOR')} as denominator, bit_or(k.marks) as marks
        from kept k group by k.indicator_id, k.location_id, k.campaign_id, k.data_date, k.period_start, k.time_grouping
      ), zero as (
        select q.*, coalesce(q.part is not null and q.whole = 0, false) as whole_is_zero,
          coalesce(q.numerator is not null and q.denominator = 0, false) as denominator_is_zero,
          (q.whole - q.part) / nullif(q.whole, 0) as difference, q.numerator / nullif(q.denominator, 0) as ratio from q
      ), v as (
        select z.*, coalesce(${raw(`case when z.whole_is_zero then ${zero} else ${asDouble('z.difference')} end`)},
          ${raw(`case when z.denominator_is_zero then ${zero} else ${asDouble('z.ratio')} end`)}) as value from zero z
      )
      select z.indicator_id, z.location_id, z.campaign_id, z.data_date, z.period_start, z.time_grouping,
        z.value,
        4 | (coalesce(z.marks, 0) & 10) | case when coalesce(z.marks, 0) & 48 <> 0 then 32 else 0 end
          | case when z.whole_is_zero or z.denominator_is_zero then 128 else 0 end
          | case when z.value is null and ${raw(`(${isBeyondDouble('z.difference')} or ${isBeyondDouble('z.ratio')})`)} then 1024 else 0 end as marks
      from v z
    )`;
}
