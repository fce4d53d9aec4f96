import type { Connection, ConnectionOptions, FieldPacket } from 'mysql2';
import { type ExactJson, parseExact } from '../../recipes/index.ts';
import type { Connector, ConnectorContext, Cursor, Row } from '../connector.ts';
import { SourceFault } from '../source-fault.ts';
import {
  batchRows,
  checkColumns,
  type DatabaseConfig,
  type DatabaseSource,
  databaseConfigSchema,
  databaseSourceProblem,
  databaseSourceSchema,
  databaseTargets,
  lastCursor,
  notReached,
  openTarget,
  statementOf,
} from './database.ts';
import { groupColumns } from './group-columns.ts';

/**
 * MySQL and MariaDB speak the same protocol. A read is one prepared statement, which cannot be two, in a read-only
 * transaction; rows are taken from the wire as fast as they are wanted.
 */
const offered = (type: 'mysql' | 'mariadb'): Connector<DatabaseConfig, DatabaseSource> => ({
  type,
  configSchema: databaseConfigSchema,
  secretFields: ['password'],
  targetFields: databaseTargets,
  sourceSchema: databaseSourceSchema,
  checkSource: (source) => databaseSourceProblem(source, 'mysql'),
  test: async (config, context) => {
    const opened = await openConnection(config, context);
    await opened.close();
    return { server: opened.server };
  },
  discover: async (config, context) => {
    const opened = await openConnection(config, context);
    try {
      const rows = await opened.ask<string[][]>(
        `select table_name, column_name, data_type from information_schema.columns where table_schema = database()
         order by table_name, ordinal_position limit 20000`,
      );
      return groupColumns(rows);
    } finally {
      await opened.close();
    }
  },
  read,
});

export const mysql = offered('mysql');
export const mariadb = offered('mariadb');

async function* read(
  config: DatabaseConfig,
  source: DatabaseSource,
  cursor: Cursor | null,
  context: ConnectorContext,
): AsyncGenerator<{ rows: Row[]; cursor?: Cursor }> {
  const opened = await openConnection(config, context);
  try {
    const { text, values } = statementOf(source, cursor, 'mysql');
    await opened.ask('set transaction isolation level repeatable read');
    await opened.ask('start transaction with consistent snapshot, read only');
    const command = opened.connection.execute({ sql: text, values, rowsAsArray: true });
    let fields: FieldPacket[] = [];
    command.on('fields', (given: FieldPacket[]) => {
      fields = given;
    });
    let rows: Row[] = [];
    try {
      for await (const cells of command.stream({ highWaterMark: batchRows }) as AsyncIterable<unknown[]>) {
        if (rows.length === 0) checkColumns(fields.map(({ name }) => name));
        rows.push(Object.fromEntries(fields.map((field, i) => [field.name, cellOf(cells[i], field)])));
        if (rows.length < batchRows) continue;
        yield batch(rows);
        rows = [];
      }
    } catch (error) {
      context.signal.throwIfAborted();
      throw statementFault(error);
    }
    if (rows.length > 0) yield batch(rows);
  } finally {
    await opened.close();
  }

  function batch(rows: Row[]) {
    const last = lastCursor(rows, source.cursor?.field);
    return { rows, ...(last === undefined ? {} : { cursor: last }) };
  }
}

interface Opened {
  connection: Connection;
  server: string;
  ask<T = unknown>(sql: string): Promise<T>;
  close(): Promise<void>;
}

async function openConnection(config: DatabaseConfig, context: ConnectorContext): Promise<Opened> {
  const { signal, connectMs, statementMs } = context;
  const { target, socket } = await openTarget(config, 3306, context);
  const { createConnection } = await import('mysql2');
  const connection = createConnection({
    ...target,
    database: config.database,
    user: config.user,
    password: config.password ?? '',
    stream: socket,
    connectTimeout: connectMs,
    charset: 'utf8mb4',
    timezone: 'Z',
    // The server may not ask for files of ours, and one statement is one.
    flags: ['-LOCAL_FILES'],
    multipleStatements: false,
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    jsonStrings: true,
    ...tlsOf(config),
  } as ConnectionOptions);
  connection.on('error', () => undefined);
  const stop = () => void socket.destroy();
  signal.addEventListener('abort', stop);
  const ask = <T>(sql: string): Promise<T> =>
    new Promise((resolve, reject) => {
      connection.query({ sql, rowsAsArray: true }, (error, rows) => {
        if (error === null) resolve(rows as T);
        else reject(signal.aborted ? signal.reason : statementFault(error));
      });
    });
  const close = async () => {
    signal.removeEventListener('abort', stop);
    connection.destroy();
    socket.destroy();
  };
  try {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error === null ? resolve() : reject(error)));
    });
    const [[version]] = (await ask<string[][]>('select version()')) as [[string]];
    const isMaria = /mariadb/i.test(version);
    const most = isMaria ? `max_statement_time = ${statementMs / 1000}` : `max_execution_time = ${statementMs}`;
    await ask(`set session ${most}, time_zone = '+00:00', sql_mode = ''`);
    return { connection, server: `${isMaria ? 'MariaDB' : 'MySQL'} ${version}`, ask, close };
  } catch (error) {
    await close();
    signal.throwIfAborted();
    throw notReached(statementFault(error));
  }
}

function tlsOf({ tls = 'verify', ca }: DatabaseConfig): ConnectionOptions {
  if (tls === 'disable') return {};
  const verify = tls === 'verify';
  return { ssl: { rejectUnauthorized: verify, verifyIdentity: verify, ...(ca === undefined ? {} : { ca }) } };
}

/** 1044 and 1045: no such user, or not for this database. 3024 and 1969: longer than allowed, of either product. */
function statementFault(error: unknown): SourceFault {
  if (error instanceof SourceFault) return error;
  const { errno, message, sqlState } = error as { errno?: number; message: string; sqlState?: string };
  const options = { detail: message, cause: error };
  if (errno === 1044 || errno === 1045 || errno === 1698)
    return new SourceFault('unauthorized', 'The source does not accept the credentials.', options);
  if (errno === 3024 || errno === 1969)
    return new SourceFault('limit', 'The statement took longer than it may.', options);
  if (errno !== undefined && errno > 0 && sqlState !== undefined && !sqlState.startsWith('08'))
    return new SourceFault('refused', `The source refuses the query (${errno}).`, options);
  return new SourceFault('broken', 'The source broke off.', options);
}

/** Types of the protocol: 7 timestamp, 12 datetime, 8 bigint, 0 and 246 decimal. */
function cellOf(cell: unknown, { columnType }: FieldPacket): ExactJson {
  if (cell === null || cell === undefined) return null;
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString('hex');
  if (typeof cell !== 'string') return cell as ExactJson;
  if (columnType === 7) return `${cell.replace(' ', 'T')}Z`;
  if (columnType === 12) return cell.replace(' ', 'T');
  const isNumber = columnType === 8 || columnType === 0 || columnType === 246;
  return isNumber && /^-?\d+(\.\d+)?$/.test(cell) ? parseExact(cell) : cell;
}
