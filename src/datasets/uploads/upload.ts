import type { IssueCounts, RowCounts } from '../dataset.ts';

export const uploadStates = [
  'received',
  'awaiting_confirmation',
  'published',
  'unchanged',
  'failed',
  'dropped',
  'previewed',
] as const;
export type UploadState = (typeof uploadStates)[number];

/** One file or batch of records that came in, whatever became of it. */
export interface Upload {
  id: string;
  projectId: string;
  /** Null for a dry run of a dataset that does not exist. */
  datasetId: string | null;
  datasetName: string;
  createdDataset: boolean;
  runId: string | null;
  userId: string | null;
  fileName: string;
  mediaType: string;
  bytes: number;
  blobSha256: string;
  source: 'upload' | 'push' | 'pull' | 'flow' | 'function' | 'entry';
  options: Record<string, unknown>;
  fingerprint: string | null;
  state: UploadState;
  revision: number | null;
  duplicateOf: string | null;
  quarantineOf: string | null;
  quarantineClosedBy: string | null;
  counts: RowCounts | null;
  issueCounts: IssueCounts | null;
  issuesSha256: string | null;
  rejectsSha256: string | null;
  batchSha256: string | null;
  preview: Record<string, unknown> | null;
  error: { code: string; message: string } | null;
  note: string;
  expiresAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}
