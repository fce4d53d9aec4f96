import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { runNotFound, runNotRetryable } from './errors.ts';
import { insertQueuedRun, lockRun, lockSerialKey, openRetryOf } from './store.ts';

/**
 * A new run like a failed or cancelled one, linked to it by `retry_of`; while such a one is still open, asking again
 * gives the same. Returns its id. Throws `run_not_found`, `run_not_retryable`.
 */
export async function retryRun(
  tx: Tx,
  context: Pick<Context, 'newId'>,
  id: string,
  userId: string | null,
): Promise<string> {
  const run = await lockRun(tx, id);
  if (run === undefined) throw runNotFound(id);
  if (run.state !== 'failed' && run.state !== 'cancelled') throw runNotRetryable(run.state);
  const open = await openRetryOf(tx, id);
  if (open !== undefined) return open.id;
  if (run.serialKey !== null) await lockSerialKey(tx, run.serialKey);
  const newId = context.newId();
  await insertQueuedRun(tx, { ...run, id: newId, userId: userId ?? run.userId, retryOf: id, delaySeconds: 0 });
  return newId;
}
