import pg from 'pg';

/** int8 arrives as a number: ids and counts stay below 2^53. Data values never pass through here. */
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export interface ConnectOptions {
  url: string;
  maxConnections: number;
  applicationName: string;
  statementTimeoutMs: number;
}

/** A lost connection is the next statement's error, not the process's end: hence the error listener. */
export function connectPool(options: ConnectOptions, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections,
    application_name: options.applicationName,
    statement_timeout: options.statementTimeoutMs,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  pool.on('error', onError);
  pool.on('connect', (client) => {
    client.on('error', onError);
  });
  return pool;
}
