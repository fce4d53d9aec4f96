import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const newline = 10;
const comma = 44;

/** Lines of JSON as one array, joined by a comma alone: `[`, the bytes with a comma for each newline but the last, `]`. */
export async function joinLines(lines: string, target: string): Promise<void> {
  async function* joined() {
    yield Buffer.from('[');
    let owed = false;
    for await (const chunk of createReadStream(lines, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
      if (owed) yield Buffer.from(',');
      owed = chunk.at(-1) === newline;
      const body = owed ? chunk.subarray(0, -1) : chunk;
      for (let at = body.indexOf(newline); at !== -1; at = body.indexOf(newline, at + 1)) body[at] = comma;
      yield body;
    }
    yield Buffer.from(']');
  }
  await pipeline(Readable.from(joined(), { objectMode: false }), createWriteStream(target));
}
