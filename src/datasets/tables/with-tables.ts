import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../platform/context.ts';
import { openTabular, type Tabular } from '../../platform/tabular/index.ts';

/** Opens stored Parquet files side by side for a few questions; nothing of it stays behind. */
export async function withTables<T>(
  context: Context,
  sha256s: string[],
  work: (tabular: Tabular, files: string[]) => Promise<T>,
): Promise<T> {
  // The name says whose it is: the readers' sweep removes folders of processes that are gone.
  const folder = path.join(context.config.dataDir, 'tmp', `read-${process.pid}-${randomUUID()}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const files: string[] = [];
    for (const sha256 of sha256s) files.push(await context.blobs.localFile(sha256, folder));
    const tabular = await openTabular({
      workFolder: folder,
      readFolders: [...new Set(files.map((file) => path.dirname(file)))],
      threads: context.config.engineThreads,
    });
    try {
      return await work(tabular, files);
    } finally {
      tabular.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
