import { text } from 'node:stream/consumers';
import { importSPKI } from 'jose';
import type { Context } from '../../platform/context.ts';
import { signingKeyMissing } from '../errors.ts';
import { operatorFetcher, withScheme } from '../flow-fetcher.ts';

type Key = Awaited<ReturnType<typeof importSPKI>>;

interface Held {
  key: Key | undefined;
  /** Of the last try, whether it worked or not. */
  triedAt: number;
  trying: Promise<void> | undefined;
}

const held = new WeakMap<Context, Held>();
const refreshEveryMs = 60_000;
/** While there is no key at all, each request may try, but not all of them. */
const retryEveryMs = 1_000;

/** Undefined: `AUTH_SERVER` is not set, or names ourselves, and our own keys count. */
export function authServerOf({ config }: Context): string | undefined {
  if (config.authServer === undefined) return undefined;
  const theirs = new URL(withScheme(config.authServer));
  const own = [config.baseUrl, `http://${config.host}:${config.port}`].filter((url) => url !== undefined);
  return own.some((url) => URL.canParse(url) && new URL(url).host === theirs.host)
    ? undefined
    : theirs.href.replace(/\/+$/, '');
}

/** The only key whose tokens count while an auth server is set. Throws `signing_key_missing` (503). */
export async function authServerKey(context: Context, server: string): Promise<Key> {
  const state = stateOf(context);
  if (state.key === undefined) await fetchKey(context, server, state, retryEveryMs);
  if (state.key === undefined) throw signingKeyMissing();
  return state.key;
}

/** After a signature that does not fit: the server may have a new key. At most once a minute; undefined: the same. */
export async function freshAuthServerKey(context: Context, server: string): Promise<Key | undefined> {
  const state = stateOf(context);
  const before = state.key;
  await fetchKey(context, server, state, refreshEveryMs);
  return state.key === before ? undefined : state.key;
}

function stateOf(context: Context): Held {
  let state = held.get(context);
  if (state === undefined) {
    state = { key: undefined, triedAt: Number.NEGATIVE_INFINITY, trying: undefined };
    held.set(context, state);
  }
  return state;
}

/** All who ask at the same time wait for one answer. A failed try keeps the key there is. */
async function fetchKey(context: Context, server: string, state: Held, everyMs: number): Promise<void> {
  if (state.trying === undefined) {
    const now = context.now().getTime();
    if (now - state.triedAt < everyMs) return;
    state.triedAt = now;
    state.trying = (async () => {
      try {
        const answer = await operatorFetcher(context).fetch(`${server}/auth/public-key`, {
          maxBytes: 64 * 1024,
          totalMs: 10_000,
        });
        const pem = await text(answer.body);
        if (answer.status !== 200) throw new Error(`${server}/auth/public-key answered ${answer.status}`);
        state.key = await importSPKI(pem, 'RS256');
      } catch (error) {
        context.log.warn({ err: error }, 'the key of the auth server could not be fetched');
      } finally {
        state.trying = undefined;
      }
    })();
  }
  await state.trying;
}

/** At the start of the server, in the background, until there is a key. */
export async function awaitAuthServerKey(context: Context, signal: AbortSignal): Promise<void> {
  const server = authServerOf(context);
  if (server === undefined) return;
  const state = stateOf(context);
  for (let delayMs = 500; !signal.aborted; delayMs = Math.min(2 * delayMs, 30_000)) {
    await fetchKey(context, server, state, 0);
    if (state.key !== undefined) return;
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      timer.unref();
      signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
    });
  }
}
