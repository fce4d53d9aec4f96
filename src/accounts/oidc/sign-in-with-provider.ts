import type { Context } from '../../platform/context.ts';
import { forbidden, oidcAccountExists, oidcFailed } from '../errors.ts';
import type { Person } from '../sessions/issue-session.ts';
import { createUser } from '../users/create-user.ts';
import { findIdentity, findSignIn, insertIdentity, markSignedIn, type SignInUser } from '../users/store.ts';

/** What we take from the provider's ID token. */
export interface ProviderClaims {
  issuer: string;
  subject: string;
  email: string | undefined;
  emailVerified: boolean;
  name: string | undefined;
}

/**
 * The account of a person a provider vouches for: the linked one; else, where the setting allows it, the one with the
 * same e-mail, provided both sides have verified it (an unverified account could have been put there by somebody
 * waiting for its owner); else a new one. Throws `oidc_account_exists`, `oidc_failed`, `forbidden`.
 */
export async function signInWithProvider(context: Context, claims: ProviderClaims): Promise<Person> {
  const identity = { issuer: claims.issuer, subject: claims.subject };
  const linked = await findIdentity(context.db, claims.issuer, claims.subject);
  const user = linked ?? (await sameEmail(context, claims));
  if (user !== undefined) {
    if (user.disabled) throw oidcFailed('the account is disabled');
    await context.db.transaction(async (tx) => {
      if (linked === undefined) await insertIdentity(tx, { ...identity, userId: user.id });
      await markSignedIn(tx, user.id);
    });
    return user;
  }
  if (context.config.registration === 'closed') throw forbidden();
  if (claims.email === undefined) throw oidcFailed('the provider gave no e-mail');
  const request = { email: claims.email, name: claims.name ?? '', emailVerified: claims.emailVerified };
  return createUser(context, request, async (tx, created) => {
    await insertIdentity(tx, { ...identity, userId: created.id });
    await markSignedIn(tx, created.id);
  });
}

async function sameEmail(context: Context, claims: ProviderClaims): Promise<SignInUser | undefined> {
  const user = claims.email === undefined ? undefined : await findSignIn(context.db, claims.email);
  if (user === undefined) return undefined;
  const trusted = context.config.oidcLinkByEmail && claims.emailVerified && user.emailVerified;
  if (!trusted) throw oidcAccountExists();
  return user;
}
