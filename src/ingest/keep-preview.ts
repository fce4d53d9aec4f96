import { updateUpload } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { holdBlobs } from '../platform/storage/index.ts';
import type { Json } from '../runs/index.ts';
import { type Ingest, summaryOf } from './ingest.ts';
import type { ReadUpload } from './read-upload.ts';
import { describeReading } from './reading.ts';
import { storeFindings } from './store-findings.ts';

/** How long a previewed upload can be confirmed. */
const reviewHours = 24;

/**
 * Ends a dry run, or the first half of an upload to be confirmed: nothing is published, and what was found can be looked
 * at for a day. A file that would be refused is previewed all the same: the review is there to find out why.
 */
export async function keepPreview(
  context: Context,
  { run, upload, plan, dataset }: Ingest,
  read: ReadUpload,
): Promise<Json> {
  const findings = await storeFindings(context, read);
  const confirm = upload.options.confirm === true && upload.options.dry_run !== true;
  const change = {
    ...findings,
    state: confirm ? ('awaiting_confirmation' as const) : ('previewed' as const),
    fingerprint: plan.fingerprint,
    expiresAt: new Date(context.now().getTime() + reviewHours * 3600_000),
    error: read.refused ?? null,
    preview: {
      base: dataset?.latestRevision ?? 0,
      publishable: read.refused === undefined,
      schema: read.schema,
      reading: describeReading(read.reading),
      options: {
        mode: plan.mode,
        key: plan.key,
        on_error: plan.onError,
        schema_policy: plan.schemaPolicy,
        blank: plan.blank,
      },
      recipe: plan.recipe,
      rows: read.sample,
      changes: read.changes,
      steps: read.steps,
    },
  };
  return context.db.transaction(async (tx) => {
    await holdBlobs(tx, context.blobs, [findings.issuesSha256, findings.rejectsSha256]);
    await updateUpload(tx, upload.id, change);
    const summary = summaryOf({ ...upload, ...change });
    await run.succeed(tx, summary);
    return summary;
  });
}
