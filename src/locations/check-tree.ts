import type { Tx } from '../platform/db/index.ts';
import { lockTree } from './store.ts';
import { replaceTree, type TreeFault, treeFaults } from './tree-check-store.ts';

/**
 * Compares the closure with the links, nobody moving a place meanwhile. With `repairs` it is made right; who keeps what
 * is rolled up has to work it out again then.
 */
export async function checkTree(tx: Tx, { repairs }: { repairs: boolean }): Promise<TreeFault[]> {
  await lockTree(tx);
  const faults = await treeFaults(tx);
  if (repairs && faults.length > 0) await replaceTree(tx);
  return faults;
}
