import { identifier, literal } from '../../platform/tabular/index.ts';
import type { Mode } from '../dataset.ts';

/** One arrival laid over a table. Files are Parquet; `before` undefined = there is nothing yet. */
export interface Merge {
  before: string | undefined;
  batch: string;
  /** Columns of the result in order; DuckDB types, into which both sides are cast. */
  columns: MergeColumn[];
  mode: Mode;
  /** Not empty for `upsert`; every key cell has a value. */
  key: string[];
  /** What an empty cell of the arrival does to the value that is there. */
  blank: 'keep' | 'clear';
  /** Number of the revision the arrival makes: every row remembers it. */
  n: number;
}

export interface MergeColumn {
  name: string;
  type: string;
  inBefore: boolean;
  inBatch: boolean;
}

/**
 * The merged table: the columns, then `_row` (data row of its file) and `_rev` (the revision that brought it). Rows in
 * their order: what was there, then what came.
 */
export function mergedTableSql(merge: Merge): string {
  const { before, mode } = merge;
  if (before === undefined || mode === 'replace') {
    return mode === 'upsert' ? ordered([newestSql(merge)]) : batchRows(merge);
  }
  // `union all` of two scans keeps the order of both, without a sort.
  if (mode === 'append') return `${beforeRows(merge, parquet(before))}\nunion all\n${batchRows(merge)}`;
  return ordered([overlaidSql(merge, before), addedSql(merge, before)]);
}

/**
 * inserted, updated and unchanged rows of an upsert, and `superseded`: earlier rows of the arrival itself with a key that
 * comes again. A row counts as updated when a cell really changes.
 */
export function mergeCountsSql(merge: Merge): string {
  const { before } = merge;
  const superseded = `(select count(*) from ${parquet(merge.batch)}) - (select count(*) from newest)`;
  if (before === undefined || merge.mode === 'replace') {
    return `with newest as (${newestKeys(merge)})
      select count(*)::double as inserted, 0::double as updated, 0::double as unchanged,
        (${superseded})::double as superseded from newest`;
  }
  return `with newest as (${newestKeys(merge)})
    select count(*) filter (b.file_row_number is null)::double as inserted,
      count(*) filter (b.file_row_number is not null and (${changes(merge)}))::double as updated,
      count(*) filter (b.file_row_number is not null and not (${changes(merge)}))::double as unchanged,
      (${superseded})::double as superseded
    from newest n left join ${parquet(before)} b on ${sameKey(merge)}`;
}

/** Keys an upsert would change, before and after: `key`, `before` and `after` as JSON, only of the columns that differ. */
export function changedKeysSql(merge: Merge, limit: number): string {
  if (merge.before === undefined) throw new RangeError('nothing is there that could change');
  const list = (make: (column: MergeColumn) => string) => comparable(merge).map(make).join(', ');
  const side = (alias: string) =>
    `json_merge_patch(${list((c) => `case when ${differs(merge, c)} then json_object(${literal(c.name)}, ${alias}.${identifier(c.name)}) else '{}'::json end`)}, '{}'::json)`;
  return `with newest as (${newestKeys(merge)})
    select json_object(${merge.key.map((k) => `${literal(k)}, n.${identifier(k)}`).join(', ')})::varchar as key,
      ${side('b')}::varchar as before, ${side('n')}::varchar as after
    from newest n join ${parquet(merge.before)} b on ${sameKey(merge)}
    where ${changes(merge)} order by n._row limit ${Math.trunc(limit)}`;
}

const parquet = (file: string): string => `read_parquet(${literal(file)}, file_row_number = true)`;

function batchRows(merge: Merge): string {
  const cells = merge.columns.map((c) =>
    c.inBatch ? cast(identifier(c.name), c) : `null::${c.type} as ${identifier(c.name)}`,
  );
  return `select ${cells.join(', ')}, _row, ${merge.n}::integer as _rev from ${parquet(merge.batch)}`;
}

function beforeRows(merge: Merge, from: string): string {
  const cells = merge.columns.map((c) =>
    c.inBefore ? cast(identifier(c.name), c) : `null::${c.type} as ${identifier(c.name)}`,
  );
  return `select ${cells.join(', ')}, _row, _rev from ${from}`;
}

const cast = (expression: string, column: MergeColumn): string =>
  `${expression}::${column.type} as ${identifier(column.name)}`;

/** Within one arrival the later row of a key wins, whole. */
function newestKeys(merge: Merge): string {
  const key = merge.key.map(identifier).join(', ');
  return `select * from ${parquet(merge.batch)} qualify row_number() over (partition by ${key} order by _row desc) = 1`;
}

function newestSql(merge: Merge): string {
  return `select ${merge.columns.map((c) => (c.inBatch ? cast(`n.${identifier(c.name)}`, c) : `null::${c.type} as ${identifier(c.name)}`)).join(', ')},
    n._row, ${merge.n}::integer as _rev, 1 as _side, n.file_row_number as _place from (${newestKeys(merge)}) n`;
}

/** What was there, with the arrival's cells where they change something; an unchanged row keeps its origin. */
function overlaidSql(merge: Merge, before: string): string {
  const changed = `(n._row is not null and (${changes(merge)}))`;
  const cells = merge.columns.map((c) => {
    const name = identifier(c.name);
    const old = c.inBefore ? `b.${name}::${c.type}` : `null::${c.type}`;
    if (!c.inBatch) return `${old} as ${name}`;
    const fresh = `n.${name}::${c.type}`;
    return `case when n._row is null then ${old} else ${merge.blank === 'keep' ? `coalesce(${fresh}, ${old})` : fresh} end as ${name}`;
  });
  return `select ${cells.join(', ')}, if(${changed}, n._row, b._row) as _row, if(${changed}, ${merge.n}, b._rev)::integer as _rev, 0 as _side, b.file_row_number as _place
    from ${parquet(before)} b left join (${newestKeys(merge)}) n on ${sameKey(merge)}`;
}

function addedSql(merge: Merge, before: string): string {
  return `${newestSql(merge)} anti join ${parquet(before)} b on ${sameKey(merge)}`;
}

function ordered(parts: string[]): string {
  return `select * exclude (_side, _place) from (${parts.join('\nunion all\n')}) order by _side, _place`;
}

/** Compared as the result's type, so that 1 and 1.0 are one key after a widening. */
function sameKey(merge: Merge): string {
  const types = new Map(merge.columns.map((c) => [c.name, c.type]));
  return merge.key
    .map((name) => `b.${identifier(name)}::${types.get(name)} = n.${identifier(name)}::${types.get(name)}`)
    .join(' and ');
}

const comparable = (merge: Merge): MergeColumn[] =>
  merge.columns.filter((c) => c.inBatch && !merge.key.includes(c.name));

function changes(merge: Merge): string {
  const all = comparable(merge).map((c) => differs(merge, c));
  return all.length === 0 ? 'false' : all.join(' or ');
}

function differs(merge: Merge, column: MergeColumn): string {
  const name = identifier(column.name);
  const fresh = `n.${name}::${column.type}`;
  const old = column.inBefore ? `b.${name}::${column.type}` : `null::${column.type}`;
  return merge.blank === 'keep'
    ? `(${fresh} is not null and ${fresh} is distinct from ${old})`
    : `(${fresh} is distinct from ${old})`;
}
