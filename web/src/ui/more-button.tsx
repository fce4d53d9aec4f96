import { Button } from '@mantine/core';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { List } from '../api/list.ts';
import { count } from './format.ts';

/** Says how much of a list is there, and asks for the next page. Nothing where all is there. */
export function MoreButton<T>({ query }: { query: UseInfiniteQueryResult<InfiniteData<List<T>>> }) {
  if (!query.hasNextPage) return null;
  const { pages } = query.data!;
  const shown = pages.reduce((sum, { objects }) => sum + objects.length, 0);
  const total = pages[0]?.meta.total_count;
  return (
    <Button
      mt="xs"
      size="compact-sm"
      variant="default"
      style={{ alignSelf: 'flex-start' }}
      loading={query.isFetchingNextPage}
      onClick={() => void query.fetchNextPage()}
    >
      More: {count(shown)}
      {total == null ? '' : ` of ${count(total)}`} shown
    </Button>
  );
}
