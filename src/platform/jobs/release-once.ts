import type pg from 'pg';

/**
 * The pool, for graphile-worker: when its listening connection breaks as it stops, 0.18 gives the client back twice, and the
 * second time nobody catches what the pool throws, which ends the process.
 */
export function releasingOnce(pool: pg.Pool): pg.Pool {
  type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, release: Release) => void;
  type Release = (error?: Error | boolean) => void;
  const connect = (connected?: Connected) =>
    connected === undefined
      ? pool.connect()
      : pool.connect((error, client, release) => {
          let isReleased = false;
          connected(error, client, (broken) => {
            if (isReleased) return;
            isReleased = true;
            release(broken);
          });
        });
  return new Proxy(pool, {
    get: (target, name) => {
      if (name === 'connect') return connect;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
