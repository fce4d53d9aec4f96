import type { Context } from '../../platform/context.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import { invalidRefreshToken } from '../errors.ts';
import { verifyJwt } from '../keys/jwt.ts';
import { type SignedIn, signAccessToken, signRefreshToken } from './issue-session.ts';
import { findRefreshToken, markSessionUsed, replaceRefreshToken, revokeSession } from './store.ts';

/**
 * A new access token for a refresh token. With `rotate` the refresh token is replaced; one that was replaced and comes
 * back ends the session, because two parties hold it. Throws `invalid_refresh_token`.
 */
export async function refreshSession(
  context: Context,
  refreshToken: string,
  options: { rotate: boolean; accessSeconds?: number },
): Promise<SignedIn> {
  const claims = await verifyJwt(context, refreshToken);
  if (typeof claims === 'string' || claims.type !== 'refresh') throw invalidRefreshToken();
  const hash = sha256(refreshToken);
  const outcome = await context.db.transaction(async (tx): Promise<SignedIn | undefined> => {
    const row = await findRefreshToken(tx, hash);
    if (row === undefined || row.revoked || row.expired || row.gone) return undefined;
    if (row.replaced) {
      await revokeSession(tx, row.sessionId, row.userId);
      return undefined;
    }
    const user = { id: row.userId, username: row.username };
    let token = refreshToken;
    if (options.rotate) {
      token = await signRefreshToken(context, user, row.sessionId, row.authTime);
      await replaceRefreshToken(tx, hash, sha256(token), row.sessionId);
    }
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
  if (outcome === undefined) throw invalidRefreshToken();
  return outcome;
}
