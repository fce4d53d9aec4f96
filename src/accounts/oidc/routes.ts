import type { FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { seal, unseal } from '../../platform/crypto/index.ts';
import type { App } from '../../platform/http/index.ts';
import { oidcFailed } from '../errors.ts';
import { loginTarget } from '../pure/login-target.ts';
import { setSessionCookies } from '../sessions/cookies.ts';
import { issueCookieSession } from '../sessions/issue-session.ts';
import { providerOf } from './provider.ts';
import { type ProviderClaims, signInWithProvider } from './sign-in-with-provider.ts';

const cookie = 'granary_oidc';
const minutes = 10;

/** What must come back with the browser; sealed, so that nobody can read or make one. */
interface Pending {
  state: string;
  nonce: string;
  verifier: string;
  next: string;
  expiresAt: number;
}

/** Sign-in at an OpenID provider: authorization code with PKCE, state and nonce; ends in our own session cookie. */
export function oidcRoutes(app: App, context: Context): void {
  const config = { rateLimit: 'sign-in', csrf: false } as const;

  app.get('/auth/oidc/login', { config }, async (request, reply) => {
    const provider = await providerOf(context);
    const { buildAuthorizationUrl, calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier, randomState } =
      await import('openid-client');
    const { next } = request.query as { next?: string };
    const base = publicUrl(context, request);
    const pending: Pending = {
      state: randomState(),
      nonce: randomNonce(),
      verifier: randomPKCECodeVerifier(),
      next: loginTarget(next, []),
      expiresAt: context.now().getTime() + minutes * 60_000,
    };
    const url = buildAuthorizationUrl(provider, {
      redirect_uri: `${base}/auth/oidc/callback`,
      scope: context.config.oidcScopes,
      code_challenge: await calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
      state: pending.state,
      nonce: pending.nonce,
    });
    const sealed = seal(context.secretFor('oidc'), JSON.stringify(pending)).toString('base64url');
    const options = { path: '/auth/oidc', httpOnly: true, sameSite: 'lax', maxAge: minutes * 60 } as const;
    reply.setCookie(cookie, sealed, { ...options, secure: base.startsWith('https:') });
    return reply.redirect(url.toString(), 302);
  });

  app.get('/auth/oidc/callback', { config }, async (request, reply) => {
    const provider = await providerOf(context);
    const { authorizationCodeGrant, fetchUserInfo } = await import('openid-client');
    const pending = pendingOf(context, request);
    if (pending === undefined) throw oidcFailed('it was not begun in this browser, or too long ago');
    reply.clearCookie(cookie, { path: '/auth/oidc' });
    const here = new URL(request.url, publicUrl(context, request));
    const tokens = await authorizationCodeGrant(provider, here, {
      pkceCodeVerifier: pending.verifier,
      expectedState: pending.state,
      expectedNonce: pending.nonce,
      idTokenExpected: true,
    }).catch((error: unknown) => {
      context.log.info({ err: error }, 'sign-in at the provider refused');
      throw oidcFailed('the provider did not confirm it');
    });
    const claims = tokens.claims()!;
    // Strict providers keep the e-mail out of the ID token and give it on request.
    const profile = claims.email === undefined ? await fetchUserInfo(provider, tokens.access_token, claims.sub) : {};
    const person = await signInWithProvider(context, claimsOf({ ...claims, ...profile }));
    const session = await context.db.transaction((tx) =>
      issueCookieSession(context, tx, person, { kind: 'oidc', deviceInfo: request.headers['user-agent'] }),
    );
    setSessionCookies(context, reply, session);
    return reply.redirect(pending.next, 302);
  });
}

function pendingOf(context: Context, request: FastifyRequest): Pending | undefined {
  const sent = request.cookies[cookie];
  const text = sent === undefined ? undefined : unseal(context.secretFor('oidc'), Buffer.from(sent, 'base64url'));
  if (text === undefined) return undefined;
  const pending = JSON.parse(text) as Pending;
  return pending.expiresAt > context.now().getTime() ? pending : undefined;
}

function claimsOf(claims: { iss: string; sub: string; [name: string]: unknown }): ProviderClaims {
  const { iss, sub, email, email_verified: verified, name } = claims;
  return {
    issuer: iss,
    subject: sub,
    email: typeof email === 'string' ? email : undefined,
    emailVerified: verified === true,
    name: typeof name === 'string' ? name : undefined,
  };
}

/** The provider compares it with the addresses registered there, so a forged Host header leads nowhere. */
function publicUrl(context: Context, request: FastifyRequest): string {
  return (context.config.baseUrl ?? `${request.protocol}://${request.host}`).replace(/\/+$/, '');
}
