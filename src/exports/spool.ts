import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { asRefusal, boundQuery, holdFile, type Statement, type Table, tablesOf } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';

export interface Body {
  stream: Readable;
  /** Undefined while the rows are still being computed. */
  bytes: number | undefined;
}

export interface SpoolRequest {
  /** COPY … TO the given file. */
  copy: (table: string, target: string, ...rest: [Parameters<Statement>[1]]) => string;
  before?: string;
  after?: string;
}

/**
 * Rows that the engine writes to a file of its own while the client is sent what is there already. Going through a file
 * and not through a pipe lets the engine finish at its own pace: a client on a slow line holds a file, never a thread,
 * a query or memory. Refusals that show at once (within `patienceMs`) are thrown; a later failure breaks the stream off.
 * Whoever closes the stream ends the query and removes the file.
 */
export async function spool(context: Context, table: Pick<Table, 'revision'>, request: SpoolRequest): Promise<Body> {
  const tables = tablesOf(context);
  const held = await holdFile(context, table.revision);
  const target = await tables.scratchFile('part');
  const ending = new AbortController();
  const query = boundQuery(held.file, (file, bindings) => request.copy(file, target, bindings));
  const progress = { done: false };
  const written = tables.readers.run(query, ending.signal).then(
    () => {
      progress.done = true;
    },
    (error: unknown) => {
      progress.done = true;
      throw asRefusal(error, table.revision.n);
    },
  );
  const clear = async () => {
    ending.abort();
    await written.catch(() => undefined);
    held.release();
    await rm(target, { force: true });
  };
  try {
    await Promise.race([written, delay(patienceMs, undefined, { signal: ending.signal, ref: false })]);
  } catch (error) {
    await clear();
    throw error;
  }
  const size = progress.done ? (await stat(target)).size : undefined;
  const stream = Readable.from(following(target, written, progress, request), { objectMode: false });
  // A stream closed before its first read never runs the generator, so the end is watched here.
  stream.once('close', () => {
    clear().catch((error: unknown) => context.log.warn({ err: error }, 'a spooled export could not be removed'));
  });
  const around = Buffer.byteLength(request.before ?? '') + Buffer.byteLength(request.after ?? '');
  return { stream, bytes: size === undefined ? undefined : size + around };
}

const patienceMs = 150;
const chunkBytes = 128 * 1024;
const pauseMs = 4;

async function* following(
  file: string,
  written: Promise<void>,
  progress: { done: boolean },
  { before, after }: SpoolRequest,
): AsyncGenerator<Buffer> {
  // Its failure is thrown at the end of the loop; until then nobody waits for it.
  written.catch(() => undefined);
  if (before) yield Buffer.from(before);
  const handle = await opened(file, progress);
  try {
    for (;;) {
      // Asked before the read: what is written until the end is seen by the read after it.
      const last = progress.done;
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const { bytesRead } = (await handle?.read(chunk, 0, chunkBytes)) ?? { bytesRead: 0 };
      if (bytesRead > 0) yield chunk.subarray(0, bytesRead);
      else if (last) break;
      else await Promise.race([written.catch(() => undefined), delay(pauseMs)]);
    }
  } finally {
    await handle?.close();
  }
  await written;
  if (after) yield Buffer.from(after);
}

/** Waits for the engine to make the file. Undefined: it ended without. */
async function opened(file: string, progress: { done: boolean }): Promise<FileHandle | undefined> {
  for (;;) {
    const last = progress.done;
    const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
    if (handle !== undefined || last) return handle;
    await delay(pauseMs);
  }
}
