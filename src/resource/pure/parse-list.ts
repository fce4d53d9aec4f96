import type { Access } from '../access.ts';
import * as errors from '../errors.ts';
import { readCursor } from './cursor.ts';
import { fieldTypes } from './field-types.ts';
import { type Column, findColumn, isVisibleField, type Model } from './model.ts';
import { nearest } from './nearest.ts';
import { parseExpression } from './parse-expression.ts';
import { canOrderBy, parseFilter } from './parse-filter.ts';
import { type CountMode, type CsvOptions, type Format, type ListQuery, maxRows, type OrderTerm } from './query.ts';

/** Parameters as the HTTP layer gives them: repeated ones are lists. */
export type RawQuery = Record<string, string | string[] | undefined>;

export interface ListRequest {
  raw: RawQuery;
  format: Format;
  /** `Prefer: count=…`; the parameter wins. */
  preferredCount: string | undefined;
  cursorKey: Buffer;
}

/** Names with a meaning of their own in every list; anything else is a filter or a declared parameter. */
export const reservedParameters = [
  'format',
  'limit',
  'offset',
  'order_by',
  'cursor',
  'count',
  'fields',
  'exclude',
  'dry_run',
  'cascade',
  'token',
  'api_key',
  'username',
] as const;
const reserved = new Set<string>(reservedParameters);
const credentials = new Set(['token', 'api_key', 'username']);
const csvParameters = new Set(['bom', 'delimiter', 'decimal', 'null', 'safe_cells']);
const dataParameters = new Set(['page', 'per_page', 'filter', 'sort']);

/** A list request's parameters → what to read. Throws the refusals of monitoring.md §2.4 and §2.5. */
export function parseList(model: Model, request: ListRequest, access: Access): ListQuery {
  const given = singleValues(request.raw);
  const received = withoutCredentials(given);
  for (const group of model.declaration.GET_params_required ?? []) {
    const names = [group].flat();
    // A cursor brings its filters along.
    if (given.cursor === undefined && !names.some((name) => given[name])) throw errors.missingParameter(names[0]!);
  }
  const parameters: Record<string, unknown> = {};
  const condition: ListQuery['condition'] = [];
  const isData = model.declaration.envelope === 'data';
  const { filtersGiven, order, position } = continued(model, given, request.cursorKey, isFilter(model, request.format));
  for (const [name, text] of Object.entries(filtersGiven)) {
    const declared = parameterNamed(model, name);
    if (declared) {
      parameters[name] = parameterValue(name, text, declared.type, declared.choices);
    } else if (isData && name === 'filter') {
      condition.push(parseExpression(model, text, access));
    } else {
      const filter = parseFilter(model, name, text, access);
      if (filter === undefined) {
        if (model.declaration.ignore_unknown_parameters) continue;
        throw errors.notFilterable(name, undefined);
      }
      condition.push(filter);
    }
  }
  for (const [name, declared] of Object.entries(model.declaration.parameters ?? {})) {
    if (declared.required && parameters[name] === undefined) throw errors.missingParameter(name);
  }
  const page = isData ? pageOf(given) : undefined;
  return {
    condition,
    order: orderOf(model, order, access, isData),
    fields: fieldsOf(model, given.fields, access),
    limit: page ? page.perPage : limitOf(given.limit, model.declaration.default_limit ?? maxRows, request.format),
    offset: page ? (page.page - 1) * page.perPage : offsetOf(given),
    position,
    count: countOf(given.count ?? request.preferredCount, given.count !== undefined),
    format: request.format,
    csv: csvOptions(given),
    parameters,
    received,
    page,
  };
}

/** A repeated name could be meant either way. */
function singleValues(raw: RawQuery): Record<string, string> {
  const entries = Object.entries(raw).filter((entry) => entry[1] !== undefined);
  for (const [name, value] of entries) if (Array.isArray(value)) throw errors.repeatedParameter(name);
  // Not by assignment: a parameter called __proto__ is one like any other.
  return Object.fromEntries(entries) as Record<string, string>;
}

export function withoutCredentials(given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !credentials.has(name)));
}

function isFilter(model: Model, format: Format): (name: string) => boolean {
  const isData = model.declaration.envelope === 'data';
  return (name) => {
    // A declared field or parameter of a resource goes before the words of a dialect.
    if (reserved.has(name)) return false;
    if (isData && dataParameters.has(name)) return name === 'filter';
    if (parameterNamed(model, name) || model.fields.has(name)) return true;
    return !(format === 'csv' && csvParameters.has(name));
  };
}

/** A cursor carries filter and order; what is sent beside it must be the same. */
function continued(
  model: Model,
  given: Record<string, string>,
  key: Buffer,
  filterName: (name: string) => boolean,
): { filtersGiven: Record<string, string>; order: string; position: ListQuery['position'] } {
  const filtersGiven = Object.fromEntries(Object.entries(given).filter(([name]) => filterName(name)));
  const isData = model.declaration.envelope === 'data';
  const asked = isData ? given.sort : given.order_by;
  const order = asked ?? (model.declaration.order ?? []).join(',');
  if (given.cursor === undefined) return { filtersGiven, order, position: undefined };
  const cursor = readCursor(given.cursor, key);
  if (cursor === undefined || cursor.resource !== model.name) throw errors.invalidCursor();
  if (given.offset !== undefined && given.offset !== '0') throw errors.invalidParameter('offset', given.offset);
  const names = Object.keys(filtersGiven);
  const sameFilters =
    names.length === Object.keys(cursor.filters).length &&
    names.every((name) => filtersGiven[name] === cursor.filters[name]);
  if ((names.length > 0 && !sameFilters) || (asked !== undefined && asked !== cursor.order)) {
    throw errors.foreignCursor();
  }
  const { back, values, offset } = cursor;
  return { filtersGiven: cursor.filters, order: cursor.order, position: { back, values, offset } };
}

/** Filters and order as a cursor keeps them. */
export function cursorScope(model: Model, query: ListQuery): { filters: Record<string, string>; order: string } {
  const filterName = isFilter(model, query.format);
  return {
    filters: Object.fromEntries(Object.entries(query.received).filter(([name]) => filterName(name))),
    order:
      (model.declaration.envelope === 'data' ? query.received.sort : query.received.order_by) ??
      (model.declaration.order ?? []).join(','),
  };
}

function parameterNamed(model: Model, name: string) {
  const { parameters } = model.declaration;
  return parameters && Object.hasOwn(parameters, name) ? parameters[name] : undefined;
}

export function parameterValue(
  name: string,
  text: string,
  type: keyof typeof fieldTypes,
  choices?: readonly string[],
): unknown {
  if (choices && !choices.includes(text)) throw errors.invalidParameter(name, text, choices.join(', '));
  const value = fieldTypes[type].fromText(text);
  if (value === undefined) throw errors.invalidParameter(name, text, fieldTypes[type].noun);
  return value;
}

function limitOf(text: string | undefined, fallback: number, format: Format): number {
  const streams = format !== 'json';
  if (text === undefined || text === '0') return streams ? Number.POSITIVE_INFINITY : fallback;
  const value = count('limit', text) || fallback;
  return streams ? value : Math.min(value, maxRows);
}

function offsetOf(given: Record<string, string>): number {
  return given.offset === undefined ? 0 : count('offset', given.offset);
}

function count(name: string, text: string): number {
  const value = fieldTypes.integer.fromText(text) as number | undefined;
  if (value === undefined || value < 0) throw errors.invalidParameter(name, text, 'a number, 0 or more');
  return value;
}

/** A preference that is not understood is passed over (RFC 7240); a parameter is refused. */
function countOf(text: string | undefined, isParameter: boolean): CountMode | undefined {
  if (text === undefined) return undefined;
  if (text === 'exact' || text === 'estimated' || text === 'none') return text;
  if (isParameter) throw errors.invalidParameter('count', text, 'exact, estimated or none');
  return undefined;
}

/** The data envelope's paging never refuses: clamped, and the default where it is no number. */
function pageOf(given: Record<string, string>): ListQuery['page'] {
  if (given.page === undefined && given.per_page === undefined) return undefined;
  const number = (text: string | undefined, fallback: number, max: number) => {
    const value = fieldTypes.integer.fromText(text ?? '') as number | undefined;
    return value === undefined ? fallback : Math.min(Math.max(value, 1), max);
  };
  return { page: number(given.page, 1, 1_000_000), perPage: number(given.per_page, 20, 100) };
}

/** Default order, or what was asked for; the primary key ends it, so that pages are stable. */
function orderOf(model: Model, text: string, access: Access, isData: boolean): OrderTerm[] {
  const order: OrderTerm[] = [];
  const key = findColumn(model, model.primaryKey.name)!;
  // Rows without a key, such as groups, are told apart by what they are in order of.
  const last = key.nullable ? (model.declaration.order ?? []) : [];
  for (const part of [...text.split(','), ...last].map((term) => term.trim())) {
    if (part === '') continue;
    const [, minus, name = '', word] = /^(-?)(\S+)(?:\s+(asc|desc))?$/i.exec(part) ?? [];
    const column = canOrderBy(model, name, access) ? findColumn(model, name) : undefined;
    if (column === undefined) {
      const hint = nearest(name || part, orderableNames(model, access));
      throw isData ? dataOrderError(model, name || part, hint) : errors.notSortable(name || part, hint);
    }
    if (order.some((term) => term.column.sql === column.sql)) continue;
    order.push({ column, descending: minus === '-' || word?.toLowerCase() === 'desc' });
  }
  if (!order.some((term) => term.column.sql === key.sql)) order.push({ column: key, descending: false });
  return order;
}

function dataOrderError(model: Model, name: string, hint: string | undefined) {
  const field = model.fields.get(name);
  return field?.field.right !== undefined && !field.field.secret
    ? errors.fieldNeedsAdmin('Sort', name)
    : errors.unknownSortField(name, hint);
}

function* orderableNames(model: Model, access: Access): Iterable<string> {
  for (const name of new Set([...model.fields.keys(), ...model.listFields])) {
    if (canOrderBy(model, name, access)) yield name;
  }
}

/** `fields=` may name any readable field and any related one; unasked, the list's own. */
export function fieldsOf(
  model: Model,
  text: string | undefined,
  access: Access,
  otherwise: readonly string[] = model.listFields,
): Column[] {
  if (text === undefined || text === '') return ownFields(model, otherwise, access);
  const names = [...new Set(text.split(',').map((name) => name.trim()))].filter((name) => name !== '');
  return names.map((name) => {
    const column = model.relations.has(name) ? undefined : findColumn(model, name);
    if (column === undefined || !isVisibleField(column.field, access)) {
      throw errors.unknownSelection(name, model.name, nearest(name, readableNames(model, access)));
    }
    return column;
  });
}

/** A model's own lists never change: looked up once. */
const memory = new WeakMap<readonly string[], { columns: Column[]; isRestricted: boolean }>();

function ownFields(model: Model, names: readonly string[], access: Access): Column[] {
  const known = memory.get(names);
  if (known) return known.isRestricted ? visibleTo(access, known.columns) : known.columns;
  const columns = names.map((name) => findColumn(model, name)!);
  memory.set(names, { columns, isRestricted: columns.some((column) => column.field.field.right !== undefined) });
  return visibleTo(access, columns);
}

const visibleTo = (access: Access, columns: Column[]) =>
  columns.filter((column) => isVisibleField(column.field, access));

export function* readableNames(model: Model, access: Access): Iterable<string> {
  for (const name of new Set([...model.fields.keys(), ...model.listFields])) {
    const column = findColumn(model, name);
    if (column && isVisibleField(column.field, access)) yield name;
  }
}

function csvOptions(given: Record<string, string>): CsvOptions {
  if (given.format !== 'csv' && Object.keys(given).every((name) => !csvParameters.has(name))) return defaultCsv;
  const flag = (name: string) => given[name] !== undefined && parameterValue(name, given[name], 'boolean') === true;
  const delimiter = delimiters.get(given.delimiter ?? 'comma') ?? given.delimiter!;
  if (!/^[,;\t|:]$/.test(delimiter)) throw errors.invalidParameter('delimiter', delimiter, ', ; | : or tab');
  const decimal = given.decimal ?? '.';
  if (decimal !== '.' && decimal !== ',') throw errors.invalidParameter('decimal', decimal, '. or ,');
  const nullText = given.null ?? '';
  if (nullText.length > 20 || /["\r\n,;|:\t\0]/.test(nullText)) throw errors.invalidParameter('null', nullText);
  return { bom: flag('bom'), delimiter, decimal, null: nullText, safeCells: flag('safe_cells') };
}

const delimiters = new Map([
  ['comma', ','],
  ['semicolon', ';'],
  ['pipe', '|'],
  ['tab', '\t'],
  ['\\t', '\t'],
]);

const defaultCsv: CsvOptions = { bom: false, delimiter: ',', decimal: '.', null: '', safeCells: false };
