import { sql } from '../../platform/db/index.ts';
import { resource } from '../../resource/index.ts';
import { uploadStates } from './upload.ts';

export const uploadResource = resource({
  resource_name: 'upload',
  help: 'One file or batch of records that came in, whatever became of it. One object: /api/v1/upload/{id}.',
  object_class: () => sql`
    select u.*, (u.issue_counts->>'error')::bigint as errors, (u.issue_counts->>'warning')::bigint as warnings from upload u`,
  fields: {
    id: { type: 'uuid' },
    project_id: { type: 'uuid' },
    dataset_id: { type: 'uuid', nullable: true },
    dataset_name: { type: 'string' },
    user_id: { type: 'uuid', nullable: true },
    run_id: { type: 'uuid', nullable: true },
    file_name: { type: 'string' },
    media_type: { type: 'string' },
    bytes: { type: 'integer' },
    blob_sha256: { type: 'string' },
    source: { type: 'string' },
    state: { type: 'string', choices: uploadStates },
    revision: { type: 'integer', nullable: true },
    duplicate_of: { type: 'uuid', nullable: true },
    counts: { type: 'dict', nullable: true },
    errors: { type: 'integer', nullable: true },
    warnings: { type: 'integer', nullable: true },
    note: { type: 'string' },
    created_at: { type: 'datetime' },
  },
  filtering: { counts: false },
  order: ['-created_at'],
  permission: { read: 'upload.read', project: 'project_id', owner: 'user_id' },
  own_routes: { list: ['POST', 'PUT'], detail: ['GET', 'DELETE'] },
});
