import type { Tx } from '../platform/db/index.ts';
import { hasEnded } from './pure/state.ts';
import { type Change, type Changed, changeState, enqueueNextOfKey } from './store.ts';

/**
 * One change of state: compare-and-set, and if it ends the run, the next of its serial key is asked for. Undefined
 * when the run is not in a state (or attempt) the change may start from; the caller re-reads and says so. Watchers
 * are told by the commit.
 */
export async function changeRun(tx: Tx, id: string, change: Change): Promise<Changed | undefined> {
  const changed = await changeState(tx, id, { ...change, notify: true });
  if (changed !== undefined && changed.serialKey !== null && hasEnded(changed.state)) {
    await enqueueNextOfKey(tx, changed.serialKey);
  }
  return changed;
}
