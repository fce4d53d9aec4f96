import { randomInt } from 'node:crypto';
import { SettingError } from '../../platform/config/index.ts';
import type { Context } from '../../platform/context.ts';
import { passwordProblem } from '../pure/password-policy.ts';
import { usernameStem } from '../pure/username-of.ts';
import { hashPassword } from '../sessions/password.ts';
import { anyUser, insertUser, lockUserTable } from './store.ts';

export interface FirstAdmin {
  email: string;
  /** Only when it was made up just now: to be printed once. */
  password?: string;
  /** False when there were users already. */
  created: boolean;
}

const defaultEmail = 'admin@localhost.localdomain';

/** Makes the first SUPERADMIN when there is no user yet; several processes may start at once. */
export async function ensureFirstAdmin(context: Context): Promise<FirstAdmin> {
  const { adminEmail, adminPassword, passwordPolicy } = context.config;
  const email = adminEmail ?? defaultEmail;
  if (await anyUser(context.db)) return { email, created: false };
  const problem = adminPassword === undefined ? undefined : passwordProblem(adminPassword, passwordPolicy);
  if (problem !== undefined) throw new SettingError('GRANARY_ADMIN_PASSWORD', problem);
  const password = adminPassword ?? madeUpPassword();
  const passwordHash = await hashPassword(password);
  const created = await context.db.transaction(async (tx) => {
    await lockUserTable(tx);
    if (await anyUser(tx)) return false;
    await insertUser(tx, {
      id: context.newId(),
      username: usernameStem(email),
      email,
      name: 'Administrator',
      role: 'SUPERADMIN',
      passwordHash,
      emailVerified: true,
    });
    return true;
  });
  return { email, created, ...(created && adminPassword === undefined ? { password } : {}) };
}

/** 20 characters without look-alikes in groups of five: 2^110, meets the strict policy, can be typed from a screen. */
function madeUpPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789';
  const groups = Array.from({ length: 4 }, () =>
    Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join(''),
  );
  const password = groups.join('-');
  return passwordProblem(password, 'strict') === undefined ? password : madeUpPassword();
}
