import type { JsonObject } from './flow-spec.ts';
import { isObject, isText } from './json.ts';

/**
 * A resource's `dialect`, of CSV Dialect (v1) or Table Dialect (v2), as the options of a tabulator (contract §5.3). Names for
 * a table without a header are those of its schema, or an empty list.
 */
export function tabulatorOfDialect(dialect: unknown, schema: unknown): JsonObject {
  if (!isObject(dialect)) return {};
  const options: JsonObject = {};
  for (const [from, to] of sameMeaning) if (dialect[from] !== undefined) options[to] = dialect[from];
  const { headerRows, header, commentRows, commentChar, sheetNumber, sheetName } = dialect;
  if (header === false) options.headers = namesOf(schema);
  else if (Array.isArray(headerRows) && headerRows.length > 0)
    options.headers = headerRows.length === 1 ? headerRows[0] : [headerRows[0]!, headerRows.at(-1)!];
  const skipped = [...(Array.isArray(commentRows) ? commentRows : []), ...(isText(commentChar) ? [commentChar] : [])];
  if (skipped.length > 0) options.skip_rows = skipped;
  if (sheetName !== undefined || sheetNumber !== undefined) options.sheet = sheetName ?? sheetNumber;
  return options;
}

const sameMeaning = [
  ['delimiter', 'delimiter'],
  ['quoteChar', 'quotechar'],
  ['escapeChar', 'escapechar'],
  ['doubleQuote', 'doublequote'],
  ['skipInitialSpace', 'skipinitialspace'],
  ['lineTerminator', 'lineterminator'],
  ['property', 'property'],
] as const;

function namesOf(schema: unknown): string[] {
  const fields = isObject(schema) && Array.isArray(schema.fields) ? schema.fields : [];
  return fields.map((field) => (isObject(field) ? String(field.name) : ''));
}
