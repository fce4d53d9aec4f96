import type { Tx } from '../platform/db/index.ts';
import { type Access, forbidden } from '../resource/index.ts';
import { mayManage } from './store.ts';

/**
 * Who gives somebody a place, themselves included, looks after it already. A place that cannot be seen is left to the
 * check of references: it does not exist.
 */
export async function checkHandingOut(tx: Tx, access: Access, placeId: number): Promise<void> {
  if (access.can('responsibility.write')) return;
  const [place] = await mayManage(
    tx,
    [placeId],
    (location) => access.where('location.read', { location }),
    (location) => access.where('responsibility.write', { location }),
  );
  if (place!.visible && !place!.managed) throw forbidden();
}
