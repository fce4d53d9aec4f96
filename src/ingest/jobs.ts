import { defineJob } from '../platform/jobs/index.ts';
import { defineRunKind } from '../runs/jobs.ts';

/**
 * Reads, checks and publishes one upload. Runs of one dataset come one after another (`serialKeyOf`). A worker that
 * dies in the middle has published nothing, so it is tried again from the start.
 */
export const ingestRun = defineRunKind<{ uploadId: string }>()('ingest', { maxAttempts: 10, retryDelaySeconds: 1 });

/** Drops what waited too long to be confirmed, and closes uploads whose run ended without a word. */
export const sweepUploadsJob = defineJob<Record<string, never>>()('sweep-uploads', { maxAttempts: 1 });
