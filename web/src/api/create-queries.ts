import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { Problem } from './problem.ts';
import { sessionQuery } from './session.ts';

/**
 * One cache for the whole app. A refusal is an answer and not asked for again; only a server that cannot be reached, or
 * takes no more for now, is.
 */
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
    mutationCache: new MutationCache({
      onSuccess: async () => {
        // Somebody signed in again in another window.
        if (queries.getQueryData(sessionQuery.queryKey)?.authenticated === false) {
          await queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
        }
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // What is not sent is refused now, not kept and sent when nobody waits for it any more.
        networkMode: 'always',
        refetchOnReconnect: true,
        retry: (failures, error) => failures < 2 && error instanceof Problem && isPassing(error),
        retryDelay: (failures, error) =>
          error instanceof Problem && error.retryAfter !== undefined ? error.retryAfter * 1000 : 1000 * 2 ** failures,
      },
      mutations: { networkMode: 'always' },
    },
  });
  return queries;
}

/** Limits are by the minute: what is to wait longer than that is told. */
const mostWaitSeconds = 90;

function isPassing({ status, retryAfter = 0 }: Problem): boolean {
  return [0, 429, 503].includes(status) && retryAfter <= mostWaitSeconds;
}
