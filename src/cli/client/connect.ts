import type { Readable } from 'node:stream';
import { CommandError, exitCodes } from '../errors.ts';
import { findLogin, keepLogin, type Login } from './keep-login.ts';

export interface CallOptions {
  query?: Record<string, string | number | boolean | undefined>;
  json?: unknown;
  body?: Readable | Uint8Array | string;
  headers?: Record<string, string>;
}

/** The server somebody is logged in to. Failures become one line with the server's own words. */
export interface Connection {
  url: string;
  call(method: string, path: string, options?: CallOptions): Promise<Response>;
  json<Body>(method: string, path: string, options?: CallOptions): Promise<Body>;
}

export async function connect(): Promise<Connection> {
  const login = await findLogin();
  if (login === undefined)
    throw new CommandError('not logged in: run `granary login`, or set GRANARY_URL and GRANARY_TOKEN');
  return connectTo(login);
}

export function connectTo(start: Login): Connection {
  let login = start;
  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Response> => {
    login = await fresh(login);
    const answer = await request(login, method, path, options);
    if (answer.ok) return answer;
    throw await refusal(answer);
  };
  return {
    url: login.url,
    call,
    json: async (method, path, options) => (await call(method, path, options)).json() as never,
  };
}

/** Refreshes before the token runs out, so that a long upload does not fail at its end. */
async function fresh(login: Login): Promise<Login> {
  if (login.expiresAt === undefined || login.refreshToken === undefined || login.expiresAt - Date.now() / 1000 > 120)
    return login;
  const answer = await request({ url: login.url, accessToken: '' }, 'POST', '/auth/refresh', {
    json: { refresh_token: login.refreshToken },
  });
  if (!answer.ok) throw new CommandError('the login has ended: run `granary login` again');
  const body = (await answer.json()) as { access_token: string; expires_in: number };
  const renewed = { ...login, accessToken: body.access_token, expiresAt: Date.now() / 1000 + body.expires_in };
  await keepLogin(renewed);
  return renewed;
}

export async function request(login: Login, method: string, path: string, options: CallOptions): Promise<Response> {
  const url = new URL(login.url + path);
  for (const [name, value] of Object.entries(options.query ?? {}))
    if (value !== undefined) url.searchParams.set(name, String(value));
  const headers: Record<string, string> = {
    accept: 'application/json, application/problem+json;q=0.9, */*;q=0.1',
    ...options.headers,
  };
  if (login.accessToken !== '') headers.authorization = `Bearer ${login.accessToken}`;
  if (options.json !== undefined) headers['content-type'] = 'application/json';
  const body = options.json === undefined ? options.body : JSON.stringify(options.json);
  try {
    return await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body, duplex: 'half' }),
    } as RequestInit);
  } catch (error) {
    const cause = (error as { cause?: { code?: string; message?: string } }).cause;
    throw new CommandError(`cannot reach ${login.url}: ${cause?.code ?? cause?.message ?? (error as Error).message}`);
  }
}

async function refusal(answer: Response): Promise<CommandError> {
  const text = await answer.text();
  let detail = text;
  let hint = '';
  try {
    const body = JSON.parse(text) as { detail?: string; message?: string; error?: string; hint?: string } | string;
    detail = typeof body === 'string' ? body : (body.detail ?? body.message ?? body.error ?? text);
    if (typeof body === 'object' && body.hint !== undefined) hint = ` (${body.hint})`;
  } catch {
    // Not JSON: the text itself is what the server said.
  }
  const code =
    answer.status === 404 ? exitCodes.notFound : answer.status === 409 ? exitCodes.exists : exitCodes.failure;
  return new CommandError(`${detail || answer.statusText}${hint}`, code);
}
