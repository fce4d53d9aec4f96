import { queryOptions } from '@tanstack/react-query';
import { fetchApi, urlOf } from './fetch-api.ts';

export type Cell = string | number | boolean | null | object;
export type Row = Record<string, Cell>;

export interface RowPage {
  items: Row[];
  next: string | null;
  count?: number | null;
}

export const pageSize = 500;

export const formats = [
  { extension: 'csv', label: 'CSV' },
  { extension: 'xlsx', label: 'Excel' },
  { extension: 'json', label: 'JSON' },
  { extension: 'ndjson', label: 'NDJSON, a row a line' },
  { extension: 'parquet', label: 'Parquet' },
  { extension: 'zip', label: 'ZIP with descriptor' },
] as const;

export function dataPath(datasetId: string, revision: number | undefined, extension = ''): string {
  const at = revision === undefined ? '' : `/revision/${revision}`;
  return `/api/v1/dataset/${datasetId}${at}/data${extension === '' ? '' : `.${extension}`}`;
}

/** Where the rows of a view can be had as a file, with the same filter, order and columns. */
export const downloadUrl = (
  datasetId: string,
  revision: number | undefined,
  extension: string,
  query: Record<string, string>,
): string => urlOf(dataPath(datasetId, revision, extension), query);

export function rowPageQuery(
  datasetId: string,
  revision: number | undefined,
  query: Record<string, string>,
  cursor: string | undefined,
) {
  return queryOptions({
    queryKey: ['rows', datasetId, revision, query, cursor ?? null],
    queryFn: ({ signal }) =>
      fetchApi<RowPage>(dataPath(datasetId, revision, 'json'), {
        // The cursor fixes revision, filter and order by itself.
        query:
          cursor === undefined ? { ...query, limit: pageSize, count: 'exact' } : { ...query, limit: pageSize, cursor },
        signal,
      }),
    // Pages of a revision never change; far ones are forgotten and asked for again by their cursor.
    staleTime: revision === undefined ? 30_000 : Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
}
