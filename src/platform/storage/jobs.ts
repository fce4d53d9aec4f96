import { defineJob } from '../jobs/index.ts';

/** Removes blobs that no row names, and what broken transfers left. */
export const sweepBlobsJob = defineJob<Record<string, never>>()('sweep-blobs', { maxAttempts: 1 });
