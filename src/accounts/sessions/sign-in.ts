import type { Context } from '../../platform/context.ts';
import { accountLocked, invalidCredentials } from '../errors.ts';
import { type Lock, lockAfter, lockInForce } from '../pure/lockout.ts';
import { cleanText } from '../users/read-user-body.ts';
import { findSignIn, markSignedIn, type SignInUser, updatePasswordHash } from '../users/store.ts';
import { checkPassword, hashPassword } from './password.ts';
import { countFailure, deleteFailures, findFailures, lockSignIn } from './store.ts';

/**
 * Who this is, by e-mail, username or id and password. Every form of sign-in comes through here, so lockout, timing and
 * the upgrade of old hashes are the same for all. Throws `invalid_credentials` or `account_locked`.
 */
export async function signIn(context: Context, given: string, password: string, network: string): Promise<SignInUser> {
  const name = cleanText(given).trim();
  const key = name.toLowerCase().slice(0, 254);
  await refuseWhileLocked(context, key, network);
  const user = await findSignIn(context.db, name);
  const check = await checkPassword(password, user?.disabled === false ? user.passwordHash : undefined);
  if (user === undefined || !check.ok) throw await failed(context, key, network);
  const newHash = check.outdated ? await hashPassword(password) : undefined;
  await context.db.transaction(async (tx) => {
    await deleteFailures(tx, [key], network);
    await markSignedIn(tx, user.id);
    if (newHash !== undefined) await updatePasswordHash(tx, user.id, newHash);
  });
  return user;
}

async function refuseWhileLocked(context: Context, key: string, network: string): Promise<void> {
  const known = await findFailures(context.db, key, network);
  if (known?.lockedUntil == null) return;
  const lock = lockInForce(known.failures, known.lockedUntil, context.now());
  if (lock !== undefined) throw refusal(lock);
}

async function failed(context: Context, key: string, network: string): Promise<Error> {
  const lock = lockAfter(await countFailure(context.db, key, network));
  if (lock === undefined) return invalidCredentials();
  await lockSignIn(context.db, key, network, new Date(context.now().getTime() + lock.minutes * 60_000));
  return refusal(lock);
}

const refusal = (lock: Lock) => accountLocked(lock.text, lock.minutes, lock.requiresPasswordReset);
