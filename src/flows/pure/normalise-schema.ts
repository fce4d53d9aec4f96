import type { JsonObject } from './flow-spec.ts';
import { isObject, isText, without } from './json.ts';

/** Forms of Table Schema v1 as those of v2. What is wrong with a schema is for the report, not for the upload. */
export function normaliseSchema(schema: JsonObject, resource: string, say: (line: string) => void): JsonObject {
  const at = `schema of '${resource}'`;
  let result = schema;
  if (result.primaryKeys !== undefined) {
    say(`${at}: 'primaryKeys' becomes 'primaryKey'`);
    result = { ...without(result, 'primaryKeys'), primaryKey: result.primaryKey ?? result.primaryKeys };
  }
  if (isText(result.primaryKey)) {
    say(`${at}: the primary key '${result.primaryKey}' becomes a list`);
    result = { ...result, primaryKey: [result.primaryKey] };
  }
  result = withoutStray(result, at, say);
  if (!Array.isArray(result.fields)) return result;
  return { ...result, fields: result.fields.map((field) => (isObject(field) ? fieldOf(field, at, say) : field)) };
}

function fieldOf(given: JsonObject, at: string, say: (line: string) => void): JsonObject {
  const name = String(given.name ?? '');
  const field = withoutStray(given, `${at}, field '${name}'`, say);
  const { type, format } = field;
  if ((type === 'year' || type === 'yearmonth') && format !== undefined) {
    say(`${at}, field '${name}': the format of a ${type} is dropped`);
    return without(field, 'format');
  }
  if (isText(format) && format.startsWith('fmt:')) {
    say(`${at}, field '${name}': 'fmt:' is dropped from the format`);
    return { ...field, format: format.slice('fmt:'.length) };
  }
  return field;
}

/** What older runners left in descriptors. */
export function withoutStray(object: JsonObject, at: string, say: (line: string) => void): JsonObject {
  const stray = Object.keys(object).filter((key) => key.startsWith('dpp:'));
  for (const key of stray) say(`${at}: '${key}' is dropped`);
  return stray.length === 0 ? object : without(object, ...stray);
}
