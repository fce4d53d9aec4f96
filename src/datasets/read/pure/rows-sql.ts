import { type Bindings, columnRef, literal, quoted } from './bindings.ts';
import type { Column } from './column.ts';
import { columnTyped } from './compile-filter.ts';
import { conditionOf, type Selection } from './selection.ts';

/** What leaves: expressions over the columns of `t`, with their names. */
export interface Rendered {
  name: string;
  sql: string;
}

export interface RowsRequest {
  /** The stored table. */
  file: string;
  selection: Selection;
  rendered: readonly Rendered[];
  limit?: number | undefined;
  /** Rows after this one in the order of the selection. */
  after?: Place | undefined;
  /** For distinct rows, which have no place of their own. */
  skip?: number | undefined;
}

/** A row's place: its position in the file, and its values of the columns that are sorted by, as text. */
export interface Place {
  position: string;
  values: readonly (string | null)[];
}

/**
 * The rows of a selection. Their order is total: the position in the file decides last, empty values come last either
 * way. Without a wish the order is the file's, which costs nothing.
 */
export function rowsSql(request: RowsRequest, bindings: Bindings): string {
  const { selection, rendered } = request;
  const list = rendered.map(({ name, sql }) => `${sql} as ${quoted(name)}`).join(', ');
  return `select ${list} ${fromSql(request, bindings)}${orderAndLimit(request, selection.distinct)}`;
}

/** The same rows, with the position of each as the last column. */
export function rowsWithPositionSql(request: RowsRequest, bindings: Bindings): string {
  const { selection, rendered } = request;
  const position = selection.distinct ? 'null' : `cast(${positionRef(selection.columns)} as VARCHAR)`;
  const list = [...rendered.map(({ name, sql }) => `${sql} as ${quoted(name)}`), `${position} as "_position"`].join(
    ', ',
  );
  return `select ${list} ${fromSql(request, bindings)}${orderAndLimit(request, selection.distinct)}`;
}

/** Each row as many, one a column that has a value: the columns `before`, then field and value. */
export function longRowsSql(request: RowsRequest, before: readonly Rendered[], bindings: Bindings): string {
  const { selection, rendered } = request;
  const rows = `select * ${fromSql(request, bindings)}${orderAndLimit(request, selection.distinct)}`;
  const names = rendered.map(({ name }) => literal(name)).join(', ');
  const values = rendered.map(({ sql }) => `cast(${sql} as VARCHAR)`).join(', ');
  const list = [
    ...before.map(({ name, sql }) => `${sql} as ${quoted(name)}`),
    `unnest([${names}]) as "field"`,
    `unnest([${values}]) as "value"`,
  ].join(', ');
  return `select * from (select ${list} from (${rows}) t) where "value" is not null`;
}

export function countSql(request: Pick<RowsRequest, 'file' | 'selection'>, bindings: Bindings): string {
  return `select cast(count(*) as VARCHAR) ${fromSql({ ...request, rendered: [] }, bindings)}`;
}

/** `from … where …`, to be selected from by whoever asks for something else than rows. */
export function fromSql(request: RowsRequest, bindings: Bindings): string {
  const { file, selection } = request;
  const parts = [conditionOf(selection, bindings), afterSql(request, bindings)].filter((part) => part !== undefined);
  const where = parts.length === 0 ? '' : ` where ${parts.join(' and ')}`;
  const source = sourceSql(file, selection.columns);
  if (!selection.distinct) return `from ${source} t${where}`;
  const columns = selection.shown.map(({ name }) => columnRef(name)).join(', ');
  return `from (select distinct ${columns} from ${source} t${where}) t`;
}

/** The values of a row's place in the order of a selection. */
export function placeSql(file: string, selection: Selection, position: string, bindings: Bindings): string {
  const values = selection.sort.map(({ column }) => `cast(${columnTyped(column).sql} as VARCHAR)`);
  const where = `${positionRef(selection.columns)} = ${bindings.cast(position, 'BIGINT')}`;
  return `select ${values.join(', ')} from ${sourceSql(file, selection.columns)} t where ${where}`;
}

const positionName = 'file_row_number';
const ownPosition = '_position';

/** The reader numbers the rows by itself, unless a column of the table has taken the name. */
function sourceSql(file: string, columns: readonly Column[]): string {
  if (!takesPositionName(columns)) return `read_parquet(${literal(file)}, file_row_number = true)`;
  return `(select *, row_number() over () - 1 as ${quoted(ownPosition)} from read_parquet(${literal(file)}))`;
}

const takesPositionName = (columns: readonly Column[]): boolean =>
  columns.some(({ name }) => name.toLowerCase() === positionName);

const positionRef = (columns: readonly Column[]): string =>
  columnRef(takesPositionName(columns) ? ownPosition : positionName);

function orderAndLimit({ selection, limit, skip }: RowsRequest, distinct: boolean): string {
  const order = selection.sort.map(
    ({ column, descending }) => `${columnTyped(column).sql} ${descending ? 'desc' : 'asc'} nulls last`,
  );
  if (distinct) order.push(...selection.shown.map((column) => `${columnTyped(column).sql} asc nulls last`));
  else if (order.length > 0) order.push(positionRef(selection.columns));
  return [
    order.length === 0 ? '' : ` order by ${order.join(', ')}`,
    limit === undefined ? '' : ` limit ${Math.trunc(limit)}`,
    skip === undefined || skip === 0 ? '' : ` offset ${Math.trunc(skip)}`,
  ].join('');
}

/** Strictly behind a place in the total order: keys compared one after the other, the position last. */
function afterSql({ selection, after }: RowsRequest, bindings: Bindings): string | undefined {
  if (after === undefined) return undefined;
  const behind = (index: number): string => {
    const key = selection.sort[index];
    if (key === undefined) return `${positionRef(selection.columns)} > ${bindings.cast(after.position, 'BIGINT')}`;
    const { sql, engineType } = columnTyped(key.column);
    const value = after.values[index] ?? null;
    if (value === null) return `(${sql} is null and ${behind(index + 1)})`;
    const strictly = `${sql} ${key.descending ? '<' : '>'} ${bindings.cast(value, engineType)}`;
    const same = `${sql} = ${bindings.cast(value, engineType)}`;
    return `(${strictly} or ${sql} is null or (${same} and ${behind(index + 1)}))`;
  };
  return behind(0);
}
