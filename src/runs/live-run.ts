import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import type { AppError } from '../platform/errors/index.ts';
import { changeRun } from './change-run.ts';
import { runCancelled, runInterrupted, runLost, runTimeout } from './errors.ts';
import type { RunKind } from './jobs.ts';
import { LogBuffer } from './log-buffer.ts';
import type { StopReason } from './pure/decide-end.ts';
import type { Json, LogLevel } from './pure/run.ts';
import type { ClaimedRun } from './store.ts';

/** What a handler holds while it works on a run. */
export interface LiveRun<Payload extends object = object> {
  readonly id: string;
  readonly kind: string;
  readonly payload: Payload;
  readonly attempt: number;
  readonly userId: string | null;
  readonly projectId: string | null;
  readonly subject: { type: string; id: string } | undefined;
  readonly parentId: string | null;
  /**
   * Aborted on cancel, time-out, stop of the worker and loss of the run; `signal.reason` is the AppError to throw.
   * After that only `succeed` could still end the run well, and it refuses.
   */
  readonly signal: AbortSignal;
  /** Costs next to nothing: lines are stored in batches, a quarter of a second later at most. */
  log(level: LogLevel, text: string): void;
  /** 0 to 100, rounded down; the step is a word or two for people. */
  progress(percent: number, step?: string): void;
  /** Resolves when all that was logged so far is stored. */
  flush(): Promise<void>;
  /** starting → running, for kinds that start themselves. Throws `run_lost` or `run_cancelled`. */
  started(): Promise<void>;
  /**
   * Ends the run well inside the handler's own publishing transaction: both or neither. Call it last in there, it
   * locks the run's row. Throws, and so undoes the publication, when the attempt was cancelled, has timed out, or the
   * run was taken away.
   */
  succeed(tx: Tx, summary?: Json): Promise<void>;
}

export interface RunHandler {
  kind: RunKind;
  handle(context: Context, run: LiveRun): Promise<Json | undefined>;
}

/** Ties a kind to what works on it. What it returns is the summary, unless `succeed` was called. */
export function runHandler<Payload extends object>(
  kind: RunKind<string, Payload>,
  handle: (context: Context, run: LiveRun<Payload>) => Promise<Json | undefined>,
): RunHandler {
  return { kind, handle: (context, run) => handle(context, run as LiveRun<Payload>) };
}

/** The other side of a LiveRun: what the machinery does to it. */
export class Attempt {
  readonly claimed: ClaimedRun;
  readonly live: LiveRun;
  readonly log: LogBuffer;
  stopped: { reason: StopReason; error: AppError } | undefined;
  /** `succeed` was called; whether its transaction was committed, only the database knows. */
  mayHaveEnded = false;
  #context: Context;
  #controller = new AbortController();

  constructor(context: Context, claimed: ClaimedRun) {
    this.#context = context;
    this.claimed = claimed;
    this.log = new LogBuffer(context, claimed, (state) => {
      if (state === 'cancelling') this.stop('cancelled');
      else if (state === undefined && !this.mayHaveEnded) this.stop('lost');
    });
    this.live = {
      id: claimed.id,
      kind: claimed.kind,
      payload: claimed.payload,
      attempt: claimed.attempt,
      userId: claimed.userId,
      projectId: claimed.projectId,
      subject: claimed.subjectId === null ? undefined : { type: claimed.subjectType ?? '', id: claimed.subjectId },
      parentId: claimed.parentId,
      signal: this.#controller.signal,
      log: (level, text) => this.log.add(level, text),
      progress: (percent, step) => this.log.progress(percent, step),
      flush: () => this.log.flush(),
      started: () => this.#started(),
      succeed: (tx, summary) => this.#succeed(tx, summary ?? null),
    };
  }

  /** The first reason counts. */
  stop(reason: StopReason): void {
    if (this.stopped !== undefined) return;
    const { id, timeoutSeconds } = this.claimed;
    const error = {
      cancelled: () => runCancelled(id),
      timeout: () => runTimeout(timeoutSeconds),
      shutdown: () => runInterrupted(),
      lost: () => runLost(id),
    }[reason]();
    this.stopped = { reason, error };
    this.#controller.abort(error);
  }

  async #started(): Promise<void> {
    this.#refuseIfStopped();
    const { id, attempt } = this.claimed;
    const changed = await this.#context.db.transaction((tx) =>
      changeRun(tx, id, { to: 'running', from: ['starting', 'running'], attempt }),
    );
    if (changed === undefined) throw runLost(id);
  }

  async #succeed(tx: Tx, summary: Json): Promise<void> {
    this.#refuseIfStopped();
    const { id, attempt } = this.claimed;
    await this.log.flush();
    this.mayHaveEnded = true;
    const changed = await changeRun(tx, id, { to: 'succeeded', from: ['starting', 'running'], attempt, summary });
    if (changed === undefined) throw runLost(id);
  }

  #refuseIfStopped(): void {
    if (this.stopped !== undefined) throw this.stopped.error;
  }
}
