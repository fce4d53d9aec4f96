import { copyFileSync, openSync, readFileSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';

/**
 * The server's own log, `postgres.log` in the data folder: one file and its predecessor, each at most about 8 MB. The
 * server appends to a handle it inherits, so it needs no right to enter the folder, and goes on writing when this
 * process has died.
 */
export interface ServerLog {
  file: string;
  /** For the server's standard output and error. */
  open(): number;
  /** To be called now and then: empties a log that has grown too big, after copying it. */
  trim(): void;
  tail(): string;
}

const maxBytes = 8 * 1024 * 1024;

export function serverLogIn(dataFolder: string): ServerLog {
  const file = path.join(dataFolder, 'postgres.log');
  const previous = `${file}.1`;
  return {
    file,
    open() {
      if (size(file) > maxBytes / 2) renameSync(file, previous);
      return openSync(file, 'a', 0o600);
    },
    trim() {
      if (size(file) <= maxBytes) return;
      rmSync(previous, { force: true });
      copyFileSync(file, previous);
      // The server writes with O_APPEND, so it goes on at the new end.
      truncateSync(file);
    },
    tail() {
      try {
        return readFileSync(file, 'utf8').slice(-16_384);
      } catch {
        return '';
      }
    },
  };
}

const size = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
