import type { Context } from '../context.ts';
import { unseal } from '../crypto/index.ts';
import { sql } from '../db/index.ts';

/**
 * Sends one mail of the outbox. At least once: a crash between the server's yes and our mark sends it again. A
 * failure is noted and thrown, so that the queue tries again later.
 */
export async function sendMail(context: Context, payload: { id: string }): Promise<void> {
  const mail = await context.db.maybe<{ to: string; subject: string; sealed: Buffer }>(sql`
    select recipient as "to", subject, sealed_text as sealed from mail where id = ${payload.id} and sent_at is null`);
  if (mail === undefined || context.config.smtpUrl === undefined) return;
  const text = unseal(context.secretFor('mail'), mail.sealed);
  try {
    if (text === undefined) throw new Error('the mail was sealed with another GRANARY_SECRET');
    // Loaded by the first mail: most installations send few, and many none.
    const { createTransport } = await import('nodemailer');
    const transport = createTransport(context.config.smtpUrl);
    await transport.sendMail({ from: context.config.mailFrom, to: mail.to, subject: mail.subject, text });
    transport.close();
  } catch (error) {
    await context.db.exec(sql`update mail set problem = ${(error as Error).message} where id = ${payload.id}`);
    throw error;
  }
  await context.db.exec(
    sql`update mail set sent_at = now(), sealed_text = null, problem = null where id = ${payload.id}`,
  );
}
