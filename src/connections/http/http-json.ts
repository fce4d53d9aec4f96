import type { Connector, JsonObject, Problem } from '../connector.ts';
import { pointerPattern } from '../pure/pointer.ts';
import type { HttpConfig, HttpSource } from './http-source.ts';
import { readPages } from './read-pages.ts';
import { send } from './send-request.ts';
import { urlProblem } from './url-problem.ts';

const texts = { type: 'object', additionalProperties: { type: 'string', maxLength: 4000 }, maxProperties: 50 };
const pointer = { type: 'string', pattern: pointerPattern, maxLength: 1000 };
const name = { type: 'string', minLength: 1, maxLength: 200 };

/** HTTP services that answer with JSON, NDJSON or CSV. */
export const httpJson: Connector<HttpConfig, HttpSource> = {
  type: 'http-json',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['url'],
    properties: {
      url: { type: 'string', maxLength: 2000 },
      auth: { enum: ['none', 'basic', 'bearer', 'header', 'query'] },
      username: { type: 'string', maxLength: 500 },
      auth_name: { type: 'string', pattern: '^[A-Za-z0-9_.\\-\\[\\]]+$', maxLength: 200 },
      headers: texts,
    },
  },
  secretFields: ['password', 'token'],
  targetFields: ['url', 'auth', 'auth_name'],
  sourceSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      path: { type: 'string', maxLength: 2000 },
      method: { enum: ['GET', 'POST'] },
      parameters: {
        type: 'object',
        additionalProperties: { type: ['string', 'number', 'boolean'] },
        maxProperties: 100,
      },
      body: {},
      format: { enum: ['json', 'ndjson', 'csv'] },
      delimiter: { type: 'string', minLength: 1, maxLength: 1 },
      records: pointer,
      pages: {
        type: 'object',
        additionalProperties: false,
        required: ['by'],
        properties: {
          by: { enum: ['link', 'offset', 'page', 'cursor'] },
          parameter: name,
          size: { type: 'integer', minimum: 1, maximum: 1_000_000 },
          size_parameter: name,
          start: { type: 'integer', minimum: 0 },
          next: pointer,
        },
      },
      cursor: {
        type: 'object',
        additionalProperties: false,
        required: ['parameter', 'field'],
        properties: {
          parameter: name,
          field: pointer,
          initial: { type: ['string', 'number'] },
          overlap: { type: 'number', minimum: 0 },
        },
      },
    },
  },
  checkConfig: (config, secretNames) => urlProblem(config.url) ?? authProblem(config, secretNames),
  checkSource: sourceProblem,
  test: async (connection, context) => {
    const answer = await send(connection, {}, connection.url, context);
    answer.body.on('error', () => undefined).destroy();
    const server = answer.headers.server;
    return server === undefined ? {} : { server };
  },
  read: readPages,
};

function authProblem(config: JsonObject, secretNames: readonly string[]): Problem | undefined {
  const auth = config.auth ?? 'none';
  if (auth === 'basic' && config.username === undefined)
    return { pointer: '/username', message: 'auth basic needs a username' };
  if ((auth === 'header' || auth === 'query') && config.auth_name === undefined)
    return {
      pointer: '/auth_name',
      message: `auth ${auth} needs auth_name, the name of the ${auth === 'header' ? 'header' : 'parameter'}`,
    };
  const secret = auth === 'basic' ? 'password' : auth === 'none' ? undefined : 'token';
  if (secret !== undefined && !secretNames.includes(secret))
    return { pointer: '/auth', message: `auth ${auth} needs the secret ${secret}` };
  const header = Object.keys((config.headers ?? {}) as JsonObject).find((one) => secretHeader.test(one));
  return header === undefined
    ? undefined
    : { pointer: `/headers/${header}`, message: `${header} belongs into auth and secrets, where it is kept sealed` };
}

const secretHeader = /^(authorization|cookie|proxy-authorization)$|token|key|secret|password/i;

function sourceProblem(source: JsonObject): Problem | undefined {
  const { method = 'GET', body, format = 'json', pages } = source as HttpSource;
  if (body !== undefined && method !== 'POST') return { pointer: '/body', message: 'a body needs the method POST' };
  if (pages === undefined) return undefined;
  const { by, parameter, size, next } = pages;
  if (by !== 'link' && parameter === undefined)
    return { pointer: '/pages/parameter', message: `pages by ${by} need the name of their parameter` };
  if (by === 'offset' && size === undefined)
    return { pointer: '/pages/size', message: 'pages by offset need their size' };
  if (by === 'cursor' && next === undefined)
    return { pointer: '/pages/next', message: 'pages by cursor need next, where the answer has it' };
  if (format !== 'json' && next !== undefined)
    return { pointer: '/pages/next', message: `an answer of ${format} has no place for next` };
  return undefined;
}
