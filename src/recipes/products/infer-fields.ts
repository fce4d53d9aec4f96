import type { Tabular } from '../../platform/tabular/index.ts';
import type { Field, FieldType } from '../pure/table-schema.ts';
import type { SourceTable } from './product-source.ts';

/** One class a cell; a column's type follows from the set of classes that occur (contract flows §7.6). */
const classes = ['string', 'integer', 'number', 'boolean', 'date', 'datetime', 'time', 'yearmonth', 'object', 'array'];

/**
 * A field for each column, over the whole table: the first type that every value fits. Leading zeros and plus signs are
 * codes and stay text, as does a column without values, whose confidence is 0.
 */
export async function inferFields(tabular: Tabular, source: SourceTable): Promise<Field[]> {
  if (source.names.length === 0) return [];
  const sums = source.names.map((_, i) => `bit_or(1 << ${classOf(`t${i + 1}`)}) as c${i + 1}`);
  const texts = source.names.map((_, i) => `trim(c${i + 1}, ' ' || chr(9) || chr(10) || chr(13)) as t${i + 1}`);
  const [seen] = await tabular.rows(`select ${sums.join(', ')} from (select ${texts.join(', ')} from ${source.table})`);
  return source.names.map((name, i) => {
    const occurring = Number(seen?.[`c${i + 1}`] ?? 0) >> 1;
    return { name, type: typeOf(occurring), ...(occurring === 0 ? { confidence: 0 } : {}) };
  });
}

/** 0 for no value, else 1 + the index in `classes`. Cheap tests first: most cells end there. */
function classOf(t: string): string {
  const is = (pattern: string) => `regexp_full_match(${t}, '${pattern}')`;
  return `case when ${t} is null or ${t} = '' then 0
    when try_cast(${t} as bigint)::varchar = ${t} then 2
    when ${t}[1] not in ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', '.', 't', 'T', 'f', 'F', '{', '[') then 1
    when ${is('-?[1-9][0-9]*')} then 2
    when ${is('-?(0|[1-9][0-9]*)?(\\.[0-9]+)?([eE][+-]?[0-9]+)?')} and ${is('.*[0-9].*')} then 3
    when ${t} in ('true', 'True', 'TRUE', 'false', 'False', 'FALSE') then 4
    when ${is('[0-9]{4}-[0-9]{2}-[0-9]{2}')} and try_cast(${t} as date) is not null then 5
    when ${is('[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?')} and try_cast(${t} as timestamptz) is not null then 6
    when ${is('[0-9]{2}:[0-9]{2}:[0-9]{2}')} and try_cast(${t} as time) is not null then 7
    when ${is('[0-9]{4}-(0[1-9]|1[0-2])')} then 8
    when ${t}[1] = '{' and json_valid(${t}) then 9
    when ${t}[1] = '[' and json_valid(${t}) then 10
    else 1 end`;
}

/** `seen` has bit n set where class n of `classes` occurs. */
function typeOf(seen: number): FieldType {
  const occurring = classes.filter((_, i) => seen & (1 << i));
  if (occurring.length === 1) return occurring[0] as FieldType;
  return occurring.length === 2 && occurring.every((one) => one === 'integer' || one === 'number')
    ? 'number'
    : 'string';
}
