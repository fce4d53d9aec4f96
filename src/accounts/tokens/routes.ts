import { Type } from '@fastify/type-provider-typebox';
import { recordAudit } from '../../platform/audit/index.ts';
import type { Context } from '../../platform/context.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { App } from '../../platform/http/index.ts';
import { requireOwnSignIn, requireSignedIn } from '../access/demand.ts';
import { uuidOf } from '../users/store.ts';
import { createToken } from './create-token.ts';
import { revokeToken, tokensOfUser } from './store.ts';

const verbs = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const body = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    rights: Type.Optional(Type.Array(Type.String(), { description: 'Absent: all rights of the owner.' })),
    verbs: Type.Optional(Type.Array(Type.Union(verbs.map((verb) => Type.Literal(verb))))),
    resources: Type.Optional(Type.Array(Type.String(), { description: 'Names as in /api/v1/<name>.' })),
    project_ids: Type.Optional(Type.Array(Type.String({ format: 'uuid' }))),
    location_ids: Type.Optional(
      Type.Array(Type.Integer({ minimum: 0, maximum: 2_147_483_647 }), { description: 'Roots of subtrees.' }),
    ),
    expires_in_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
  },
  { additionalProperties: false },
);
const params = Type.Object({ id: Type.String() });
const config = { access: 'own-sign-in' } as const;

/** Personal access tokens: always one's own, and never made by a token. */
export function tokenRoutes(app: App, context: Context): void {
  app.get('/api/v1/token', { config }, async (request) => {
    const objects = await tokensOfUser(context.db, requireSignedIn(request).userId);
    const meta = { limit: 0, offset: 0, total_count: objects.length, next: null, previous: null };
    return { meta, objects, error: null };
  });

  app.get('/api/v1/token/:id', { config, schema: { params } }, async (request) => {
    const { userId } = requireSignedIn(request);
    const id = uuidOf(request.params.id);
    const [token] = id === undefined ? [] : await tokensOfUser(context.db, userId, id);
    if (token === undefined) throw tokenNotFound(request.params.id);
    return token;
  });

  app.post('/api/v1/token', { config, schema: { body } }, async (request, reply) => {
    const { userId } = requireOwnSignIn(request);
    const days = request.body.expires_in_days;
    const wanted = {
      name: request.body.name,
      rights: request.body.rights,
      verbs: request.body.verbs,
      resources: request.body.resources,
      projectIds: request.body.project_ids,
      locationIds: request.body.location_ids,
      expiresAt: days === undefined ? undefined : new Date(context.now().getTime() + days * 24 * 3600 * 1000),
    };
    const { id, secret } = await context.db.transaction(async (tx) => {
      const made = await createToken(context, userId, wanted, tx);
      const { expires_in_days: _, ...after } = request.body;
      await recordAudit(tx, request.access, [{ action: 'token.create', object: `token/${made.id}`, after }]);
      return made;
    });
    const [token] = await tokensOfUser(context.db, userId, id);
    return reply
      .code(201)
      .header('location', `/api/v1/token/${id}`)
      .header('cache-control', 'no-store')
      .send({ ...token, token: secret });
  });

  app.delete('/api/v1/token/:id', { config, schema: { params } }, async (request, reply) => {
    const { userId } = requireSignedIn(request);
    const id = uuidOf(request.params.id);
    if (id === undefined) throw tokenNotFound(request.params.id);
    await context.db.transaction(async (tx) => {
      if (!(await revokeToken(tx, userId, id))) throw tokenNotFound(request.params.id);
      await recordAudit(tx, request.access, [{ action: 'token.delete', object: `token/${id}` }]);
    });
    return reply.code(204).send();
  });
}

const tokenNotFound = (given: string) => new AppError(404, 'not_found', `No token object found for id : ${given}`);
