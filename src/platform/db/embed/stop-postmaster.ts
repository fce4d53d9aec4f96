import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findPostmaster, signal, waitUntilGone } from './postmaster.ts';

/**
 * "Fast": ends the sessions, writes a checkpoint, and waits for it. A server that takes longer than the time is ended
 * at once; its next start replays the log, so nothing committed is lost either way.
 */
export async function stopPostmaster(cluster: string, pgCtl: string, withinMs = 60_000): Promise<void> {
  const found = await findPostmaster(cluster);
  if (found === undefined) return;
  if (process.platform === 'win32') {
    await promisify(execFile)(pgCtl, ['stop', '-D', cluster, '-m', 'fast', '-t', `${Math.ceil(withinMs / 1000)}`]);
    return;
  }
  signal(found.pid, 'SIGINT');
  if (await waitUntilGone(cluster, found.pid, withinMs)) return;
  signal(found.pid, 'SIGQUIT');
  if (await waitUntilGone(cluster, found.pid, 10_000)) return;
  signal(found.pid, 'SIGKILL');
  await waitUntilGone(cluster, found.pid, 10_000);
}
