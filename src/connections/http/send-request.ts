import { AppError } from '../../platform/errors/index.ts';
import { type Fetched, withFetcher } from '../../platform/fetch/index.ts';
import type { ConnectorContext } from '../connector.ts';
import { SourceFault } from '../source-fault.ts';

export interface Credentials {
  auth?: 'none' | 'basic' | 'bearer' | 'header' | 'query';
  username?: string;
  auth_name?: string;
  headers?: Record<string, string>;
  password?: string;
  token?: string;
}

export interface Ask {
  method?: 'GET' | 'POST';
  body?: unknown;
  headers?: Record<string, string>;
}

/** One request with the connection's credentials. Any status from 400 on is a fault: an error page is never data. */
export async function send(
  credentials: Credentials,
  ask: Ask,
  address: string,
  context: ConnectorContext,
): Promise<Fetched> {
  const { config, signal, statementMs, maxBytes } = context;
  const url = new URL(address);
  const headers = { ...credentials.headers, ...ask.headers, ...authOf(credentials, url) };
  const body = ask.body === undefined ? {} : { body: JSON.stringify(ask.body) };
  if (ask.body !== undefined) headers['content-type'] = 'application/json';
  const answer = await fetchOnce(config, url.href, {
    method: ask.method ?? 'GET',
    headers,
    ...body,
    maxBytes,
    maxRedirects: 3,
    totalMs: statementMs,
    httpsOnly: true,
    signal,
  }).catch((error) => {
    throw faultOf(error, 'unreachable');
  });
  if (answer.status < 400) return answer;
  answer.body.on('error', () => undefined).destroy();
  if (answer.status === 401 || answer.status === 403)
    throw new SourceFault('unauthorized', `The source does not accept the credentials (${answer.status}).`);
  throw new SourceFault('refused', `The source answered ${answer.status}.`);
}

/** The fetcher is closed when its body has been read to the end or dropped. */
async function fetchOnce(
  config: ConnectorContext['config'],
  url: string,
  request: Parameters<Parameters<Parameters<typeof withFetcher>[1]>[0]['fetch']>[1],
): Promise<Fetched> {
  const answered = Promise.withResolvers<Fetched>();
  void withFetcher(config, async (fetcher) => {
    const answer = await fetcher.fetch(url, request);
    const closed = new Promise<void>((resolve) => answer.body.once('close', resolve));
    answered.resolve(answer);
    await closed;
  }).catch(answered.reject);
  return answered.promise;
}

function authOf(
  { auth = 'none', username = '', auth_name: name = '', password = '', token = '' }: Credentials,
  url: URL,
) {
  const headers: Record<string, string> = {};
  if (auth === 'basic') headers.authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  if (auth === 'bearer') headers.authorization = `Bearer ${token}`;
  if (auth === 'header') headers[name] = token;
  if (auth === 'query') url.searchParams.set(name, token);
  return headers;
}

/** What the fetcher throws; `kind` where it was only that no answer came. */
export function faultOf(error: unknown, kind: 'unreachable' | 'broken'): unknown {
  if (!(error instanceof AppError)) return error;
  const { code, message: detail } = error;
  const options = { detail, cause: error };
  if (code === 'fetch_target_refused' || code === 'fetch_url_invalid')
    return new SourceFault('forbidden', 'The source lies where this installation may not connect to.', options);
  if (code === 'fetch_redirect_refused')
    return new SourceFault('refused', 'The source sends its callers elsewhere.', options);
  if (code === 'fetch_too_large') return new SourceFault('limit', 'The answer of the source is too large.', options);
  if (code === 'fetch_timeout' && kind === 'broken')
    return new SourceFault('limit', 'The answer of the source took too long.', options);
  if (code === 'fetch_timeout' || code === 'fetch_failed')
    return kind === 'broken'
      ? new SourceFault('broken', 'The source broke off in the middle of its answer.', options)
      : new SourceFault('unreachable', 'The source cannot be reached.', options);
  return error;
}
