import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Context } from '../../platform/context.ts';
import { keyRing, publicKeyOf } from '../keys/key-ring.ts';
import { bearerOfSession, bearerOfUser } from '../sessions/store.ts';

/**
 * Claims of a token this installation has signed, whatever its kind, as the flow store takes them (contract flows §2.2):
 * RS256 only, `exp` and `nbf` where it has them, 30 s leeway. Undefined for anything that is not to be believed: a refresh
 * token, an ended session, an account that is gone.
 */
export async function verifyOwnClaims(context: Context, token: string): Promise<JWTPayload | undefined> {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    if (alg !== 'RS256') return undefined;
    const ring = await keyRing(context);
    const key = kid === undefined ? ring.publicKeys.get(ring.kid) : await publicKeyOf(context, kid);
    if (key === undefined) return undefined;
    const options = { algorithms: ['RS256'], clockTolerance: 30, currentDate: context.now() };
    const { payload } = await jwtVerify(token, key, options);
    return (await stillStands(context, payload)) ? payload : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof SyntaxError)
      return undefined;
    throw error;
  }
}

async function stillStands(context: Context, { type, sid, sub }: JWTPayload): Promise<boolean> {
  if (type === 'refresh' || typeof sub !== 'string') return false;
  if (typeof sid !== 'string') {
    const person = await bearerOfUser(context.db.pool, sub);
    return person !== undefined && !person.gone;
  }
  const bearer = await bearerOfSession(context.db.pool, sid, sub);
  if (bearer === undefined || bearer.gone || bearer.revoked || bearer.expired) return false;
  return bearer.scopes === null || bearer.scopes.includes('all');
}
