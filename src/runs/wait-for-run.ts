import type { Context } from '../platform/context.ts';
import { runNotFound } from './errors.ts';
import type { Run } from './pure/run.ts';
import { hasEnded } from './pure/state.ts';
import { findRun } from './store.ts';
import { watchRun } from './watch-run.ts';

/** The run as it is when it has ended, or after so many seconds, whichever comes first. Throws `run_not_found`. */
export async function waitForRun(context: Context, id: string, seconds: number, signal?: AbortSignal): Promise<Run> {
  let changed: () => void = () => {};
  const watch = watchRun(context, id, () => changed());
  const over = AbortSignal.any([AbortSignal.timeout(Math.ceil(seconds * 1000)), ...(signal ? [signal] : [])]);
  const isOver = new Promise<void>((resolve) => {
    over.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await Promise.race([watch.ready, isOver]);
    for (;;) {
      // Armed before reading: a change between the two is not missed.
      const change = new Promise<void>((resolve) => {
        changed = resolve;
      });
      const run = await findRun(context.db, id);
      if (run === undefined) throw runNotFound(id);
      if (hasEnded(run.state) || over.aborted) return run;
      await Promise.race([change, isOver]);
    }
  } finally {
    watch.close();
  }
}
