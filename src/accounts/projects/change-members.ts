import type { Context } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/index.ts';
import { lastOwner, projectNotFound } from '../errors.ts';
import type { ProjectRole } from '../rights.ts';
import { endMember, insertMember, lockProject, ownersOf, rolesOfMember } from './store.ts';

export interface MemberRequest {
  projectId: string;
  userId: string;
  role: ProjectRole;
  since?: Date | null;
  until?: Date | null;
}

/**
 * Gives somebody exactly this role; the earlier one ends and stays in the history. Returns false when nothing changed.
 * Throws `last_owner` when the project would have nobody who may do everything.
 */
export async function setMember(
  context: Context,
  tx: Tx,
  request: MemberRequest,
  addedBy: string | null,
): Promise<boolean> {
  const { projectId, userId, role, since = null, until = null } = request;
  if (!(await lockProject(tx, projectId))) throw projectNotFound(projectId);
  const current = await rolesOfMember(tx, projectId, userId);
  if (since === null && until === null && current.length === 1 && current[0]!.role === role) return false;
  for (const member of current) await endMember(tx, member.id);
  await insertMember(tx, { id: context.newId(), projectId, userId, groupId: null, role, since, until, addedBy });
  await keepAnOwner(tx, projectId, current);
  return true;
}

/** Ends every role somebody has in the project; false when there was none. Throws `last_owner`. */
export async function removeMember(tx: Tx, projectId: string, userId: string): Promise<boolean> {
  if (!(await lockProject(tx, projectId))) throw projectNotFound(projectId);
  const current = await rolesOfMember(tx, projectId, userId);
  for (const member of current) await endMember(tx, member.id);
  await keepAnOwner(tx, projectId, current);
  return current.length > 0;
}

async function keepAnOwner(tx: Tx, projectId: string, before: { role: ProjectRole }[]): Promise<void> {
  if (before.some(({ role }) => role === 'owner') && (await ownersOf(tx, projectId)) === 0) throw lastOwner();
}
