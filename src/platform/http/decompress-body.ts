import { PassThrough, type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors/index.ts';
import { malformedGzip, unsupportedMediaType } from './errors.ts';

export interface GzipLimits {
  packedBytes: number;
  unpackedBytes: number;
}

/**
 * Gzip request bodies, as gefcore and QGIS send them above about 1 kB. Both sides of the unpacking are limited, so a
 * small body cannot grow without end.
 */
export function decompressBody(request: FastifyRequest, payload: Readable, limits: GzipLimits): Readable {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase();
  if (encoding === undefined || encoding === '' || encoding === 'identity') return payload;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') throw unsupportedMediaType();
  delete request.headers['content-encoding'];
  delete request.headers['content-length'];
  const out = new PassThrough() as PassThrough & { receivedEncodedLength?: number };
  const packed = limit(limits.packedBytes, 'Compressed request body too large');
  const unpacked = limit(limits.unpackedBytes, 'Decompressed request body too large');
  const gunzip = createGunzip();
  const fail = (error: Error) => {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    out.destroy(code.startsWith('Z_') ? malformedGzip() : error);
  };
  for (const stream of [payload, packed, gunzip, unpacked]) stream.on('error', fail);
  payload.pipe(packed).pipe(gunzip).pipe(unpacked).pipe(out);
  return out;
}

function limit(maxBytes: number, text: string): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > maxBytes) done(new AppError(413, 'body_too_large', text, { extra: { limit: maxBytes } }));
      else done(null, chunk);
    },
  });
}
