import { join, type Queryable, sql } from '../platform/db/index.ts';

/** Hold the blobs (`holdBlobs`) in the same transaction first. */
export async function insertBlobs(tx: Queryable, revisionId: string, sha256s: readonly string[]): Promise<void> {
  if (sha256s.length === 0) return;
  const rows = sha256s.map((sha256) => sql`(${revisionId}, ${sha256})`);
  await tx.exec(sql`insert into flow_blob (revision_id, sha256) values ${join(rows)}`);
}

export async function blobsOfRevision(db: Queryable, revisionId: string): Promise<string[]> {
  const rows = await db.many<{ sha256: string }>(sql`select sha256 from flow_blob where revision_id = ${revisionId}`);
  return rows.map(({ sha256 }) => sha256);
}

/** Those that sources or products of the owner's flows are made of. */
export async function blobsOfOwner(db: Queryable, ownerId: string, sha256s: readonly string[]): Promise<string[]> {
  const named = sql`sha256 = any(${[...sha256s]}::text[])`;
  const rows = await db.many<{ sha256: string }>(sql`
    select distinct b.sha256 from (
      select revision_id, sha256 from flow_blob where ${named}
      union all select revision_id, sha256 from flow_source where ${named}
      union all select revision_id, sha256 from flow_product where ${named}) b
    join flow_revision r on r.id = b.revision_id join flow_dataset d on d.id = r.dataset_id
    where d.owner_id = ${ownerId}`);
  return rows.map(({ sha256 }) => sha256);
}
