import { Anchor } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

/** Under a field whose options could not be loaded: that is not the same as there being none. Undefined: they were. */
export function notLoaded(...queries: UseQueryResult[]): ReactNode | undefined {
  const failed = queries.filter(({ error }) => error !== null);
  if (failed.length === 0) return undefined;
  const retry = () => {
    for (const { refetch } of failed) void refetch();
  };
  return (
    <>
      Not loaded: {failed[0]!.error!.message}{' '}
      <Anchor component="button" type="button" fz="inherit" onClick={retry}>
        Try again
      </Anchor>
    </>
  );
}
