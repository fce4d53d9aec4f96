import { timingSafeEqual } from 'node:crypto';
import type { Context } from '../../platform/context.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import { signAccessToken } from '../sessions/issue-session.ts';
import { insertSession } from '../sessions/store.ts';
import { findClient, markClientUsed } from './store.ts';

const lifetimeSeconds = 1800;
const nobody = sha256('');

/** Undefined for a wrong secret as for an unknown, revoked or expired client. A token is a session of its own. */
export async function issueClientToken(
  context: Context,
  clientId: string,
  secret: string,
): Promise<{ accessToken: string; expiresInSeconds: number } | undefined> {
  const client = await findClient(context.db, clientId);
  const right = timingSafeEqual(sha256(secret), client?.secretHash ?? nobody);
  if (client === undefined || !right) return undefined;
  const sessionId = context.newId();
  const authTime = context.now();
  await context.db.transaction(async (tx) => {
    await markClientUsed(tx, client.id);
    await insertSession(tx, {
      id: sessionId,
      userId: client.userId,
      kind: 'client',
      serviceClientId: client.id,
      cookieHash: null,
      refreshHash: null,
      deviceInfo: null,
      authTime,
      expiresAt: new Date(authTime.getTime() + (lifetimeSeconds + 60) * 1000),
    });
  });
  const user = { id: client.userId, username: client.username };
  const accessToken = await signAccessToken(context, user, sessionId, authTime, lifetimeSeconds);
  return { accessToken, expiresInSeconds: lifetimeSeconds };
}
