import { dayShown, showDays } from '../indicators/index.ts';
import { idsOf } from '../locations/index.ts';
import type { Context } from '../platform/context.ts';
import { sql } from '../platform/db/index.ts';
import { type ResourceDeclaration, resource } from '../resource/index.ts';
import { cellId, coordinate, metaOf, more, readHooks, said, value } from './value.resource.ts';
import { valueList, valueParameters } from './value-source.ts';

const { confirm_warnings: _, as_text: __, ...shown } = more;

/** Both kinds of values through one door, for reading only (monitoring §6.4). */
export function datapointResource(context: Context): ResourceDeclaration {
  return resource({
    resource_name: 'datapoint',
    object_class: 'any_value',
    help: 'Values of indicators at places, per campaign or per day, whichever the indicator is collected by. Read-only.',
    fields: {
      id: cellId,
      indicator_id: coordinate,
      location_id: coordinate,
      campaign_id: { ...coordinate, nullable: true },
      data_date: { type: 'date', nullable: true },
      value,
      computed_id: {
        type: 'integer',
        expression: '{t}.id',
        nullable: true,
        help: 'The same value at campaign_datapoint or date_datapoint.',
      },
      ...said,
      ...shown,
    },
    query_fields: [
      'id',
      'indicator_id',
      'location_id',
      'campaign_id',
      'data_date',
      'time_grouping',
      'value',
      'computed_id',
      ...Object.keys(said),
    ],
    order: ['period_start', 'location_id', 'indicator_id'],
    GET_params_required: ['indicator__in'],
    methods: [],
    permission: { read: 'datapoint.read', write: 'datapoint.write', scope: 'location_id' },
    parameters: valueParameters,
    list_source: async (given, read) => (await valueList(context, 'any', given, read)).source,
    hooks: readHooks(context, 'any', metaOf.any),
  });
}

/**
 * Everything ever stored, for what refers to indicators, places and campaigns: deleting those counts these, or takes
 * them along.
 */
export const datapointHistoryResource: ResourceDeclaration = resource({
  resource_name: 'datapoint_history',
  object_class: 'datapoint',
  referred_to_as: 'datapoint',
  help: 'Every value ever stored, whether it counts or not; how it came about, the lineage of its cell tells.',
  fields: {
    id: { type: 'integer', sql_type: 'bigint', readonly: true },
    indicator_id: { ...coordinate, references: { resource: 'indicator' } },
    location_id: { ...coordinate, references: { resource: 'location' } },
    campaign_id: { ...coordinate, nullable: true, references: { resource: 'campaign' } },
    data_date: { type: 'date', nullable: true },
    value: {
      type: 'number',
      sql_type: 'numeric',
      nullable: true,
      ...dayShown('value'),
      help: 'Null cleared the cell.',
    },
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
    select: async (query, { indicator__in: ids }, read) => {
      query.where(sql`${query.column('indicator_id')} = any(${idsOf('indicator__in', String(ids))}::bigint[])`);
      await showDays(query, read, ['value']);
    },
  },
});

/** Stored values that differ from what their subtree gives (monitoring §8.5). */
export const conflictResource: ResourceDeclaration = resource({
  resource_name: 'conflict',
  object_class: 'value_conflict',
  help: 'Stored values of a campaign that differ from what there would be without them.',
  fields: {
    id: { type: 'integer', sql_type: 'bigint', readonly: true, help: 'The value at campaign_datapoint.' },
    location_id: coordinate,
    location__name: { type: 'string' },
    indicator_id: coordinate,
    indicator__short_name: { type: 'string' },
    campaign_id: coordinate,
    campaign__name: { type: 'string' },
    stored_value: { type: 'number', sql_type: 'numeric', ...dayShown('stored_value') },
    computed_value: { type: 'number', sql_type: 'numeric', ...dayShown('computed_value') },
  },
  order: ['location_id', 'indicator_id'],
  GET_params_required: ['campaign_id'],
  methods: [],
  permission: { read: 'datapoint.read', scope: 'location_id' },
  hooks: { select: (query, _given, read) => showDays(query, read, ['stored_value', 'computed_value']) },
});
