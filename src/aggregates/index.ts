import type { Context } from '../platform/context.ts';
import type { ResourceDeclaration } from '../resource/index.ts';
import { campaignDatapointResource, datapointResource, dateDatapointResource } from './value.resource.ts';

export { connectAggregates } from './connect-aggregates.ts';
export type { Kind, Period } from './pure/kinds.ts';
export { refreshAggregates } from './refresh-aggregates.ts';
export { type Refreshed, refreshCells } from './refresh-cells.ts';
export { requestRebuild, requestRefresh, requestRefreshOfIndicators } from './request-refresh.ts';

export function valueResources(context: Context): ResourceDeclaration[] {
  return [campaignDatapointResource(context), dateDatapointResource(context), datapointResource];
}
