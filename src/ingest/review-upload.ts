import { lockUpload, type Upload, updateUpload, uploadNotFound } from '../datasets/index.ts';
import { serialKeyOf } from '../datasets/jobs.ts';
import type { Context } from '../platform/context.ts';
import type { Access } from '../resource/access.ts';
import { insertRun } from '../runs/index.ts';
import { uploadNotWaiting } from './errors.ts';
import { ingestRun } from './jobs.ts';
import type { UploadOptions } from './pure/upload-options.ts';
import { datasetFor, refuseEditorsOptions } from './record-upload.ts';

/**
 * Reads the kept file of a reviewed upload once more: to look again (`check`), or for good (`confirm`). Options given now
 * count before those given then. Two who confirm at once start one run: the second finds nothing waiting.
 */
export async function reviewUpload(
  context: Context,
  access: Access,
  id: string,
  action: 'check' | 'confirm',
  given: UploadOptions,
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const upload = await lockUpload(tx, id);
    if (upload === undefined) throw uploadNotFound(id);
    if (!canBeReviewed(upload, action)) throw uploadNotWaiting(upload.state);
    const asked = upload.options as UploadOptions;
    const { dry_run, confirm, ...options } = { ...asked, ...given, reading: { ...asked.reading, ...given.reading } };
    const review = action === 'confirm' ? {} : asked.confirm === true ? { confirm: true } : { dry_run: true };
    const { dataset, created } = await datasetFor(context, tx, access, {
      projectId: upload.projectId,
      datasetName: upload.datasetName,
      options: review,
    });
    await refuseEditorsOptions(tx, access, dataset, given);
    const runId = await insertRun(tx, context, {
      kind: ingestRun,
      maxAttempts: context.config.ingestAttempts,
      payload: { uploadId: id },
      projectId: upload.projectId,
      userId: access.userId,
      subject: { type: 'upload', id },
      ...(dataset === undefined ? {} : { serialKey: serialKeyOf(dataset.id) }),
    });
    await updateUpload(tx, id, {
      state: 'received',
      runId,
      datasetId: dataset?.id ?? null,
      createdDataset: upload.createdDataset || created,
      options: { ...options, ...review },
      expiresAt: null,
      error: null,
    });
  });
}

/** A refused file stays in review: with other options it may fit. */
function canBeReviewed(upload: Upload, action: 'check' | 'confirm'): boolean {
  const waits = upload.state === 'awaiting_confirmation' || upload.state === 'previewed';
  return waits || (action === 'check' && upload.state === 'failed');
}
