import type { Tabular } from '../../platform/tabular/index.ts';
import type { Field } from '../pure/table-schema.ts';

/** SQL of a cell as a typed column (contract flows §6.2); precision and scale come from the whole column. */
export async function parquetCell(tabular: Tabular, table: string, field: Field, n: number): Promise<string> {
  const f = `f${n}`;
  switch (field.type) {
    case 'boolean':
      return `(${f} = 'True')`;
    case 'date':
      return `try_cast(${f} as date)`;
    case 'time':
      return `try_cast(${f} as time)`;
    case 'datetime':
      return `try_cast(${f} as timestamp)`;
    case 'integer':
    case 'year': {
      const [row] = await tabular.rows(`select bool_and(try_cast(${f} as bigint) is not null) as fits,
        max(length(ltrim(${f}, '+-'))) as digits from ${table} where ${f} is not null`);
      if (row?.fits !== false) return `${f}::bigint`;
      return Number(row.digits) <= 38 ? `${f}::decimal(38, 0)` : f;
    }
    case 'number': {
      const [row] = await tabular.rows(`select bool_or(regexp_matches(${f}, '[eEN]')) as odd,
        max(length(split_part(${f}, '.', 2))) as scale, max(length(ltrim(split_part(${f}, '.', 1), '+-'))) as whole
        from ${table} where ${f} is not null`);
      const [scale, whole] = [Number(row?.scale ?? 0), Math.max(1, Number(row?.whole ?? 1))];
      if (row?.odd === true || scale + whole > 38) return f;
      return `${f}::decimal(${scale + whole}, ${scale})`;
    }
    default:
      return f;
  }
}
