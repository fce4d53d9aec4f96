import { infiniteQueryOptions } from '@tanstack/react-query';
import { fetchApi, urlOf } from './fetch-api.ts';

export interface Issue {
  severity: 'error' | 'warning' | 'info';
  code: string;
  message: string;
  row?: number;
  line?: number;
  column?: string;
  value?: string;
  suggestion?: string;
}

export interface IssueFilter {
  severity?: string | undefined;
  code?: string | undefined;
  column?: string | undefined;
}

interface IssuePage {
  items: Issue[];
  next: string | null;
}

const pageSize = 200;

export const issuesQuery = (uploadId: string, filter: IssueFilter) =>
  infiniteQueryOptions({
    queryKey: ['issues', uploadId, filter],
    queryFn: ({ pageParam, signal }) =>
      fetchApi<IssuePage>(`/api/v1/upload/${uploadId}/issues.json`, {
        query: { ...filter, limit: pageSize, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const issuesUrl = (uploadId: string, extension: 'csv' | 'ndjson', filter: IssueFilter): string =>
  urlOf(`/api/v1/upload/${uploadId}/issues.${extension}`, { ...filter });
