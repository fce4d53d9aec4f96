import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../platform/context.ts';
import { openReaders, type Readers } from '../../platform/readers/index.ts';

/** Stored tables as files that can be queried, and room for what queries write. */
export interface Tables {
  readers: Readers;
  /** Keeps the file of a blob in place until `release`. Throws `blob_missing`. */
  hold(sha256: string): Promise<{ file: string; release: () => void }>;
  /** A new name in the work folder; whoever writes it removes it. */
  scratchFile(extension: string): Promise<string>;
  close(): Promise<void>;
}

const known = new WeakMap<Context, Tables>();

/** One of it per process; opened by the first reader. */
export function tablesOf(context: Context): Tables {
  const found = known.get(context) ?? openTables(context);
  known.set(context, found);
  return found;
}

/** Removes the work folder. A later read opens everything anew. */
export async function closeTables(context: Context): Promise<void> {
  await known.get(context)?.close();
  known.delete(context);
}

function openTables(context: Context): Tables {
  const { config, blobs } = context;
  const parent = path.resolve(config.dataDir, 'tmp');
  const workFolder = path.join(parent, `read-${process.pid}-${randomUUID()}`);
  const readers = openReaders({
    workFolder,
    readFolders: config.blobs.startsWith('s3:') ? [] : [localFolder(config.dataDir, config.blobs)],
    memoryBytes: config.readMemoryBytes,
  });
  let made: Promise<void> | undefined;
  const ready = () => {
    made ??= mkdir(workFolder, { recursive: true, mode: 0o700 }).then(() => removeLeftovers(parent));
    return made;
  };

  interface Copy {
    file: Promise<string>;
    bytes: number;
    users: number;
    usedAt: number;
  }
  const copies = new Map<string, Copy>();
  let clock = 0;

  /** Copies nobody uses go, longest unused first, until the rest fits. Files of a local store are no copies. */
  const trim = async () => {
    let total = [...copies.values()].reduce((sum, copy) => sum + copy.bytes, 0);
    const unused = [...copies].filter(([, copy]) => copy.users === 0).sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [sha256, copy] of unused) {
      if (total <= config.tableCacheBytes) return;
      copies.delete(sha256);
      total -= copy.bytes;
      await rm(await copy.file, { force: true });
    }
  };

  const fetch = (sha256: string): Copy => {
    const copy: Copy = {
      bytes: 0,
      users: 0,
      usedAt: 0,
      file: ready().then(async () => {
        const file = await blobs.localFile(sha256, workFolder);
        if (file.startsWith(workFolder)) copy.bytes = (await stat(file)).size;
        else copies.delete(sha256);
        return file;
      }),
    };
    copy.file.catch(() => copies.delete(sha256));
    copies.set(sha256, copy);
    return copy;
  };

  return {
    readers,
    async hold(sha256) {
      const copy = copies.get(sha256) ?? fetch(sha256);
      copy.users += 1;
      clock += 1;
      copy.usedAt = clock;
      const release = () => {
        copy.users -= 1;
        trim().catch((error: unknown) => context.log.warn({ err: error }, 'a copied table could not be removed'));
      };
      try {
        return { file: await copy.file, release };
      } catch (error) {
        copy.users -= 1;
        throw error;
      }
    },
    async scratchFile(extension) {
      await ready();
      return path.join(workFolder, `${randomUUID()}.${extension}`);
    },
    async close() {
      await readers.close();
      await rm(workFolder, { recursive: true, force: true });
    },
  };
}

const localFolder = (dataDir: string, setting: string): string =>
  path.resolve(setting === 'file:' ? path.join(dataDir, 'blobs') : setting.replace(/^file:(\/\/)?/, ''));

/** Work folders of processes that were killed. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = /^read-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(path.join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
