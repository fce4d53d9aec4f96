import { findPostmaster, signal } from './postmaster.ts';
import type { Server } from './server.ts';

/**
 * Watches the server until `end`: one that died (the kernel short of memory, a `kill -9`) is started again under the
 * same URL, so the pool only sees broken connections; its log is kept small; and when this process exits without
 * having stopped it, it is told to end.
 */
export function superviseServer(server: Server, restart: () => Promise<boolean>): { end(): Promise<void> } {
  const { placement, serverLog, log } = server;
  let ended = false;
  let checking: Promise<void> = Promise.resolve();
  let lastPid: number | undefined;

  const check = async () => {
    const found = await findPostmaster(placement.cluster);
    lastPid = found?.pid;
    serverLog.trim();
    if (found !== undefined || ended) return;
    log.error({ log: serverLog.file }, 'embedded PostgreSQL has died; starting it again');
    await restart();
    lastPid = (await findPostmaster(placement.cluster))?.pid;
  };
  const guarded = () =>
    check().catch((error: Error) => log.error({ err: error }, 'embedded PostgreSQL cannot be started again'));
  checking = guarded();

  const timer = setInterval(() => {
    checking = checking.then(() => (ended ? undefined : guarded()));
  }, 1000).unref();
  const onExit = () => {
    if (lastPid !== undefined) signal(lastPid, process.platform === 'win32' ? 'SIGTERM' : 'SIGINT');
  };
  process.on('exit', onExit);

  return {
    async end() {
      ended = true;
      clearInterval(timer);
      process.off('exit', onExit);
      await checking;
    },
  };
}
