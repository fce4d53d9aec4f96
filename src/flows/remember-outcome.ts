import type { Context } from '../platform/context.ts';
import { holdBlobs } from '../platform/storage/index.ts';
import { deleteUnused, insertOutcome, type Remembered } from './cache-store.ts';

/**
 * For later runs, of whoever's flows. What nobody has used for so long goes at the same time: a cache grows only while something is put
 * into it.
 */
export async function rememberOutcome(context: Context, outcome: Remembered): Promise<void> {
  const { flowCacheDays: days } = context.config;
  await context.db.transaction(async (tx) => {
    await holdBlobs(tx, context.blobs, Object.values(outcome.parts));
    await insertOutcome(tx, outcome);
    await deleteUnused(tx, days);
  });
}
