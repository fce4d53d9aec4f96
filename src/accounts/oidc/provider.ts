import type { Configuration } from 'openid-client';
import type { Context } from '../../platform/context.ts';
import { oidcNotConfigured, oidcUnavailable } from '../errors.ts';

const known = new WeakMap<Context, Promise<Configuration>>();

/** What the provider says of itself, asked once. Throws `not_found` without settings, `oidc_unavailable`. */
export async function providerOf(context: Context): Promise<Configuration> {
  const { oidcIssuer, oidcClientId, oidcClientSecret } = context.config;
  if (oidcIssuer === undefined || oidcClientId === undefined) throw oidcNotConfigured();
  const asked = known.get(context) ?? discover(oidcIssuer, oidcClientId, oidcClientSecret);
  known.set(context, asked);
  try {
    return await asked;
  } catch (error) {
    // Not remembered: the provider may be back for the next sign-in.
    known.delete(context);
    context.log.warn({ err: error }, 'sign-in provider unreachable');
    throw oidcUnavailable();
  }
}

/** Plain http only where the operator wrote it into the setting: a provider on the same machine. */
async function discover(issuer: string, clientId: string, secret: string | undefined): Promise<Configuration> {
  const { allowInsecureRequests, discovery } = await import('openid-client');
  const execute = issuer.startsWith('http:') ? [allowInsecureRequests] : [];
  return discovery(new URL(issuer), clientId, secret, undefined, { execute });
}
