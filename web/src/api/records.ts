import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { fetchApi, fetchWithTag, type Query } from './fetch-api.ts';
import { fetchList } from './list.ts';

/** Any resource as its own schema describes it (monitoring §2.9). */
export interface ResourceSchema {
  allowed_list_http_methods: string[];
  allowed_detail_http_methods: string[];
  /** Lookups by field. */
  filtering: Record<string, string[]>;
  ordering: string[];
  required_on_post: string[];
  required_on_get: string[];
  fields: Record<string, FieldSchema>;
}

export interface FieldSchema {
  type: 'string' | 'integer' | 'float' | 'boolean' | 'date' | 'datetime' | 'list' | 'dict' | 'related';
  nullable: boolean;
  blank: boolean;
  default: unknown;
  readonly: boolean;
  primary_key: boolean;
  help_text: string;
  verbose_name: string;
  related_to: string | null;
  choices: (string | number)[] | null;
}

export type StoredRecord = { [name: string]: unknown };

export const recordIndexQuery = queryOptions({
  queryKey: ['records'],
  queryFn: ({ signal }) =>
    fetchApi<Record<string, { schema: ResourceSchema }>>('/api/v1/', { query: { fullschema: true }, signal }),
  staleTime: 5 * 60_000,
});

export const recordsAtOnce = 50;

export const recordsQuery = (resource: string, query: Query) =>
  queryOptions({
    queryKey: ['records', resource, query],
    queryFn: ({ signal }) =>
      fetchList<StoredRecord>(`/api/v1/${resource}/`, { limit: recordsAtOnce, ...query }, signal),
    placeholderData: keepPreviousData,
  });

export const recordQuery = (resource: string, id: string) =>
  queryOptions({
    queryKey: ['records', resource, 'one', id],
    queryFn: ({ signal }) => fetchWithTag<StoredRecord>(addressOf(resource, id), { signal }),
    // A form shows what is stored when it is opened.
    staleTime: 0,
    gcTime: 0,
  });

export const createRecord = (resource: string, body: StoredRecord): Promise<StoredRecord> =>
  fetchApi(`/api/v1/${resource}/`, { method: 'POST', body });
export const deleteRecord = (resource: string, id: string, cascade: boolean): Promise<void> =>
  fetchApi(addressOf(resource, id), { method: 'DELETE', query: cascade ? { cascade } : {} });
export const addressOf = (resource: string, id: string): string => `/api/v1/${resource}/${encodeURIComponent(id)}/`;

export interface Imported {
  meta: { total_count: number; created: number; updated: number };
}

/** Rows of a CSV, or of JSON, all of them or none. A dry run does everything and keeps nothing. */
export const importRecords = (
  resource: string,
  file: Blob,
  { isJson, byKey, isDry }: { isJson: boolean; byKey: boolean; isDry: boolean },
): Promise<Imported> =>
  fetchApi(`/api/v1/${resource}/`, {
    method: byKey ? 'PUT' : 'POST',
    query: isDry ? { dry_run: true } : {},
    text: { content: file, type: isJson ? 'application/json' : 'text/csv; charset=utf-8' },
    headers: { prefer: 'return=minimal' },
  });
