import type { Context } from '../../src/platform/context.ts';

/** Statements that connections of the pool are sent while the work is done, `begin` and `commit` included. */
export async function countStatements({ db }: Pick<Context, 'db'>, work: () => Promise<unknown>): Promise<number> {
  let statements = 0;
  const watched = new Map<{ query: unknown }, unknown>();
  const onAcquire = (client: unknown) => {
    const one = client as { query: (...args: unknown[]) => unknown };
    if (watched.has(one)) return;
    const { query } = one;
    watched.set(one, query);
    one.query = (...args) => {
      statements += 1;
      return query.apply(one, args);
    };
  };
  db.pool.on('acquire', onAcquire);
  try {
    await work();
    return statements;
  } finally {
    db.pool.off('acquire', onAcquire);
    for (const [client, query] of watched) client.query = query;
  }
}
