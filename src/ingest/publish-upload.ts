import { changelogLine, closeQuarantine, datasetDeleted, publishRevision, updateUpload } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { holdBlobs } from '../platform/storage/index.ts';
import type { Json } from '../runs/index.ts';
import { dataNotWritten, quarantineClosed } from './errors.ts';
import { failUpload } from './fail-upload.ts';
import { type Ingest, summaryOf } from './ingest.ts';
import type { ReadUpload } from './read-upload.ts';
import { describeReading } from './reading.ts';
import { storeFindings } from './store-findings.ts';

/**
 * Stores the files, then makes the revision, closes the upload and ends the run in one transaction. A file that may not
 * be published leaves its issues, and the run fails with the first of them.
 */
export async function publishUpload(context: Context, ingest: Ingest, read: ReadUpload): Promise<Json> {
  const { run, upload, plan, dataset } = ingest;
  if (dataset === undefined) throw datasetDeleted();
  const findings = await storeFindings(context, read);
  if (read.refused !== undefined || read.table === undefined || read.batch === undefined) {
    const error = dataNotWritten(read.refused?.message ?? 'nothing was left to publish');
    await failUpload(context, upload, error, findings);
    throw error;
  }
  run.progress(90, 'store');
  const batch = await context.blobs.putFile(read.batch.file);
  const sameFile = read.batch.file === read.table.file;
  const table = sameFile ? batch : await context.blobs.putFile(read.table.file);
  return context.db.transaction(async (tx) => {
    await holdBlobs(tx, context.blobs, [findings.rejectsSha256]);
    const revision = await publishRevision(context, tx, {
      datasetId: dataset.id,
      kind: 'ingest',
      base: dataset.latestRevision,
      uploadId: upload.id,
      runId: run.id,
      userId: upload.userId,
      table: { sha256: table.sha256, bytes: table.bytes, rows: read.table!.rows },
      schema: read.schema,
      key: plan.key,
      reading: describeReading(read.reading),
      remembered: upload.source === 'upload' ? plan.reading : dataset.reading,
      recipe: plan.recipe,
      counts: findings.counts,
      issueCounts: findings.issueCounts,
      issuesSha256: findings.issuesSha256,
      changelog: changelogLine({
        fileName: upload.fileName,
        mode: plan.mode,
        counts: findings.counts,
        note: upload.note,
      }),
      refersTo: null,
      batch: { batchSha256: batch.sha256, mode: plan.mode, key: plan.key, blank: plan.blank, rows: read.batch!.rows },
      keep: plan.mode === 'replace' ? [] : 'all',
    });
    const change = {
      ...findings,
      state: 'published' as const,
      revision,
      fingerprint: plan.fingerprint,
      preview: null,
      expiresAt: null,
      error: null,
    };
    await updateUpload(tx, upload.id, change);
    if (upload.quarantineOf !== null && !(await closeQuarantine(tx, upload.quarantineOf, upload.id))) {
      throw quarantineClosed(upload.quarantineOf);
    }
    const summary = summaryOf({ ...upload, ...change });
    await run.succeed(tx, summary);
    return summary;
  });
}
