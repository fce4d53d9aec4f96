/** `cancelling` lies between the wish and the moment the work has really ended. A time-out is `failed`, code `timeout`. */
export const runStates = ['queued', 'starting', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled'] as const;
export type RunState = (typeof runStates)[number];

/** Somebody works on it, and holds a lease. */
export const activeStates = ['starting', 'running', 'cancelling'] as const satisfies RunState[];
export const endStates = ['succeeded', 'failed', 'cancelled'] as const satisfies RunState[];

/** Every lawful change; whatever is not here is refused by the statement that tries it. */
const next: Record<RunState, readonly RunState[]> = {
  // To `running` and the ends directly: a run that is worked on outside of Granary and only reported.
  queued: ['starting', 'running', 'succeeded', 'failed', 'cancelled'],
  starting: ['running', 'succeeded', 'failed', 'cancelling', 'queued'],
  // Back to `queued`: another attempt.
  running: ['succeeded', 'failed', 'cancelling', 'queued'],
  cancelling: ['cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
};

export function canChange(from: RunState, to: RunState): boolean {
  return next[from].includes(to);
}

/** The states `to` may be reached from: the `any(…)` of its compare-and-set. */
export function sourcesOf(to: RunState): RunState[] {
  return runStates.filter((from) => canChange(from, to));
}

export function hasEnded(state: RunState): boolean {
  return next[state].length === 0;
}
