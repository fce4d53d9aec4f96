import { queryOptions } from '@tanstack/react-query';
import { fetchApi } from './fetch-api.ts';
import { fetchList } from './list.ts';

export type RunState = 'queued' | 'starting' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';

export interface Run {
  id: string;
  kind: string;
  state: RunState;
  project_id: string | null;
  user_id: string | null;
  subject_type: string | null;
  subject_id: string | null;
  retry_of: string | null;
  progress: number;
  step: string | null;
  attempt: number;
  max_attempts: number;
  summary: Record<string, unknown> | null;
  error: { code: string; message: string; hint?: string } | null;
  queued_at: string;
  started_at: string | null;
  ended_at: string | null;
}

export const hasEnded = (state: RunState): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled';

export const runsQuery = (filter: Record<string, string | undefined>, limit = 100) =>
  queryOptions({
    queryKey: ['runs', filter, limit],
    queryFn: ({ signal }) => fetchList<Run>('/api/v1/run', { order_by: '-queued_at', limit, ...filter }, signal),
    // Other people's runs move too. A list with nothing open changes rarely.
    refetchInterval: (query) => (query.state.data?.objects.some((run) => !hasEnded(run.state)) ? 2000 : 15_000),
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', id],
    queryFn: ({ signal }) => fetchApi<Run>(`/api/v1/run/${id}`, { signal }),
  });

export const cancelRun = (id: string): Promise<Run> =>
  fetchApi(`/api/v1/run/${id}/cancel`, { method: 'POST', body: {} });
export const retryRun = (id: string): Promise<Run> => fetchApi(`/api/v1/run/${id}/retry`, { method: 'POST', body: {} });
