import type { Context } from '../platform/context.ts';
import { type Places, takeTurns } from './pure/take-turns.ts';
import { admit, admittedShares, lockPlaces, readyShares } from './share-store.ts';

/**
 * Gives free places to runs that wait for one (contract flows §11): a few small queries under one lock, so that any number of
 * processes decide as one. Asked for by each run that comes or ends, and looked at now and then by every worker.
 */
export async function admitRuns(context: Context): Promise<void> {
  const places = placesOf(context);
  await context.db.transaction(async (tx) => {
    await lockPlaces(tx);
    const ready = await readyShares(tx, places.all);
    if (ready.length === 0) return;
    const chosen = takeTurns(ready, await admittedShares(tx), places);
    if (chosen.length > 0)
      await admit(
        tx,
        chosen.map(({ id }) => id),
      );
  });
}

const placesOf = ({ config }: Context): Places => ({
  all: config.flowConcurrency,
  perOwner: config.flowConcurrencyPerOwner,
  forSmall: config.flowSmallSlots,
  large: config.flowLargeSlots,
});
