import { type Queryable, sql } from '../db/index.ts';

/** Who does something, and by what way it came to us; nothing of that for work without a request. */
export interface Acting {
  /** Null for an anonymous caller. */
  userId: string | null;
  /** The OAuth client that acts for the user. */
  clientId?: string | undefined;
  ip?: string | undefined;
  /** What the person said of it: the header X-Action-Note. */
  note?: string | undefined;
}

/** What is done. Never secrets, and never values of rows. */
export interface AuditEntry {
  /** As `location.update`, `source_doc.undo`. */
  action: string;
  /** As in its address below /api/v1: `location/7`. */
  object: string;
  projectId?: string | null | undefined;
  datasetId?: string | null | undefined;
  /** Of a change, the fields that differ. */
  before?: object | null | undefined;
  after?: object | null | undefined;
  runId?: string | null | undefined;
}

/** In the transaction that does it, one statement for all: what is undone was never said. */
export async function recordAudit(
  tx: Queryable,
  { userId, clientId, ip, note }: Acting,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const actor = clientId === undefined ? userId : `client:${clientId}`;
  const behalf = clientId === undefined ? null : userId;
  await tx.exec(sql`
    insert into audit_entry (actor, on_behalf_of, ip, note, action, object, project_id, dataset_id, before, after, run)
    select ${actor}, ${behalf}, ${ip ?? null}, ${note ?? null}, e.action, e.object, e."projectId", e."datasetId",
      nullif(e.before, 'null'), nullif(e.after, 'null'), e."runId"
    from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) e (action text, object text, "projectId" uuid,
      "datasetId" uuid, before jsonb, after jsonb, "runId" uuid)`);
}
