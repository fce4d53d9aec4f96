import type { Answer } from './actor.ts';
import type { World } from './world.ts';

/** Does jobs until the answer is there: for requests that wait for their run. */
export async function whileWorking<T>(world: World, asked: Promise<T>): Promise<T> {
  let answered = false;
  const settle = asked.finally(() => {
    answered = true;
  });
  // The error belongs to whoever awaits below; this keeps it from counting as unhandled meanwhile.
  settle.catch(() => undefined);
  while (!answered) {
    await world.runJobs();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return settle;
}

interface Sender {
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** Raw bytes to the native route, waited for. */
export function sendFile(
  world: World,
  sender: Sender,
  project: string,
  fileName: string,
  content: string | Uint8Array,
  options: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const query = new URLSearchParams({ project_id: project, filename: fileName, ...options });
  const body = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return whileWorking(
    world,
    sender.send('POST', `/api/v1/upload?${query}`, body, { 'content-type': 'application/octet-stream', ...headers }),
  );
}
