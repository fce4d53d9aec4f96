import { keepRows, queryNamed } from '../connections/index.ts';
import type { Context } from '../platform/context.ts';
import { connectionOfUse } from './auth/usable-connections.ts';
import { connectionsOfRevision } from './connection-store.ts';
import { connectionNotUsable } from './errors.ts';
import type { FetchedSource } from './flow-run.ts';

/** The rows of a connection's query as a source, a JSON object a line. Done in the server, which has the secrets. */
export async function fetchConnection(
  context: Context,
  { revisionId, ownerId }: { revisionId: string; ownerId: string },
  address: string,
  signal: AbortSignal,
): Promise<FetchedSource> {
  const use = (await connectionsOfRevision(context.db, revisionId)).find((one) => one.address === address);
  const connection = use && (await connectionOfUse(context, ownerId, use));
  if (use === undefined || connection === undefined) throw connectionNotUsable(address);
  const kept = await keepRows(context, connection, queryNamed(connection, use.query), null, { signal });
  return { url: address, sha256: kept.sha256, bytes: kept.bytes };
}
