import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { prepareDerivation, retractValues, touchedCells } from './derive-store.ts';
import { refreshTouched } from './derive-values.ts';

/** All the document says of cells goes into history, and the next candidates count. Answers how many values it were. */
export async function retractDocument(
  context: Context,
  tx: Tx,
  of: { id: number; datasetId: string; revision: number },
  userId: string | null,
): Promise<number> {
  await prepareDerivation(tx);
  const retracted = await retractValues(tx, of, userId);
  await refreshTouched(context, tx, await touchedCells(tx), false);
  return retracted;
}
