import { defineRunKind } from '../runs/jobs.ts';

/** Makes a new revision out of old ones: without one arrival, or as it once was. Serial with the dataset's ingests. */
export const reviseRun = defineRunKind<{ datasetId: string; action: 'undo' | 'restore'; n: number; note: string }>()(
  'revise-dataset',
  { maxAttempts: 5, retryDelaySeconds: 1 },
);

/** Runs that change one dataset come one after another. */
export const serialKeyOf = (datasetId: string): string => `dataset:${datasetId}`;
