import { findConnection, type KeptRows, keepRows, queryNamed } from '../connections/index.ts';
import { everything, findDatasetByName, insertDataset, insertUpload } from '../datasets/index.ts';
import { ingestWithin } from '../ingest/index.ts';
import type { Context } from '../platform/context.ts';
import { raw, type Tx } from '../platform/db/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { holdBlobs } from '../platform/storage/index.ts';
import { withWorkFolder } from '../platform/work-folder.ts';
import { type Json, type LiveRun, runHandler } from '../runs/index.ts';
import { pullGone } from './errors.ts';
import { type PullPayload, pullRun } from './jobs.ts';
import { findPull, insertResult, type Pull, updateCursor } from './store.ts';

/**
 * One pull: what is new becomes a file, that an upload, and that a revision. The transaction that publishes the revision also
 * moves the cursor and ends the run; whatever fails before, the next one begins where this one did.
 */
export const pullRows = runHandler(pullRun, async (context, run) => {
  await withWorkFolder(context, run, (folder) => pullWith(context, run, folder));
  return undefined;
});

async function pullWith(context: Context, run: LiveRun<PullPayload>, folder: string): Promise<void> {
  const pull = await findPull(context.db, run.payload.odk_form_id);
  const connection = pull && (await findConnection(context.db, pull.connectionId, raw('true')));
  if (pull === undefined || connection === undefined) throw pullGone();
  const source = queryNamed(connection, pull.query);
  run.progress(1, 'read');
  const kept = await keepRows(context, connection, source, pull.cursor, {
    signal: run.signal,
    told: (rows) => run.progress(Math.min(40, 1 + Math.floor(rows / 1000)), 'read'),
  });
  run.log('info', `${kept.rows} rows read`);
  if (kept.rows === 0) {
    await context.db.transaction((tx) => end(tx, run, pull, kept, null, null));
    return;
  }
  run.progress(50, 'publish');
  const { uploadId, datasetId } = await recordUpload(context, run, pull, kept);
  const publish = () =>
    ingestWithin(context, run, uploadId, folder, (tx, summary) =>
      end(tx, run, pull, kept, uploadId, { datasetId, summary }),
    );
  // Another revision of the dataset came between: the same rows, on top of that.
  for (let left = 3; ; left -= 1) {
    try {
      await publish();
      return;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'base_moved' || left === 0) throw error;
    }
  }
}

async function end(
  tx: Tx,
  run: LiveRun,
  pull: Pull,
  kept: KeptRows,
  uploadId: string | null,
  published: { datasetId: string; summary: Json } | null,
): Promise<void> {
  const summary = (published?.summary ?? null) as { state?: string; revision?: number; rows?: Json } | null;
  const revision = summary?.state === 'published' ? (summary.revision ?? null) : null;
  const datasetId = published?.datasetId ?? null;
  await updateCursor(tx, pull.id, kept.cursor);
  await insertResult(tx, {
    pullId: pull.id,
    runId: run.id,
    uploadId,
    datasetId,
    revision,
    rows: kept.rows,
    cursor: kept.cursor,
  });
  const brought = { pull: pull.id, rows_read: kept.rows, upload: uploadId, dataset: datasetId, revision };
  await run.succeed(tx, { ...brought, rows: summary?.rows ?? null });
}

/** The rows as an arrival like others: what it is read with, is what rows of a source need. */
function recordUpload(
  context: Context,
  run: LiveRun,
  pull: Pull,
  kept: KeptRows,
): Promise<{ uploadId: string; datasetId: string }> {
  return context.db.transaction(async (tx) => {
    await holdBlobs(tx, context.blobs, [kept.sha256]);
    const found = await findDatasetByName(tx, pull.projectId, pull.dataset, everything);
    const datasetId = found?.id ?? (await newDataset(context, tx, pull, run.userId));
    const uploadId = context.newId();
    await insertUpload(tx, {
      id: uploadId,
      projectId: pull.projectId,
      datasetId,
      datasetName: pull.dataset,
      createdDataset: found === undefined,
      runId: run.id,
      userId: run.userId,
      fileName: `${pull.name.replace(/[^\w.-]+/g, '_')}.ndjson`,
      mediaType: 'application/x-ndjson',
      bytes: kept.bytes,
      blobSha256: kept.sha256,
      source: 'pull',
      options: {
        mode: pull.mode,
        ...(pull.key.length === 0 ? {} : { key: pull.key }),
        // A form that grows has new columns; an answer that was taken back is empty.
        schema_policy: 'evolve',
        blank: 'clear',
      },
      state: 'received',
      revision: null,
      duplicateOf: null,
      quarantineOf: null,
      note: '',
    });
    return { uploadId, datasetId };
  });
}

async function newDataset(context: Context, tx: Tx, pull: Pull, createdBy: string | null): Promise<string> {
  const id = context.newId();
  const { projectId, dataset: name } = pull;
  const isMade = await insertDataset(tx, { id, projectId, name, title: pull.name, createdBy });
  return isMade ? id : (await findDatasetByName(tx, projectId, name, everything))!.id;
}
