import type { Db, Queryable } from './db.ts';
import { sql } from './sql.ts';

/**
 * Transactions over a whole document, or all values of many periods: what is sorted and joined there fits into memory
 * instead of going by way of the disk, and a statement may take as long as its run. When `signal` is aborted the statement
 * under way is cancelled, and the transaction with it.
 */
export function forLargeWork(db: Db, signal?: AbortSignal): Pick<Db, 'transaction'> {
  return {
    transaction: (work) =>
      db.transaction(async (tx) => {
        const { pid } = await tx.one<{ pid: number }>(sql`
          select pg_backend_pid() as pid, set_config('work_mem', '64MB', true), set_config('statement_timeout', '0', true)`);
        let cancelling: Promise<unknown> | undefined;
        const cancel = () => {
          cancelling = db.exec(sql`select pg_cancel_backend(${pid}::int)`).catch(() => {});
        };
        signal?.throwIfAborted();
        signal?.addEventListener('abort', cancel);
        try {
          return await work(tx);
        } finally {
          signal?.removeEventListener('abort', cancel);
          // Later it would hit whoever has the connection next.
          await cancelling;
        }
      }),
  };
}

/** For a request that may be about a whole document: the rest of its transaction takes as long as it takes. */
export async function withoutTimeLimit(tx: Queryable): Promise<void> {
  await tx.exec(sql`select set_config('statement_timeout', '0', true)`);
}
