import type { Context } from '../platform/context.ts';
import type { Findings } from './fail-upload.ts';
import type { ReadUpload } from './read-upload.ts';

/** Issues and rejected rows into the blob store; rows that name them come later, in the caller's transaction. */
export async function storeFindings(context: Context, read: ReadUpload): Promise<Findings> {
  const issues = await context.blobs.putFile(read.issuesFile);
  const rejects = read.rejectsFile === undefined ? undefined : await context.blobs.putFile(read.rejectsFile);
  return {
    counts: read.counts,
    issueCounts: read.issueCounts,
    issuesSha256: issues.sha256,
    rejectsSha256: rejects?.sha256 ?? null,
  };
}
