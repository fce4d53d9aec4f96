import type { FastifyReply, FastifyRequest } from 'fastify';
import { getProject, requireSignedIn } from '../accounts/index.ts';
import { type Parameters, type ReadDataset, readableDatasets, SelectionProblem, single } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { AppError, problemOf } from '../platform/errors/index.ts';
import { type App, toAppError } from '../platform/http/index.ts';
import { nearest } from '../resource/index.ts';
import { datasetNotNamed, datasetUnknown, downloadFailed, generatedFileUnknown, projectNotNamed } from './errors.ts';
import { refusing } from './parse-rows-request.ts';
import { rowsQuerySchema } from './query-schema.ts';
import { reading } from './routes.ts';
import { sendProject } from './send-project.ts';
import { sendRows } from './send-rows.ts';

/**
 * The Seedcase output routes (data-api.md §2): native reading under other addresses. JSON is the array of rows, an
 * error's body is the message itself as plain text, unless the client asks for problem+json.
 */
export async function seedcaseOutputRoutes(app: App, context: Context): Promise<void> {
  const prefixes = context.config.seedcaseRoot ? ['/compat/seedcase', ''] : ['/compat/seedcase'];
  for (const prefix of prefixes) {
    await app.register(async (scope) => {
      scope.setErrorHandler((error, request, reply) => refuse(context, error, request, reply));
      const hide = prefix === '';
      const schema = { tags: ['seedcase'], hide, querystring: rowsQuerySchema };
      for (const url of ['/api/download_file', '/api/download_file.:ext']) {
        scope.get(prefix + url, { schema: { ...schema, summary: 'Download rows (Seedcase)' } }, (request, reply) =>
          download(context, request, reply, 'output_data'),
        );
      }
      scope.get(
        `${prefix}/api/get_data`,
        { schema: { ...schema, summary: 'Read rows at once (Seedcase)' } },
        (request, reply) => {
          const { id } = request.query as Parameters;
          if (id !== undefined) throw generatedFileUnknown(String(id));
          return download(context, request, reply, undefined);
        },
      );
    });
  }
}

/** §2.1: access, then the project, then the data. */
function download(context: Context, request: FastifyRequest, reply: FastifyReply, attachment: string | undefined) {
  return reading(context, request, () =>
    refusing(async () => {
      requireSignedIn(request);
      const parameters = request.query as Parameters;
      const { ext } = request.params as { ext?: string };
      const project = await getProject(context, request.access, projectOf(parameters), 'row.read');
      const name = single(parameters, 'dataset');
      const format = ext ?? single(parameters, 'format');
      if (name === undefined && format?.toLowerCase() === 'zip')
        return sendProject(context, request, reply, project.id);
      const dataset = datasetOf(await readableDatasets(context, request.access, project.id), name);
      const revision = revisionOf(single(parameters, 'revision'));
      return sendRows(context, request, reply, dataset, { revision, suffix: ext, envelope: 'array', attachment });
    }),
  );
}

function projectOf(parameters: Parameters): string {
  const given = [...new Set([parameters.project_id ?? []].flat())].filter((id) => id !== '');
  if (given.length === 1) return given[0]!;
  throw projectNotNamed(given.length === 0 ? undefined : 'project_id is given twice, with different values.');
}

/** By name, uuid or number; may be left out where there is only one. */
function datasetOf(datasets: readonly ReadDataset[], given: string | undefined): ReadDataset {
  const names = datasets.map(({ name }) => name);
  if (given === undefined || given === '') {
    if (datasets.length !== 1) throw datasetNotNamed(names);
    return datasets[0]!;
  }
  const found =
    datasets.find(({ name }) => name === given) ??
    datasets.find(({ id, number }) => id === given.toLowerCase() || String(number) === given);
  if (found !== undefined) return found;
  const like = nearest(given, names);
  throw datasetUnknown(given, like === undefined ? undefined : `Did you mean '${like}'?`);
}

function revisionOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '' || text === 'latest') return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new SelectionProblem('revision', 'invalid_parameter', `'revision' is a number or latest, not '${text}'`);
}

function refuse(context: Context, thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = inSeedcaseWords(toAppError(thrown, context.config));
  if (error.status >= 500) context.log.error({ err: thrown, requestId: request.id }, 'request failed');
  for (const name of ['etag', 'link', 'content-length', 'content-disposition']) reply.removeHeader(name);
  reply.code(error.status).headers(error.headers);
  if (/\bapplication\/problem\+json\b/.test(request.headers.accept ?? '')) {
    return reply.type('application/problem+json').send(JSON.stringify(problemOf(error, request.id)));
  }
  return reply.type('text/plain; charset=utf-8').send(error.message);
}

/** Statuses that say more than "the download failed" and stay what they are. */
const ownStatuses = [406, 413, 416, 429];

/** §2.1: who may not come in learns one thing only; whatever stands in the way of the data is a failed download. */
function inSeedcaseWords(error: AppError): AppError {
  const { status, code, headers, hint, extra, errors } = error;
  const kept = { headers, extra, errors, ...(hint === undefined ? {} : { hint }) };
  if (status === 401 || status === 403) return new AppError(status, code, 'Failed access control check', { headers });
  if (code === 'project_not_found') return new AppError(400, code, error.message, kept);
  if (code === 'project_not_named' || code === 'generated_file_unknown' || status >= 500) return error;
  const failed = downloadFailed(error.message);
  return new AppError(ownStatuses.includes(status) ? status : 400, code, failed.message, kept);
}
