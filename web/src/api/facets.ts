import { queryOptions } from '@tanstack/react-query';
import { fetchApi } from './fetch-api.ts';
import type { Cell } from './rows.ts';

export interface Facet {
  values: { value: Cell; count: number }[];
  /** Rows whose value is not among those listed. */
  others: number;
  histogram: Histogram | null;
}

export interface Histogram {
  bins: { from: number; to: number; count: number }[];
}

export const facetQuery = (
  datasetId: string,
  revision: number | undefined,
  column: string,
  filter: Record<string, string>,
) => {
  const at = revision === undefined ? '' : `/revision/${revision}`;
  return queryOptions({
    queryKey: ['rows', datasetId, revision, 'facet', column, filter],
    queryFn: ({ signal }) =>
      fetchApi<Facet>(`/api/v1/dataset/${datasetId}${at}/facet`, { query: { ...filter, column }, signal }),
    retry: false,
  });
};
