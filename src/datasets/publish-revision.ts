import type { StoredBlob } from '../platform/blobs/index.ts';
import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { holdBlobs } from '../platform/storage/index.ts';
import type { Batch, Dataset, IssueCounts, Revision, RowCounts, TableSchema } from './dataset.ts';
import { baseMoved, datasetDeleted } from './errors.ts';
import { nextVersion } from './pure/next-version.ts';
import {
  endBatches,
  findRevision,
  insertBatch,
  insertRevision,
  lockDataset,
  updateDatasetAfterRevision,
} from './store.ts';

export interface Publication {
  datasetId: string;
  kind: Revision['kind'];
  /** The revision the table was made from; 0 = none. */
  base: number;
  uploadId: string | null;
  runId: string;
  userId: string | null;
  table: Pick<StoredBlob, 'sha256' | 'bytes'> & { rows: number };
  schema: TableSchema;
  key: string[];
  /** How the file was read. */
  reading: Record<string, unknown>;
  /** Reading options the dataset takes over for the next file. */
  remembered: Record<string, unknown>;
  recipe: unknown[];
  counts: RowCounts;
  issueCounts: IssueCounts;
  issuesSha256: string | null;
  changelog: string;
  refersTo: number | null;
  /** What the new revision adds; null for undo and restore. */
  batch: Pick<Batch, 'batchSha256' | 'mode' | 'key' | 'blank' | 'rows'> | null;
  /** Batches the new revision is made of, beside that one, by position. `all` = those of the base. */
  keep: Pick<Batch, 'position' | 'batchSha256' | 'uploadId' | 'mode' | 'key' | 'blank' | 'rows'>[] | 'all';
}

/**
 * Makes a table the newest revision, completely or not at all: revision, batches and pointer in the caller's
 * transaction. Throws `dataset_deleted`, or `base_moved` when another revision came first, which runs of one serial key
 * never do to each other. Returns the number.
 */
export async function publishRevision(context: Context, tx: Tx, publication: Publication): Promise<number> {
  const { datasetId, batch } = publication;
  await holdBlobs(tx, context.blobs, [publication.table.sha256, publication.issuesSha256, batch?.batchSha256]);
  const dataset = await lockDataset(tx, datasetId);
  if (dataset === undefined) throw datasetDeleted();
  if (dataset.latestRevision !== publication.base) throw baseMoved(dataset.latestRevision);
  const n = publication.base + 1;
  await insertRevision(tx, await revisionOf(tx, dataset, publication, n));
  await replaceBatches(tx, publication, n);
  await updateDatasetAfterRevision(tx, datasetId, {
    n,
    schema: publication.schema,
    key: publication.key,
    reading: publication.remembered,
    recipe: publication.recipe,
  });
  return n;
}

async function revisionOf(
  tx: Tx,
  dataset: Dataset,
  publication: Publication,
  n: number,
): Promise<Omit<Revision, 'createdAt'>> {
  const before = await findRevision(tx, dataset.id, publication.base);
  return {
    datasetId: dataset.id,
    n,
    kind: publication.kind,
    uploadId: publication.uploadId,
    runId: publication.runId,
    batchSha256: publication.batch?.batchSha256 ?? null,
    tableSha256: publication.table.sha256,
    schema: publication.schema,
    rows: publication.table.rows,
    bytes: publication.table.bytes,
    mode: publication.batch?.mode ?? null,
    key: publication.key,
    recipe: publication.recipe,
    reading: publication.reading,
    counts: publication.counts,
    issueCounts: publication.issueCounts,
    issuesSha256: publication.issuesSha256,
    version: nextVersion(before, publication),
    changelog: publication.changelog,
    refersTo: publication.refersTo,
    createdBy: publication.userId,
  };
}

async function replaceBatches(tx: Tx, publication: Publication, n: number): Promise<void> {
  const { datasetId, batch, keep, uploadId } = publication;
  if (keep !== 'all') {
    const live = new Set(
      await endBatches(
        tx,
        datasetId,
        n,
        keep.map((kept) => kept.position),
      ),
    );
    for (const kept of keep) if (!live.has(kept.position)) await insertBatch(tx, { ...kept, datasetId, firstN: n });
  }
  if (batch === null || uploadId === null) return;
  // The number of the revision is the next free position: every batch came with a revision of its own.
  await insertBatch(tx, { ...batch, datasetId, uploadId, position: n, firstN: n });
}
