import { Readable } from 'node:stream';
import type { StoredBlob } from '../platform/blobs/index.ts';
import type { Context } from '../platform/context.ts';
import { AppError } from '../platform/errors/index.ts';
import type { Cursor, JsonObject } from './connector.ts';
import { limitReached } from './errors.ts';
import { readSource } from './read-source.ts';
import type { Connection } from './store.ts';

export interface KeptRows extends Pick<StoredBlob, 'sha256' | 'bytes'> {
  rows: number;
  /** Where the next read may begin; the given one where nothing is new. */
  cursor: Cursor | null;
}

/**
 * Reads a source to its end into the blob store, a JSON object a line. Beyond the settings' rows, bytes or time it fails
 * with `limit_reached`, and what was read belongs to nobody.
 */
export async function keepRows(
  context: Context,
  connection: Connection,
  source: JsonObject,
  cursor: Cursor | null,
  options: { signal: AbortSignal; told?(rows: number): void },
): Promise<KeptRows> {
  const { pullMaxRows, pullMaxBytes, pullSeconds } = context.config;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(limitReached(`${pullSeconds} seconds`, pullSeconds)), pullSeconds * 1000);
  const signal = AbortSignal.any([options.signal, late.signal]);
  let rows = 0;
  let bytes = 0;
  let newest = cursor;
  async function* lines(): AsyncGenerator<string> {
    for await (const batch of readSource(context, connection, source, cursor, { signal, showsDetail: false })) {
      rows += batch.rows.length;
      if (rows > pullMaxRows) throw limitReached(`${pullMaxRows} rows`, pullMaxRows);
      const text = batch.rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      bytes += Buffer.byteLength(text);
      if (bytes > pullMaxBytes) throw limitReached(`${pullMaxBytes} bytes`, pullMaxBytes);
      newest = batch.cursor ?? newest;
      options.told?.(rows);
      yield text;
    }
  }
  try {
    const stored = await context.blobs.put(Readable.from(lines(), { objectMode: false }), {
      maxBytes: Number.POSITIVE_INFINITY,
      signal,
    });
    return { sha256: stored.sha256, bytes: stored.bytes, rows, cursor: newest };
  } catch (error) {
    if (error instanceof AppError) throw error;
    signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
