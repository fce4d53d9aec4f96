import { type Blobs, blobMissing } from '../blobs/index.ts';
import { type Queryable, sql, type Tx } from '../db/index.ts';

/** Any fixed number; those who begin to refer to blobs share it, the sweep has it alone. */
const lockKey = 4680_0002;

/**
 * Call before inserting a row that names blobs, in the same transaction. From then until its end the sweep of
 * unreferenced blobs waits, and sees the row afterwards; a blob it took just before is noticed here (`blob_missing`)
 * instead of becoming a row without bytes.
 */
export async function holdBlobs(tx: Tx, blobs: Blobs, sha256s: (string | null | undefined)[]): Promise<void> {
  await tx.exec(sql`select pg_advisory_xact_lock_shared(${lockKey}::bigint)`);
  for (const sha256 of new Set(sha256s)) {
    if (sha256 && (await blobs.stat(sha256)) === undefined) throw blobMissing(sha256);
  }
}

export async function waitForHolders(tx: Queryable): Promise<void> {
  await tx.exec(sql`select pg_advisory_xact_lock(${lockKey}::bigint)`);
}
