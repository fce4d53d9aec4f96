import type { Context } from '../platform/context.ts';
import { AppError } from '../platform/errors/index.ts';
import type { ConnectorContext, Cursor, JsonObject, Row } from './connector.ts';
import { connectorOf } from './connectors.ts';
import { queryNotFound, sourceFailed } from './errors.ts';
import { openSecrets, withoutSecrets } from './secrets.ts';
import { SourceFault } from './source-fault.ts';
import type { Connection } from './store.ts';

export interface AskOptions {
  signal: AbortSignal;
  /** For who manages the connection: refusals speak of hosts, tables and statements. */
  showsDetail: boolean;
  /** Default: the settings'. */
  connectMs?: number;
  statementMs?: number;
}

/** Throws `query_not_found`. */
export function queryNamed(connection: Connection, name: string): JsonObject {
  if (Object.hasOwn(connection.queries, name)) return connection.queries[name]!;
  throw queryNotFound(name, Object.keys(connection.queries));
}

/** Batches of rows from after the cursor on. What goes wrong at the source is an AppError with no secret in it. */
export async function* readSource(
  context: Context,
  connection: Connection,
  source: JsonObject,
  cursor: Cursor | null,
  options: AskOptions,
): AsyncGenerator<{ rows: Row[]; cursor?: Cursor }> {
  const { given, connector, secrets } = openConnection(context, connection);
  try {
    yield* connector.read(given, source as never, cursor, connectorContext(context, options));
  } catch (error) {
    throw refusalOf(error, connection, secrets, options);
  }
}

/** One question that is not for rows. */
export async function askSource<T>(
  context: Context,
  connection: Connection,
  options: AskOptions,
  ask: (connector: ReturnType<typeof connectorOf>, given: never, context: ConnectorContext) => Promise<T>,
): Promise<T> {
  const { given, connector, secrets } = openConnection(context, connection);
  try {
    return await ask(connector, given, connectorContext(context, options));
  } catch (error) {
    throw refusalOf(error, connection, secrets, options);
  }
}

function openConnection(context: Context, { type, config, sealed }: Connection) {
  const secrets = openSecrets(context, sealed);
  return { connector: connectorOf(type), secrets, given: { ...config, ...secrets } as never };
}

function connectorContext({ config }: Context, options: AskOptions): ConnectorContext {
  return {
    config,
    signal: options.signal,
    connectMs: options.connectMs ?? config.connectionConnectSeconds * 1000,
    statementMs: options.statementMs ?? config.connectionStatementSeconds * 1000,
    maxBytes: config.pullMaxBytes,
  };
}

function refusalOf(
  error: unknown,
  { name }: Connection,
  secrets: Record<string, string>,
  options: AskOptions,
): unknown {
  if (options.signal.aborted && !(error instanceof AppError)) return options.signal.reason;
  if (!(error instanceof SourceFault)) return error;
  const { kind, message, detail } = error;
  const shown = detail === undefined ? {} : { detail: withoutSecrets(detail, secrets) };
  return sourceFailed(new SourceFault(kind, message, shown), name, options.showsDetail);
}
