import type { FastifyRequest } from 'fastify';
import { authenticateLent } from '../../accounts/index.ts';
import type { Context } from '../../platform/context.ts';
import { sha256, unseal } from '../../platform/crypto/index.ts';
import { downloadTokenRefused } from '../errors.ts';
import { canonicalQuery, splitUrl } from '../pure/download-address.ts';
import { sealKeyOf } from './issue-download-token.ts';
import { takeDownloadToken } from './store.ts';

/**
 * Where a request brings `auth_token`, the request belongs to whoever had the token made. A token is used up by being
 * shown, at the right address or at a wrong one; anything else in its place, a long-lived token above all, is refused.
 */
export async function redeemDownloadToken(context: Context, request: FastifyRequest): Promise<void> {
  const given = (request.query as Record<string, unknown>).auth_token;
  if (given === undefined) return;
  if (typeof given !== 'string') throw downloadTokenRefused();
  const found = await takeDownloadToken(context.db, sha256(given));
  const { path, query } = splitUrl(request.url);
  const fits =
    found !== undefined &&
    found.expiresAt > context.now() &&
    found.method === request.method &&
    found.path === path &&
    found.query === canonicalQuery(query);
  const credential = fits ? unseal(sealKeyOf(given), found.sealed) : undefined;
  if (credential === undefined) throw downloadTokenRefused();
  await authenticateLent(context, request, credential);
}
