import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** What a running server writes into `postmaster.pid`. */
export interface Postmaster {
  pid: number;
  port: number;
  socketFolder: string;
  status: 'starting' | 'stopping' | 'ready' | 'standby' | '';
}

/**
 * The live server of this cluster. The pid alone proves nothing, as it may long belong to another process: on Linux
 * the process must work in the cluster's folder (every PostgreSQL process does), elsewhere it must be a `postgres`.
 */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const text = await readFile(path.join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!(pid > 0) || !(await worksIn(cluster, pid))) return undefined;
  return {
    pid,
    port: Number(lines[3] ?? 0),
    socketFolder: lines[4] ?? '',
    status: (lines[7] ?? '') as Postmaster['status'],
  };
}

export async function worksIn(cluster: string, pid: number): Promise<boolean> {
  if (process.platform === 'linux') return (await readlink(`/proc/${pid}/cwd`).catch(() => '')) === cluster;
  if (!isAlive(pid)) return false;
  const [command, ...args] =
    process.platform === 'win32' ? ['tasklist', '/NH', '/FI', `PID eq ${pid}`] : ['ps', '-o', 'comm=', '-p', `${pid}`];
  const listed = await run(command as string, args).catch(() => ({ stdout: '' }));
  return listed.stdout.includes('postgres');
}

/**
 * Ends the backends a killed server left behind. An idle one ends by itself; one in the middle of a long calculation
 * does not notice, and keeps the shared memory, so that no new server may start.
 */
export async function endLeftoverBackends(cluster: string): Promise<number> {
  if (process.platform !== 'linux') return 0;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const left: number[] = [];
  for (const pid of pids) if (await worksIn(cluster, pid)) left.push(pid);
  for (const pid of left) signal(pid, 'SIGKILL');
  for (const pid of left) await waitUntilGone(cluster, pid, 10_000);
  return left.length;
}

/** False when the process is still there after the time. */
export async function waitUntilGone(cluster: string, pid: number, withinMs: number): Promise<boolean> {
  const end = Date.now() + withinMs;
  while (await worksIn(cluster, pid)) {
    if (Date.now() > end) return false;
    await delay(10);
  }
  return true;
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const run = promisify(execFile);
