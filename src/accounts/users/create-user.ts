import type { Context } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/index.ts';
import { emailTaken, usernameTaken, weakPassword } from '../errors.ts';
import { passwordProblem } from '../pure/password-policy.ts';
import { usernameOf, usernameStem } from '../pure/username-of.ts';
import type { Role } from '../rights.ts';
import { hashPassword } from '../sessions/password.ts';
import { emailInUse, insertUser, usernamesLike } from './store.ts';

export interface UserRequest {
  email: string | null;
  /** Absent: made from the e-mail. */
  username?: string | undefined;
  name?: string | undefined;
  /** Absent: the user sets one by a link, or comes in by another provider. */
  password?: string | undefined;
  role?: Role | undefined;
  country?: string | null | undefined;
  institution?: string | null | undefined;
  profile?: Record<string, unknown> | undefined;
  emailVerified?: boolean | undefined;
}

export interface CreatedUser {
  id: string;
  username: string;
  email: string | null;
}

/**
 * Hashing comes before the transaction: it takes its time on purpose, and no lock should wait for it. Throws
 * `email_taken`, `username_taken`, `weak_password`.
 */
export async function createUser(
  context: Context,
  request: UserRequest,
  inSameTransaction: (tx: Tx, user: CreatedUser) => Promise<void> = async () => undefined,
): Promise<CreatedUser> {
  const passwordHash = request.password === undefined ? null : await hashChecked(context, request.password);
  return context.db.transaction(async (tx) => {
    const id = context.newId();
    if (request.email !== null && (await emailInUse(tx, request.email))) throw emailTaken(request.email);
    const username = request.username ?? (await freeUsername(tx, request.email));
    const outcome = await insertUser(tx, {
      id,
      username,
      email: request.email,
      name: request.name ?? '',
      role: request.role ?? 'USER',
      passwordHash,
      country: request.country ?? null,
      institution: request.institution ?? null,
      profile: request.profile ?? {},
      emailVerified: request.emailVerified ?? false,
    });
    if (outcome === 'taken') {
      throw request.email !== null && (await emailInUse(tx, request.email))
        ? emailTaken(request.email)
        : usernameTaken(username);
    }
    const user = { id, username, email: request.email };
    await inSameTransaction(tx, user);
    return user;
  });
}

/** Throws `weak_password`. */
export async function hashChecked(context: Context, password: string): Promise<string> {
  const problem = passwordProblem(password, context.config.passwordPolicy);
  if (problem !== undefined) throw weakPassword(problem);
  return hashPassword(password);
}

async function freeUsername(tx: Tx, email: string | null): Promise<string> {
  const stem = usernameStem(email ?? 'user@');
  return usernameOf(email ?? 'user@', await usernamesLike(tx, stem));
}
