import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { requireSignedIn } from '../accounts/index.ts';
import { closeTables } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { AppError } from '../platform/errors/index.ts';
import type { App } from '../platform/http/index.ts';
import { type DownloadAddress, issueDownloadToken } from './download-tokens/issue-download-token.ts';
import { redeemDownloadToken } from './download-tokens/redeem-download-token.ts';
import { rowsQuerySchema } from './query-schema.ts';
import { sendDescriptor } from './send-descriptor.ts';
import { sendProject } from './send-project.ts';
import { sendRowsOf } from './send-rows.ts';
import { sendFacets, sendStatistics } from './send-summaries.ts';

type Send = (
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  revision: number | undefined,
) => Promise<FastifyReply>;

/** Ways out under `/api/v1`. Who may read is decided with the dataset, in the statement that finds it. */
export function exportRoutes(app: App, context: Context): void {
  app.addHook('onClose', () => closeTables(context));

  const perRevision: [string, string, Send][] = [
    ['datapackage.json', 'The Data Package descriptor of the rows', sendDescriptor],
    ['facets', 'The most frequent values of columns', sendFacets],
    ['statistics', 'A summary of each column', sendStatistics],
    ['data', 'Rows, in the format that Accept or format= asks for', rowsSender],
    ['data.:ext', 'Rows as json, ndjson, csv, parquet, xlsx, or zip (a Data Package)', rowsSender],
  ];
  for (const [name, summary, send] of perRevision) {
    for (const at of ['', '/revision/:n']) {
      app.get(
        `/api/v1/dataset/:id${at}/${name}`,
        { schema: { summary, tags: ['rows'], querystring: rowsQuerySchema } },
        (request, reply) =>
          reading(context, request, () => {
            const { id, n } = request.params as { id: string; n?: string };
            return send(context, request, reply, id, n === undefined || n === 'latest' ? undefined : revisionNumber(n));
          }),
      );
    }
  }

  app.get(
    '/api/v1/project/:id/data.zip',
    { schema: { summary: 'Every readable dataset of a project as one Data Package', tags: ['rows'] } },
    (request, reply) =>
      reading(context, request, () => sendProject(context, request, reply, (request.params as { id: string }).id)),
  );

  app.post(
    '/api/v1/download_token',
    {
      config: { access: 'signed-in' },
      schema: {
        summary: 'A token for one download by a plain link',
        description:
          'Good for one GET of exactly this path and query within five minutes, as the query parameter auth_token.',
        tags: ['rows'],
        body: Type.Object(
          {
            path: Type.String({ minLength: 1, maxLength: 4096 }),
            query: Type.Optional(
              Type.Union([Type.String({ maxLength: 16_384 }), Type.Record(Type.String(), Type.Unknown())]),
            ),
          },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const { path, query } = request.body as { path: string; query?: DownloadAddress['query'] };
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send(await issueDownloadToken(context, request, { path, query: query ?? '' }));
    },
  );
}

const rowsSender: Send = (context, request, reply, id, revision) =>
  sendRowsOf(context, request, reply, id, {
    revision,
    suffix: (request.params as { ext?: string }).ext,
    envelope: 'native',
    attachment: undefined,
  });

/** No such number: one that no revision has. */
const revisionNumber = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : 0);

/** Accepts a download token; and whoever showed no valid credential hears of that before of what they may not see. */
export async function reading<T>(context: Context, request: FastifyRequest, work: () => Promise<T>): Promise<T> {
  await redeemDownloadToken(context, request);
  try {
    return await work();
  } catch (error) {
    const closed =
      error instanceof AppError &&
      (error.status === 403 || ['dataset_not_found', 'project_not_found'].includes(error.code));
    if (closed) requireSignedIn(request);
    throw error;
  }
}
