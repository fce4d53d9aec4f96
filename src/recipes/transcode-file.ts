import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import iconv from 'iconv-lite';
import { undecodableText, unknownEncoding } from './errors.ts';

/** Writes the file anew as UTF-8, as a stream; a byte the encoding does not know fails it with its offset. */
export async function transcodeFile(
  file: string,
  encoding: string,
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  await pipeline(
    Readable.from(decodedText(file, encoding, signal)),
    createWriteStream(target, { encoding: 'utf8' }),
    ...(signal ? [{ signal }] : []),
  );
}

/** The file as text, piece by piece, without a byte-order mark. */
export async function* decodedText(file: string, encoding: string, signal?: AbortSignal): AsyncGenerator<string> {
  const decode = decoderOf(encoding);
  let offset = 0;
  const stream = createReadStream(file, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) });
  for await (const piece of stream) {
    const chunk = piece as Buffer;
    const text = decode(chunk);
    if (text === undefined) throw undecodableText(encoding, offset + firstBadByte(chunk, encoding));
    if (text !== '') yield text;
    offset += chunk.length;
  }
  const rest = decode(undefined);
  if (rest === undefined) throw undecodableText(encoding, offset);
  if (rest !== '') yield rest;
}

/** Decodes chunk by chunk (undefined = the end); answers undefined at an undecodable byte. */
function decoderOf(encoding: string): (chunk: Buffer | undefined) => string | undefined {
  try {
    const decoder = new TextDecoder(encoding, { fatal: true });
    return (chunk) => {
      try {
        return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
      } catch {
        return undefined;
      }
    };
  } catch {
    if (!iconv.encodingExists(encoding)) throw unknownEncoding(encoding);
    const decoder = iconv.getDecoder(encoding);
    return (chunk) => {
      const text = (chunk === undefined ? decoder.end() : decoder.write(chunk)) ?? '';
      return text.includes('\ufffd') ? undefined : text;
    };
  }
}

/** Feeds the failing chunk byte by byte. In UTF-8 a sequence breaks at the byte behind it, so its first byte is meant. */
function firstBadByte(chunk: Buffer, encoding: string): number {
  const decode = decoderOf(encoding);
  for (let i = 0; i < chunk.length; i++) {
    if (decode(chunk.subarray(i, i + 1)) !== undefined) continue;
    if (!/^utf-?8$/.test(encoding)) return i;
    for (let back = 1; back <= 3 && back <= i && chunk[i - back]! >= 0x80; back++)
      if (chunk[i - back]! >= 0xc0) return i - back;
    return i;
  }
  return 0;
}
