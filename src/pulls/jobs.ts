import { defineRunKind } from '../runs/jobs.ts';

export interface PullPayload {
  /** The pull; named as the action's parameter is. */
  odk_form_id: number;
}

/** Reads a query of a connection from where the last one ended, and publishes the rows as a revision. */
export const pullRun = defineRunKind<PullPayload>()('pull', { maxAttempts: 5 });
