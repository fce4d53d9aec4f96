import type { FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { raw } from '../../platform/db/index.ts';
import { type App, urlHost } from '../../platform/http/index.ts';
import { signJwt } from '../keys/jwt.ts';
import { keyRing, publicJwks } from '../keys/key-ring.ts';
import { findVisibleProject } from '../projects/store.ts';
import { loginTarget } from '../pure/login-target.ts';
import { authenticateToken } from '../sessions/authenticate.ts';
import { issueSession } from '../sessions/issue-session.ts';
import { findUserViews } from '../users/store.ts';

const loginTokenSeconds = 14 * 24 * 3600;

/**
 * Granary as the auth server of flow stores (contract flows §2.2): always 200. Tokens come in `Auth-Token`, a Bearer
 * header or `?jwt=`; the session cookie is not looked at, because these routes answer pages of any origin.
 */
export function flowAuth(app: App, context: Context): void {
  const config = { ownAuthentication: true, csrf: false } as const;
  app.get('/auth/public-key', { config }, async (_request, reply) =>
    reply.type('text/plain').send((await keyRing(context)).publicPem),
  );
  app.get('/.well-known/jwks.json', { config }, () => publicJwks(context));

  app.get('/auth/check', { config }, async (request) => {
    const userId = await callerOf(context, request);
    if (userId === undefined) return { authenticated: false, providers: providers(context, request) };
    const views = await findUserViews(context.db, userId);
    const { name, email } = views?.wire ?? {};
    const { username, date_joined: joined } = views?.monitoring ?? {};
    return { authenticated: true, profile: { id: userId, name, email, avatar_url: '', username, join_date: joined } };
  });

  app.get('/auth/authorize', { config }, async (request) => {
    const userId = await callerOf(context, request);
    if (userId === undefined) return { permissions: {} };
    const service = queryText(request, 'service') ?? '';
    const owner = await ownerFor(context, request, userId);
    const permissions = service === 'source' ? { max_dataset_num: context.config.datasetsPerOwner } : {};
    const { authServiceTokenSeconds: lifetime } = context.config;
    const now = Math.floor(context.now().getTime() / 1000);
    const expiry = lifetime === 0 ? {} : { exp: now + lifetime };
    const claims = { sub: userId, userid: owner, permissions, service, type: 'service', iat: now, ...expiry };
    return { token: await signJwt(context, claims), userid: owner, permissions, service };
  });

  // Where `/auth/check` sends a browser: with our cookie on to `next`, without it to the sign-in page and back here.
  app.get('/auth/login', { config: { csrf: false } }, async (request, reply) => {
    const next = loginTarget(queryText(request, 'next'), allowedOrigins(context));
    const { auth } = request;
    if (auth.kind !== 'cookie') {
      const back = `/auth/login?next=${encodeURIComponent(next)}`;
      return reply.redirect(`/app/sign-in?next=${encodeURIComponent(back)}`, 302);
    }
    if (next.startsWith('/')) return reply.redirect(next, 302);
    const person = { id: auth.userId, username: auth.username };
    const session = await context.db.transaction((tx) =>
      issueSession(context, tx, person, { kind: 'link', deviceInfo: next, accessSeconds: loginTokenSeconds }),
    );
    const target = new URL(next);
    target.searchParams.set('jwt', session.accessToken);
    return reply.header('referrer-policy', 'no-referrer').redirect(target.toString(), 302);
  });
}

/** A narrowed credential is no login here: the token it would get carries all of its owner's flow permissions. */
async function callerOf(context: Context, request: FastifyRequest): Promise<string | undefined> {
  const jwt = queryText(request, 'jwt');
  if (request.auth.kind === 'anonymous' && jwt !== undefined) await authenticateToken(context, request, jwt);
  const { auth } = request;
  if (auth.kind !== 'session' && auth.kind !== 'token' && auth.kind !== 'client') return undefined;
  return auth.narrowed ? undefined : auth.userId;
}

/** An organisation is a project: whoever may write its datasets may own flows in its name. */
async function ownerFor(context: Context, request: FastifyRequest, userId: string): Promise<string> {
  const owner = queryText(request, 'owner');
  if (owner === undefined) return userId;
  const allowed = request.access.where('dataset.write', { project: raw('p.id') });
  const project = await findVisibleProject(context.db, owner, { visible: allowed, allowed });
  return project?.id ?? userId;
}

function providers(context: Context, request: FastifyRequest): Record<string, { url: string }> {
  const { baseUrl, host, port, oidcIssuer } = context.config;
  const base = (baseUrl ?? `http://${urlHost(host)}:${port}`).replace(/\/+$/, '');
  const next = loginTarget(queryText(request, 'next'), allowedOrigins(context));
  const query = `?next=${encodeURIComponent(next)}`;
  const back = `?next=${encodeURIComponent(`/auth/login${query}`)}`;
  return {
    granary: { url: `${base}/auth/login${query}` },
    ...(oidcIssuer === undefined ? {} : { oidc: { url: `${base}/auth/oidc/login${back}` } }),
  };
}

function allowedOrigins(context: Context): string[] {
  const { baseUrl, corsOrigins, legacyUiOrigins } = context.config;
  return [...(baseUrl === undefined ? [] : [new URL(baseUrl).origin]), ...corsOrigins, ...legacyUiOrigins];
}

function queryText(request: FastifyRequest, key: string): string | undefined {
  const value = (request.query as Record<string, unknown>)[key];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : undefined;
}
