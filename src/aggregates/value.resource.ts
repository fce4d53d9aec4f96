import type { Context } from '../platform/context.ts';
import {
  type Field,
  type FilteredList,
  type ParameterValues,
  type ReadContext,
  type ResourceDeclaration,
  resource,
  type SelectQuery,
} from '../resource/index.ts';
import { entryHooks } from './entry-hooks.ts';
import { pivots } from './pivot-store.ts';
import type { Kind } from './pure/kinds.ts';
import { lineageColumn, valueList, valueParameters } from './value-source.ts';
import type { Occurring } from './value-store.ts';

const id = { type: 'integer', sql_type: 'bigint', readonly: true } as const;
/** Cells of a cross product that hold nothing have none. */
export const cellId = { ...id, nullable: true } as const;
const flag = (bit: number, help: string) =>
  ({ type: 'boolean', expression: `({t}.marks & ${bit}) <> 0`, readonly: 'refuse', help }) as const;
export const coordinate = { type: 'integer', sql_type: 'integer' } as const;

/** What a cell says beside its value (monitoring §6.1, §8.5). */
export const said = {
  is_agg: flag(2, 'Rests on places below.'),
  is_calculated: flag(4, 'Calculated from other indicators.'),
  is_partial: flag(8, 'Some branch below has no value.'),
  has_conflict: flag(16, 'The stored value differs from what there would be without it.'),
  flags: { type: 'list', expression: 'aggregate_flags({t}.marks)', readonly: 'refuse', help: 'Everything true of it.' },
} as const satisfies Record<string, Field>;
export const more = {
  coverage: { type: 'number', sql_type: 'numeric', readonly: 'refuse', help: 'Branches with a value ÷ all branches.' },
  conflict: {
    type: 'number',
    sql_type: 'numeric',
    nullable: true,
    readonly: 'refuse',
    expression: 'case when {t}.marks & 16 <> 0 then {t}.computed end',
    detail_expression: 'case when {t}.marks & 16 <> 0 then value_shown({t}.indicator_id, {t}.computed) end',
    detail_type: 'scalar',
    help: 'What there would be without the stored value, where it differs.',
  },
  note: { type: 'string', nullable: true, maxLength: 2000, help: 'What whoever entered it had to say.' },
  confirm_warnings: { type: 'boolean', default: false, secret: true, help: 'Store it although it is unusual.' },
  as_text: {
    type: 'string',
    nullable: true,
    default: null,
    secret: true,
    help: 'What was sent as the value, where it is no number by itself.',
  },
  period_start: { type: 'date', readonly: 'refuse' },
  time_grouping: { type: 'scalar', nullable: true, readonly: 'refuse', help: 'The group, with group_by_time.' },
} as const satisfies Record<string, Field>;
export const value = {
  type: 'number',
  sql_type: 'numeric',
  nullable: true,
  detail_expression: 'value_shown({t}.indicator_id, {t}.value)',
  detail_type: 'scalar',
  help: 'Null clears the cell. Also taken: YYYY-MM-DD of days, true and yes of bool, labels of categories, 25% of pct.',
} as const;

const shownAlways = [
  'id',
  'computed_id',
  'indicator_id',
  'location_id',
  'time_grouping',
  'value',
  ...Object.keys(said),
  'coverage',
  'conflict',
  'note',
  'period_start',
];

/** Effective values per campaign, and the way to enter them (monitoring §6.2, §7.9). */
export function campaignDatapointResource(context: Context): ResourceDeclaration {
  return resource({
    resource_name: 'campaign_datapoint',
    object_class: 'campaign_value',
    help: 'Values of indicators at places in campaigns: stored, calculated, or rolled up from places below.',
    fields: {
      id: cellId,
      indicator_id: coordinate,
      campaign_id: { ...coordinate, nullable: 'shown' },
      location_id: coordinate,
      value,
      ...said,
      ...more,
    },
    query_fields: ['id', 'indicator_id', 'campaign_id', 'time_grouping', 'location_id', 'value', ...Object.keys(said)],
    detail_fields: detailFields('campaign_id'),
    order: ['period_start', 'location_id', 'indicator_id'],
    GET_params_required: ['indicator__in'],
    required_fields_for_post: ['campaign_id', 'indicator_id', 'location_id', 'value'],
    natural_keys: [['location_id', 'campaign_id', 'indicator_id']],
    audited: ['indicator_id', 'campaign_id', 'location_id'],
    permission: { read: 'datapoint.read', write: 'datapoint.write', scope: 'location_id' },
    parameters: valueParameters,
    list_source: async (given, read) => (await valueList(context, 'campaign', given, read)).source,
    hooks: { ...readHooks(context, 'campaign', metaOf.campaign), ...entryHooks(context, 'campaign') },
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
      data_date: { type: 'date', nullable: 'shown' },
      indicator_id: coordinate,
      campaign_id: {
        ...coordinate,
        nullable: true,
        expression: '{t}.campaign_id',
        help: 'With group_by_time=campaign.',
      },
      location_id: coordinate,
      value,
      ...said,
      ...more,
    },
    query_fields: [
      'id',
      'data_date',
      'campaign_id',
      'time_grouping',
      'indicator_id',
      'location_id',
      'value',
      ...Object.keys(said),
    ],
    detail_fields: detailFields('data_date'),
    order: ['period_start', 'location_id', 'indicator_id'],
    GET_params_required: ['indicator__in'],
    required_fields_for_post: ['indicator_id', 'location_id', 'data_date', 'value'],
    natural_keys: [['location_id', 'data_date', 'indicator_id']],
    audited: ['indicator_id', 'data_date', 'location_id'],
    permission: { read: 'datapoint.read', write: 'datapoint.write', scope: 'location_id' },
    parameters: valueParameters,
    list_source: async (given, read) => (await valueList(context, 'date', given, read)).source,
    hooks: { ...readHooks(context, 'date', metaOf.date), ...entryHooks(context, 'date') },
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

/** What lists show, and what their `meta` says of it: the same for all endpoints that read values. */
export function readHooks(context: Context, endpoint: Kind | 'any', told: readonly (keyof Occurring)[]) {
  return {
    select: async (query: SelectQuery, given: ParameterValues, read: ReadContext) => {
      const list = await valueList(context, endpoint, given, read);
      const { pivot } = list;
      // `datapoint` has every coordinate, null where it does not apply (§6.4).
      const periods = given.group_by_time === 'campaign' && endpoint !== 'any' ? ['campaign_id'] : own[endpoint];
      if (pivot !== undefined) {
        const isGrouped = list.grouping !== undefined;
        const kept = ['indicator_id', ...(isGrouped ? ['time_grouping'] : periods), 'location_id'];
        query.only(kept.filter((name) => name !== pivots[pivot.by]));
        for (const id of pivot.ids) {
          const value = `t."${id}"`;
          // Of other columns each row has its own indicator.
          const [indicator, isDay] =
            pivot.by === 'indicator' ? [id, list.dayIds.includes(id)] : ['t.indicator_id', list.dayIds.length > 0];
          query.add(String(id), isDay ? 'scalar' : 'number', isDay ? `value_shown(${indicator}, ${value})` : value);
        }
        return;
      }
      query.only([...shownAlways, ...periods]);
      // Only where such values were asked for: the others are plain numbers, in Parquet too.
      if (list.dayIds.length > 0) {
        query.replace('value', 'scalar', 'value_shown(t.indicator_id, t.value)');
        const conflict = 'case when t.marks & 16 <> 0 then value_shown(t.indicator_id, t.computed) end';
        query.replace('conflict', 'scalar', conflict);
      }
      if (given.lineage !== undefined) {
        query.add('lineage', 'string', lineageColumn(context.config.baseUrl?.replace(/\/+$/, '') ?? '', list));
      }
    },
    meta: async (given: ParameterValues, read: ReadContext, { isFiltered, rows }: FilteredList) => {
      const list = await valueList(context, endpoint, given, read);
      const found = await list.occurring(isFiltered ? rows() : undefined);
      const kept = given.group_by_time === 'campaign' ? metaOf.campaign : told;
      return {
        ...Object.fromEntries(kept.map((key) => [key, found[key]])),
        ...(given.chart_uuid === undefined ? {} : { chart_uuid: given.chart_uuid }),
      };
    },
  };
}

export const metaOf = {
  campaign: ['location_ids', 'indicator_ids', 'campaign_ids', 'time_groupings'],
  date: ['location_ids', 'indicator_ids', 'time_groupings'],
  any: ['location_ids', 'indicator_ids', 'campaign_ids', 'time_groupings'],
} as const satisfies Record<string, readonly (keyof Occurring)[]>;

const own = { campaign: ['campaign_id'], date: ['data_date'], any: ['campaign_id', 'data_date'] } as const;
