import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { randomSecret, sha256 } from '../../platform/crypto/index.ts';
import type { App } from '../../platform/http/index.ts';
import { requireOwnSignIn, requireSignedIn } from '../access/demand.ts';
import { badRequest, serviceClientNotFound } from '../errors.ts';
import { basicCredential } from '../pure/bearer.ts';
import { type Scope, scopes } from '../rights.ts';
import { bodyOf } from '../users/read-user-body.ts';
import { uuidOf } from '../users/store.ts';
import { issueClientToken } from './issue-client-token.ts';
import { clientsOfUser, countActiveClients, insertClient, revokeClient } from './store.ts';

const atMost = 10;

/** Service clients and `/oauth/token` (contract scripts §4.6). */
export function clientRoutes(app: App, context: Context): void {
  app.post('/oauth/token', { config: { rateLimit: 'sign-in', csrf: false } }, (request, reply) =>
    grant(context, request, reply),
  );

  app.post('/oauth/clients', { config: { access: 'own-sign-in' } }, async (request, reply) => {
    const { userId } = requireOwnSignIn(request);
    const wanted = readClient(bodyOf(request.body));
    const secret = randomSecret();
    const client = await context.db.transaction(async (tx) => {
      if ((await countActiveClients(tx, userId)) >= atMost) {
        throw badRequest(`Maximum of ${atMost} active service clients reached. Revoke an existing client first.`);
      }
      const id = context.newId();
      return insertClient(tx, {
        id,
        userId,
        name: wanted.name,
        clientId: `grc_${id.replaceAll('-', '')}`,
        secretHash: sha256(secret),
        secretPrefix: secret.slice(0, 6),
        scopes: wanted.scopes,
        expiresAt:
          wanted.days === undefined ? null : new Date(context.now().getTime() + wanted.days * 24 * 3600 * 1000),
      });
    });
    return reply
      .code(201)
      .header('cache-control', 'no-store')
      .send({ data: { ...client, client_secret: secret } });
  });

  app.get('/oauth/clients', { config: { access: 'own-sign-in' } }, async (request) => ({
    data: await clientsOfUser(context.db, requireSignedIn(request).userId),
  }));

  app.delete('/oauth/clients/:id', { config: { access: 'own-sign-in' } }, async (request) => {
    const { userId } = requireOwnSignIn(request);
    const id = uuidOf((request.params as { id: string }).id);
    const client = id && (await context.db.transaction((tx) => revokeClient(tx, userId, id)));
    if (client === undefined) throw serviceClientNotFound();
    return { data: client };
  });
}

function readClient(body: Record<string, unknown>): { name: string; scopes: Scope[] | null; days: number | undefined } {
  if (typeof body.name !== 'string' || body.name.trim() === '') throw badRequest('Missing required field: name');
  const days = body.expires_in_days ?? undefined;
  if (days !== undefined && !(Number.isInteger(days) && (days as number) > 0 && (days as number) <= 36_500)) {
    throw badRequest('expires_in_days must be a positive integer');
  }
  return { name: body.name.slice(0, 200), scopes: readScopes(body.scopes), days: days as number | undefined };
}

/** None given: all rights of the owner. `all` stands alone. */
function readScopes(value: unknown): Scope[] | null {
  if (value === undefined || value === null) return null;
  const names: unknown[] = Array.isArray(value)
    ? value
    : String(value)
        .split(/[\s,]+/)
        .filter(Boolean);
  if (names.length === 0) return null;
  const known = names.filter((name): name is Scope => scopes.some((scope) => scope === name));
  const unknown = names.filter((name) => !scopes.some((scope) => scope === name)).map(String);
  if (unknown.length === 0 && known.includes('all') && known.length > 1) unknown.push('all');
  if (unknown.length > 0)
    throw badRequest(`Invalid scope(s): ${unknown.join(', ')}. Valid scopes: ${scopes.join(', ')}`);
  return [...new Set(known)];
}

/** RFC 6749 §4.4 and §5.2: form or JSON, id and secret in the body or as Basic. */
async function grant(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const refuse = (status: number, error: string, description: string) =>
    reply.code(status).send({ error, error_description: description });
  reply.header('cache-control', 'no-store');
  const body = bodyOf(request.body);
  if (body.grant_type !== 'client_credentials') {
    return refuse(400, 'unsupported_grant_type', 'Only grant_type=client_credentials is supported');
  }
  const basic = basicCredential(request.headers.authorization);
  const clientId = basic?.username ?? body.client_id;
  const secret = basic?.password ?? body.client_secret;
  if (typeof clientId !== 'string' || typeof secret !== 'string' || clientId === '' || secret === '') {
    return refuse(400, 'invalid_request', 'client_id and client_secret are required');
  }
  const token = await issueClientToken(context, clientId, secret);
  if (token === undefined) {
    if (basic !== undefined) reply.header('www-authenticate', 'Basic realm="oauth"');
    return refuse(401, 'invalid_client', 'Invalid client credentials');
  }
  return { access_token: token.accessToken, token_type: 'bearer', expires_in: token.expiresInSeconds };
}
