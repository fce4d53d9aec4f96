import { connect, type Socket } from 'node:net';
import { type AddressPolicy, canonicalHost } from './address-policy.ts';
import { fetchFailed, fetchTimeout } from './errors.ts';
import { type Lookup, resolveTarget } from './resolve-target.ts';

/**
 * A connected socket for a protocol that is not HTTP: only to what an administrator has listed. The name is resolved once,
 * every address is checked, and the connection goes to one of those. Throws `fetch_target_refused`, `fetch_timeout`,
 * `fetch_failed`.
 */
export async function openSocket(
  policy: AddressPolicy,
  target: { host: string; port: number },
  { connectMs, lookup }: { connectMs: number; lookup?: Lookup },
): Promise<Socket> {
  const host = canonicalHost(target.host);
  let failure: unknown;
  for (const address of await resolveTarget(policy, host, target.port, {
    withinMs: connectMs,
    lookup,
    listedOnly: true,
  })) {
    try {
      return await opened(address, target.port, connectMs);
    } catch (error) {
      failure = error;
    }
  }
  const code = (failure as NodeJS.ErrnoException).code ?? 'no answer';
  throw code === 'ETIMEDOUT'
    ? fetchTimeout(`${host} did not accept a connection in time.`, failure)
    : fetchFailed(`${host} could not be connected to (${code}).`, failure);
}

function opened(address: string, port: number, ms: number): Promise<Socket> {
  const socket = connect({ host: address, port });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(Object.assign(new Error('too late'), { code: 'ETIMEDOUT' })), ms);
    socket.once('error', reject).once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('connect', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  });
}
