import type { Field } from '../../pure/table-schema.ts';
import type { ProductIssue } from '../product-source.ts';

export type FieldsMatch = 'exact' | 'equal' | 'subset' | 'superset' | 'partial';

export interface FieldMatch {
  /** For each field the index of its column; undefined: the file lacks it. */
  columns: (number | undefined)[];
  /** Whatever does not match stops CSV and JSON. */
  issues: ProductIssue[];
}

/** Fields and columns find each other by place (`exact`) or by name (contract flows §7.2, Data Package v2 `fieldsMatch`). */
export function matchFields(fields: readonly Field[], names: readonly string[], mode: FieldsMatch): FieldMatch {
  if (mode === 'exact') return byPlace(fields, names);
  const columns = fields.map(({ name }) => {
    const at = names.indexOf(name);
    return at === -1 ? undefined : at;
  });
  const missing = fields.flatMap((field, i) => (columns[i] === undefined ? [missingHeader(field.name)] : []));
  const extra = names.flatMap((name, i) => (fields.some((field) => field.name === name) ? [] : [extraHeader(i)]));
  const issues = {
    equal: [...missing, ...extra],
    // The file may have more columns than fields; it may lack some; or only something must be common.
    subset: missing,
    superset: extra,
    partial: columns.every((column) => column === undefined) ? missing : [],
  }[mode];
  return { columns, issues };
}

function byPlace(fields: readonly Field[], names: readonly string[]): FieldMatch {
  const issues: ProductIssue[] = [];
  names.forEach((name, i) => {
    const field = fields[i];
    if (field === undefined) issues.push(extraHeader(i));
    else if (field.name !== name) issues.push(nonMatching(i, field.name));
  });
  for (const field of fields.slice(names.length)) issues.push(missingHeader(field.name));
  return { columns: fields.map((_, i) => (i < names.length ? i : undefined)), issues };
}

const header = (code: string, column: number | null, message: string): ProductIssue => ({
  row_number: null,
  column_number: column,
  field: null,
  code,
  message,
  value: null,
  row: null,
});
const extraHeader = (i: number) => header('extra-header', i + 1, `There is an extra header in column ${i + 1}`);
const missingHeader = (name: string) => header('missing-header', null, `There is a missing header in column "${name}"`);
const nonMatching = (i: number, name: string) =>
  header('non-matching-header', i + 1, `Header in column ${i + 1} doesn't match field name "${name}" in the schema`);

/** Blank and repeated headers, in the order of their columns. */
export function headerIssues(headers: readonly string[]): ProductIssue[] {
  return headers.flatMap((text, i) => {
    const name = text.trim();
    if (name === '') return [header('blank-header', i + 1, `Header in column ${i + 1} is blank`)];
    const before = headers.slice(0, i).flatMap((other, j) => (other.trim() === name ? [j + 1] : []));
    if (before.length === 0) return [];
    return [
      header(
        'duplicate-header',
        i + 1,
        `Header in column ${i + 1} is duplicated to header in column(s) ${before.join(', ')}`,
      ),
    ];
  });
}
