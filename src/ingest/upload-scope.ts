import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { Context } from '../platform/context.ts';
import type { App } from '../platform/http/index.ts';
import { answerUpload } from './answer-upload.ts';
import type { Arrival } from './receive-upload.ts';
import { recordUploads, type StoredArrival } from './record-upload.ts';

/** In this scope a body is a stream, whatever its type: it is for the handler to read. */
export function streamBodies(scope: App): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}

/** Receive, record, wait, answer: the same for every way in; they differ in how the body becomes stored arrivals. */
export function addUploadRoute(
  scope: App,
  context: Context,
  route: { method: ('PUT' | 'POST')[]; url: string; hide?: boolean; about: string },
  receive: (arrival: Arrival) => Promise<StoredArrival[]>,
): void {
  scope.route({
    method: route.method,
    url: route.url,
    config: { access: 'signed-in', streamsBody: true },
    schema: { summary: route.about, tags: ['upload'], ...(route.hide ? { hide: true } : {}) },
    handler: async (request, reply) => {
      const arrivals = await receive(arrivalOf(request));
      const { ids, replayed } = await recordUploads(context, request, arrivals);
      if (replayed) reply.header('idempotency-replayed', 'true');
      return answerUpload(context, request, reply, ids);
    },
  });
}

function arrivalOf(request: FastifyRequest): Arrival {
  return {
    access: request.access,
    headers: request.headers,
    query: request.query,
    body: request.body instanceof Readable ? request.body : Readable.from([]),
  };
}
