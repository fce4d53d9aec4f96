/**
 * Many requests with one credential at once, as a page sends them or a client with many connections, need not each ask
 * who they come from. Those that arrive while a lookup of their key is under way share the next one: it begins after all of
 * them came, so every request is answered by what was true when it arrived or later. Nothing is kept.
 */
export function shareLookups<T>(): (key: string, look: () => Promise<T>) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  const waiting = new Map<string, Promise<T>>();

  const begin = (key: string, look: () => Promise<T>): Promise<T> => {
    const lookup = look().finally(() => running.delete(key));
    running.set(key, lookup);
    return lookup;
  };

  return (key, look) => {
    const next = waiting.get(key);
    if (next !== undefined) return next;
    const current = running.get(key);
    if (current === undefined) return begin(key, look);
    const follow = () => {
      waiting.delete(key);
      return begin(key, look);
    };
    const promise = current.then(follow, follow);
    waiting.set(key, promise);
    return promise;
  };
}
