import { queryOptions } from '@tanstack/react-query';
import { fetchApi } from './fetch-api.ts';
import { fetchList } from './list.ts';
import type { User } from './session.ts';

export interface AccessToken {
  id: string;
  name: string;
  prefix: string;
  rights: string[] | null;
  verbs: string[] | null;
  project_ids: string[] | null;
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked: boolean;
}

export interface NewToken {
  name: string;
  verbs?: string[];
  project_ids?: string[];
  expires_in_days?: number;
}

export interface SignedInDevice {
  id: string;
  created_at: string;
  last_used_at: string | null;
  device_info: string | null;
}

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: ({ signal }) => fetchList<AccessToken>('/api/v1/token', {}, signal),
});
/** The secret is in this answer and in no other. */
export const createToken = (body: NewToken): Promise<AccessToken & { token: string }> =>
  fetchApi('/api/v1/token', { method: 'POST', body });
export const revokeToken = (id: string): Promise<void> => fetchApi(`/api/v1/token/${id}`, { method: 'DELETE' });

export const devicesQuery = queryOptions({
  queryKey: ['devices'],
  queryFn: ({ signal }) => fetchApi<{ data: SignedInDevice[] }>('/api/v1/user/me/sessions', { signal }),
});
export const signOutOthers = (): Promise<{ message: string }> =>
  fetchApi('/api/v1/user/me/sessions', { method: 'DELETE' });

export const changeProfile = (body: { name: string }): Promise<{ data: User }> =>
  fetchApi('/api/v1/user/me', { method: 'PATCH', body });
export const changePassword = (body: { old_password: string; new_password: string }): Promise<unknown> =>
  fetchApi('/api/v1/user/me/change-password', { method: 'PATCH', body });
