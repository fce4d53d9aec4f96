import type { Config } from './platform/config/index.ts';
import { type Embedded, startEmbedded } from './platform/db/embed/index.ts';
import { createLog, type Logger } from './platform/log/index.ts';

/** A database that is on its way up, and the log it speaks to. */
export interface BegunDatabase {
  log: Logger;
  /** Undefined where DATABASE_URL names another. */
  embedded: Promise<Embedded> | undefined;
}

/** Sets the embedded database going without waiting: it comes up on one core while the server's code loads on another. */
export function beginDatabase(config: Config): BegunDatabase {
  const log = createLog({ level: config.logLevel, pretty: config.logPretty });
  const embedded = config.databaseUrl === undefined ? startEmbedded({ dataDir: config.dataDir, log }) : undefined;
  // Whoever waits for it hears of a failure; until then it is nobody's.
  embedded?.catch(() => {});
  return { log, embedded };
}
