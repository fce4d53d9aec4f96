import {
  datasetDeleted,
  everything,
  findDataset,
  findLiveBatch,
  findUpload,
  type Upload,
  updateUpload,
  uploadNotFound,
} from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { withWorkFolder } from '../platform/work-folder.ts';
import { type Json, type LiveRun, runHandler } from '../runs/index.ts';
import { duplicateRefused, keyNotGiven, revisionMoved } from './errors.ts';
import { failUpload } from './fail-upload.ts';
import { type Ingest, summaryOf } from './ingest.ts';
import { ingestRun } from './jobs.ts';
import { keepPreview } from './keep-preview.ts';
import { publishUpload } from './publish-upload.ts';
import { type IngestPlan, planIngest } from './pure/plan-ingest.ts';
import type { UploadOptions } from './pure/upload-options.ts';
import { readUpload } from './read-upload.ts';

/**
 * Works on an `ingest` run: reads and checks the file, then publishes it, or keeps what was found for a review. It can
 * be done again from the start at any time: until the transaction that publishes and ends the run nothing is visible.
 */
export const ingestUpload = runHandler(ingestRun, (context, run) =>
  withWorkFolder(context, run, (folder) => workOn(context, run, folder)),
);

/**
 * The same as a part of somebody else's run, which goes on afterwards, or is ended by `published` in the transaction that
 * publishes. `folder` is the caller's to remove.
 */
export async function ingestWithin(
  context: Context,
  run: LiveRun,
  uploadId: string,
  folder: string,
  published: (tx: Tx, summary: Json) => Promise<void> = async () => undefined,
): Promise<Upload> {
  const succeed = (tx: Tx, summary?: Json) => published(tx, summary ?? null);
  const part = { ...run, payload: { uploadId }, succeed };
  await workOn(context, part, folder);
  return (await findUpload(context.db, uploadId, everything))!;
}

async function workOn(context: Context, run: Ingest['run'], folder: string): Promise<Json> {
  const upload = await findUpload(context.db, run.payload.uploadId, everything);
  if (upload === undefined) throw uploadNotFound(run.payload.uploadId);
  if (settled.has(upload.state)) return summaryOf(upload);
  await updateUpload(context.db, upload.id, { runId: run.id, state: 'received', error: null });
  try {
    return await ingest(context, await begin(context, run, upload, folder));
  } catch (error) {
    if (error instanceof AppError && !run.signal.aborted) await failUpload(context, upload, error);
    throw error;
  }
}

/** A run tried again must not do these twice. */
const settled = new Set<Upload['state']>(['published', 'unchanged', 'dropped']);

async function begin(context: Context, run: Ingest['run'], upload: Upload, folder: string): Promise<Ingest> {
  const dataset = upload.datasetId === null ? undefined : await findDataset(context.db, upload.datasetId, everything);
  if (upload.datasetId !== null && dataset === undefined) throw datasetDeleted();
  const { base, ...options } = upload.options as UploadOptions & { base?: number };
  if (base !== undefined && base !== (dataset?.latestRevision ?? 0)) throw revisionMoved(dataset?.latestRevision ?? 0);
  const corrected = upload.quarantineOf && (await findUpload(context.db, upload.quarantineOf, everything));
  const plan = planIngest(
    options,
    dataset,
    upload.blobSha256,
    corrected ? { mode: (corrected.options.mode as IngestPlan['mode'] | undefined) ?? 'append' } : undefined,
  );
  if (plan.mode === 'upsert' && plan.key.length === 0) throw keyNotGiven();
  return { run, upload, dataset, plan, folder };
}

async function ingest(context: Context, ingest: Ingest): Promise<Json> {
  const { upload, plan, run } = ingest;
  const isReview = upload.options.dry_run === true || upload.options.confirm === true;
  if (!isReview) {
    const unchanged = await unchangedSince(context, ingest);
    if (unchanged !== undefined) return leaveUnchanged(context, ingest, unchanged);
  }
  if (upload.duplicateOf !== null) run.log('warning', `the same content came before, as upload ${upload.duplicateOf}`);
  if (upload.duplicateOf !== null && plan.onDuplicate === 'reject') throw duplicateRefused(upload.duplicateOf);
  const read = await readUpload(context, ingest, isReview);
  return isReview ? keepPreview(context, ingest, read) : publishUpload(context, ingest, read);
}

/**
 * The upload whose rows are those of this one, if adding them again would count them twice or change nothing: the same
 * bytes, read the same way, whose rows are still part of the newest revision. In an upsert or a replacement that holds
 * only for the last arrival, since others came over earlier ones.
 */
async function unchangedSince(context: Context, { dataset, plan, upload }: Ingest): Promise<string | undefined> {
  if (upload.duplicateOf !== null && plan.onDuplicate === 'skip') return upload.duplicateOf;
  if (dataset === undefined) return undefined;
  const live = await findLiveBatch(context.db, dataset.id, plan.fingerprint);
  if (live === undefined || (plan.mode !== 'append' && !live.isLast)) return undefined;
  if (plan.onDuplicate === 'reject') throw duplicateRefused(live.uploadId);
  return live.uploadId;
}

async function leaveUnchanged(
  context: Context,
  { run, upload, plan, dataset }: Ingest,
  earlier: string,
): Promise<Json> {
  const before = await findUpload(context.db, earlier, everything);
  const rows = (before?.counts?.read ?? 0) - (before?.counts?.rejected ?? 0);
  const counts = {
    read: before?.counts?.read ?? 0,
    inserted: 0,
    updated: 0,
    unchanged: rows,
    rejected: before?.counts?.rejected ?? 0,
  };
  run.log('info', `unchanged: upload ${earlier} brought the same content`);
  return context.db.transaction(async (tx) => {
    const change = {
      state: 'unchanged' as const,
      revision: dataset?.latestRevision || null,
      fingerprint: plan.fingerprint,
      duplicateOf: earlier,
      counts,
      issueCounts: before?.issueCounts ?? null,
      issuesSha256: before?.issuesSha256 ?? null,
    };
    await updateUpload(tx, upload.id, change);
    const summary = summaryOf({ ...upload, ...change });
    await run.succeed(tx, summary);
    return summary;
  });
}
