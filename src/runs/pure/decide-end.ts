import type { Json, RunError } from './run.ts';

/** Why a handler was told to stop. */
export type StopReason = 'cancelled' | 'timeout' | 'shutdown' | 'lost';

/** How an attempt ended, as seen by whoever watched it. */
export type Ending =
  | { how: 'returned'; summary: Json }
  /** `temporary`: not the work's fault, such as a database that was away. */
  | { how: 'threw'; error: RunError; temporary: boolean }
  | { how: 'stopped'; reason: StopReason; error: RunError };

export interface AttemptLimits {
  attempt: number;
  attemptsForgiven: number;
  maxAttempts: number;
  retryFailures: boolean;
  retryDelaySeconds: number;
}

/** What becomes of the run. `again` spends an attempt unless it is forgiven. */
export type Decision =
  | { to: 'succeeded'; summary: Json }
  | { to: 'failed'; error: RunError }
  | { to: 'cancelled' }
  | { to: 'queued'; delaySeconds: number; forgive: boolean; text: string };

/** The one rule for ends and repeats; the reaper asks it as well as the worker. */
export function decideEnd(ending: Ending, limits: AttemptLimits): Decision {
  if (ending.how === 'returned') return { to: 'succeeded', summary: ending.summary };
  if (ending.how === 'stopped' && ending.reason === 'cancelled') return { to: 'cancelled' };
  const spent = limits.attempt - limits.attemptsForgiven;
  // An orderly stop costs no attempt, but a kind with a single attempt is never begun twice.
  if (ending.how === 'stopped' && ending.reason === 'shutdown' && limits.maxAttempts > 1) {
    return {
      to: 'queued',
      delaySeconds: 0,
      forgive: true,
      text: 'The worker was stopped; the run goes back to the queue',
    };
  }
  const byMachinery = ending.how === 'stopped' ? ending.reason === 'lost' : ending.temporary;
  if (spent >= limits.maxAttempts || !(byMachinery || limits.retryFailures))
    return { to: 'failed', error: ending.error };
  const delaySeconds = limits.retryDelaySeconds;
  return {
    to: 'queued',
    delaySeconds,
    forgive: false,
    text: `Attempt ${spent} of ${limits.maxAttempts} failed; retrying in ${delaySeconds} s: ${ending.error.message}`,
  };
}
