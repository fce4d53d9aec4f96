import type { Context } from '../platform/context.ts';
import { inTurn } from './pure/take-turns.ts';
import { admittedShares, waitingShares } from './share-store.ts';

/** Where runs stand that wait for a place, from 1, by id. Who is not there does not wait, or has its place. */
export async function queuePlaces(
  context: Context,
): Promise<Map<string, { position: number; of: number; size: string }>> {
  const waiting = inTurn(await waitingShares(context.db), await admittedShares(context.db));
  return new Map(
    waiting.map(({ id, size }, index) => [id, { position: index + 1, of: waiting.length, size }] as const),
  );
}
