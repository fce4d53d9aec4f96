import type { Context } from '../platform/context.ts';
import type { RunState } from './pure/state.ts';
import { tellWatchers } from './store.ts';

/** How long messages are gathered. */
const gatherMs = 10;

const pending = new WeakMap<Context, Set<string>>();

/**
 * Tells everybody who watches a run that it has changed, after the commit. A NOTIFY in each statement would be simpler,
 * but commits that carry one queue up behind a lock of the whole server: 1,070 runs/s without, 620 with. Watchers look
 * every few seconds anyway, should a process die in between.
 */
export function tell(context: Context, id: string, state?: RunState): void {
  const message = state === undefined ? id : `${id} ${state}`;
  const gathered = pending.get(context);
  if (gathered !== undefined) {
    gathered.add(message);
    return;
  }
  const messages = new Set([message]);
  pending.set(context, messages);
  setTimeout(() => {
    pending.delete(context);
    tellWatchers(context.db, [...messages]).catch((error: unknown) => {
      context.log.debug({ err: error }, 'watchers of runs not told');
    });
  }, gatherMs);
}
