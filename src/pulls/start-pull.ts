import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { insertRun } from '../runs/index.ts';
import { pullRun } from './jobs.ts';
import type { Pull } from './store.ts';

/** Pulls of one kind come one after another, whoever asks for them. */
export const serialKeyOf = (id: number): string => String(id);

/** Asks for one more pull. The key is the action's, so that both come one after the other. */
export function startPull(context: Context, tx: Tx, pull: Pull, userId: string | null): Promise<string> {
  return insertRun(tx, context, {
    kind: pullRun,
    payload: { odk_form_id: pull.id },
    projectId: pull.projectId,
    userId,
    subject: { type: 'pull', id: String(pull.id) },
    serialKey: `sync_odk ${serialKeyOf(pull.id)}`,
  });
}
