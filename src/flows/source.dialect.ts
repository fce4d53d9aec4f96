import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Context } from '../platform/context.ts';
import type { App } from '../platform/http/index.ts';
import { flowCallerOf, mayWriteFor } from './auth/flow-caller.ts';
import { readableBlobs } from './auth/readable-blobs.ts';
import { awaitAuthServerKey } from './auth/trusted-key.ts';
import { usableConnections } from './auth/usable-connections.ts';
import { cancelFlow } from './cancel-flow.ts';
import { type FlowParams, getDataset, getFlow, getOwnFlow } from './find-flow.ts';
import { flowEvents } from './flow-events.ts';
import { notAuthorised, receiveReport } from './receive-report.ts';
import { datasetList, diffOfRevisions, issuesAnswer, planOf, revisionList } from './revision-details.ts';
import { revisionStatus } from './revision-status.ts';
import { lineageOfRevision, usesOfBlob } from './show-lineage.ts';
import { errorPage, refuseOtherMethods, sourceScope } from './source-scope.ts';
import { uploadSpec } from './upload-spec.ts';

const config = { ownAuthentication: true, csrf: false } as const;
const tags = ['source'];

/** The spec store's API (contract flows §2): uploads, states, reports, and what was added around them. */
export async function sourceRoutes(app: App, context: Context): Promise<void> {
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  void awaitAuthServerKey(context, closing.signal);
  const { flowSpecMaxBytes: bodyLimit } = context.config;

  await sourceScope(app, context, '/source', (scope) => {
    scope.post(
      '/upload',
      {
        config,
        bodyLimit,
        schema: {
          tags,
          summary: 'Send a flow spec; it becomes a revision, or with `dry_run` only its plan',
          querystring: Type.Object({ dry_run: Type.Optional(Type.Boolean()), jwt: Type.Optional(Type.String()) }),
        },
      },
      async (request, reply) => {
        const caller = await flowCallerOf(context, request);
        const isJson = /^application\/([\w.-]+\+)?json\b/i.test(request.headers['content-type'] ?? '');
        reply.header('cache-control', 'no-store');
        return uploadSpec(context, isJson ? request.body : undefined, caller, {
          allows: (owner) => mayWriteFor(context, request, caller, owner),
          dryRun: request.query.dry_run === true,
          rights: {
            readable: readableBlobs(context, request, caller),
            usable: usableConnections(context, request, caller),
          },
        });
      },
    );
    refuseOtherMethods(scope, '/upload', ['POST']);

    scope.get('', { config, schema: { tags, summary: 'Datasets of the caller' } }, async (request, reply) => {
      const caller = await flowCallerOf(context, request);
      if (caller === undefined) return errorPage(request, reply, 401);
      return reply.header('cache-control', 'no-store').send(await datasetList(context, request, caller));
    });
    refuseOtherMethods(scope, '', ['GET']);

    scope.get(
      '/lineage',
      {
        config,
        schema: {
          tags,
          summary: 'The revisions that have read a blob',
          querystring: Type.Object({
            blob: Type.String({ pattern: '^(sha256:)?[0-9a-f]{64}$' }),
            jwt: Type.Optional(Type.String()),
          }),
        },
      },
      async (request, reply) => {
        const caller = await flowCallerOf(context, request);
        if (caller === undefined) return errorPage(request, reply, 401);
        const found = await usesOfBlob(context, request, caller, request.query.blob.replace('sha256:', ''));
        return reply.header('cache-control', 'no-store').send(found);
      },
    );
    refuseOtherMethods(scope, '/lineage', ['GET']);

    scope.post(
      '/update',
      { config, bodyLimit, schema: { tags, summary: 'A runner reports on a pipeline' } },
      async (request, reply) => (await receiveReport(context, request)) ?? reply.code(401).send(notAuthorised),
    );
    refuseOtherMethods(scope, '/update', ['POST']);

    scope.get(
      '/:owner/:dataset/:revision',
      { config, schema: { tags, summary: 'State of a revision, by number, `latest` or `successful`' } },
      async (request, reply) => {
        const found = await getFlow(context, request, request.params as FlowParams);
        return answer(context, request, reply, found, await revisionStatus(context, forJsonp(context, request, found)));
      },
    );
    refuseOtherMethods(scope, '/:owner/:dataset/:revision', ['GET']);

    scope.get(
      '/:owner/:dataset',
      {
        config,
        schema: {
          tags,
          summary: 'Revisions of a dataset, newest first',
          querystring: Type.Object({
            before: Type.Optional(Type.Integer({ minimum: 1 })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
            jwt: Type.Optional(Type.String()),
            callback: Type.Optional(Type.String()),
          }),
        },
      },
      async (request, reply) => {
        const { owner, dataset } = request.params as FlowParams;
        const found = await getDataset(context, request, owner, dataset);
        const { before, limit = 100 } = request.query;
        const list = await revisionList(context, forJsonp(context, request, found), { before, limit });
        return answer(context, request, reply, found, list);
      },
    );
    refuseOtherMethods(scope, '/:owner/:dataset', ['GET']);

    scope.get(
      '/:owner/:dataset/:revision/plan',
      { config, schema: { tags, summary: 'The normalised spec, its pipelines and their dependencies' } },
      async (request, reply) => {
        const found = await getFlow(context, request, request.params as FlowParams);
        return answer(context, request, reply, found, await planOf(context, forJsonp(context, request, found)));
      },
    );
    scope.get(
      '/:owner/:dataset/:revision/lineage',
      {
        config,
        schema: {
          tags,
          summary: 'From every published column back to its sources, and on to the revisions that read them',
          querystring: Type.Object({
            resource: Type.Optional(Type.String()),
            field: Type.Optional(Type.String()),
            jwt: Type.Optional(Type.String()),
            callback: Type.Optional(Type.String()),
          }),
        },
      },
      async (request, reply) => {
        const found = await getFlow(context, request, request.params as FlowParams);
        const shown = forJsonp(context, request, found);
        return answer(context, request, reply, found, await lineageOfRevision(context, request, shown, request.query));
      },
    );
    scope.get(
      '/:owner/:dataset/:revision/diff/:other',
      { config, schema: { tags, summary: 'What differs between two revisions: spec, resources, fields, rows' } },
      async (request, reply) => {
        const params = request.params as FlowParams & { other: string };
        const found = await getFlow(context, request, params);
        return answer(context, request, reply, found, await diffOfRevisions(context, found, params.other));
      },
    );
    scope.get(
      '/:owner/:dataset/:revision/issues',
      {
        config,
        schema: {
          tags,
          summary: 'Issues of a revision; NDJSON by `format=ndjson`',
          querystring: Type.Object({
            resource: Type.Optional(Type.String()),
            code: Type.Optional(Type.String()),
            step: Type.Optional(Type.String()),
            format: Type.Optional(Type.Union([Type.Literal('json'), Type.Literal('ndjson')])),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 1000 })),
            offset: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
            jwt: Type.Optional(Type.String()),
          }),
        },
      },
      async (request, reply) => {
        const found = await getFlow(context, request, request.params as FlowParams);
        return issuesAnswer(context, reply, found, request.query);
      },
    );
    scope.get(
      '/:owner/:dataset/:revision/events',
      { config, schema: { tags, summary: 'Live events (text/event-stream): state, pipeline, log, end' } },
      async (request, reply) => {
        const found = await getFlow(context, request, request.params as FlowParams);
        const gone = new AbortController();
        reply.raw.once('close', () => gone.abort());
        return flowEvents(context, request, reply, found, AbortSignal.any([gone.signal, closing.signal]));
      },
    );
    scope.post(
      '/:owner/:dataset/:revision/cancel',
      { config, schema: { tags, summary: 'Cancel a revision; what is open becomes FAILED with `Cancelled`' } },
      async (request, reply) => {
        const { dataset, revision } = await getOwnFlow(context, request, request.params as FlowParams);
        await cancelFlow(context, revision.id);
        return reply
          .code(202)
          .send({ success: true, id: `${dataset.ownerId}/${dataset.name}/${revision.n}`, errors: [] });
      },
    );
  });
}

const callbackName = /^[A-Za-z_$][\w$.]{0,63}$/;

function callbackOf(context: Context, request: FastifyRequest): string | undefined {
  const callback: unknown = (request.query as Record<string, unknown>).callback;
  const isName = typeof callback === 'string' && callbackName.test(callback);
  return context.config.sourceJsonp && request.method === 'GET' && isName ? callback : undefined;
}

/** A script of any page reads it: what only the owner may see stays masked. */
function forJsonp<T extends { isOwner: boolean }>(context: Context, request: FastifyRequest, found: T): T {
  return callbackOf(context, request) === undefined ? found : { ...found, isOwner: false };
}

function answer(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  found: { dataset: { findability: string } },
  body: unknown,
): FastifyReply {
  const isPrivate = found.dataset.findability === 'private';
  reply.header('cache-control', isPrivate ? 'no-store' : 'no-cache');
  const callback = isPrivate ? undefined : callbackOf(context, request);
  if (callback === undefined) return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
  // Two line separators of JSON end a line in older scripts; the comment keeps the name from being anything else's start.
  const text = JSON.stringify(body)
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
  return reply
    .header('x-content-type-options', 'nosniff')
    .type('application/javascript; charset=utf-8')
    .send(`/**/${callback}(${text});`);
}
