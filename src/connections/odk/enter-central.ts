import type { ConnectorContext } from '../connector.ts';
import { readJson } from '../http/read-body.ts';
import { send } from '../http/send-request.ts';
import { isRecord } from '../pure/is-record.ts';

export interface OdkConfig {
  url: string;
  /** How Central knows us: an e-mail with its password, a session's token, or the key of an app user. */
  auth: 'session' | 'token' | 'app-user';
  email?: string;
  password?: string;
  token?: string;
}

export interface OdkSource {
  project: number;
  form: string;
  /** Default Submissions; a repeat is Submissions.<path>. */
  table?: string;
  /** Between the names of a group and what is in it. */
  separator?: '/' | '.' | '-' | '_';
  /** Submissions of one answer. */
  page_size?: number;
  /** False: everything each time. */
  incremental?: boolean;
  /** Seconds before the last pull's newest submission that are read again. */
  overlap?: number;
}

export interface Central {
  /** The JSON at a path of the API. */
  get(path: string): Promise<unknown>;
  /** The same with the server's clock. */
  page(path: string): Promise<{ body: unknown; date: string | undefined }>;
}

/** Signs in, where that is needed. The session is Central's to end: it lasts a day. */
export async function enter(connection: OdkConfig, context: ConnectorContext): Promise<Central> {
  const base = connection.url.replace(/\/+$/, '');
  const key = connection.auth === 'app-user' ? `/v1/key/${encodeURIComponent(connection.token ?? '')}` : '/v1';
  const token = connection.auth === 'session' ? await signIn(base, connection, context) : (connection.token ?? '');
  const credentials = connection.auth === 'app-user' ? {} : ({ auth: 'bearer', token } as const);
  const page = async (path: string) => {
    const url = `${base}${path.replace(/^\/v1/, () => key)}`;
    const answer = await send(credentials, { headers: { accept: 'application/json' } }, url, context);
    return { body: await readJson(answer.body), date: answer.headers.date };
  };
  return { page, get: async (path) => (await page(path)).body };
}

async function signIn(base: string, { email, password }: OdkConfig, context: ConnectorContext): Promise<string> {
  const ask = { method: 'POST', body: { email, password } } as const;
  const answer = await send({}, ask, `${base}/v1/sessions`, context);
  const body = await readJson(answer.body);
  return isRecord(body) && typeof body.token === 'string' ? body.token : '';
}
