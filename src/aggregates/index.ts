import type { Context } from '../platform/context.ts';
import type { App } from '../platform/http/index.ts';
import type { ResourceDeclaration } from '../resource/index.ts';
import { conflictResource, datapointHistoryResource, datapointResource } from './datapoint.resource.ts';
import { lineageOfValues } from './lineage/routes.ts';
import { campaignDatapointResource, dateDatapointResource } from './value.resource.ts';

export { checkMeta, refreshCampaign, valueActions } from './actions.ts';
export { cellsWhere } from './cells.ts';
export { checkAggregates } from './check-aggregates.ts';
export { connectAggregates } from './connect-aggregates.ts';
/** For the module that takes documents in. */
export {
  /** @public */
  type DocumentOrigin,
  /** @public */
  type DocumentOrigins,
  /** @public */
  type DocumentValue,
  /** @public */
  provideDocumentOrigins,
} from './lineage/document-origins.ts';
export type { Kind, Period } from './pure/kinds.ts';
export { refreshAggregates } from './refresh-aggregates.ts';
export { type Refreshed, refreshCells } from './refresh-cells.ts';
export { requestArrival, requestRebuild, requestRefresh, requestRefreshOfIndicators } from './request-refresh.ts';
/** For whoever takes stored values back before they ask for a refresh. */
export { lockPeriods } from './store.ts';

export function valueResources(context: Context): ResourceDeclaration[] {
  return [
    campaignDatapointResource(context),
    dateDatapointResource(context),
    datapointResource(context),
    datapointHistoryResource,
    conflictResource,
  ];
}

export function valueRoutes(app: App, context: Context): void {
  lineageOfValues(app, context);
}
