import { type ActionDeclaration, action } from '../resource/index.ts';
import { queueProcessRun, refreshMasterRun, transformUploadRun } from './jobs.ts';

const parameters = {
  document_id: { type: 'integer', required: true, references: 'source_doc' },
  dry_run: { type: 'boolean', help: 'Do everything and keep nothing: the summary says what would be.' },
} as const;
const objects = {
  resource: 'source_doc',
  filter: ({ document_id: id }: Record<string, unknown>) => ({ id: String(id) }),
};
const right = 'document.write';
/** A dry run is joined by dry runs only. */
const lockKey = ({ document_id: id, dry_run: isDry }: Record<string, unknown>) =>
  isDry === true ? `${id} dry` : `${id}`;

export const documentActions: ActionDeclaration[] = [
  action({
    resource_name: 'transform_upload',
    help: 'The whole way of a document: rows, codes, values, aggregates.',
    parameters,
    right,
    lock_key: lockKey,
    run_kind: transformUploadRun.name,
    objects,
  }),
  action({
    resource_name: 'refresh_master',
    help: 'From the rows already read: what their codes mean by now, values, aggregates.',
    parameters,
    right,
    lock_key: lockKey,
    run_kind: refreshMasterRun.name,
    objects,
  }),
  action({
    resource_name: 'queue_process',
    help: 'Marks all rows of a document TO_PROCESS.',
    parameters: { document_id: parameters.document_id },
    right,
    lock_key: lockKey,
    run_kind: queueProcessRun.name,
    objects,
  }),
];
