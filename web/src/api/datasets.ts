import { queryOptions } from '@tanstack/react-query';
import { fetchApi } from './fetch-api.ts';
import { fetchList } from './list.ts';
import type { TableSchema } from './table-schema.ts';

export interface Dataset {
  id: string;
  project_id: string;
  name: string;
  title: string;
  description: string;
  schema: TableSchema | null;
  key: string[];
  metadata: Record<string, unknown>;
  latest_revision: number;
  /** Of the latest revision. */
  rows: number | null;
  version: string | null;
  created_at: string;
  updated_at: string;
}

export interface RowCounts {
  read: number;
  inserted: number;
  updated: number;
  unchanged: number;
  rejected: number;
}

export interface IssueGroup {
  severity: 'error' | 'warning' | 'info';
  code: string;
  column: string | null;
  count: number;
}

export interface IssueCounts {
  error: number;
  warning: number;
  info: number;
  listed: number;
  groups: IssueGroup[];
}

export interface Revision {
  dataset_id: string;
  n: number;
  kind: 'ingest' | 'undo' | 'restore' | 'function';
  upload_id: string | null;
  run_id: string | null;
  schema: TableSchema;
  rows: number;
  bytes: number;
  mode: 'append' | 'upsert' | 'replace' | null;
  key: string[];
  recipe: unknown[];
  reading: Record<string, unknown>;
  counts: RowCounts;
  issue_counts: IssueCounts;
  version: string;
  changelog: string;
  refers_to: number | null;
  created_by: string | null;
  created_at: string;
}

export const datasetsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['datasets', { projectId }],
    queryFn: ({ signal }) =>
      fetchList<Dataset>('/api/v1/dataset', { project_id: projectId, order_by: 'name', limit: 1000 }, signal),
  });

export const datasetQuery = (id: string) =>
  queryOptions({
    queryKey: ['datasets', id],
    queryFn: ({ signal }) => fetchApi<Dataset>(`/api/v1/dataset/${id}`, { signal }),
  });

export const revisionsQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['revisions', datasetId],
    queryFn: ({ signal }) =>
      fetchList<Revision>('/api/v1/revision', { dataset_id: datasetId, order_by: '-n', limit: 500 }, signal),
  });

export const changeDataset = (id: string, body: Partial<Dataset>): Promise<Dataset> =>
  fetchApi(`/api/v1/dataset/${id}`, { method: 'PATCH', body });
export const deleteDataset = (id: string): Promise<void> => fetchApi(`/api/v1/dataset/${id}`, { method: 'DELETE' });
export const restoreDataset = (id: string): Promise<Dataset> =>
  fetchApi(`/api/v1/dataset/${id}/restore`, { method: 'POST', body: {} });
/** The page follows the run by itself. */
const respondAtOnce = { prefer: 'respond-async' };
export const undoRevision = (id: string, n: number): Promise<unknown> =>
  fetchApi(`/api/v1/dataset/${id}/revision/${n}/undo`, { method: 'POST', body: {}, headers: respondAtOnce });
export const restoreRevision = (id: string, n: number): Promise<unknown> =>
  fetchApi(`/api/v1/dataset/${id}/revision/${n}/restore`, { method: 'POST', body: {}, headers: respondAtOnce });
