import { Type } from '@fastify/type-provider-typebox';
import { type AuditEntry, recordAudit } from '../platform/audit/index.ts';
import type { Context } from '../platform/context.ts';
import { type App, originOf } from '../platform/http/index.ts';
import { changeDataset, type DatasetChange, getDatasetFor } from './change-dataset.ts';
import type { Dataset } from './dataset.ts';
import { datasetNameTaken, datasetNotFound } from './errors.ts';
import { describeDataset } from './pure/describe-dataset.ts';
import { datasetsWith, findDeletedDataset, findRevision, markDatasetDeleted, markDatasetRestored } from './store.ts';

const params = Type.Object({ id: Type.String() });
const objectOf = () => Type.Record(Type.String(), Type.Unknown());
const changeBody = Type.Object(
  {
    name: Type.Optional(Type.String()),
    title: Type.Optional(Type.String({ maxLength: 500 })),
    description: Type.Optional(Type.String({ maxLength: 20_000 })),
    metadata: Type.Optional(objectOf()),
    settings: Type.Optional(objectOf()),
    schema: Type.Optional(
      Type.Object({ fields: Type.Array(Type.Object({ name: Type.String(), type: Type.String() })) }),
    ),
    key: Type.Optional(Type.Array(Type.String(), { uniqueItems: true })),
    reading: Type.Optional(objectOf()),
    recipe: Type.Optional(Type.Array(Type.Unknown())),
  },
  { additionalProperties: false },
);

/**
 * One dataset; lists of them are a resource (dataset.resource.ts). `check` refuses what the modules that take files in
 * could not work with.
 */
export function datasetRoutes(app: App, context: Context, check: (change: DatasetChange) => void): void {
  const tags = ['dataset'];

  app.get('/api/v1/dataset/:id', { schema: { params, tags, summary: 'A dataset' } }, async (request, reply) => {
    const dataset = await getDatasetFor(context.db, request.access, request.params.id, 'dataset.read');
    const latest = await findRevision(context.db, dataset.id, 'latest');
    reply.header('etag', `"${dataset.latestRevision}"`);
    return describeDataset(dataset, latest, originOf(context, request));
  });

  app.patch(
    '/api/v1/dataset/:id',
    {
      config: { access: 'signed-in' },
      schema: { params, body: changeBody, tags, summary: 'Change names, metadata, and how the next file is read' },
    },
    async (request) => {
      const { access, params, body } = request;
      // Whoever may not change the dataset hears that first.
      await getDatasetFor(context.db, access, params.id, 'dataset.write');
      check(body);
      const dataset = await context.db.transaction(async (tx) => {
        const changed = await changeDataset(tx, access, params.id, body);
        await recordAudit(tx, access, [{ ...auditOf(changed, 'update'), after: { fields: Object.keys(body) } }]);
        return changed;
      });
      return describeDataset(dataset, await findRevision(context.db, dataset.id, 'latest'), originOf(context, request));
    },
  );

  app.delete(
    '/api/v1/dataset/:id',
    { config: { access: 'signed-in' }, schema: { params, tags, summary: 'Delete a dataset; it can be restored' } },
    async (request, reply) => {
      const { access, params } = request;
      await context.db.transaction(async (tx) => {
        const dataset = await getDatasetFor(tx, access, params.id, 'dataset.delete');
        await markDatasetDeleted(tx, dataset.id, access.userId);
        await recordAudit(tx, access, [auditOf(dataset, 'delete')]);
      });
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/v1/dataset/:id/restore',
    { config: { access: 'signed-in' }, schema: { params, tags, summary: 'Bring a deleted dataset back' } },
    async (request) => {
      const { access, params } = request;
      await context.db.transaction(async (tx) => {
        const deleted = await findDeletedDataset(tx, params.id, datasetsWith(access, 'dataset.delete'));
        if (deleted === undefined) throw datasetNotFound(params.id);
        if (!(await markDatasetRestored(tx, deleted.id))) throw datasetNameTaken(deleted.name);
        await recordAudit(tx, access, [auditOf(deleted, 'restore')]);
      });
      const dataset = await getDatasetFor(context.db, access, params.id, 'dataset.read');
      return describeDataset(dataset, await findRevision(context.db, dataset.id, 'latest'), originOf(context, request));
    },
  );
}

const auditOf = ({ id, projectId, name }: Pick<Dataset, 'id' | 'projectId' | 'name'>, action: string): AuditEntry => ({
  action: `dataset.${action}`,
  object: `dataset/${id}`,
  projectId,
  datasetId: id,
  after: { name },
});
