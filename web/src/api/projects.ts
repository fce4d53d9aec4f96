import { queryOptions } from '@tanstack/react-query';
import { fetchApi } from './fetch-api.ts';
import { fetchList } from './list.ts';
import { Problem } from './problem.ts';

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

/** By id, or by the slug that addresses carry. */
export const projectQuery = (id: string) =>
  queryOptions({
    queryKey: ['projects', id],
    queryFn: ({ signal }) =>
      isId(id) ? fetchApi<Project>(`/api/v1/project/${id}`, { signal }) : fetchBySlug(id, signal),
  });

const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

async function fetchBySlug(slug: string, signal: AbortSignal): Promise<Project> {
  const { objects } = await fetchList<Project>('/api/v1/project', { slug, limit: 1 }, signal);
  const [found] = objects;
  if (found === undefined) throw new Problem(404, 'not_found', `There is no project ${slug} that you may see.`);
  return found;
}

export const createProject = (body: Partial<Project>): Promise<Project> =>
  fetchApi('/api/v1/project', { method: 'POST', body });

export const changeProject = (id: string, body: Partial<Project>): Promise<Project> =>
  fetchApi(`/api/v1/project/${id}`, { method: 'PATCH', body });

export const deleteProject = (id: string): Promise<unknown> => fetchApi(`/api/v1/project/${id}`, { method: 'DELETE' });
