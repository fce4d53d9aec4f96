import type { Context } from '../platform/context.ts';
import { seal, unseal } from '../platform/crypto/index.ts';
import { secretsLost } from './errors.ts';

type Secrets = Record<string, string>;

const purpose = 'connections';

/** As the column keeps them. */
export function sealSecrets(context: Pick<Context, 'secretFor'>, secrets: Secrets): { sealed?: string } {
  if (Object.keys(secrets).length === 0) return {};
  return { sealed: seal(context.secretFor(purpose), JSON.stringify(secrets)).toString('base64') };
}

/** Throws `connection_secrets_lost` where they were sealed with another secret of the installation. */
export function openSecrets(context: Pick<Context, 'secretFor'>, sealed: string | null): Secrets {
  if (sealed === null) return {};
  const text = unseal(context.secretFor(purpose), Buffer.from(sealed, 'base64'));
  if (text === undefined) throw secretsLost();
  return JSON.parse(text) as Secrets;
}

/** A text of another system without anything that is secret, in whatever spelling an address may have it. */
export function withoutSecrets(text: string, secrets: Secrets): string {
  let shown = text;
  for (const secret of Object.values(secrets).filter((value) => value !== ''))
    for (const spelling of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
      shown = shown.replaceAll(spelling, '***');
  return shown;
}
