import { QueryCache, QueryClient } from '@tanstack/react-query';
import { Problem } from './problem.ts';
import { sessionQuery } from './session.ts';

/** One cache for the whole app. A refusal is an answer and not asked for again; only an unreachable server is. */
export function createQueries(): QueryClient {
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // The session ended elsewhere: asking who we are makes the router lead to the sign-in.
        const isSession = query.queryKey[0] === sessionQuery.queryKey[0];
        if (!isSession && error instanceof Problem && error.status === 401) {
          void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
        }
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) =>
          failures < 2 && error instanceof Problem && (error.status === 0 || error.status === 503),
      },
    },
  });
  return queries;
}
