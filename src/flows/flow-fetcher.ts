import type { Context } from '../platform/context.ts';
import { createFetcher, type Fetcher } from '../platform/fetch/index.ts';

const fetchers = new WeakMap<Context, { open: Fetcher; trusted: Fetcher }>();

/** For whatever a spec or a webhook names (contract §9). */
export const flowFetcher = (context: Context): Fetcher => fetchersOf(context).open;

/** Also reaches the auth server and the runner the operator has named, wherever they are. */
export const operatorFetcher = (context: Context): Fetcher => fetchersOf(context).trusted;

function fetchersOf(context: Context): { open: Fetcher; trusted: Fetcher } {
  let made = fetchers.get(context);
  if (made === undefined) {
    const { allowHosts, fetchAllow, authServer, dppUrl } = context.config;
    const allow = [...allowHosts, ...fetchAllow];
    const named = [authServer, dppUrl].filter((url) => url !== undefined).map(hostOf);
    made = {
      open: createFetcher({ allow }),
      trusted: createFetcher({ allow: [...allow, ...named], connectMs: 5_000, idleMs: 10_000 }),
    };
    fetchers.set(context, made);
  }
  return made;
}

/** `host[:port]` gets `http://` prepended; a full URL is taken as it is. */
export const withScheme = (server: string): string => (/^https?:\/\//i.test(server) ? server : `http://${server}`);

function hostOf(server: string): string {
  const { hostname, port, protocol } = new URL(withScheme(server));
  return `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
}
