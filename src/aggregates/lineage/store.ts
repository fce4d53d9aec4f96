import type { CalculationRole, Operator } from '../../indicators/index.ts';
import { ident, join, type Queryable, raw, type Sql, sql } from '../../platform/db/index.ts';
import { groupsAsked } from '../group-store.ts';
import { type Grouping, groupings } from '../pure/groupings.ts';
import { type Kind, kinds, type Period } from '../pure/kinds.ts';
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
const atCell = ({ kind, indicatorId, locationId, period }: CellPlace): Sql => sql`a.indicator_id = ${indicatorId}::int
  and a.location_id = ${locationId}::int and a.${ident(kinds[kind].period)} = ${period}::${raw(kinds[kind].type)}`;

export async function placeOfCell(
  db: Queryable,
  kind: Kind,
  id: number,
  visible: Visible,
): Promise<CellPlace | undefined> {
  const { table, period } = kinds[kind];
  const row = await db.maybe<Omit<CellPlace, 'kind'>>(sql`
    select a.indicator_id as "indicatorId", a.location_id as "locationId", ${periodText(kind, sql`a.${ident(period)}`)} as period
    from ${ident(table)} a where a.id = ${id}::bigint and ${visible(raw('a.location_id'))}`);
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

/** The cell itself; where nothing is kept for it there is still its indicator. */
export function factsOf(db: Queryable, place: CellPlace): Promise<CellFacts> {
  const { table } = kinds[place.kind];
  return db.one<CellFacts>(sql`
    select a.id, a.value::float8 as value, coalesce(a.marks, 0) as marks, a.computed::float8 as computed,
      a.branches_with_value::float8 / a.branches as coverage, a.datapoint_id as "datapointId",
      coalesce(a.definition_version, i.definition_version) as "definitionVersion", a.updated_at as "at",
      a.fold_branches is not null as "isFolded", i.weight_indicator_id as "weightId",
      i.aggregation is not null or not exists (select 1 from indicator_calculation k where k.indicator_id = i.id
        and k.calculation not in ('latest_date', 'district_count')) as "fallsBack",
      ${operator} as operator
    from indicator i left join ${ident(table)} a on ${atCell(place)} where i.id = ${place.indicatorId}::int`);
}

/** All that was stored for the cell and is not withdrawn, the one that counts first. */
export function candidatesOf(db: Queryable, place: CellPlace): Promise<StoredCandidate[]> {
  return db.many<StoredCandidate>(sql`
    select a.id, a.value::float8 as value, a.origin, a.dataset_id as "datasetId", a.revision, a.document_id as "documentId",
      a.source_row as "row", a.source_column as "column", a.raw, a.run_id as "runId", a.note, a.ranked_at as "at",
      (select u.number from "user" u where u.id = a.entered_by) as "enteredBy",
      (select u.username from "user" u where u.id = a.entered_by) as username
    from datapoint a where ${atCell(place)} and a.retracted_at is null
    order by a.precedence, a.ranked_at desc, a.source_row desc, a.id desc limit 200`);
}

/** What an entry took the place of: the entry before it, if there was one. */
export function entryBefore(db: Queryable, place: CellPlace): Promise<{ value: number | null } | undefined> {
  return db.maybe<{ value: number | null }>(sql`
    select a.value::float8 as value from datapoint a
    where ${atCell(place)} and a.origin = 'entry' and a.retracted_at is not null order by a.retracted_at desc, a.id desc limit 1`);
}

/** Of a cell `a` of the indicator `i` at the place `l`, as an input of another. */
const inputColumns =
  raw(`i.id as "indicatorId", i.short_name as "shortName", l.id as "locationId", l.name as "locationName", a.id,
      a.value::float8 as value, coalesce(a.marks, 0) as marks, (select d.origin from datapoint d where d.id = a.datapoint_id) as origin`);
const atPeriod = ({ kind, period }: CellPlace): Sql =>
  sql`a.${ident(kinds[kind].period)} = ${period}::${raw(kinds[kind].type)}`;

/** What the indicator is calculated from, with the values at the same place. */
export function componentsOf(db: Queryable, place: CellPlace): Promise<CellComponent[]> {
  return db.many<CellComponent>(sql`
    select k.calculation as role, ${inputColumns}
    from indicator_calculation k join indicator i on i.id = k.indicator_component_id
      join location l on l.id = ${place.locationId}::int
      left join ${ident(kinds[place.kind].table)} a on ${atPeriod(place)} and a.indicator_id = i.id and a.location_id = l.id
    where k.indicator_id = ${place.indicatorId}::int order by k.calculation in ('PART_OF_DIFFERENCE', 'DENOMINATOR'), k.calculation, i.short_name, i.id`);
}

/** Every part, part of a part and so on, once for each whole it belongs to, with its value at the same place. */
export function partsOf(db: Queryable, place: CellPlace): Promise<PartCell[]> {
  return db.many<PartCell>(sql`
    with recursive reach (whole, part) as (
      select k.indicator_id, k.indicator_component_id from indicator_calculation k
      where k.indicator_id = ${place.indicatorId}::int and k.calculation = 'PART_TO_BE_SUMMED'
      union
      select k.indicator_id, k.indicator_component_id from reach r
        join indicator_calculation k on k.indicator_id = r.part and k.calculation = 'PART_TO_BE_SUMMED'
    )
    select r.whole, a.fold_branches is not null as "isFolded", ${inputColumns}
    from reach r join indicator i on i.id = r.part join location l on l.id = ${place.locationId}::int
      left join ${ident(kinds[place.kind].table)} a on ${atPeriod(place)} and a.indicator_id = i.id and a.location_id = l.id
    order by i.short_name, i.id`);
}

/** The places directly below with their values, for a sum of parts that nothing at the place itself speaks against. */
function childrenOf(place: CellPlace): Sql {
  return sql`branch as (
      select l.id, a.id as cell_id, a.value is null as is_dead_end from location l
      left join ${ident(kinds[place.kind].table)} a on ${atPeriod(place)} and a.indicator_id = ${place.indicatorId}::int and a.location_id = l.id
      where l.parent_location_id = ${place.locationId}::int
    )`;
}

/** The nearest stored values on each branch below; a branch without any, however large, is one dead end. */
function contributionsTo(place: CellPlace): Sql {
  const cell = sql`left join ${ident(kinds[place.kind].table)} a on ${atPeriod(place)}
      and a.indicator_id = ${place.indicatorId}::int and a.location_id = l.id`;
  const columns = raw(
    `l.id, a.id as cell_id, coalesce(a.marks & 1 <> 0, false) as is_stored, a.fold_branches is null as is_dead_end`,
  );
  return sql`branch as (
      select ${columns} from location l ${cell} where l.parent_location_id = ${place.locationId}::int
      union all
      select ${columns} from branch b join location l on l.parent_location_id = b.id ${cell} where not b.is_stored and not b.is_dead_end
    )`;
}

export interface BranchPage {
  inputs: Input[];
  /** Of all pages together. */
  total: number;
}

/** Inputs from places below, by the places' ids; `after` is the last place seen. */
export async function branchInputs(
  db: Queryable,
  place: CellPlace,
  way: 'children' | 'contributions',
  { after, limit, weightId }: { after: number; limit: number; weightId: number | null },
  visible: Visible,
): Promise<BranchPage> {
  const table = ident(kinds[place.kind].table);
  const branch = way === 'children' ? childrenOf(place) : contributionsTo(place);
  const counts = way === 'children' ? raw('not b.is_dead_end') : raw('b.is_stored');
  const weight =
    weightId === null
      ? sql``
      : sql`, (select w.value::float8 from ${table} w where w.indicator_id = ${weightId}::int and w.location_id = l.id
          and w.${ident(kinds[place.kind].period)} = a.${ident(kinds[place.kind].period)}) as weight`;
  const rows = await db.many<Input & { total: number }>(sql`
    with recursive ${branch}, counted as (select b.* from branch b where ${counts} and ${visible(raw('b.id'))})
    select ${inputColumns}${weight}, (select count(*) from counted)::int as total
    from counted c join location l on l.id = c.id join ${table} a on a.id = c.cell_id join indicator i on i.id = a.indicator_id
    where c.id > ${after}::int order by c.id limit ${limit}::int`);
  const inputs = rows.map(({ total: _, ...input }) => input);
  return { inputs, total: rows[0]?.total ?? 0 };
}

/** Places below that were looked at and have nothing; the first hundred of them. */
export function branchesWithoutData(
  db: Queryable,
  place: CellPlace,
  way: 'children' | 'contributions',
  visible: Visible,
): Promise<{ total: number; places: { location_id: number; location: string }[] }> {
  const branch = way === 'children' ? childrenOf(place) : contributionsTo(place);
  return db.one(sql`
    with recursive ${branch}, dead as (select b.id from branch b where b.is_dead_end and ${visible(raw('b.id'))})
    select (select count(*) from dead)::int as total, coalesce((select jsonb_agg(jsonb_build_object('location_id', d.id, 'location', l.name) order by d.id)
      from (select id from dead order by id limit 100) d join location l on l.id = d.id), '[]') as places`);
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
  const { table, period } = kinds[kind];
  const day =
    kind === 'date' ? sql`a.data_date` : sql`(select c.start_date from campaign c where c.id = a.campaign_id)`;
  const number = kind === 'date' ? raw(`(a.data_date - date '2000-01-01')`) : raw('a.campaign_id');
  const label = raw(groupings[group.grouping].label.replaceAll('{day}', 'd.day'));
  const member = sql`select a.id as cell_id, ${number} as n from ${ident(table)} a cross join lateral (select ${day} as day) d
    where a.indicator_id = ${indicatorId}::int and a.location_id = ${locationId}::int and a.value is not null
      and ${label} #>> '{}' = ${group.label}${group.periods.length === 0 ? sql`` : sql` and ${join(group.periods, sql` and `)}`}`;
  const rows = await db.many<Input & { period: Period; n: number; total: number }>(sql`
    with member as (${member})
    select ${inputColumns}, ${periodText(kind, sql`a.${ident(period)}`)} as period, m.n, (select count(*) from member)::int as total
    from member m join ${ident(table)} a on a.id = m.cell_id join indicator i on i.id = a.indicator_id join location l on l.id = a.location_id
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
