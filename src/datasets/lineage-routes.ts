import { Type } from '@fastify/type-provider-typebox';
import type { Context } from '../platform/context.ts';
import { type App, originOf } from '../platform/http/index.ts';
import { getDatasetFor } from './change-dataset.ts';
import { compareRevisions } from './compare-revisions.ts';
import { getRevisionFor } from './revision-routes.ts';
import { batchesOfRevision, findRevision } from './store.ts';
import { historyOfRow, originOfRow, rowKeyOf, traceRow } from './trace-row.ts';

const params = Type.Object({ id: Type.String() });

/** Where things come from: files of a revision, the file and row of a row, its history, what two revisions differ in. */
export function lineageRoutes(app: App, context: Context): void {
  const tags = ['dataset'];

  app.get(
    '/api/v1/dataset/:id/lineage',
    {
      schema: {
        params,
        querystring: Type.Object(
          {
            revision: Type.Optional(Type.String()),
            key: Type.Optional(Type.String({ description: 'One row, by its key as JSON' })),
            rev: Type.Optional(Type.Integer({ minimum: 1, description: 'One row, by the hidden columns _rev' })),
            row: Type.Optional(Type.Integer({ minimum: 1, description: 'and _row' })),
          },
          { additionalProperties: false },
        ),
        tags,
        summary: 'The files a revision is made of; of one row: its file and place in it',
      },
    },
    async (request) => {
      const { key, rev, row, revision: n = 'latest' } = request.query;
      const origin = originOf(context, request);
      const { dataset, revision } = await getRevisionFor(
        context,
        request.access,
        { id: request.params.id, n },
        'row.read',
      );
      if (key !== undefined) return traceRow(context, revision, rowKeyOf(revision, key), origin);
      if (rev !== undefined) {
        const { revision: source } = await getRevisionFor(
          context,
          request.access,
          { id: dataset.id, n: String(rev) },
          'row.read',
        );
        return originOfRow(context, source, row ?? null, origin);
      }
      const parts = [];
      for (const batch of await batchesOfRevision(context.db, dataset.id, revision.n)) {
        const source = await findRevision(context.db, dataset.id, batch.position);
        if (source !== undefined)
          parts.push({ ...(await originOfRow(context, source, null, origin)), mode: batch.mode, rows: batch.rows });
      }
      return { dataset: dataset.id, revision: revision.n, sha256: revision.tableSha256, parts };
    },
  );

  app.get(
    '/api/v1/dataset/:id/history',
    {
      schema: {
        params,
        querystring: Type.Object({ key: Type.String() }, { additionalProperties: false }),
        tags,
        summary: 'A row through time',
      },
    },
    async (request) => {
      const dataset = await getDatasetFor(context.db, request.access, request.params.id, 'row.read');
      const key = rowKeyOf(dataset, request.query.key);
      return { key, items: await historyOfRow(context, dataset, key) };
    },
  );

  app.get(
    '/api/v1/dataset/:id/diff',
    {
      schema: {
        params,
        querystring: Type.Object(
          {
            from: Type.String(),
            to: Type.String({ default: 'latest' }),
            limit: Type.Integer({ minimum: 0, maximum: 10_000, default: 100 }),
          },
          { additionalProperties: false },
        ),
        tags,
        summary: 'What changed between two revisions',
      },
    },
    async (request) => {
      const { from, to, limit } = request.query;
      const get = (n: string) => getRevisionFor(context, request.access, { id: request.params.id, n }, 'row.read');
      const [before, after] = [await get(from), await get(to)];
      return compareRevisions(context, before.revision, after.revision, limit);
    },
  );
}
