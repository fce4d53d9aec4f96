import { findOwnerAccount } from '../accounts/index.ts';
import type { Context } from '../platform/context.ts';
import { queueMail } from '../platform/mail/index.ts';

/** To the owner, where it is one of ours, of a spec that was sent or due and became no revision. */
export async function tellNotStarted(
  context: Context,
  ownerId: string,
  name: string | undefined,
  errors: string[],
): Promise<void> {
  const { email } = await findOwnerAccount(context, ownerId);
  if (email === null) return;
  const subject = `Failed To Start Pipelines for ${(name ?? '?').replace(/\p{Cc}/gu, ' ').slice(0, 100)}`;
  await queueMail(context, context.db, { to: email, subject, text: `${errors.join('\n')}\n` });
}
