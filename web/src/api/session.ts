import { queryOptions } from '@tanstack/react-query';
import { fetchApi } from './fetch-api.ts';

export interface User {
  id: string;
  email: string | null;
  name: string;
  role: 'USER' | 'ADMIN' | 'SUPERADMIN';
}

export interface Session {
  authenticated: boolean;
  user: User | null;
  providers: { name: string; url: string }[];
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => fetchApi<Session>('/api/v1/session', { signal }),
  staleTime: 60_000,
});

export const signIn = (email: string, password: string): Promise<Session> =>
  fetchApi('/api/v1/session', { method: 'POST', body: { email, password } });

/** By mail, to whom it may concern; the answer does not tell whether there is such an account. */
export const askForPasswordLink = (name: string): Promise<unknown> =>
  fetchApi(`/api/v1/user/${encodeURIComponent(name)}/recover-password`, { method: 'POST', body: {} });

/** `token` is that of a one-time link. */
export const setPassword = (token: string, password: string): Promise<unknown> =>
  fetchApi('/api/v1/user/reset-password', { method: 'POST', body: { token, password } });

export const signOut = (): Promise<Session> => fetchApi('/api/v1/session', { method: 'DELETE' });
