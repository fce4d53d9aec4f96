import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface BenchServer {
  url: string;
  /** From spawn to the first 200 of /readyz. */
  readyMs: number;
  /** Resident bytes of the server process; undefined where there is no /proc. */
  rss(): number | undefined;
  stop(): Promise<void>;
}

export const admin = { email: 'bench@example.org', password: 'Correct-Horse-7' };

const main = path.join(import.meta.dirname, '..', '..', 'bin', 'granary.js');

/** `granary serve` in a process of its own, as in production: what the load generator burns is not the server's. */
export async function startServer(
  env: Record<string, string>,
  command: 'serve' | 'api' = 'serve',
): Promise<BenchServer> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(process.execPath, ['--max-semi-space-size=4', main, command], {
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      GRANARY_PORT: String(port),
      GRANARY_RATE_LIMIT: '0',
      GRANARY_LOG_LEVEL: 'warn',
      GRANARY_ADMIN_EMAIL: admin.email,
      GRANARY_ADMIN_PASSWORD: admin.password,
      ...env,
    },
    stdio: ['ignore', 'ignore', process.env.BENCH_VERBOSE ? 'inherit' : 'ignore'],
  });
  const url = `http://127.0.0.1:${port}`;
  await ready(url, child);
  return { url, readyMs: performance.now() - begun, rss: () => rssOf(child.pid), stop: () => stopped(child) };
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    await delay(5);
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

function rssOf(pid: number | undefined): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]) * 1024;
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export async function accessToken(url: string, person = admin): Promise<string> {
  const answer = await fetch(`${url}/auth`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(person),
  });
  const body = (await answer.json()) as { access_token?: string };
  if (body.access_token === undefined) throw new Error(`sign-in: ${answer.status} ${JSON.stringify(body)}`);
  return body.access_token;
}
