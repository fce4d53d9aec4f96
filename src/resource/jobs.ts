import { defineJob } from '../platform/jobs/index.ts';

/** Removes answers kept for Idempotency-Key longer than their 24 hours. */
export const purgeIdempotencyAnswersJob = defineJob<Record<string, never>>()('purge-idempotency-answers', {
  maxAttempts: 3,
});
