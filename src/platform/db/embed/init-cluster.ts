import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Binaries } from './binaries.ts';
import { databaseStartFailed, databaseVersionMismatch } from './errors.ts';
import type { Placement } from './placement.ts';
import { type ServerUser, serverEnv } from './server-user.ts';

/**
 * Makes the cluster unless it is there, under another name until it is whole: a start that was killed half-way begins
 * again instead of finding half a cluster. Returns whether it was made now.
 */
export async function initCluster(placement: Placement, binaries: Binaries, durable: boolean): Promise<boolean> {
  const { cluster, home } = placement;
  const version = await clusterVersion(cluster);
  if (version !== undefined) {
    if (version !== String(binaries.major)) throw databaseVersionMismatch(cluster, version, binaries.major);
    return false;
  }
  const partial = path.join(home, 'cluster.new');
  await rm(partial, { recursive: true, force: true });
  try {
    await makeCluster(partial, placement, binaries, durable);
    await rename(partial, cluster);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
  return true;
}

/** For the TCP listener of Windows only; a socket is guarded by its folder. */
export const readPassword = (home: string): Promise<string> => readFile(path.join(home, 'password'), 'utf8');

async function clusterVersion(cluster: string): Promise<string | undefined> {
  try {
    return (await readFile(path.join(cluster, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw databaseStartFailed(`its cluster in ${cluster} cannot be read (${(error as Error).message})`, []);
  }
}

async function makeCluster(folder: string, placement: Placement, binaries: Binaries, durable: boolean): Promise<void> {
  const password = path.join(placement.home, 'password');
  await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600 });
  await own(password, placement.user);
  const args = [...initdbArgs, `--pgdata=${folder}`, `--pwfile=${password}`, ...(durable ? [] : ['--no-sync'])];
  await runInitdb(args, placement, binaries);
  await writeAs(placement.user, path.join(folder, 'pg_hba.conf'), hba);
  const conf = path.join(folder, 'postgresql.conf');
  const generated = await readFile(conf, 'utf8');
  await writeAs(placement.user, conf, `include_if_exists = 'granary.conf'\n\n${onlyComments(generated)}`);
  // In single-user mode, so that nobody ever sees a cluster without it.
  const single = ['--single', '-D', folder, '-c', `fsync=${durable ? 'on' : 'off'}`, 'postgres'];
  await runTool('postgres --single', binaries.postgres, single, placement.user, 'create database granary');
}

/**
 * `lc_ctype` matters to ltree and pg_trgm alone, which ask the C library what a letter is: under plain C no label may
 * hold an é. Not every system has a UTF-8 locale of either name.
 */
async function runInitdb(args: string[], placement: Placement, binaries: Binaries): Promise<void> {
  for (const ctype of process.platform === 'win32' ? ['C'] : ['C.UTF-8', 'en_US.UTF-8', 'C']) {
    try {
      return await runTool('initdb', binaries.initdb, [...args, `--lc-ctype=${ctype}`], placement.user);
    } catch (error) {
      if (ctype === 'C' || !(error as Error).message.includes('invalid locale name')) throw error;
    }
  }
}

/**
 * Ordering by code point, with Unicode upper and lower case: docs/decisions/0002-embedded-postgresql.md says why.
 */
const initdbArgs = [
  '--username=granary',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--auth=scram-sha-256',
  '--no-instructions',
];

const hba = `# The socket lies in a folder only this server's user and root can enter; TCP is used on Windows alone.
local all all trust
host all all 127.0.0.1/32 scram-sha-256
`;

/** initdb writes guesses about this machine as settings; they would win over granary.conf. */
const onlyComments = (conf: string) =>
  conf
    .split('\n')
    .map((line) => (line.trim() === '' || line.trimStart().startsWith('#') ? line : `#${line}`))
    .join('\n');

async function runTool(
  name: string,
  program: string,
  args: string[],
  user: ServerUser | undefined,
  input = '',
): Promise<void> {
  const child = spawn(program, args, { ...user, cwd: '/', env: serverEnv });
  child.stdin.on('error', () => {}).end(input);
  const ended = new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, killed) => resolve(code === null ? `by ${killed}` : `with ${code}`));
  });
  const [out, err, how] = await Promise.all([text(child.stdout), text(child.stderr), ended]).catch((error: Error) => {
    throw databaseStartFailed(`${name} could not be run (${error.message})`, []);
  });
  if (how !== 'with 0') throw databaseStartFailed(`${name} ended ${how}`, lastLines(`${out}\n${err}`));
  if (/^.*(ERROR|FATAL|PANIC): /m.test(err)) throw databaseStartFailed(`${name} failed`, lastLines(err));
}

export const lastLines = (log: string, count = 12): string[] =>
  log
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count);

async function writeAs(user: ServerUser | undefined, file: string, content: string): Promise<void> {
  await writeFile(file, content, { mode: 0o600, flush: true });
  await own(file, user);
}

async function own(file: string, user: ServerUser | undefined): Promise<void> {
  if (user !== undefined) await chown(file, user.uid, user.gid);
}
