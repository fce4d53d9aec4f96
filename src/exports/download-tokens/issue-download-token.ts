import { createHmac } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { lentCredential, requireSignedIn } from '../../accounts/index.ts';
import type { Context } from '../../platform/context.ts';
import { randomSecret, seal, sha256 } from '../../platform/crypto/index.ts';
import { invalidDownloadPath } from '../errors.ts';
import { canonicalQuery, isDownloadPath, splitUrl } from '../pure/download-address.ts';
import { deleteExpiredDownloadTokens, insertDownloadToken } from './store.ts';

export interface DownloadAddress {
  path: string;
  query: string | Record<string, unknown>;
}

const lifetimeSeconds = 300;

/**
 * A token for exactly one GET of exactly this address within five minutes. The credential that asked is kept with it,
 * sealed, and asked again on use: what has been revoked meanwhile opens nothing.
 */
export async function issueDownloadToken(context: Context, request: FastifyRequest, address: DownloadAddress) {
  requireSignedIn(request);
  const { path, query: inPath } = splitUrl(address.path);
  if (!isDownloadPath(path)) throw invalidDownloadPath(`'${path}' is not the address of a download.`);
  const query = canonicalQuery([inPath, queryText(address.query)].filter((text) => text !== '').join('&'));
  const credential = lentCredential(request, path);
  if (credential === undefined) throw invalidDownloadPath('This sign-in cannot be lent to a download.');
  const token = randomSecret();
  const expiresAt = new Date(context.now().getTime() + lifetimeSeconds * 1000);
  await deleteExpiredDownloadTokens(context.db, context.now());
  await insertDownloadToken(context.db, {
    tokenSha256: sha256(token),
    sealed: seal(sealKeyOf(token), credential),
    method: 'GET',
    path,
    query,
    expiresAt,
  });
  return {
    auth_token: token,
    expires_at: expiresAt.toISOString(),
    url: `${path}?${query}${query === '' ? '' : '&'}auth_token=${token}`,
  };
}

/** Known to whoever has the token, and to nobody else. */
export const sealKeyOf = (token: string): Buffer =>
  createHmac('sha256', token).update('granary download token').digest();

function queryText(query: DownloadAddress['query']): string {
  if (typeof query === 'string') return query.replace(/^\?/, '');
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((item) => [name, String(item)]));
  return new URLSearchParams(pairs as [string, string][]).toString();
}
