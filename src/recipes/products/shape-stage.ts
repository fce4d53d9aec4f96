import { literal, type Tabular } from '../../platform/tabular/index.ts';
import { readingOptionInvalid } from '../errors.ts';
import { nameHeaders } from './pure/name-headers.ts';
import { skipOf } from './pure/skip-rows.ts';
import { idsOf, type RawStage } from './raw-stage.ts';

/** A stage that knows which records are data and what its columns are called. */
export interface ShapedStage {
  raw: RawStage;
  /** Condition on records that are neither header nor skipped. */
  data: string;
  /** As found in the file; null where no record is a header. */
  headers: string[] | null;
  /** Unique: blank → `_c3`, repeated → `a_1`. */
  names: string[];
  /** SQL of each column over the stage; `constants` add columns the file does not have. */
  cells: string[];
  /** Columns that come from the file. */
  width: number;
}

/** Records among which the header is looked for. */
const headerSearch = 10_000;

/** Applies `skip_rows`, `headers` and `constants` of a tabulator (flows contract §5.3). */
export async function shapeStage(
  tabular: Tabular,
  raw: RawStage,
  options: Record<string, unknown>,
): Promise<ShapedStage> {
  const skip = skipOf(options.skip_rows, `(select max(_row) from ${raw.table})`);
  const left = skip === undefined ? 'true' : `not coalesce(${skip}, false)`;
  const { headers, last } = await headerOf(tabular, raw, options.headers, left);
  const found = headers ?? [];
  const [first] = await tabular.rows(
    `select _n::double as n from ${raw.table} where _n > 0 and _row > ${last} and ${left} order by _row limit 1`,
  );
  const width = found.length > 0 ? found.length : Number(first?.n ?? 0);
  const constants = Object.entries(isObject(options.constants) ? options.constants : {});
  const all = [...Array.from({ length: width }, (_, i) => found[i] ?? ''), ...constants.map(([name]) => name)];
  const ids = idsOf(width).map((id, i) => (i < raw.columns ? id : 'null::varchar'));
  return {
    raw,
    data: `_row > ${last} and ${left}`,
    headers: headers === undefined ? null : all,
    names: nameHeaders(all),
    cells: [...ids, ...constants.map(([, value]) => literal(value === null ? '' : String(value)))],
    width,
  };
}

async function headerOf(
  tabular: Tabular,
  raw: RawStage,
  option: unknown,
  left: string,
): Promise<{ headers: string[] | undefined; last: number }> {
  if (Array.isArray(option) && (option.length === 0 || option.some((name) => typeof name === 'string')))
    return { headers: option.length === 0 ? undefined : option.map(String), last: 0 };
  if (raw.names !== undefined) return { headers: raw.names, last: 0 };
  if (option === null || option === false) return { headers: undefined, last: 0 };
  const [from, to] = Array.isArray(option) ? option.map(Number) : [Number(option ?? 1), Number(option ?? 1)];
  if (!Number.isInteger(from) || !Number.isInteger(to) || from! < 1 || to! < from! || to! > headerSearch)
    throw readingOptionInvalid('headers', 'must be a row number, two row numbers or a list of names');
  // Without being told, the header is the first record that is not blank.
  const filled = option === undefined ? ' and _n <> 0' : '';
  const rows = await tabular.rows(
    `select _row::double as r, _n::double as n, [${idsOf(raw.columns).join(', ')}] as cells from ${raw.table}
     where ${left}${filled} order by _row limit ${to! - from! + 1} offset ${from! - 1}`,
  );
  if (rows.length === 0) return { headers: undefined, last: 0 };
  const length = Math.max(0, ...rows.map(({ n }) => Number(n)));
  const lines = rows.map(({ cells }) => (cells as (string | null)[]).map((cell) => (cell ?? '').trim()));
  const headers = Array.from({ length }, (_, i) =>
    lines
      .map((line) => line[i] ?? '')
      .filter((part) => part !== '')
      .join(' '),
  );
  return { headers, last: Number(rows.at(-1)!.r) };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
