import { useIsAdmin } from '../ui/use-is-admin.ts';

/** What others than administrators may write too, some of it: for these the server alone knows. */
const forMore = new Set([
  'location',
  'location_polygon',
  'geo',
  'location_responsibility',
  'source_object_map',
  'source_doc',
  'doc_detail',
  'campaign_datapoint',
  'date_datapoint',
  'custom_chart',
  'custom_dashboard',
  'project',
  'webhook',
]);

/** Whether writing is offered at all. A schema says what a table takes, and not from whom. */
export function useMayWrite(resource: string): boolean {
  const isAdmin = useIsAdmin();
  return isAdmin || forMore.has(resource);
}
