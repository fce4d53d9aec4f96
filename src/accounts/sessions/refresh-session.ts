import type { Context } from '../../platform/context.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import { invalidRefreshToken } from '../errors.ts';
import { verifyJwt } from '../keys/jwt.ts';
import { type SignedIn, signAccessToken, signRefreshToken } from './issue-session.ts';
import { findRefreshToken, markSessionUsed, replaceRefreshToken, revokeSession } from './store.ts';

export type RefreshRefusal = 'unknown_token' | 'revoked' | 'account_gone';

/**
 * A new access token for a refresh token. With `rotate` the refresh token is replaced; one that was replaced and comes
 * back ends the session, because two parties hold it.
 */
export async function tryRefresh(
  context: Context,
  refreshToken: string,
  options: { rotate: boolean; accessSeconds?: number },
): Promise<SignedIn | RefreshRefusal> {
  const claims = await verifyJwt(context, refreshToken);
  if (typeof claims === 'string' || claims.type !== 'refresh') return 'unknown_token';
  const hash = sha256(refreshToken);
  return context.db.transaction(async (tx) => {
    const row = await findRefreshToken(tx, hash);
    if (row === undefined) return 'unknown_token';
    if (row.gone) return 'account_gone';
    if (row.replaced) await revokeSession(tx, row.sessionId, row.userId);
    if (row.replaced || row.revoked || row.expired) return 'revoked';
    const user = { id: row.userId, username: row.username };
    const token = options.rotate ? await signRefreshToken(context, user, row.sessionId, row.authTime) : refreshToken;
    if (options.rotate) await replaceRefreshToken(tx, hash, sha256(token), row.sessionId);
    await markSessionUsed(tx, row.sessionId);
    const expiresInSeconds = options.accessSeconds ?? context.config.accessTokenSeconds;
    return {
      userId: row.userId,
      sessionId: row.sessionId,
      accessToken: await signAccessToken(context, user, row.sessionId, row.authTime, expiresInSeconds),
      refreshToken: token,
      expiresInSeconds,
    };
  });
}

/** Throws `invalid_refresh_token`, whatever is wrong with it. */
export async function refreshSession(
  context: Context,
  refreshToken: string,
  options: { rotate: boolean },
): Promise<SignedIn> {
  const outcome = await tryRefresh(context, refreshToken, options);
  if (typeof outcome === 'string') throw invalidRefreshToken();
  return outcome;
}
