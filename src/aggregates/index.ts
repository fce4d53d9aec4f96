export { connectAggregates } from './connect-aggregates.ts';
export type { Kind, Period } from './pure/kinds.ts';
export { refreshAggregates } from './refresh-aggregates.ts';
export { type Refreshed, refreshCells } from './refresh-cells.ts';
export { requestRebuild, requestRefresh, requestRefreshOfIndicators } from './request-refresh.ts';
