import { Type } from '@fastify/type-provider-typebox';
import { recordAudit } from '../platform/audit/index.ts';
import type { Context } from '../platform/context.ts';
import { forLargeWork, type Tx } from '../platform/db/index.ts';
import { type App, type DecodedText, readTextFiles } from '../platform/http/index.ts';
import { noObject, replyOnce } from '../resource/index.ts';
import { exportMappings, importMappings } from './import-mappings.ts';
import { contentTypes, mappingStatuses } from './mapping-store.ts';
import { previewMapping } from './preview-mapping.ts';
import { countAmbiguous, findMapping, historyOfMapping, reviewCodes } from './review-store.ts';
import { undoDocument } from './undo-document.ts';

const id = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
const one = Type.Object({ id });
const nothing = Type.Object({}, { additionalProperties: false });
const oneOf = <const Words extends readonly string[]>(words: Words) =>
  Type.Union(words.map((word) => Type.Literal(word)) as unknown as [ReturnType<typeof Type.Literal<Words[number]>>]);

/** Suggestions this good are taken by filter, without being looked at one by one. */
const surely = 0.8;

const reviewBody = Type.Object(
  {
    decision: oneOf(['accept', 'unmap', 'ignore', 'restore'] as const),
    ids: Type.Optional(Type.Array(id, { maxItems: 100_000 })),
    document_id: Type.Optional(id),
    content_type: Type.Optional(oneOf(contentTypes)),
    status: Type.Optional(oneOf(mappingStatuses)),
    contains: Type.Optional(Type.String({ maxLength: 200 })),
    min_score: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: `Default ${surely} for accept, unless ids name the codes: what is less alike waits for a person.`,
      }),
    ),
    reason: Type.Optional(oneOf(['code', 'name', 'alias', 'folded', 'zeros', 'similar'] as const)),
    dry_run: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

/** The review of codes, many at once and one by one; taking a document back. */
export async function reviewRoutes(app: App, context: Context): Promise<void> {
  const signedIn = { access: 'signed-in' } as const;

  app.post(
    '/api/v1/source_object_map/apply',
    {
      config: signedIn,
      schema: { body: reviewBody, summary: 'Decide over every code a filter finds', tags: ['source_object_map'] },
    },
    (request, reply) => {
      const { decision, dry_run: isDry = false, ...filter } = request.body;
      const minScore = filter.min_score ?? (decision === 'accept' && filter.ids === undefined ? surely : undefined);
      const work = async (tx: Tx) => {
        const asked = {
          ids: filter.ids,
          documentId: filter.document_id,
          contentType: filter.content_type,
          status: filter.status,
          contains: filter.contains,
          minScore,
          reason: filter.reason,
        };
        const ambiguous = decision === 'accept' ? await countAmbiguous(tx, request.access, asked) : undefined;
        const reviewed = await reviewCodes(tx, request.access, asked, decision);
        const after = { ...request.body, total_count: reviewed.length };
        await recordAudit(tx, request.access, [
          { action: 'source_object_map.apply', object: 'source_object_map', after },
        ]);
        const meta = {
          dry_run: isDry,
          total_count: reviewed.length,
          ...(minScore === undefined ? {} : { min_score: minScore }),
          ...(ambiguous === undefined ? {} : { ambiguous }),
        };
        return { meta, objects: reviewed, error: null };
      };
      return replyOnce(context.db, request, reply, work, { dryRun: isDry });
    },
  );

  app.get(
    '/api/v1/source_object_map/:id/preview',
    {
      config: signedIn,
      schema: {
        params: one,
        querystring: Type.Object(
          { master_object_id: Type.Integer({ minimum: -1, maximum: 2_147_483_647 }) },
          { additionalProperties: false },
        ),
        summary: 'What would change if the code meant something else',
        tags: ['source_object_map'],
      },
    },
    (request) => previewMapping(context, request.access, request.params.id, request.query.master_object_id),
  );

  app.get(
    '/api/v1/source_object_map/:id/history',
    {
      config: signedIn,
      schema: { params: one, querystring: nothing, summary: 'What a code has meant', tags: ['source_object_map'] },
    },
    async (request) => {
      const { id: mapId } = request.params;
      if ((await findMapping(context.db, mapId, request.access)) === undefined) {
        throw noObject('source_object_map', mapId);
      }
      const objects = await historyOfMapping(context.db, mapId, request.access);
      return { meta: { total_count: objects.length }, objects, error: null };
    },
  );

  app.get(
    '/api/v1/source_object_map/export',
    {
      config: signedIn,
      schema: {
        querystring: Type.Object({ content_type: Type.Optional(oneOf(contentTypes)) }, { additionalProperties: false }),
        summary: 'What is mapped, as CSV',
        tags: ['source_object_map'],
      },
    },
    async (request, reply) => {
      const text = await exportMappings(context, request.access, request.query.content_type);
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="mappings.csv"')
        .send(text);
    },
  );

  app.post(
    '/api/v1/source_doc/:id/undo',
    {
      config: signedIn,
      schema: {
        params: one,
        querystring: nothing,
        body: Type.Optional(
          Type.Union([
            Type.Null(),
            Type.Object({ undone: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
          ]),
        ),
        summary: 'Take back all a document says, or put it back',
        tags: ['source_doc'],
      },
    },
    (request, reply) =>
      replyOnce(forLargeWork(context.db), request, reply, (tx) =>
        undoDocument(context, tx, request.access, request.params.id, request.body?.undone),
      ),
  );

  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    readTextFiles(scope, '*');
    scope.post(
      '/api/v1/source_object_map/import',
      {
        config: signedIn,
        schema: {
          querystring: Type.Object({ dry_run: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
          summary: 'Mappings from CSV',
          tags: ['source_object_map'],
        },
      },
      (request, reply) => {
        const file = (request.body as DecodedText | undefined) ?? { text: '' };
        const { dry_run: isDry = false } = request.query as { dry_run?: boolean };
        const work = async (tx: Tx) => {
          const imported = await importMappings(tx, request.access, file, isDry);
          const after = imported.meta;
          await recordAudit(tx, request.access, [
            { action: 'source_object_map.import', object: 'source_object_map', after },
          ]);
          return imported;
        };
        return replyOnce(context.db, request, reply, work, { dryRun: isDry });
      },
    );
  });
}
