import { literal } from '../../platform/tabular/index.ts';
import type { Field } from './table-schema.ts';

/** SQL of the form a cell has in products (flows contract §6.2), from its text `t` and its typed value. */
export function canonicalText(field: Field, t: string, value: string): string {
  switch (field.type) {
    case 'boolean':
      return `case when ${value} then 'True' when not ${value} then 'False' end`;
    case 'date':
    case 'time':
    case 'datetime':
      return `(${value})::varchar`;
    case 'year':
      // Four digits at least, as read: a number would lose the leading ones.
      return `case when (${value}) is not null then ${t} end`;
    case 'object':
    case 'array':
    case 'geojson':
      return spacedJson(t);
    case 'geopoint':
      return geopoint(field, t);
    default:
      return value.startsWith('case') ? `(${value})::varchar` : value;
  }
}

/** JSON text with `", "` and `": "`, keys and numbers as they are. Blanks go first, then come back after each mark outside quotes. */
function spacedJson(t: string): string {
  const quoted = '"(?:[^"\\\\]|\\\\.)*"';
  const tight = `regexp_replace(trim(${t}, ' ' || chr(9) || chr(10) || chr(13)), ${literal(`(${quoted}|[^\\s"]+)\\s*`)}, '\\1', 'g')`;
  return `regexp_replace(${tight}, ${literal(`((?:${quoted}|[^,:"])*)([,:])`)}, '\\1\\2 ', 'g')`;
}

function geopoint(field: Field, t: string): string {
  if (field.format === 'object') {
    // By its text: reading the JSON would round the number.
    const part = (name: string) => `regexp_extract(${t}, '"${name}"\\s*:\\s*"?([^,}"\\s]+)', 1)`;
    return `(${part('lon')} || ', ' || ${part('lat')})`;
  }
  return `regexp_replace(trim(${t}, '[] '), '\\s*,\\s*', ', ')`;
}
