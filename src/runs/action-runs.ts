import type { Context } from '../platform/context.ts';
import type { ActionRuns } from '../resource/index.ts';
import { insertRun } from './insert-run.ts';
import type { RunKind } from './jobs.ts';
import { hasEnded } from './pure/state.ts';
import { lockSerialKey, queuedRunOfKey } from './store.ts';
import { waitForRun } from './wait-for-run.ts';

/** How actions of the resource framework become runs: one waits per lock key, and they run one after another. */
export function actionRuns(context: Context, kinds: readonly RunKind[]): ActionRuns {
  return {
    start: async (tx, { kind: name, lockKey, parameters, access }) => {
      const kind = kinds.find((candidate) => candidate.name === name);
      if (kind === undefined) throw new Error(`nobody works on runs of kind ${name}`);
      await lockSerialKey(tx, lockKey);
      const waiting = await queuedRunOfKey(tx, lockKey, name);
      if (waiting !== undefined) return waiting.id;
      return await insertRun(tx, context, { kind, payload: parameters, userId: access.userId, serialKey: lockKey });
    },
    wait: async (id, seconds, signal) => {
      const { state, progress, summary, error } = await waitForRun(context, id, seconds, signal);
      return {
        id,
        state,
        ended: hasEnded(state),
        progress,
        summary,
        ...(error === null ? {} : { error: { status: error.status, code: error.code, detail: error.message } }),
      };
    },
  };
}
