import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { AppError } from '../../platform/errors/index.ts';
import { type App, toAppError } from '../../platform/http/index.ts';
import { checkNarrowing, type SignedIn } from '../access/demand.ts';
import type { Auth, Refusal } from '../sessions/authenticate.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
const methods: Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const bodyMaxBytes = 1024 * 1024;

/** A refusal with exactly this body: `{"error":"…"}` of the application, or `{"msg":"…"}` of the token layer. */
export class DmptoolRefusal extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(status: number, body: Record<string, unknown>, headers: Record<string, string> = {}) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

export interface DmptoolRoute {
  method: Method;
  url: string;
  handler: (request: FastifyRequest, reply: FastifyReply) => unknown;
}

/**
 * Serves routes in the dmptool dialect (contract plans §2.1) at `/compat/dmptool` and, unless switched off, at the
 * root: bodies read as JSON whatever their type, its two error shapes, its 405, and its token check, which comes before
 * everything else. Also for the plan routes of that contract.
 */
export async function dmptoolScope(app: App, context: Context, routes: DmptoolRoute[]): Promise<void> {
  for (const prefix of [...(context.config.dmptoolRoot ? [''] : []), '/compat/dmptool']) {
    await app.register(
      async (scope) => {
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyMaxBytes }, (_request, body, done) =>
          done(null, body),
        );
        scope.addHook('onRequest', async (request) => {
          checkPresentedToken(request.auth);
          if (request.auth.kind === 'token') checkNarrowing(request, request.auth);
        });
        scope.setErrorHandler((error, request, reply) => refuse(context, error, request, reply));
        for (const url of new Set(routes.map((route) => route.url))) {
          addUrl(
            scope as unknown as App,
            url,
            routes.filter((route) => route.url === url),
          );
        }
      },
      { prefix },
    );
  }
}

function addUrl(scope: App, url: string, routes: DmptoolRoute[]): void {
  const config = { ownAuthentication: true, csrf: false } as const;
  const allowed = routes.map(({ method }) => method);
  for (const { method, handler } of routes) {
    scope.route({ method, url, config, handler: async (request, reply) => handler(request, reply) });
  }
  const allow = [...allowed, ...(allowed.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  scope.route({
    method: methods.filter((method) => !allowed.includes(method)),
    url,
    config,
    schema: { hide: true },
    handler: async () => {
      throw new DmptoolRefusal(405, { error: 'Method not allowed.' }, { allow });
    },
  });
}

/** The one who presents an access token or a personal access token; a cookie counts for nothing here. */
export function requireDmptoolUser(request: FastifyRequest): SignedIn {
  const { auth } = request;
  if (auth.kind === 'session' || auth.kind === 'token' || auth.kind === 'client') return auth;
  throw auth.kind === 'refused' ? tokenRefusal(auth.reason) : missingHeader(request);
}

/** 401 without a header; 422 with one that is not `Bearer` and one token. */
export function missingHeader(request: FastifyRequest): DmptoolRefusal {
  const { authorization } = request.headers;
  if (authorization === undefined || /^(bearer(\s+(null|undefined|"")?)?)?\s*$/i.test(authorization)) {
    return new DmptoolRefusal(401, { msg: 'Missing Authorization Header' });
  }
  return new DmptoolRefusal(422, { msg: "Bad Authorization header. Expected value 'Bearer <JWT>'" });
}

/** The body as a JSON object; undefined for anything else. */
export function jsonObjectOf(request: FastifyRequest): Record<string, unknown> | undefined {
  if (!Buffer.isBuffer(request.body)) return undefined;
  try {
    const value: unknown = JSON.parse(request.body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A bad Bearer on any of these routes ends the request; a refresh token is looked at again by `/refresh`. */
function checkPresentedToken(auth: Auth): void {
  if (auth.kind !== 'refused' || auth.reason === 'unreadable_header' || auth.reason === 'wrong_type') return;
  throw tokenRefusal(auth.reason);
}

const tokenRefusals: Record<Refusal, [number, Record<string, string>]> = {
  not_enough_segments: [422, { msg: 'Not enough segments' }],
  bad_signature: [422, { msg: 'Signature verification failed' }],
  malformed: [422, { msg: 'Invalid token' }],
  unknown_token: [422, { msg: 'Invalid token' }],
  unreadable_header: [422, { msg: "Bad Authorization header. Expected value 'Bearer <JWT>'" }],
  expired: [401, { msg: 'Token has expired' }],
  revoked: [401, { msg: 'Token has been revoked' }],
  wrong_type: [422, { msg: 'Only access tokens are allowed' }],
  account_gone: [401, { error: 'Unauthenticated. Error in the token.' }],
};

export function tokenRefusal(reason: Refusal): DmptoolRefusal {
  const [status, body] = tokenRefusals[reason];
  return new DmptoolRefusal(status, body);
}

function refuse(context: Context, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof DmptoolRefusal) return reply.code(error.status).headers(error.headers).send(error.body);
  const known = toAppError(error, context.config);
  if (known.status === 413) return reply.code(413).send({ error: 'Request body too large.' });
  if (known.status < 500 && known instanceof AppError) {
    return reply.code(known.status).headers(known.headers).send({ error: known.message });
  }
  context.log.error({ err: error, requestId: request.id }, 'request failed');
  return reply.code(known.status).headers(known.headers).send({ error: 'Internal server error.' });
}
