import { MultiBar, Presets } from 'cli-progress';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { CommandError, exitCodes } from '../errors.ts';
import type { Io } from '../io.ts';
import type { Connection } from './connect.ts';

export interface RunState {
  id: string;
  state: string;
  progress: number;
  step?: string | null;
  error?: { code: string; message: string } | null;
  summary?: unknown;
}

const ended = ['succeeded', 'failed', 'cancelled'];

/**
 * Follows a run to its end over server-sent events, drawing a bar where there is a terminal, and returns its last
 * state. A broken connection is taken up again after the last line seen, so no log line is lost or repeated.
 */
export async function followRun(
  connection: Connection,
  io: Io,
  id: string,
  options: { log: boolean },
): Promise<RunState> {
  const bars =
    io.progress && !options.log
      ? new MultiBar({ hideCursor: true, format: ' {bar} {percentage} % {step}' }, Presets.shades_classic)
      : undefined;
  const bar = bars?.create(100, 0, { step: '' });
  let lastId: string | undefined;
  try {
    for (;;) {
      const done = await readEvents(connection, id, lastId, (event) => {
        lastId = event.id ?? lastId;
        if (event.event === 'log' && options.log) io.err(logLine(event.data));
        if (event.event === 'progress' || event.event === 'status') {
          const now = JSON.parse(event.data) as Partial<RunState>;
          if (now.progress !== undefined) bar?.update(now.progress, { step: now.step ?? '' });
        }
      });
      const run = await connection.json<RunState>('GET', `/api/v1/run/${id}`);
      if (done || ended.includes(run.state)) return run;
    }
  } finally {
    bars?.stop();
  }
}

/** How a command ends that has followed a run to its end. */
export function throwUnlessSucceeded({ state, error }: RunState): void {
  if (state === 'cancelled') throw new CommandError('cancelled', exitCodes.cancelled);
  if (state !== 'succeeded') throw new CommandError(error?.message ?? state);
}

/** True when the stream said `end`; false when it merely broke. */
async function readEvents(
  connection: Connection,
  id: string,
  lastId: string | undefined,
  onEvent: (event: EventSourceMessage) => void,
): Promise<boolean> {
  const headers: Record<string, string> = {
    accept: 'text/event-stream',
    ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
  };
  const answer = await connection.call('GET', `/api/v1/run/${id}/events`, { headers });
  let finished = false;
  const parser = createParser({
    onEvent: (event) => {
      if (event.event === 'end') finished = true;
      else onEvent(event);
    },
  });
  const decoder = new TextDecoder();
  try {
    for await (const chunk of answer.body ?? []) {
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
      if (finished) return true;
    }
  } catch {
    return false;
  }
  return finished;
}

function logLine(data: string): string {
  const line = JSON.parse(data) as { at?: string; level?: string; text: string };
  return `${(line.at ?? '').slice(11, 19)} ${(line.level ?? 'INFO').padEnd(7)} ${line.text}\n`;
}
