import { expiredUploads, type UploadChange, updateUpload, uploadsUnderway } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { AppError } from '../platform/errors/index.ts';
import { findRun, hasEnded } from '../runs/index.ts';
import { dropUpload } from './drop-upload.ts';

const batch = 500;

/** Drops what waited too long for a word, and closes uploads whose run ended without being able to say so. */
export async function sweepUploads(context: Context): Promise<void> {
  for (const { id } of await expiredUploads(context.db, batch)) {
    await context.db.transaction((tx) => dropUpload(tx, id)).catch(ignoreSettled);
  }
  for (const upload of await uploadsUnderway(context.db, batch)) {
    const run = upload.runId === null ? undefined : await findRun(context.db, upload.runId);
    if (run !== undefined && !hasEnded(run.state)) continue;
    if (run?.state === 'succeeded') continue;
    const error = run?.error ?? { code: 'cancelled', message: 'The run was cancelled.' };
    const change: UploadChange = { state: 'failed', error: { code: error.code, message: error.message } };
    await updateUpload(context.db, upload.id, change);
  }
}

/** Confirmed or dropped by somebody in the same moment: then there is nothing left to do. */
function ignoreSettled(error: unknown): void {
  if (!(error instanceof AppError)) throw error;
}
