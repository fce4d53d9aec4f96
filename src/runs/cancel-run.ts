import type { Tx } from '../platform/db/index.ts';
import { changeRun } from './change-run.ts';
import { runEnded, runNotFound } from './errors.ts';
import type { RunState } from './pure/state.ts';
import { hasEnded } from './pure/state.ts';
import { childrenOfRun, lockRun } from './store.ts';

export interface Cancellation {
  previous: RunState;
  state: RunState;
}

/**
 * A waiting run is cancelled at once; one that is worked on becomes `cancelling`, its worker hears of it and ends it.
 * Asking again changes nothing. Open children are cancelled with it. Throws `run_not_found`, `run_ended`.
 */
export async function cancelRun(tx: Tx, id: string): Promise<Cancellation> {
  const run = await lockRun(tx, id);
  if (run === undefined) throw runNotFound(id);
  if (hasEnded(run.state)) throw runEnded(run.state);
  for (const child of await childrenOfRun(tx, id)) if (!hasEnded(child.state)) await cancelOpen(tx, child.id);
  if (run.state === 'cancelling') return { previous: run.state, state: run.state };
  const to = run.state === 'queued' ? 'cancelled' : 'cancelling';
  const requested = { level: 'info', text: 'Cancellation requested by user' } as const;
  const ended = { level: 'info', text: 'Execution cancelled by user.' } as const;
  await changeRun(tx, id, { to, from: [run.state], lines: to === 'cancelled' ? [requested, ended] : [requested] });
  return { previous: run.state, state: to };
}

/** A child may end while we come to it. */
async function cancelOpen(tx: Tx, id: string): Promise<void> {
  const child = await lockRun(tx, id);
  if (child !== undefined && !hasEnded(child.state)) await cancelRun(tx, id);
}
