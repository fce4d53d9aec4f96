import { createHash } from 'node:crypto';
import { chown, mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { databaseClusterMissing, databaseClusterShared, databaseUnsupported } from './errors.ts';
import { findPostmaster, signal, waitUntilGone } from './postmaster.ts';
import { canUse, type ServerUser, serverUserFor } from './server-user.ts';
import { makeTrustedFolder, systemFolders } from './system-folder.ts';

/** Where the pieces of one embedded server lie. */
export interface Placement {
  /** Absolute, links resolved. */
  dataFolder: string;
  /** Private to the server's user: cluster, sockets, password. */
  home: string;
  cluster: string;
  user: ServerUser | undefined;
}

/**
 * The database lies in the data folder. When this process is root and the server's user cannot enter that folder (a
 * clone below /root), it lies in a system folder named by a hash of the data folder's path, and a pointer file in the
 * data folder says where.
 */
export async function place(dataFolder: string, systemFolder?: string): Promise<Placement> {
  const found = await findPlacement(dataFolder);
  if (found !== undefined) return found;
  const resolved = await realpath(dataFolder);
  const user = await serverUserFor(undefined);
  const home = (await canUse(user, 'enter', resolved))
    ? path.join(resolved, 'postgres')
    : await placeInSystemFolder(resolved, user, systemFolder);
  await makePrivate(home, user);
  return { dataFolder: resolved, home, cluster: clusterIn(home), user };
}

/** Undefined when this data folder has no database yet. */
export async function findPlacement(dataFolder: string): Promise<Placement | undefined> {
  const resolved = await realpath(dataFolder).catch(() => undefined);
  if (resolved === undefined) return undefined;
  const pointer = await readPointer(resolved);
  if (pointer === undefined && !(await isFolder(path.join(resolved, 'postgres')))) return undefined;
  if (pointer !== undefined) await checkPointer(pointer, resolved);
  const home = pointer?.home ?? path.join(resolved, 'postgres');
  return { dataFolder: resolved, home, cluster: clusterIn(home), user: await serverUserFor(home) };
}

export const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

const clusterIn = (home: string) => path.join(home, 'cluster');

interface Pointer {
  home: string;
  dataFolder: string;
}

const pointerIn = (dataFolder: string) => path.join(dataFolder, 'postgres.json');

async function readPointer(dataFolder: string): Promise<Pointer | undefined> {
  try {
    return JSON.parse(await readFile(pointerIn(dataFolder), 'utf8')) as Pointer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A moved data folder takes its database along; a copied one would share it, which no server survives. */
async function checkPointer(pointer: Pointer, dataFolder: string): Promise<void> {
  if (!(await isFolder(pointer.home))) throw databaseClusterMissing(pointer.home, pointerIn(dataFolder));
  if (pointer.dataFolder === dataFolder) return;
  const original = await readPointer(pointer.dataFolder).catch(() => undefined);
  if (original?.home === pointer.home) throw databaseClusterShared(dataFolder, pointer.dataFolder);
  await writePointer(dataFolder, pointer.home);
}

async function writePointer(dataFolder: string, home: string): Promise<void> {
  const file = pointerIn(dataFolder);
  await writeFile(`${file}.new`, JSON.stringify({ home, dataFolder } satisfies Pointer, null, 2), { flush: true });
  await rename(`${file}.new`, file);
}

async function placeInSystemFolder(
  dataFolder: string,
  user: ServerUser | undefined,
  systemFolder: string | undefined,
): Promise<string> {
  for (const folder of systemFolders(systemFolder).map((parent) => path.join(parent, 'cluster'))) {
    try {
      await makeTrustedFolder(folder);
    } catch {
      continue;
    }
    if (!(await canUse(user, 'enter', folder))) continue;
    const home = path.join(folder, shortHash(dataFolder));
    // Whoever removed a data folder and makes it anew wants an empty one; the old database is kept, not reused.
    if (await isFolder(home)) await setAside(home);
    await makePrivate(home, user);
    await writePointer(dataFolder, home);
    return home;
  }
  throw databaseUnsupported(`its user can enter neither ${dataFolder} nor a system folder`);
}

async function setAside(home: string): Promise<void> {
  const server = await findPostmaster(clusterIn(home));
  if (server !== undefined) {
    signal(server.pid, 'SIGINT');
    if (!(await waitUntilGone(clusterIn(home), server.pid, 60_000))) {
      throw databaseUnsupported(`a server of the former database in ${home} does not end (process ${server.pid})`);
    }
  }
  await rename(home, `${home}.orphan-${new Date().toISOString().replaceAll(':', '')}`);
}

async function makePrivate(folder: string, user: ServerUser | undefined): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (user !== undefined) await chown(folder, user.uid, user.gid);
}

/**
 * A folder for the server's socket that only its user (and root) can enter; this is what guards a server without
 * passwords. The path of a socket is limited to 107 bytes (103 on macOS), hence the short one elsewhere.
 */
export async function placeSocket(placement: Placement): Promise<string> {
  const inHome = path.join(placement.home, 'run');
  if (fits(inHome)) {
    await makePrivate(inHome, placement.user);
    return inHome;
  }
  const refusals: string[] = [];
  for (const parent of ['/run', '/tmp']) {
    const shared = path.join(parent, `granary-${process.getuid?.()}`);
    try {
      await makeTrustedFolder(shared);
      const short = path.join(shared, shortHash(placement.home));
      await makePrivate(short, placement.user);
      if (await canUse(placement.user, 'enter', short)) return short;
      refusals.push(`the server's user cannot enter ${short}`);
    } catch (error) {
      refusals.push((error as Error).message);
    }
  }
  throw databaseUnsupported(`no place for its socket (${refusals.join('; ')})`);
}

const fits = (folder: string) => Buffer.byteLength(path.join(folder, '.s.PGSQL.5432')) <= 103;

const isFolder = (file: string) =>
  stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
