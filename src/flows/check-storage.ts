import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { flowStorageLimit } from './errors.ts';
import { storageLimitsOf, storedBytes } from './owner-store.ts';

const MB = 1_000_000;

/**
 * Call after the rows that name new bytes were inserted, in their transaction. Throws `flow_storage_limit` when the owner's
 * datasets of this kind, private or not, now have more than the owner may (contract flows §2.2). Flows of one owner that end
 * at the same moment do not see each other: by their bytes the limit can be passed, once.
 */
export async function checkStorage(
  { config }: Pick<Context, 'config'>,
  tx: Tx,
  { ownerId, findability }: { ownerId: string; findability: string },
): Promise<void> {
  const isPrivate = findability === 'private';
  const claimed = await storageLimitsOf(tx, ownerId);
  const byToken = isPrivate ? claimed.private : claimed.public;
  // 0 in a setting: no limit. In a token it is one.
  const limit = byToken ?? ((isPrivate ? config.flowPrivateStorageMb : config.flowPublicStorageMb) || undefined);
  if (limit === undefined) return;
  const bytes = await storedBytes(tx, ownerId, isPrivate);
  if (bytes <= limit * MB) return;
  const kind = isPrivate ? 'private' : 'public';
  const claim = `max_${kind}_storage_mb`;
  throw flowStorageLimit(kind, limit, byToken === undefined ? `FLOW_${kind.toUpperCase()}_STORAGE_MB` : claim);
}
