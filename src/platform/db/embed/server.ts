import type { Binaries } from './binaries.ts';
import type { Listener } from './listen.ts';
import type { Placement } from './placement.ts';
import type { ServerLog } from './server-log.ts';

/** What pino's logger offers, and all that is needed of it. */
export type EmbeddedLog = Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>;

export interface Server {
  placement: Placement;
  binaries: Binaries;
  listener: Listener;
  settings: string;
  fingerprint: string;
  serverLog: ServerLog;
  log: EmbeddedLog;
}
