import type { Context } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/index.ts';
import { revokeClientsOfUser } from '../clients/store.ts';
import { lastSuperadmin } from '../errors.ts';
import { handOverProjects } from '../projects/store.ts';
import { revokeSessionsOfUser } from '../sessions/store.ts';
import { deleteTokensOfUser } from '../tokens/store.ts';
import { eraseUser, lockSuperadmins } from './store.ts';

/**
 * Ends every way in and erases personal data; the row stays, because what the person did stays. Projects nobody else
 * owns go to `heir`, else to their manager.
 */
export async function deleteUser(context: Context, tx: Tx, userId: string, heir: string | null = null): Promise<void> {
  await keepASuperadmin(tx, userId);
  await handOverProjects(tx, userId, heir, context.newId);
  await revokeSessionsOfUser(tx, userId, null);
  await deleteTokensOfUser(tx, userId);
  await revokeClientsOfUser(tx, userId);
  await eraseUser(tx, userId);
}

/** Throws `last_superadmin` when this is the only active one: nobody could ever make another. */
export async function keepASuperadmin(tx: Tx, userId: string): Promise<void> {
  const active = await lockSuperadmins(tx);
  if (active.length === 1 && active[0] === userId) throw lastSuperadmin();
}
