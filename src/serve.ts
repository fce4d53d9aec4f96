import { ensureFirstAdmin, type FirstAdmin } from './accounts/index.ts';
import { createApp } from './app.ts';
import { type BegunDatabase, beginDatabase } from './begin-database.ts';
import type { Config } from './platform/config/index.ts';
import type { Context } from './platform/context.ts';
import { urlHost } from './platform/http/index.ts';
import { migrateDatabase, openContext } from './platform/open-context.ts';
import { startJobs } from './worker.ts';

export interface Server {
  context: Context;
  /** Undefined where only jobs are worked on. */
  address: string | undefined;
  /** The administrator to sign in as; with a password when it was made up just now. Undefined where only jobs run. */
  firstAdmin?: FirstAdmin;
  stop(): Promise<void>;
}

export interface ServeParts {
  api: boolean;
  work: boolean;
}

/**
 * Database (embedded unless DATABASE_URL is set), migrations, then API, worker or both. `stop` closes them in the
 * reverse order: no new requests, running jobs finish or hand back, then the database.
 */
export async function serve(
  config: Config,
  parts: ServeParts,
  { log, embedded }: BegunDatabase = beginDatabase(config),
): Promise<Server> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const context = await openContext(config, log, await urlOf(config, embedded, closers));
    closers.push(context.close);
    // Routes are put together while the database answers; they ask it nothing before the first request.
    const building = parts.api ? createApp(context) : undefined;
    building?.catch(() => {});
    await migrateDatabase(context);
    if (parts.work) {
      const worker = await startJobs(context);
      closers.push(worker.stop);
    }
    if (building === undefined) return { context, address: undefined, stop };
    const [app, firstAdmin] = await Promise.all([building, ensureFirstAdmin(context)]);
    closers.push(() => app.close());
    await app.listen({ host: config.host, port: config.port }).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EADDRINUSE'
        ? new Error(`port ${config.port} is taken; choose another with GRANARY_PORT`)
        : error;
    });
    const bound = app.server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : config.port;
    return { context, address: `http://${urlHost(config.host)}:${port}`, firstAdmin, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function urlOf(
  config: Config,
  embedded: BegunDatabase['embedded'],
  closers: (() => Promise<void>)[],
): Promise<string> {
  if (embedded === undefined) return config.databaseUrl!;
  const database = await embedded;
  closers.push(database.stop);
  return database.url;
}

/** For `granary migrate`: the database, its migrations, and nothing that listens. Returns what was applied. */
export async function migrateOnly(config: Config): Promise<string[]> {
  const closers: (() => Promise<void>)[] = [];
  const { log, embedded } = beginDatabase(config);
  try {
    const context = await openContext(config, log, await urlOf(config, embedded, closers));
    closers.push(context.close);
    return await migrateDatabase(context);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}
