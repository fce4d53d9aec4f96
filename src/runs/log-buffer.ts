import type { Context } from '../platform/context.ts';
import { isTemporary } from './is-temporary.ts';
import { type LogLevel, type LogLine, maxBufferedLines } from './pure/run.ts';
import type { RunState } from './pure/state.ts';
import { flushAttempt, hasLine } from './store.ts';
import { tell } from './tell.ts';

const flushMs = 200;

/**
 * Gathers log lines and progress of one attempt and stores them in batches, each once, in order. A database that is
 * away delays them; only beyond `maxBufferedLines` are lines dropped, and a line says how many.
 */
export class LogBuffer {
  #context: Context;
  #run: { id: string; attempt: number; logSeq: number };
  #report: (state: RunState | undefined) => void;
  #lines: LogLine[] = [];
  #dropped = 0;
  #percent: number | undefined;
  #step: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #lastMicros = 0;
  /** First line of a batch whose fate is unknown: the connection broke under its statement. */
  #doubtful = false;

  /** `report` hears the state each batch met; undefined: the attempt is not the run's any more. */
  constructor(
    context: Context,
    run: { id: string; attempt: number; logSeq: number },
    report: (state: RunState | undefined) => void,
  ) {
    this.#context = context;
    this.#run = { id: run.id, attempt: run.attempt, logSeq: run.logSeq };
    this.#report = report;
  }

  add(level: LogLevel, text: string): void {
    if (this.#lines.length >= maxBufferedLines) {
      this.#dropped += 1;
      return;
    }
    // Microseconds that never repeat within a run: they order lines by time, and recognise a line that got through.
    this.#lastMicros = Math.max(this.#context.now().getTime() * 1000, this.#lastMicros + 1);
    this.#lines.push({ level, text, atMicros: this.#lastMicros });
    this.#schedule();
  }

  progress(percent: number, step?: string): void {
    this.#percent = Math.min(100, Math.max(0, Math.floor(percent)));
    if (step !== undefined) this.#step = step;
    this.#schedule();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.flush().catch((error: unknown) => {
        this.#context.log.debug({ err: error, runId: this.#run.id }, 'log of a run not stored yet');
        this.#schedule();
      });
    }, flushMs);
  }

  /** Stores what has been gathered when it is called; one batch at a time. */
  async flush(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0 && this.#percent === undefined && this.#step === undefined) return;
    this.#flushing = this.#store().finally(() => {
      this.#flushing = undefined;
    });
    await this.#flushing;
  }

  async #store(): Promise<void> {
    const { db } = this.#context;
    const { id, attempt } = this.#run;
    if (this.#doubtful && this.#lines[0] !== undefined) {
      if (await hasLine(db, id, this.#run.logSeq, this.#lines[0])) this.#lines.splice(0, this.#sent);
      this.#doubtful = false;
    }
    if (this.#dropped > 0) {
      const text = `${this.#dropped} lines dropped: they came faster than they could be stored`;
      this.#dropped = 0;
      this.add('warning', text);
    }
    const lines = this.#lines.slice(0, batchLines);
    const percent = this.#percent;
    const step = this.#step;
    this.#sent = lines.length;
    try {
      const flushed = await flushAttempt(db, id, attempt, { lines, progress: percent, step });
      if (flushed !== undefined) {
        this.#run.logSeq = flushed.logSeq;
        tell(this.#context, id);
      }
      this.#lines.splice(0, lines.length);
      if (this.#percent === percent) this.#percent = undefined;
      if (this.#step === step) this.#step = undefined;
      this.#report(flushed?.state);
    } catch (error) {
      this.#doubtful = isTemporary(error);
      // A batch the database refuses for good would hold up all that follow.
      if (!this.#doubtful) this.#lines.splice(0, lines.length);
      throw error;
    }
    if (this.#lines.length > 0) await this.#store();
  }

  #sent = 0;

  /** No more timers. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

const batchLines = 1000;
