import type { Context } from '../context.ts';
import { seal } from '../crypto/index.ts';
import { type Queryable, sql } from '../db/index.ts';
import { enqueue } from '../jobs/index.ts';
import { sendMailJob } from './jobs.ts';

export interface Mail {
  to: string;
  subject: string;
  text: string;
}

/**
 * Puts a mail into the outbox, in the transaction that makes it due. Without a mail server it stays there, to be read
 * with `granary mail`; a server that is down or refuses never fails the request that asked for the mail.
 */
export async function queueMail(context: Context, tx: Queryable, mail: Mail): Promise<void> {
  const id = context.newId();
  const sealed = seal(context.secretFor('mail'), mail.text);
  await tx.exec(
    sql`insert into mail (id, recipient, subject, sealed_text) values (${id}, ${mail.to}, ${mail.subject}, ${sealed})`,
  );
  if (context.config.smtpUrl !== undefined) await enqueue(tx, sendMailJob, { id }, { key: `mail:${id}` });
}
