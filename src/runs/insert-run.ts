import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import type { RunKind } from './jobs.ts';
import type { Share } from './pure/take-turns.ts';
import { insertQueuedRun, lockSerialKey } from './store.ts';

export interface NewRun<Payload extends object> {
  kind: RunKind<string, Payload>;
  /** Ids and options; never secrets or data. */
  payload: NoInfer<Payload>;
  projectId?: string | null;
  /** Who asked; null for the machinery. */
  userId?: string | null;
  /** What it works on, such as `{ type: 'revision', id }`. */
  subject?: { type: string; id: string };
  parentId?: string;
  retryOf?: string;
  /** Runs of one key run strictly one after another, in order of insertion, whatever happens to those before. */
  serialKey?: string;
  timeoutSeconds?: number;
  maxAttempts?: number;
  retryFailures?: boolean;
  retryDelaySeconds?: number;
  /** Not before so many seconds from now. */
  delaySeconds?: number;
  /** It waits for one of the places its size and owner share (`admitRuns`). Default: it needs none. */
  share?: Share;
  /** False: the caller moves it with `changeRun`; no worker touches it. Default true. */
  dispatched?: boolean;
}

/**
 * Inserts a run and asks for its execution, in the caller's transaction: both exist or neither. With a serial key it
 * locks the key until the transaction ends, so that order of insertion and order of commit are one. Returns the id.
 */
export async function insertRun<Payload extends object>(
  tx: Tx,
  context: Pick<Context, 'config' | 'newId'>,
  run: NewRun<Payload>,
): Promise<string> {
  const { kind } = run;
  const id = context.newId();
  if (run.serialKey !== undefined) await lockSerialKey(tx, run.serialKey);
  await insertQueuedRun(tx, {
    id,
    kind: kind.name,
    payload: run.payload,
    projectId: run.projectId ?? null,
    userId: run.userId ?? null,
    subjectType: run.subject?.type ?? null,
    subjectId: run.subject?.id ?? null,
    parentId: run.parentId ?? null,
    retryOf: run.retryOf ?? null,
    serialKey: run.serialKey ?? null,
    timeoutSeconds: run.timeoutSeconds ?? kind.timeoutSeconds ?? context.config.runTimeoutSeconds,
    maxAttempts: run.maxAttempts ?? kind.maxAttempts,
    retryFailures: run.retryFailures ?? kind.retryFailures,
    retryDelaySeconds: run.retryDelaySeconds ?? kind.retryDelaySeconds,
    delaySeconds: run.delaySeconds ?? 0,
    dispatched: run.dispatched ?? true,
    onEnd: kind.onEnd?.name ?? null,
    shareSize: run.share?.size ?? null,
    shareOwner: run.share?.owner ?? null,
  });
  return id;
}
