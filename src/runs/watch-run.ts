import type { Context } from '../platform/context.ts';
import { listen, type Subscription } from '../platform/db/index.ts';
import { runChannel } from './store.ts';

export interface RunWatch {
  /** What is read after this resolves misses no change. */
  ready: Promise<void>;
  close(): void;
}

interface Hub extends Map<string, Set<() => void>> {
  subscription?: Subscription;
  look?: NodeJS.Timeout;
}

const hubs = new WeakMap<Context, Hub>();

/** The safety net below the messages: one may be lost with the process that was to send it. */
const lookMs = 5_000;

/** Calls back whenever a run may have changed. One subscription of the process serves all watchers. */
export function watchRun(context: Context, id: string, onChange: () => void): RunWatch {
  let hub = hubs.get(context);
  if (hub === undefined) {
    hub = new Map() as Hub;
    hubs.set(context, hub);
  }
  const watchers = hub.get(id) ?? new Set();
  hub.set(id, watchers.add(onChange));
  const callAll = () => {
    for (const group of [...hub.values()]) for (const watcher of [...group]) watcher();
  };
  hub.look ??= setInterval(callAll, lookMs).unref();
  hub.subscription ??= listen(context.db, runChannel, {
    message: (payload) => {
      for (const watcher of [...(hub.get(payload.split(' ', 1)[0] ?? '') ?? [])]) watcher();
    },
    listening: callAll,
  });
  return {
    ready: hub.subscription.ready,
    close: () => {
      watchers.delete(onChange);
      if (watchers.size === 0 && hub.get(id) === watchers) hub.delete(id);
      if (hub.size > 0) return;
      hub.subscription?.close();
      clearInterval(hub.look);
      delete hub.subscription;
      delete hub.look;
    },
  };
}
