import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isBlobName } from './blob-name.ts';
import type { Blobs, PutOptions, StoredBlob } from './blobs.ts';
import { blobMissing, rangeNotSatisfiable, storageFull } from './errors.ts';
import { type Measure, measure } from './measure.ts';

/** Blobs as files `ab/cd/abcd…` of one folder; transfers in its `tmp/`, so that a rename is all it takes at the end. */
export function openLocalBlobs(folder: string): Blobs {
  const temporary = path.join(folder, 'tmp');
  const place = (sha256: string) => path.join(folder, sha256.slice(0, 2), sha256.slice(2, 4), sha256);

  const find = async (sha256: string) => {
    if (!isBlobName(sha256)) return undefined;
    const found = await stat(place(sha256)).catch(absent);
    return found === undefined ? undefined : { bytes: found.size };
  };

  /** Renames over a blob of the same name: the content is the same, and its age begins anew for the sweep. */
  const adopt = async (file: string, measured: Measure): Promise<StoredBlob> => {
    const result = measured.result();
    const existed = (await find(result.sha256)) !== undefined;
    const target = place(result.sha256);
    const made = await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await rename(file, target);
    await syncFolder(path.dirname(target));
    if (made !== undefined) {
      await syncFolder(path.join(folder, result.sha256.slice(0, 2)));
      await syncFolder(folder);
    }
    return { ...result, existed };
  };

  const put = async (source: Parameters<Blobs['put']>[0], options: PutOptions): Promise<StoredBlob> => {
    const file = path.join(temporary, randomUUID());
    try {
      await mkdir(temporary, { recursive: true, mode: 0o700 });
      const measured = measure(source, options);
      await writeDurably(file, measured.bytes);
      return await adopt(file, measured);
    } catch (error) {
      await rm(file, { force: true });
      throw isFull(error) ? storageFull(error) : error;
    }
  };

  return {
    put,
    stat: find,

    async putFile(file) {
      const measured = measure(createReadStream(file), { maxBytes: Number.POSITIVE_INFINITY });
      for await (const _ of measured.bytes);
      try {
        await syncFile(file);
        return await adopt(file, measured);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw isFull(error) ? storageFull(error) : error;
      }
      const stored = await put(createReadStream(file), { maxBytes: Number.POSITIVE_INFINITY });
      await rm(file);
      return stored;
    },

    async open(sha256, range) {
      const found = await find(sha256);
      if (found === undefined) throw blobMissing(sha256);
      if (range !== undefined && !(range.start >= 0 && range.start <= range.end && range.start < found.bytes)) {
        throw rangeNotSatisfiable(found.bytes);
      }
      const handle = await open(place(sha256)).catch(absent);
      if (handle === undefined) throw blobMissing(sha256);
      return handle.createReadStream({ ...range, highWaterMark: 256 * 1024 });
    },

    async localFile(sha256) {
      if ((await find(sha256)) === undefined) throw blobMissing(sha256);
      return place(sha256);
    },

    async delete(sha256) {
      if (isBlobName(sha256)) await rm(place(sha256), { force: true });
    },

    async *list() {
      for await (const outer of subfolders(folder)) {
        for await (const inner of subfolders(outer)) {
          for (const name of await readdir(inner)) {
            const found = isBlobName(name) ? await stat(path.join(inner, name)).catch(absent) : undefined;
            if (found !== undefined) yield { sha256: name, bytes: found.size, modifiedAt: found.mtime };
          }
        }
      }
    },

    async sweepTemporary(olderThanSeconds) {
      let removed = 0;
      for (const name of await readdir(temporary).catch(() => [])) {
        const file = path.join(temporary, name);
        const found = await stat(file).catch(absent);
        if (found === undefined || Date.now() - found.mtimeMs < olderThanSeconds * 1000) continue;
        await rm(file, { force: true });
        removed += 1;
      }
      return removed;
    },
  };
}

async function writeDurably(file: string, bytes: AsyncIterable<Buffer>): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.sync().finally(() => handle.close());
}

/** A rename is on disk when its folder is. Windows has no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  await handle.sync().finally(() => handle.close());
}

async function* subfolders(folder: string): AsyncGenerator<string> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (/^[0-9a-f]{2}$/.test(name)) yield path.join(folder, name);
  }
}

const isFull = (error: unknown) => ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
