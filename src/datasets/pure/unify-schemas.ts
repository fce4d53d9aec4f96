import type { TableField, TableSchema } from '../dataset.ts';

/**
 * The schema of a table and of what is added to it, as one: the table's columns in their order, then new ones. Where the
 * types differ, the narrowest type that holds both. Descriptions and constraints of the table stay, unless the type
 * had to change; a column that one side lacks cannot be required.
 */
export function unifySchemas(before: TableSchema, added: TableSchema): TableSchema {
  const addedFields = new Map(added.fields.map((field) => [field.name, field]));
  const fields = before.fields.map((field) => {
    const other = addedFields.get(field.name);
    return other === undefined ? field : unifyFields(field, other);
  });
  const known = new Set(before.fields.map((field) => field.name));
  const fresh = added.fields.filter((field) => !known.has(field.name)).map(optional);
  return { ...before, fields: [...fields, ...fresh] };
}

/** The narrowest type that holds the values of both. */
export function widerType(a: string, b: string): string {
  if (a === b) return a;
  const pair = new Set([a, b]);
  if (pair.has('integer') && pair.has('number')) return 'number';
  if (pair.has('integer') && pair.has('year')) return 'integer';
  if (pair.has('date') && pair.has('datetime')) return 'datetime';
  return 'string';
}

function unifyFields(before: TableField, added: TableField): TableField {
  const type = widerType(before.type, added.type);
  if (type === before.type) return before;
  const { constraints: _, format: __, ...rest } = before;
  return { ...rest, type };
}

function optional(field: TableField): TableField {
  const { required: _, ...constraints } = (field.constraints ?? {}) as Record<string, unknown>;
  return Object.keys(constraints).length === 0 ? without(field, 'constraints') : { ...field, constraints };
}

function without(field: TableField, name: string): TableField {
  const { [name]: _, ...rest } = field;
  return rest as TableField;
}
