import { defineJob } from '../platform/jobs/index.ts';
import { defineRunKind } from '../runs/jobs.ts';

/** Works out everything asked for in `aggregate_request`. Enqueue it under its own name as key: requests gather. */
export const refreshAggregatesJob = defineJob<Record<string, never>>()('refresh-aggregates', { maxAttempts: 25 });

/** Works out a whole campaign again. */
export const campaignRefreshRun = defineRunKind<{ campaign_id: number }>()('agg-refresh');

/** Compares the tree of places with their links. */
export const cacheMetaRun = defineRunKind<Record<string, never>>()('cache-meta');
