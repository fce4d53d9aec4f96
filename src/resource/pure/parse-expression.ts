import type { Access } from '../access.ts';
import * as errors from '../errors.ts';
import { fieldTypes } from './field-types.ts';
import { findLookup, type Lookup } from './lookups.ts';
import { findColumn, isVisibleField, type Model } from './model.ts';
import { nearest } from './nearest.ts';
import { filterableNames, lookupsAllowed } from './parse-filter.ts';
import type { Condition } from './query.ts';

/**
 * The data envelope's `filter=` (scripts.md §4.1): a comma is AND, `(a OR b)`, `field op value` with `= != > < >= <=
 * like`; quotes are optional, text compares without regard to case.
 */
export function parseExpression(model: Model, text: string, access: Access): Condition {
  if (text.length > maxLength) throw errors.invalidFilter();
  const reader = { text, at: 0, terms: 0 };
  const condition = alternatives(reader, model, access, 0);
  if (reader.at < text.length) throw errors.invalidFilter();
  return condition;
}

interface Reader {
  text: string;
  at: number;
  terms: number;
}

const maxLength = 8192;
const maxTerms = 200;
const maxDepth = 20;

function alternatives(reader: Reader, model: Model, access: Access, depth: number): Condition {
  if (depth > maxDepth) throw errors.invalidFilter();
  const any = [conjunction(reader, model, access, depth)];
  while (take(reader, /\s+or\b\s*/iy)) any.push(conjunction(reader, model, access, depth));
  return any.length === 1 ? any[0]! : { any };
}

function conjunction(reader: Reader, model: Model, access: Access, depth: number): Condition {
  const all = [term(reader, model, access, depth)];
  while (take(reader, /\s*,\s*/y)) all.push(term(reader, model, access, depth));
  return all.length === 1 ? all[0]! : { all };
}

function term(reader: Reader, model: Model, access: Access, depth: number): Condition {
  if (++reader.terms > maxTerms) throw errors.invalidFilter();
  if (take(reader, /\s*\(\s*/y)) {
    const inner = alternatives(reader, model, access, depth + 1);
    if (!take(reader, /\s*\)/y)) throw errors.invalidFilter();
    return inner;
  }
  const head = take(reader, /\s*([a-z_][\w.]*)\s*(>=|<=|!=|=|>|<|\s(?:not\s+)?like\s)\s*/iy);
  if (!head) throw errors.invalidFilter();
  const quoted = take(reader, /'((?:[^']|'')*)'|"((?:[^"]|"")*)"/y);
  const value = quoted
    ? (quoted[1]?.replaceAll("''", "'") ?? quoted[2]!.replaceAll('""', '"'))
    : take(reader, /(?!['"])(?:(?!\s+or\s)[^,()])*/iy)?.[0].trim();
  if (value === undefined) throw errors.invalidFilter();
  return comparison(model, head[1]!, head[2]!.trim().toLowerCase(), value, access);
}

function comparison(model: Model, name: string, operator: string, text: string, access: Access): Condition {
  const column = findColumn(model, name);
  if (column === undefined || lookupsAllowed(model, column).length === 0) {
    throw errors.unknownFilterField(name, nearest(name, filterableNames(model, access)));
  }
  if (!isVisibleField(column.field, access)) throw errors.fieldNeedsAdmin('Filter', name);
  const isText = column.field.type === 'string';
  const lookup = isText ? textOperators[operator] : plainOperators[operator];
  if (lookup === undefined || !lookup.types.includes(column.field.type)) throw errors.invalidFilter();
  const values = lookup.parse(text, column.field.type);
  if (values === undefined) throw errors.invalidParameter(name, text, fieldTypes[column.field.type].noun);
  return { column, lookup, values, negated: operator === '!=' || operator.startsWith('not') };
}

const like: Lookup = {
  types: ['string'],
  value: 'text, `%` stands for anything',
  about: 'Like.',
  parse: (raw, type) => {
    const value = fieldTypes[type].fromText(raw) as string | undefined;
    return value === undefined ? undefined : [value.replace(/[\\_]/g, '\\$&')];
  },
  sql: (column, [value], bind) => `${column} ilike ${bind(value, 'text')}`,
};

const plainOperators: Record<string, Lookup | undefined> = {
  '=': findLookup('exact'),
  '!=': findLookup('exact'),
  '>': findLookup('gt'),
  '<': findLookup('lt'),
  '>=': findLookup('gte'),
  '<=': findLookup('lte'),
};

const textOperators: Record<string, Lookup | undefined> = {
  '=': findLookup('iexact'),
  '!=': findLookup('iexact'),
  '>': caseless('>'),
  '<': caseless('<'),
  '>=': caseless('>='),
  '<=': caseless('<='),
  like,
  'not like': like,
};

function caseless(operator: string): Lookup {
  return {
    ...findLookup('gt')!,
    sql: (column, [value], bind) => `lower(${column}) ${operator} lower(${bind(value, 'text')})`,
  };
}

function take(reader: Reader, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = reader.at;
  const match = pattern.exec(reader.text);
  if (match) reader.at = pattern.lastIndex;
  return match;
}
