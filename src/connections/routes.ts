import { Type } from '@fastify/type-provider-typebox';
import { accessUnlessRefused } from '../accounts/index.ts';
import type { Context } from '../platform/context.ts';
import type { App } from '../platform/http/index.ts';
import type { Access } from '../resource/access.ts';
import { connectionNotFound } from './errors.ts';
import { type Connection, findConnection, managedWith } from './store.ts';
import { discoverTables, previewRows, testConnection } from './try-connection.ts';

const params = Type.Object({ id: Type.String() });
const json = Type.Record(Type.String(), Type.Unknown());
const config = { access: 'signed-in' } as const;
const tags = ['connection'];

/** Trying a connection: for who may change it. Nothing of what is seen is stored. */
export function connectionRoutes(app: App, context: Context): void {
  app.post(
    '/api/v1/connection/:id/test',
    { config, schema: { params, tags, summary: 'Connect, and say what answers' } },
    async (request) => {
      const connection = await getManaged(context, accessUnlessRefused(request), request.params.id);
      return testConnection(context, connection);
    },
  );
  app.post(
    '/api/v1/connection/:id/discover',
    { config, schema: { params, tags, summary: 'Tables or forms there, with their columns' } },
    async (request) => {
      const connection = await getManaged(context, accessUnlessRefused(request), request.params.id);
      return { objects: await discoverTables(context, connection) };
    },
  );
  app.post(
    '/api/v1/connection/:id/preview',
    {
      config,
      schema: {
        params,
        body: Type.Object(
          { query: Type.Optional(Type.String()), source: Type.Optional(json) },
          { additionalProperties: false },
        ),
        tags,
        summary: 'The first 50 rows of a query, or of a source given here',
      },
    },
    async (request, reply) => {
      const connection = await getManaged(context, accessUnlessRefused(request), request.params.id);
      const rows = await previewRows(context, connection, request.body);
      // By itself: numbers keep their digits.
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(rows));
    },
  );
}

async function getManaged(context: Context, access: Access, id: string): Promise<Connection> {
  const found = await findConnection(context.db, id, managedWith(access));
  if (found === undefined) throw connectionNotFound(id);
  return found;
}
