import { pipeline, type Readable } from 'node:stream';
import { createGzip, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addVary } from './add-vary.ts';

/** Below, packing costs more than the bytes it saves. */
const fromBytes = 4096;
const textual = /^(?:application\/(?:[\w.-]+\+)?json|application\/x-ndjson|text\/csv)\b/i;

/**
 * Long JSON, NDJSON and CSV leave as gzip for who takes that: a tree of places is a tenth of its size then. Streams are
 * packed as they go. An answer with a strong tag, or of which ranges can be asked, is told by its very bytes and leaves as
 * it is; a weak tag, which lists have, is good for both forms. Events are never held back.
 */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (!isPackable(reply, payload)) return done(null, payload);
    addVary(reply, 'Accept-Encoding');
    if (!takesGzip(request)) return done(null, payload);
    reply.header('content-encoding', 'gzip');
    reply.removeHeader('content-length');
    // Of a stream only the first level keeps up with the database.
    if (isStream(payload))
      return done(
        null,
        pipeline(payload, createGzip({ level: 1 }), () => {}),
      );
    gzip(payload as string | Buffer, { level: 4 }, done);
  });
}

function isPackable(reply: FastifyReply, payload: unknown): boolean {
  if (isStream(payload)) {
    if (reply.hasHeader('content-length')) return false;
  } else if ((typeof payload !== 'string' && !Buffer.isBuffer(payload)) || payload.length < fromBytes) {
    return false;
  }
  const etag = reply.getHeader('etag');
  return (
    textual.test(String(reply.getHeader('content-type'))) &&
    (etag === undefined || String(etag).startsWith('W/')) &&
    !['content-encoding', 'accept-ranges', 'content-range'].some((name) => reply.hasHeader(name))
  );
}

const isStream = (payload: unknown): payload is Readable =>
  typeof (payload as { pipe?: unknown } | null)?.pipe === 'function';

function takesGzip({ method, headers }: FastifyRequest): boolean {
  return method !== 'HEAD' && /\bgzip\b(?!\s*;\s*q=0(?![.]\d*[1-9]))/i.test(String(headers['accept-encoding'] ?? ''));
}
