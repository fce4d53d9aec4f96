import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { accessUnlessRefused, authenticateAgain } from '../accounts/index.ts';
import type { Context } from '../platform/context.ts';
import type { App } from '../platform/http/index.ts';
import { type Access, forbidden } from '../resource/index.ts';
import { cancelRun } from './cancel-run.ts';
import { invalidLastId, invalidStart, runNotFound } from './errors.ts';
import { followRun, lineOf, type RunEvent } from './follow-run.ts';
import { retryRun } from './retry-run.ts';
import { linesOfRun, rightsOnRun } from './store.ts';

const runId = Type.Object({ id: Type.String() });
const idleSeconds = 15;
const maxLines = 10_000;

/** `/api/v1/run/{id}/log | events | cancel | retry`; list and detail are the resource's. */
export function runRoutes(app: App, context: Context): void {
  const closing = new AbortController();
  // Streams that stay open would keep the server from closing.
  app.addHook('preClose', async () => closing.abort());

  app.get(
    '/api/v1/run/:id/log',
    {
      config: { access: 'signed-in' },
      schema: {
        tags: ['run'],
        summary: 'Lines of the log, oldest first; `text/plain` by Accept or `format=text`',
        params: runId,
        querystring: Type.Object(
          {
            start: Type.Optional(Type.String({ description: 'Only lines since this instant (ISO 8601)' })),
            'last-id': Type.Optional(Type.String({ description: 'Only lines after this one' })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxLines, default: maxLines })),
            format: Type.Optional(Type.Union([Type.Literal('json'), Type.Literal('text')])),
          },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await demand(context, accessUnlessRefused(request), id, 'run.read');
      const { start, limit = maxLines, format } = request.query;
      const since = start === undefined ? undefined : new Date(start);
      if (since !== undefined && Number.isNaN(since.getTime())) throw invalidStart();
      const afterSeq = lineNumber(request.query['last-id']) ?? 0;
      const lines = await linesOfRun(context.db, id, { afterSeq, since: start, limit });
      reply.header('cache-control', 'no-store');
      if (format === 'text' || (format === undefined && /^text\/plain\b/.test(request.headers.accept ?? ''))) {
        const text = lines.map((line) => `${line.at} ${line.level.toUpperCase()} ${line.text}\n`).join('');
        return reply.type('text/plain; charset=utf-8').send(text);
      }
      const lastId = lines.at(-1)?.seq ?? afterSeq;
      return { meta: { limit, last_id: lastId }, objects: lines.map(lineOf), error: null };
    },
  );

  app.get(
    '/api/v1/run/:id/events',
    {
      config: { access: 'signed-in' },
      schema: {
        tags: ['run'],
        summary: 'Live events (text/event-stream): status, log, progress, end; resumes after `Last-Event-ID`',
        params: runId,
        querystring: Type.Object({ 'last-id': Type.Optional(Type.String()) }, { additionalProperties: false }),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await demand(context, accessUnlessRefused(request), id, 'run.read');
      const lastEventId = [request.headers['last-event-id']].flat()[0];
      const afterSeq = lineNumber(lastEventId) ?? lineNumber(request.query['last-id']) ?? 0;
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const signal = AbortSignal.any([gone.signal, closing.signal]);
      const mayGoOn = () => mayStill(context, request, id);
      const events = followRun(context, id, { afterSeq, idleSeconds, signal, mayGoOn });
      return (
        reply
          // Not kept for another request: a server that closes would wait for the client to drop it.
          .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no', connection: 'close' })
          .type('text/event-stream; charset=utf-8')
          .send(Readable.from(asText(events), { highWaterMark: 16 }))
      );
    },
  );

  app.post(
    '/api/v1/run/:id/cancel',
    {
      config: { access: 'signed-in' },
      schema: { tags: ['run'], summary: 'Cancel; a run that is worked on ends a little later', params: runId },
    },
    async (request, reply) => {
      const { id } = request.params;
      await demand(context, accessUnlessRefused(request), id, 'run.write');
      const { previous, state } = await context.db.transaction((tx) => cancelRun(tx, id));
      return reply.code(202).header('location', `/api/v1/run/${id}`).send({ id, state, previous_state: previous });
    },
  );

  app.post(
    '/api/v1/run/:id/retry',
    {
      config: { access: 'signed-in' },
      schema: { tags: ['run'], summary: 'Try a failed or cancelled run again, as a new run', params: runId },
    },
    async (request, reply) => {
      const { id } = request.params;
      await demand(context, accessUnlessRefused(request), id, 'run.write');
      const newId = await context.db.transaction((tx) => retryRun(tx, context, id, request.access.userId));
      return reply
        .code(202)
        .header('location', `/api/v1/run/${newId}`)
        .send({ id: newId, state: 'queued', retry_of: id });
    },
  );
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What the caller may not see answers like what is not there. */
async function demand(context: Context, access: Access, id: string, right: 'run.read' | 'run.write'): Promise<void> {
  const held = uuid.test(id) ? await rightsOnRun(context.db, id, access) : undefined;
  if (held === undefined || !held.read) throw runNotFound(id);
  if (right === 'run.write' && !held.write) throw forbidden();
}

/** Rights, a membership or the credential itself may end while a stream goes on. */
async function mayStill(context: Context, request: FastifyRequest, id: string): Promise<boolean> {
  await authenticateAgain(context, request);
  return (await rightsOnRun(context.db, id, request.access))?.read ?? false;
}

async function* asText(events: AsyncIterable<RunEvent>): AsyncGenerator<string> {
  yield 'retry: 2000\n\n';
  for await (const event of events) {
    if (event.event === 'idle') {
      yield ': still there\n\n';
      continue;
    }
    const id = event.event === 'log' ? `id: ${event.id}\n` : '';
    yield `event: ${event.event}\n${id}data: ${JSON.stringify(event.data)}\n\n`;
  }
}

function lineNumber(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) throw invalidLastId();
  return Number(text);
}
