import { Readable } from 'node:stream';
import { Type } from '@fastify/type-provider-typebox';
import { waitSeconds } from '../datasets/index.ts';
import { streamBodies } from '../ingest/index.ts';
import type { Context } from '../platform/context.ts';
import { raw } from '../platform/db/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { type App, sendBlob } from '../platform/http/index.ts';
import {
  changeResourceObject,
  type ResourceDeclaration,
  readResourceObject,
  replayedHeader,
  sendAnswer,
} from '../resource/index.ts';
import { waitForRun } from '../runs/index.ts';
import {
  detailResource,
  detailTypeResource,
  documentResource,
  documentValueResource,
  issueResource,
  submissionResource,
} from './document.resource.ts';
import { documentNotFound } from './errors.ts';
import { mappingResource } from './mapping.resource.ts';
import { isTrue, receiveDocument } from './receive-document.ts';
import { recordDocument } from './record-document.ts';
import { campaignResultResource, dateResultResource } from './result.resource.ts';
import { reviewRoutes } from './review-routes.ts';
import { findDocument, seesEveryPlace } from './store.ts';
import { documentVisible } from './visible.ts';

export function documentResources(context: Context): ResourceDeclaration[] {
  return [
    documentResource(context),
    submissionResource,
    issueResource,
    detailTypeResource,
    detailResource(),
    documentValueResource,
    mappingResource,
    campaignResultResource,
    dateResultResource,
  ];
}

const oneDocument = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });

/** What is not a resource: the way in, and the file itself. */
export async function documentRoutes(app: App, context: Context): Promise<void> {
  await app.register(async (scope) => {
    streamBodies(scope);
    scope.post(
      '/api/v1/source_doc',
      {
        config: { access: 'signed-in', streamsBody: true },
        schema: {
          summary: 'Upload a document of indicator data',
          tags: ['source_doc'],
          querystring: Type.Object(
            { dry_run: Type.Optional(Type.String({ description: 'Tell what would become of it, and keep nothing.' })) },
            { additionalProperties: false },
          ),
        },
      },
      async (request, reply) => {
        const sent = await receiveDocument(context, request);
        if (request.body instanceof Readable) request.body.resume();
        const isDry = isTrue('dry_run', (request.query as { dry_run?: string }).dry_run);
        if ('change' in sent) {
          const { change: values, isText } = sent;
          const dryRun = isDry || isTrue('dry_run', sent.dryRun);
          return sendAnswer(reply, await changeResourceObject('source_doc', request, { values, isText, dryRun }));
        }
        const arrival = { ...sent, dryRun: sent.dryRun || isDry };
        const { documentId, runId, replayed } = await recordDocument(context, request, arrival);
        if (replayed) reply.header(replayedHeader, 'true');
        const run = await waitForRun(context, runId, waitSeconds(request.headers.prefer));
        reply.header('granary-run', `/api/v1/run/${runId}`);
        if (run.error !== null) {
          const { status, code, message, hint, errors } = run.error;
          throw new AppError(status, code, message, { hint, errors: (errors ?? []) as never });
        }
        if (arrival.dryRun) {
          const { title: doc_title, fileType: file_type } = arrival;
          if (run.state !== 'succeeded') reply.code(202).header('location', `/api/v1/run/${runId}`);
          return reply.send({ id: null, doc_title, file_type, dry_run: true, state: run.state, summary: run.summary });
        }
        // Whoever sent it is told of it, also with a token that is for some places, of which it says nothing yet.
        const sender = { ...request.access, where: () => raw('true') };
        const answer = await readResourceObject(request.server.resources, 'source_doc', documentId, sender);
        return sendAnswer(reply.header('location', `/api/v1/source_doc/${documentId}/`), { ...answer, status: 201 });
      },
    );
  });

  await reviewRoutes(app, context);

  app.get(
    '/api/v1/source_doc/:id/file',
    {
      config: { access: 'signed-in' },
      schema: { params: oneDocument, querystring: Type.Object({}, { additionalProperties: false }) },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { access } = request;
      const visible = documentVisible('document.read', access, raw('d.id'));
      const document = await findDocument(context.db, id, visible);
      if (document === undefined || !(await seesEveryPlace(context.db, document.id, access)))
        throw documentNotFound(id);
      const { sha256, bytes, fileName, mediaType } = document;
      return sendBlob(context, request, reply, { sha256, bytes: Number(bytes), fileName, mediaType });
    },
  );
}
