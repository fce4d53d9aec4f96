import type { Context } from '../platform/context.ts';
import { forLargeWork } from '../platform/db/index.ts';
import type { JobRun } from '../platform/jobs/index.ts';
import { codesAskedFor, mapExactly } from './code-store.ts';
import { deriveWithCorrected } from './derive-values.ts';
import { claimMappings, documentsUsing, mappingRequests } from './mapping-store.ts';
import { markMapping } from './store.ts';

/** What changed codes are part of is derived again, in all documents that use them. Twice at once is safe. */
export async function deriveDocuments(context: Context, _payload: object, run: Pick<JobRun, 'signal'>): Promise<void> {
  while (!run.signal.aborted && (await deriveSome(context, run.signal)));
  if (run.signal.aborted) throw new Error('asked to stop');
}

/**
 * A claim is good only together with what it asks for: both are one transaction. Open codes that an object goes by since are
 * mapped before, in a transaction of their own: one that holds codes must not wait for a document, whose processing maps codes.
 */
async function deriveSome(context: Context, signal: AbortSignal): Promise<boolean> {
  const requests = await mappingRequests(context.db);
  if (requests.length === 0) return false;
  const db = forLargeWork(context.db, signal);
  const mapped = await db.transaction((tx) => mapExactly(tx, codesAskedFor(requests)));
  return await db.transaction(async (tx) => {
    const mapIds = await claimMappings(tx, requests, mapped);
    if (mapIds.length === 0) return false;
    const documentIds = await documentsUsing(tx, mapIds);
    if (documentIds.length === 0) return true;
    await deriveWithCorrected(context, tx, { documentIds, mapIds }, { runId: null, userId: null });
    await markMapping(tx, documentIds);
    return true;
  });
}
