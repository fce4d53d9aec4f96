import { type Dispatcher, request as send } from 'undici';
import { type AddressPolicy, canonicalHost } from './address-policy.ts';
import { fetchRedirectRefused, fetchTargetRefused, fetchUrlInvalid } from './errors.ts';
import type { Fetched, FetchRequest } from './fetch-request.ts';
import { limitBody, refusalOf } from './limit-body.ts';
import { redactUrl } from './redact.ts';

export interface Way {
  agent: Dispatcher;
  policy: AddressPolicy;
}

/** Each hop is a request of its own, checked like the first. */
export async function followRedirects(way: Way, address: string, request: FetchRequest): Promise<Fetched> {
  const timeout = AbortSignal.timeout(request.totalMs ?? 30 * 60_000);
  const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
  const maxRedirects = request.maxRedirects ?? 5;
  let hop = firstHop(address, request);
  for (let redirects = 0; ; redirects += 1) {
    checkTarget(way.policy, hop.url, request.httpsOnly ?? false);
    const answer = await sendHop(way.agent, hop, signal);
    const location = answer.headers.location;
    if (!redirectStatuses.has(answer.statusCode) || typeof location !== 'string') {
      const body = limitBody(answer, { maxBytes: request.maxBytes, host: hop.url.host, signal });
      return { status: answer.statusCode, headers: flat(answer.headers), url: hop.url.href, redirects, body };
    }
    // Not read: it may be endless. The connection goes with it.
    answer.body.on('error', () => {}).destroy();
    if (redirects === maxRedirects) throw fetchRedirectRefused(`More than ${maxRedirects} redirects.`);
    hop = nextHop(hop, location, answer.statusCode);
  }
}

interface Hop {
  url: URL;
  method: NonNullable<FetchRequest['method']>;
  headers: Record<string, string>;
  body: string | Buffer | undefined;
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

function firstHop(address: string, request: FetchRequest): Hop {
  const url = parse(address);
  const headers: Record<string, string> = { 'user-agent': 'granary', 'accept-encoding': 'gzip' };
  if (url.username !== '' || url.password !== '') {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  return { url: bare(url), method: request.method ?? 'GET', headers, body: request.body };
}

/**
 * To another origin only headers go along that cannot be a credential: an API key may stand in a header of any name.
 * A body would be one too, so it is never sent on.
 */
function nextHop(hop: Hop, location: string, status: number): Hop {
  const url = bare(parse(location, hop.url));
  const sameOrigin = url.origin === hop.url.origin;
  const becomesGet = hop.method !== 'HEAD' && (status === 303 || (hop.method === 'POST' && status < 303));
  const method = becomesGet ? 'GET' : hop.method;
  const body = becomesGet ? undefined : hop.body;
  if (body !== undefined && !sameOrigin) {
    throw fetchRedirectRefused(`${hop.url.host} sends the request's body on to ${url.host}.`);
  }
  const names = Object.keys(hop.headers).filter((name) => {
    if (body === undefined && name.startsWith('content-')) return false;
    return sameOrigin || harmlessHeaders.has(name);
  });
  const headers = Object.fromEntries(names.map((name) => [name, hop.headers[name] as string]));
  return { url, method, headers, body };
}

const harmlessHeaders = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'if-modified-since',
  'if-none-match',
  'range',
  'user-agent',
]);

function parse(address: string, base?: URL): URL {
  if (!URL.canParse(address, base?.href)) throw fetchUrlInvalid('This is not a URL.');
  const url = new URL(address, base);
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw fetchUrlInvalid(`Only http and https can be fetched, not ${url.protocol.slice(0, -1)}.`);
}

function bare(url: URL): URL {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  copy.hash = '';
  return copy;
}

/** Before any name's server is asked. A number in any notation is an address here already: `new URL` writes 0x7f.1 and 2130706433 as 127.0.0.1. */
function checkTarget(policy: AddressPolicy, url: URL, httpsOnly: boolean): void {
  const host = canonicalHost(url.hostname);
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const why = policy.refusal({ host, port });
  if (why !== undefined) throw fetchTargetRefused(host, why);
  if (httpsOnly && url.protocol !== 'https:' && !policy.excepts({ host, port })) {
    throw fetchTargetRefused(host, 'only https is allowed here');
  }
}

async function sendHop(agent: Dispatcher, hop: Hop, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  try {
    return await send(hop.url, {
      dispatcher: agent,
      method: hop.method,
      headers: hop.headers,
      body: hop.body ?? null,
      signal,
    });
  } catch (error) {
    throw refusalOf(error, redactUrl(hop.url.href), signal);
  }
}

const flat = (headers: Dispatcher.ResponseData['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
