import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import { type App, addVary } from '../../platform/http/index.ts';
import type { Access } from '../../resource/access.ts';
import { type AccessOptions, anonymousAccess, compileAccess } from '../access/compile-access.ts';
import { placesOf } from '../access/places.ts';
import type { Narrowing, Principal } from '../access/principal.ts';
import { type TokenFlaw, verifyJwt } from '../keys/jwt.ts';
import { type Credential, credentialOf } from '../pure/bearer.ts';
import { allRights, isRight, type Right, type Scope, scopeOf } from '../rights.ts';
import { sessionCookie } from './cookies.ts';
import {
  type Bearer,
  bearerOfCookie,
  bearerOfSession,
  bearerOfToken,
  bearerOfUser,
  markSessionUsed,
  markTokenUsed,
} from './store.ts';

/** Why a credential was refused. Dialects print their own words for each; native routes use `errors.ts`. */
export type Refusal = TokenFlaw | 'unreadable_header' | 'unknown_token' | 'revoked' | 'wrong_type' | 'account_gone';

export type Auth =
  | { kind: 'anonymous' }
  | { kind: 'refused'; reason: Refusal }
  | (SignedInAuth & { kind: 'session' | 'cookie' | 'token' | 'client' });

interface SignedInAuth {
  userId: string;
  number: number;
  username: string;
  email: string | null;
  /** Null for a personal access token. */
  sessionId: string | null;
  /** Of a personal access token, else null. */
  tokenId: string | null;
  /** When a password or a provider last vouched for this person; null for a personal access token. */
  authTime: Date | null;
  /** Of a service client; null: all rights of the owner. */
  scopes: readonly Scope[] | null;
  verbs: readonly string[] | null;
  resources: readonly string[] | null;
  /** Does the credential carry less than its owner's rights, in whatever respect? */
  narrowed: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    auth: Auth;
  }
}

export const tokenPrefix = 'grn_';

/**
 * Fills `request.auth` and `request.access` before anything else looks at a request, with at most one statement. It
 * refuses nothing: what a route demands is the route's to say, and public routes ignore a bad token.
 */
export function authenticate(app: App, context: Context): void {
  app.decorateRequest('auth');
  app.decorateRequest('access');
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/api/')) {
      // Who asks decides what an answer holds: no cache may give it to anybody else, nor to them once their rights are gone.
      addVary(reply, 'Authorization', 'Auth-Token', 'Cookie');
      reply.header('cache-control', 'private, no-cache');
    }
    await authenticateAgain(context, request);
  });
}

/** Who asks, and what they may, as of now: for answers that go on while rights may end. */
export async function authenticateAgain(context: Context, request: FastifyRequest): Promise<void> {
  const found = await identify(context, request);
  request.auth = found.auth;
  request.access = accessOfRequest(context, request, found);
}

/** What a user may do, for work on their behalf outside a request. Nothing once the account is disabled. */
export async function accessOfUser(context: Context, userId: string) {
  const bearer = await bearerOfUser(context.db.pool, userId);
  return bearer === undefined || bearer.gone ? anonymousAccess : accessOfBearer(context, bearer);
}

/** The same for a token that arrives otherwise than in a header, such as `?token=` where a contract allows it. */
export async function authenticateToken(context: Context, request: FastifyRequest, token: string): Promise<void> {
  const found = await byToken(context, token);
  request.auth = found.auth;
  request.access = accessOfRequest(context, request, found);
}

/** After a sign-in by form: the rest of this request belongs to the person who has just signed in. */
export async function authenticateCookie(context: Context, request: FastifyRequest, cookie: string): Promise<void> {
  const found = await byCookie(context, cookie);
  request.auth = found.auth;
  request.access = accessOfRequest(context, request, found);
}

interface Identified {
  auth: Auth;
  bearer?: Bearer;
}

async function identify(context: Context, request: FastifyRequest): Promise<Identified> {
  const credential = credentialOf({
    authorization: request.headers.authorization,
    authToken: headerText(request.headers['auth-token']),
  });
  if (credential.kind !== 'none') return byCredential(context, credential);
  const cookie = request.cookies[sessionCookie];
  return cookie === undefined ? { auth: { kind: 'anonymous' } } : byCookie(context, cookie);
}

async function byCredential(context: Context, credential: Credential): Promise<Identified> {
  switch (credential.kind) {
    case 'token':
      return byToken(context, credential.token);
    case 'unreadable':
      return refused('unreadable_header');
    // Basic is a way to sign in, on the one route that reads it, and says nothing elsewhere.
    default:
      return { auth: { kind: 'anonymous' } };
  }
}

async function byToken(context: Context, token: string): Promise<Identified> {
  if (token.startsWith(tokenPrefix)) {
    const bearer = await bearerOfToken(context.db.pool, sha256(token));
    return bearer === undefined ? refused('unknown_token') : signedIn(context, bearer, 'token');
  }
  const claims = await verifyJwt(context, token);
  if (typeof claims === 'string') return refused(claims);
  if (claims.type !== 'access') return refused('wrong_type');
  const bearer = await bearerOfSession(context.db.pool, claims.sid, claims.sub);
  if (bearer === undefined) return refused('revoked');
  return signedIn(context, bearer, bearer.clientId === null ? 'session' : 'client');
}

/** A cookie nobody knows any more is no credential at all: the browser keeps sending it long after. */
async function byCookie(context: Context, cookie: string): Promise<Identified> {
  const bearer = await bearerOfCookie(context.db.pool, sha256(cookie));
  const found = bearer === undefined ? refused('revoked') : await signedIn(context, bearer, 'cookie');
  return found.auth.kind === 'refused' ? { auth: { kind: 'anonymous' } } : found;
}

async function signedIn(
  context: Context,
  bearer: Bearer,
  kind: 'session' | 'cookie' | 'token' | 'client',
): Promise<Identified> {
  if (bearer.gone) return refused('account_gone');
  if (bearer.revoked) return refused('revoked');
  if (bearer.expired) return refused(kind === 'token' ? 'expired' : 'revoked');
  if (bearer.stale && bearer.sessionId !== null) await markSessionUsed(context.db, bearer.sessionId);
  if (bearer.stale && bearer.tokenId !== null) await markTokenUsed(context.db, bearer.tokenId);
  const { userId, number, username, email, sessionId, tokenId, authTime, scopes, verbs, resources } = bearer;
  const narrowed = verbs !== null || resources !== null || narrowingOf(bearer) !== undefined;
  const facts = { userId, number, username, email, sessionId, tokenId, authTime, scopes, verbs, resources, narrowed };
  return { bearer, auth: { kind, ...facts } };
}

const refused = (reason: Refusal): Identified => ({ auth: { kind: 'refused', reason } });

function accessOfRequest(context: Context, request: FastifyRequest, { bearer }: Identified): Access {
  if (bearer === undefined) return anonymousAccess;
  return accessOfBearer(context, bearer, {
    clientId: bearer.clientId ?? undefined,
    ip: request.ip,
    note: noteOf(request),
  });
}

const longestNote = 1000;

/** What is longer than a note is cut: the work it is about is not refused for it. */
function noteOf(request: FastifyRequest): string | undefined {
  const said = headerText(request.headers['x-action-note'])?.trim();
  if (said === undefined || said === '') return undefined;
  // Node reads headers as Latin-1.
  const bytes = Buffer.from(said, 'latin1');
  return (isUtf8(bytes) ? bytes.toString() : said).slice(0, longestNote);
}

function accessOfBearer(context: Context, bearer: Bearer, way?: AccessOptions['way']): Access {
  return compileAccess(principalOf(bearer), {
    places: placesOf(context),
    adminReadsRows: context.config.adminReadsRows,
    ...(way === undefined ? {} : { way }),
  });
}

function principalOf(bearer: Bearer): Principal {
  return {
    userId: bearer.userId,
    number: bearer.number,
    username: bearer.username,
    email: bearer.email,
    role: bearer.role,
    memberships: bearer.memberships.map(([projectId, role]) => ({ projectId, role })),
    narrowed: narrowingOf(bearer),
  };
}

function narrowingOf(bearer: Bearer): Narrowing | undefined {
  const { rights: names, scopes, projectIds, locationIds } = bearer;
  if (names === null && scopes === null && projectIds === null && locationIds === null) return undefined;
  return {
    rights: names !== null ? new Set(names.filter(isRight)) : scopes === null ? undefined : rightsOfScopes(scopes),
    projectIds: projectIds ?? undefined,
    locationIds: locationIds ?? undefined,
  };
}

function rightsOfScopes(scopes: readonly Scope[]): ReadonlySet<Right> | undefined {
  if (scopes.includes('all')) return undefined;
  return new Set(
    allRights.filter((right) => {
      const scope = scopeOf(right);
      return scope !== undefined && scopes.includes(scope);
    }),
  );
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
