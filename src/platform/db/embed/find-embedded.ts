import { listenerOf } from './adopt-server.ts';
import { readPassword } from './init-cluster.ts';
import { urlOf } from './listen.ts';
import { findPlacement } from './placement.ts';
import { findPostmaster } from './postmaster.ts';

/** The URL of the embedded server that runs on this data folder, for a second process such as the command line. */
export async function findEmbedded(dataDir: string): Promise<string | undefined> {
  const placement = await findPlacement(dataDir);
  if (placement === undefined) return undefined;
  const server = await findPostmaster(placement.cluster);
  if (server?.status !== 'ready') return undefined;
  return urlOf(listenerOf(server), await readPassword(placement.home));
}
