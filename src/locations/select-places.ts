import type { Context } from '../platform/context.ts';
import { type Sql, sql } from '../platform/db/index.ts';
import {
  missingParameter,
  type Parameter,
  type ParameterValues,
  type ReadContext,
  splitList,
} from '../resource/index.ts';
import { noSuchLocationType } from './errors.ts';
import { placeValuesOf } from './place-values.ts';
import { idsOf, type SelectionParameters, selectionOf } from './pure/selection.ts';
import { findLocationTypeId } from './store.ts';

/** For the `parameters` of a resource whose lists are about places. */
export const selectionParameters = {
  location_id__in: { type: 'string', help: 'Exactly these places, nothing below them.' },
  location_id: { type: 'integer', help: 'Where to start: see location_type and location_depth.' },
  location_type: { type: 'string', help: 'All places of this type, in the subtree of location_id where it is given.' },
  location_depth: { type: 'integer', help: 'Exactly so many steps below location_id. Default 0: itself.' },
  filter_indicator: { type: 'string', help: 'Only places whose value of this indicator (short_name) is …' },
  filter_value: {
    type: 'string',
    help: '… one of these, separated by commas; one with a comma in it in double quotes.',
  },
} as const satisfies Record<string, Parameter>;

/** Where the period of `filter_indicator` is not the list's own. */
export const filterPeriodParameters = {
  campaign__in: { type: 'string', help: 'Campaigns to take the value of filter_indicator from.' },
  campaign_start: { type: 'date', help: 'First day of such campaigns.' },
  campaign_end: { type: 'date', help: 'Last day of such campaigns.' },
} as const satisfies Record<string, Parameter>;

/**
 * The parameters as a condition on a column that holds a place's id; undefined selects all. The caller's scope is not
 * part of it: that is the permission predicate's, in every statement.
 */
export async function placesSelected(
  context: Context,
  place: Sql,
  parameters: ParameterValues,
  read: Pick<ReadContext, 'db'>,
  { ofAllCampaigns } = { ofAllCampaigns: false },
): Promise<Sql | undefined> {
  const selected = await selectedBy(place, parameters as SelectionParameters, read);
  const filtered = await filteredBy(context, place, parameters, read, ofAllCampaigns);
  if (selected === undefined || filtered === undefined) return selected ?? filtered;
  return sql`(${selected} and ${filtered})`;
}

async function selectedBy(
  place: Sql,
  parameters: SelectionParameters,
  { db }: Pick<ReadContext, 'db'>,
): Promise<Sql | undefined> {
  const selection = selectionOf(parameters);
  if (selection === undefined) throw missingParameter('location_id');
  switch (selection.by) {
    case 'all':
      return undefined;
    case 'ids':
      return sql`${place} = any(${selection.ids}::bigint[])`;
    case 'depth':
      return sql`${place} in (select s.location_id from location_tree s
        where s.parent_location_id = ${selection.below}::bigint and s.lvl = ${selection.depth}::bigint)`;
    case 'type': {
      const type = await findLocationTypeId(db, selection.name);
      if (type === undefined) throw noSuchLocationType(selection.name);
      const ofType = sql`${place} in (select s.id from location s where s.location_type_id = ${type}::int)`;
      return selection.below === undefined
        ? ofType
        : sql`(${ofType} and ${place} in (select s.location_id from location_tree s
            where s.parent_location_id = ${selection.below}::bigint))`;
    }
  }
}

async function filteredBy(
  context: Context,
  place: Sql,
  given: ParameterValues,
  { db }: Pick<ReadContext, 'db'>,
  ofAllCampaigns: boolean,
): Promise<Sql | undefined> {
  const { filter_indicator: indicator, filter_value: value } = given as Record<string, string | undefined>;
  if (indicator === undefined && value === undefined) return undefined;
  if (indicator === undefined) throw missingParameter('filter_indicator');
  if (value === undefined) throw missingParameter('filter_value');
  const { campaign__in, campaign_start, campaign_end } = given as Record<string, string | undefined>;
  return await placeValuesOf(context).passes(
    place,
    {
      indicator,
      values: (splitList(value) ?? value.split(',')).map((part) => part.trim()),
      campaignIds: campaign__in === undefined ? undefined : idsOf('campaign__in', campaign__in),
      campaignStart: campaign_start,
      campaignEnd: campaign_end,
      ofAllCampaigns,
    },
    db,
  );
}
