import { lookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { type AddressPolicy, canonicalHost } from './address-policy.ts';
import { fetchFailed, fetchTargetRefused, fetchTimeout } from './errors.ts';

/** All addresses of a name. */
export type Lookup = (host: string) => Promise<{ address: string }[]>;

/**
 * Opens the socket of a request: the name is resolved once, every address it has must be allowed, and the connection
 * goes to one of them, not to the name again. So the address that was checked is the one connected to, whatever the
 * name's server answers the next time.
 */
export function connectChecked(policy: AddressPolicy, connectMs: number, lookup?: Lookup): buildConnector.connector {
  const connect = buildConnector({ timeout: connectMs, allowH2: false });

  const open = async (options: buildConnector.Options): Promise<Socket> => {
    const host = canonicalHost(options.hostname);
    const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
    let failure: unknown;
    for (const address of await resolveTarget(policy, host, port, { withinMs: connectMs, lookup })) {
      try {
        // For TLS the certificate is still that of the name.
        const servername = options.protocol === 'https:' && isIP(host) === 0 ? { servername: host } : {};
        return await connected(connect, { ...options, ...servername, hostname: address });
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };

  return (options, callback) => {
    open(options).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    );
  };
}

/** The addresses a connection may be made to; refused as a whole when one of them is not allowed. */
async function resolveTarget(
  policy: AddressPolicy,
  host: string,
  port: number,
  { withinMs = 10_000, lookup = systemLookup }: { withinMs?: number; lookup?: Lookup | undefined } = {},
): Promise<string[]> {
  const addresses = isIP(host) === 0 ? await resolve(host, withinMs, lookup) : [host];
  for (const address of addresses) {
    const why = policy.refusal({ host, port, address });
    if (why !== undefined) throw fetchTargetRefused(host, why);
  }
  return addresses;
}

async function resolve(host: string, ms: number, lookup: Lookup): Promise<string[]> {
  const answer = await within(ms, lookup(host)).catch((error) => {
    throw error === tooLate
      ? fetchTimeout(`The name ${host} could not be resolved in time.`)
      : fetchFailed(`The name ${host} could not be resolved.`, error);
  });
  if (answer.length === 0) throw fetchFailed(`The name ${host} has no address.`);
  return answer.map((one) => one.address);
}

const systemLookup: Lookup = (host) => lookup(host, { all: true, order: 'verbatim' });

function connected(connect: buildConnector.connector, options: buildConnector.Options): Promise<Socket> {
  return new Promise((resolve, reject) => {
    connect(options, (...[error, socket]) => (error === null ? resolve(socket) : reject(error)));
  });
}

const tooLate = Symbol('too late');

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
