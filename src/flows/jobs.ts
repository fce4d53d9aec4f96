import { defineJob } from '../platform/jobs/index.ts';
import { defineRunKind } from '../runs/jobs.ts';

/** Sends one event to one webhook; writes down what came of it and asks for the next attempt. */
export const deliverWebhookJob = defineJob<{ deliveryId: string }>()('deliver-webhook', { maxAttempts: 3 });

/** Makes a flow whose run ended without its pipelines end too: cancelled, timed out, lost. */
export const endFlowJob = defineJob<{ runId: string }>()('end-flow', { maxAttempts: 25 });

/**
 * One revision of a dataset of the spec store, those of a dataset one after another. A worker that died is followed by
 * another, which goes on with what is not done.
 */
export const flowRun = defineRunKind<{ revisionId: string }>()('flow', {
  maxAttempts: 3,
  retryDelaySeconds: 1,
  onEnd: endFlowJob,
});

/** A pipeline of a revision; moved by reports, never by a worker of its own. */
export const pipelineRun = defineRunKind<{ pipeline: string }>()('pipeline', {
  maxAttempts: 1,
  timeoutSeconds: 604_800,
});

/** Makes the revisions a schedule asks for. */
export const startScheduledFlowJob = defineJob<{ datasetId: string; times: number }>()('start-scheduled-flow', {
  maxAttempts: 3,
});

/** Revisions of a dataset run one after another, in order of their numbers. */
export const flowSerialKey = (datasetId: string): string => `flow:${datasetId}`;
