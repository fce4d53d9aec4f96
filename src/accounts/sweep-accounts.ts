import type { Context } from '../platform/context.ts';
import { deleteKeysRetiredBefore } from './keys/store.ts';
import { deleteFailuresBefore, deleteSessionsEndedBefore } from './sessions/store.ts';

const daySeconds = 24 * 3600;

/** Once a day: sessions ended a month ago, counters nobody added to for a month, keys no living token was signed with. */
export async function sweepAccounts(context: Context): Promise<void> {
  const before = (seconds: number) => new Date(context.now().getTime() - seconds * 1000);
  await deleteSessionsEndedBefore(context.db, before(30 * daySeconds));
  await deleteFailuresBefore(context.db, before(30 * daySeconds));
  await deleteKeysRetiredBefore(context.db, before(context.config.refreshTokenSeconds + daySeconds));
}
