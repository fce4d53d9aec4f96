import type { Context } from '../platform/context.ts';
import type { Queryable } from '../platform/db/index.ts';
import { raw, type Sql, sql } from '../platform/db/index.ts';

/** `filter_indicator`, `filter_value` and the period they are looked for in (contract monitoring §5.2). */
export interface ValueFilter {
  indicator: string;
  values: string[];
  campaignIds: number[] | undefined;
  campaignStart: string | undefined;
  campaignEnd: string | undefined;
  /** Without any of these all campaigns count, not only the newest one with a value at the place. */
  ofAllCampaigns: boolean;
}

/** What the modules that know values tell about places, as SQL over a column that holds a place's id. */
export interface PlaceValues {
  /** True for places whose value passes. Throws for an unknown indicator. */
  passes(place: Sql, filter: ValueFilter, db: Queryable): Promise<Sql>;
  /** Makes of a place the effective value and its flags as a jsonb object, null when there is none. Throws where it has no campaigns. */
  valueOf(cell: { indicatorId: number; campaignId: number }, db: Queryable): Promise<(place: Sql) => Sql>;
}

/** Nobody knows of any value: no place passes. */
const noValues: PlaceValues = {
  passes: async () => raw('false'),
  valueOf: async () => () => sql`'{"value":null}'::jsonb`,
};

const known = new WeakMap<Context, PlaceValues>();

/** Called at start by the module that owns the values, which lies above this one; the last to call is asked. */
export function providePlaceValues(context: Context, values: PlaceValues): void {
  known.set(context, values);
}

export function placeValuesOf(context: Context): PlaceValues {
  return known.get(context) ?? noValues;
}
