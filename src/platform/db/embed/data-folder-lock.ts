import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { dataFolderInUse } from './errors.ts';

export interface DataFolderLock {
  release(): void;
}

/**
 * One live process per data folder. The lock is the operating system's own (taken through SQLite, as Node has no
 * flock): it ends with its process however that dies, so nothing has to be guessed from pids, which containers and
 * reboots hand out again. The pid beside it is for the message only. No other code of this process may open and close
 * `lock.db`: POSIX would drop the lock.
 */
export function lockDataFolder(folder: string): DataFolderLock {
  const holder = path.join(folder, 'lock.json');
  const handle = new DatabaseSync(path.join(folder, 'lock.db'), { timeout: 0 });
  try {
    handle.exec('pragma journal_mode = memory; begin exclusive');
  } catch (error) {
    handle.close();
    if ((error as { errcode?: number }).errcode === sqliteBusy) throw dataFolderInUse(folder, holderOf(holder));
    throw error;
  }
  writeFileSync(holder, JSON.stringify({ pid: process.pid }));
  return {
    release() {
      rmSync(holder, { force: true });
      handle.close();
    },
  };
}

const sqliteBusy = 5;

function holderOf(file: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid;
  } catch {
    return undefined;
  }
}
