import { filterPeriodParameters, idsOf, placesSelected, selectionParameters } from '../locations/index.ts';
import type { Context } from '../platform/context.ts';
import { join, raw, type Sql, sql } from '../platform/db/index.ts';
import { invalidParameter, type Parameter, type ParameterValues, type ReadContext } from '../resource/index.ts';
import { notCumulative, tooManyCells, tooManyColumns } from './errors.ts';
import { groupsAsked, quotientsAmong } from './group-store.ts';
import { type Pivot, pivoted, pivots, turnedBack } from './pivot-store.ts';
import { type Grouping, groupingNames } from './pure/groupings.ts';
import type { Kind } from './pure/kinds.ts';
import { notSummed, running } from './running-store.ts';
import {
  type AggMode,
  axesAsked,
  axesFound,
  type CellQuery,
  calculates,
  cellsAsked,
  cellsMade,
  crossed,
  crossedGroups,
  groupsAskedFor,
  groupsFound,
  indicatorsAsked,
  labelsOfSpan,
  type Occurring,
  occurring,
  type Span,
  unified,
} from './value-store.ts';

/** The same on all endpoints that read values: clients send the parameters of one to the others (monitoring §9). */
export const valueParameters = {
  ...selectionParameters,
  ...filterPeriodParameters,
  indicator__in: { type: 'string', help: 'Ids of indicators, separated by commas.' },
  start_date: { type: 'date', help: 'First day; the same as campaign_start.' },
  end_date: { type: 'date', help: 'Last day; the same as campaign_end.' },
  agg_mode: { type: 'string', choices: ['mixed', 'agg-only', 'no-agg'], help: 'Which of stored and computed values.' },
  group_by_time: {
    type: 'string',
    choices: ['flat', 'campaign', ...groupingNames],
    help: 'Joins periods into groups.',
  },
  chart_type: { type: 'string', help: 'ColumnChart: the cross product of what occurs.' },
  chart_uuid: { type: 'string', help: 'Comes back in meta.' },
  show_missing_data: { type: 'boolean', help: 'The cross product of everything asked for.' },
  cumulative: { type: 'boolean', help: 'Running totals along the periods.' },
  pivot: { type: 'string', choices: Object.keys(pivots), help: 'One column for each of these, one row for the rest.' },
  lineage: { type: 'string', choices: ['url'], help: 'Adds a column that says where each value comes from.' },
} as const satisfies Record<string, Parameter>;

/** A list of values, worked out once for a request. */
export interface ValueList {
  /** With the columns of `unified`; turned, also those of the pivot. */
  source: Sql;
  grouping: Grouping | undefined;
  span: Span | undefined;
  pivot: { by: Pivot; ids: number[] } | undefined;
  /** Indicators whose values are calendar days. */
  dayIds: number[];
  /** For `meta`: what the rows are about, before they are turned; of those rows of the source that are left, if given. */
  occurring(left?: Sql): Promise<Occurring>;
}

/** Lists, columns and `meta` of one request are about the same rows: its parameters are one object for all three. */
const known = new WeakMap<ParameterValues, Promise<ValueList>>();

export function valueList(
  context: Context,
  endpoint: Kind | 'any',
  given: ParameterValues,
  read: ReadContext,
): Promise<ValueList> {
  let list = known.get(given);
  if (list === undefined) {
    list = readValueList(context, endpoint, given, read);
    known.set(given, list);
  }
  return list;
}

async function readValueList(
  context: Context,
  endpoint: Kind | 'any',
  given: ParameterValues,
  read: ReadContext,
): Promise<ValueList> {
  const asked = await indicatorsAsked(read.db, idsOf('indicator__in', String(given.indicator__in ?? '')));
  const grouping = groupingNames.find((name): name is Grouping => name === given.group_by_time);
  const visible = (location: Sql) => read.access.where('datapoint.read', { location });
  const found: RowsOfKind[] = [];
  for (const kind of kindsOf(endpoint, given)) {
    const ids = asked.filter((one) => one.kind === kind).map((one) => one.id);
    found.push(await rowsOfKind(context, kind, ids, grouping, given, read, visible));
  }
  const span = spanOf(given);
  const flat = await withMissing(context, found, grouping, given, visible, read);
  let occurs: Promise<Occurring> | undefined;
  const whatOccurs = () => {
    occurs ??= occurringOf(read.db, flat, visible(raw('t.location_id')), grouping, span);
    return occurs;
  };
  const by = pivotOf(given, grouping);
  const pivot = by && { by, ids: await columnsOf(by, asked, whatOccurs) };
  return {
    source: pivot === undefined ? flat : pivoted(flat, pivot.by, pivot.ids, visible),
    grouping,
    span,
    pivot,
    dayIds: asked.filter((one) => one.isDay).map((one) => one.id),
    occurring: async (left) => {
      if (left === undefined) return await whatOccurs();
      const rows = pivot === undefined ? left : turnedBack(flat, pivot.by, left);
      const found = await occurringOf(read.db, rows, visible(raw('t.location_id')), grouping, span);
      // All groups that were asked for, whichever of them are left.
      if (grouping === undefined || given.show_missing_data !== true) return found;
      return { ...found, time_groupings: (await whatOccurs()).time_groupings };
    },
  };
}

async function occurringOf(
  db: ReadContext['db'],
  flat: Sql,
  visible: Sql,
  grouping: Grouping | undefined,
  span: Span | undefined,
): Promise<Occurring> {
  const found = await occurring(db, flat, visible);
  if (found.location_ids.length > 0 || grouping === undefined || span === undefined) return found;
  return { ...found, time_groupings: await labelsOfSpan(db, grouping, span) };
}

/** Grouped by campaign, days are no answer: that is the other endpoint's (§6.3). */
function kindsOf(endpoint: Kind | 'any', given: ParameterValues): Kind[] {
  if (endpoint === 'campaign') return ['campaign'];
  if (given.group_by_time === 'campaign') return ['campaign'];
  return endpoint === 'date' ? ['date'] : ['campaign', 'date'];
}

/** The values of one kind that there are, and what was asked for. */
interface RowsOfKind {
  query: CellQuery;
  rows: Sql;
}

async function rowsOfKind(
  context: Context,
  kind: Kind,
  indicatorIds: number[],
  grouping: Grouping | undefined,
  given: ParameterValues,
  read: ReadContext,
  visible: (location: Sql) => Sql,
): Promise<RowsOfKind> {
  const places = await placesSelected(context, raw('a.location_id'), periodsNamed(given), read, {
    // What is asked for are campaigns, all of them unless some are named (§5.2).
    ofAllCampaigns: kind === 'campaign',
  });
  const query: CellQuery = {
    kind,
    indicatorIds,
    places: [
      ...(places === undefined ? [] : [places]),
      ...(missingIn(given) === 'columns' ? [visible(raw('a.location_id'))] : []),
    ],
    periods: periodConditions(kind, given),
    mode: modeOf(kind, grouping, given),
  };
  return { query, rows: await valuesOf(context, query, grouping, given.cumulative === true, read) };
}

/** Which cells without a value are shown too (§6.5): all that were asked for, or those of what occurs. */
function missingIn(given: ParameterValues): 'asked' | 'columns' | undefined {
  if (given.show_missing_data === true) return 'asked';
  return given.chart_type === 'ColumnChart' ? 'columns' : undefined;
}

/** Periods are crossed kind by kind; groups of time are the same for both, so that every series has all of them. */
async function withMissing(
  context: Context,
  found: readonly RowsOfKind[],
  grouping: Grouping | undefined,
  given: ParameterValues,
  visible: (location: Sql) => Sql,
  { db }: ReadContext,
): Promise<Sql> {
  const missing = missingIn(given);
  const together = (rows: readonly Sql[]): Sql =>
    rows.length === 1
      ? rows[0]!
      : join(
          rows.map((one) => sql`select * from (${one}) r`),
          sql` union all `,
        );
  const all = together(found.map(({ rows }) => rows));
  if (missing === undefined) return all;
  const span = spanOf(given);
  const axes = found.map(({ query }) => (missing === 'asked' ? axesAsked(query, visible, span) : axesFound));
  if (missing === 'columns') {
    return grouping === undefined
      ? together(found.map(({ rows }) => crossed(rows, axesFound)))
      : crossedGroups(all, [axesFound], groupsFound);
  }
  const groups =
    grouping &&
    groupsAskedFor(
      grouping,
      found.map(({ query: { kind } }, n) =>
        // Campaigns that are named are the periods asked for, whatever the span.
        kind === 'campaign' && (span === undefined || given.campaign__in !== undefined)
          ? { campaigns: axes[n]!.periods }
          : { span },
      ),
    );
  // Nothing of it is made before it is known to be little enough: pages of more would take minutes.
  const periods = axes.map((one) => (grouping === undefined ? one.periods : (groups ?? groupsFound)));
  const cells = await cellsMade(db, all, axes, periods);
  if (cells > context.config.missingCellsMax) throw tooManyCells(cells, context.config.missingCellsMax);
  if (grouping === undefined) return together(found.map(({ rows }, n) => crossed(rows, axes[n]!)));
  return crossedGroups(all, axes, groups === undefined ? groupsFound : sql`${groups} union ${groupsFound}`);
}

/** Of days as they are, and of listed places where days are grouped, only what is stored at the places (§6.3). */
function modeOf(kind: Kind, grouping: Grouping | undefined, given: ParameterValues): AggMode {
  const asked = given.agg_mode as AggMode | undefined;
  if (kind === 'date' && grouping === undefined) return asked === 'no-agg' ? asked : 'at-place';
  return asked ?? (kind === 'date' && given.location_id__in !== undefined ? 'at-place' : 'mixed');
}

/** The values themselves, one row for each that there is. */
async function valuesOf(
  context: Context,
  query: CellQuery,
  grouping: Grouping | undefined,
  isCumulative: boolean,
  { db }: ReadContext,
): Promise<Sql> {
  const { zeroDivision } = context.config;
  const cells = async (asked: CellQuery) =>
    unified(
      asked.kind,
      grouping === undefined ? cellsAsked(asked) : await groupsAsked(db, asked, grouping, zeroDivision),
    );
  if (!isCumulative) return await cells(query);
  const quotients = await quotientsAmong(db, query.indicatorIds);
  const asked = query.indicatorIds.filter((id) => calculates(query.mode) || !quotients.has(id));
  const components = asked.flatMap((id) => quotients.get(id) ?? []);
  const needed = [...new Set([...asked, ...(components.length === 0 ? [] : [...quotients.values()].flat())])];
  const summed = needed.filter((id) => !quotients.has(id));
  const [other] = await notSummed(db, summed);
  if (other !== undefined) throw notCumulative(other.shortName, other.operator);
  const totals = async (ids: number[], from: number[], mode: AggMode) =>
    running(await cells({ ...query, indicatorIds: from, mode }), ids, quotients, zeroDivision);
  if (query.mode !== 'agg-only') return await totals(asked, summed, query.mode);
  // Of what is asked for without its stored values, the components have theirs all the same.
  const [plain, calculated] = [asked.filter((id) => !quotients.has(id)), asked.filter((id) => quotients.has(id))];
  return sql`select * from (${await totals(plain, plain, 'agg-only')}) p
    union all select * from (${await totals(calculated, summed, 'mixed')}) c`;
}

function pivotOf(given: ParameterValues, grouping: Grouping | undefined): Pivot | undefined {
  if (given.pivot === undefined) return undefined;
  const by = given.pivot as Pivot;
  if (by === 'campaign' && grouping !== undefined) {
    throw invalidParameter('pivot', by, 'indicator or location, where time is grouped');
  }
  if (given.lineage !== undefined) throw invalidParameter('lineage', String(given.lineage), 'no pivot beside it');
  return by;
}

const columnsAtMost = 500;

/** All indicators asked for have a column; of campaigns and places those that occur. */
async function columnsOf(
  by: Pivot,
  asked: readonly { id: number }[],
  whatOccurs: () => Promise<Occurring>,
): Promise<number[]> {
  const ids =
    by === 'indicator'
      ? asked.map((one) => one.id)
      : (await whatOccurs())[by === 'campaign' ? 'campaign_ids' : 'location_ids'];
  if (ids.length > columnsAtMost) throw tooManyColumns(by, ids.length, columnsAtMost);
  return ids;
}

/** `start_date` and `end_date` are other names of `campaign_start` and `campaign_end`. */
function periodsNamed(given: ParameterValues): ParameterValues {
  return {
    ...given,
    campaign_start: given.campaign_start ?? given.start_date,
    campaign_end: given.campaign_end ?? given.end_date,
  };
}

function spanOf(given: ParameterValues): Span | undefined {
  const { campaign_start: from, campaign_end: to } = periodsNamed(given);
  return from === undefined || to === undefined ? undefined : { from: String(from), to: String(to) };
}

function periodConditions(kind: Kind, given: ParameterValues): Sql[] {
  const { campaign_start: from, campaign_end: to } = periodsNamed(given);
  if (kind === 'date') {
    return [
      ...(from === undefined ? [] : [sql`a.data_date >= ${from}::date`]),
      ...(to === undefined ? [] : [sql`a.data_date <= ${to}::date`]),
    ];
  }
  if (given.campaign__in !== undefined) {
    return [sql`a.campaign_id = any(${idsOf('campaign__in', String(given.campaign__in))}::bigint[])`];
  }
  if (from === undefined && to === undefined) return [];
  return [
    sql`a.campaign_id in (select pc.id from campaign pc
      where pc.start_date between coalesce(${from ?? null}::date, '-infinity') and coalesce(${to ?? null}::date, 'infinity'))`,
  ];
}

/** SQL text over a row: the address that says where its value comes from. */
export function lineageColumn(base: string, { grouping, span }: ValueList): string {
  const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
  if (grouping === undefined) {
    return `case when t.id is not null then ${quote(`${base}/api/v1/`)} || case when t.campaign_id is null then 'date' else 'campaign' end
      || '_datapoint/' || t.id || '/lineage' end`;
  }
  const days = span === undefined ? '' : `&start_date=${span.from}&end_date=${span.to}`;
  return `case when t.value is not null then ${quote(`${base}/api/v1/datapoint/lineage?indicator_id=`)} || t.indicator_id || '&location_id='
    || t.location_id || '&time_grouping=' || (t.time_grouping #>> '{}') || ${quote(days)} end`;
}
