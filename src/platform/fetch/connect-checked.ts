import { isIP, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { type AddressPolicy, canonicalHost } from './address-policy.ts';
import { type Lookup, resolveTarget } from './resolve-target.ts';

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

function connected(connect: buildConnector.connector, options: buildConnector.Options): Promise<Socket> {
  return new Promise((resolve, reject) => {
    connect(options, (...[error, socket]) => (error === null ? resolve(socket) : reject(error)));
  });
}
