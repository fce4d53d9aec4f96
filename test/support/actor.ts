/** Somebody who talks to the server. Bodies that are objects go as JSON; anything else as given. */
export class Actor {
  readonly url: string;
  readonly headers: Record<string, string>;

  constructor(url: string, headers: Record<string, string>) {
    this.url = url;
    this.headers = headers;
  }

  get = (path: string, headers: Record<string, string> = {}) => this.send('GET', path, undefined, headers);
  head = (path: string, headers: Record<string, string> = {}) => this.send('HEAD', path, undefined, headers);
  delete = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    this.send('DELETE', path, body, headers);
  post = (path: string, body?: unknown, headers: Record<string, string> = {}) => this.send('POST', path, body, headers);
  put = (path: string, body?: unknown, headers: Record<string, string> = {}) => this.send('PUT', path, body, headers);
  patch = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    this.send('PATCH', path, body, headers);

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const raw =
      body === undefined ||
      typeof body === 'string' ||
      body instanceof Uint8Array ||
      body instanceof FormData ||
      body instanceof URLSearchParams ||
      body instanceof ReadableStream;
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(raw ? {} : { 'content-type': 'application/json' }), ...this.headers, ...headers },
      ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
      redirect: 'manual',
      duplex: 'half',
    } as RequestInit);
    return answer(response);
  }
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed where the answer says it is JSON, else the text. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely; the assertions are the type check.
  body: any;
  text: string;
  bytes: Uint8Array;
}

async function answer(response: Response): Promise<Answer> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  const json =
    /\bjson\b/.test(response.headers.get('content-type') ?? '') &&
    !/ndjson/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    bytes,
    body: json && text !== '' ? JSON.parse(text) : text,
  };
}
