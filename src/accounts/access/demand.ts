import type { FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { equalSecrets } from '../../platform/crypto/index.ts';
import type { App } from '../../platform/http/index.ts';
import type { Access } from '../../resource/index.ts';
import {
  accountGone,
  authorizationRequired,
  csrfTokenRequired,
  forbidden,
  insufficientScope,
  invalidToken,
  tokenExpired,
  tokenNarrowed,
  tokenRevoked,
} from '../errors.ts';
import { type Right, type Scope, scopeOf } from '../rights.ts';
import type { Auth } from '../sessions/authenticate.ts';
import { csrfTokenOf } from '../sessions/cookies.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * What a route demands before its handler runs: somebody signed in, somebody signed in themselves (no token that
     * acts for them), or a right held instance-wide. Absent: the route is public, or narrows its rows by
     * `request.access.where`.
     */
    access?: 'signed-in' | 'own-sign-in' | Right;
    /** A route that authenticates by itself: its own token forms, its own bodies. No CSRF check, no demands. */
    ownAuthentication?: boolean;
    /** False: reads no cookie, so that a forged form has nothing to use. */
    csrf?: false;
  }
}

export type SignedIn = Exclude<Auth, { kind: 'anonymous' | 'refused' }>;

/** Enforces `config.access` of every route, the narrowing of tokens to verbs and resources, and CSRF for cookies. */
export function enforceDemands(app: App, context: Context): void {
  app.addHook('onRequest', async (request) => {
    const { access: demand, ownAuthentication, csrf } = request.routeOptions.config;
    if (ownAuthentication) return;
    const { auth } = request;
    if (auth.kind === 'cookie' && csrf !== false) checkCsrf(context, request, auth.sessionId);
    if (auth.kind === 'token') checkNarrowing(request, auth);
    if (demand === undefined) return;
    if (demand === 'signed-in') requireSignedIn(request);
    else if (demand === 'own-sign-in') requireOwnSignIn(request);
    else requireRight(request, demand);
  });
}

/** The caller, or the 401 that says what was wrong with the credential. */
export function requireSignedIn(request: FastifyRequest): SignedIn {
  const { auth } = request;
  switch (auth.kind) {
    case 'anonymous':
      throw authorizationRequired();
    case 'refused':
      throw refusalOf(auth.reason);
    default:
      return auth;
  }
}

/**
 * For what only the person may do, not something that acts for them: change the password, make tokens, delete the
 * account. A personal access token or a service client could otherwise widen itself.
 */
export function requireOwnSignIn(request: FastifyRequest): SignedIn & { sessionId: string; authTime: Date } {
  const signedIn = requireSignedIn(request);
  const { kind, sessionId, authTime } = signedIn;
  if (kind === 'token' || kind === 'client' || sessionId === null || authTime === null) {
    throw tokenNarrowed('This needs a sign-in with your own credentials, not a token that acts for you.');
  }
  return { ...signedIn, sessionId, authTime };
}

/** For the resource framework: a credential that was sent and refused is told why, even where nobody must sign in. */
export function accessUnlessRefused(request: FastifyRequest): Access {
  if (request.auth.kind === 'refused') throw refusalOf(request.auth.reason);
  return request.access;
}

/** For a route whose right is decided instance-wide; rows are narrowed by `request.access.where`. */
export function requireRight(request: FastifyRequest, right: Right): SignedIn {
  const signedIn = requireSignedIn(request);
  if (request.access.can(right)) return signedIn;
  const scope = scopeOf(right);
  if (signedIn.kind === 'client' && scope !== undefined && !scopesAllow(signedIn, scope))
    throw insufficientScope(scope);
  throw forbidden();
}

function scopesAllow(auth: SignedIn, scope: Scope): boolean {
  return auth.scopes === null || auth.scopes.includes('all') || auth.scopes.includes(scope);
}

function refusalOf(reason: (Auth & { kind: 'refused' })['reason']): Error {
  switch (reason) {
    case 'expired':
      return tokenExpired();
    case 'revoked':
      return tokenRevoked();
    case 'account_gone':
      return accountGone();
    default:
      return invalidToken();
  }
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A write with the cookie must prove that it comes from our own page. */
function checkCsrf(context: Context, request: FastifyRequest, sessionId: string | null): void {
  if (reading.has(request.method) || sessionId === null) return;
  if (!sentCsrfToken(context, request, sessionId)) throw csrfTokenRequired();
}

function sentCsrfToken(context: Context, request: FastifyRequest, sessionId: string): boolean {
  const sent = request.headers['x-csrf-token'] ?? request.headers['x-csrftoken'];
  return typeof sent === 'string' && equalSecrets(sent, csrfTokenOf(context, sessionId));
}

/** For routes that look at the cookie themselves. */
export function carriesCsrfToken(context: Context, request: FastifyRequest): boolean {
  const { auth } = request;
  return auth.kind === 'cookie' && auth.sessionId !== null && sentCsrfToken(context, request, auth.sessionId);
}

/** Also called where a request does what another verb stands for. */
export function checkVerb(auth: Auth, verb: string): void {
  if (auth.kind === 'token' && auth.verbs !== null && !auth.verbs.includes(verb)) {
    throw tokenNarrowed(`This token may not be used for ${verb}.`);
  }
}

/** Also called by the dialects that authenticate by themselves. */
export function checkNarrowing(request: FastifyRequest, auth: SignedIn): void {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (method !== 'OPTIONS') checkVerb(auth, method);
  if (auth.resources !== null) {
    const resource = /^\/api\/v1\/([^/?]+)/.exec(request.url)?.[1];
    if (resource === undefined || !auth.resources.includes(resource)) {
      throw tokenNarrowed('This token may not be used for this resource.');
    }
  }
}
