import { Type } from '@fastify/type-provider-typebox';
import { accessUnlessRefused } from '../accounts/index.ts';
import type { Context } from '../platform/context.ts';
import { raw } from '../platform/db/index.ts';
import type { App } from '../platform/http/index.ts';
import { noObject } from '../resource/index.ts';
import { pullAllowed } from './pull-visible.ts';
import { startPull } from './start-pull.ts';
import { findPull, updateCursor } from './store.ts';

const params = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });
const config = { access: 'signed-in' } as const;
const tags = ['pull'];

export function pullRoutes(app: App, context: Context): void {
  app.post(
    '/api/v1/pull/:id/run',
    { config, schema: { params, tags, summary: 'Pull what is new, in a run' } },
    async (request, reply) => {
      const { id } = request.params;
      const access = accessUnlessRefused(request);
      const allowed = pullAllowed('connection.use', access, raw('p.project_id'), raw('p.connection_id'));
      const runId = await context.db.transaction(async (tx) => {
        const pull = await findPull(tx, id, allowed);
        if (pull === undefined) throw noObject('pull', id);
        return startPull(context, tx, pull, access.userId);
      });
      const url = `/api/v1/run/${runId}`;
      return reply
        .code(202)
        .header('location', url)
        .send({ run: { id: runId, url } });
    },
  );
  app.post(
    '/api/v1/pull/:id/reset',
    { config, schema: { params, tags, summary: 'Begin again from the start, with the next pull' } },
    async (request, reply) => {
      const { id } = request.params;
      const access = accessUnlessRefused(request);
      const allowed = pullAllowed('connection.write', access, raw('p.project_id'), raw('p.connection_id'));
      if ((await findPull(context.db, id, allowed)) === undefined) throw noObject('pull', id);
      await updateCursor(context.db, id, null);
      return reply.code(204).send();
    },
  );
}
