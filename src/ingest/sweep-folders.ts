import type { Context } from '../platform/context.ts';
import { sweepWorkFolders } from '../platform/work-folder.ts';
import { findRun, hasEnded } from '../runs/index.ts';

/** Removes what runs of a killed process left on this host's disk. Each host does it for itself. */
export async function sweepIngestFolders(context: Context): Promise<void> {
  await sweepWorkFolders(context, async (ids) => {
    const active = new Set<string>();
    for (const id of ids) {
      const run = await findRun(context.db, id);
      if (run !== undefined && !hasEnded(run.state) && run.state !== 'queued') active.add(id);
    }
    return active;
  });
}
