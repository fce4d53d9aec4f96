import type { Context } from '../../src/platform/context.ts';
import type { Tx } from '../../src/platform/db/index.ts';
import { sql } from '../../src/platform/db/index.ts';
import { type JobHandler, startWorker, type Worker, workOnce } from '../../src/platform/jobs/index.ts';
import {
  defineRunKind,
  executeRunHandler,
  insertRun,
  type Json,
  type LiveRun,
  type NewRun,
  type RunHandler,
  type RunKind,
  reapExpiredRuns,
  reapRuns,
  runHandler,
} from '../../src/runs/index.ts';

export const testKind = defineRunKind<{ text?: string }>()('test', { retryDelaySeconds: 0 });

/** A worker for one kind whose work is given. */
export function handlersFor(
  work: (context: Context, run: LiveRun<{ text?: string }>) => Promise<Json | undefined>,
  kind: RunKind<string, { text?: string }> = testKind,
): JobHandler[] {
  return [executeRunHandler([runHandler(kind, work)])];
}

export function startTestWorker(context: Context, handlers: JobHandler[]): Promise<Worker> {
  return startWorker(
    context,
    handlers,
    [],
    [
      { name: 'reap', seconds: context.config.runLeaseSeconds / 3, work: reapExpiredRuns },
      // By the clock, once a minute, in production.
      { name: 'reap-all', seconds: context.config.runLeaseSeconds * 2, work: reapRuns },
    ],
  );
}

export function insert(context: Context, run: Partial<NewRun<{ text?: string }>> = {}): Promise<string> {
  return context.db.transaction((tx: Tx) => insertRun(tx, context, { kind: testKind, payload: {}, ...run }));
}

/** Something that happens once, to be waited for by somebody else. */
export function gate(): { open: () => void; opened: Promise<void> } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

export function stateOf(context: Context, id: string) {
  return context.db.one<{
    state: string;
    attempt: number;
    summary: Json;
    error: { code: string; message: string } | null;
    progress: number;
    step: string | null;
    endedAt: Date | null;
  }>(sql`select state, attempt, summary, error, progress, step, ended_at as "endedAt" from run where id = ${id}`);
}

export async function linesOf(context: Context, id: string): Promise<string[]> {
  const rows = await context.db.many<{ text: string }>(sql`select text from run_log where run_id = ${id} order by seq`);
  return rows.map((row) => row.text);
}

export { type RunHandler, workOnce };
