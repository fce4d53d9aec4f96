import { fetchApi, type Query } from './fetch-api.ts';

/** The list envelope of every resource. */
export interface List<T> {
  meta: { limit: number; offset: number; total_count: number | null; next: string | null };
  objects: T[];
}

export const fetchList = <T>(path: string, query: Query, signal?: AbortSignal): Promise<List<T>> =>
  fetchApi(path, { query, signal });
