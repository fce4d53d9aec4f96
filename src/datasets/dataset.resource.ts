import { sql } from '../platform/db/index.ts';
import { resource } from '../resource/index.ts';

export const datasetResource = resource({
  resource_name: 'dataset',
  help: 'A table that grows by revisions. One object: /api/v1/dataset/{id}.',
  object_class: ({ deleted }) => sql`
    select d.id, d.number, d.project_id, d.name, d.title, d.description, d.schema, to_jsonb(d.key) as key, d.metadata,
      d.latest_revision, d.created_at, d.updated_at, r.rows, r.version
    from dataset d
      left join revision r on r.dataset_id = d.id and r.n = d.latest_revision
    where (d.deleted_at is not null) = ${deleted === true}`,
  fields: {
    id: { type: 'uuid' },
    number: { type: 'integer' },
    project_id: { type: 'uuid' },
    name: { type: 'string' },
    title: { type: 'string' },
    description: { type: 'string' },
    schema: { type: 'dict', nullable: true },
    key: { type: 'list' },
    metadata: { type: 'dict' },
    latest_revision: { type: 'integer', help: '0: no revision yet.' },
    rows: { type: 'integer', nullable: true },
    version: { type: 'string', nullable: true },
    created_at: { type: 'datetime' },
    updated_at: { type: 'datetime' },
  },
  filtering: { key: false, schema: false, metadata: false },
  order: ['name'],
  parameters: { deleted: { type: 'boolean', help: 'True: deleted datasets, which can be restored.' } },
  permission: { read: 'dataset.read', project: 'project_id' },
  own_routes: { detail: ['GET', 'PATCH', 'DELETE'] },
});
