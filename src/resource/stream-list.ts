import { PassThrough, type Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import type { Access } from './access.ts';
import { countRows } from './count-rows.ts';
import { linkHeaders } from './link-headers.ts';
import { mediaTypes } from './pure/choose-format.ts';
import type { Column, Model } from './pure/model.ts';
import { fieldsOf } from './pure/parse-list.ts';
import { type Plan, planRows, type Source } from './pure/plan-list.ts';
import type { ListQuery } from './pure/query.ts';
import { csvValue, jsonRow, safeCell } from './pure/render.ts';
import { hasSlowLookup, quoteLiteral } from './pure/statement.ts';
import { narrowed, readList } from './read-list.ts';
import type { Resources } from './resources.ts';
import { refusedRegex, rowsOf } from './run-plan.ts';
import { parquetOf } from './stream-parquet.ts';

/**
 * A list as a stream: PostgreSQL writes the lines, COPY carries them, nothing is held in memory. What goes wrong before
 * the first line is a refusal; afterwards the connection breaks, so that half a file never looks whole.
 */
export async function streamList(
  resources: Resources,
  model: Model,
  parsed: ListQuery,
  access: Access,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { query, source } = await narrowed(resources, model, parsed, access);
  const { total, estimated } = await countRows(resources, model, query, access, source);
  if (total !== null) reply.header('granary-total-count', String(total));
  if (estimated) reply.header('granary-count', 'estimated');
  if (Number.isFinite(query.limit)) {
    const keysOnly = { ...parsed, fields: [], count: 'none' as const, limit: Math.min(query.limit, 1_000_000) };
    const { links } = await readList(resources, model, keysOnly, access, path);
    linkHeaders(reply, links);
  }
  reply.header('content-type', `${mediaTypes[query.format][0]}${query.format === 'csv' ? '; charset=utf-8' : ''}`);
  reply.header('content-disposition', `attachment; filename="${model.name}.${query.format}"`);
  if (request.method === 'HEAD') return reply.send();
  const parts = await partsOf(resources, model, query, access, source);
  const rows = await openCopy(resources, parts.copy, hasSlowLookup(query.condition));
  if (query.format === 'parquet') return reply.send(await parquetOf(rows, query.fields, resources.deps.workFolder!));
  return reply.send(framed(rows, parts));
}

interface StreamParts {
  copy: string;
  before: string;
  after: string;
  /** Bytes of the first line that are left out. */
  skip?: number;
}

async function partsOf(
  resources: Resources,
  model: Model,
  query: ListQuery,
  access: Access,
  source: Source,
): Promise<StreamParts> {
  switch (query.format) {
    case 'csv':
      return await csvParts(resources, model, query, access, source);
    case 'parquet':
      return parquetParts(model, query, access, source);
    case 'geojson':
      return geojsonParts(model, query, access, source);
    default: {
      const plan = planRows(
        model,
        query,
        access,
        source,
        (_, sql) => sql,
        (parts) => `${jsonRow(query.fields, (_, index) => parts[index]!)} as line`,
      );
      return { copy: copyOf(plan, plainLines), before: '', after: '' };
    }
  }
}

/** JSON text has no control characters, so with these as quote and delimiter COPY leaves every line as it is. */
const plainLines = `format csv, quote E'\\x01', escape E'\\x01', delimiter E'\\x02'`;

async function csvParts(
  resources: Resources,
  model: Model,
  query: ListQuery,
  access: Access,
  source: Source,
): Promise<StreamParts> {
  const { csv } = query;
  const spread = query.fields.find((column) => column.path === model.declaration.csv_spread);
  const keys = spread ? await keysOf(resources, model, query, access, source, spread) : [];
  const cell = (column: Column, sql: string) =>
    column === spread
      ? keys
          .map((key) => {
            const text = `${sql} ->> ${quoteLiteral(key)}`;
            return csv.safeCells ? safeCell(`(${text})`) : text;
          })
          .join(', ')
      : csvValue(column, sql, csv);
  const header = query.fields.flatMap((column) => (column === spread ? keys : [column.path]));
  const plan = planRows(
    model,
    query,
    access,
    source,
    cell,
    // A field that is spread may have no keys.
    (parts) => parts.filter((part) => part !== '').join(', '),
  );
  const options = `format csv, delimiter ${quoteLiteral(csv.delimiter)}, null ${quoteLiteral(csv.null)}`;
  const line = header.map((name) => csvCell(name, csv.delimiter)).join(csv.delimiter);
  return { copy: copyOf(plan, options), before: `${csv.bom ? '\ufeff' : ''}${line}\n`, after: '' };
}

/** The keys of a JSON field that become columns, by their place in the objects, then by name. */
async function keysOf(
  resources: Resources,
  model: Model,
  query: ListQuery,
  access: Access,
  source: Source,
  spread: Column,
): Promise<string[]> {
  const plan = planRows(
    model,
    query,
    access,
    source,
    (_, sql) => sql,
    () => `${spread.sql} as value`,
  );
  const rows = await rowsOf<{ key: string }>(resources.deps.db.pool, {
    text: `select key from (select k.key, min(k.at) as at from (${plan.text}) s
      cross join lateral json_object_keys(case when json_typeof(s.value::json) = 'object' then s.value::json else '{}' end)
        with ordinality k(key, at) group by k.key) keys order by at, key`,
    values: plan.values,
  });
  return rows.map(({ key }) => key);
}

/** What DuckDB reads: every value as CSV text, nothing spread, nothing decorated. */
function parquetParts(model: Model, query: ListQuery, access: Access, source: Source): StreamParts {
  const plan = planRows(
    model,
    query,
    access,
    source,
    (column, sql) => csvValue(column, sql, query.csv),
    (parts) => parts.join(', '),
  );
  return { copy: copyOf(plan, 'format csv'), before: '', after: '' };
}

function geojsonParts(model: Model, asked: ListQuery, access: Access, source: Source): StreamParts {
  const { geometry } = model.declaration;
  // A feature is one with all its members only.
  const query = model.declaration.rows_are_features ? { ...asked, fields: fieldsOf(model, '', access) } : asked;
  const columns = query.fields.filter((column) => column.path !== geometry);
  const field = model.fields.get(geometry!)!;
  const key = model.primaryKey.sql('t');
  // Which line comes first only the sorted stream knows: all begin with a comma, and the first one's is left out.
  const whole = (sqlOf: (column: Column) => string) => `',' || ${jsonRow(query.fields, sqlOf)}`;
  const feature = (sqlOf: (column: Column) => string) =>
    `',{"type":"Feature","id":' || to_json(${key})::text || ',"properties":' || ${jsonRow(columns, sqlOf)} || ',"geometry":' || coalesce(${field.sql('t')}::text, 'null') || '}'`;
  const line = model.declaration.rows_are_features ? whole : feature;
  const plan = planRows(
    model,
    query,
    access,
    source,
    (_, sql) => sql,
    (parts) => `${line((column) => parts[query.fields.indexOf(column)]!)} as line`,
  );
  return {
    copy: copyOf(plan, plainLines),
    before: '{"type":"FeatureCollection","features":[\n',
    after: ']}\n',
    skip: 1,
  };
}

/** COPY takes no parameters: the driver's own escaping turns each value into a literal. */
function copyOf(plan: Plan, options: string): string {
  return `copy (${inlined(plan)}) to stdout with (${options})`;
}

function inlined({ text, values }: Plan): string {
  // Placeholders inside quoted text are text.
  return text.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\d+)/g, (whole, number?: string) =>
    number === undefined ? whole : literal(values[Number(number) - 1]),
  );
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number' && Number.isFinite(value)) return value < 0 ? `(${value})` : String(value);
  if (typeof value === 'boolean') return String(value);
  return pg.escapeLiteral(
    Array.isArray(value) ? arrayText(value) : value instanceof Date ? value.toISOString() : String(value),
  );
}

function arrayText(value: unknown[]): string {
  const items = value.map((item) =>
    item === null ? 'null' : `"${String(item).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
  );
  return `{${items.join(',')}}`;
}

/** The first bytes are awaited, so that a statement PostgreSQL refuses is still answered as a refusal. */
async function openCopy(resources: Resources, copy: string, slow: boolean): Promise<Readable> {
  const { db, streamTimeoutMs = 3_600_000, regexTimeoutMs = 2000 } = resources.deps;
  const client = await db.pool.connect();
  let released = false;
  const release = (error?: Error) => {
    if (!released) client.release(error ?? false);
    released = true;
  };
  try {
    await client.query(`begin read only; set local statement_timeout = ${slow ? regexTimeoutMs : streamTimeoutMs}`);
    const rows = client.query(copyStreams.to(copy)) as unknown as Readable;
    await readable(rows);
    rows.once('end', () => client.query('commit').then(() => release(), release));
    rows.once('error', release);
    // Left half-way: the rest of the copy would still come in, so the connection is of no more use.
    rows.once('close', () => {
      if (!rows.readableEnded) release(new Error('stream left unfinished'));
    });
    return rows;
  } catch (error) {
    release(error as Error);
    throw refusedRegex(error) ?? error;
  }
}

function readable(stream: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    const settled = (error?: Error) => {
      stream.off('readable', onReadable).off('end', onReadable).off('error', settled);
      if (error) reject(error);
      else resolve();
    };
    const onReadable = () => settled();
    stream.on('readable', onReadable).on('end', onReadable).on('error', settled);
  });
}

function framed(rows: Readable, { before, after, skip }: StreamParts): Readable {
  const out = new PassThrough();
  // Something is there already, or nothing will come.
  if (skip !== undefined) rows.read(skip);
  if (before !== '') out.write(before);
  rows.on('error', (error) => out.destroy(error));
  rows.on('end', () => out.end(after));
  rows.pipe(out, { end: false });
  out.on('close', () => rows.destroy());
  return out;
}

function csvCell(text: string, delimiter: string): string {
  return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
