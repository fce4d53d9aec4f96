import type { FastifyInstance } from 'fastify';
import { unreadableText } from './errors.ts';

export interface DecodedText {
  text: string;
  /** Named where it had to be guessed: who sent the file is told. */
  guessed?: 'windows-1252';
}

const marks: [encoding: string, bytes: number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/**
 * The text of a file whose bytes came as they are: by the encoding that is given, else by its byte-order mark, else as
 * UTF-8 where the whole of it is that, else as Windows-1252, which has Latin-1 in it. Undefined: not text of the
 * encoding it is said to have, or no such encoding.
 */
function decodeText(bytes: Uint8Array, given?: string): DecodedText | undefined {
  const said = given ?? marks.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte))?.[0];
  const text = decoded(bytes, said ?? 'utf-8');
  if (text !== undefined) return { text };
  return said === undefined ? { text: decoded(bytes, 'windows-1252')!, guessed: 'windows-1252' } : undefined;
}

/** Bodies of these types are read by the charset their type says, and arrive as what `asBody` makes of them. */
export function readTextFiles(
  scope: FastifyInstance,
  types: string | string[],
  asBody: (decoded: DecodedText) => unknown = (decoded) => decoded,
): void {
  scope.addContentTypeParser(types, { parseAs: 'buffer' }, (request, bytes, done) => {
    const charset = /;\s*charset="?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
    const decoded = decodeText(bytes as Buffer, charset);
    if (decoded === undefined) done(unreadableText(charset ?? 'UTF-16'));
    else done(null, asBody(decoded));
  });
}

function decoded(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
