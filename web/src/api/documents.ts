import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { csrfHeader, fetchApi, urlOf } from './fetch-api.ts';
import { fetchList, type List } from './list.ts';
import { problemOf, unreachable } from './problem.ts';

export type DocumentState = 'received' | 'mapping' | 'processed' | 'undone' | 'failed';

export interface SourceDocument {
  id: number;
  doc_title: string;
  file_type: 'campaign' | 'date';
  docfile: string;
  file_name: string;
  /** Empty while the file is being read. */
  file_header: string[];
  sha256: string;
  bytes: number;
  dataset: string;
  state: DocumentState;
  duplicate_of: number | null;
  /** Who sent it, as their responsibilities name them. */
  created_by_id: number | null;
  run_id: string | null;
  summary: Record<string, unknown> | null;
  created_at: string;
  updated_at: string;
}

export type ContentType = 'indicator' | 'location' | 'campaign';

export interface Suggestion {
  master_object_id: number;
  name: string;
  score: number;
  reason: string;
  context?: string | null;
  /** Another is as likely; nobody but a person decides. */
  is_ambiguous?: boolean;
}

export interface Code {
  id: number;
  content_type: ContentType;
  source_object_code: string;
  master_object_id: number;
  master_object_name: string | null;
  is_ignored: boolean;
  /** Null: nobody has decided. */
  origin: string | null;
  status: 'unmapped' | 'suggested' | 'mapped' | 'ignored';
  suggestions: Suggestion[];
  /** Null where that would count rows at places the reader does not see. */
  rows: number | null;
  cells: number | null;
}

export interface DocumentIssue {
  id: number;
  document_id: number;
  row: number | null;
  /** Of the row in the file, where rows are lines. */
  line: number | null;
  column: string | null;
  severity: 'error' | 'warning';
  code: string;
  raw: string | null;
  message: string;
  suggestion: string | null;
  cells: number;
}

/** The newest first, page by page. */
export const documentsQuery = infiniteQueryOptions({
  queryKey: ['documents', 'list'],
  queryFn: ({ pageParam, signal }) => fetchApi<List<SourceDocument>>(pageParam, { signal }),
  initialPageParam: urlOf('/api/v1/source_doc', { limit: 100, count: 'exact' }),
  getNextPageParam: ({ meta }) => meta.next,
});

export const documentQuery = (id: number) =>
  queryOptions({
    queryKey: ['documents', 'one', id],
    queryFn: ({ signal }) => fetchApi<SourceDocument>(`/api/v1/source_doc/${id}`, { signal }),
    // Its processing goes on behind; a change of a mapping is derived within seconds.
    refetchInterval: 4000,
  });

/** Which codes of a document: those to decide or those decided; of one kind, containing some text. */
export interface CodeFilter {
  isOpen: boolean;
  kind?: ContentType | undefined;
  words?: string;
}

const codesAtOnce = 100;

/** What a document calls things, what most cells wait for first; page by page. */
export const codesQuery = (documentId: number, { isOpen, kind, words }: CodeFilter) =>
  infiniteQueryOptions({
    queryKey: ['documents', 'codes', documentId, isOpen, kind ?? null, words ?? ''],
    queryFn: ({ pageParam, signal }) => fetchApi<List<Code>>(pageParam, { signal }),
    initialPageParam: urlOf('/api/v1/source_object_map', {
      document_id: documentId,
      status: isOpen ? 'unmapped,suggested' : 'mapped,ignored',
      content_type: kind,
      source_object_code__icontains: words,
      order_by: '-cells,source_object_code',
      limit: codesAtOnce,
      count: 'exact',
    }),
    getNextPageParam: ({ meta }) => meta.next,
    placeholderData: keepPreviousData,
  });

/** Those of its columns. */
export const columnCodesQuery = (documentId: number) =>
  queryOptions({
    queryKey: ['documents', 'codes', documentId, 'columns'],
    queryFn: ({ signal }) =>
      fetchList<Code>('/api/v1/source_object_map', { document_id: documentId, content_type: 'indicator' }, signal),
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
    data_date: string | null;
    from: number | string | null;
    to: number | string | null;
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

interface Decided {
  meta: { total_count: number };
  objects: { id: number }[];
}
const apply = (body: object): Promise<Decided> => fetchApi('/api/v1/source_object_map/apply', { method: 'POST', body });

/** Sure enough to be taken without a look at each. */
const sure = { decision: 'accept', status: 'suggested', min_score: 0.8 };

/** How many codes of the document have such a suggestion that the caller may accept. */
export const sureSuggestionsQuery = (document_id: number) =>
  queryOptions({
    queryKey: ['documents', 'codes', document_id, 'sure'],
    queryFn: async () => (await apply({ ...sure, document_id, dry_run: true })).meta.total_count,
  });
export const acceptSuggestions = (document_id: number): Promise<Decided> => apply({ ...sure, document_id });

export const decideCodes = (decision: 'unmap' | 'ignore' | 'restore', ids: number[]): Promise<Decided> =>
  apply({ decision, ids });

/** All open codes of the filter are no data, however many pages of them there are; returns their ids. */
export async function ignoreOpenCodes(document_id: number, { kind, words }: CodeFilter): Promise<number[]> {
  const filter = {
    decision: 'ignore',
    document_id,
    ...(kind && { content_type: kind }),
    ...(words && { contains: words }),
  };
  const { objects: unmapped } = await apply({ ...filter, status: 'unmapped' });
  const { objects: suggested } = await apply({ ...filter, status: 'suggested' });
  return [...unmapped, ...suggested].map(({ id }) => id);
}

/** What a document says of a cell, and whether that counts. */
export interface DocumentValue {
  id: number;
  indicator_id: number;
  location_id: number;
  location__name: string;
  campaign_id: number | null;
  campaign__name: string | null;
  data_date: string | null;
  value: number | string;
  row: number;
  column: string;
  raw: string | null;
  counts: boolean;
}

export const documentValuesQuery = (documentId: number) =>
  infiniteQueryOptions({
    queryKey: ['documents', 'values', documentId],
    queryFn: ({ pageParam, signal }) => fetchApi<List<DocumentValue>>(pageParam, { signal }),
    initialPageParam: urlOf('/api/v1/doc_datapoint', { document_id: documentId, limit: 50, count: 'exact' }),
    getNextPageParam: ({ meta }) => meta.next,
  });

/** How many of its values count. */
export const countingValuesQuery = (documentId: number) =>
  queryOptions({
    queryKey: ['documents', 'values', documentId, 'counting'],
    queryFn: async ({ signal }) => {
      const query = { document_id: documentId, counts: true, limit: 1, count: 'exact' };
      return (await fetchList<DocumentValue>('/api/v1/doc_datapoint', query, signal)).meta.total_count ?? 0;
    },
  });

/** A row as it stands in the file, and what became of it. */
export interface DocumentRow {
  id: number;
  row_number: number;
  line: number | null;
  location_display: string | null;
  submission_json: Record<string, string | null>;
  process_status: 'PROCESSED' | 'PARTIAL' | 'UNMAPPED' | 'REJECTED' | string;
  corrected_by_id: number | null;
}

/** Undefined: there is no such row, or it is about a place that is not the caller's to see. */
export const documentRowQuery = (documentId: number, row: number) =>
  queryOptions({
    queryKey: ['documents', 'row', documentId, row],
    queryFn: async ({ signal }) => {
      const of = { document_id: documentId, limit: 500 };
      const [rows, issues, values] = await Promise.all([
        fetchList<DocumentRow>('/api/v1/source_submission', { ...of, row_number: row }, signal),
        fetchList<DocumentIssue>(`/api/v1/source_doc/${documentId}/issues`, { limit: 500, row }, signal),
        fetchList<DocumentValue>('/api/v1/doc_datapoint', { ...of, row }, signal),
      ]);
      return { row: rows.objects[0] ?? null, issues: issues.objects, values: values.objects };
    },
  });

export const issuesFile = (documentId: number): string =>
  urlOf(`/api/v1/source_doc/${documentId}/issues`, {
    format: 'csv',
    bom: true,
    fields: 'row,line,column,severity,code,raw,message,suggestion,cells',
  });
/** The rows that are not wholly values, as they stand in the file: to be corrected and sent again. */
export const openRowsFile = (documentId: number): string =>
  urlOf('/api/v1/source_submission', {
    document_id: documentId,
    process_status__in: 'PARTIAL,UNMAPPED,REJECTED',
    // The columns of the file and nothing else, so that the corrected rows can be sent as they are.
    fields: 'submission_json',
    format: 'csv',
    bom: true,
  });

export type Details = Partial<Record<string, string>>;

interface Detail {
  id: number;
  doc_detail_type_id: number;
  doc_detail_type__name: string;
  doc_detail_value: string;
}

/** How a document is read, as somebody declared it. */
export const detailsQuery = (documentId: number) =>
  queryOptions({
    queryKey: ['documents', 'details', documentId],
    queryFn: async ({ signal }): Promise<Details> => {
      const { objects } = await fetchList<Detail>('/api/v1/doc_detail', { document_id: documentId }, signal);
      return Object.fromEntries(objects.map((one) => [one.doc_detail_type__name, one.doc_detail_value]));
    },
  });

/** Declares these, an empty one no longer; then the document is read again, which may go on when this returns. */
export async function readAgain(documentId: number, change: Details): Promise<void> {
  const [types, known] = await Promise.all([
    fetchList<{ id: number; name: string }>('/api/v1/doc_detail_type', {}),
    fetchList<Detail>('/api/v1/doc_detail', { document_id: documentId }),
  ]);
  const given = Object.entries(change).filter(([, value]) => value !== undefined && value !== '');
  if (given.length > 0) {
    const objects = given.map(([name, doc_detail_value]) => ({
      document_id: documentId,
      doc_detail_type_id: types.objects.find((type) => type.name === name)?.id,
      doc_detail_value,
    }));
    await fetchApi('/api/v1/doc_detail', { method: 'PUT', body: { objects } });
  }
  for (const { id, doc_detail_type__name: name } of known.objects) {
    if (name in change && !change[name]) await fetchApi(`/api/v1/doc_detail/${id}`, { method: 'DELETE' });
  }
  await fetchApi('/api/v1/transform_upload', { method: 'POST', body: { document_id: documentId } });
}

/** Whether the reader gets the file: nothing of it is sent for the question. */
export const mayReadFileQuery = ({ id, docfile }: SourceDocument) =>
  queryOptions({
    queryKey: ['documents', 'may read file', id],
    queryFn: async ({ signal }) => (await fetch(docfile, { method: 'HEAD', signal })).ok,
  });

export const undoDocument = (id: number, undone: boolean): Promise<unknown> =>
  fetchApi(`/api/v1/source_doc/${id}/undo`, { method: 'POST', body: { undone } });

/** XMLHttpRequest, because fetch does not say how much has left. The words come before the file, which is not held. */
export function sendDocument(
  file: File,
  words: Record<string, string>,
  onProgress: (share: number) => void,
  signal: AbortSignal,
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
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort());
    request.onload = () =>
      request.status < 300
        ? resolve(JSON.parse(request.responseText) as SourceDocument)
        : reject(
            problemOf(
              request.status,
              request.responseText,
              request.getResponseHeader('x-request-id'),
              '/api/v1/source_doc',
            ),
          );
    request.send(form);
  });
}
