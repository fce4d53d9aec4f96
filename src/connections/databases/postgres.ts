import type { Socket } from 'node:net';
import { Client } from 'pg';
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
 * PostgreSQL. A read is one cursor in a read-only transaction: DECLARE takes exactly one statement, and none that
 * changes anything, also inside WITH.
 */
export const postgres: Connector<DatabaseConfig, DatabaseSource> = {
  type: 'postgres',
  configSchema: databaseConfigSchema,
  secretFields: ['password'],
  targetFields: databaseTargets,
  sourceSchema: databaseSourceSchema,
  checkSource: (source) => databaseSourceProblem(source, 'postgres'),
  test: (config, context) =>
    withClient(config, context, async (client) => {
      const { rows } = await client.query<[string]>({ text: 'show server_version', rowMode: 'array' });
      return { server: `PostgreSQL ${rows[0]![0]}` };
    }),
  discover: (config, context) =>
    withClient(config, context, async (client) => {
      const { rows } = await client.query<string[]>({
        text: `select table_schema || '.' || table_name, column_name, data_type from information_schema.columns
          where table_schema not in ('pg_catalog', 'information_schema') order by table_schema, table_name, ordinal_position
          limit 20000`,
        rowMode: 'array',
      });
      return groupColumns(rows);
    }),
  read,
};

async function* read(
  config: DatabaseConfig,
  source: DatabaseSource,
  cursor: Cursor | null,
  context: ConnectorContext,
): AsyncGenerator<{ rows: Row[]; cursor?: Cursor }> {
  const opened = await openClient(config, context);
  try {
    const { client } = opened;
    const { text, values } = statementOf(source, cursor, 'postgres');
    await opened.ask(() => client.query('begin transaction isolation level repeatable read, read only'));
    await opened.ask(() => client.query(`declare granary no scroll cursor for ${text}`, values));
    for (;;) {
      const found = await opened.ask(() =>
        client.query<ExactJson[]>({ text: `fetch ${batchRows} from granary`, rowMode: 'array' }),
      );
      const names = found.fields.map(({ name }) => name);
      checkColumns(names);
      if (found.rows.length === 0) return;
      const rows = found.rows.map((cells) => Object.fromEntries(cells.map((cell, i) => [names[i]!, cell])));
      const last = lastCursor(rows, source.cursor?.field);
      yield { rows, ...(last === undefined ? {} : { cursor: last }) };
    }
  } finally {
    await opened.close();
  }
}

async function withClient<T>(
  config: DatabaseConfig,
  context: ConnectorContext,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const opened = await openClient(config, context);
  try {
    return await opened.ask(() => work(opened.client));
  } finally {
    await opened.close();
  }
}

interface Opened {
  client: Client;
  /** Runs a statement; what refuses it becomes a fault. */
  ask<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

async function openClient(config: DatabaseConfig, context: ConnectorContext): Promise<Opened> {
  const { signal, connectMs, statementMs } = context;
  const { target, socket } = await openTarget(config, 5432, context);
  const client = new Client({
    ...target,
    database: config.database,
    user: config.user,
    password: config.password ?? '',
    ssl: tlsOf(config),
    stream: () => connectedAlready(socket),
    connectionTimeoutMillis: connectMs,
    types: { getTypeParser: (type: number) => cellOf(type) },
    application_name: 'granary',
  } as ConstructorParameters<typeof Client>[0]);
  client.on('error', () => undefined);
  socket.on('error', () => undefined);
  const stop = () => void socket.destroy();
  signal.addEventListener('abort', stop);
  const ask = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      throw statementFault(error);
    }
  };
  const close = async () => {
    signal.removeEventListener('abort', stop);
    const ended = client.end().catch(() => undefined);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
    socket.destroy();
  };
  try {
    signal.throwIfAborted();
    await client.connect();
    await client.query(`set statement_timeout = ${statementMs}; set time zone 'UTC'; set datestyle = 'ISO, YMD';
      set intervalstyle = 'iso_8601'; set standard_conforming_strings = on; set default_transaction_read_only = on`);
    return { client, ask, close };
  } catch (error) {
    await close();
    signal.throwIfAborted();
    throw notReached(statementFault(error));
  }
}

/** The client connects what it is given; this one leads to the address that was checked. */
function connectedAlready(socket: Socket): Socket {
  return Object.assign(socket, {
    connect: () => {
      setImmediate(() => socket.emit('connect'));
      return socket;
    },
  });
}

function tlsOf({ tls = 'verify', ca }: DatabaseConfig) {
  if (tls === 'disable') return false;
  return { rejectUnauthorized: tls === 'verify', ...(ca === undefined ? {} : { ca }) };
}

function statementFault(error: unknown): SourceFault {
  if (error instanceof SourceFault) return error;
  const { code = '', message } = error as { code?: string; message: string };
  const options = { detail: message, cause: error };
  if (code.startsWith('28'))
    return new SourceFault('unauthorized', 'The source does not accept the credentials.', options);
  if (code === '57014') return new SourceFault('limit', 'The statement took longer than it may.', options);
  if (/^[0-9A-Z]{5}$/.test(code) && !code.startsWith('08') && !code.startsWith('57P'))
    return new SourceFault('refused', `The source refuses the query (${code}).`, options);
  return new SourceFault('broken', 'The source broke off.', options);
}

const text = (cell: string): ExactJson => cell;
const number = (cell: string): ExactJson => (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(cell) ? parseExact(cell) : cell);
const readers = new Map<number, (cell: string) => ExactJson>([
  [16, (cell) => cell === 't'],
  ...[20, 21, 23, 26, 700, 701, 1700].map((type) => [type, number] as const),
  [1114, (cell) => cell.replace(' ', 'T')],
  [1184, (cell) => cell.replace(' ', 'T').replace(/\+00$/, 'Z')],
]);
const cellOf = (type: number) => readers.get(type) ?? text;
