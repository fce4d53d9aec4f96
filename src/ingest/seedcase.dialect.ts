import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../platform/context.ts';
import { AppError, problemOf } from '../platform/errors/index.ts';
import { type App, toAppError } from '../platform/http/index.ts';
import { pushRecords } from './push-records.ts';
import { receiveUpload } from './receive-upload.ts';
import { addUploadRoute, streamBodies } from './upload-scope.ts';

/**
 * The Seedcase input routes (data-api.md §2): the native upload under other addresses. Here an error's body is the
 * message itself as a JSON string, unless the client asks for problem+json.
 */
export async function seedcaseInputRoutes(app: App, context: Context): Promise<void> {
  const prefixes = context.config.seedcaseRoot ? ['/compat/seedcase', ''] : ['/compat/seedcase'];
  for (const prefix of prefixes) {
    await app.register(async (scope) => {
      streamBodies(scope as App);
      scope.setErrorHandler((error, request, reply) => refuse(context, prefix, error, request, reply));
      const hide = prefix === '';
      for (const [url, method] of [
        ['/api/raw_data_file_upload', ['PUT', 'POST']],
        ['/data/raw/file', ['POST']],
      ] as const) {
        addUploadRoute(
          scope as App,
          context,
          { method: [...method], url: `${prefix}${url}`, hide, about: 'Upload a file (Seedcase)' },
          (arrival) => receiveUpload(context, arrival),
        );
      }
      for (const [url, method] of [
        ['/api/post_raw_data', ['POST', 'PUT']],
        ['/data/raw', ['POST']],
      ] as const) {
        addUploadRoute(
          scope as App,
          context,
          { method: [...method], url: `${prefix}${url}`, hide, about: 'Send records as JSON (Seedcase)' },
          async (arrival) => [await pushRecords(context, arrival)],
        );
      }
    });
  }
}

function refuse(
  context: Context,
  prefix: string,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = inSeedcaseWords(toAppError(thrown, context.config), request.url.slice(prefix.length));
  if (error.status >= 500) context.log.error({ err: thrown, requestId: request.id }, 'request failed');
  reply.code(error.status).headers(error.headers);
  if (/\bapplication\/problem\+json\b/.test(request.headers.accept ?? '')) {
    return reply.type('application/problem+json').send(JSON.stringify(problemOf(error, request.id)));
  }
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(error.message));
}

/** §2.1: who may not come in learns one thing only; an unknown project is 400 on `/api/*`, 404 elsewhere. */
function inSeedcaseWords(error: AppError, path: string): AppError {
  if (error.status === 401 || (error.status === 403 && error.code !== 'option_needs_editor')) {
    return new AppError(error.status, error.code, 'Failed access control check', { headers: error.headers });
  }
  if (error.code === 'project_not_found' && path.startsWith('/api/')) {
    return new AppError(400, error.code, error.message);
  }
  return error;
}
