import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { AppError } from '../errors/index.ts';
import { fetchFailed, fetchTimeout, fetchTooLarge } from './errors.ts';

export interface BodyLimit {
  maxBytes: number;
  host: string;
  signal: AbortSignal;
}

/** The body, counted as sent and once more after unpacking. What its length header says is believed only to refuse. */
export function limitBody(answer: Dispatcher.ResponseData, limit: BodyLimit): Readable {
  const { body, headers } = answer;
  const encoding = String(headers['content-encoding'] ?? 'identity')
    .trim()
    .toLowerCase();
  // It may fail before anybody reads it; whoever reads it later is told then.
  body.on('error', () => {});
  const refusal = refusalByHeaders(Number(headers['content-length'] ?? 0), encoding, limit);
  if (refusal !== undefined) {
    body.destroy();
    throw refusal;
  }
  const sent = counted(body, limit);
  if (encoding === 'identity' || encoding === '') return Readable.from(sent, { objectMode: false });
  const gunzip = createGunzip();
  const source = Readable.from(sent, { objectMode: false });
  source.on('error', (error) => gunzip.destroy(error));
  gunzip.on('close', () => source.destroy());
  return Readable.from(counted(source.pipe(gunzip), limit), { objectMode: false });
}

/** What a failed exchange means to the caller. */
export function refusalOf(error: unknown, target: string, signal: AbortSignal): AppError {
  if (error instanceof AppError) return error;
  if (signal.aborted) {
    const late = (signal.reason as Error).name === 'TimeoutError';
    return late
      ? fetchTimeout(`${target} took longer than allowed for the whole answer.`, error)
      : fetchFailed(`Fetching ${target} was cancelled.`, error);
  }
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (timeouts[code] !== undefined) return fetchTimeout(`${target} ${timeouts[code]}`, error);
  if (code.startsWith('Z_')) return fetchFailed(`${target} sent a broken gzip body.`, error);
  return fetchFailed(`${target} could not be fetched (${code || (error as Error).name}).`, error);
}

const timeouts: Record<string, string> = {
  UND_ERR_CONNECT_TIMEOUT: 'did not accept a connection in time.',
  UND_ERR_HEADERS_TIMEOUT: 'did not begin to answer in time.',
  UND_ERR_BODY_TIMEOUT: 'stopped in the middle of its answer.',
  ETIMEDOUT: 'did not accept a connection in time.',
};

function refusalByHeaders(
  declaredBytes: number,
  encoding: string,
  { maxBytes, host }: BodyLimit,
): AppError | undefined {
  if (declaredBytes > maxBytes) return fetchTooLarge(maxBytes);
  if (['', 'identity', 'gzip', 'x-gzip'].includes(encoding)) return undefined;
  return fetchFailed(`${host} answers with the unknown encoding ${encoding.slice(0, 40)}.`);
}

async function* counted(source: Readable, { maxBytes, host, signal }: BodyLimit): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw fetchTooLarge(maxBytes);
      yield chunk;
    }
  } catch (error) {
    throw refusalOf(error, host, signal);
  }
}
