import { type AddressPolicy, addressPolicy } from './address-policy.ts';
import type { Fetched, FetchRequest } from './fetch-request.ts';
import type { Way } from './follow-redirects.ts';
import type { Lookup } from './resolve-target.ts';

export interface FetcherOptions {
  /** Exceptions: `host[:port]`, `address[:port]` or `network/bits`. */
  allow: readonly string[];
  /** Default 10 s: resolving the name, and again connecting. */
  connectMs?: number;
  /** Default 60 s without a byte. */
  idleMs?: number;
  /** For tests; default the system's. */
  lookup?: Lookup;
}

export interface Fetcher {
  /**
   * One request under the network policy; any status is an answer. Throws `fetch_url_invalid`, `fetch_target_refused`,
   * `fetch_redirect_refused`, `fetch_too_large`, `fetch_timeout`, `fetch_failed`. User and password in the URL become
   * Basic authorization; credentials go to the origin they were given for and to no other.
   */
  fetch(url: string, request: FetchRequest): Promise<Fetched>;
  readonly policy: AddressPolicy;
  close(): Promise<void>;
}

/** The one way out: sources, schemas, packages, webhooks. It knows no proxy of the environment. */
export function createFetcher(options: FetcherOptions): Fetcher {
  const policy = addressPolicy(options.allow);
  let opened: Promise<Way> | undefined;
  return {
    policy,
    fetch: async (url, request) => {
      const { followRedirects } = await import('./follow-redirects.ts');
      opened ??= openWay(policy, options);
      return followRedirects(await opened, url, request);
    },
    close: async () => (await opened)?.agent.destroy(),
  };
}

/** The HTTP client is large, and most servers send nothing in their first minutes: it is loaded by the first request. */
async function openWay(policy: AddressPolicy, options: FetcherOptions): Promise<Way> {
  const { connectMs = 10_000, idleMs = 60_000 } = options;
  const [{ Agent }, { connectChecked }] = await Promise.all([import('undici'), import('./connect-checked.ts')]);
  const agent = new Agent({
    connect: connectChecked(policy, connectMs, options.lookup),
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    connections: 16,
  });
  return { agent, policy };
}
