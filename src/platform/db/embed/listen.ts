import { rmdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { type Placement, placeSocket } from './placement.ts';

/** How the server can be reached. Never a fixed TCP port, so it meets no other PostgreSQL. */
export type Listener = { kind: 'socket'; folder: string } | { kind: 'tcp'; port: number };

/** A socket; where there is none that PostgreSQL and Node share (Windows), a free port and a password. */
export const chooseListener = async (placement: Placement, kind: Listener['kind']): Promise<Listener> =>
  kind === 'socket' ? { kind, folder: await placeSocket(placement) } : { kind, port: await freePort() };

export const defaultListener: Listener['kind'] = process.platform === 'win32' ? 'tcp' : 'socket';

export const listenArgs = (listener: Listener): string[] =>
  listener.kind === 'socket'
    ? [
        '-c',
        'listen_addresses=',
        '-c',
        `unix_socket_directories=${quoted(listener.folder)}`,
        '-c',
        'unix_socket_permissions=0700',
      ]
    : ['-c', 'listen_addresses=127.0.0.1', '-c', `port=${listener.port}`, '-c', 'unix_socket_directories='];

/** Takes the socket's folder away, so that short ones outside of the home do not pile up; the next start makes it. */
export async function leave(listener: Listener): Promise<void> {
  if (listener.kind === 'socket') await rmdir(listener.folder).catch(() => {});
}

/** The setting is a list; commas and quotes are allowed in a folder's name. */
const quoted = (folder: string) => `"${folder.replaceAll('"', '""')}"`;

/** `host` in the query wins over the one before it, in libpq and in pg; without any, `new URL` refuses the text. */
export const urlOf = (listener: Listener, password: string): string =>
  listener.kind === 'socket'
    ? `postgresql://granary@localhost/granary?host=${encodeURIComponent(listener.folder)}`
    : `postgresql://granary:${password}@127.0.0.1:${listener.port}/granary`;

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
