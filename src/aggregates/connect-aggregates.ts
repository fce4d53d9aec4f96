import { definitionsChanged } from '../indicators/index.ts';
import type { Context } from '../platform/context.ts';
import { requestRefreshOfIndicators } from './request-refresh.ts';

/** From now on a changed formula, operator or format is followed by its values. Places tell by trigger. */
export function connectAggregates(context: Context): void {
  definitionsChanged.listen(context, (tx, { indicatorIds }) => requestRefreshOfIndicators(tx, indicatorIds));
}
