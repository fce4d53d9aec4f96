import { providePlaceValues, type ValueFilter } from '../locations/index.ts';
import type { Context } from '../platform/context.ts';
import { raw, type Sql, sql } from '../platform/db/index.ts';
import { collectedPerDate, noSuchIndicator } from './errors.ts';
import { type FilterIndicator, findIndicator, findIndicatorNamed } from './store.ts';

/** What the modules that keep values tell, the indicator being known by then. */
export interface IndicatorValues {
  /** True for places whose effective value passes. */
  passes(place: Sql, indicator: FilterIndicator, filter: ValueFilter): Sql;
  valueOf(place: Sql, cell: { indicatorId: number; campaignId: number }): Sql;
}

const noValues: IndicatorValues = {
  passes: () => raw('false'),
  valueOf: () => sql`'{"value":null}'::jsonb`,
};

/**
 * Lets places be filtered by indicator. The module that keeps effective values calls it at start with what it knows;
 * before, no place has a value.
 */
export function provideIndicatorValues(context: Context, values: IndicatorValues = noValues): void {
  providePlaceValues(context, {
    passes: async (place, filter, db) => {
      const indicator = await findIndicatorNamed(db, filter.indicator);
      if (indicator === undefined) throw noSuchIndicator(filter.indicator);
      return values.passes(place, indicator, filter);
    },
    valueOf: async (cell, db) => {
      const indicator = await findIndicator(db, cell.indicatorId);
      if (indicator?.resourceName === 'date') throw collectedPerDate(indicator.shortName);
      return (place) => values.valueOf(place, cell);
    },
  });
}
