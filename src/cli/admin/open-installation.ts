import { type Config, readConfig, readEnv } from '../../platform/config/index.ts';
import type { Context } from '../../platform/context.ts';
import { findEmbedded, startEmbedded } from '../../platform/db/embed/index.ts';
import { createLog, type Logger } from '../../platform/log/index.ts';
import { openContext } from '../../platform/open-context.ts';

/**
 * This host's installation, for one command: the database of DATABASE_URL, the embedded one that a running server
 * has open, or the embedded one started for as long as the command takes.
 */
export async function withInstallation<Result>(work: (context: Context) => Promise<Result>): Promise<Result> {
  const config = readConfig({ GRANARY_LOG_LEVEL: 'error', ...readEnv() });
  const log = createLog({ level: config.logLevel, pretty: config.logPretty });
  const database = await openDatabase(config, log);
  try {
    const context = await openContext(config, log, database.url);
    try {
      return await work(context);
    } finally {
      await context.close();
    }
  } finally {
    await database.stop();
  }
}

async function openDatabase(config: Config, log: Logger): Promise<{ url: string; stop(): Promise<void> }> {
  const running = config.databaseUrl ?? (await findEmbedded(config.dataDir));
  return running === undefined
    ? startEmbedded({ dataDir: config.dataDir, log })
    : { url: running, stop: async () => {} };
}
