import type { Context } from '../../platform/context.ts';
import { raw } from '../../platform/db/index.ts';
import type { Access } from '../../resource/access.ts';
import { findVisibleProject, projectExists } from '../projects/store.ts';
import type { Right } from '../rights.ts';
import { contactOfUser, uuidOf } from '../users/store.ts';

export interface OwnerAccount {
  userId: string | null;
  projectId: string | null;
  /** Of a person. */
  email: string | null;
}

/** Who an owner of flows is here: a person, an organisation (project), or somebody only another auth server knows. */
export async function findOwnerAccount(context: Context, ownerId: string): Promise<OwnerAccount> {
  const none = { userId: null, projectId: null, email: null };
  if (uuidOf(ownerId) !== ownerId) return none;
  const person = await contactOfUser(context.db, ownerId);
  if (person !== undefined) return { ...none, userId: person.id, email: person.email };
  return (await projectExists(context.db, ownerId)) ? { ...none, projectId: ownerId } : none;
}

/** The project of exactly this id, if the caller holds the right there. */
export async function findProject(
  context: Context,
  access: Access,
  id: string,
  right: Right,
): Promise<{ id: string } | undefined> {
  const allowed = access.where(right, { project: raw('p.id') });
  const found = await findVisibleProject(context.db, id, { visible: allowed, allowed });
  return found?.id === id ? found : undefined;
}
