import { queryOptions } from '@tanstack/react-query';
import type { IssueGroup, RowCounts } from './datasets.ts';
import { csrfHeader, fetchApi, urlOf } from './fetch-api.ts';
import { fetchList } from './list.ts';
import { problemOf, unreachable } from './problem.ts';
import type { RunState } from './runs.ts';
import type { TableSchema } from './table-schema.ts';

export type UploadState =
  | 'received'
  | 'awaiting_confirmation'
  | 'published'
  | 'unchanged'
  | 'failed'
  | 'dropped'
  | 'previewed';

export interface Upload {
  id: string;
  project_id: string;
  state: UploadState;
  dataset: { id: string | null; name: string; created: boolean };
  revision: number | null;
  file: { name: string; size: number; sha256: string; media_type: string };
  rows: RowCounts | null;
  issues: { errors: number; warnings: number };
  duplicate_of: string | null;
  run: { id: string; state: RunState } | null;
  options: UploadOptions;
  preview: Preview | null;
  error: { code: string; message: string } | null;
  note: string;
  expires_at: string | null;
  created_at: string;
}

/** Counts by kind and column, exact even where not every finding is listed. */
export const issueSummaryQuery = (id: string) =>
  queryOptions({
    queryKey: ['issues', id, 'summary'],
    queryFn: ({ signal }) => fetchApi<{ summary: IssueGroup[] }>(`/api/v1/upload/${id}/issues/summary`, { signal }),
  });

export interface UploadOptions {
  mode?: 'append' | 'upsert' | 'replace';
  key?: string[];
  on_error?: OnError;
  schema?: TableSchema;
  recipe?: Step[];
  [more: string]: unknown;
}

export type OnError = 'reject' | 'quarantine' | 'skip' | 'null';

export interface Step {
  function: string;
  params?: Record<string, unknown>;
}

export interface Preview {
  /** False: as it stands, nothing of the file may be published; the upload's `error` says why. */
  publishable: boolean;
  schema: TableSchema;
  reading: Record<string, unknown>;
  options: { mode: string; key: string[]; on_error: OnError };
  recipe: Step[];
  /** Absent for those who may add but not read. */
  rows?: Record<string, unknown>[];
  changes?: Change[];
}

export interface Change {
  key: Record<string, unknown>;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

export interface UploadLine {
  id: string;
  file_name: string;
  dataset_name: string;
  state: UploadState;
  created_at: string;
}

/** Those that wait for somebody to look at them. */
export const waitingUploadsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['uploads', { projectId }],
    queryFn: ({ signal }) =>
      fetchList<UploadLine>(
        '/api/v1/upload',
        { project_id: projectId, state: 'awaiting_confirmation', limit: 50 },
        signal,
      ),
    // A check that ends elsewhere shows up without a reload.
    refetchInterval: 5000,
  });

export const uploadQuery = (id: string) =>
  queryOptions({
    queryKey: ['uploads', id],
    queryFn: ({ signal }) => fetchApi<Upload>(`/api/v1/upload/${id}`, { signal }),
  });

/** The page follows the run by itself. */
const respondAtOnce = { prefer: 'respond-async' };

/** Reads the kept file again with other options, and waits for a word again. */
export const checkAgain = (id: string, options: UploadOptions): Promise<Upload> =>
  fetchApi(`/api/v1/upload/${id}/check`, { method: 'POST', body: options, headers: respondAtOnce });
export const confirmUpload = (id: string): Promise<Upload> =>
  fetchApi(`/api/v1/upload/${id}/confirm`, { method: 'POST', body: {}, headers: respondAtOnce });
export const dropUpload = (id: string): Promise<unknown> => fetchApi(`/api/v1/upload/${id}`, { method: 'DELETE' });

export interface Sending {
  answer: Promise<Upload>;
  abort(): void;
}

/** One file as it is, in a request of its own. XMLHttpRequest, because fetch does not say how much has left. */
export function sendFile(
  file: File,
  query: Record<string, string | undefined>,
  onProgress: (sentBytes: number) => void,
): Sending {
  const request = new XMLHttpRequest();
  const answer = new Promise<Upload>((resolve, reject) => {
    request.open('POST', urlOf('/api/v1/upload', { filename: file.name, ...query }));
    const headers = {
      accept: 'application/json',
      'content-type': 'application/octet-stream',
      ...respondAtOnce,
      ...csrfHeader(),
    };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new DOMException('The upload was stopped.', 'AbortError'));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as Upload);
      else reject(problemOf(request.status, request.responseText, request.getResponseHeader('x-request-id')));
    };
    request.send(file);
  });
  return { answer, abort: () => request.abort() };
}
