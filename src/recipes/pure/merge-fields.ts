import type { Field } from './table-schema.ts';
import { widenType } from './widen-schema.ts';

/**
 * Fields of a table that rows of both kinds fit: those that were there, in their order, then new ones. `declared`: the arriving
 * types stand; else types that differ widen. A field only one side has cannot be required.
 */
export function mergeFields(before: readonly Field[], arriving: readonly Field[], declared: boolean): Field[] {
  if (before.length === 0) return [...arriving];
  const known = before.map((field) => {
    const now = arriving.find(({ name }) => name === field.name);
    if (now === undefined) return optional(field);
    if (declared || now.type === field.type) return now;
    const type = widenType(field.type, now.type);
    return type === now.type ? now : type === field.type ? field : { name: field.name, type };
  });
  const fresh = arriving.filter(({ name }) => !before.some((field) => field.name === name));
  return [...known, ...fresh.map(optional)];
}

function optional(field: Field): Field {
  const { constraints, ...rest } = field;
  if (constraints?.required === undefined) return field;
  const { required: _, ...others } = constraints;
  return Object.keys(others).length === 0 ? rest : { ...rest, constraints: others };
}
