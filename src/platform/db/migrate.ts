import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';

/** Any fixed number will do; all migrating processes of one database meet on it. */
const lockKey = 4680_0001;

/**
 * Applies `migrations/NNNN_name.sql` in order, each in its own transaction, under an advisory lock, so that several
 * processes may start at once. An applied file that has changed since is refused: migrations only go forward.
 * Returns the names applied now.
 */
export async function migrate(pool: pg.Pool, folder: string): Promise<string[]> {
  const client = await pool.connect();
  try {
    await client.query('set statement_timeout = 0');
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    return await applyPending(client, await readMigrations(folder));
  } finally {
    // Dropping the connection drops the lock and the changed setting with it.
    client.release(true);
  }
}

/** Names of the files the database does not have yet; an empty list means it is ready. */
export async function pendingMigrations(pool: pg.Pool, folder: string): Promise<string[]> {
  const { rows } = await pool.query<{ exists: boolean }>(`select to_regclass('migration') is not null as exists`);
  const applied = rows[0]?.exists ? await appliedIn(pool) : new Map<string, string>();
  return (await readMigrations(folder)).filter((file) => !applied.has(file.name)).map((file) => file.name);
}

async function applyPending(client: pg.PoolClient, files: MigrationFile[]): Promise<string[]> {
  await client.query(
    'create table if not exists migration (name text primary key, sha256 text not null, applied_at timestamptz not null default now())',
  );
  const applied = await appliedIn(client);
  const done: string[] = [];
  for (const file of files) {
    const known = applied.get(file.name);
    if (known === file.sha256) continue;
    if (known !== undefined) throw new Error(`migration ${file.name} was changed after it was applied`);
    await client.query('begin');
    try {
      await client.query(file.text);
      await client.query('insert into migration (name, sha256) values ($1, $2)', [file.name, file.sha256]);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw new Error(`migration ${file.name} failed: ${(error as Error).message}`, { cause: error });
    }
    done.push(file.name);
  }
  return done;
}

async function appliedIn(target: pg.Pool | pg.PoolClient): Promise<Map<string, string>> {
  const { rows } = await target.query<{ name: string; sha256: string }>('select name, sha256 from migration');
  return new Map(rows.map((row) => [row.name, row.sha256]));
}

interface MigrationFile {
  name: string;
  text: string;
  sha256: string;
}

async function readMigrations(folder: string): Promise<MigrationFile[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(path.join(folder, name), 'utf8');
      return { name, text, sha256: createHash('sha256').update(text).digest('hex') };
    }),
  );
}
