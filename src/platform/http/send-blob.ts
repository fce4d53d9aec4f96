import type { FastifyReply, FastifyRequest } from 'fastify';
import { rangeNotSatisfiable } from '../blobs/index.ts';
import type { Context } from '../context.ts';
import { byteRange } from './byte-range.ts';
import { matchesTag } from './matches-tag.ts';

export interface BlobAnswer {
  sha256: string;
  bytes: number;
  fileName: string;
  mediaType: string;
}

/**
 * A stored file as an attachment: strong ETag (its sha256), Range, If-None-Match, If-Range, HEAD. A name comes back as it
 * was given; the type only where a browser will not run it.
 */
export async function sendBlob(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  blob: BlobAnswer,
): Promise<FastifyReply> {
  const etag = `"${blob.sha256}"`;
  reply
    .header('etag', etag)
    .header('accept-ranges', 'bytes')
    .header('x-content-type-options', 'nosniff')
    .header('repr-digest', `sha-256=:${Buffer.from(blob.sha256, 'hex').toString('base64')}:`)
    .header('content-disposition', attachment(blob.fileName))
    .type(/^text\/html|xml|javascript/i.test(blob.mediaType) ? 'application/octet-stream' : blob.mediaType);
  const known = request.headers['if-none-match'];
  if (known !== undefined && matchesTag(known, etag)) return reply.code(304).send();
  const condition = request.headers['if-range'];
  const wanted = condition === undefined || condition === etag ? request.headers.range : undefined;
  const range = byteRange(wanted, blob.bytes);
  if (range === 'unsatisfiable') throw rangeNotSatisfiable(blob.bytes);
  if (range === undefined) {
    reply.header('content-length', blob.bytes);
    return reply.send(request.method === 'HEAD' ? undefined : await context.blobs.open(blob.sha256));
  }
  reply
    .code(206)
    .header('content-range', `bytes ${range.start}-${range.end}/${blob.bytes}`)
    .header('content-length', range.end - range.start + 1);
  return reply.send(request.method === 'HEAD' ? undefined : await context.blobs.open(blob.sha256, range));
}

/** RFC 6266: a plain name for old clients, the exact one beside it. */
export function attachment(fileName: string): string {
  const plain = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(fileName.toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
