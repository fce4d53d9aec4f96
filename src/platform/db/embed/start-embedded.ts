import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { adoptServer } from './adopt-server.ts';
import { binaryFolders, placeBinaries } from './binaries.ts';
import { lockDataFolder } from './data-folder-lock.ts';
import { initCluster, readPassword } from './init-cluster.ts';
import { chooseListener, defaultListener, type Listener, leave, urlOf } from './listen.ts';
import { place } from './placement.ts';
import { runServer } from './run-server.ts';
import type { EmbeddedLog, Server } from './server.ts';
import { serverLogIn } from './server-log.ts';
import { settingsText } from './server-settings.ts';
import { stopPostmaster } from './stop-postmaster.ts';
import { superviseServer } from './supervise-server.ts';

export interface EmbeddedOptions {
  /** Made when missing. The cluster lies in it, or where its `postgres.json` says. */
  dataDir: string;
  log: EmbeddedLog;
  /** Default true. False switches fsync off, for tests. */
  durable?: boolean;
  /** Default: a socket; on Windows TCP with a password. */
  listen?: Listener['kind'];
  /** Where root places what its server's user cannot reach; default /var/lib/granary, else /var/tmp/granary. */
  systemFolder?: string;
}

export interface Embedded {
  url: string;
  /** True when a server left running by a killed process was taken over. */
  adopted: boolean;
  /** Ends every session, stops the server and gives the data folder free. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that npm brought on the cluster of this data folder, making it when it is missing, or takes
 * over the one a killed process left running. One process per data folder: `data_folder_in_use`.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  // The server's user must be able to pass through to its own folder inside.
  await mkdir(options.dataDir, { recursive: true, mode: 0o711 });
  const lock = lockDataFolder(options.dataDir);
  try {
    const server = await prepare(options);
    const adopted = await adoptOrRun(server, 5);
    const supervision = superviseServer(server, () => adoptOrRun(server, 1));
    const url = urlOf(server.listener, await readPassword(server.placement.home));
    options.log.info({ adopted, cluster: server.placement.cluster }, 'embedded PostgreSQL is ready');
    let stopping: Promise<void> | undefined;
    const stop = async () => {
      await supervision.end();
      await stopPostmaster(server.placement.cluster, server.binaries.pgCtl);
      await leave(server.listener);
      lock.release();
    };
    return { url, adopted, stop: () => (stopping ??= stop()) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function prepare(options: EmbeddedOptions): Promise<Server> {
  const { dataDir, log, durable = true, listen = defaultListener, systemFolder } = options;
  const placement = await place(dataDir, systemFolder);
  const binaries = await placeBinaries(placement.user, binaryFolders(placement.dataFolder, systemFolder));
  const began = performance.now();
  if (await initCluster(placement, binaries, durable)) {
    log.info({ cluster: placement.cluster, ms: Math.round(performance.now() - began) }, 'made a PostgreSQL cluster');
  }
  const settings = await settingsText({ durable });
  const fingerprint = createHash('sha256')
    .update(`${binaries.version}\n${listen}\n${settings}`)
    .digest('hex')
    .slice(0, 16);
  const listener = await chooseListener(placement, listen);
  return { placement, binaries, listener, settings, fingerprint, serverLog: serverLogIn(placement.dataFolder), log };
}

/**
 * Returns whether a running server was taken over. A free port may be taken by the time it is used, so the first start
 * tries several; a restart keeps the port, as the URL is known to others.
 */
async function adoptOrRun(server: Server, attempts: number): Promise<boolean> {
  const { placement, binaries, settings, fingerprint, serverLog } = server;
  const found = await adoptServer(placement.cluster, await readPassword(placement.home), fingerprint);
  if (found !== undefined) {
    server.listener = found;
    return true;
  }
  await stopPostmaster(placement.cluster, binaries.pgCtl);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await runServer(placement, binaries, server.listener, { settings, fingerprint, log: serverLog });
      return false;
    } catch (error) {
      const taken = server.listener.kind === 'tcp' && (error as Error).message.includes('could not bind');
      if (!taken || attempt === attempts) throw error;
      server.listener = await chooseListener(placement, 'tcp');
    }
  }
}
