import { rm } from 'node:fs/promises';
import path from 'node:path';
import { ensureFirstAdmin } from '../../src/accounts/index.ts';
import { readConfig } from '../../src/platform/config/index.ts';
import type { Context } from '../../src/platform/context.ts';
import { startEmbedded } from '../../src/platform/db/embed/index.ts';
import { createLog } from '../../src/platform/log/index.ts';
import { migrateDatabase, openContext } from '../../src/platform/open-context.ts';
import { makeFolder } from './make-folder.ts';
import { admin } from './start-server.ts';

export interface Prepared {
  context: Context;
  /** Settings for a server over the same database and blobs. */
  env: Record<string, string>;
  folder: string;
}

/** A migrated database of its own with its administrator, removed afterwards. */
export async function withDatabase<T>(work: (prepared: Prepared) => Promise<T>): Promise<T> {
  const folder = await makeFolder();
  const log = createLog({ level: 'warn', pretty: false });
  const server = await startEmbedded({ dataDir: path.join(folder, 'database'), log });
  try {
    const env = { GRANARY_DATA_DIR: path.join(folder, 'data'), DATABASE_URL: server.url, GRANARY_LOG_LEVEL: 'warn' };
    const config = readConfig({ ...env, GRANARY_ADMIN_EMAIL: admin.email, GRANARY_ADMIN_PASSWORD: admin.password });
    const context = await openContext(config, log, server.url);
    try {
      await migrateDatabase(context);
      await ensureFirstAdmin(context);
      return await work({ context, env, folder });
    } finally {
      await context.close();
    }
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
