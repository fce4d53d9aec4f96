import { literalList, type Tabular } from '../platform/tabular/index.ts';
import { type CellClass, classifySql } from './pure/classify-cell.ts';
import type { ColumnProfile } from './pure/propose-type.ts';
import type { Field } from './pure/table-schema.ts';

export interface ProfiledColumn {
  id: string;
  missing: string[];
  /** Marks of a declared number; inference reads points and commas by class. */
  field?: Field;
}

/** Counts the lexical classes of each column's values, over the first `limit` rows or all. */
export async function profileColumns(
  tabular: Tabular,
  relation: string,
  columns: ProfiledColumn[],
  limit?: number,
): Promise<Map<string, ColumnProfile>> {
  const profiles = new Map<string, ColumnProfile>(
    columns.map(({ id }) => [id, { classes: {}, integerDigits: 0, scale: 0 }]),
  );
  // Few columns at a time: the list per row stays short however wide the file is.
  for (let from = 0; from < columns.length; from += 500) {
    const some = columns.slice(from, from + 500);
    const rows = await tabular.rows(profileSql(relation, some, limit));
    for (const row of rows) {
      const profile = profiles.get(String(row.id))!;
      profile.classes[row.class as CellClass] = Number(row.n);
      profile.integerDigits = Math.max(profile.integerDigits, Number(row.digits ?? 0));
      profile.scale = Math.max(profile.scale, Number(row.scale ?? 0));
    }
  }
  return profiles;
}

function profileSql(relation: string, columns: ProfiledColumn[], limit: number | undefined): string {
  const missing = [...new Set(columns.flatMap((column) => column.missing))].filter((value) => value !== '');
  const ids = columns.map(({ id }) => id);
  const keep = missing.length === 0 ? `x <> ''` : `x <> '' and not list_contains(${literalList(missing)}, x)`;
  const marks = columns.map(
    ({ field }) =>
      `{g: ${quoteMark(field?.groupChar ?? '')}, d: ${quoteMark(field?.decimalChar ?? '.')}, known: ${field !== undefined}}`,
  );
  return `
    with cell as (
      select unnest(${literalList(ids)}) as id, unnest([${marks.join(', ')}]) as mark,
        trim(unnest([${ids.join(', ')}]), ' ' || chr(9) || chr(10) || chr(13) || chr(160)) as x
      from (select ${ids.join(', ')} from ${relation}${limit === undefined ? '' : ` limit ${limit}`})),
    classed as (select id, mark, x, ${classifySql('x')} as class from cell where ${keep}),
    plain as (
      select id, class, case
          when mark.known then replace(case when mark.g = '' then x else replace(x, mark.g, '') end, mark.d, '.')
          when class in ('comma-decimal', 'comma-either', 'point-group') then replace(replace(x, '.', ''), ',', '.')
          when class in ('comma-group', 'space-group') then replace(replace(x, ',', ''), ' ', '')
          when class in ('bit', 'integer', 'long', 'decimal', 'decimal-or-group', 'leading-zero', 'plus') then x
        end as number
      from classed)
    select id, class, count(*)::double as n,
      max(length(regexp_extract(number, '^[^0-9]*0*(\\d*)', 1)))::double as digits,
      max(length(regexp_extract(number, '\\.(\\d*)[^0-9]*$', 1)))::double as scale
    from plain group by id, class`;
}

function quoteMark(mark: string): string {
  return `'${mark.replaceAll("'", "''")}'`;
}
