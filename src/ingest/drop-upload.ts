import { lockUpload, updateUpload, uploadNotFound } from '../datasets/index.ts';
import type { Tx } from '../platform/db/index.ts';
import { uploadNotWaiting } from './errors.ts';

/** Ends the wait: nothing of the file is published, and its preview goes. */
export async function dropUpload(tx: Tx, id: string): Promise<void> {
  const upload = await lockUpload(tx, id);
  if (upload === undefined) throw uploadNotFound(id);
  if (upload.state !== 'awaiting_confirmation' && upload.state !== 'previewed') throw uploadNotWaiting(upload.state);
  await updateUpload(tx, id, { state: 'dropped', preview: null, expiresAt: null });
}
