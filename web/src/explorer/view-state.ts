/**
 * What the explorer shows, as the query of its own address. The words are the API's: `filter`, `sort`, `fields`,
 * `revision` and `<column>__<operator>` are handed on as they stand, so an address can be read, shared and asked with curl.
 */
export interface View {
  conditions: Condition[];
  /** Words that must all occur somewhere in the row. */
  words: string;
  /** Raw expression, beside the conditions. */
  expression: string;
  sort: SortTerm[];
  /** Undefined: all columns, in the order of the schema. */
  fields: string[] | undefined;
  /** Undefined: the latest. */
  revision: number | undefined;
  /** Columns whose values are counted in the side panel. */
  facets: string[];
}

export interface Condition {
  column: string;
  operator: string;
  value: string;
}

export interface SortTerm {
  column: string;
  descending: boolean;
}

export type Search = Record<string, string>;

const conditionName = /^(.+)__([a-z]+)$/;

export function viewOf(search: Search): View {
  return {
    conditions: Object.entries(search).flatMap(([name, value]) => {
      const parts = conditionName.exec(name);
      return parts === null ? [] : [{ column: parts[1]!, operator: parts[2]!, value }];
    }),
    words: search.q ?? '',
    expression: search.filter ?? '',
    sort: namesIn(search.sort).map((name) =>
      name.startsWith('-') ? { column: name.slice(1), descending: true } : { column: name, descending: false },
    ),
    fields: search.fields === undefined ? undefined : namesIn(search.fields),
    revision: /^\d+$/.test(search.revision ?? '') ? Number(search.revision) : undefined,
    facets: namesIn(search.facets),
  };
}

export function searchOf(view: View): Search {
  return { ...facetless(view), ...(view.facets.length === 0 ? {} : { facets: namesOf(view.facets) }) };
}

/** What goes to the API with every read of rows and files; the revision is part of the path. */
export function queryOf(view: View): Search {
  const { revision: _, ...query } = facetless(view);
  // Columns of the key would stay whatever is chosen.
  return view.fields === undefined ? query : { ...query, key: 'false' };
}

/** The rows of the view alone, whatever their order and columns. */
export const filterOf = (view: View): Search => queryOf({ ...view, sort: [], fields: undefined });

/** Columns every table has beside its own: the row in the file, and the revision whose file it is. */
const lineageColumns = ['_row', '_rev'];

/** For the grid: the same rows with what leads back to their file, which a table of thousands of columns goes without. */
export function gridQueryOf(view: View, columns: string[]): Search {
  const names = view.fields ?? columns;
  if (names.length > 300) return queryOf(view);
  return { ...queryOf(view), key: 'false', fields: namesOf([...names, ...lineageColumns]) };
}

function facetless(view: View): Search {
  return {
    ...Object.fromEntries(view.conditions.map(({ column, operator, value }) => [`${column}__${operator}`, value])),
    ...(view.words === '' ? {} : { q: view.words }),
    ...(view.expression === '' ? {} : { filter: view.expression }),
    ...(view.sort.length === 0
      ? {}
      : { sort: namesOf(view.sort.map(({ column, descending }) => `${descending ? '-' : ''}${column}`)) }),
    ...(view.fields === undefined ? {} : { fields: namesOf(view.fields) }),
    ...(view.revision === undefined ? {} : { revision: String(view.revision) }),
  };
}

/** A comma list in which names with a comma or quote are quoted, as the API reads it. */
export function namesIn(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  const names = text.match(/(?:-?"(?:[^"]|"")*"|[^,])+/g) ?? [];
  return names.map((name) =>
    name.trim().replace(/^(-?)"(.*)"$/, (_, sign, inner) => sign + inner.replaceAll('""', '"')),
  );
}

export const namesOf = (names: string[]): string => names.map(quoted).join(',');

function quoted(name: string): string {
  if (!/[",]/.test(name)) return name;
  const sign = name.startsWith('-') ? '-' : '';
  return `${sign}"${name.slice(sign.length).replaceAll('"', '""')}"`;
}

/** One condition of a kind for each column: the newer one replaces the older. */
export function withCondition(view: View, condition: Condition, replaced?: Condition): View {
  const same = (a: Condition, b: Condition | undefined) => a.column === b?.column && a.operator === b.operator;
  const at = view.conditions.findIndex((entry) => same(entry, replaced ?? condition));
  const others = view.conditions.filter((entry) => !same(entry, condition) && !same(entry, replaced));
  return { ...view, conditions: at < 0 ? [...others, condition] : others.toSpliced(at, 0, condition) };
}

export function withoutCondition(view: View, condition: Condition): View {
  return { ...view, conditions: view.conditions.filter((entry) => entry !== condition) };
}

/** Ascending, descending, unsorted, in turn. `beside` keeps the other terms. */
export function withSortOf(view: View, column: string, beside: boolean): View {
  const now = view.sort.find((term) => term.column === column);
  const others = beside ? view.sort.filter((term) => term !== now) : [];
  if (now?.descending) return { ...view, sort: others };
  return { ...view, sort: [...others, { column, descending: now !== undefined }] };
}
