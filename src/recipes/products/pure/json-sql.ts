import { literal } from '../../../platform/tabular/index.ts';
import type { Field } from '../../pure/table-schema.ts';

/** Name of the table that has the sorted JSON of a column, by its text: `value`, `sorted`. */
export const sortedTable = (table: string, n: number): string => `${table}_sorted_${n}`;

/** Types whose JSON has members of its own, which are sorted outside SQL. */
export const isNested = ({ type }: Field): boolean => ['object', 'array', 'geojson'].includes(type);

/** The row as JSON text (contract flows §6.2): keys by code point, `", "` and `": "`, non-ASCII as `\uXXXX`. */
export function jsonRow(fields: readonly Field[]): string {
  const members = fields
    .map(({ name }, i) => ({ name, i }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ name, i }) => `${literal(`${asciiJson(name)}: `)} || coalesce(${jsonCell(fields[i]!, i + 1)}, 'null')`);
  return members.length === 0 ? `'{}'` : `'{' || ${members.join(` || ', ' || `)} || '}'`;
}

function jsonCell(field: Field, n: number): string {
  const f = `f${n}`;
  switch (field.type) {
    case 'boolean':
      return `lower(${f})`;
    case 'integer':
    case 'year':
      return wholeNumber(f);
    case 'number':
      return number(f);
    case 'geopoint':
      return `'[' || ${f} || ']'`;
    case 'object':
    case 'array':
    case 'geojson':
      return `s${n}.sorted`;
    case 'list':
      return list(field, f);
    case 'date':
    case 'time':
    case 'datetime':
    case 'yearmonth':
      // Written by the cast: nothing in them is escaped.
      return `'"' || ${f} || '"'`;
    default:
      return text(f);
  }
}

/** Most begin with the digit that counts. */
const wholeNumber = (f: string): string =>
  `case when ${f}[1] between '1' and '9' then ${f} else regexp_replace(ltrim(${f}, '+'), '^(-?)0+([0-9])', '\\1\\2') end`;

/** Decimals of few digits that are their own shortest binary64 form: 15 digits come back, and 0.0001 has no exponent. */
const isShortest = `-?([1-9][0-9]{0,8}\\.[0-9]{0,5}|0\\.[0-9]{0,3})[1-9]`;

/** The shortest binary64 form where it denotes the same decimal, else all digits; infinities and NaN are null. */
function number(f: string): string {
  const binary = `try_cast(${f} as double)::varchar`;
  const same = `try_cast(${f} as decimal(38, 18)) = try_cast(${binary} as decimal(38, 18))
    and not regexp_matches(${f}, '\\.[0-9]{19}|[eE]')`;
  const plain = `regexp_replace(regexp_replace(regexp_replace(ltrim(${f}, '+'), '^(-?)\\.', '\\10.'), '^(-?)0+([0-9])', '\\1\\2'), '\\.($|[eE])', '.0\\1')`;
  return `case when regexp_full_match(${f}, '${isShortest}') then ${f} when ${f} in ('NaN', 'INF', '-INF') then null when ${same} then ${binary}
    when regexp_matches(${f}, '[eE]') and isfinite(try_cast(${f} as double)) then ${binary} else ${plain} end`;
}

function list(field: Field, f: string): string {
  const item = ['integer', 'number', 'boolean'].includes(field.itemType ?? 'string')
    ? `lower(trim(item))`
    : text('item');
  return `'[' || array_to_string(list_transform(string_split(${f}, ${literal(field.delimiter ?? ',')}), lambda item: ${item}), ', ') || ']'`;
}

/** Most texts need no escape, and tell so by one cheap look. */
function text(f: string): string {
  const escaped = `array_to_string(list_transform(string_split(to_json(${f})::varchar, ''), lambda x:
    case when unicode(x) < 128 then x when unicode(x) < 65536 then printf('\\u%04x', unicode(x))
      else printf('\\u%04x\\u%04x', 55296 + ((unicode(x) - 65536) >> 10), 56320 + ((unicode(x) - 65536) & 1023)) end), '')`;
  return `case when regexp_full_match(${f}, '[ !#-\\[\\]-~]*') then '"' || ${f} || '"' else ${escaped} end`;
}

/** A text as ASCII JSON. */
export function asciiJson(plain: string): string {
  return JSON.stringify(plain).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
