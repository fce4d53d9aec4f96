import type { IngestRun } from './ingest.ts';
import type { Issue } from './issue.ts';
import type { Pass } from './pass-rows.ts';
import { fieldsMatchOf } from './pure/table-schema.ts';
import type { Cleaned } from './steps/index.ts';

/**
 * Declared columns the file lacks, and columns nobody declared. A `fieldsMatch` of the schema decides which of them are errors
 * (Data Package v2); without one the schema policy does.
 */
export function noteHeader(run: IngestRun, cleaned: Cleaned, pass: Pass): void {
  const { schema, schemaPolicy = 'evolve' } = run.request;
  if (!schema) return;
  const match = fieldsMatchOf(schema);
  const declared = new Set(schema.fields.map((field) => field.name));
  const mayLack = match === 'superset' || match === 'partial';
  const mustHave = schemaPolicy === 'freeze' || (match !== undefined && !mayLack);
  const mayAdd = match === undefined || match === 'subset' || match === 'partial';
  const found = pass.bound.filter(({ field, column }) => declared.has(field.name) && column !== undefined);
  for (const { field, column } of pass.bound) {
    if (!declared.has(field.name) || column !== undefined) continue;
    const needed = mustHave || field.constraints?.required === true;
    if (mayLack && !needed) continue;
    note(
      run,
      needed ? 'error' : 'warning',
      'missing-header',
      field.name,
      `Column '${field.name}' with type '${field.type}' is missing`,
    );
  }
  const bound = new Set(pass.bound.map(({ column }) => column?.id));
  const unknown = cleaned.columns.filter(
    (column) =>
      !bound.has(column.id) || pass.bound.some((one) => one.column?.id === column.id && !declared.has(one.field.name)),
  );
  for (const column of unknown) {
    const refused = schemaPolicy === 'freeze' || !mayAdd;
    note(
      run,
      refused ? 'error' : 'warning',
      'extra-header',
      column.name,
      `Column '${column.name}' is not in the schema`,
    );
  }
  if (match === 'partial' && found.length === 0 && schema.fields.length > 0)
    note(run, 'error', 'missing-header', schema.fields[0]!.name, 'None of the columns of the schema is in the file');
  if (match === 'exact' && unknown.length === 0 && found.length === schema.fields.length) noteOrder(run, cleaned, pass);
}

function noteOrder(run: IngestRun, cleaned: Cleaned, pass: Pass): void {
  const fields = run.request.schema!.fields;
  const wrong = cleaned.columns.findIndex((column, i) => {
    const at = pass.bound.find((one) => one.column?.id === column.id);
    return at?.field.name !== fields[i]?.name;
  });
  if (wrong < 0) return;
  const { name } = cleaned.columns[wrong]!;
  note(
    run,
    'error',
    'non-matching-header',
    name,
    `Header in column ${wrong + 1} doesn't match field name '${fields[wrong]!.name}' in the schema. Found: '${name}'`,
  );
}

function note(run: IngestRun, severity: Issue['severity'], code: string, column: string, message: string): void {
  run.issues.push({ severity, code, message, path: `/fields/${column}`, column });
}
