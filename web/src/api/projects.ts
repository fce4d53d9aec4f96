import { queryOptions } from '@tanstack/react-query';
import { fetchApi } from './fetch-api.ts';
import { fetchList } from './list.ts';

export type ProjectRole = 'owner' | 'manager' | 'editor' | 'contributor' | 'viewer' | 'requester' | 'approver';
export type Visibility = 'private' | 'instance' | 'public';

export interface Project {
  id: string;
  slug: string;
  title: string;
  description: string;
  status: 'proposed' | 'ongoing' | 'completed' | 'declined';
  visibility: Visibility;
  created_at: string;
  updated_at: string;
}

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: ({ signal }) => fetchList<Project>('/api/v1/project', { order_by: 'title', limit: 500 }, signal),
});

export const projectQuery = (id: string) =>
  queryOptions({
    queryKey: ['projects', id],
    queryFn: ({ signal }) => fetchApi<Project>(`/api/v1/project/${id}`, { signal }),
  });

export const createProject = (body: Partial<Project>): Promise<Project> =>
  fetchApi('/api/v1/project', { method: 'POST', body });

export const changeProject = (id: string, body: Partial<Project>): Promise<Project> =>
  fetchApi(`/api/v1/project/${id}`, { method: 'PATCH', body });

export const deleteProject = (id: string): Promise<unknown> => fetchApi(`/api/v1/project/${id}`, { method: 'DELETE' });
