import { constants } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';

/** Where root keeps what the server's user must reach. /var/tmp survives a reboot; /tmp does not and holds no data. */
export const systemFolders = (given: string | undefined): string[] =>
  given === undefined ? ['/var/lib/granary', '/var/tmp/granary'] : [given];

/**
 * Makes a folder others may pass through but not change. One that somebody else prepared, as anybody could in
 * /var/tmp, is refused: we would run binaries and keep data in it.
 */
export async function makeTrustedFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o711 });
  await refuseForeign(folder, 0);
  await refuseForeign(path.dirname(folder), stickyBit);
}

/** In a sticky folder, such as /tmp, nobody can replace what belongs to another. */
const stickyBit = 0o1000;

async function refuseForeign(folder: string, excuse: number): Promise<void> {
  const { uid, mode } = await lstat(folder);
  const ours = uid === 0 || uid === process.getuid?.();
  const writable = (mode & 0o022) !== 0 && (mode & excuse) === 0;
  const isFolder = (mode & constants.S_IFMT) === constants.S_IFDIR;
  if (!ours || writable || !isFolder) throw new Error(`${folder} can be changed by another user`);
}
