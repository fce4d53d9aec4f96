import { queryOptions } from '@tanstack/react-query';
import { fetchApi } from './fetch-api.ts';
import { fetchList } from './list.ts';
import type { ProjectRole } from './projects.ts';

export interface Member {
  id: string;
  project_id: string;
  user_id: string | null;
  group_id: number | null;
  user_name: string | null;
  role: ProjectRole;
  since: string;
  until: string | null;
}

export const roles: { role: ProjectRole; may: string }[] = [
  { role: 'owner', may: 'everything, deleting the project included' },
  { role: 'manager', may: 'people and connections, and all an editor may' },
  { role: 'editor', may: 'read, add and change data, undo revisions' },
  { role: 'contributor', may: 'add data, but not read it' },
  { role: 'viewer', may: 'read and download' },
  { role: 'requester', may: 'ask for data' },
  { role: 'approver', may: 'decide on requests' },
];

export const membersQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['members', projectId],
    queryFn: ({ signal }) =>
      fetchList<Member>('/api/v1/project_member', { project_id: projectId, order_by: 'since', limit: 500 }, signal),
  });

/** `user` is an e-mail or an id. Whoever is a member already gets this role in place of the old one. */
export const setMember = (projectId: string, user: string, role: ProjectRole): Promise<unknown> =>
  fetchApi(`/api/v1/project/${projectId}/members`, { method: 'POST', body: { user, role } });
export const removeMember = (projectId: string, user: string): Promise<unknown> =>
  fetchApi(`/api/v1/project/${projectId}/members/${user}`, { method: 'DELETE' });
