import type { Config } from '../platform/config/index.ts';
import type { ExactJson } from '../recipes/index.ts';

export type JsonObject = Record<string, unknown>;
/** Cells by column; numbers keep their digits. */
export type Row = Record<string, ExactJson>;
/** Where the last read ended: the largest value of the cursor field, as the source writes it. */
export type Cursor = string | number;

export interface ColumnInfo {
  name: string;
  type: string;
}

/** What a connector is handed for one read. */
export interface ConnectorContext {
  config: Pick<Config, 'allowHosts' | 'fetchAllow'>;
  signal: AbortSignal;
  connectMs: number;
  /** Of one statement or request. */
  statementMs: number;
  /** Of one answer. */
  maxBytes: number;
}

/** One kind of system that data is read from. `C` is config and secrets together, `S` what is asked. */
export interface Connector<C, S> {
  type: string;
  /** JSON Schema of what is not secret. */
  configSchema: JsonObject;
  secretFields: readonly string[];
  /** Which fields of the config say where secrets are sent: where one changes, they must be given again. */
  targetFields: readonly string[];
  /** JSON Schema of one query. */
  sourceSchema: JsonObject;
  /** What the schemas do not say. Pointers are relative to config or source. */
  checkConfig?(config: JsonObject, secretNames: readonly string[]): Problem | undefined;
  checkSource?(source: JsonObject): Problem | undefined;
  /** Answers what it is; throws a SourceFault. */
  test(connection: C, context: ConnectorContext): Promise<{ server?: string }>;
  discover?(connection: C, context: ConnectorContext): Promise<{ name: string; columns: ColumnInfo[] }[]>;
  /**
   * Rows in batches, from after the cursor on. The last cursor given is where the next read may begin once these rows are
   * kept. Throws a SourceFault; a read that has ended was complete.
   */
  read(
    connection: C,
    source: S,
    cursor: Cursor | null,
    context: ConnectorContext,
  ): AsyncIterable<{ rows: Row[]; cursor?: Cursor }>;
}

export interface Problem {
  pointer: string;
  message: string;
}
