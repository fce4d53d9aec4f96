import { queryOptions } from '@tanstack/react-query';
import { fetchApi, fetchWithTag, ifMatch } from './fetch-api.ts';
import { fetchList } from './list.ts';
import { makeUuid } from './make-uuid.ts';
import { Problem } from './problem.ts';

export const chartTypes = [
  { value: 'line', label: 'Line over time' },
  { value: 'column', label: 'Columns' },
  { value: 'stacked_column', label: 'Stacked columns' },
  { value: 'bar', label: 'Bars' },
  { value: 'pie', label: 'Pie' },
  { value: 'choropleth', label: 'Map' },
  { value: 'table', label: 'Table' },
  { value: 'number', label: 'Single number' },
] as const;
export type ChartType = (typeof chartTypes)[number]['value'];

export type Axis = 'period' | 'place' | 'indicator';
export type Grouping = 'campaign' | 'day' | 'week' | 'month' | 'quarter' | 'year' | 'all_time';

/** What our own charts keep in chart_json. Other clients keep other things there, which are shown as not ours. */
export interface ChartSpec {
  type: ChartType;
  indicator_ids: number[];
  location_id: number;
  location_depth: number;
  group_by_time: Grouping;
  /** Empty: every campaign, or every day. */
  campaign_ids: number[];
  start_date?: string;
  end_date?: string;
  /** What stands along the axis, or in the rows of a table; the others are told apart by colour. */
  axis: Axis;
}

export interface Chart {
  id: number;
  uuid: string;
  title: string;
  chart_json: unknown;
}

export interface Dashboard {
  id: number;
  title: string;
  description: string;
  /** Rows of charts, here in place of their uuids. */
  rows: unknown[];
  created_by_id: number | null;
  updated_at: string;
}

export const dashboardsQuery = queryOptions({
  queryKey: ['dashboards', 'list'],
  queryFn: ({ signal }) => fetchList<Dashboard>('/api/v1/custom_dashboard', {}, signal),
});
export const dashboardQuery = (id: number) =>
  queryOptions({
    queryKey: ['dashboards', 'one', id],
    queryFn: ({ signal }) => fetchApi<Dashboard>(dashboardPath(id), { signal }),
  });

/** `rows` holds uuids. */
export const createDashboard = (body: { title: string; description: string; rows: string[][] }): Promise<Dashboard> =>
  fetchApi('/api/v1/custom_dashboard', { method: 'POST', body });
export const dashboardPath = (id: number) => `/api/v1/custom_dashboard/${id}`;

const mostTries = 3;

/**
 * Changes the order of the charts as it is now, not as somebody saw it; so what others add meanwhile stays. Answers
 * whether there was anything to change.
 */
export async function rearrange(id: number, change: (rows: string[][]) => string[][]): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const { found, tag } = await fetchWithTag<Dashboard>(dashboardPath(id));
    const now = layoutOf(found);
    const rows = change(now);
    if (rows === now) return false;
    try {
      await fetchApi(dashboardPath(id), { method: 'PATCH', body: { rows }, ...ifMatch(tag) });
      return true;
    } catch (error) {
      if (!(error instanceof Problem && error.status === 412) || attempt === mostTries) throw error;
    }
  }
}

export const deleteDashboard = (id: number): Promise<unknown> => fetchApi(dashboardPath(id), { method: 'DELETE' });

export const createChart = (title: string, chart_json: ChartSpec): Promise<Chart> =>
  fetchApi('/api/v1/custom_chart', { method: 'POST', body: { uuid: makeUuid(), title, chart_json } });
export const changeChart = (id: number, body: { title: string; chart_json: ChartSpec }): Promise<Chart> =>
  fetchApi(`/api/v1/custom_chart/${id}`, { method: 'PATCH', body });

/** What another client left there may have any form. */
export function specOf(chart: Pick<Chart, 'chart_json'>): ChartSpec | undefined {
  const given = chart.chart_json as Partial<ChartSpec> | null;
  const isOurs =
    typeof given === 'object' &&
    given !== null &&
    chartTypes.some(({ value }) => value === given.type) &&
    Array.isArray(given.indicator_ids) &&
    typeof given.location_id === 'number';
  if (!isOurs) return undefined;
  return { location_depth: 0, group_by_time: 'campaign', campaign_ids: [], axis: 'period', ...given } as ChartSpec;
}

/** Charts of a dashboard, row by row; a uuid that leads nowhere is left out. */
export const chartRowsOf = ({ rows }: Pick<Dashboard, 'rows'>): Chart[][] =>
  rows
    .map((row) =>
      (Array.isArray(row) ? row : [row]).filter(
        (one): one is Chart => typeof one === 'object' && one !== null && 'uuid' in one,
      ),
    )
    .filter((row) => row.length > 0);

/** The same by their uuids, as they are stored. */
export const layoutOf = (dashboard: Pick<Dashboard, 'rows'>): string[][] =>
  chartRowsOf(dashboard).map((row) => row.map(({ uuid }) => uuid));
