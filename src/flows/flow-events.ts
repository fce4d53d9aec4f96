import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { authenticateAgain } from '../accounts/index.ts';
import type { Context } from '../platform/context.ts';
import { findRun, linesOfRun, watchRun } from '../runs/index.ts';
import { flowCallerOf, mayReadOf } from './auth/flow-caller.ts';
import { type FoundDataset, flowIdOf } from './find-flow.ts';
import { isTerminal } from './pure/apply-report.ts';
import { apiState } from './pure/derive-status.ts';
import { masked } from './pure/mask.ts';
import { findDataset, findRevision, pipelinesOfRevision, type Revision } from './store.ts';

/**
 * `/{rev}/events`: the state of the flow and of each pipeline whenever they change, and its log line by line; ends with the
 * flow. `Last-Event-ID` resumes the log. The report can be fetched as soon as its pipeline says SUCCEEDED.
 */
export function flowEvents(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  found: FoundDataset & { revision: Revision },
  signal: AbortSignal,
): FastifyReply {
  const given = [request.headers['last-event-id']].flat()[0] ?? '';
  const afterSeq = /^\d{1,15}$/.test(given) ? Number(given) : 0;
  return reply
    .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no', connection: 'close' })
    .type('text/event-stream; charset=utf-8')
    .send(
      Readable.from(
        events(context, found, afterSeq, signal, () => mayStill(context, request, found)),
        { highWaterMark: 16 },
      ),
    );
}

/** Rights, a membership or the credential itself may end while a stream goes on. */
async function mayStill(
  context: Context,
  request: FastifyRequest,
  { dataset, isOwner }: FoundDataset,
): Promise<boolean> {
  await authenticateAgain(context, request);
  const now = await findDataset(context.db, dataset.ownerId, dataset.name);
  if (now === undefined) return false;
  // Who saw what only owners see goes on as one, or not at all.
  if (now.findability !== 'private' && !isOwner) return true;
  return await mayReadOf(context, request, await flowCallerOf(context, request), now.ownerId);
}

const idleMs = 15_000;
const page = 1_000;

async function* events(
  context: Context,
  found: FoundDataset & { revision: Revision },
  afterSeq: number,
  signal: AbortSignal,
  mayGoOn: () => Promise<boolean>,
): AsyncGenerator<string> {
  const { dataset, revision, isOwner } = found;
  const shown = <T>(value: T): T => (isOwner ? value : masked(value));
  const told = new Map<string, string>();
  let seq = afterSeq;
  let wake = () => {};
  const watch = watchRun(context, revision.runId, () => wake());
  const gone = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  try {
    await watch.ready;
    yield 'retry: 2000\n\n';
    while (!signal.aborted) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      // Read before the states: a line said before the end is sent before the end.
      const current = await findRevision(context.db, dataset.id, revision.n);
      const pipelines = await pipelinesOfRevision(context.db, revision.id);
      const last = Number((await findRun(context.db, revision.runId))?.logSeq ?? 0);
      while (seq < last) {
        const lines = await linesOfRun(context.db, revision.runId, { afterSeq: seq, since: undefined, limit: page });
        for (const line of lines) yield message('log', shown({ at: line.at, text: line.text }), line.seq);
        seq = lines.length === 0 ? last : Number(lines.at(-1)!.seq);
      }
      for (const { id, title, status, stats, errorLog } of pipelines) {
        const data = { pipeline: id, title, status: apiState[status], stats, error_log: errorLog };
        const text = JSON.stringify(data);
        if (told.get(id) === text) continue;
        told.set(id, text);
        yield message('pipeline', shown(data));
      }
      if (current === undefined) return;
      const { status, errorLog, stats } = current;
      const state = { id: flowIdOf(dataset, revision.n), state: apiState[status], error_log: errorLog, stats };
      if (told.get('') !== JSON.stringify(state)) {
        told.set('', JSON.stringify(state));
        yield message('status', shown(state));
      }
      if (isTerminal(status)) {
        yield message('end', shown(state));
        return;
      }
      const timer = Promise.withResolvers<'idle'>();
      const timeout = setTimeout(() => timer.resolve('idle'), idleMs);
      const woken = await Promise.race([changed, gone, timer.promise]);
      clearTimeout(timeout);
      if (signal.aborted || !(await mayGoOn())) return;
      if (woken === 'idle') yield ': still there\n\n';
    }
  } finally {
    watch.close();
  }
}

const message = (event: string, data: unknown, id?: number): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
