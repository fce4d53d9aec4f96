import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from './context.ts';

/** Where runs of this host keep what they are working on; nothing in it outlives its run. */
export const workRoot = (context: Pick<Context, 'config'>): string => path.join(context.config.dataDir, 'work');

/**
 * A folder of its own for one attempt of a run, removed afterwards whatever happens. One whose process was killed is
 * found by its name and removed by `sweepWorkFolders`.
 */
export async function withWorkFolder<T>(
  context: Pick<Context, 'config'>,
  run: { id: string; attempt: number },
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = path.join(workRoot(context), `${run.id}.${run.attempt}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Removes the folders of attempts nobody works on any more; `isActive` answers for run ids. Returns how many. */
export async function sweepWorkFolders(
  context: Pick<Context, 'config'>,
  isActive: (runIds: string[]) => Promise<Set<string>>,
): Promise<number> {
  const names = await readdir(workRoot(context)).catch(() => []);
  const active = await isActive(names.map((name) => name.split('.', 1)[0]!));
  const left = names.filter((name) => !active.has(name.split('.', 1)[0]!));
  for (const name of left) await rm(path.join(workRoot(context), name), { recursive: true, force: true });
  return left.length;
}
