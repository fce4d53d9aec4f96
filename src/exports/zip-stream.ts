import { PassThrough, type Readable } from 'node:stream';
import yazl from 'yazl';
import type { Context } from '../platform/context.ts';
import type { Body } from './spool.ts';

export interface ZipStream {
  addText(path: string, text: string | (() => string)): void;
  /** Opened when its turn comes, so that one entry is computed at a time. */
  addLater(path: string, open: () => Promise<Body>, compress?: boolean): void;
  finish(): Readable;
}

/**
 * Level 1: rows as text shrink to a sixth already, in a third of the time that level 6 takes for a seventh; the client
 * waits for the slower of engine and deflate.
 */
const compressionLevel = 1;

/** A zip that is written while it is read. A failing entry breaks the stream off; it never ends as a valid short file. */
export function zipOf(context: Context): ZipStream {
  const zip = new yazl.ZipFile();
  const output = new PassThrough();
  const fail = (error: unknown) => output.destroy(error as Error);
  const open = new Set<Readable>();
  zip.on('error', fail);
  output.once('close', () => {
    for (const stream of open) stream.destroy();
  });
  const opened = async (start: () => Promise<Body>): Promise<Readable> => {
    const { stream } = await start();
    open.add(stream);
    stream.once('close', () => open.delete(stream));
    stream.once('error', fail);
    if (output.destroyed) stream.destroy();
    return stream;
  };
  return {
    addText(path, text) {
      const mtime = context.now();
      zip.addReadStreamLazy(path, { mtime, compressionLevel }, (give) => {
        const content = new PassThrough();
        content.end(typeof text === 'string' ? text : text());
        give(null, content);
      });
    },
    addLater(path, start, compress = true) {
      zip.addReadStreamLazy(
        path,
        { mtime: context.now(), ...(compress ? { compressionLevel } : { compress }) },
        (give) => {
          opened(start).then((stream) => give(null, stream), fail);
        },
      );
    },
    finish() {
      zip.end();
      zip.outputStream.pipe(output);
      return output;
    },
  };
}
