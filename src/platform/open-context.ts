import { mkdir } from 'node:fs/promises';
import { v7 } from 'uuid';
import type { Config } from './config/index.ts';
import type { Context } from './context.ts';
import { openSecret } from './crypto/index.ts';
import { connectPool, migrate, openDb, stopListening } from './db/index.ts';
import { migrationsFolder } from './health.ts';
import { migrateJobs } from './jobs/index.ts';
import type { Logger } from './log/index.ts';
import { createMetrics } from './metrics/index.ts';
import { openConfiguredBlobs } from './open-blobs.ts';

export interface OpenContext extends Context {
  close(): Promise<void>;
}

/** Everything a process needs, made from its settings. The database must be running already. */
export async function openContext(config: Config, log: Logger, databaseUrl: string): Promise<OpenContext> {
  await mkdir(config.dataDir, { recursive: true });
  let closing = false;
  const pool = connectPool(
    {
      url: databaseUrl,
      maxConnections: config.databaseConnections,
      applicationName: 'granary',
      statementTimeoutMs: config.statementTimeoutSeconds * 1000,
    },
    (error) => {
      // The embedded server may end before it has read the goodbye of the last connections.
      if (!closing) log.warn({ err: error }, 'database connection lost');
    },
  );
  const blobs = await openConfiguredBlobs(config);
  const db = openDb(pool);
  return {
    config,
    log,
    db,
    blobs,
    metrics: createMetrics(),
    secretFor: openSecret(config.secret, config.dataDir),
    now: () => new Date(),
    newId: () => v7(),
    close: async () => {
      closing = true;
      await stopListening(db);
      await pool.end();
    },
  };
}

/** Brings the database to this version: our tables and the queue's. Safe to run from several processes at once. */
export async function migrateDatabase(context: Context): Promise<string[]> {
  const applied = await migrate(context.db.pool, migrationsFolder);
  await migrateJobs(context);
  return applied;
}
