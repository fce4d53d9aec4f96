import type { Context } from '../context.ts';
import { unseal } from '../crypto/index.ts';
import { sql } from '../db/index.ts';

export interface StoredMail {
  id: string;
  to: string;
  subject: string;
  /** Null once sent. */
  text: string | null;
  createdAt: Date;
  sentAt: Date | null;
  problem: string | null;
}

/** Newest first. */
export async function mailsInOutbox(context: Context, limit: number): Promise<StoredMail[]> {
  const rows = await context.db.many<Omit<StoredMail, 'text'> & { sealed: Buffer | null }>(sql`
    select id, recipient as "to", subject, sealed_text as sealed, created_at as "createdAt", sent_at as "sentAt", problem
    from mail order by id desc limit ${limit}`);
  return rows.map(({ sealed, ...row }) => ({
    ...row,
    text:
      sealed === null ? null : (unseal(context.secretFor('mail'), sealed) ?? '(sealed with another GRANARY_SECRET)'),
  }));
}
