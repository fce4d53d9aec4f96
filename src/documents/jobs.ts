import { defineJob } from '../platform/jobs/index.ts';
import { defineRunKind } from '../runs/jobs.ts';

export interface DocumentPayload {
  document_id: number;
  /** Do everything and keep nothing of it: the summary says what would be. */
  dry_run?: boolean;
  /** The document was sent for a dry run alone: it goes when the summary is told. */
  discard?: boolean;
}

/** The whole way: read the file, its rows and codes, values, aggregates. */
export const transformUploadRun = defineRunKind<DocumentPayload>()('transform-upload', { maxAttempts: 10 });

/** From the rows already read: mappings, values, aggregates. */
export const refreshMasterRun = defineRunKind<DocumentPayload>()('refresh-master', { maxAttempts: 10 });

/** Marks all rows of a document as still to be processed. */
export const queueProcessRun = defineRunKind<{ document_id: number }>()('queue-process');

/** Derives the values of codes again whose meaning has changed. Enqueue under its own name as key: requests gather. */
export const deriveDocumentsJob = defineJob<Record<string, never>>()('derive-documents', { maxAttempts: 25 });
