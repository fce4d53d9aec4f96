import { type Queryable, sql } from '../db/index.ts';

/**
 * Gives committed entries their number and their place in the chain. Apart from writing them: who writes at the same
 * time would wait for each other to the end of their transactions.
 */
export async function sealAudit(db: Queryable): Promise<number> {
  return (await db.one<{ sealed: number }>(sql`select seal_audit() as sealed`)).sealed;
}
