import { schemaInvalid } from '../../errors.ts';
import { type Field, schemaProblems, type TableSchema } from '../../pure/table-schema.ts';

/** A schema as a package has it: a field without type is text, as in Table Schema v1. Throws schema_invalid. */
export function readSchema(given: TableSchema): TableSchema {
  const schema = Array.isArray(given.fields) ? { ...given, fields: given.fields.map(typed) } : given;
  const problems = schemaProblems(schema, { inPackage: true });
  if (problems.length > 0) throw schemaInvalid(problems.map(({ problem }) => problem).join('; '));
  return schema;
}

const typed = (field: Field): Field =>
  typeof field === 'object' && field !== null
    ? { ...field, type: field.type ?? 'string' }
    : { name: '', type: 'string' };
