import type { Context } from '../context.ts';
import type { Tx } from '../db/index.ts';

/** Told in the transaction that makes it so; throwing undoes it. Anything slow is a job enqueued with `tx`. */
export type Listener<Fact> = (tx: Tx, fact: Fact) => Promise<void>;

/** Something a lower module does that upper ones have to follow. They listen from start-up on. */
export interface Change<Fact> {
  listen(context: Context, listener: Listener<Fact>): void;
  tell(context: Context, tx: Tx, fact: Fact): Promise<void>;
}

export function defineChange<Fact>(): Change<Fact> {
  const listeners = new WeakMap<Context, Listener<Fact>[]>();
  return {
    listen: (context, listener) => {
      listeners.set(context, [...(listeners.get(context) ?? []), listener]);
    },
    tell: async (context, tx, fact) => {
      for (const listener of listeners.get(context) ?? []) await listener(tx, fact);
    },
  };
}
