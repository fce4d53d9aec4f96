import { join, type Queryable, sql } from '../platform/db/index.ts';

/** A source `connection:<name>/<query>`, the connection it was when the spec came, and who may use it. */
export interface ConnectionUse {
  address: string;
  connectionId: string;
  query: string;
  userId: string;
}

export async function insertConnections(
  tx: Queryable,
  revisionId: string,
  uses: readonly ConnectionUse[],
): Promise<void> {
  if (uses.length === 0) return;
  const rows = uses.map(
    (use) => sql`(${revisionId}, ${use.address}, ${use.connectionId}, ${use.query}, ${use.userId})`,
  );
  await tx.exec(sql`
    insert into flow_connection (revision_id, address, connection_id, query, user_id) values ${join(rows)}`);
}

export function connectionsOfRevision(db: Queryable, revisionId: string): Promise<ConnectionUse[]> {
  return db.many(sql`
    select address, connection_id as "connectionId", query, user_id as "userId" from flow_connection
    where revision_id = ${revisionId}`);
}

/** Of the newest revision: what its schedule does again. */
export function newestConnections(db: Queryable, datasetId: string): Promise<ConnectionUse[]> {
  return db.many(sql`
    select c.address, c.connection_id as "connectionId", c.query, c.user_id as "userId" from flow_connection c
    where c.revision_id = (select r.id from flow_revision r where r.dataset_id = ${datasetId} order by r.n desc limit 1)`);
}
