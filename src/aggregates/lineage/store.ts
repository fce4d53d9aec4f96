import { ranking } from '../../datapoints/index.ts';
import type { CalculationRole, Operator } from '../../indicators/index.ts';
import { ident, join, type Queryable, raw, type Sql, sql } from '../../platform/db/index.ts';
import { cellAt } from '../cells.ts';
import { groupsAsked } from '../group-store.ts';
import { type Grouping, groupings } from '../pure/groupings.ts';
import { type Kind, kinds, type Period } from '../pure/kinds.ts';
import { isQuotient } from '../store.ts';
import type { CellQuery } from '../value-store.ts';
import type { CellComponent, CellFacts, Input, PartCell, StoredCandidate } from './pure/lineage.ts';

/** Reads what one value rests on. Every statement that shows a place carries the caller's predicate on it. */

export interface CellPlace {
  kind: Kind;
  indicatorId: number;
  locationId: number;
  period: Period;
}

const operator =
  raw(`case when exists (select 1 from indicator_calculation k where k.indicator_id = i.id and k.calculation = 'PART_TO_BE_SUMMED') then 'sum'
        when i.aggregation is not null then i.aggregation when i.data_format = 'bool' then 'mean'
        when i.data_format in ('int', 'float') then 'sum' else 'none' end`);

/** The predicate of the caller over a column that holds a place's id. */
export type Visible = (location: Sql) => Sql;

const periodText = (kind: Kind, of: Sql): Sql => (kind === 'date' ? sql`to_char(${of}, 'YYYY-MM-DD')` : of);

/** Cells of one kind as rows `v` of (indicator_id, location_id, period), numbered `n` in their order. */
const rowsOf = (kind: Kind, places: readonly CellPlace[]): Sql => sql`
    unnest(${places.map((one) => one.indicatorId)}::int[], ${places.map((one) => one.locationId)}::int[],
      ${places.map((one) => one.period)}::${raw(kinds[kind].type)}[]) with ordinality v (indicator_id, location_id, period, n)`;
/** The row `a` of a table of cells, or of stored values, at the cell `v`. */
const atCell = (kind: Kind): Sql =>
  sql`a.indicator_id = v.indicator_id and a.location_id = v.location_id and a.${ident(kinds[kind].period)} = v.period`;

export async function placeOfCell(
  db: Queryable,
  kind: Kind,
  id: number,
  visible: Visible,
): Promise<CellPlace | undefined> {
  const { cells, period } = kinds[kind];
  const row = await db.maybe<Omit<CellPlace, 'kind'>>(sql`
    select a.indicator_id as "indicatorId", a.location_id as "locationId", ${periodText(kind, sql`a.${ident(period)}`)} as period
    from ${ident(cells)} a where a.id = ${id}::bigint and ${visible(raw('a.location_id'))}`);
  return row && { kind, ...row };
}

export interface Named {
  indicator: { shortName: string; kind: Kind } | null;
  location: string | null;
  campaign: string | null;
}

/** What the coordinates are called, as far as they are there for the caller. */
export function namesOf(
  db: Queryable,
  { indicatorId, locationId, campaignId }: { indicatorId: number; locationId: number; campaignId: number | null },
  visible: Visible,
): Promise<Named> {
  return db.one<Named>(sql`
    select (select jsonb_build_object('shortName', i.short_name, 'kind', i.resource_name) from indicator i where i.id = ${indicatorId}::bigint) as indicator,
      (select l.name from location l where l.id = ${locationId}::bigint and ${visible(raw('l.id'))}) as location,
      (select c.name from campaign c where c.id = ${campaignId}::bigint) as campaign`);
}

/** Those of the indicators whose values are calendar days. */
export async function daysAmong(db: Queryable, indicatorIds: readonly number[]): Promise<number[]> {
  const rows = await db.many<{ id: number }>(
    sql`select id from indicator where data_format = 'date' and id = any(${[...indicatorIds]}::int[])`,
  );
  return rows.map((row) => row.id);
}

/** The cells themselves, in their order; where nothing is kept for one there is still its indicator. */
export function factsOf(db: Queryable, kind: Kind, places: readonly CellPlace[]): Promise<CellFacts[]> {
  return db.many<CellFacts>(sql`
    select a.id, a.value::float8 as value, coalesce(a.marks, 0) as marks, a.computed::float8 as computed,
      a.branches_with_value::float8 / a.branches as coverage, a.datapoint_id as "datapointId",
      coalesce(a.definition_version, i.definition_version) as "definitionVersion", a.updated_at as "at",
      a.fold_branches is not null as "isFolded", i.weight_indicator_id as "weightId",
      i.aggregation is not null or not exists (select 1 from indicator_calculation k where k.indicator_id = i.id
        and k.calculation not in ('latest_date', 'district_count')) as "fallsBack",
      ${operator} as operator
    from ${rowsOf(kind, places)} join indicator i on i.id = v.indicator_id left join lateral (${cellAt(kind, atCell(kind))}) a on true
    order by v.n`);
}

/** All that was stored for each cell and is not withdrawn, the one that counts first; at most 200 of each. */
export async function candidatesOf(
  db: Queryable,
  kind: Kind,
  places: readonly CellPlace[],
): Promise<StoredCandidate[][]> {
  const rows = await db.many<StoredCandidate & { n: number }>(sql`
    select v.n::int as n, a.id, a.value::float8 as value, a.origin, a.dataset_id as "datasetId", a.revision,
      a.document_id as "documentId", a.source_row as "row", a.source_column as "column", a.raw, a.run_id as "runId", a.note,
      a.ranked_at as "at", (select u.number from "user" u where u.id = a.entered_by) as "enteredBy",
      (select u.username from "user" u where u.id = a.entered_by) as username
    from ${rowsOf(kind, places)} cross join lateral (
      select a.*, row_number() over (order by ${raw(ranking('a'))}) as rank
      from datapoint a where ${atCell(kind)} and a.retracted_at is null) a
    where a.rank <= 200 order by v.n, a.rank`);
  return ofEach(places, rows);
}

/** What counted when the entry that counts was made: the first of what was there, whatever has come or gone since. */
export async function countedBefore(
  db: Queryable,
  kind: Kind,
  places: readonly CellPlace[],
): Promise<({ value: number | null } | undefined)[]> {
  const rows = await db.many<{ n: number; value: number | null }>(sql`
    select v.n::int as n, b.value::float8 as value from ${rowsOf(kind, places)} cross join lateral (
      select a.id, a.created_at from datapoint a where ${atCell(kind)} and a.origin = 'entry' and a.retracted_at is null) e
    cross join lateral (
      select a.value from datapoint a where ${atCell(kind)} and a.id <> e.id and a.created_at < e.created_at
        -- The entry before this one was withdrawn with its coming.
        and (a.retracted_at is null or a.retracted_at >= e.created_at)
      order by ${raw(ranking('a'))} limit 1) b`);
  return ofEach(places, rows).map(([before]) => before);
}

/** Rows that say which of the cells they belong to, cell by cell. */
function ofEach<Row extends object>(places: readonly CellPlace[], rows: readonly (Row & { n: number })[]): Row[][] {
  const groups: Row[][] = places.map(() => []);
  for (const { n, ...row } of rows) groups[n - 1]!.push(row as unknown as Row);
  return groups;
}

/** Of a cell `a` of the indicator `i` at the place `l`, as an input of another. */
const inputColumns =
  raw(`i.id as "indicatorId", i.short_name as "shortName", l.id as "locationId", l.name as "locationName", a.id,
      a.value::float8 as value, coalesce(a.marks, 0) as marks, (select d.origin from datapoint d where d.id = a.datapoint_id) as origin`);
/** The cell `a` of the indicator `i` at the place and in the period of `v`. */
const inputAt = (kind: Kind): Sql => sql`join location l on l.id = v.location_id
      left join lateral (${cellAt(kind, sql`a.${ident(kinds[kind].period)} = v.period and a.indicator_id = i.id and a.location_id = l.id`)}) a on true`;

/** What each indicator is calculated from, with the values at the same place. */
export async function componentsOf(
  db: Queryable,
  kind: Kind,
  places: readonly CellPlace[],
): Promise<CellComponent[][]> {
  const rows = await db.many<CellComponent & { n: number }>(sql`
    select v.n::int as n, k.calculation as role, ${inputColumns}
    from ${rowsOf(kind, places)} join indicator_calculation k on k.indicator_id = v.indicator_id
      join indicator i on i.id = k.indicator_component_id ${inputAt(kind)}
    order by v.n, k.calculation in ('PART_OF_DIFFERENCE', 'DENOMINATOR'), k.calculation, i.short_name, i.id`);
  return ofEach(places, rows);
}

/** Every part, part of a part and so on, once for each whole it belongs to, with its value at the same place. */
export async function partsOf(db: Queryable, kind: Kind, places: readonly CellPlace[]): Promise<PartCell[][]> {
  const rows = await db.many<PartCell & { n: number }>(sql`
    with recursive reach (root, whole, part) as (
      select k.indicator_id, k.indicator_id, k.indicator_component_id from indicator_calculation k
      where k.indicator_id = any(${places.map((one) => one.indicatorId)}::int[]) and k.calculation = 'PART_TO_BE_SUMMED'
      union
      select r.root, k.indicator_id, k.indicator_component_id from reach r
        join indicator_calculation k on k.indicator_id = r.part and k.calculation = 'PART_TO_BE_SUMMED'
    )
    select v.n::int as n, r.whole, a.fold_branches is not null as "isFolded",
      ${isQuotient(sql`r.part`)} as "isQuotient",
      ${inputColumns}
    from ${rowsOf(kind, places)} join reach r on r.root = v.indicator_id join indicator i on i.id = r.part ${inputAt(kind)}
    order by v.n, i.short_name, i.id`);
  return ofEach(places, rows);
}

export type BranchWay = 'children' | 'contributions';

/** `branch`: the places below each cell that go into it, or end without anything (`is_dead_end`). */
function branches(kind: Kind, places: readonly CellPlace[], way: BranchWay): Sql {
  const cell = sql`left join lateral (${cellAt(
    kind,
    sql`a.${ident(kinds[kind].period)} = v.period
      and a.indicator_id = v.indicator_id and a.location_id = l.id`,
  )}) a on true`;
  // The places directly below, for a sum of parts that nothing at the place itself speaks against.
  if (way === 'children') {
    return sql`branch as (
      select v.n, l.id, a.id as cell_id, a.value is not null as counts, a.value is null as is_dead_end
      from ${rowsOf(kind, places)} join location l on l.parent_location_id = v.location_id ${cell}
    )`;
  }
  // The nearest stored values on each branch; a branch without any, however large, is one dead end.
  const columns =
    raw(`v.n, v.indicator_id, v.period, l.id, a.id as cell_id, coalesce(a.marks & 1 <> 0, false) as counts,
      a.fold_branches is null as is_dead_end`);
  return sql`branch as (
      select ${columns} from ${rowsOf(kind, places)} join location l on l.parent_location_id = v.location_id ${cell}
      union all
      select ${columns} from branch v join location l on l.parent_location_id = v.id ${cell} where not v.counts and not v.is_dead_end
    )`;
}

export interface BranchPage {
  inputs: Input[];
  /** Of all pages together. */
  total: number;
}

/**
 * Inputs of each cell from places below, by the places' ids; `after` is the last place seen, \`limit\` how many of each.
 * `weightIds`: of each cell the indicator its inputs are weighted by, if any.
 */
export async function branchInputs(
  db: Queryable,
  kind: Kind,
  places: readonly CellPlace[],
  way: BranchWay,
  { after, limit, weightIds }: { after: number; limit: number; weightIds: readonly (number | null)[] },
  visible: Visible,
): Promise<BranchPage[]> {
  const rows = await db.many<Input & { n: number; total: number }>(sql`
    with recursive ${branches(kind, places, way)},
    counted as (select b.*, (count(*) over (partition by b.n))::int as total from branch b where b.counts and ${visible(raw('b.id'))}),
    page as (select c.*, row_number() over (partition by c.n order by c.id) as rank from counted c where c.id > ${after}::int)
    select c.n::int as n, c.total, ${inputColumns}, (select w.value::float8 from ${ident(kinds[kind].cells)} w
      where w.indicator_id = (${[...weightIds]}::int[])[c.n] and w.location_id = l.id
        and w.${ident(kinds[kind].period)} = a.${ident(kinds[kind].period)}) as weight
    from page c join location l on l.id = c.id cross join lateral (${cellAt(kind, raw('a.id = c.cell_id'))}) a join indicator i on i.id = a.indicator_id
    where c.rank <= ${limit}::int order by c.n, c.id`);
  return ofEach(places, rows).map((ofCell, n) => ({
    inputs: ofCell.map(({ total: _, weight, ...input }) => (weightIds[n] === null ? input : { ...input, weight })),
    total: ofCell[0]?.total ?? 0,
  }));
}

export interface DeadEnds {
  total: number;
  places: { location_id: number; location: string }[];
}

/** Places below each cell that were looked at and have nothing; the first hundred of them. */
export async function branchesWithoutData(
  db: Queryable,
  kind: Kind,
  places: readonly CellPlace[],
  way: BranchWay,
  visible: Visible,
): Promise<DeadEnds[]> {
  const rows = await db.many<DeadEnds & { n: number }>(sql`
    with recursive ${branches(kind, places, way)},
    dead as (select b.n, b.id, (count(*) over (partition by b.n))::int as total, row_number() over (partition by b.n order by b.id) as rank
      from branch b where b.is_dead_end and ${visible(raw('b.id'))})
    select d.n::int as n, d.total, jsonb_agg(jsonb_build_object('location_id', d.id, 'location', l.name) order by d.id) as places
    from dead d join location l on l.id = d.id where d.rank <= 100 group by d.n, d.total`);
  return ofEach(places, rows).map(([ends]) => ends ?? { total: 0, places: [] });
}

export interface GroupValue {
  indicatorId: number;
  value: number | null;
  marks: number;
}

/** What indicators amount to at one place in the group called `label`. */
export async function groupValues(
  db: Queryable,
  query: CellQuery,
  grouping: Grouping,
  label: string,
): Promise<GroupValue[]> {
  const groups = await groupsAsked(db, query, grouping);
  return db.many<GroupValue>(sql`
    select g.indicator_id as "indicatorId", g.value::float8 as value, g.marks from (${groups}) g where g.time_grouping #>> '{}' = ${label}`);
}

/** The periods of a group that have a value at the place, in order; a period's number is where a page goes on. */
export async function membersOfGroup(
  db: Queryable,
  { kind, indicatorId, locationId }: Omit<CellPlace, 'period'>,
  group: { grouping: Grouping; label: string; periods: Sql[] },
  { after, limit }: { after: number; limit: number },
): Promise<{ total: number; inputs: (Input & { period: Period; n: number })[] }> {
  const { cells, period } = kinds[kind];
  const day =
    kind === 'date' ? sql`a.data_date` : sql`(select c.start_date from campaign c where c.id = a.campaign_id)`;
  const number = kind === 'date' ? raw(`(a.data_date - date '2000-01-01')`) : raw('a.campaign_id');
  const label = raw(groupings[group.grouping].label.replaceAll('{day}', 'd.day'));
  const member = sql`select a.id as cell_id, ${number} as n from ${ident(cells)} a cross join lateral (select ${day} as day) d
    where a.indicator_id = ${indicatorId}::int and a.location_id = ${locationId}::int and a.value is not null
      and ${label} #>> '{}' = ${group.label}${group.periods.length === 0 ? sql`` : sql` and ${join(group.periods, sql` and `)}`}`;
  const rows = await db.many<Input & { period: Period; n: number; total: number }>(sql`
    with member as (${member})
    select ${inputColumns}, ${periodText(kind, sql`a.${ident(period)}`)} as period, m.n, (select count(*) from member)::int as total
    from member m cross join lateral (${cellAt(kind, raw('a.id = m.cell_id'))}) a join indicator i on i.id = a.indicator_id join location l on l.id = a.location_id
    where m.n > ${after}::int order by m.n limit ${limit}::int`);
  return { total: rows[0]?.total ?? 0, inputs: rows.map(({ total: _, ...input }) => input) };
}

export interface Definition {
  operator: Operator;
  definitionVersion: number;
  components: { role: CalculationRole; indicatorId: number; shortName: string }[];
}

export function definitionOf(db: Queryable, indicatorId: number): Promise<Definition> {
  return db.one<Definition>(sql`
    select i.definition_version as "definitionVersion",
      ${operator} as operator,
      coalesce((select jsonb_agg(jsonb_build_object('role', k.calculation, 'indicatorId', c.id, 'shortName', c.short_name) order by c.short_name)
        from indicator_calculation k join indicator c on c.id = k.indicator_component_id
        where k.indicator_id = i.id and k.calculation <> 'PART_TO_BE_SUMMED'), '[]') as components
    from indicator i where i.id = ${indicatorId}::int`);
}
