import { createHash, type Hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { checksumMismatch, invalidOption, uploadUnreadable } from './errors.ts';
import { type ClaimedDigests, claimedDigests, MalformedDigest } from './pure/claimed-digests.ts';

export interface ReceivedFile<Stored> {
  /** As the sender names it; undefined where it does not. */
  name: string | undefined;
  mediaType: string | undefined;
  stored: Stored;
}

export interface BodyReader<Stored> {
  /**
   * Called once, with the fields before the first file (none for a raw body), when there is something to read. Finds
   * the project and the right, or throws; only then are bytes stored.
   */
  admit(fields: Record<string, string>): Promise<void>;
  store(source: Readable): Promise<Stored>;
  /** Name of the parts that hold files. Default `file`. */
  part?: string;
  /** Fields may come after the file as well: then `admit` is given the object that they go into later. Default false. */
  anyOrder?: boolean;
}

/**
 * Reads one upload's body as it arrives, in constant memory: raw bytes, or multipart with fields first and then `file`
 * parts. Checksums cover the body as sent. Whatever refuses it, the rest is read and dropped, so that the sender gets
 * to see the answer; a sender that breaks off leaves nothing.
 */
export async function receiveBody<Stored>(
  body: Readable,
  headers: IncomingHttpHeaders,
  reader: BodyReader<Stored>,
): Promise<ReceivedFile<Stored>[]> {
  const sent = checked(body, digestsIn(headers));
  try {
    const source = uncoded(sent, headers['content-encoding']);
    return isMultipart(headers)
      ? await receiveParts(source, headers as BusboyHeaders, reader)
      : [await receiveRaw(source, headers['content-type'], reader)];
  } finally {
    // Ends the pipe from the request; `checked` then lets the rest of the body run out.
    sent.destroy();
  }
}

function digestsIn(headers: IncomingHttpHeaders): ClaimedDigests {
  try {
    return claimedDigests(headers);
  } catch (error) {
    if (error instanceof MalformedDigest) throw uploadUnreadable(error.message);
    throw error;
  }
}

/**
 * A stream that fails at its end when the bytes are not those claimed. The request itself is never destroyed by what
 * happens downstream: that would close the socket before the answer is out.
 */
function checked(body: Readable, claimed: ClaimedDigests): Transform {
  const hashes = Object.keys(claimed).map((name): [keyof ClaimedDigests, Hash] => [
    name as keyof ClaimedDigests,
    createHash(name),
  ]);
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (const [, hash] of hashes) hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      const wrong = hashes.find(([name, hash]) => hash.digest('hex') !== claimed[name]);
      done(wrong === undefined ? null : checksumMismatch(wrong[0]));
    },
  });
  const brokeOff = () => {
    if (!body.readableEnded) through.destroy(uploadUnreadable('The body ended before it was complete.'));
  };
  body.on('error', brokeOff);
  body.on('close', brokeOff);
  // An error between two readers is kept by the stream and thrown at the next; without a listener it ends the process.
  through.on('error', () => undefined);
  through.on('close', () => {
    body.off('close', brokeOff);
    body.unpipe(through);
    body.resume();
  });
  return body.pipe(through);
}

function uncoded(source: Transform, coding: string | undefined): Readable {
  const name = coding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return source;
  if (name !== 'gzip' && name !== 'x-gzip') throw uploadUnreadable(`Content-Encoding ${name} is not supported.`);
  const gunzip = createGunzip();
  gunzip.on('error', () => undefined);
  source.on('error', (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
}

async function receiveRaw<Stored>(
  source: Readable,
  mediaType: string | undefined,
  reader: BodyReader<Stored>,
): Promise<ReceivedFile<Stored>> {
  if (await isEmpty(source)) throw uploadUnreadable('The body is empty.');
  await reader.admit({});
  return { name: undefined, mediaType, stored: await readable(reader.store(source)) };
}

const isMultipart = (headers: IncomingHttpHeaders): boolean =>
  /^multipart\/form-data\b/i.test(headers['content-type'] ?? '');

const limits = { fields: 200, fieldSize: 1024 * 1024, fieldNameSize: 100, files: 100, headerPairs: 100 };

function receiveParts<Stored>(
  source: Readable,
  headers: BusboyHeaders,
  reader: BodyReader<Stored>,
): Promise<ReceivedFile<Stored>[]> {
  return new Promise((resolve, reject) => {
    const fields: Record<string, string> = {};
    const files: Promise<ReceivedFile<Stored>>[] = [];
    const streams: Readable[] = [];
    let admitted: Promise<void> | undefined;
    const wanted = reader.part ?? 'file';
    const parser = parserOf(headers, wanted, reject);
    if (parser === undefined) return;
    // Later findings of a body that was refused already change nothing: a promise settles once.
    const refuse = (error: unknown) => {
      reject(error);
      source.unpipe(parser);
      for (const stream of streams) stream.destroy(error as Error);
    };
    parser.on('field', (name, value, nameCut, valueCut) => {
      if (nameCut || valueCut) return refuse(invalidOption(name, `The field '${name}' is too long.`));
      if (files.length > 0 && reader.anyOrder !== true)
        return refuse(invalidOption(name, `The field '${name}' must come before the file.`));
      if (Object.hasOwn(fields, name)) return refuse(invalidOption(name, `'${name}' is given more than once.`));
      fields[name] = value;
    });
    parser.on('file', (part, stream, name, _encoding, mediaType) => {
      streams.push(stream);
      stream.on('error', refuse);
      if (part !== wanted) {
        return refuse(uploadUnreadable(`The file must be in a part named '${wanted}', not '${part}'.`));
      }
      const file = (async () => {
        if (await isEmpty(stream)) throw uploadUnreadable('The file is empty.');
        admitted ??= reader.admit(fields);
        await admitted;
        return { name: name || undefined, mediaType, stored: await readable(reader.store(stream)) };
      })();
      file.catch(refuse);
      files.push(file);
    });
    for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) {
      parser.on(limit, () => refuse(uploadUnreadable('The form has too many parts.')));
    }
    parser.on('error', () => refuse(uploadUnreadable('The form is malformed.')));
    parser.on('finish', () => {
      if (files.length === 0) return refuse(uploadUnreadable(`There is no part named '${wanted}'.`));
      Promise.all(files).then(resolve, refuse);
    });
    source.on('error', refuse);
    source.pipe(parser);
  });
}

function parserOf(headers: BusboyHeaders, wanted: string, reject: (error: unknown) => void) {
  try {
    return new Busboy({ headers, limits, isPartAFile: (part, _type, name) => part === wanted || name !== undefined });
  } catch {
    reject(uploadUnreadable('The form names no boundary.'));
    return undefined;
  }
}

/** Waits for the first bytes without taking them away. */
function isEmpty(stream: Readable): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      stream.off('readable', onReadable);
      stream.off('end', onEnd);
      stream.off('error', onError);
      stream.off('close', onEnd);
      act();
    };
    const onReadable = () => {
      const chunk = stream.read() as Buffer | null;
      if (chunk === null) return;
      settle(() => {
        stream.unshift(chunk);
        resolve(false);
      });
    };
    const onEnd = () => settle(() => resolve(true));
    const onError = (error: Error) => settle(() => reject(unpacked(error)));
    stream.on('readable', onReadable);
    stream.on('end', onEnd);
    stream.on('close', onEnd);
    stream.on('error', onError);
  });
}

async function readable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw unpacked(error);
  }
}

/** A body that says gzip and is not. */
function unpacked(error: unknown): unknown {
  return ((error as NodeJS.ErrnoException).code ?? '').startsWith('Z_')
    ? uploadUnreadable('The gzip coding of the body is broken.')
    : error;
}
