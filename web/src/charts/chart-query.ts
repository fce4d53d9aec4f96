import type { ChartSpec } from '../api/charts.ts';
import type { Query } from '../api/fetch-api.ts';

/** What the API is asked for the values of a chart; the same for the picture and for the file. */
export const chartQuery = (spec: ChartSpec): Query => ({
  indicator__in: spec.indicator_ids.join(','),
  location_id: spec.location_id,
  location_depth: spec.location_depth,
  group_by_time: spec.group_by_time,
  campaign__in: spec.campaign_ids.length > 0 ? spec.campaign_ids.join(',') : undefined,
  start_date: spec.start_date,
  end_date: spec.end_date,
});
