import { createHash, type Hash } from 'node:crypto';
import { addAbortSignal, type Readable } from 'node:stream';
import type { PutOptions, StoredBlob } from './blobs.ts';
import { uploadTooLarge } from './errors.ts';

export interface Measure {
  /** The source's bytes, counted and hashed as they pass; throws over the limit. To be read once. */
  bytes: AsyncIterable<Buffer>;
  /** When everything has passed. */
  result(): Omit<StoredBlob, 'existed'>;
}

/**
 * When the reader gives up, the source is left as it is, not destroyed: destroying a request would close the
 * connection before the refusal is sent. An abort does destroy it.
 */
export function measure(source: Readable, options: PutOptions): Measure {
  const sha256 = createHash('sha256');
  const digests = new Map<'md5' | 'sha512', Hash>((options.digests ?? []).map((name) => [name, createHash(name)]));
  let bytes = 0;
  return {
    bytes: passing(source, options, (chunk) => {
      bytes += chunk.length;
      if (bytes > options.maxBytes) throw uploadTooLarge(options.maxBytes);
      sha256.update(chunk);
      for (const digest of digests.values()) digest.update(chunk);
      options.onProgress?.(bytes);
    }),
    result: () => ({
      sha256: sha256.digest('hex'),
      bytes,
      digests: Object.fromEntries([...digests].map(([name, digest]) => [name, digest.digest('hex')])),
    }),
  };
}

async function* passing(
  source: Readable,
  { signal }: PutOptions,
  look: (chunk: Buffer) => void,
): AsyncGenerator<Buffer> {
  signal?.throwIfAborted();
  if (signal !== undefined) addAbortSignal(signal, source);
  for await (const piece of source.iterator({ destroyOnReturn: false })) {
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : (piece as Buffer);
    look(chunk);
    yield chunk;
  }
}
