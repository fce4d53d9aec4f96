import type { Field, FieldType, TableSchema } from './table-schema.ts';

/** The schema both tables fit: known fields first, in their order, then new ones; types that differ widen. */
export function widenSchema(previous: TableSchema, arriving: TableSchema): TableSchema {
  const fields = previous.fields.map((field) => {
    const other = arriving.fields.find(({ name }) => name === field.name);
    return other ? widenField(field, other) : field;
  });
  const fresh = arriving.fields.filter((field) => !previous.fields.some(({ name }) => name === field.name));
  return { ...previous, ...arriving, fields: [...fields, ...fresh] };
}

function widenField(previous: Field, arriving: Field): Field {
  const type = widenType(previous.type, arriving.type);
  const confidence = Math.min(previous.confidence ?? 1, arriving.confidence ?? 1);
  const inferred = previous.confidence !== undefined ? { confidence } : {};
  if (type === previous.type) return { ...previous, ...inferred };
  if (type === arriving.type) return { ...arriving, ...inferred };
  return { name: previous.name, type, ...inferred };
}

/** integer → number, date → datetime, anything else that differs → string. */
export function widenType(a: FieldType, b: FieldType): FieldType {
  if (a === b) return a;
  const pair = new Set([a, b]);
  if (pair.has('integer') && pair.has('number')) return 'number';
  if (pair.has('date') && pair.has('datetime')) return 'datetime';
  return 'string';
}
