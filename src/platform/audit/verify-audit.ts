import { type Queryable, sql } from '../db/index.ts';
import { sealAudit } from './seal-audit.ts';

export interface AuditCheck {
  entries: number;
  /** Of the last entry, in hex: kept elsewhere, it also shows whether entries at the end were taken away. Null: none. */
  hash: string | null;
  /** The first entries that do not fit: changed, or not after the one before them. */
  broken: { seq: number; fault: 'changed' | 'not after the entry before it' }[];
}

const brokenTold = 20;

/** Works out every hash again. An entry that was taken away leaves one that does not fit behind it. */
export async function verifyAudit(db: Queryable): Promise<AuditCheck> {
  await sealAudit(db);
  const { entries, hash } = await db.one<{ entries: number; hash: string | null }>(sql`
    select count(*)::int as entries, (select encode(hash, 'hex') from audit_entry where seq is not null order by seq desc limit 1) as hash
    from audit_entry where seq is not null`);
  const broken = await db.many<AuditCheck['broken'][number]>(sql`
    select seq::int as seq, case when is_same then 'not after the entry before it' else 'changed' end as fault
    from (
      select e.seq, e.hash = audit_hash(e) as is_same,
        e.prev_hash = coalesce(lag(e.hash) over w, sha256('')) and e.seq = coalesce(lag(e.seq) over w, 0) + 1 as follows
      from audit_entry e where e.seq is not null window w as (order by e.seq)
    ) checked
    where not (is_same and follows) order by seq limit ${brokenTold}`);
  return { entries, hash, broken };
}
