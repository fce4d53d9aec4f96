import type { Context } from '../platform/context.ts';
import { type ActionDeclaration, action } from '../resource/index.ts';
import { pullRun } from './jobs.ts';
import { rowsOfRevision } from './rows-of-revision.ts';
import { serialKeyOf } from './start-pull.ts';

/** Contract monitoring §2.10: a registered form is a pull. */
export function pullActions(context: Context): ActionDeclaration[] {
  return [
    action({
      resource_name: 'sync_odk',
      help: 'Pulls a registered form (a pull) through its connection into its dataset; the objects are the new rows.',
      parameters: { odk_form_id: { type: 'integer', required: true, references: 'pull' } },
      right: 'connection.use',
      lock_key: ({ odk_form_id: id }) => serialKeyOf(Number(id)),
      run_kind: pullRun.name,
      objects: { rows: (summary, access) => rowsOfRevision(context, access, summary) },
    }),
  ];
}
