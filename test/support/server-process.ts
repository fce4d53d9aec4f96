import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';

/** A server in a process of its own, as users run it; to be killed. */
export interface ServerProcess {
  url: string;
  pid: number;
  /** SIGKILL: nothing of it runs any further. Returns when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and wait for the orderly end. */
  stop(): Promise<void>;
}

/** Runs the bundle, as packages do: start-database.ts has made it of the present sources. */
const main = path.join(import.meta.dirname, '../../bin/granary.js');

/** Starts `granary serve` and returns when it listens. */
export async function startServerProcess(settings: Record<string, string>): Promise<ServerProcess> {
  const child = spawn(process.execPath, [main, 'serve'], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      // Dozens of starts in one test: without it most of the time goes into compiling the same sources again.
      NODE_COMPILE_CACHE: path.join(settings.GRANARY_DATA_DIR ?? os.tmpdir(), 'compile-cache'),
      GRANARY_PORT: '0',
      GRANARY_LOG_LEVEL: 'error',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const url = await addressOf(child);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  return { url, pid: child.pid!, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (chunk: Buffer) => {
      said += chunk;
      const address = /Granary listens on (\S+)/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
}
