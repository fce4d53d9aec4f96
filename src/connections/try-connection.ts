import type { Context } from '../platform/context.ts';
import { AppError } from '../platform/errors/index.ts';
import { checkSource } from './check-source.ts';
import type { ColumnInfo, JsonObject, Row } from './connector.ts';
import { connectorOf } from './connectors.ts';
import { invalidSource, limitReached, nothingToDiscover } from './errors.ts';
import { type AskOptions, askSource, queryNamed, readSource } from './read-source.ts';
import type { Connection } from './store.ts';

const previewed = 50;

/** Contract data-api §7: that it does not answer is what the test finds, and no refusal. */
export async function testConnection(context: Context, connection: Connection) {
  const started = performance.now();
  const latency = () => Math.round(performance.now() - started);
  try {
    const { server } = await inTime(context, (options) =>
      askSource(context, connection, options, (connector, given, asked) => connector.test(given, asked)),
    );
    return { ok: true, latency_ms: latency(), ...(server === undefined ? {} : { server }) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ok: false, latency_ms: latency(), code: error.code, error: error.message };
  }
}

export function discoverTables(
  context: Context,
  connection: Connection,
): Promise<{ name: string; columns: ColumnInfo[] }[]> {
  if (connectorOf(connection.type).discover === undefined) throw nothingToDiscover(connection.type);
  return inTime(context, (options) =>
    askSource(context, connection, options, (connector, given, asked) => connector.discover!(given, asked)),
  );
}

/** The first rows of a named query, or of a source that is not stored anywhere. */
export async function previewRows(
  context: Context,
  connection: Connection,
  asked: { query?: string; source?: JsonObject },
): Promise<{ rows: Row[]; more: boolean }> {
  if ((asked.query === undefined) === (asked.source === undefined)) throw invalidSource([oneOfBoth]);
  const source =
    asked.query === undefined
      ? checkSource(connectorOf(connection.type), asked.source, '/source')
      : queryNamed(connection, asked.query);
  return inTime(context, async (options) => {
    const rows: Row[] = [];
    for await (const batch of readSource(context, connection, source, null, options)) {
      rows.push(...batch.rows);
      if (rows.length > previewed) break;
    }
    return { rows: rows.slice(0, previewed), more: rows.length > previewed };
  });
}

const oneOfBoth = { pointer: '/query', code: 'invalid_source', message: 'give either a query or a source' };

async function inTime<T>(context: Context, work: (options: AskOptions) => Promise<T>): Promise<T> {
  const seconds = context.config.connectionConnectSeconds;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(limitReached(`${seconds} seconds`, seconds)), seconds * 1000);
  try {
    return await work({
      signal: late.signal,
      showsDetail: true,
      connectMs: seconds * 1000,
      statementMs: seconds * 1000,
    });
  } catch (error) {
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
