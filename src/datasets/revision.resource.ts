import { sql } from '../platform/db/index.ts';
import { resource } from '../resource/index.ts';

export const revisionResource = resource({
  resource_name: 'revision',
  help: 'What a dataset was at one time; never changes. One object: /api/v1/dataset/{id}/revision/{n}.',
  object_class: () => sql`
    select r.dataset_id::text || '/' || r.n as id, r.dataset_id, d.project_id, d.name as dataset_name, r.n, r.kind,
      r.upload_id, r.run_id, r.rows, r.bytes, r.mode, to_jsonb(r.key) as key, r.schema, r.reading, r.recipe, r.version, r.changelog, r.refers_to, r.counts, r.issue_counts,
      (r.issue_counts->>'error')::bigint as errors, (r.issue_counts->>'warning')::bigint as warnings,
      r.n = d.latest_revision as latest, r.created_by, r.created_at
    from revision r join dataset d on d.id = r.dataset_id where d.deleted_at is null`,
  fields: {
    id: { type: 'string' },
    dataset_id: { type: 'uuid' },
    project_id: { type: 'uuid' },
    dataset_name: { type: 'string' },
    n: { type: 'integer' },
    kind: { type: 'string', choices: ['ingest', 'undo', 'restore', 'function'] },
    upload_id: { type: 'uuid', nullable: true },
    run_id: { type: 'uuid', nullable: true },
    rows: { type: 'integer' },
    bytes: { type: 'integer', help: 'Size of the table as Parquet.' },
    mode: { type: 'string', nullable: true },
    key: { type: 'list' },
    schema: { type: 'dict' },
    reading: { type: 'dict' },
    recipe: { type: 'list' },
    version: { type: 'string' },
    changelog: { type: 'string' },
    refers_to: { type: 'integer', nullable: true, help: 'The revision that was undone or restored.' },
    counts: { type: 'dict' },
    issue_counts: { type: 'dict' },
    errors: { type: 'integer' },
    warnings: { type: 'integer' },
    latest: { type: 'boolean' },
    created_by: { type: 'uuid', nullable: true },
    created_at: { type: 'datetime' },
  },
  filtering: { key: false, schema: false, reading: false, recipe: false, counts: false, issue_counts: false },
  order: ['-created_at'],
  permission: { read: 'dataset.read', project: 'project_id' },
});
