import type { Table } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { openWorkbook } from './open-workbook.ts';
import { type BodyRequest, cellStyles, outputRows } from './output-rows.ts';
import { copySql } from './pure/copy-sql.ts';
import { csvLine } from './pure/csv-line.ts';
import { type Body, spool } from './spool.ts';

/** The rows in a format, as a stream that is computed while it is read. */
export async function openBody(context: Context, request: BodyRequest): Promise<Body> {
  const { table, format, options } = request;
  if (format === 'xlsx') return openWorkbook(context, request);
  if (format === 'parquet' && isWholeTable(request)) return storedTable(context, table);
  const rows = outputRows(request, cellStyles[format]);
  const kind = format === 'json' ? 'array' : format;
  const before =
    format === 'csv' ? `${options.bom ? '\uFEFF' : ''}${csvLine(rows.headings, options.delimiter)}` : request.before;
  return spool(context, table, {
    copy: (file, target, bindings) => copySql(rows.sql(file, bindings), target, kind, options),
    ...(before === undefined ? {} : { before }),
    ...(request.after === undefined ? {} : { after: request.after }),
  });
}

/** Every row and column as stored: the file itself is the answer. */
export function isWholeTable({ selection, options, limit, start }: Omit<BodyRequest, 'table' | 'format'>): boolean {
  const { parameters } = selection;
  return (
    parameters.length === 0 &&
    limit === undefined &&
    start.skip === 0 &&
    start.after === undefined &&
    options.labels === 'raw' &&
    options.datePattern === undefined &&
    options.shape !== 'long'
  );
}

async function storedTable(context: Context, { revision }: Table): Promise<Body> {
  return { stream: await context.blobs.open(revision.tableSha256), bytes: revision.bytes };
}
