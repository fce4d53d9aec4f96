import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure } from './failure.tsx';
import { Waiting } from './loaded.tsx';
import { type Crumb, Page } from './page.tsx';

interface LoadedPageProps<T> {
  query: UseQueryResult<T>;
  /** What the page is of, said while its name is not known. */
  title: string;
  crumbs: Crumb[];
  children: (data: T) => ReactNode;
}

/** A page about one thing: while it is asked for, and when there is no such thing, there is a way back. */
export function LoadedPage<T>({ query, title, crumbs, children }: LoadedPageProps<T>) {
  if (query.data !== undefined) return children(query.data);
  return (
    <Page title={title} crumbs={crumbs}>
      {query.error === null ? <Waiting /> : <Failure error={query.error} retry={() => void query.refetch()} />}
    </Page>
  );
}
