import type { FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { tokenNarrowed } from '../errors.ts';
import { credentialOf } from '../pure/bearer.ts';
import { authenticateCookie, authenticateToken } from './authenticate.ts';
import { sessionCookie } from './cookies.ts';

/**
 * What the caller showed, as a text for `authenticateLent`: a later request may act by it, with whatever the credential
 * is good for then, never more. A secret: keep it sealed. Undefined: nothing was shown that still counts.
 */
export function lentCredential(request: FastifyRequest, path: string): string | undefined {
  const { auth } = request;
  if (auth.kind === 'anonymous' || auth.kind === 'refused') return undefined;
  if (auth.verbs !== null && !auth.verbs.includes('GET')) throw tokenNarrowed('This token may not be used for GET.');
  const resource = /^\/api\/v1\/([^/?]+)/.exec(path)?.[1];
  if (auth.resources !== null && (resource === undefined || !auth.resources.includes(resource))) {
    throw tokenNarrowed('This token may not be used for this resource.');
  }
  const authToken = request.headers['auth-token'];
  const credential = credentialOf({
    authorization: request.headers.authorization,
    authToken: Array.isArray(authToken) ? authToken[0] : authToken,
  });
  if (credential.kind === 'token') return `token ${credential.token}`;
  const cookie = request.cookies[sessionCookie];
  return auth.kind === 'cookie' && cookie !== undefined ? `cookie ${cookie}` : undefined;
}

/** The rest of this request belongs to whoever lent the credential, if it still counts. */
export async function authenticateLent(context: Context, request: FastifyRequest, lent: string): Promise<void> {
  const [kind, secret = ''] = lent.split(' ');
  if (kind === 'cookie') await authenticateCookie(context, request, secret);
  else await authenticateToken(context, request, secret);
}
