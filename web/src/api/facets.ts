import { queryOptions } from '@tanstack/react-query';
import { fetchApi } from './fetch-api.ts';
import type { Cell } from './rows.ts';

export interface Facet {
  field: string;
  /** Most frequent first. */
  values: { value: Cell; count: number }[];
  /** Rows without a value, and rows with one that is not listed. */
  empty: number;
  other: number;
  distinct: number;
}

export interface ColumnStatistics {
  field: string;
  min: Cell;
  max: Cell;
  /** Of numbers: equally wide classes from min to max; their counts. */
  histogram?: number[];
}

const pathOf = (datasetId: string, revision: number | undefined): string =>
  `/api/v1/dataset/${datasetId}${revision === undefined ? '' : `/revision/${revision}`}`;

export const facetQuery = (
  datasetId: string,
  revision: number | undefined,
  column: string,
  filter: Record<string, string>,
) =>
  queryOptions({
    queryKey: ['rows', datasetId, revision, 'facet', column, filter],
    queryFn: async ({ signal }) => {
      const query = { ...filter, fields: column, size: 12 };
      const { facets } = await fetchApi<{ facets: Facet[] }>(`${pathOf(datasetId, revision)}/facets`, {
        query,
        signal,
      });
      return facets.find(({ field }) => field === column) ?? null;
    },
    retry: false,
  });

export const statisticsQuery = (
  datasetId: string,
  revision: number | undefined,
  column: string,
  filter: Record<string, string>,
) =>
  queryOptions({
    queryKey: ['rows', datasetId, revision, 'statistics', column, filter],
    queryFn: async ({ signal }) => {
      const query = { ...filter, fields: column };
      const path = `${pathOf(datasetId, revision)}/statistics`;
      const { columns } = await fetchApi<{ columns: ColumnStatistics[] }>(path, { query, signal });
      return columns.find(({ field }) => field === column) ?? null;
    },
    retry: false,
  });
