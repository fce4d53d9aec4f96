import type { Context } from '../../platform/context.ts';
import { randomSecret, sha256 } from '../../platform/crypto/index.ts';
import type { Queryable, Tx } from '../../platform/db/index.ts';
import { urlHost } from '../../platform/http/index.ts';
import { queueMail } from '../../platform/mail/index.ts';
import { findSignIn, findUserId, insertLink } from './store.ts';

const recoverySeconds = 3600;
const invitationSeconds = 7 * 24 * 3600;

/** Makes a one-time link to set a password; only its hash is kept. Asking for one changes nothing else. */
export async function makePasswordLink(
  context: Context,
  tx: Queryable,
  userId: string,
  kind: 'recovery' | 'invitation',
): Promise<string> {
  const secret = randomSecret();
  const seconds = kind === 'recovery' ? recoverySeconds : invitationSeconds;
  const expiresAt = new Date(context.now().getTime() + seconds * 1000);
  await insertLink(tx, { hash: sha256(secret), userId, expiresAt });
  return `${publicUrl(context)}/app/set-password?token=${secret}`;
}

/** Never from the Host header, which whoever asks for a link could choose. */
function publicUrl(context: Context): string {
  const { baseUrl, host, port } = context.config;
  return (baseUrl ?? `http://${urlHost(host)}:${port}`).replace(/\/+$/, '');
}

export async function mailPasswordLink(
  context: Context,
  tx: Queryable,
  user: { id: string; email: string; username: string },
  kind: 'recovery' | 'invitation',
): Promise<string> {
  const link = await makePasswordLink(context, tx, user.id, kind);
  const text =
    kind === 'recovery'
      ? `Somebody asked to set a new password for your account ${user.username}.\n\n${link}\n\nThe link works once and for one hour. If it was not you, do nothing: your password stays as it is.\n`
      : `An account was made for you: ${user.username}.\n\nSet your password here; the link works once and for 7 days:\n\n${link}\n`;
  const subject = kind === 'recovery' ? 'Set a new password' : 'Set your password';
  await queueMail(context, tx, { to: user.email, subject, text });
  return link;
}

/** The job behind "forgot my password": done later for everybody, so that the answer's time tells nothing. */
export async function sendRecoveryLink(context: Context, payload: { given: string }): Promise<void> {
  await context.db.transaction(async (tx: Tx) => {
    const found = await findUserId(tx, payload.given);
    const user = found && (await findSignIn(tx, found.id));
    if (user === undefined || user.email === null || user.disabled) return;
    await mailPasswordLink(context, tx, { ...user, email: user.email }, 'recovery');
  });
}
