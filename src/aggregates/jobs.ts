import { defineJob } from '../platform/jobs/index.ts';

/** Works out everything asked for in `aggregate_request`. Enqueue it under its own name as key: requests gather. */
export const refreshAggregatesJob = defineJob<Record<string, never>>()('refresh-aggregates', { maxAttempts: 25 });
