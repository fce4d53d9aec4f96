import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { literal } from './quote.ts';

export interface TabularOptions {
  /** Files outside this folder cannot be read or written by any SQL; temporary files lie in it too. */
  workFolder: string;
  /** Further folders that may be read, such as the local blob folder. Default none. */
  readFolders?: string[];
  /** Bytes DuckDB may hold before it spills to disk. Default 256 MB. */
  memoryBytes?: number;
  /** Default 2. */
  threads?: number;
  /** Bytes of temporary files on disk. Default 20 GB. */
  temporaryBytes?: number;
  /** Aborting interrupts the statement that runs, and refuses later ones. */
  signal?: AbortSignal;
}

/** A cell as JSON can carry it without loss: wide integers and decimals are text. */
export type Cell = null | boolean | number | string | Cell[] | { [key: string]: Cell };
export type TabularRow = Record<string, Cell>;

/** One private DuckDB. Statements run one after another. */
export interface Tabular {
  run(sql: string): Promise<void>;
  rows(sql: string): Promise<TabularRow[]>;
  /** Rows in chunks of about 2,000, read while the statement still runs: memory stays flat. */
  stream(sql: string): AsyncIterable<TabularRow[]>;
  /** Column names and DuckDB types of a query, without running it. */
  describe(sql: string): Promise<{ name: string; type: string }[]>;
  close(): void;
}

/**
 * Opens an in-memory DuckDB that can reach nothing but its work folder: no network, no extensions, no other files, and
 * a locked configuration, so that SQL compiled from user input can change none of it.
 */
export async function openTabular(options: TabularOptions): Promise<Tabular> {
  const workFolder = path.resolve(options.workFolder);
  const temporary = path.join(workFolder, 'duckdb-tmp');
  await mkdir(temporary, { recursive: true });
  // Some 60 MB that a process which only answers requests does without.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads ?? 2),
    memory_limit: `${Math.floor((options.memoryBytes ?? 256_000_000) / 1000)}KB`,
    temp_directory: temporary,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    // Freed memory goes back to the system early: the server lives longer than its biggest file.
    allocator_flush_threshold: '16MB',
    allocator_bulk_deallocation_flush_threshold: '64MB',
  });
  const connection = await instance.connect();
  const folders = [workFolder, ...(options.readFolders ?? []).map((folder) => path.resolve(folder))];
  await connection.run(`set allowed_directories = [${folders.map(literal).join(', ')}]`);
  // Given when the database is made, it shows in the settings and limits nothing (DuckDB 1.5).
  const temporaryKilobytes = Math.floor((options.temporaryBytes ?? 20_000_000_000) / 1000);
  await connection.run(`set max_temp_directory_size = '${temporaryKilobytes}KB'`);
  await connection.run('set enable_external_access = false');
  await connection.run("set TimeZone = 'UTC'");
  await connection.run('set lock_configuration = true');
  return wrap(instance, connection, options.signal);
}

function wrap(instance: DuckDBInstance, connection: DuckDBConnection, signal: AbortSignal | undefined): Tabular {
  let closed = false;
  const interrupt = () => connection.interrupt();
  signal?.addEventListener('abort', interrupt);

  /** DuckDB reports an interrupt as an ordinary error; the caller wants the reason of its own signal. */
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  }

  return {
    run: (sql) =>
      guarded(async () => {
        await connection.run(sql);
      }),
    rows: (sql) =>
      guarded(async () => {
        const reader = await connection.runAndReadAll(sql);
        return reader.getRowObjectsJson() as TabularRow[];
      }),
    async *stream(sql) {
      const result = await guarded(() => connection.stream(sql));
      const chunks = result.yieldRowObjectJson();
      for (;;) {
        const next = await guarded(() => chunks.next());
        if (next.done) return;
        yield next.value as TabularRow[];
      }
    },
    describe: (sql) =>
      guarded(async () => {
        const reader = await connection.runAndReadAll(`describe ${sql}`);
        return reader.getRowObjectsJson().map((row) => ({
          name: String(row.column_name),
          type: String(row.column_type),
        }));
      }),
    close() {
      if (closed) return;
      closed = true;
      signal?.removeEventListener('abort', interrupt);
      connection.closeSync();
      instance.closeSync();
    },
  };
}
