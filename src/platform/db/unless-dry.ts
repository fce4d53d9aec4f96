import type { Db, Tx } from './db.ts';

/** Does the work in a transaction; a dry run is undone and gives the same result. */
export async function unlessDry<Result>(
  db: Pick<Db, 'transaction'>,
  isDry: boolean,
  work: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  const undone = new Error('dry run');
  let result: Result | undefined;
  try {
    return await db.transaction(async (tx) => {
      result = await work(tx);
      if (isDry) throw undone;
      return result;
    });
  } catch (error) {
    if (error === undone) return result!;
    throw error;
  }
}
