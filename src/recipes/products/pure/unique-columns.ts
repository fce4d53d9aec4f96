import type { CastField } from './cast-sql.ts';

/** Values that may stand once only. */
export interface UniqueColumns {
  /** SQL of what is compared. */
  columns: string[];
  /** 1-based, of the first field. */
  column: number;
  name: string;
}

/** Fields that are unique by themselves, the primary key and other keys; one that says the same again counts once. */
export function uniqueColumns(
  fields: readonly CastField[],
  { key, uniqueKeys }: { key: readonly string[]; uniqueKeys: readonly (readonly string[])[] },
): UniqueColumns[] {
  const isKey = (name: string) => key.length === 1 && key[0] === name;
  const single = fields.filter(({ field }) => field.constraints?.unique === true && !isKey(field.name));
  const keys = [key, ...uniqueKeys].map((names) => fields.filter(({ field }) => names.includes(field.name)));
  const seen = new Set<string>();
  return [...single.map((one) => [one]), ...keys].flatMap((parts) => {
    const name = parts.map(({ field }) => field.name).join(', ');
    if (parts.length === 0 || seen.has(name)) return [];
    seen.add(name);
    return [{ columns: parts.map(comparable), column: parts[0]!.column, name }];
  });
}

/** Values are compared, not texts: 1 and 1.0 are one number. */
const comparable = ({ n, field }: CastField): string =>
  field.type === 'string' || field.type === 'any' ? `t${n}` : `coalesce(v${n}::varchar, t${n})`;

/** SQL: at most six row numbers are named: the first three, this one, and how many others. `rows` is a list, `i` a place in it. */
export function notUniqueMessage(rows: string, i: string, column: number): string {
  const named = `case when ${i} > 6 then array_to_string(list_slice(${rows}, 1, 3), ', ') || ', ' || ${rows}[${i}] || ' and ' || (${i} - 4) || ' others'
    else array_to_string(list_slice(${rows}, 1, ${i}), ', ') end`;
  return `'Rows ' || ${named} || ' has unique constraint violation in column ${column}'`;
}
