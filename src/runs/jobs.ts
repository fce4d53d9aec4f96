import { defineJob, type Job } from '../platform/jobs/index.ts';

/** Works on one run, if it is still waiting. Key: `run:<id>`. */
export const executeRun = defineJob<{ runId: string }>()('execute-run', { maxAttempts: 25 });

/** Gives free places to runs that wait for one. Key: `admit:<id of the run that came or ended>`, so that nobody waits for another. */
export const admitRuns = defineJob<Record<string, never>>()('admit-runs', { maxAttempts: 3 });

/** Takes runs from workers that stopped responding, and asks again for waiting runs whose job got lost. */
export const reapRuns = defineJob<Record<string, never>>()('reap-runs', { maxAttempts: 1 });

/**
 * What can take time. Declared in a module's `jobs.ts`, handled in `src/worker.ts`. Handlers are safe to repeat:
 * a run whose worker died is worked on again from the start.
 */
export interface RunKind<Name extends string = string, Payload extends object = object> {
  name: Name;
  /** Attempts in all, the first included. 1 = never a second one, also when the worker died. Default 3. */
  maxAttempts: number;
  /** Also try again what the handler itself failed with. False: only lost workers and databases. Default false. */
  retryFailures: boolean;
  /** Pause before the next attempt. Default 5. */
  retryDelaySeconds: number;
  /** Default: GRANARY_RUN_TIMEOUT. */
  timeoutSeconds: number | undefined;
  /** True: stays `starting` until the handler calls `started()`. Default false. */
  startsItself: boolean;
  /** Enqueued in the statement that ends a run of this kind, however it ends: to tell people, to derive a parent. */
  onEnd: Job<string, { runId: string }> | undefined;
  /** Never read: carries the payload's type to `insertRun` and the handler. */
  readonly payload?: Payload;
}

export function defineRunKind<Payload extends object>() {
  return <const Name extends string>(
    name: Name,
    options: Partial<Omit<RunKind, 'name' | 'payload'>> = {},
  ): RunKind<Name, Payload> => ({
    name,
    maxAttempts: 3,
    retryFailures: false,
    retryDelaySeconds: 5,
    timeoutSeconds: undefined,
    startsItself: false,
    onEnd: undefined,
    ...options,
  });
}
