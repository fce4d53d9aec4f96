import { identifier, literal } from '../../platform/tabular/index.ts';

const parquet = (file: string): string => `read_parquet(${literal(file)})`;

export interface Comparison {
  before: string;
  after: string;
  /** Empty: rows have no identity, and are only counted as gone or new. */
  key: string[];
  /** Columns both have, and those of one side alone. */
  shared: string[];
  onlyBefore: string[];
  onlyAfter: string[];
}

/** added, removed, changed, unchanged rows between two revisions. */
export function differenceCountsSql(c: Comparison): string {
  if (c.key.length === 0) {
    const rows = (file: string) => `select ${names(c.shared)} from ${parquet(file)}`;
    return `select (select count(*) from (${rows(c.after)} except all ${rows(c.before)}))::double as added,
      (select count(*) from (${rows(c.before)} except all ${rows(c.after)}))::double as removed, 0::double as changed,
      (select count(*) from (${rows(c.after)} intersect all ${rows(c.before)}))::double as unchanged`;
  }
  return `select count(*) filter (b._row is null)::double as added, count(*) filter (a._row is null)::double as removed,
      count(*) filter (a._row is not null and b._row is not null and ${differs(c)})::double as changed,
      count(*) filter (a._row is not null and b._row is not null and not ${differs(c)})::double as unchanged
    from ${parquet(c.before)} b full join ${parquet(c.after)} a on ${same(c.key)}`;
}

/** The rows behind the counts: `change`, `key`, `before`, `after` (JSON), in order of the key. */
export function differencesSql(c: Comparison, limit: number): string {
  const all = (alias: string, columns: string[]) =>
    `json_object(${columns.map((n) => `${literal(n)}, ${alias}.${identifier(n)}`).join(', ')})`;
  if (c.key.length === 0) {
    const side = (change: string, these: string, those: string) =>
      `select '${change}' as change, '{}' as key, ${change === 'removed' ? `${all('t', c.shared)}::varchar` : 'null'} as before,
        ${change === 'added' ? `${all('t', c.shared)}::varchar` : 'null'} as after
       from (select ${names(c.shared)} from ${parquet(these)} except all select ${names(c.shared)} from ${parquet(those)}) t`;
    return `select * from (${side('removed', c.before, c.after)} union all ${side('added', c.after, c.before)}) limit ${Math.trunc(limit)}`;
  }
  const rest = c.shared.filter((name) => !c.key.includes(name));
  const key = `json_object(${c.key.map((n) => `${literal(n)}, coalesce(a.${identifier(n)}, b.${identifier(n)})`).join(', ')})`;
  return `select case when b._row is null then 'added' when a._row is null then 'removed' else 'changed' end as change,
      ${key}::varchar as key,
      case when b._row is not null then ${all('b', [...rest, ...c.onlyBefore])}::varchar end as before,
      case when a._row is not null then ${all('a', [...rest, ...c.onlyAfter])}::varchar end as after
    from ${parquet(c.before)} b full join ${parquet(c.after)} a on ${same(c.key)}
    where a._row is null or b._row is null or ${differs(c)}
    order by ${c.key.map((n) => `coalesce(a.${identifier(n)}, b.${identifier(n)})`).join(', ')} limit ${Math.trunc(limit)}`;
}

/** A row by the values of its key; values come as text and are compared as text. */
export function keyCondition(key: Record<string, string>): string {
  return Object.entries(key)
    .map(([name, value]) => `${identifier(name)}::varchar = ${literal(value)}`)
    .join(' and ');
}

const names = (columns: string[]): string => columns.map(identifier).join(', ');
const same = (key: string[]): string =>
  key.map((name) => `a.${identifier(name)}::varchar = b.${identifier(name)}::varchar`).join(' and ');

/** Types may have widened between the two: DuckDB compares in the wider one. */
function differs(c: Comparison): string {
  const rest = c.shared.filter((name) => !c.key.includes(name));
  const tests = rest.map((name) => `a.${identifier(name)} is distinct from b.${identifier(name)}`);
  return tests.length === 0 ? 'false' : `(${tests.join(' or ')})`;
}
