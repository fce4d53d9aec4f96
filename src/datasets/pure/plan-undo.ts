import type { Batch } from '../dataset.ts';

export type KeptBatch = Pick<Batch, 'position' | 'batchSha256' | 'uploadId' | 'mode' | 'key' | 'blank' | 'rows'>;

/**
 * The batches left when revision `n` had not been: those of today without its own, and, where it had replaced the table,
 * those it replaced. A batch's position is the revision it first came with. Undefined: nothing of it is left to undo.
 */
export function planUndo(n: number, today: Batch[], before: Batch[]): KeptBatch[] | undefined {
  const undone = today.find((batch) => batch.position === n);
  if (undone === undefined) return undefined;
  const rest = today.filter((batch) => batch !== undone);
  const positions = new Set(rest.map((batch) => batch.position));
  const back = undone.mode === 'replace' ? before.filter((batch) => !positions.has(batch.position)) : [];
  return [...back, ...rest].sort((a, b) => a.position - b.position);
}
