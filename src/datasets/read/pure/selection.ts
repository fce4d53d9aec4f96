import { nearest } from '../../../resource/index.ts';
import { Bindings } from './bindings.ts';
import type { Column } from './column.ts';
import { compileFilter } from './compile-filter.ts';
import { type Filter, FilterProblem } from './filter-tree.ts';
import { isLookup, type Lookup, lookupSql, lookups } from './lookup-sql.ts';
import { parseFilter } from './parse-filter.ts';
import { searchSql } from './search-sql.ts';
import { splitNames } from './split-names.ts';

/** Which rows and columns, in which order: what a request asks for, checked against the columns there are. */
export interface Selection {
  /** All there are. */
  columns: readonly Column[];
  /** Those that leave, in this order. */
  shown: Column[];
  filters: { tree: Filter; text: string }[];
  lookups: { column: Column; lookup: Lookup; value: string }[];
  /** Every word must occur in one of the searched columns. */
  words: string[];
  searched: Column[];
  sort: { column: Column; descending: boolean }[];
  distinct: boolean;
  /** The parameters that decide the above, sorted: two requests with the same ones mean the same rows. */
  parameters: [string, string][];
}

export type Parameters = Readonly<Record<string, string | string[] | undefined>>;

/** Why a request cannot be understood; becomes a 400 at the edge. */
export class SelectionProblem extends Error {
  readonly parameter: string;
  readonly code: string;
  readonly at: number | undefined;
  readonly hint: string | undefined;

  constructor(parameter: string, code: string, message: string, hint?: string, at?: number) {
    super(message);
    this.parameter = parameter;
    this.code = code;
    this.hint = hint;
    this.at = at;
  }
}

export const selectionParameters = ['filter', 'filter_by', 'fields', 'key', 'sort', 'distinct', 'q'] as const;

/**
 * `others` are the parameters that belong to somebody else (format, limit …); any name that is in neither list must be
 * `column` or `column__lookup`.
 */
export function parseSelection(
  parameters: Parameters,
  columns: readonly Column[],
  others: readonly string[],
): Selection {
  const one = (name: string) => single(parameters, name);
  const withKey = booleanOf('key', one('key'), true);
  const selection: Selection = {
    columns,
    shown: shownColumns(one('fields'), columns, withKey),
    filters: ['filter', 'filter_by'].flatMap((name) => parsedFilter(name, one(name), columns)),
    lookups: lookupsOf(parameters, columns, others),
    words: (one('q') ?? '').split(/\s+/u).filter((word) => word !== ''),
    searched: columns.filter((column) => !column.hidden),
    sort: sortOf(one('sort'), columns),
    distinct: booleanOf('distinct', one('distinct'), false),
    parameters: decisive(parameters, others),
  };
  if (selection.words.length > 20) throw new SelectionProblem('q', 'invalid_parameter', 'q takes up to 20 words');
  const unseen = selection.sort.find(({ column }) => !selection.shown.includes(column));
  if (selection.distinct && unseen !== undefined) {
    throw new SelectionProblem(
      'sort',
      'invalid_parameter',
      `with distinct, rows can be sorted by shown columns only; '${unseen.column.name}' is not`,
    );
  }
  return selection;
}

/** The condition of a selection as SQL; undefined: every row. */
export function conditionOf(selection: Selection, bindings: Bindings): string | undefined {
  const { filters, lookups, words, searched } = selection;
  const parts = [
    ...filters.map(({ tree }) => compileFilter(tree, selection.columns, bindings)),
    ...lookups.map(({ column, lookup, value }) => lookupSql(column, lookup, value, bindings)),
    ...(words.length > 0 ? [searchSql(words, searched, bindings)] : []),
  ];
  return parts.length === 0 ? undefined : parts.map((part) => `(${part})`).join(' and ');
}

function shownColumns(text: string | undefined, columns: readonly Column[], withKey: boolean): Column[] {
  const plain = columns.filter((column) => !column.hidden);
  const listed = splitNames(text ?? '').map(({ name, minus }) => resolveListed(name, minus, columns));
  const kept = (column: Column) => withKey && column.key;
  const excluded = new Set(listed.filter(({ minus }) => minus).map(({ column }) => column));
  const wanted = [...new Set(listed.filter(({ minus }) => !minus).map(({ column }) => column))];
  const base =
    wanted.length === 0 ? plain : [...plain.filter((column) => kept(column) && !wanted.includes(column)), ...wanted];
  const shown = base.filter((column) => kept(column) || !excluded.has(column));
  if (shown.length === 0) throw new SelectionProblem('fields', 'invalid_parameter', 'fields leaves no column');
  return shown;
}

/** A column may be called `-a`: the whole is tried first. */
function resolveListed(name: string, minus: boolean, columns: readonly Column[]) {
  const literally = minus ? columns.find((column) => column.name === `-${name}`) : undefined;
  return literally === undefined
    ? { column: findColumn('fields', name, columns), minus }
    : { column: literally, minus: false };
}

function sortOf(text: string | undefined, columns: readonly Column[]): Selection['sort'] {
  const seen = new Set<Column>();
  return splitNames(text ?? '').flatMap(({ name, minus }) => {
    const column = findColumn('sort', name, columns);
    if (seen.has(column)) return [];
    seen.add(column);
    return [{ column, descending: minus }];
  });
}

function findColumn(parameter: string, name: string, columns: readonly Column[]): Column {
  const found = columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const names = columns.map((column) => column.name);
  throw new SelectionProblem(parameter, 'unknown_column', `there is no column '${name}'`, hintFor(name, names));
}

const hintFor = (name: string, names: Iterable<string>): string | undefined => {
  const like = nearest(name, names);
  return like === undefined ? undefined : `Did you mean '${like}'?`;
};

/** Parsed and compiled once for its findings; later statements bind it anew. */
function parsedFilter(name: string, text: string | undefined, columns: readonly Column[]): Selection['filters'] {
  if (text === undefined || text.trim() === '') return [];
  return attempt(name, () => {
    const tree = parseFilter(text);
    compileFilter(tree, columns, new Bindings());
    return [{ tree, text }];
  });
}

function lookupsOf(
  parameters: Parameters,
  columns: readonly Column[],
  others: readonly string[],
): Selection['lookups'] {
  const known: readonly string[] = [...selectionParameters, ...others];
  return Object.entries(parameters).flatMap(([name, given]) => {
    if (known.includes(name) || given === undefined) return [];
    const { column, lookup } = columnAndLookup(name, columns, known);
    const values = [given].flat();
    return values.map((value) => {
      attempt(name, () => lookupSql(column, lookup, value, new Bindings()));
      return { column, lookup, value };
    });
  });
}

function columnAndLookup(
  name: string,
  columns: readonly Column[],
  known: readonly string[],
): { column: Column; lookup: Lookup } {
  const whole = columns.find((column) => column.name === name);
  if (whole !== undefined) return { column: whole, lookup: 'eq' };
  const at = name.lastIndexOf('__');
  const [field, op] = at > 0 ? [name.slice(0, at), name.slice(at + 2)] : [name, undefined];
  const column = columns.find((candidate) => candidate.name === field);
  if (column === undefined) {
    const names = columns.map((candidate) => candidate.name);
    throw op === undefined
      ? new SelectionProblem(
          name,
          'unknown_parameter',
          `there is no parameter and no column '${name}'`,
          hintFor(name, [...known, ...names]),
        )
      : new SelectionProblem(name, 'unknown_column', `there is no column '${field}'`, hintFor(field, names));
  }
  if (op === undefined || !isLookup(op)) {
    throw new SelectionProblem(
      name,
      'unknown_lookup',
      `there is no lookup '${op}'`,
      hintFor(op ?? '', Object.keys(lookups)),
    );
  }
  return { column, lookup: op };
}

function attempt<T>(parameter: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FilterProblem)) throw error;
    throw new SelectionProblem(parameter, error.code, error.message, error.hint, error.at);
  }
}

/** The parameter's one value. Throws when it is given more than once. */
export function single(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name];
  if (!Array.isArray(value)) return value;
  if (value.length > 1) throw new SelectionProblem(name, 'invalid_parameter', `'${name}' is given more than once`);
  return value[0];
}

export function booleanOf(name: string, text: string | undefined, fallback: boolean): boolean {
  if (text === undefined || text === '') return fallback;
  if (['true', '1', 'yes'].includes(text.toLowerCase())) return true;
  if (['false', '0', 'no'].includes(text.toLowerCase())) return false;
  throw new SelectionProblem(name, 'invalid_parameter', `'${name}' is true or false, not '${text}'`);
}

function decisive(parameters: Parameters, others: readonly string[]): [string, string][] {
  return Object.entries(parameters)
    .filter(([name]) => !others.includes(name))
    .flatMap(([name, value]) => [value ?? []].flat().map((text): [string, string] => [name, text]))
    .filter(([, text]) => text !== '')
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1));
}
