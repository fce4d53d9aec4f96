import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { Failure } from './failure.tsx';

interface Asked<T> {
  data: T | undefined;
  error: Error | null;
  refetch: () => Promise<unknown>;
}

/** A query's three faces: still asking, refused, there. */
export function Loaded<T>({ query, children }: { query: Asked<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.error !== null) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Waiting />;
}

export function Waiting({ lines = 4 }: { lines?: number }) {
  return (
    <Stack gap={10} role="status" aria-live="polite">
      <VisuallyHidden>Loading</VisuallyHidden>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all the same and never move.
        <Skeleton key={index} height={index === 0 ? 28 : 44} width={index === 0 ? '40%' : '100%'} />
      ))}
    </Stack>
  );
}
