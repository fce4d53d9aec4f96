import { problemOf, unreachable } from './problem.ts';

export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Query;
  body?: unknown;
  /** Sent as it is, in place of a JSON body. */
  text?: { content: string | Blob; type: string };
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}
export type Query = Record<string, string | number | boolean | undefined>;

/** One call of the public API with the session cookie. Throws a Problem for everything that is not a success. */
export const fetchApi = async <T>(path: string, request: ApiRequest = {}): Promise<T> =>
  (await fetchWithTag<T>(path, request)).found;

/** The same, with the tag that a change of what was found must carry. */
export async function fetchWithTag<T>(
  path: string,
  request: ApiRequest = {},
): Promise<{ found: T; tag: string | undefined }> {
  const response = await send(path, request);
  const text = await response.text();
  if (!response.ok) throw problemOf(response.status, text, response.headers.get('x-request-id'), path);
  const found = (text === '' ? undefined : JSON.parse(text)) as T;
  return { found, tag: response.headers.get('etag') ?? undefined };
}

/** Of a change: only of what it was when it had this tag. */
export const ifMatch = (tag: string | undefined): Pick<ApiRequest, 'headers'> =>
  tag === undefined ? {} : { headers: { 'if-match': tag } };

async function send(
  path: string,
  { method = 'GET', query, body, text, headers, signal }: ApiRequest,
): Promise<Response> {
  try {
    return await fetch(urlOf(path, query), {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(text === undefined ? {} : { 'content-type': text.type }),
        ...(method === 'GET' ? {} : csrfHeader()),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(text === undefined ? {} : { body: text.content }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw unreachable();
  }
}

/** Path and query; undefined values are left out. */
export function urlOf(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 0) return path;
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

/** The double-submit value: a page of another origin can send our cookie but not read it. */
export function csrfHeader(): Record<string, string> {
  const found = document.cookie.split('; ').find((pair) => pair.startsWith('csrftoken='));
  return found === undefined ? {} : { 'x-csrf-token': decodeURIComponent(found.slice('csrftoken='.length)) };
}
