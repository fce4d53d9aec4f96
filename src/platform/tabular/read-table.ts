import type { Cell, Tabular, TabularRow } from './open-tabular.ts';
import { identifier, literal } from './quote.ts';

/** One comparison with a value; the forms of a list are `in` and `range` (two values, both included). */
export interface TableCondition {
  column: string;
  op:
    | 'eq'
    | 'ne'
    | 'lt'
    | 'lte'
    | 'gt'
    | 'gte'
    | 'in'
    | 'range'
    | 'contains'
    | 'icontains'
    | 'startswith'
    | 'endswith'
    | 'isnull'
    | 'regex';
  value: Cell;
}

export interface TableQuery {
  /** Default: every column but the hidden ones. */
  columns?: string[];
  conditions?: TableCondition[];
  /** A further boolean SQL expression over the columns, made by our own compiler, never by a user. */
  where?: string;
  sort?: { column: string; descending?: boolean }[];
  limit?: number;
  offset?: number;
}

/** Columns of a published table that carry lineage and are shown only when named. */
export const hiddenColumns: readonly string[] = ['_row', '_line', '_rev'];

/**
 * SQL of a read over a published Parquet file. The order is total (position in the file breaks ties), so that pages
 * neither overlap nor leave gaps; nulls come last either way.
 */
export function tableSql(file: string, columns: readonly string[], query: TableQuery = {}): string {
  const shown = query.columns ?? columns.filter((name) => !hiddenColumns.includes(name));
  const known = new Set(columns);
  const used = [...shown, ...(query.conditions ?? []).map((c) => c.column), ...(query.sort ?? []).map((s) => s.column)];
  const unknown = used.find((name) => !known.has(name));
  if (unknown !== undefined) throw new RangeError(`unknown column ${unknown}`);
  const where = [...(query.conditions ?? []).map(conditionSql), ...(query.where ? [`(${query.where})`] : [])];
  const sort = (query.sort ?? []).map((s) => `${identifier(s.column)} ${s.descending ? 'desc' : 'asc'} nulls last`);
  return [
    `select ${shown.map(identifier).join(', ')} from read_parquet(${literal(file)}, file_row_number = true)`,
    where.length > 0 ? `where ${where.join(' and ')}` : '',
    sort.length > 0 || query.limit !== undefined || query.offset !== undefined
      ? `order by ${[...sort, 'file_row_number'].join(', ')}`
      : '',
    query.limit === undefined ? '' : `limit ${Math.trunc(query.limit)}`,
    query.offset === undefined ? '' : `offset ${Math.trunc(query.offset)}`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** Streams rows of a published Parquet file in chunks; see `tableSql` for order and hidden columns. */
export async function* readTable(tabular: Tabular, file: string, query: TableQuery = {}): AsyncIterable<TabularRow[]> {
  const columns = await tableColumns(tabular, file);
  yield* tabular.stream(
    tableSql(
      file,
      columns.map((column) => column.name),
      query,
    ),
  );
}

/** Exact number of rows; without conditions it comes from the file's footer. */
export async function countTable(tabular: Tabular, file: string, query: TableQuery = {}): Promise<number> {
  const columns = (await tableColumns(tabular, file)).map((column) => column.name);
  const sql = tableSql(file, columns, {
    columns: columns.slice(0, 1),
    ...(query.conditions ? { conditions: query.conditions } : {}),
    ...(query.where ? { where: query.where } : {}),
  });
  const [row] = await tabular.rows(`select count(*)::double as n from (${sql})`);
  return Number(row?.n ?? 0);
}

/** Names and DuckDB types, in file order. */
export function tableColumns(tabular: Tabular, file: string): Promise<{ name: string; type: string }[]> {
  return tabular.describe(`select * from read_parquet(${literal(file)})`);
}

const comparison = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

/** Values are compared in the column's own type: a text that does not fit it is an error DuckDB names. */
function conditionSql({ column, op, value }: TableCondition): string {
  const name = identifier(column);
  switch (op) {
    case 'eq':
      return value === null ? `${name} is null` : `${name} = ${scalarSql(value)}`;
    case 'ne':
      return value === null ? `${name} is not null` : `${name} is distinct from ${scalarSql(value)}`;
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return `${name} ${comparison[op]} ${scalarSql(value)}`;
    case 'in':
      return `${name} in (${listOf(value).map(scalarSql).join(', ')})`;
    case 'range': {
      const [low, high] = listOf(value);
      return `${name} between ${scalarSql(low ?? null)} and ${scalarSql(high ?? null)}`;
    }
    case 'contains':
      return `contains(${name}::varchar, ${textSql(value)})`;
    case 'icontains':
      return `contains(lower(${name}::varchar), lower(${textSql(value)}))`;
    case 'startswith':
      return `starts_with(${name}::varchar, ${textSql(value)})`;
    case 'endswith':
      return `ends_with(${name}::varchar, ${textSql(value)})`;
    case 'isnull':
      return `${name} is ${value === false || value === 'false' ? 'not ' : ''}null`;
    case 'regex':
      return `regexp_matches(${name}::varchar, ${textSql(value)})`;
  }
}

function listOf(value: Cell): Cell[] {
  return Array.isArray(value) ? value : [value];
}

/** Numbers go as text literals: DuckDB casts an untyped literal to the column's type, exactly. */
function scalarSql(value: Cell): string {
  if (value === null) return 'null';
  return typeof value === 'boolean' ? String(value) : literal(String(value));
}

function textSql(value: Cell): string {
  return literal(String(value));
}
