import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../platform/context.ts';
import { type App, toAppError } from '../platform/http/index.ts';

/**
 * The manners of the older spec store around routes (contract flows §2.1): error pages of HTML, or of JSON for who asks for
 * it; any body is taken and only JSON is read; a known address with a wrong method says so.
 */
export async function sourceScope(
  app: App,
  context: Context,
  prefix: string,
  routes: (scope: App) => void,
): Promise<void> {
  await app.register(
    async (scope) => {
      scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null, undefined));
      scope.setErrorHandler((error, request, reply) => {
        const refusal = toAppError(error, { bodyMaxBytes: context.config.flowSpecMaxBytes });
        if (refusal.status >= 500 && refusal.status !== 503)
          context.log.error({ err: error, requestId: request.id }, 'request failed');
        return errorPage(request, reply.headers(refusal.headers), refusal.status);
      });
      scope.setNotFoundHandler((request, reply) => errorPage(request, reply, 404));
      routes(scope as unknown as App);
    },
    { prefix },
  );
}

/** Answers 405 for whatever else is asked of a route; its body names it, as the older store's did. */
export function refuseOtherMethods(scope: App, url: string, allowed: readonly string[]): void {
  const answered = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed;
  scope.route({
    method: ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'].filter((method) => !answered.includes(method)),
    url,
    config: { ownAuthentication: true, csrf: false },
    schema: { hide: true },
    handler: async (request, reply) =>
      errorPage(request, reply.header('allow', [...answered, 'OPTIONS'].join(', ')), 405),
  });
}

/** Not imported: an import of node:http reads all its members, and one of them loads an HTTP client of two megabytes. */
const { STATUS_CODES: reasons } = process.getBuiltinModule('node:http');

export function errorPage(request: FastifyRequest, reply: FastifyReply, status: number): FastifyReply {
  const text = `${status} ${reasons[status] ?? 'Error'}`;
  reply.code(status);
  if (/\bapplication\/json\b/.test(request.headers.accept ?? ''))
    return reply.type('application/json; charset=utf-8').send(JSON.stringify({ success: false, errors: [text] }));
  return reply
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>\n<html lang="en"><title>${text}</title><h1>${text}</h1></html>\n`);
}
