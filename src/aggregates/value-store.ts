import { wordsAsNumber } from '../datapoints/index.ts';
import type { IndicatorValues } from '../indicators/index.ts';
import { ident, join, type Queryable, raw, type Sql, sql } from '../platform/db/index.ts';
import { cellsWhere } from './cells.ts';
import { type Grouping, groupings } from './pure/groupings.ts';
import { type Kind, kinds } from './pure/kinds.ts';

/** SQL that reads cells: what lists of values are made of. */

/** `at-place`: what is stored at the places, and what is calculated from that alone; nobody can ask for it by name. */
export type AggMode = 'mixed' | 'agg-only' | 'no-agg' | 'at-place';
export const isStoredOnly = (mode: AggMode): boolean => mode === 'no-agg' || mode === 'at-place';
export const calculates = (mode: AggMode): boolean => mode !== 'no-agg';

export interface CellQuery {
  kind: Kind;
  indicatorIds: number[];
  /** Conditions on `a.location_id`. */
  places: Sql[];
  /** Conditions on `period_start`, and of campaigns on `a.campaign_id`. */
  periods: Sql[];
  mode: AggMode;
}

/** Every cell asked for that has something to say, in the columns of the views of migration 0071. */
export function cellsAsked({ kind, indicatorIds, places, periods, mode }: CellQuery): Sql {
  const { period } = kinds[kind];
  const isStored = raw('a.marks & 1 <> 0');
  // Of a value that is not there nothing is known of its branches.
  const share = (n: string, of: string): Sql => raw(`trim_scale(round(${n}::numeric / ${of}, 6))`);
  const branches = share('a.branches_with_value', 'a.branches');
  const [value, marks, coverage] =
    mode === 'agg-only'
      ? [
          sql`case when ${isStored} then a.computed else a.value end`,
          sql`case when ${isStored} then coalesce(a.computed_marks, 0) else a.marks end`,
          sql`case when ${isStored} then ${share('a.computed_with_value', 'a.computed_branches')} else ${branches} end`,
        ]
      : [sql`a.value`, sql`a.marks`, branches];
  const conditions = [sql`a.indicator_id = any(${indicatorIds}::int[])`, ...places, ...periods];
  const cells = sql`(${cellsWhere(kind, join(conditions, sql` and `))}) a`;
  const [start, from] =
    kind === 'date'
      ? [raw('a.data_date'), cells]
      : [raw('pc.start_date'), sql`${cells} join campaign pc on pc.id = a.campaign_id`];
  const shown = isStoredOnly(mode) ? isStored : raw('(a.value is not null or a.marks <> 0)');
  return sql`select v.* from (
    select a.id, a.indicator_id, a.location_id, a.${ident(period)}, ${value} as value, ${marks} as marks, a.computed,
      ${coverage} as coverage, a.datapoint_id, ${start} as period_start, null::jsonb as time_grouping,
      (select d.note from datapoint d where d.id = a.datapoint_id) as note
    from ${from} where ${shown}) v where v.value is not null or v.marks <> 0`;
}

/** The same columns for both kinds of period, so that both fit into one list. */
export function unified(kind: Kind, cells: Sql): Sql {
  const other =
    kind === 'campaign' ? raw('s.campaign_id, null::date as data_date') : raw('null::int as campaign_id, s.data_date');
  return sql`select s.id, s.indicator_id, s.location_id, ${other}, s.value, s.marks, s.computed, s.coverage, s.datapoint_id,
    s.period_start, s.time_grouping, s.note from (${cells}) s`;
}

export interface Axes {
  locations: Sql;
  indicators: Sql;
  /** campaign_id, data_date, period_start */
  periods: Sql;
}

/** The cross product of the axes, with the cells there are; of the others id and value are null. Columns of `unified`. */
export function crossed(cells: Sql, axes: Axes): Sql {
  return sql`with found as materialized (${cells})
    select f.id, i.indicator_id, l.location_id, p.campaign_id, p.data_date, f.value, coalesce(f.marks, 0) as marks, f.computed,
      f.coverage, f.datapoint_id, p.period_start, null::jsonb as time_grouping, f.note
    from (${axes.indicators}) i cross join (${axes.locations}) l cross join (${axes.periods}) p
    left join found f on f.indicator_id = i.indicator_id and f.location_id = l.location_id and f.period_start = p.period_start
      and coalesce(f.campaign_id, 0) = coalesce(p.campaign_id, 0)`;
}

/** The same of groups over time: all of them for the places and indicators of each of `axes`. */
export function crossedGroups(cells: Sql, axes: readonly Omit<Axes, 'periods'>[], groups: Sql): Sql {
  const pairs = axes.map(
    ({ indicators, locations }) =>
      sql`select i.indicator_id, l.location_id from (${indicators}) i cross join (${locations}) l`,
  );
  return sql`with found as materialized (${cells})
    select f.id, x.indicator_id, x.location_id, f.campaign_id, f.data_date, f.value, coalesce(f.marks, 0) as marks,
      f.computed, f.coverage, f.datapoint_id, p.period_start, p.time_grouping, f.note
    from (${join(pairs, sql` union all `)}) x cross join (${groups}) p
    left join found f on f.indicator_id = x.indicator_id and f.location_id = x.location_id and f.period_start = p.period_start`;
}

/** The axes that occur among the cells found. */
export const axesFound: Axes = {
  locations: raw('select distinct location_id from found'),
  indicators: raw('select distinct indicator_id from found'),
  periods: raw('select distinct campaign_id, data_date, period_start from found'),
};

/** First and last day, where both were given. */
export interface Span {
  from: string;
  to: string;
}

/** The axes that were asked for. `places` are conditions on `a.location_id`. */
export function axesAsked(query: CellQuery, visible: (location: Sql) => Sql, span?: Span): Axes {
  const conditions = [visible(raw('a.location_id')), ...query.places];
  const periods = query.periods.length === 0 ? sql`true` : join(query.periods, sql` and `);
  return {
    locations: sql`select a.location_id from (select id as location_id from location) a where ${join(conditions, sql` and `)}`,
    indicators: sql`select id as indicator_id from indicator where id = any(${query.indicatorIds}::int[])`,
    periods:
      query.kind === 'campaign'
        ? sql`select a.campaign_id, null::date as data_date, a.period_start from (select id as campaign_id, start_date as period_start from campaign) a where ${periods}`
        : span === undefined
          ? axesFound.periods
          : sql`select null::int as campaign_id, s.at::date as data_date, s.at::date as period_start
              from generate_series(${span.from}::date, ${span.to}::date, interval '1 day') s (at)`,
  };
}

export interface Occurring {
  location_ids: number[];
  indicator_ids: number[];
  /** By their first day. */
  campaign_ids: number[];
  time_groupings: (number | string)[];
}

/** How many cells the axes make. `found` is there for axes of what occurs. */
export async function cellsMade(
  db: Queryable,
  found: Sql,
  axes: readonly Pick<Axes, 'locations' | 'indicators'>[],
  periods: readonly Sql[],
): Promise<number> {
  const isFound = periods.some((axis) => axis === axesFound.periods || axis === groupsFound);
  const before = isFound ? sql`with found as materialized (${found})` : sql``;
  const n = (of: Sql): Sql => sql`(select count(*) from (${of}) n)`;
  const cells = axes.map((one, at) => sql`${n(one.locations)} * ${n(one.indicators)} * ${n(periods[at]!)}`);
  return (await db.one<{ n: number }>(sql`${before} select (${join(cells, sql` + `)})::float8 as n`)).n;
}

/** What occurs in a list whose columns are those of `unified`. */
export function occurring(db: Queryable, source: Sql, visible: Sql): Promise<Occurring> {
  // Only these columns: the others would be worked out for every row.
  return db.one<Occurring>(sql`with t as materialized (
      select t.location_id, t.indicator_id, t.campaign_id, t.period_start, t.time_grouping from (${source}) t where ${visible})
    select array(select distinct location_id from t order by 1) as location_ids,
      array(select distinct indicator_id from t order by 1) as indicator_ids,
      array(select c.campaign_id from (select distinct campaign_id, period_start from t where campaign_id is not null) c
        order by c.period_start, c.campaign_id) as campaign_ids,
      coalesce((select jsonb_agg(g.time_grouping order by g.period_start) from (select distinct time_grouping, period_start from t
        where time_grouping is not null) g), '[]') as time_groupings`);
}

/** What the groups of a span are called, in order. */
export async function labelsOfSpan(db: Queryable, grouping: Grouping, span: Span): Promise<(number | string)[]> {
  const { labels } = await db.one<{ labels: (number | string)[] }>(sql`
    select coalesce(jsonb_agg(g.time_grouping order by g.period_start), '[]') as labels from (${groupsOfSpan(grouping, span)}) g`);
  return labels;
}

/** Which of the indicators there are, of which kind, and whether their values are calendar days. */
export function indicatorsAsked(
  db: Queryable,
  ids: readonly number[],
): Promise<{ id: number; kind: Kind; isDay: boolean }[]> {
  return db.many(sql`select i.id, i.resource_name as kind, i.data_format = 'date' as "isDay" from indicator i
    where i.id = any(${[...ids]}::int8[]) order by array_position(${[...ids]}::int8[], i.id::int8)`);
}

/** For `filter_indicator` of places (monitoring §5.2), and values on maps (§5.4). */
export const indicatorValues: IndicatorValues = {
  passes: (place, indicator, filter) => {
    const numbers = filter.values.map((text) => {
      // Of the words for yes and no, only these two here (§5.2).
      const isOther = indicator.dataFormat === 'bool' && !/^(true|false)$/i.test(text);
      const meant = isOther ? undefined : wordsAsNumber(indicator.dataFormat, indicator.categories ?? null, text);
      return meant ?? (text === '' ? Number.NaN : Number(text));
    });
    const wanted = sql`any(${numbers.filter(Number.isFinite)}::numeric[])`;
    const from = filter.campaignStart ?? null;
    const to = filter.campaignEnd ?? null;
    if (indicator.resourceName === 'date') {
      return sql`exists (select 1 from (select fa.id from date_cell fa where fa.location_id = ${place} and fa.indicator_id = ${indicator.id}
        and fa.value = ${wanted} and fa.data_date between coalesce(${from}::date, '-infinity') and coalesce(${to}::date, 'infinity') offset 0) fa)`;
    }
    if (!filter.ofAllCampaigns && filter.campaignIds === undefined && from === null && to === null) {
      return sql`(select fa.value from campaign_cell fa join campaign fc on fc.id = fa.campaign_id
        where fa.location_id = ${place} and fa.indicator_id = ${indicator.id} and fa.value is not null
        order by fc.start_date desc, fc.id desc limit 1) = ${wanted}`;
    }
    const campaigns =
      filter.campaignIds === undefined
        ? sql`fc.start_date between coalesce(${from}::date, '-infinity') and coalesce(${to}::date, 'infinity')`
        : sql`fc.id = any(${filter.campaignIds}::bigint[])`;
    return sql`exists (select 1 from (select fa.id from campaign_cell fa join campaign fc on fc.id = fa.campaign_id
      where fa.location_id = ${place} and fa.indicator_id = ${indicator.id} and fa.value = ${wanted} and ${campaigns} offset 0) fa)`;
  },
  valueOf: (
    place,
    { indicatorId, campaignId },
  ) => sql`coalesce((select jsonb_build_object('value', value_shown(va.indicator_id, va.value),
      'is_agg', va.marks & 2 <> 0, 'is_calculated', va.marks & 4 <> 0, 'is_partial', va.marks & 8 <> 0,
      'has_conflict', va.marks & 16 <> 0, 'flags', aggregate_flags(va.marks))
    from campaign_cell va where va.location_id = ${place} and va.indicator_id = ${indicatorId}::bigint
      and va.campaign_id = ${campaignId}::bigint and (va.value is not null or va.marks <> 0)), '{"value":null}')`,
};

/** All groups of the spans and campaigns asked for. */
export function groupsAskedFor(
  grouping: Grouping,
  asked: readonly { span?: Span | undefined; campaigns?: Sql }[],
): Sql | undefined {
  const groups = asked.flatMap(({ span, campaigns }) => [
    ...(span === undefined ? [] : [groupsOfSpan(grouping, span)]),
    ...(campaigns === undefined ? [] : [groupsOfCampaigns(grouping, campaigns)]),
  ]);
  return groups.length === 0 ? undefined : join(groups, sql` union `);
}

/** The groups that occur. */
export const groupsFound: Sql = raw('select distinct period_start, time_grouping from found');

function groupsOfCampaigns(grouping: Grouping, periods: Sql): Sql {
  const { start, label } = groupings[grouping];
  const of = (text: string, day: string): Sql => raw(text.replaceAll('{day}', day));
  return sql`select g.start as period_start, ${of(label, 'g.start')} as time_grouping
    from (select distinct ${of(start, 'p.period_start')} as start from (${periods}) p) g`;
}

/** Counted on from the first: not by way of every day. */
function groupsOfSpan(grouping: Grouping, { from, to }: Span): Sql {
  const { start, label, step } = groupings[grouping];
  const of = (text: string, day: string): Sql => raw(text.replaceAll('{day}', day));
  const starts =
    step === undefined
      ? sql`select ${raw(start)} as start`
      : sql`select s.at::date as start from (select ${from}::date as day) d
          cross join generate_series(${of(start, 'd.day')}, ${to}::date, ${step}::interval) s (at)`;
  return sql`select g.start as period_start, ${of(label, 'g.start')} as time_grouping from (${starts}) g
    where ${from}::date <= ${to}::date`;
}
