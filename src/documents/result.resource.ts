import { cellsWhere } from '../aggregates/index.ts';
import { showDays } from '../indicators/index.ts';
import { type Sql, sql } from '../platform/db/index.ts';
import { type ResourceDeclaration, resource } from '../resource/index.ts';

const id = { type: 'integer', sql_type: 'bigint' } as const;
const coordinate = { type: 'integer', sql_type: 'integer' } as const;
const fields = {
  id,
  indicator_id: { ...coordinate, references: { resource: 'indicator' } },
  location_id: { ...coordinate, references: { resource: 'location' } },
  value: { type: 'number', sql_type: 'numeric', nullable: true },
} as const;
const parameters = { document_id: { type: 'integer', required: true } } as const;
const hooks: ResourceDeclaration['hooks'] = { select: (query, _given, read) => showDays(query, read, ['value']) };
const permission = { read: 'datapoint.read', scope: 'location_id' } as const;

/** Objects of one kind that the document's codes mean. */
const mapped = (document: unknown, type: string): Sql => sql`
  select m.master_object_id from document_code c join source_object_map m on m.id = c.source_object_map_id
  where c.document_id = ${document ?? null}::bigint and m.content_type = ${type} and m.master_object_id > 0 and not m.is_ignored`;

/** Effective values of what a document reaches: its campaigns, its indicators and their dependants, its places and those above. */
export const campaignResultResource: ResourceDeclaration = resource({
  resource_name: 'campaign_doc_result',
  object_class: ({ document_id: document }) => sql`
    with recursive made (id) as (
      ${mapped(document, 'indicator')}
      union select k.id from made m join (
        select c.indicator_id as id, c.indicator_component_id as rests_on from indicator_calculation c
        union all select i.id, i.weight_indicator_id from indicator i where i.weight_indicator_id is not null) k on k.rests_on = m.id
    )
    select a.id, a.indicator_id, a.location_id, a.campaign_id, a.value from (${cellsWhere(
      'campaign',
      sql`a.campaign_id in (${mapped(document, 'campaign')}) and a.indicator_id in (select id from made)
        and a.location_id in (select t.parent_location_id from location_tree t where t.location_id in (${mapped(document, 'location')}))`,
    )}) a where a.value is not null`,
  help: 'Effective values that a campaign file reaches, its aggregates included.',
  fields: { ...fields, campaign_id: { ...coordinate, references: { resource: 'campaign' } } },
  query_fields: [
    'id',
    'indicator_id',
    'indicator__id',
    'indicator__short_name',
    'location_id',
    'location__name',
    'campaign_id',
    'campaign__name',
    'value',
  ],
  GET_params_required: ['document_id'],
  parameters,
  order: ['campaign_id', 'location_id', 'indicator_id'],
  permission,
  hooks,
});

/** The values of a file of days. */
export const dateResultResource: ResourceDeclaration = resource({
  resource_name: 'date_doc_result',
  object_class: ({ document_id: document }) => sql`
    select v.id, v.indicator_id, v.location_id, v.data_date, v.value from document_value v
    where v.document_id = ${document ?? null}::bigint and v.data_date is not null`,
  help: 'What a file of days says.',
  fields: { ...fields, data_date: { type: 'date' } },
  query_fields: [
    'id',
    'indicator_id',
    'indicator__id',
    'indicator__short_name',
    'location_id',
    'location__name',
    'data_date',
    'value',
  ],
  GET_params_required: ['document_id'],
  parameters,
  order: ['data_date', 'location_id', 'indicator_id'],
  permission,
  hooks,
});
