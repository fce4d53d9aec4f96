import type { Tabular } from '../../platform/tabular/index.ts';
import type { IssueCount } from '../issue.ts';
import type { LoadRequest, SourceTable } from './product-source.ts';
import { idsOf, stageRaw } from './raw-stage.ts';
import { shapeStage } from './shape-stage.ts';

/** Whether header or data rows are not where a reader looks for them by itself. */
export function movesRows({ tabulator = {} }: LoadRequest): boolean {
  const { skip_rows: skip, headers, constants } = tabulator;
  return (skip !== undefined && skip !== null) || constants !== undefined || isHeaderRow(headers);
}

const isHeaderRow = (headers: unknown): boolean =>
  (typeof headers === 'number' && headers !== 1) || (Array.isArray(headers) && typeof headers[0] === 'number');

/** Reads every record first, and then says which are header, data or neither: title lines may be of any width. */
export async function loadShapedTable(tabular: Tabular, request: LoadRequest): Promise<SourceTable> {
  const { table, tabulator = {}, options } = request;
  const all = `${table}_records`;
  const raw = await stageRaw(
    {
      file: request.file,
      name: request.name,
      format: options.format,
      encoding: options.encoding,
      options: { delimiter: options.delimiter, quotechar: options.quote, sheet: options.sheet, ...tabulator },
    },
    all,
    { tabular, folder: `${request.folder}/records`, limits: request.limits, signal: request.signal },
  );
  const headers = request.names ?? tabulator.headers;
  const stage = await shapeStage(tabular, raw, { ...tabulator, ...(headers === undefined ? {} : { headers }) });
  const { width } = options;
  const tooFew = width === 'pad' || width === 'pad-and-trim' ? 'false' : `_n < ${stage.width}`;
  const tooMany = width === 'trim' || width === 'pad-and-trim' ? 'false' : `_n > ${stage.width}`;
  const cells = stage.cells.map((cell, i) => `${cell} as c${i + 1}`);
  await tabular.run(`create or replace table ${table} as select ${['_row', ...cells].join(', ')} from ${all}
    where _n > 0 and ${stage.data} and not (${tooFew} or ${tooMany})`);
  const texts = idsOf(raw.columns).map((id) => `coalesce(${id}, '')`);
  await tabular.run(`create or replace table ${table}_rejects as select _row,
    case when _n = 0 then 'blank-row' when _n < 0 then '${raw.brokenCode}' when _n < ${stage.width} then 'missing-value' else 'extra-value' end as code,
    _n::integer as cells, to_json(list_slice([${texts.join(', ')}], 1, greatest(_n, 1)))::varchar as raw
    from ${all} where ${stage.data} and (_n <= 0 or ${tooFew} or ${tooMany})`);
  const counted = await tabular.rows(
    `select code, count(*)::double as n from ${table}_rejects group by code order by code`,
  );
  const counts = counted.map(
    ({ code, n }): IssueCount => ({
      severity: code === 'blank-row' ? 'warning' : 'error',
      code: String(code),
      column: null,
      count: Number(n),
    }),
  );
  const [last] = await tabular.rows(`select coalesce(max(_row), 0)::double as n from ${all}`);
  await tabular.run(`drop table ${all}`);
  return {
    table,
    headers: request.names === undefined ? stage.headers : null,
    names: stage.names,
    emptyIsNull: false,
    rejects: counts.length === 0 ? undefined : { table: `${table}_rejects`, counts },
    rowCount: Number(last!.n),
    format: raw.format,
    encoding: raw.encoding,
    remarks: raw.warnings,
  };
}
