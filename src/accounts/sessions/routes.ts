import { Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import type { App } from '../../platform/http/index.ts';
import { requireSignedIn } from '../access/demand.ts';
import { badRequest, invalidCredentials, sessionNotFound } from '../errors.ts';
import { loginTarget } from '../pure/login-target.ts';
import { networkOf } from '../pure/network-of.ts';
import { revokeToken } from '../tokens/store.ts';
import { findUserViews, uuidOf } from '../users/store.ts';
import { authenticateCookie } from './authenticate.ts';
import { clearSessionCookies, csrfTokenOf, setDownloadCookie, setSessionCookies } from './cookies.ts';
import { issueCookieSession, issueSession, type SignedIn } from './issue-session.ts';
import { refreshSession } from './refresh-session.ts';
import { signIn } from './sign-in.ts';
import { revokeSession, revokeSessionOfRefreshToken, revokeSessionsOfUser, sessionsOfUser } from './store.ts';

/** `/auth…` of the script contract (§4.2), the browser app's session, and the sessions of a user. */
export function sessionRoutes(app: App, context: Context): void {
  app.post('/auth', { config: signInRoute }, async (request, reply) => {
    const { name, password } = exactCredentials(request.body);
    const user = await signIn(context, name, password, networkOf(request.ip));
    const session = await context.db.transaction((tx) =>
      issueSession(context, tx, user, { kind: 'password', deviceInfo: request.headers['user-agent'] }),
    );
    if (request.headers.origin !== undefined) setDownloadCookie(context, reply, session.accessToken);
    return tokenAnswer(session);
  });

  app.post('/auth/refresh', { config: signInRoute }, async (request) => {
    const token = textField(request.body, 'refresh_token');
    if (token === undefined) throw badRequest('Refresh token is required');
    const { rotate } = request.query as { rotate?: string };
    return tokenAnswer(await refreshSession(context, token, { rotate: rotate === 'true' }));
  });

  app.post('/auth/logout', { config: { access: 'signed-in' } }, async (request, reply) => {
    const auth = requireSignedIn(request);
    if (auth.sessionId !== null) await revokeSession(context.db, auth.sessionId, auth.userId);
    if (auth.tokenId !== null) await revokeToken(context.db, auth.userId, auth.tokenId);
    const refreshToken = textField(request.body, 'refresh_token');
    if (refreshToken !== undefined) await revokeSessionOfRefreshToken(context.db, sha256(refreshToken));
    clearSessionCookies(reply);
    return { msg: 'Successfully logged out' };
  });

  app.post('/auth/logout-all', { config: { access: 'own-sign-in' } }, async (request, reply) => {
    const count = await revokeSessionsOfUser(context.db, requireSignedIn(request).userId, null);
    clearSessionCookies(reply);
    return { msg: `Successfully logged out from ${count} devices` };
  });

  app.get('/api/v1/user/me/sessions', { config: { access: 'own-sign-in' } }, async (request) => ({
    data: await sessionsOfUser(context.db, requireSignedIn(request).userId),
  }));

  app.delete('/api/v1/user/me/sessions', { config: { access: 'own-sign-in' } }, async (request) => {
    const auth = requireSignedIn(request);
    const count = await revokeSessionsOfUser(context.db, auth.userId, auth.sessionId);
    return { message: `Successfully revoked ${count} sessions` };
  });

  app.delete(
    '/api/v1/user/me/sessions/:id',
    { config: { access: 'own-sign-in' }, schema: { params: Type.Object({ id: Type.String() }) } },
    async (request) => {
      const id = uuidOf(request.params.id);
      const done = id !== undefined && (await revokeSession(context.db, id, requireSignedIn(request).userId));
      if (!done) throw sessionNotFound();
      return { message: 'Session revoked successfully' };
    },
  );

  app.get('/api/v1/session', async (request) => describeSession(context, request));

  app.post('/api/v1/session', { config: signInRoute }, async (request, reply) => {
    const name = textField(request.body, 'username') ?? textField(request.body, 'email');
    const password = textField(request.body, 'password');
    if (name === undefined || password === undefined) throw invalidCredentials();
    await beginBrowserSession(context, request, name, password, reply);
    return describeSession(context, request);
  });

  app.delete('/api/v1/session', async (request, reply) => {
    const { auth } = request;
    if (auth.kind === 'cookie' && auth.sessionId !== null) await revokeSession(context.db, auth.sessionId, auth.userId);
    clearSessionCookies(reply);
    return { authenticated: false };
  });

  // Form login of the monitoring clients (contract monitoring §2.8).
  app.post('/accounts/login/', { config: signInRoute }, async (request, reply) => {
    const name = textField(request.body, 'username');
    const password = textField(request.body, 'password');
    if (name === undefined || password === undefined) throw invalidCredentials();
    await beginBrowserSession(context, request, name, password, reply);
    const next = textField(request.body, 'next') ?? (request.query as { next?: string }).next;
    return isForm(request) ? reply.redirect(loginTarget(next, []), 302) : describeSession(context, request);
  });
}

/** Whoever signs in may carry the cookie of an earlier sign-in; that one proves nothing here. */
export const signInRoute = { rateLimit: 'sign-in', csrf: false } as const;

export const tokenAnswer = (session: SignedIn) => ({
  access_token: session.accessToken,
  refresh_token: session.refreshToken,
  user_id: session.userId,
  expires_in: session.expiresInSeconds,
  token_type: 'bearer',
});

async function beginBrowserSession(
  context: Context,
  request: FastifyRequest,
  name: string,
  password: string,
  reply: Parameters<typeof setSessionCookies>[1],
): Promise<void> {
  const user = await signIn(context, name, password, networkOf(request.ip));
  const session = await context.db.transaction((tx) =>
    issueCookieSession(context, tx, user, { kind: 'password', deviceInfo: request.headers['user-agent'] }),
  );
  setSessionCookies(context, reply, session);
  await authenticateCookie(context, request, session.cookie);
}

/** What the browser app asks first: who am I, what is my CSRF token, how can I sign in. */
async function describeSession(context: Context, request: FastifyRequest): Promise<Record<string, unknown>> {
  const { auth } = request;
  const providers = context.config.oidcIssuer === undefined ? [] : [{ name: 'oidc', url: '/auth/oidc/login' }];
  if (auth.kind === 'anonymous' || auth.kind === 'refused') return { authenticated: false, user: null, providers };
  const user = await findUserViews(context.db, auth.userId);
  return {
    authenticated: true,
    user: user?.wire ?? null,
    csrf_token: auth.kind === 'cookie' && auth.sessionId !== null ? csrfTokenOf(context, auth.sessionId) : null,
    providers,
  };
}

/** Exactly these two keys, both text: anything else is a wrong login, in the contract's words. */
function exactCredentials(body: unknown): { name: string; password: string } {
  const name = textField(body, 'email');
  const password = textField(body, 'password');
  if (name === undefined || password === undefined || Object.keys(body as object).length !== 2)
    throw invalidCredentials();
  return { name, password };
}

export function textField(body: unknown, key: string): string | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, key)) return undefined;
  const value = (body as Record<string, unknown>)[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isForm(request: FastifyRequest): boolean {
  return request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
}
