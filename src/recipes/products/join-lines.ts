import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** `before`, the bytes of `body` without its last newline and with `between` in place of each other one, `after`. */
export async function joinLines(
  body: string,
  target: string,
  { before, between, after }: { before: string; between: string; after: string },
): Promise<void> {
  const mark = Buffer.from(between);
  async function* joined() {
    yield Buffer.from(before);
    let owed = false;
    for await (const chunk of createReadStream(body, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, start)) {
        if (owed) yield mark;
        if (at > start) yield chunk.subarray(start, at);
        owed = true;
        start = at + 1;
      }
      if (start < chunk.length) {
        if (owed) yield mark;
        owed = false;
        yield chunk.subarray(start);
      }
    }
    yield Buffer.from(after);
  }
  await pipeline(Readable.from(gathered(joined()), { objectMode: false }), createWriteStream(target));
}

/** Small pieces together: a stream's step costs more than the copy. */
async function* gathered(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < 1 << 18) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}
