import { Type } from '@fastify/type-provider-typebox';
import type { Context } from '../platform/context.ts';
import { type App, originOf, sendBlob } from '../platform/http/index.ts';
import type { Access } from '../resource/access.ts';
import { answerRun } from './answer-run.ts';
import { getDatasetFor } from './change-dataset.ts';
import type { Dataset, Revision } from './dataset.ts';
import { originalMissing, revisionNotFound } from './errors.ts';
import { answerIssues, issueQuery } from './issues/answer-issues.ts';
import { describeRevision } from './pure/describe-dataset.ts';
import { startRevision } from './start-revision.ts';
import { everything, findRevision } from './store.ts';
import { acknowledgementsOf, findUpload } from './uploads/store.ts';

const params = Type.Object({ id: Type.String(), n: Type.String() });
const noteBody = Type.Optional(
  Type.Union([
    Type.Null(),
    Type.Object({ note: Type.Optional(Type.String({ maxLength: 2000 })) }, { additionalProperties: false }),
  ]),
);

/** One revision; lists of them are a resource (revision.resource.ts). */
export function revisionRoutes(app: App, context: Context): void {
  const tags = ['revision'];
  const get = (access: Access, given: { id: string; n: string }, right = 'dataset.read') =>
    getRevisionFor(context, access, given, right);

  app.get('/api/v1/dataset/:id/revision/:n', { schema: { params, tags, summary: 'A revision' } }, async (request) => {
    const { revision } = await get(request.access, request.params);
    return describeRevision(revision, originOf(context, request));
  });

  for (const action of ['undo', 'restore'] as const) {
    app.post(
      `/api/v1/dataset/:id/revision/:n/${action}`,
      {
        config: { access: 'signed-in' },
        schema: { params, body: noteBody, tags, summary: `A new revision: ${action} this one` },
      },
      async (request, reply) => {
        const { dataset, revision } = await get(request.access, request.params, 'dataset.write');
        const runId = await startRevision(context, request, dataset, {
          action,
          n: revision.n,
          note: request.body?.note ?? '',
        });
        return answerRun(context, request, reply, runId);
      },
    );
  }

  for (const [url, which] of [
    ['/api/v1/dataset/:id/revision/:n/file', undefined],
    ['/api/v1/dataset/:id/file', 'latest'],
  ] as const) {
    app.get(
      url,
      {
        schema: {
          params: which === undefined ? params : Type.Object({ id: Type.String() }),
          tags,
          summary: 'The original file',
        },
      },
      async (request, reply) => {
        const given = request.params as { id: string; n?: string };
        const { revision } = await get(request.access, { id: given.id, n: given.n ?? 'latest' }, 'row.read');
        const upload = revision.uploadId && (await findUpload(context.db, revision.uploadId, everything));
        if (!upload) throw originalMissing(revision.n);
        return sendBlob(context, request, reply, {
          sha256: upload.blobSha256,
          bytes: upload.bytes,
          fileName: upload.fileName,
          mediaType: upload.mediaType,
        });
      },
    );
  }

  for (const [ending, format] of [
    ['', 'json'],
    ['.json', 'json'],
    ['.ndjson', 'ndjson'],
    ['.csv', 'csv'],
  ] as const) {
    app.get(
      `/api/v1/dataset/:id/revision/:n/issues${ending}`,
      { schema: { params, querystring: issueQuery, tags, summary: 'Issues of a revision' } },
      async (request, reply) => {
        const { revision } = await get(request.access, request.params, 'row.read');
        const acknowledgements =
          revision.uploadId === null ? [] : await acknowledgementsOf(context.db, revision.uploadId);
        const source = { sha256: revision.issuesSha256, counts: revision.issueCounts, acknowledgements };
        return answerIssues(context, reply, source, format, request.query);
      },
    );
  }
}

/** `n` is a number or `latest`. Issues and files hold values: they need `row.read`. */
export async function getRevisionFor(
  context: Context,
  access: Access,
  given: { id: string; n: string },
  right: string,
): Promise<{ dataset: Dataset; revision: Revision }> {
  const dataset = await getDatasetFor(context.db, access, given.id, right);
  const n = given.n === 'latest' ? 'latest' : /^\d{1,9}$/.test(given.n) ? Number(given.n) : undefined;
  const revision = n === undefined ? undefined : await findRevision(context.db, dataset.id, n);
  if (revision === undefined) throw revisionNotFound(given.n);
  return { dataset, revision };
}
