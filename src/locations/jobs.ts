import { defineJob } from '../platform/jobs/index.ts';

/** Makes the stored simplifications of shapes that are new or whose neighbours have changed. Key: its name. */
export const simplifyShapesJob = defineJob<Record<string, never>>()('simplify-shapes', { maxAttempts: 5 });
