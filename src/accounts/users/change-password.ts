import type { Context } from '../../platform/context.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { invalidResetToken, weakPassword, wrongCurrentPassword } from '../errors.ts';
import { checkPassword } from '../sessions/password.ts';
import { deleteFailures, revokeSessionsOfUser } from '../sessions/store.ts';
import { hashChecked } from './create-user.ts';
import { passwordHashOf, takeLink, updatePasswordHash, updateUser } from './store.ts';

/** Every sign-in but `keepSession` ends. Throws `weak_password`. */
export async function setPassword(
  context: Context,
  userId: string,
  password: string,
  keepSession: string | null,
  also?: (tx: Tx) => Promise<void>,
): Promise<void> {
  const hash = await hashChecked(context, password);
  await context.db.transaction(async (tx) => {
    await updatePasswordHash(tx, userId, hash);
    await revokeSessionsOfUser(tx, userId, keepSession);
    await also?.(tx);
  });
}

/** Throws `invalid_current_password`. */
export async function requirePassword(context: Context, userId: string, password: string): Promise<void> {
  const row = await passwordHashOf(context.db, userId);
  if (!(await checkPassword(password, row?.passwordHash)).ok) throw wrongCurrentPassword();
}

export async function changeOwnPassword(
  context: Context,
  user: { userId: string; sessionId: string | null },
  oldPassword: string,
  newPassword: string,
): Promise<void> {
  await requirePassword(context, user.userId, oldPassword);
  if (oldPassword === newPassword) throw weakPassword('New password must be different from current password');
  await setPassword(context, user.userId, newPassword, user.sessionId);
}

/**
 * Takes a one-time link. A password the policy refuses leaves the link unused. Whoever holds the link reads the
 * mailbox, so the e-mail is verified; locks of every network go, and all sign-ins end.
 */
export async function resetPassword(context: Context, token: string, password: string): Promise<void> {
  await context.db.transaction(async (tx) => {
    const user = await takeLink(tx, sha256(token));
    if (user === undefined) throw invalidResetToken();
    await updatePasswordHash(tx, user.userId, await hashChecked(context, password));
    await updateUser(tx, user.userId, { emailVerified: true });
    const names = [user.email, user.username, user.userId].filter((name) => name !== null);
    await deleteFailures(
      tx,
      names.map((name) => name.toLowerCase()),
      null,
    );
    await revokeSessionsOfUser(tx, user.userId, null);
  });
}
