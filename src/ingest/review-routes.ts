import { Type } from '@fastify/type-provider-typebox';
import { getUploadToChange } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import type { App } from '../platform/http/index.ts';
import { answerUpload } from './answer-upload.ts';
import { dropUpload } from './drop-upload.ts';
import { readParameters } from './read-parameters.ts';
import { reviewUpload } from './review-upload.ts';

const params = Type.Object({ id: Type.String() });
/** Options as in an upload; names are checked there, with hints. */
const body = Type.Optional(Type.Union([Type.Null(), Type.Record(Type.String(), Type.Unknown())]));

/** The review of an upload that waits: look again with other options, agree, or drop it. */
export function reviewRoutes(app: App, context: Context): void {
  const tags = ['upload'];
  for (const [action, about] of [
    ['check', 'Read the kept file again with other options; nothing is published'],
    ['confirm', 'Publish what was reviewed, with other options where given'],
  ] as const) {
    app.post(
      `/api/v1/upload/:id/${action}`,
      { config: { access: 'signed-in' }, schema: { params, body, tags, summary: about } },
      async (request, reply) => {
        const upload = await getUploadToChange(context, request.access, request.params.id);
        const { options } = readParameters(request.query, request.headers, request.body ?? {});
        await reviewUpload(context, request.access, upload.id, action, options);
        return answerUpload(context, request, reply, [upload.id]);
      },
    );
  }

  const drop = async (access: Parameters<typeof getUploadToChange>[1], id: string) => {
    const upload = await getUploadToChange(context, access, id);
    await context.db.transaction((tx) => dropUpload(tx, upload.id));
  };
  app.post(
    '/api/v1/upload/:id/drop',
    { config: { access: 'signed-in' }, schema: { params, body, tags, summary: 'Publish nothing of it' } },
    async (request, reply) => {
      await drop(request.access, request.params.id);
      return reply.code(204).send();
    },
  );
  app.delete(
    '/api/v1/upload/:id',
    { config: { access: 'signed-in' }, schema: { params, tags, summary: 'Publish nothing of it' } },
    async (request, reply) => {
      await drop(request.access, request.params.id);
      return reply.code(204).send();
    },
  );
}
