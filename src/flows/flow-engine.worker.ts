import { openConfiguredBlobs } from '../platform/open-blobs.ts';
import {
  type EngineTask,
  type FromEngine,
  memoryExitCode,
  memoryHeadroomBytes,
  packError,
  type ToEngine,
  unpackError,
} from './engine-messages.ts';
import type { FlowRun } from './flow-run.ts';
import { runFlow } from './run-flow.ts';

/**
 * The process of an engine, begun by `engine-process.ts`: works on one flow after another, has no database and none of the
 * server's secrets but those of the blobs, and ends with the server.
 */
const waiting = new Map<number, PromiseWithResolvers<unknown>>();
let lastCall = 0;
let stopping = new AbortController();

function call(name: string, args: unknown[]): Promise<unknown> {
  lastCall += 1;
  const answer = Promise.withResolvers<unknown>();
  waiting.set(lastCall, answer);
  send({ type: 'call', id: lastCall, name, args });
  return answer.promise;
}

function send(message: FromEngine): void {
  process.send?.(message);
}

async function work({ config, run, calls }: EngineTask): Promise<void> {
  stopping = new AbortController();
  const { signal } = stopping;
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() > config.flowMemoryBytes + memoryHeadroomBytes) process.exit(memoryExitCode);
  }, 500);
  try {
    const asked = Object.fromEntries(calls.map((name) => [name, (...args: unknown[]) => call(name, args)]));
    const blobs = await openConfiguredBlobs(config);
    await runFlow({ config, blobs }, { ...run, ...asked, signal } as FlowRun);
    send({ type: 'done' });
  } catch (error) {
    send({ type: 'failed', error: packError(error) });
  } finally {
    clearInterval(watch);
  }
}

process.on('message', (message: ToEngine) => {
  switch (message.type) {
    case 'run':
      void work(message.task);
      break;
    case 'abort':
      stopping.abort(unpackError(message.error));
      break;
    case 'answer':
      waiting.get(message.id)?.resolve(message.value);
      waiting.delete(message.id);
      break;
    case 'refusal':
      waiting.get(message.id)?.reject(unpackError(message.error, message.id));
      waiting.delete(message.id);
  }
});
// A statement of DuckDB would go on; nobody waits for what it makes.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Meant for the server, which tells its engines itself; a terminal sends them to all.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
send({ type: 'ready' });
