import { type IssueCounts, type RowCounts, type Upload, updateUpload } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import type { AppError } from '../platform/errors/index.ts';
import { holdBlobs } from '../platform/storage/index.ts';

/** What was found in a file of which nothing is published. */
export interface Findings {
  counts: RowCounts;
  issueCounts: IssueCounts;
  issuesSha256: string | null;
  rejectsSha256: string | null;
}

/** The file stays, and what is known about it; the run itself ends with the same error. */
export async function failUpload(
  context: Context,
  upload: Upload,
  error: Pick<AppError, 'code' | 'message'>,
  findings?: Findings,
): Promise<void> {
  await context.db.transaction(async (tx) => {
    await holdBlobs(tx, context.blobs, [findings?.issuesSha256, findings?.rejectsSha256]);
    await updateUpload(tx, upload.id, {
      state: 'failed',
      error: { code: error.code, message: error.message },
      ...findings,
    });
  });
}
