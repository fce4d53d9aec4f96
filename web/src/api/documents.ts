import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { csrfHeader, fetchApi } from './fetch-api.ts';
import { fetchList } from './list.ts';
import { problemOf, unreachable } from './problem.ts';

export type DocumentState = 'received' | 'mapping' | 'processed' | 'undone' | 'failed';

export interface SourceDocument {
  id: number;
  doc_title: string;
  file_type: 'campaign' | 'date';
  docfile: string;
  file_name: string;
  file_header: string[];
  sha256: string;
  bytes: number;
  dataset: string;
  state: DocumentState;
  duplicate_of: number | null;
  run_id: string | null;
  summary: Record<string, unknown> | null;
  created_at: string;
}

export type ContentType = 'indicator' | 'location' | 'campaign';

export interface Suggestion {
  master_object_id: number;
  name: string;
  score: number;
  reason: string;
  context?: string | null;
}

export interface Code {
  id: number;
  content_type: ContentType;
  source_object_code: string;
  master_object_id: number;
  master_object_name: string | null;
  is_ignored: boolean;
  origin: string;
  status: 'unmapped' | 'suggested' | 'mapped' | 'ignored';
  suggestions: Suggestion[];
  rows: number;
  cells: number;
}

export interface DocumentIssue {
  id: number;
  row: number | null;
  column: string | null;
  severity: 'error' | 'warning';
  code: string;
  raw: string | null;
  message: string;
  suggestion: string | null;
  cells: number;
}

export const documentsQuery = queryOptions({
  queryKey: ['documents', 'list'],
  queryFn: ({ signal }) => fetchList<SourceDocument>('/api/v1/source_doc', { limit: 200 }, signal),
});

export const documentQuery = (id: number) =>
  queryOptions({
    queryKey: ['documents', 'one', id],
    queryFn: ({ signal }) => fetchApi<SourceDocument>(`/api/v1/source_doc/${id}`, { signal }),
    // Its processing goes on behind; a change of a mapping is derived within seconds.
    refetchInterval: 4000,
  });

/** What a document calls things, what matters most first. */
export const codesQuery = (documentId: number) =>
  queryOptions({
    queryKey: ['documents', 'codes', documentId],
    queryFn: ({ signal }) =>
      fetchList<Code>('/api/v1/source_object_map', { document_id: documentId, limit: 2000 }, signal),
  });

export const documentIssuesQuery = (documentId: number) =>
  queryOptions({
    queryKey: ['documents', 'issues', documentId],
    queryFn: ({ signal }) =>
      fetchList<DocumentIssue>(`/api/v1/source_doc/${documentId}/issues`, { limit: 2000 }, signal),
    placeholderData: keepPreviousData,
  });

export interface Preview {
  meta: { documents: number; cells_changed: number; is_complete: boolean };
  objects: {
    indicator__short_name: string | null;
    location__name: string | null;
    campaign__name: string | null;
    from: number | null;
    to: number | null;
  }[];
}

export const mappingPreviewQuery = (code: number, master: number) =>
  queryOptions({
    queryKey: ['documents', 'preview', code, master],
    queryFn: ({ signal }) =>
      fetchApi<Preview>(`/api/v1/source_object_map/${code}/preview`, {
        query: { master_object_id: master },
        signal,
      }),
  });

export const changeCode = (id: number, body: { master_object_id?: number; is_ignored?: boolean }): Promise<Code> =>
  fetchApi(`/api/v1/source_object_map/${id}`, { method: 'PATCH', body });

/** Takes the best suggestion of every open code of a document that is at least so sure. */
export const acceptSuggestions = (
  document_id: number,
  min_score: number,
): Promise<{ meta: { total_count: number }; objects: { id: number }[] }> =>
  fetchApi('/api/v1/source_object_map/apply', {
    method: 'POST',
    body: { decision: 'accept', document_id, status: 'suggested', min_score },
  });

export const unmapCodes = (ids: number[]): Promise<unknown> =>
  fetchApi('/api/v1/source_object_map/apply', { method: 'POST', body: { decision: 'unmap', ids } });

export const undoDocument = (id: number, undone: boolean): Promise<unknown> =>
  fetchApi(`/api/v1/source_doc/${id}/undo`, { method: 'POST', body: { undone } });

/** XMLHttpRequest, because fetch does not say how much has left. The words come before the file, which is not held. */
export function sendDocument(
  file: File,
  words: Record<string, string>,
  onProgress: (share: number) => void,
): Promise<SourceDocument> {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(words)) form.append(name, value);
    form.append('docfile', file, file.name);
    const request = new XMLHttpRequest();
    request.open('POST', '/api/v1/source_doc');
    for (const [name, value] of Object.entries({ accept: 'application/json', ...csrfHeader() })) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / Math.max(total, 1));
    request.onerror = () => reject(unreachable());
    request.onload = () =>
      request.status < 300
        ? resolve(JSON.parse(request.responseText) as SourceDocument)
        : reject(problemOf(request.status, request.responseText, request.getResponseHeader('x-request-id')));
    request.send(form);
  });
}
