import type { Context } from '../platform/context.ts';
import { hasEnded } from './pure/state.ts';
import { openReader, type RunReader } from './run-reader.ts';
import { linesOfRun, type RunNews, type StoredLine } from './store.ts';

export type RunEvent =
  | { event: 'status' | 'end'; data: RunStatus }
  | { event: 'progress'; data: Pick<RunStatus, 'progress' | 'step'> }
  | { event: 'log'; id: number; data: { id: number; at: string; level: string; text: string } }
  /** Nothing happened for a while. */
  | { event: 'idle' };

export interface RunStatus {
  id: string;
  state: string;
  progress: number;
  step: string | null;
  attempt: number;
  summary: unknown;
  error: unknown;
}

const page = 500;

/**
 * Everything that happens to a run, from the line after `afterSeq`: first its status, then lines, progress and states
 * as they come, `end` last. The consumer's pace is the pace: nothing is gathered for a slow one. `mayGoOn` is asked again
 * before anything that came later is told.
 */
export async function* followRun(
  context: Context,
  id: string,
  options: { afterSeq: number; idleSeconds: number; signal: AbortSignal; mayGoOn: () => Promise<boolean> },
): AsyncGenerator<RunEvent> {
  const reader = await openReader(context, id);
  if (reader === undefined) return;
  const gone = new Promise<void>((resolve) => {
    options.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    let told = reader.news!;
    let position = options.afterSeq;
    yield { event: 'status', data: statusOf(told) };
    for (let isFirst = true; !options.signal.aborted; isFirst = false) {
      const change = reader.changed;
      if (!isFirst && !(await options.mayGoOn())) return;
      const news = reader.news!;
      if (position < news.logSeq) {
        const lines = await nextLines(context, reader, id, position);
        for (const line of lines) yield { event: 'log', id: line.seq, data: lineOf(line) };
        // No lines below the newest number: they were removed by age.
        position = lines.at(-1)?.seq ?? news.logSeq;
        continue;
      }
      if (news.progress !== told.progress || news.step !== told.step) {
        yield { event: 'progress', data: { progress: news.progress, step: news.step } };
      }
      if (news.state !== told.state || news.attempt !== told.attempt) yield { event: 'status', data: statusOf(news) };
      told = news;
      if (hasEnded(news.state)) {
        yield { event: 'end', data: statusOf(news) };
        return;
      }
      const idle = Promise.withResolvers<'idle'>();
      const timer = setTimeout(() => idle.resolve('idle'), options.idleSeconds * 1000);
      const woken = await Promise.race([change, gone, idle.promise]);
      clearTimeout(timer);
      if (woken === 'idle') yield { event: 'idle' };
    }
  } finally {
    reader.leave();
  }
}

async function nextLines(context: Context, reader: RunReader, id: string, afterSeq: number): Promise<StoredLine[]> {
  return reader.linesAfter(afterSeq) ?? (await linesOfRun(context.db, id, { afterSeq, since: undefined, limit: page }));
}

const statusOf = ({ id, state, progress, step, attempt, summary, error }: RunNews): RunStatus => ({
  id,
  state,
  progress,
  step,
  attempt,
  summary,
  error,
});

export const lineOf = ({ seq, at, level, text }: StoredLine) => ({ id: seq, at, level, text });
