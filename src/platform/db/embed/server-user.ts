import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { databaseUnsupported } from './errors.ts';

/** Who the server runs as, when that is not the user of this process: PostgreSQL refuses to run as root. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/** Undefined unless this process is root. A cluster that exists decides: PostgreSQL insists on its owner. */
export async function serverUserFor(cluster: string | undefined): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = cluster === undefined ? undefined : await stat(cluster).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find((fields) => fields[0] === name);
    if (account !== undefined) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw databaseUnsupported('it may not run as root, and there is no user postgres or nobody');
}

/** Asks the system itself, as that user, so that access lists, mounts and security modules count as well. */
export async function canUse(user: ServerUser | undefined, what: 'enter' | 'execute', file: string): Promise<boolean> {
  if (user === undefined) return true;
  const test = what === 'enter' ? 'cd -- "$1"' : '[ -x "$1" ]';
  const child = spawn('/bin/sh', ['-c', test, 'sh', file], { ...user, cwd: '/', stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code === 0));
  });
}

/** Nothing of our environment: it holds secrets, and PG… variables that would change what the server does. */
export const serverEnv: NodeJS.ProcessEnv | undefined =
  process.platform === 'win32' ? undefined : { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };
