import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  countRows,
  getReadableDataset,
  openTable,
  type Parameters,
  type ReadDataset,
  readPage,
  SelectionProblem,
  single,
  type Table,
} from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { addVary, byteRange, matchesTag } from '../platform/http/index.ts';
import { formatNotOffered, rangeOutside } from './errors.ts';
import { isWholeTable, openBody } from './open-body.ts';
import { openPackage } from './open-package.ts';
import { cursorOf, parseRowsRequest, type RowsRequest, refusing } from './parse-rows-request.ts';
import { planOf } from './plan-rows.ts';
import { chooseFormat, type Format, mediaTypes } from './pure/formats.ts';
import { renderColumns } from './pure/render-columns.ts';

export interface RowsAddress {
  /** Undefined: the newest. */
  revision: number | undefined;
  suffix: string | undefined;
  /** `native` JSON is `{items, next}`, `array` the rows alone. */
  envelope: 'native' | 'array';
  /** `Content-Disposition: attachment` with this name, without its ending. */
  attachment: string | undefined;
}

/** Pages up to this many rows are made in memory and carry their cursor in the body. */
const pageRows = 10_000;

/** Changes whenever the same request would give other bytes than before. */
const writerVersion = 1;

/** The rows of a dataset by uuid or number, for whoever may read them. */
export async function sendRowsOf(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  given: string,
  address: RowsAddress,
) {
  const dataset = await getReadableDataset(context, request.access, given);
  return sendRows(context, request, reply, dataset, address);
}

/** Whoever calls has found the dataset for somebody who may read its rows. */
export function sendRows(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  dataset: ReadDataset,
  address: RowsAddress,
): Promise<FastifyReply> {
  return refusing(async () => {
    const parameters = request.query as Parameters;
    const format = formatOf(request, parameters, address);
    const cursor = cursorOf(context, parameters, dataset.id);
    const table = await openTable(context, dataset, cursor?.revision ?? address.revision ?? 'latest');
    const rows = await parseRowsRequest(context, table, parameters, cursor);
    if (rows.options.shape === 'array') address = { ...address, envelope: 'array' };
    if (rows.plan) return reply.send(await planOf(context, table, rows, format));
    addVary(reply, 'Accept', 'Authorization', 'Auth-Token', 'Cookie');
    reply.headers(headersOf(context, table, rows, format, address, parameters));
    if (format === 'zip') refusePresentation(rows);
    if (format === 'zip')
      return sendBody(request, reply, await openPackage(context, request, [{ table, rows }], dataset));
    const etag = etagOf(table, format, address, parameters);
    reply.header('etag', etag);
    const known = request.headers['if-none-match'];
    if (known !== undefined && matchesTag(known, etag)) return reply.code(304).send();
    return sendFormat(context, request, reply, { table, rows, format, address, etag });
  });
}

function formatOf(request: FastifyRequest, parameters: Parameters, { suffix }: RowsAddress): Format {
  const parameter = single(parameters, 'format');
  const format = chooseFormat(suffix, parameter, request.headers.accept);
  if (format === undefined) throw formatNotOffered(suffix ?? parameter ?? request.headers.accept ?? '');
  return format;
}

/** A Data Package says in its descriptor what labels, titles and dates are; its data are plain, so that they can come back. */
function refusePresentation({ options }: RowsRequest): void {
  const { labels, header, datePattern, shape } = options;
  const chosen = {
    labels: labels !== 'raw',
    header: header !== 'name',
    date_format: datePattern !== undefined,
    shape: shape !== 'wide',
  };
  for (const [name, isChosen] of Object.entries(chosen)) {
    if (isChosen)
      throw new SelectionProblem(
        name,
        'invalid_parameter',
        `'${name}' cannot be chosen for zip, whose descriptor says it`,
      );
  }
}

function headersOf(
  context: Context,
  { dataset, revision }: Table,
  rows: RowsRequest,
  format: Format,
  { attachment }: RowsAddress,
  parameters: Parameters,
): Record<string, string> {
  const descriptor = `/api/v1/dataset/${dataset.id}/revision/${revision.n}/datapackage.json`;
  const pinned = parameters.revision !== undefined || rows.start.after !== undefined;
  return {
    'content-type': mediaTypes[format][0]!,
    'granary-revision': String(revision.n),
    'last-modified': revision.createdAt.toUTCString(),
    // Who may read can change, and so can which revision is the latest: always ask, mostly to hear 304.
    'cache-control': pinned ? 'private, max-age=0, must-revalidate' : 'private, no-cache',
    link: `<${context.config.baseUrl ?? ''}${descriptor}>; rel="describedby"; type="application/json"`,
    ...(attachment === undefined ? {} : { 'content-disposition': `attachment; filename="${attachment}.${format}"` }),
  };
}

function etagOf({ revision }: Table, format: Format, { envelope }: RowsAddress, parameters: Parameters): string {
  const decisive = Object.entries(parameters)
    .filter(([name]) => !['auth_token', 'project_id', 'dataset', 'revision', 'format'].includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const seed = JSON.stringify([writerVersion, revision.tableSha256, revision.schema, format, envelope, decisive]);
  return `"${createHash('sha256').update(seed).digest('base64url').slice(0, 27)}"`;
}

interface Sending {
  table: Table;
  rows: RowsRequest;
  format: Exclude<Format, 'zip'>;
  address: RowsAddress;
  etag: string;
}

async function sendFormat(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  sending: Sending,
): Promise<FastifyReply> {
  const { table, rows, format, address } = sending;
  const { selection, options, limit, start } = rows;
  const leaving = abortedWith(reply);
  const count = rows.count === 'exact' ? await countRows(context, table, selection, leaving) : undefined;
  if (count !== undefined) reply.header('granary-count', String(count));
  if (format === 'parquet' && isWholeTable(rows)) return sendStored(context, request, reply, sending);
  if (format === 'json' && limit !== undefined && limit <= pageRows && options.shape !== 'long') {
    return sendPage(context, request, reply, sending, count, leaving);
  }
  const next = limit === undefined ? undefined : await cursorBehind(context, table, rows, leaving);
  if (next !== undefined)
    reply.header('link', [String(reply.getHeader('link')), nextLink(context, request, next)].join(', '));
  if (request.method === 'HEAD') return reply.send();
  const members = `,"next":${JSON.stringify(next ?? null)}${count === undefined ? '' : `,"count":${count}`}}\n`;
  const around = format === 'json' && address.envelope === 'native' ? { before: '{"items":', after: members } : {};
  return sendBody(
    request,
    reply,
    await openBody(context, { table, selection, options, format, limit, start, ...around }),
  );
}

async function sendPage(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  { table, rows, address }: Sending,
  count: number | undefined,
  leaving: AbortSignal,
): Promise<FastifyReply> {
  const { selection, options, start } = rows;
  const members = renderColumns(selection.shown, 'json', options).map(
    ({ name, sql }) => `"${name.replaceAll('"', '""')}" := ${sql}`,
  );
  const rendered = [{ name: 'row', sql: `cast(to_json(struct_pack(${members.join(', ')})) as VARCHAR)` }];
  const page = await readPage(context, table, selection, { rendered, limit: rows.limit!, start }, leaving);
  const items = `[${page.rows.map(([row]) => row).join(',\n')}]`;
  if (page.next !== undefined) {
    reply.header('link', [String(reply.getHeader('link')), nextLink(context, request, page.next)].join(', '));
  }
  if (address.envelope === 'array') return reply.send(items);
  const counted = count === undefined ? '' : `,"count":${count}`;
  return reply.send(`{"items":${items},"next":${JSON.stringify(page.next ?? null)}${counted}}`);
}

/** Where a limited file that is no page ends, if rows follow. */
async function cursorBehind(
  context: Context,
  table: Table,
  { selection, limit, start }: RowsRequest,
  leaving: AbortSignal,
) {
  const behind = { ...start, skip: start.skip + limit! - 1 };
  const rendered = [{ name: 'n', sql: '1' }];
  const page = await readPage(context, table, selection, { rendered, limit: 1, start: behind }, leaving);
  return page.next;
}

function nextLink(context: Context, request: FastifyRequest, cursor: string): string {
  const url = new URL(request.url, 'http://here');
  url.searchParams.set('cursor', cursor);
  url.searchParams.delete('auth_token');
  return `<${context.config.baseUrl ?? ''}${url.pathname}${url.search}>; rel="next"`;
}

/** The table as it is stored, whole or a range of it. */
async function sendStored(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  { table, etag }: Sending,
): Promise<FastifyReply> {
  const { bytes, tableSha256 } = table.revision;
  const conditional = request.headers['if-range'];
  const range = conditional === undefined || conditional === etag ? byteRange(request.headers.range, bytes) : undefined;
  if (range === 'unsatisfiable') throw rangeOutside(bytes);
  const digest = Buffer.from(tableSha256, 'hex').toString('base64');
  reply.headers({ 'accept-ranges': 'bytes', 'repr-digest': `sha-256=:${digest}:` });
  if (range !== undefined) {
    reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${bytes}`);
  }
  reply.header('content-length', range === undefined ? bytes : range.end - range.start + 1);
  if (request.method === 'HEAD') return reply.send();
  return reply.send(await context.blobs.open(tableSha256, range));
}

function sendBody(
  request: FastifyRequest,
  reply: FastifyReply,
  { stream, bytes }: Awaited<ReturnType<typeof openBody>>,
): FastifyReply {
  if (bytes !== undefined) reply.header('content-length', bytes);
  if (request.method === 'HEAD') {
    stream.destroy();
    return reply.send();
  }
  // A client that leaves while the engine works: the query ends with the stream.
  reply.raw.once('close', () => stream.destroy());
  return reply.send(stream);
}

/** Aborts when the client goes away before its answer is complete. */
export function abortedWith(reply: FastifyReply): AbortSignal {
  const leaving = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) leaving.abort();
  });
  return leaving.signal;
}
