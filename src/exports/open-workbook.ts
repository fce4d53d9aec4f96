import { countRows } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { tooManyColumnsForSheet, tooManyRowsForSheet } from './errors.ts';
import { type BodyRequest, type OutputRows, outputRows } from './output-rows.ts';
import { copySql } from './pure/copy-sql.ts';
import {
  maxSheetColumns,
  maxSheetRows,
  rowXmlSql,
  sheetEnd,
  sheetNamesOf,
  sheetStart,
  workbookParts,
} from './pure/sheet-xml.ts';
import { type Body, spool } from './spool.ts';
import { zipOf } from './zip-stream.ts';

/**
 * An XLSX workbook whose sheets are computed while it is sent. Throws `too_many_rows_for_sheet` before anything is sent
 * when the rows need more than one sheet and `split=sheets` was not asked for.
 */
export async function openWorkbook(context: Context, request: BodyRequest): Promise<Body> {
  const { table, selection, options, limit, start } = request;
  const output = outputRows(request, 'typed');
  if (output.headings.length > maxSheetColumns) throw tooManyColumnsForSheet(output.headings.length, maxSheetColumns);
  const all = await countRows(context, table, selection);
  const rows =
    Math.min(all - start.skip, limit ?? Number.POSITIVE_INFINITY) *
    (options.shape === 'long' ? selection.shown.length : 1);
  if (rows > maxSheetRows && !options.splitSheets) throw tooManyRowsForSheet(rows, maxSheetRows);
  const sheets = sheetNamesOf(table.dataset.name, Math.max(1, Math.ceil(rows / maxSheetRows)));
  const zip = zipOf(context);
  for (const [path, text] of Object.entries(workbookParts(sheets))) zip.addText(path, text);
  for (const index of sheets.keys()) {
    zip.addLater(`xl/worksheets/sheet${index + 1}.xml`, () => openSheet(context, request, output, index));
  }
  return { stream: zip.finish(), bytes: undefined };
}

function openSheet(context: Context, request: BodyRequest, output: OutputRows, index: number): Promise<Body> {
  return spool(context, request.table, {
    before: sheetStart(output.headings),
    copy: (file, target, bindings) => {
      const rows = `select * from (${output.sql(file, bindings)}) limit ${maxSheetRows} offset ${index * maxSheetRows}`;
      return copySql(
        `select ${rowXmlSql(sheetColumns(output, request))} from (${rows}) r`,
        target,
        'lines',
        request.options,
      );
    },
    after: sheetEnd,
  });
}

/** In the long shape two columns of text follow. */
function sheetColumns({ columns }: OutputRows, { options }: BodyRequest): OutputRows['columns'] {
  if (options.shape !== 'long') return columns;
  const template = columns[0]!;
  return [...columns, ...['field', 'value'].map((name) => ({ ...template, name, title: name, asText: true }))];
}
