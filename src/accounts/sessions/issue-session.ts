import type { Context } from '../../platform/context.ts';
import { randomSecret, sha256 } from '../../platform/crypto/index.ts';
import type { Queryable } from '../../platform/db/index.ts';
import { signJwt } from '../keys/jwt.ts';
import { insertSession, type NewSession } from './store.ts';

export interface SignedIn {
  userId: string;
  sessionId: string;
  accessToken: string;
  refreshToken: string;
  expiresInSeconds: number;
}

export interface Person {
  id: string;
  username: string;
}

export interface SessionOptions {
  kind: NewSession['kind'];
  deviceInfo?: string | undefined;
  accessSeconds?: number;
}

/** Begins a session and signs its pair of tokens. Both are RS256 and name the session; the refresh token is kept hashed. */
export async function issueSession(
  context: Context,
  tx: Queryable,
  user: Person,
  options: SessionOptions,
): Promise<SignedIn> {
  const sessionId = context.newId();
  const authTime = context.now();
  const expiresInSeconds = options.accessSeconds ?? context.config.accessTokenSeconds;
  const refresh = await signRefreshToken(context, user, sessionId, authTime);
  await insertSession(tx, {
    id: sessionId,
    userId: user.id,
    kind: options.kind,
    serviceClientId: null,
    cookieHash: null,
    refreshHash: sha256(refresh),
    deviceInfo: options.deviceInfo?.slice(0, 500) ?? null,
    authTime,
    expiresAt: new Date(authTime.getTime() + context.config.refreshTokenSeconds * 1000),
  });
  const accessToken = await signAccessToken(context, user, sessionId, authTime, expiresInSeconds);
  return { userId: user.id, sessionId, accessToken, refreshToken: refresh, expiresInSeconds };
}

/** For browsers: the cookie is an opaque secret, so nothing a page could read says anything. Returns its value. */
export async function issueCookieSession(
  context: Context,
  tx: Queryable,
  user: Person,
  options: Pick<SessionOptions, 'kind' | 'deviceInfo'>,
): Promise<{ sessionId: string; cookie: string }> {
  const sessionId = context.newId();
  const cookie = randomSecret();
  const authTime = context.now();
  await insertSession(tx, {
    id: sessionId,
    userId: user.id,
    kind: options.kind,
    serviceClientId: null,
    cookieHash: sha256(cookie),
    refreshHash: null,
    deviceInfo: options.deviceInfo?.slice(0, 500) ?? null,
    authTime,
    expiresAt: new Date(authTime.getTime() + context.config.refreshTokenSeconds * 1000),
  });
  return { sessionId, cookie };
}

export function signAccessToken(
  context: Context,
  user: Person,
  sessionId: string,
  authTime: Date,
  lifetimeSeconds: number,
): Promise<string> {
  return signJwt(context, {
    ...claimsOf(context, user, sessionId, authTime, lifetimeSeconds),
    fresh: false,
    type: 'access',
  });
}

export function signRefreshToken(context: Context, user: Person, sessionId: string, authTime: Date): Promise<string> {
  const lifetimeSeconds = context.config.refreshTokenSeconds;
  return signJwt(context, {
    ...claimsOf(context, user, sessionId, authTime, lifetimeSeconds),
    jti: randomSecret(),
    type: 'refresh',
  });
}

/** `sub` and `userid` are the same: one for us, one for the flow store's clients. */
function claimsOf(context: Context, user: Person, sessionId: string, authTime: Date, lifetimeSeconds: number) {
  const now = Math.floor(context.now().getTime() / 1000);
  return {
    sub: user.id,
    userid: user.id,
    identity: user.username,
    sid: sessionId,
    jti: context.newId(),
    auth_time: Math.floor(authTime.getTime() / 1000),
    iat: now,
    nbf: now,
    exp: now + lifetimeSeconds,
  };
}
