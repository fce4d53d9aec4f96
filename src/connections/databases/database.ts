import type { Socket } from 'node:net';
import { addressPolicy, openSocket } from '../../platform/fetch/index.ts';
import type { ConnectorContext, JsonObject, Problem, Row } from '../connector.ts';
import { faultOf } from '../http/send-request.ts';
import { type SqlDialect, selectProblem, withoutEnd } from '../pure/check-select.ts';
import { stepBack } from '../pure/step-back.ts';
import { SourceFault } from '../source-fault.ts';

export interface DatabaseConfig {
  host: string;
  port?: number;
  database: string;
  user: string;
  /** `verify`: encrypted, and the certificate is the host's. `require`: encrypted, whoever answers. Default verify. */
  tls?: 'verify' | 'require' | 'disable';
  /** Certificates to trust instead of the usual ones, PEM. */
  ca?: string;
  password?: string;
}

export interface DatabaseSource {
  table?: string;
  query?: string;
  /** Bound to $1, $2 … (PostgreSQL) or ? (MySQL). */
  params?: (string | number | boolean | null)[];
  cursor?: { field: string; initial?: string | number; overlap?: number };
}

export const databaseConfigSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['host', 'database', 'user'],
  properties: {
    host: { type: 'string', pattern: '^[A-Za-z0-9_.:\\-\\[\\]]+$', maxLength: 253 },
    port: { type: 'integer', minimum: 1, maximum: 65_535 },
    database: { type: 'string', minLength: 1, maxLength: 200 },
    user: { type: 'string', minLength: 1, maxLength: 200 },
    tls: { enum: ['verify', 'require', 'disable'] },
    ca: { type: 'string', maxLength: 100_000 },
  },
};

export const databaseSourceSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    table: { type: 'string', pattern: '^[^.\\u0000]+(\\.[^.\\u0000]+)?$', maxLength: 300 },
    query: { type: 'string', minLength: 1, maxLength: 100_000, pattern: '^[^\\u0000]*$' },
    params: { type: 'array', items: { type: ['string', 'number', 'boolean', 'null'] }, maxItems: 1000 },
    cursor: {
      type: 'object',
      additionalProperties: false,
      required: ['field'],
      properties: {
        field: { type: 'string', pattern: '^[^\\u0000]+$', maxLength: 200 },
        initial: { type: ['string', 'number'] },
        overlap: { type: 'number', minimum: 0 },
      },
    },
  },
};

export const databaseTargets = ['host', 'port', 'database', 'user', 'tls', 'ca'] as const;

export function databaseSourceProblem(source: JsonObject, dialect: SqlDialect): Problem | undefined {
  const { table, query, params } = source as DatabaseSource;
  if ((table === undefined) === (query === undefined))
    return { pointer: '/query', message: 'a source is either a table or a query' };
  if (query === undefined)
    return params === undefined ? undefined : { pointer: '/params', message: 'params belong to a query' };
  const problem = selectProblem(query, dialect);
  return problem === undefined ? undefined : { pointer: '/query', message: `query ${problem}` };
}

export interface Statement {
  text: string;
  values: (string | number | boolean | null)[];
}

/** A socket to an address that was checked, for the driver to speak over. */
export async function openTarget(
  { host, port }: DatabaseConfig,
  usualPort: number,
  { config, connectMs }: ConnectorContext,
): Promise<{ target: { host: string; port: number }; socket: Socket }> {
  const target = { host, port: port ?? usualPort };
  const socket = await openSocket(addressPolicy(config.allowHosts), target, { connectMs }).catch((error) => {
    throw faultOf(error, 'unreachable');
  });
  return { target, socket };
}

/** What broke off before anything was asked was not reached. */
export const notReached = (fault: SourceFault): SourceFault =>
  fault.kind === 'broken' ? new SourceFault('unreachable', 'The source cannot be reached.', fault) : fault;

/** What is asked, from after the cursor on and in its order. Everything that is a value is bound. */
export function statementOf(source: DatabaseSource, cursor: string | number | null, dialect: SqlDialect): Statement {
  const quote = dialect === 'postgres' ? quoteName : quoteMysqlName;
  const values = [...(source.params ?? [])];
  const asked =
    source.table === undefined
      ? withoutEnd(source.query!, dialect)
      : `select * from ${source.table.split('.').map(quote).join('.')}`;
  if (source.cursor === undefined) return { text: asked, values };
  const field = `q.${quote(source.cursor.field)}`;
  const given = cursor ?? source.cursor.initial;
  const from = given === undefined ? undefined : stepBack(given, cursor === null ? 0 : source.cursor.overlap);
  if (from !== undefined) values.push(dialect === 'mysql' ? String(from).replace(zoneOfMoment, '') : from);
  const after = from === undefined ? '' : ` where ${field} > ${dialect === 'postgres' ? `$${values.length}` : '?'}`;
  // The line ends a comment the query may end with.
  return { text: `select * from (${asked}\n) as q${after} order by ${field}`, values };
}

const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`;
const quoteMysqlName = (name: string) => `\`${name.replaceAll('`', '``')}\``;
/** The session's zone is UTC, and older servers do not know the letter. */
const zoneOfMoment = /(?<=^\d{4}-\d\d-\d\dT[\d:.]+)Z$/;

/** A row has each column once, or one of them would be lost without a word. */
export function checkColumns(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new SourceFault('refused', 'The query has two columns of one name.', { detail: `Both are called ${twice}.` });
}

/** The largest cursor among rows that come in its order; nulls are first or last. */
export function lastCursor(rows: readonly Row[], field: string | undefined): string | number | undefined {
  if (field === undefined) return undefined;
  for (let i = rows.length - 1; i >= 0; i -= 1) {
    const value = rows[i]![field];
    if (value === undefined)
      throw new SourceFault('refused', 'The query has not the column of its cursor.', { detail: `It is ${field}.` });
    if (value === null) continue;
    return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
  }
  return undefined;
}

export const batchRows = 1000;
