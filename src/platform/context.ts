import type { Blobs } from './blobs/index.ts';
import type { Config } from './config/index.ts';
import type { Db } from './db/index.ts';
import type { Logger } from './log/index.ts';
import type { Metrics } from './metrics/index.ts';

/** What every part of the program is handed. Nothing is global; a test makes as many as it likes. */
export interface Context {
  config: Config;
  log: Logger;
  db: Db;
  blobs: Blobs;
  metrics: Metrics;
  /** The installation's own secret, 32 bytes or more: signs cursors, links and download tokens, by purpose. */
  secretFor(purpose: string): Buffer;
  now(): Date;
  /** UUIDv7: sorts by time, so indexes stay compact. */
  newId(): string;
}
