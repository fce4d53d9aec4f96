import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../platform/context.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Fetched, redactUrl, withFetcher } from '../platform/fetch/index.ts';
import type { FetchedSource } from './flow-run.ts';
import { type SourceError, sourceErrorOf } from './pure/source-error.ts';

/** A source that cannot be had. `code` and message are those of the validation report (contract flows §6.3). */
export class SourceFailure extends Error {
  readonly code: SourceError['code'];

  constructor({ code, message }: SourceError, cause?: unknown) {
    super(message, { cause });
    this.name = 'SourceFailure';
    this.code = code;
  }
}

/** Seconds before the second, third and fourth attempt (contract flows §8.4). */
const pauses = [2, 4, 8];

export interface FetchOptions {
  signal: AbortSignal;
  log(line: string): void;
  /** For tests. */
  wait?: (seconds: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * One GET under the network policy, streamed into the blob store. Tried again on connection errors, 429, 5xx and bodies
 * that break off; any other status from 400 on is a failure, so that an error page is never taken for data.
 */
export function fetchSource(
  context: Pick<Context, 'config' | 'blobs'>,
  url: string,
  options: FetchOptions,
): Promise<FetchedSource> {
  const wait = options.wait ?? ((seconds, signal) => delay(seconds * 1000, undefined, { signal }));
  return withFetcher(context.config, async (fetcher) => {
    for (const pause of [...pauses, undefined]) {
      const failure = await attempt();
      if (!(failure instanceof SourceFailure)) return failure;
      options.signal.throwIfAborted();
      if (pause === undefined || !isPassing(failure)) throw failure;
      options.log(`${redactUrl(url)}: ${failure.message} Trying again in ${pause} s.`);
      await wait(pause, options.signal);
    }
    throw new Error('unreachable');

    async function attempt(): Promise<FetchedSource | SourceFailure> {
      const { flowSourceMaxBytes: maxBytes, flowFetchSeconds: seconds } = context.config;
      try {
        const answer = await fetcher.fetch(url, { maxBytes, totalMs: seconds * 1000, signal: options.signal });
        if (answer.status >= 400) return refusedBy(answer, url);
        const blob = await context.blobs.put(answer.body, { maxBytes, signal: options.signal });
        const { etag, 'last-modified': lastModified } = answer.headers;
        return {
          url,
          sha256: blob.sha256,
          bytes: blob.bytes,
          finalUrl: answer.url,
          ...(etag === undefined ? {} : { etag }),
          ...(lastModified === undefined ? {} : { lastModified }),
        };
      } catch (error) {
        // A full disk is nobody's source's fault.
        if (!(error instanceof AppError) || error.code === 'storage_full') throw error;
        return new SourceFailure(sourceErrorOf(error), error);
      }
    }
  });
}

function refusedBy(answer: Fetched, url: string): SourceFailure {
  answer.body.on('error', () => {}).destroy();
  return new SourceFailure(
    { code: 'http-error', message: `${redactUrl(url)} answered ${answer.status}.` },
    answer.status,
  );
}

/** What another attempt may find mended. */
function isPassing({ cause }: SourceFailure): boolean {
  if (typeof cause === 'number') return cause === 429 || cause >= 500;
  return cause instanceof AppError && ['fetch_failed', 'fetch_timeout'].includes(cause.code);
}
