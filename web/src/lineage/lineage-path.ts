import { urlOf } from '../api/fetch-api.ts';
import type { Cell } from '../api/values.ts';

/** Where the API tells where this cell comes from; `span` are the days a group of periods was limited to. */
export function lineagePath(cell: Cell, span: { start_date?: string; end_date?: string } = {}): string {
  const { indicator_id, location_id } = cell;
  const period = cell.campaign_id
    ? { campaign_id: cell.campaign_id }
    : cell.data_date
      ? { data_date: cell.data_date }
      : { time_grouping: cell.time_grouping ?? undefined, ...span };
  return urlOf('/api/v1/datapoint/lineage', { indicator_id, location_id, ...period });
}
