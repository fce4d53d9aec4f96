import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Context } from '../../platform/context.ts';
import { keyRing, publicKeyOf } from './key-ring.ts';

export interface TokenClaims extends JWTPayload {
  sub: string;
  sid: string;
  /** Username. */
  identity: string;
  type: 'access' | 'refresh';
  auth_time: number;
  iat: number;
  exp: number;
}

/** Why a token was refused; every dialect has its own words for each. */
export type TokenFlaw = 'not_enough_segments' | 'malformed' | 'bad_signature' | 'expired';

const leewaySeconds = 10;

export async function signJwt(context: Context, claims: JWTPayload): Promise<string> {
  const ring = await keyRing(context);
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: ring.kid }).sign(ring.privateKey);
}

/**
 * Signatures already checked by this process, so that a page of requests costs one check. Only what never changes is
 * kept: expiry is looked at each time, and whether the session still holds is the database's answer.
 */
const checked = new WeakMap<Context, Map<string, TokenClaims>>();
const checkedAtMost = 5_000;

export async function verifyJwt(context: Context, token: string): Promise<TokenClaims | TokenFlaw> {
  const nowSeconds = context.now().getTime() / 1000;
  const cache = checked.get(context) ?? new Map<string, TokenClaims>();
  checked.set(context, cache);
  const known = cache.get(token);
  if (known !== undefined) {
    if (known.exp + leewaySeconds > nowSeconds) return known;
    cache.delete(token);
    return 'expired';
  }
  const claims = await verifyUnknown(context, token);
  if (typeof claims === 'string') return claims;
  if (cache.size >= checkedAtMost) cache.delete(cache.keys().next().value!);
  cache.set(token, claims);
  return claims;
}

async function verifyUnknown(context: Context, token: string): Promise<TokenClaims | TokenFlaw> {
  if (token.split('.').length < 3) return 'not_enough_segments';
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    const key = alg === 'RS256' && typeof kid === 'string' ? await publicKeyOf(context, kid) : undefined;
    if (key === undefined) return 'bad_signature';
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['RS256'],
      clockTolerance: leewaySeconds,
      currentDate: context.now(),
      requiredClaims: ['sub', 'sid', 'exp', 'type'],
    });
    return payload as TokenClaims;
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'expired';
    if (error instanceof errors.JWSSignatureVerificationFailed) return 'bad_signature';
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof SyntaxError)
      return 'malformed';
    throw error;
  }
}
