/** Lets `places` pieces of work in at once; the others wait in the order they came. */
export interface Gate {
  /** Waits for a place; the function given back leaves it. Aborting ends the waiting, not the work. */
  enter(signal?: AbortSignal): Promise<() => void>;
}

export function openGate(places: number): Gate {
  let free = places;
  const waiting = new Set<() => void>();

  const leave = () => {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else next();
  };

  return {
    async enter(signal) {
      signal?.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return once(leave);
      }
      await new Promise<void>((resolve, reject) => {
        const give = () => {
          waiting.delete(give);
          signal?.removeEventListener('abort', refuse);
          resolve();
        };
        const refuse = () => {
          waiting.delete(give);
          reject(signal?.reason);
        };
        waiting.add(give);
        signal?.addEventListener('abort', refuse, { once: true });
      });
      return once(leave);
    },
  };
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}
