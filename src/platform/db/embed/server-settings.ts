import { statfs } from 'node:fs/promises';

export interface ServerSettings {
  /** False: no fsync, for tests. A power cut then destroys the cluster, a killed process does not. */
  durable: boolean;
}

/**
 * For a virtual machine of 1–4 GB shared with Node and DuckDB. They go to `granary.conf`, which the cluster's
 * `postgresql.conf` includes first: a line in `postgresql.conf` wins over ours and survives upgrades.
 */
export async function settingsText({ durable }: ServerSettings): Promise<string> {
  const settings: Record<string, string> = {
    max_connections: '100',
    shared_buffers: '128MB',
    effective_cache_size: '512MB',
    work_mem: '8MB',
    maintenance_work_mem: '128MB',
    random_page_cost: '1.1',
    // Compiling a plan costs more than it gains on statements of a few milliseconds.
    jit: 'off',
    // No replica hangs on this server, so bulk loads into new tables need not be logged row by row.
    wal_level: 'minimal',
    max_wal_senders: '0',
    wal_compression: 'on',
    // A 32nd of shared_buffers, its default, is full several times a second when values are loaded.
    wal_buffers: '16MB',
    max_wal_size: '1GB',
    checkpoint_timeout: '15min',
    // Also without fsync: what was committed is then in the system's hands, and outlives a kill of the server.
    synchronous_commit: 'on',
    fsync: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    // Containers give 64 MB of /dev/shm, which one parallel hash join exceeds.
    dynamic_shared_memory_type: (await hasRoomInShm()) ? 'posix' : process.platform === 'win32' ? 'windows' : 'sysv',
    default_text_search_config: 'pg_catalog.simple',
    lc_messages: 'C',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %q%a ',
    log_checkpoints: 'off',
    // A session that holds locks for ever would stop everything; ours never idles inside a transaction.
    idle_in_transaction_session_timeout: '10min',
    datestyle: "'ISO, YMD'",
  };
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = ${value.startsWith("'") ? value : `'${value}'`}`,
  );
  return `# Written by Granary at each start. Put your own settings into postgresql.conf.\n${lines.join('\n')}\n`;
}

async function hasRoomInShm(): Promise<boolean> {
  if (process.platform === 'win32') return false;
  if (process.platform !== 'linux') return true;
  const shm = await statfs('/dev/shm').catch(() => undefined);
  return shm !== undefined && shm.bsize * shm.blocks >= 512 * 1024 * 1024;
}
