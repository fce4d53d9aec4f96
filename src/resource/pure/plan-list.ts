import type { Access } from '../access.ts';
import type { Column, Model } from './model.ts';
import type { ListQuery, OrderTerm, Position } from './query.ts';
import { jsonRow } from './render.ts';
import {
  conditionsText,
  joinsOf,
  joinsOfConditions,
  joinsText,
  newStatement,
  type Statement,
  shownTo,
  visibleRows,
} from './statement.ts';

export interface Plan {
  text: string;
  values: unknown[];
}

/** What a list reads from: the table or view, or SQL the declaration gave for this request. */
export type Source = { table: string } | { sql: Parameters<Statement['embed']>[0] };

export interface PageNeeds {
  source: Source;
  /** Count all matches up to this many in the same statement. */
  countUpTo: number | undefined;
  /** Counts made before, by `countKey`: not made again while the database has not changed at all. */
  knownCounts: ReadonlyMap<string, Known<number>>;
  /** Look one row further, to know of a next page without counting. */
  lookAhead: boolean;
}

/** What a statement found, and the `pg_current_snapshot()` it ran in: equal snapshots see equal rows. */
export interface Known<Found> {
  found: Found;
  snapshot: string;
}

/** The row that a page's statement gives. */
export interface PageRow {
  /** Rows found, the one looked ahead included. */
  n: number;
  /** Objects separated by commas; null when there are none. */
  body: string | null;
  /** Values of the order's columns, as text, in the first and in the last row of the page. */
  first: (string | null)[] | null;
  last: (string | null)[] | null;
  /** Null: not asked for, or as known before. */
  total: number | null;
  snapshot: string;
}

/** One statement: the page as JSON text, the keys at both ends for cursors, and the bounded count. */
export function planPage(
  model: Model,
  query: ListQuery,
  access: Access,
  needs: PageNeeds,
): Plan & { countKey: string | undefined; known: Known<number> | undefined } {
  const statement = newStatement();
  const { total, countKey, known } = countPart(statement, model, query, access, needs);
  const back = query.position?.back ?? false;
  const columns = shownTo(statement, query.fields, access);
  const keys = query.order.map(({ column }) => column);
  const inner = new Map<string, string>();
  const alias = (sql: string) => {
    if (!inner.has(sql)) inner.set(sql, `c${inner.size}`);
    return `p.${inner.get(sql)}`;
  };
  const row = jsonRow(columns, (column) => alias(column.sql));
  const keyAliases = keys.map((column) => alias(column.sql));
  const rows = needs.lookAhead ? query.limit + 1 : query.limit;

  const selected = [...inner].map(([sql, name]) => `${sql} as ${name}`).join(', ');
  const { from, where } = matching(statement, model, query, access, needs.source, [...columns, ...keys]);
  const position = query.position ? ` and ${beyond(statement, query.order, query.position)}` : '';
  const paging = `limit ${statement.bind(rows, 'bigint')}${query.offset > 0 && !query.position ? ` offset ${statement.bind(query.offset, 'bigint')}` : ''}`;
  let page = `select ${selected} from ${from} where ${where}${position} order by ${orderText(query.order, back)} ${paging}`;
  if (back) {
    const forward = query.order.map((term, index) => ({
      ...term,
      column: { ...term.column, sql: keyAliases[index]! },
    }));
    page = `select * from (${page}) p order by ${orderText(forward, false)}`;
  }
  // Of limit + 1 rows the surplus one is the last; read backwards, the first.
  const [low, high] = !needs.lookAhead
    ? ['1', 'count(*)::int']
    : back
      ? [`greatest(1, count(*)::int - ${query.limit} + 1)`, 'count(*)::int']
      : ['1', `least(count(*)::int, ${query.limit})`];
  const body = needs.lookAhead
    ? `array_to_string((array_agg(${row}))[${low}:${high}], ',')`
    : `string_agg(${row}, ',')`;
  const keysAt = (index: string) =>
    `array[${keyAliases.map((key) => `(array_agg(${key}))[${index}]::text`).join(', ')}]`;
  return {
    text: `select count(*)::int as n, ${body} as body, ${keysAt(low)} as first, ${keysAt(high)} as last, ${total} as total, pg_current_snapshot()::text as snapshot from (${page}) p`,
    values: statement.values,
    countKey,
    known,
  };
}

/**
 * The exact count, unless the database is still in the snapshot of a count known: it is only made again after somebody,
 * anywhere, has written something.
 */
function countPart(statement: Statement, model: Model, query: ListQuery, access: Access, needs: PageNeeds) {
  if (needs.countUpTo === undefined) return { total: 'null', countKey: undefined, known: undefined };
  const count = countText(statement, model, query, access, needs.source, needs.countUpTo);
  const countKey = `${count} ${JSON.stringify(statement.values)}`;
  const known = needs.knownCounts.get(countKey);
  return {
    total: `case when pg_current_snapshot()::text = ${statement.bind(known?.snapshot ?? '', 'text')} then null else (${count}) end`,
    countKey,
    known,
  };
}

/** All matches inside the caller's scope, whatever the page; counting stops at `upTo`. */
export function planCount(
  model: Model,
  query: ListQuery,
  access: Access,
  source: Source,
  upTo: number | undefined,
): Plan {
  const statement = newStatement();
  return {
    text: `select (${countText(statement, model, query, access, source, upTo)}) as total`,
    values: statement.values,
  };
}

/** The bare rows, whatever the page: as SQL for another statement, or for the planner's estimate. */
export function planMatches(
  model: Model,
  query: ListQuery,
  access: Access,
  source: Source,
  selected: '1' | 't.*' = '1',
): Plan {
  const statement = newStatement();
  const { from, where } = matching(statement, model, query, access, source, []);
  return { text: `select ${selected} from ${from} where ${where}`, values: statement.values };
}

/** Every matching row, each as the expressions asked for, in order; for streams. */
export function planRows(
  model: Model,
  query: ListQuery,
  access: Access,
  source: Source,
  expressions: (column: Column, sql: string) => string,
  combine: (parts: string[]) => string,
): Plan {
  const statement = newStatement();
  const keys = query.order.map(({ column }) => column);
  const { from, where } = matching(statement, model, query, access, source, [...query.fields, ...keys]);
  const position = query.position ? ` and ${beyond(statement, query.order, query.position)}` : '';
  const limit = Number.isFinite(query.limit) ? ` limit ${statement.bind(query.limit, 'bigint')}` : '';
  const offset = query.offset > 0 && !query.position ? ` offset ${statement.bind(query.offset, 'bigint')}` : '';
  const shown = shownTo(statement, query.fields, access);
  const parts = combine(shown.map((column) => expressions(column, column.sql)));
  return {
    text: `select ${parts} from ${from} where ${where}${position} order by ${orderText(query.order, false)}${limit}${offset}`,
    values: statement.values,
  };
}

export function sourceText(statement: Statement, source: Source): string {
  return 'table' in source ? `${source.table} t` : `(${statement.embed(source.sql)}) t`;
}

function matching(
  statement: Statement,
  model: Model,
  query: ListQuery,
  access: Access,
  source: Source,
  columns: Column[],
): { from: string; where: string } {
  const joins = joinsOfConditions(query.condition, joinsOf(columns));
  const from = joinsText(statement, sourceText(statement, source), joins.values(), access);
  const visible = visibleRows(statement, model, model.declaration.permission.read, 't', access);
  const wanted = conditionsText(statement, query.condition);
  return { from, where: `${visible} and ${wanted}` };
}

function countText(
  statement: Statement,
  model: Model,
  query: ListQuery,
  access: Access,
  source: Source,
  upTo: number | undefined,
): string {
  const { from, where } = matching(statement, model, query, access, source, []);
  return upTo === undefined
    ? `select count(*) from ${from} where ${where}`
    : `select count(*) from (select 1 from ${from} where ${where} limit ${upTo}) c`;
}

/**
 * Nulls last in both directions. Where there are none, the words are left out: with them an index could not be read
 * backwards.
 */
export function orderText(order: readonly OrderTerm[], reversed: boolean): string {
  return order
    .map(({ column, descending }) => {
      const down = descending !== reversed;
      const nulls = column.nullable ? (reversed ? ' nulls first' : ' nulls last') : '';
      return `${column.sql}${down ? ' desc' : ''}${nulls}`;
    })
    .join(', ');
}

/** The rows after (or before) a position, as a condition an index on the order can serve. */
function beyond(statement: Statement, order: readonly OrderTerm[], position: Position): string {
  const values = position.values;
  const cast = (term: OrderTerm, index: number) => statement.bind(values[index], term.column.field.sqlType);
  const direction = order[0]!.descending;
  const uniform = order.every((term) => term.descending === direction && !term.column.nullable);
  if (uniform) {
    const operator = direction === position.back ? '>' : '<';
    const left = order.map((term) => term.column.sql).join(', ');
    return `(${left}) ${operator} (${order.map(cast).join(', ')})`;
  }
  const alternatives = order.map((term, index) => {
    const after = strictlyBeyond(term, values[index] ?? null, position.back, () => cast(term, index));
    if (after === undefined) return undefined;
    const equal = order
      .slice(0, index)
      .map((before, at) =>
        values[at] === null ? `${before.column.sql} is null` : `${before.column.sql} = ${cast(before, at)}`,
      );
    return `(${[...equal, after].join(' and ')})`;
  });
  const possible = alternatives.filter((part) => part !== undefined);
  // Nothing comes after nulls only.
  if (possible.length === 0) return 'false';
  const any = `(${possible.join(' or ')})`;
  // Says nothing new, but it is what an index on the first column can start from.
  const lead = order[0]!;
  return lead.column.nullable
    ? any
    : `${lead.column.sql} ${direction === position.back ? '>=' : '<='} ${cast(lead, 0)} and ${any}`;
}

function strictlyBeyond(
  { column, descending }: OrderTerm,
  value: string | null,
  back: boolean,
  bind: () => string,
): string | undefined {
  if (value === null) return back ? `${column.sql} is not null` : undefined;
  const past = `${column.sql} ${descending === back ? '>' : '<'} ${bind()}`;
  return !back && column.nullable ? `(${past} or ${column.sql} is null)` : past;
}
