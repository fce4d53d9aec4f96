import { Type } from '@fastify/type-provider-typebox';
import type { Context } from '../../platform/context.ts';
import { type App, originOf, sendBlob } from '../../platform/http/index.ts';
import type { Access } from '../../resource/access.ts';
import { forbidden } from '../../resource/index.ts';
import { findRun } from '../../runs/index.ts';
import { acknowledgementNotFound, issueNotFound, nothingQuarantined, uploadNotFound } from '../errors.ts';
import { answerIssues, issueQuery } from '../issues/answer-issues.ts';
import { describeUpload } from '../pure/describe-upload.ts';
import { countedIssues } from '../pure/issue-filter.ts';
import {
  acknowledgementsOf,
  deleteAcknowledgement,
  findUpload,
  insertAcknowledgement,
  uploadsChangeable,
  uploadsReadable,
  uploadsWith,
} from './store.ts';
import type { Upload } from './upload.ts';

const params = Type.Object({ id: Type.String() });
const acknowledgementBody = Type.Object(
  {
    code: Type.String({ minLength: 1 }),
    column: Type.Optional(Type.String()),
    row: Type.Optional(Type.Integer({ minimum: 1 })),
    reason: Type.String({ minLength: 1, maxLength: 2000 }),
  },
  { additionalProperties: false },
);

/** One upload and what was found in it. A contributor sees the own ones only: `uploadsWith` says so. */
export function uploadRoutes(app: App, context: Context): void {
  const tags = ['upload'];

  app.get('/api/v1/upload/:id', { schema: { params, tags, summary: 'An upload' } }, async (request) => {
    const upload = await getUploadFor(context, request.access, request.params.id);
    const run = upload.runId === null ? undefined : await findRun(context.db, upload.runId);
    return {
      ...describeUpload(upload, run, originOf(context, request)),
      preview: await previewFor(context, request.access, upload),
    };
  });

  app.get(
    '/api/v1/upload/:id/file',
    { schema: { params, tags, summary: 'The file as it came' } },
    async (request, reply) => {
      const upload = await getUploadToOpen(context, request.access, request.params.id);
      return sendBlob(context, request, reply, {
        sha256: upload.blobSha256,
        bytes: upload.bytes,
        fileName: upload.fileName,
        mediaType: upload.mediaType,
      });
    },
  );

  app.get(
    '/api/v1/upload/:id/quarantine',
    { schema: { params, tags, summary: 'Rejected rows with their original columns and _error' } },
    async (request, reply) => {
      const upload = await getUploadToOpen(context, request.access, request.params.id);
      const stored = upload.rejectsSha256 === null ? undefined : await context.blobs.stat(upload.rejectsSha256);
      if (upload.rejectsSha256 === null || stored === undefined) throw nothingQuarantined(upload.id);
      return sendBlob(context, request, reply, {
        sha256: upload.rejectsSha256,
        bytes: stored.bytes,
        fileName: `rejected-${upload.fileName.replace(/\.[a-z0-9.]{1,10}$/i, '')}.csv`,
        mediaType: 'text/csv; charset=utf-8',
      });
    },
  );

  for (const [ending, format] of [
    ['', 'json'],
    ['.json', 'json'],
    ['.ndjson', 'ndjson'],
    ['.csv', 'csv'],
  ] as const) {
    app.get(
      `/api/v1/upload/:id/issues${ending}`,
      { schema: { params, querystring: issueQuery, tags, summary: 'What was found wrong in the file' } },
      async (request, reply) => {
        const upload = await getUploadToOpen(context, request.access, request.params.id);
        const acknowledgements = await acknowledgementsOf(context.db, upload.id);
        const source = { sha256: upload.issuesSha256, counts: upload.issueCounts, acknowledgements };
        return answerIssues(context, reply, source, format, request.query);
      },
    );
  }

  app.get(
    '/api/v1/upload/:id/issues/summary',
    { schema: { params, tags, summary: 'Exact counts by code and column' } },
    async (request) => {
      const upload = await getUploadFor(context, request.access, request.params.id);
      const acknowledgements = await acknowledgementsOf(context.db, upload.id);
      const summary = (upload.issueCounts?.groups ?? []).map((group) => ({
        ...group,
        acknowledged: acknowledgements.some(
          (entry) => entry.row === null && entry.code === group.code && (entry.column ?? group.column) === group.column,
        ),
      }));
      return { summary, listed: upload.issueCounts?.listed ?? 0, acknowledgements };
    },
  );

  app.post(
    '/api/v1/upload/:id/acknowledgement',
    {
      config: { access: 'signed-in' },
      schema: { params, body: acknowledgementBody, tags, summary: 'Say why issues of a kind are all right' },
    },
    async (request, reply) => {
      const { access, body } = request;
      const upload = await getUploadToChange(context, access, request.params.id);
      const kind = { code: body.code, ...(body.column === undefined ? {} : { column: body.column }) };
      if (countedIssues(upload.issueCounts?.groups ?? [], kind) === 0) throw issueNotFound(body.code);
      const entry = {
        id: context.newId(),
        uploadId: upload.id,
        code: body.code,
        column: body.column ?? null,
        row: body.row ?? null,
        reason: body.reason,
        userId: access.userId,
      };
      await context.db.transaction((tx) => insertAcknowledgement(tx, entry));
      return reply.code(201).send(entry);
    },
  );

  app.delete(
    '/api/v1/upload/:id/acknowledgement/:entry',
    {
      config: { access: 'signed-in' },
      schema: { params: Type.Object({ id: Type.String(), entry: Type.String() }), tags, summary: 'Take the word back' },
    },
    async (request, reply) => {
      const upload = await getUploadToChange(context, request.access, request.params.id);
      const { entry } = request.params;
      const removed = uuid.test(entry) ? await deleteAcknowledgement(context.db, upload.id, entry) : 0;
      if (removed === 0) throw acknowledgementNotFound(entry);
      return reply.code(204).send();
    },
  );
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Throws `upload_not_found` also for what the caller may not see. */
export async function getUploadFor(context: Context, access: Access, id: string): Promise<Upload> {
  const upload = uuid.test(id) ? await findUpload(context.db, id, uploadsWith(access, 'upload.read')) : undefined;
  if (upload === undefined) throw uploadNotFound(id);
  return upload;
}

/** The same for who changes what becomes of it: those who may add rows. Throws `forbidden` where it is only visible. */
export async function getUploadToChange(context: Context, access: Access, id: string): Promise<Upload> {
  const upload = await getUploadFor(context, access, id);
  if ((await findUpload(context.db, id, uploadsChangeable(access))) === undefined) throw forbidden();
  return upload;
}

/** The same for who looks at what is in it. Throws `forbidden` where it is only visible, as to an administrator. */
async function getUploadToOpen(context: Context, access: Access, id: string): Promise<Upload> {
  const upload = await getUploadFor(context, access, id);
  if ((await findUpload(context.db, id, uploadsWith(access, 'upload.open'))) === undefined) throw forbidden();
  return upload;
}

/**
 * What a reviewer sees. Rows that are there already (old values of changed keys) and previews are for those who may read
 * rows; a contributor learns counts.
 */
export async function previewFor(context: Context, access: Access, upload: Upload): Promise<Upload['preview']> {
  if (upload.preview === null) return null;
  const readable = await findUpload(context.db, upload.id, uploadsReadable(access));
  if (readable !== undefined) return upload.preview;
  const { rows: _, changes: __, ...rest } = upload.preview;
  return rest;
}
