import { type Queryable, type Sql, sql } from '../platform/db/index.ts';
import type { StepRecord } from './pure/step-record.ts';

export async function replaceLineage(
  db: Queryable,
  revisionId: string,
  resource: string,
  steps: StepRecord[],
): Promise<void> {
  await db.exec(sql`
    insert into flow_lineage (revision_id, resource, steps) values (${revisionId}, ${resource}, ${JSON.stringify(steps)}::json)
    on conflict (revision_id, resource) do update set steps = excluded.steps`);
}

/** Of all tables, by name; of one in the order things were done. */
export async function lineageOf(db: Queryable, revisionId: string): Promise<StepRecord[]> {
  const rows = await db.many<{ steps: StepRecord[] }>(
    sql`select steps from flow_lineage where revision_id = ${revisionId} order by resource`,
  );
  return rows.flatMap(({ steps }) => steps);
}

export interface Use {
  id: string;
  ownerId: string;
  /** The address it was read at. */
  source: string;
  sha256: string;
  at: Date;
}

/** Revisions that have read any of these bytes, newest first: the owner's, those of published datasets, and what `readable` allows. */
export function usesOf(
  db: Queryable,
  sha256s: readonly string[],
  { ownerId, readable }: { ownerId: string | undefined; readable: Sql },
): Promise<Use[]> {
  return db.many(sql`
    select d.owner_id || '/' || d.name || '/' || r.n as id, d.owner_id as "ownerId", s.url as source, s.sha256,
      r.accepted_at as at
    from flow_source s join flow_revision r on r.id = s.revision_id join flow_dataset d on d.id = r.dataset_id
    where s.sha256 = any(${[...sha256s]}::text[])
      and (d.owner_id = ${ownerId ?? ''} or (d.findability = 'published' and d.successful_n is not null)
        or (d.project_id is not null and ${readable}))
    order by r.accepted_at desc, s.url limit 1000`);
}
