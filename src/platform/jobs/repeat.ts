import type { Context } from '../context.ts';

/** Done again and again by every worker, beside its jobs. */
export interface Repeated {
  name: string;
  seconds: number;
  work(context: Context): Promise<unknown>;
}

/** Starts at once; one at a time; a failure is logged and the next turn comes. Returns what ends it. */
export function repeat(context: Context, task: Repeated): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const turn = async () => {
    try {
      await task.work(context);
    } catch (error) {
      context.log.warn({ err: error, task: task.name }, 'repeated work failed');
    }
    if (!stopped) timer = setTimeout(next, task.seconds * 1000);
  };
  let current: Promise<void>;
  const next = () => {
    current = turn();
  };
  current = turn();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await current;
  };
}
