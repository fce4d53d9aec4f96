import type { Access } from '../access.ts';
import * as errors from '../errors.ts';
import { fieldTypes } from './field-types.ts';
import { findLookup, type LookupName, lookups, lookupsOf } from './lookups.ts';
import { type Column, findColumn, isVisibleField, type Model } from './model.ts';
import { nearest } from './nearest.ts';
import type { Filter } from './query.ts';

/**
 * `field[__not][__lookup[__comparison]]=text`, or the same behind `exclude__`. Throws for unknown names, lookups and
 * values of the wrong type. Undefined only where the declaration wants unknown names passed over.
 */
export function parseFilter(model: Model, name: string, text: string, access: Access): Filter | undefined {
  const target = filterOf(model, name, access);
  if (target === undefined) return undefined;
  const { column, lookup, negated } = target;
  if (!isVisibleField(column.field, access)) throw unknownField(model, column.path, access);
  const values = lookup.parse(text, column.field.type);
  if (values === undefined) throw errors.invalidParameter(name, text, expectation(lookup.value, column));
  return { column, lookup, values, negated };
}

/** Names that have been understood before: finitely many, because only declared ones are. */
const memory = new WeakMap<Model, Map<string, Omit<Filter, 'values'>>>();

function filterOf(model: Model, name: string, access: Access): Omit<Filter, 'values'> | undefined {
  const filters = memory.get(model) ?? new Map<string, Omit<Filter, 'values'>>();
  memory.set(model, filters);
  const known = filters.get(name);
  if (known) return known;
  const found = resolveFilter(model, name, access);
  if (found) filters.set(name, found);
  return found;
}

function resolveFilter(model: Model, name: string, access: Access): Omit<Filter, 'values'> | undefined {
  const excluded = name.startsWith('exclude__');
  const parts = (excluded ? name.slice('exclude__'.length) : name).split('__');
  for (let length = parts.length; length > 0; length--) {
    const path = parts.slice(0, length).join('__');
    const column = findColumn(model, path);
    if (column === undefined) continue;
    const rest = parts.slice(length);
    const negated = rest[0] === 'not';
    if (negated) rest.shift();
    // A relation whose next word is neither lookup nor field: the field is what is wrong.
    const isRelation = model.relations.has(path) && rest.length > 0 && !Object.hasOwn(lookups, rest[0]!);
    if (isRelation && !negated) throw unknownField(model, `${path}__${rest[0]}`, access);
    if (!isVisibleField(column.field, access)) throw unknownField(model, path, access);
    const allowed = lookupsAllowed(model, column);
    if (allowed.length === 0) throw unknownField(model, path, access);
    const lookupName = rest[0] ?? 'exact';
    const lookup = rest.length <= 2 ? findLookup(lookupName, rest[1]) : undefined;
    if (lookup === undefined || !allowed.includes(lookupName as LookupName)) {
      const wrong = rest.length > 0 ? rest.join('__') : lookupName;
      throw errors.unknownLookup(wrong, path, nearest(wrong, allowed));
    }
    return { column, lookup, negated: negated !== excluded };
  }
  if (model.declaration.ignore_unknown_parameters) return undefined;
  throw unknownField(model, unknownPart(model, parts), access);
}

/** Up to and with the first word that leads nowhere; a lookup at the end does not belong to the name. */
function unknownPart(model: Model, parts: string[]): string {
  let known = 0;
  while (known < parts.length && model.relations.has(parts.slice(0, known + 1).join('__'))) known++;
  return parts.slice(0, known + 1).join('__');
}

function unknownField(model: Model, name: string, access: Access) {
  return errors.notFilterable(name, nearest(name, filterableNames(model, access)));
}

/** Lookups this resource allows on a column; none means the column cannot be filtered at all. */
export function lookupsAllowed(model: Model, column: Column): readonly LookupName[] {
  const { filtering } = model.declaration;
  const rule = filtering?.[column.path] ?? filtering?.[column.field.name] ?? filtering?.['*'] ?? 'all';
  const fitting = lookupsOf(column.field.type);
  if (rule === false) return [];
  return rule === 'all' ? fitting : rule;
}

export function* filterableNames(model: Model, access: Access): Iterable<string> {
  for (const name of new Set([...model.fields.keys(), ...model.relations.keys(), ...model.listFields])) {
    const column = findColumn(model, name);
    if (column && isVisibleField(column.field, access) && lookupsAllowed(model, column).length > 0) yield name;
  }
}

export function canOrderBy(model: Model, name: string, access: Access): boolean {
  const column = findColumn(model, name);
  if (column === undefined || !isVisibleField(column.field, access)) return false;
  const { ordering } = model.declaration;
  if (ordering) return ordering.includes(name) || name === model.primaryKey.name;
  return lookupsAllowed(model, column).includes('exact');
}

function expectation(value: string, column: Column): string {
  return value === 'one value' ? fieldTypes[column.field.type].noun : value;
}
