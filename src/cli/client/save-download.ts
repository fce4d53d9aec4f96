import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Io } from '../io.ts';

/** Writes an answer to a file under a temporary name, so that a broken transfer never looks like a whole file. */
export async function saveDownload(io: Io, answer: Response, file: string): Promise<number> {
  const partial = `${file}.part`;
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (io.progress) io.err(`\r${(bytes / 1e6).toFixed(1)} MB`);
      done(null, chunk);
    },
  });
  try {
    await pipeline(Readable.fromWeb(answer.body as never), counter, createWriteStream(partial));
    await rename(partial, file);
    return bytes;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    if (io.progress) io.err('\n');
  }
}

/** The same to standard output, as it comes. */
export async function pipeOut(answer: Response, io: Io): Promise<void> {
  for await (const chunk of answer.body ?? []) io.out(chunk as Uint8Array);
}
