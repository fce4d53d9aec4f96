import { checkCoordinates, enterValue, withdrawEntry } from '../datapoints/index.ts';
import { filterPeriodParameters, idsOf, placesSelected, selectionParameters } from '../locations/index.ts';
import type { Context } from '../platform/context.ts';
import { raw, type Sql, sql } from '../platform/db/index.ts';
import {
  type Field,
  invalidBody,
  type Parameter,
  type ParameterValues,
  type ReadContext,
  type ResourceDeclaration,
  resource,
  type WriteContext,
} from '../resource/index.ts';
import { groupsAsked } from './group-store.ts';
import { type Grouping, groupingNames } from './pure/groupings.ts';
import { type Kind, kinds } from './pure/kinds.ts';
import { refreshCells } from './refresh-cells.ts';
import {
  type AggMode,
  axesAsked,
  axesFound,
  type CellQuery,
  cellsAsked,
  crossed,
  crossedGroups,
  groupAxis,
  occurring,
} from './value-store.ts';

const id = { type: 'integer', sql_type: 'bigint', readonly: true } as const;
/** Cells of a cross product that hold nothing have none. */
const cellId = { ...id, nullable: true } as const;
const flag = (bit: number, help: string) =>
  ({ type: 'boolean', expression: `({t}.marks & ${bit}) <> 0`, readonly: 'refuse', help }) as const;
const coordinate = { type: 'integer', sql_type: 'integer' } as const;

/** What a cell says beside its value (monitoring §6.1, §8.5). */
const said = {
  is_agg: flag(2, 'Rests on places below.'),
  is_calculated: flag(4, 'Calculated from other indicators.'),
  is_partial: flag(8, 'Some branch below has no value.'),
  has_conflict: flag(16, 'The stored value differs from what there would be without it.'),
  flags: { type: 'list', expression: 'aggregate_flags({t}.marks)', readonly: 'refuse', help: 'Everything true of it.' },
} as const satisfies Record<string, Field>;
const more = {
  coverage: { type: 'number', sql_type: 'numeric', readonly: 'refuse', help: 'Branches with a value ÷ all branches.' },
  conflict: {
    type: 'number',
    sql_type: 'numeric',
    nullable: true,
    expression: 'case when {t}.marks & 16 <> 0 then {t}.computed end',
    help: 'What there would be without the stored value, where it differs.',
  },
  note: { type: 'string', nullable: true, maxLength: 2000, help: 'What whoever entered it had to say.' },
  clears: { type: 'boolean', default: false, secret: true, help: 'That value was sent as null.' },
  confirm_warnings: { type: 'boolean', default: false, secret: true, help: 'Store it although it is unusual.' },
  period_start: { type: 'date', readonly: 'refuse' },
  time_grouping: { type: 'json', nullable: true, readonly: 'refuse', help: 'The group, with group_by_time.' },
} as const satisfies Record<string, Field>;
const value = { type: 'number', sql_type: 'numeric', nullable: true, help: 'Null clears the cell.' } as const;

const parameters = {
  ...selectionParameters,
  ...filterPeriodParameters,
  indicator__in: { type: 'string', help: 'Ids of indicators, separated by commas.' },
  start_date: { type: 'date', help: 'First day; the same as campaign_start.' },
  end_date: { type: 'date', help: 'Last day; the same as campaign_end.' },
  agg_mode: { type: 'string', choices: ['mixed', 'agg-only', 'no-agg'], help: 'Which of stored and computed values.' },
  chart_type: { type: 'string', help: 'ColumnChart: the cross product of what occurs.' },
  chart_uuid: { type: 'string', help: 'Comes back in meta.' },
  show_missing_data: { type: 'boolean', help: 'The cross product of everything asked for.' },
} as const satisfies Record<string, Parameter>;

/** Effective values per campaign, and the way to enter them (monitoring §6.2, §7.9). */
export function campaignDatapointResource(context: Context): ResourceDeclaration {
  return resource({
    resource_name: 'campaign_datapoint',
    object_class: 'campaign_value',
    help: 'Values of indicators at places in campaigns: stored, calculated, or rolled up from places below.',
    fields: {
      id: cellId,
      indicator_id: coordinate,
      campaign_id: { ...coordinate, nullable: true },
      location_id: coordinate,
      value,
      ...said,
      ...more,
    },
    query_fields: ['id', 'indicator_id', 'campaign_id', 'time_grouping', 'location_id', 'value', ...Object.keys(said)],
    detail_fields: detailFields('campaign_id'),
    order: ['period_start', 'location_id', 'indicator_id'],
    GET_params_required: ['indicator__in'],
    required_fields_for_post: ['campaign_id', 'indicator_id', 'location_id'],
    natural_keys: [['location_id', 'campaign_id', 'indicator_id']],
    permission: { read: 'datapoint.read', write: 'datapoint.write', scope: 'location_id' },
    parameters: { ...parameters, group_by_time: { type: 'string', choices: ['campaign', ...groupingNames] } },
    list_source: (given, read) => source(context, 'campaign', given, read),
    hooks: {
      meta: async (given, read) => {
        const cells = await source(context, 'campaign', given, read);
        const visible = read.access.where('datapoint.read', { location: raw('t.location_id') });
        const { period_ids, ...found } = await occurring(read.db, 'campaign', cells, visible);
        return { ...found, campaign_ids: period_ids, ...echoed(given) };
      },
      ...entryHooks(context, 'campaign'),
    },
  });
}

/** The values stored for days, and the way to enter them (monitoring §6.3 flat, §7.9). */
export function dateDatapointResource(context: Context): ResourceDeclaration {
  return resource({
    resource_name: 'date_datapoint',
    object_class: 'date_value',
    help: 'Values of indicators at places on days. Lists show the stored values that count.',
    fields: {
      id: cellId,
      data_date: { type: 'date', nullable: true },
      indicator_id: coordinate,
      location_id: coordinate,
      value,
      ...said,
      ...more,
    },
    query_fields: ['id', 'data_date', 'time_grouping', 'indicator_id', 'location_id', 'value', ...Object.keys(said)],
    detail_fields: detailFields('data_date'),
    order: ['period_start', 'location_id', 'indicator_id'],
    GET_params_required: ['indicator__in'],
    required_fields_for_post: ['indicator_id', 'location_id', 'data_date'],
    natural_keys: [['location_id', 'data_date', 'indicator_id']],
    permission: { read: 'datapoint.read', write: 'datapoint.write', scope: 'location_id' },
    parameters: { ...parameters, group_by_time: { type: 'string', choices: ['flat', ...groupingNames] } },
    list_source: (given, read) => source(context, 'date', given, read),
    hooks: {
      meta: async (given, read) => {
        const cells = await source(context, 'date', given, read);
        const visible = read.access.where('datapoint.read', { location: raw('t.location_id') });
        const { location_ids, indicator_ids, time_groupings } = await occurring(read.db, 'date', cells, visible);
        return { location_ids, indicator_ids, time_groupings, ...echoed(given) };
      },
      ...entryHooks(context, 'date'),
    },
  });
}

const detailFields = (period: string) => [
  'id',
  'indicator_id',
  period,
  'location_id',
  'value',
  ...Object.keys(said),
  'coverage',
  'conflict',
  'note',
];

const echoed = (given: ParameterValues) => (given.chart_uuid === undefined ? {} : { chart_uuid: given.chart_uuid });

/** The list's rows as SQL. The permission predicate comes on top of it, and into the axes of a cross product. */
async function source(context: Context, kind: Kind, given: ParameterValues, read: ReadContext): Promise<Sql> {
  const places = await placesSelected(context, raw('a.location_id'), periodsNamed(given), read);
  const grouping = groupingNames.find((name): name is Grouping => name === given.group_by_time);
  // Of listed places only what is stored at them, where time is grouped.
  const byDefault = grouping !== undefined && given.location_id__in !== undefined ? 'no-agg' : 'mixed';
  const query: CellQuery = {
    kind,
    indicatorIds: idsOf('indicator__in', String(given.indicator__in ?? '')),
    places: places === undefined ? [] : [places],
    periods: periodConditions(kind, given),
    mode: kind === 'date' && grouping === undefined ? 'no-agg' : ((given.agg_mode as AggMode | undefined) ?? byDefault),
  };
  const visible = (location: Sql) => read.access.where('datapoint.read', { location });
  if (grouping !== undefined) return await groupedSource(query, grouping, given, read.db, visible);
  if (given.show_missing_data === true) return crossed(kind, cellsAsked(query), axesAsked(kind, query, visible));
  if (given.chart_type !== 'ColumnChart') return cellsAsked(query);
  const seen = { ...query, places: [...query.places, visible(raw('a.location_id'))] };
  return crossed(kind, cellsAsked(seen), axesFound(kind));
}

async function groupedSource(
  query: CellQuery,
  grouping: Grouping,
  given: ParameterValues,
  db: ReadContext['db'],
  visible: (location: Sql) => Sql,
): Promise<Sql> {
  const { kind } = query;
  if (given.show_missing_data === true) {
    const { campaign_start: from, campaign_end: to } = periodsNamed(given);
    const span = from === undefined || to === undefined ? undefined : { from: String(from), to: String(to) };
    const axes = { ...axesAsked(kind, query, visible), groups: groupAxis(grouping, span) };
    return crossedGroups(kind, await groupsAsked(db, query, grouping), axes);
  }
  if (given.chart_type !== 'ColumnChart') return await groupsAsked(db, query, grouping);
  const seen = { ...query, places: [...query.places, visible(raw('a.location_id'))] };
  return crossedGroups(kind, await groupsAsked(db, seen, grouping), {
    ...axesFound(kind),
    groups: groupAxis(grouping),
  });
}

/** `start_date` and `end_date` are other names of `campaign_start` and `campaign_end`. */
function periodsNamed(given: ParameterValues): ParameterValues {
  return {
    ...given,
    campaign_start: given.campaign_start ?? given.start_date,
    campaign_end: given.campaign_end ?? given.end_date,
  };
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

type Row = Record<string, unknown>;

/** The entry is stored, and all it reaches worked out, before the row is read again: the answer shows the outcome. */
function entryHooks(context: Context, kind: Kind) {
  const { period } = kinds[kind];
  const cellOf = (row: Row) => ({
    indicatorId: Number(row.indicator_id),
    locationId: Number(row.location_id),
    campaignId: kind === 'campaign' ? Number(row.campaign_id) : null,
    dataDate: kind === 'date' ? String(row.data_date) : null,
  });
  const refresh = (row: Row, { tx }: WriteContext) =>
    refreshCells(context, tx, kind, [row[period] as number | string], {
      seeds: sql`select ${row.indicator_id}::int as indicator_id, ${row.location_id}::int as location_id,
        ${String(row[period])}::${raw(kinds[kind].type)} as period`,
    });
  return {
    // Null is something to say here, while to the framework it is the same as nothing.
    given: async (sent: Row) => (sent.value === null ? { ...sent, clears: true } : sent),
    beforeWrite: async (sent: Row, write: WriteContext & { before: Row | null }) => {
      if (write.before !== null) checkCoordinates(write.before, sent);
      const row = { ...write.before, ...sent };
      const isLacking = write.before === null ? typeof sent.value !== 'number' : sent.value === null;
      if (isLacking && sent.clears !== true) throw valueMissing();
      const entry = {
        value: sent.clears === true ? null : (sent.value as number | undefined),
        note: sent.note as string | null | undefined,
        confirmWarnings: sent.confirm_warnings === true,
      };
      await enterValue(write.tx, write.access, cellOf(row), entry, write.before === null);
      await refresh(row, write);
    },
    afterWrite: async (before: Row | null, after: Row | null, write: WriteContext) => {
      if (before === null || after !== null) return;
      await withdrawEntry(write.tx, write.access, cellOf(before), before.id);
      await refresh(before, write);
    },
  };
}

const valueMissing = () =>
  invalidBody('missing_fields', 'missing params set(value)', [
    { pointer: '/value', code: 'missing_field', message: 'value is required' },
  ]);

/**
 * Everything ever stored, for what refers to indicators, places and campaigns: deleting those counts these, or takes
 * them along.
 */
export const datapointResource: ResourceDeclaration = resource({
  resource_name: 'datapoint',
  object_class: 'datapoint',
  help: 'Every value ever stored, with where it came from; which one counts, campaign_datapoint and date_datapoint show.',
  fields: {
    id,
    indicator_id: { ...coordinate, references: { resource: 'indicator' } },
    location_id: { ...coordinate, references: { resource: 'location' } },
    campaign_id: { ...coordinate, nullable: true, references: { resource: 'campaign' } },
    data_date: { type: 'date', nullable: true },
    value,
    origin: { type: 'string', choices: ['entry', 'script', 'document'] },
    note: { type: 'string', nullable: true },
    ranked_at: { type: 'datetime', help: 'When it was entered, or its document uploaded.' },
    retracted_at: { type: 'datetime', nullable: true, help: 'Live until then.' },
    created_at: { type: 'datetime', auto: 'created' },
  },
  parameters: { indicator__in: { type: 'string', help: 'Ids of indicators, separated by commas.' } },
  GET_params_required: ['indicator__in'],
  methods: [],
  order: ['-id'],
  permission: { read: 'datapoint.read', write: 'datapoint.write', scope: 'location_id' },
  hooks: {
    select: (query, { indicator__in: ids }) => {
      query.where(sql`${query.column('indicator_id')} = any(${idsOf('indicator__in', String(ids))}::bigint[])`);
    },
  },
});
