import { definitionsChanged, provideIndicatorValues } from '../indicators/index.ts';
import type { Context } from '../platform/context.ts';
import { requestRefreshOfIndicators } from './request-refresh.ts';
import { indicatorValues } from './value-store.ts';

/** From now on places can be asked for their values, and a changed formula is followed by its. Places tell by trigger. */
export function connectAggregates(context: Context): void {
  provideIndicatorValues(context, indicatorValues);
  definitionsChanged.listen(context, (tx, { indicatorIds }) => requestRefreshOfIndicators(tx, indicatorIds));
}
