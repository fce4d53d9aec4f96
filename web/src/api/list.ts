import { fetchApi, type Query } from './fetch-api.ts';

/** The list envelope of every resource. */
export interface List<T> {
  meta: { limit: number; offset: number; total_count: number | null; next: string | null };
  objects: T[];
}

export const fetchList = <T>(path: string, query: Query, signal?: AbortSignal): Promise<List<T>> =>
  fetchApi(path, { query, signal });

/** With no limit in its query a list comes in pages of 10,000: so many are put together, and no more. */
const mostRows = 50_000;

/** All pages up to `mostRows`. Where that is not all of it, `meta.next` says so and `meta.total_count` of how many. */
export async function fetchPages<T>(path: string, query: Query, signal?: AbortSignal): Promise<List<T>> {
  const first = await fetchList<T>(path, query, signal);
  const objects = [...first.objects];
  let { next } = first.meta;
  while (next !== null && objects.length < mostRows) {
    const page = await fetchApi<List<T>>(next, { signal });
    for (const one of page.objects) objects.push(one);
    next = page.meta.next;
  }
  return { meta: { ...first.meta, next }, objects };
}
