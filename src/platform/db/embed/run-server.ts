import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { chown, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { databaseStartFailed } from './errors.ts';
import { lastLines } from './init-cluster.ts';
import { type Listener, listenArgs } from './listen.ts';
import type { Placement } from './placement.ts';
import { endLeftoverBackends, findPostmaster } from './postmaster.ts';
import type { ServerLog } from './server-log.ts';
import { serverEnv } from './server-user.ts';

/**
 * Starts the server on a cluster that has none, and waits until it takes connections. `fingerprint` is what it can be
 * asked for later, to see whether it was started as we would start it.
 */
export async function runServer(
  placement: Placement,
  binaries: Binaries,
  listener: Listener,
  start: { settings: string; fingerprint: string; log: ServerLog },
): Promise<void> {
  await clearLeftovers(placement, listener);
  const conf = path.join(placement.cluster, 'granary.conf');
  await writeFile(conf, start.settings, { mode: 0o600 });
  if (placement.user !== undefined) await chown(conf, placement.user.uid, placement.user.gid);
  const args = ['-D', placement.cluster, ...listenArgs(listener), '-c', `granary.fingerprint=${start.fingerprint}`];
  const before = start.log.tail();
  const handle = start.log.open();
  // Detached: Ctrl-C in the terminal is ours to handle; the server ends when we have answered our last request.
  const options = { ...placement.user, cwd: '/', env: serverEnv, detached: true, windowsHide: true } as const;
  const child = spawn(binaries.postgres, args, { ...options, stdio: ['ignore', handle, handle] });
  closeSync(handle);
  child.unref();
  const ended = await untilReadyOrEnded(child, placement.cluster);
  if (ended !== undefined) throw databaseStartFailed(ended, newLines(before, start.log.tail()));
}

/**
 * After a kill: `postmaster.pid` and the socket's lock name a pid that may since belong to another process of the
 * same user, and PostgreSQL would then refuse to start. No server lives here, so they can go.
 */
async function clearLeftovers(placement: Placement, listener: Listener): Promise<void> {
  await endLeftoverBackends(placement.cluster);
  await rm(path.join(placement.cluster, 'postmaster.pid'), { force: true });
  if (listener.kind !== 'socket') return;
  for (const name of ['.s.PGSQL.5432', '.s.PGSQL.5432.lock'])
    await rm(path.join(listener.folder, name), { force: true });
}

/** Undefined when ready. Replaying a long log is not a failure, so there is no time limit. */
async function untilReadyOrEnded(child: ChildProcess, cluster: string): Promise<string | undefined> {
  let ended: string | undefined;
  child.on('error', (error) => {
    ended = error.message;
  });
  child.on('exit', (code, killed) => {
    ended = code === null ? `it was ended by ${killed}` : `it ended with ${code}`;
  });
  for (;;) {
    if (ended !== undefined) return ended;
    const found = await findPostmaster(cluster);
    if (found?.pid === child.pid && found?.status === 'ready') return undefined;
    await delay(5);
  }
}

const newLines = (before: string, after: string): string[] =>
  lastLines(after.startsWith(before) ? after.slice(before.length) : after);
