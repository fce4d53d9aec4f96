import { compileSql, type Sql } from '../../platform/db/index.ts';
import type { Access } from '../access.ts';
import type { Bind } from './lookups.ts';
import { accessWhere, type Column, type Join, type Model, quote, tableOf } from './model.ts';
import type { Condition } from './query.ts';

/** A statement being written: its text is put together by the caller, its values are numbered here. */
export interface Statement {
  values: unknown[];
  bind: Bind;
  /** Takes over a finished piece of SQL, its parameters renumbered. */
  embed(piece: Sql): string;
}

export function newStatement(): Statement {
  const values: unknown[] = [];
  return {
    values,
    bind: (value, sqlType) => `$${values.push(value)}::${sqlType}`,
    embed: (piece) => {
      const { text, values: own } = compiled(piece);
      if (own.length === 0) return text;
      const before = values.length;
      values.push(...own);
      return text.replace(/\$(\d+)/g, (_, number: string) => `$${before + Number(number)}`);
    },
  };
}

/** The same piece is embedded again and again while one Access serves many requests. */
const memory = new WeakMap<Sql, { text: string; values: unknown[] }>();

function compiled(piece: Sql): { text: string; values: unknown[] } {
  const known = memory.get(piece);
  if (known) return known;
  const fresh = compileSql(piece);
  memory.set(piece, fresh);
  return fresh;
}

/** Each join only reaches rows its own resource would show to the caller. */
export function joinsText(statement: Statement, from: string, joins: Iterable<Join>, access: Access): string {
  let text = from;
  for (const join of joins) {
    const { target } = join;
    const visible = visibleRows(statement, target, target.declaration.permission.read, join.alias, access);
    const key = `${target.primaryKey.sql(join.alias)} = ${join.foreignKey.sql(join.parentAlias)}`;
    text += ` left join ${tableOf(target)} ${join.alias} on ${key}${visible === 'true' ? '' : ` and ${visible}`}`;
  }
  return text;
}

/** Columns of which each caller is shown their own part; nothing of them is shown by way of another resource. */
export function shownTo(statement: Statement, columns: readonly Column[], access: Access): readonly Column[] {
  if (columns.every(({ field }) => field.field.shown_to === undefined)) return columns;
  return columns.map((column) => {
    const { shown_to: shown } = column.field.field;
    if (shown === undefined) return column;
    return { ...column, sql: column.joins.length > 0 ? 'null' : `(${statement.embed(shown(access))})` };
  });
}

/** The permission predicate as text; it is part of every statement, whatever it does. */
export function visibleRows(
  statement: Statement,
  model: Model,
  right: string | null,
  alias: string,
  access: Access,
): string {
  return statement.embed(predicateOf(model, right, alias, access));
}

/** Is there no row at all on which the caller could hold the right? */
export function isHopeless(model: Model, right: string | null, access: Access): boolean {
  return compiled(predicateOf(model, right, 't', access)).text === 'false';
}

const predicates = new WeakMap<Access, Map<string, Sql>>();

function predicateOf(model: Model, right: string | null, alias: string, access: Access): Sql {
  const own = predicates.get(access) ?? new Map<string, Sql>();
  predicates.set(access, own);
  const key = `${model.name} ${alias} ${right}`;
  const piece = own.get(key) ?? accessWhere(model, right, alias, access);
  own.set(key, piece);
  return piece;
}

/** Conditions as SQL, all to be met. */
export function conditionsText(statement: Statement, conditions: readonly Condition[]): string {
  return conditions.map((condition) => conditionText(statement, condition)).join(' and ') || 'true';
}

function conditionText(statement: Statement, condition: Condition): string {
  if ('sql' in condition) return `(${statement.embed(condition.sql)})`;
  if ('all' in condition) return `(${conditionsText(statement, condition.all)})`;
  if ('any' in condition) {
    return `(${condition.any.map((part) => conditionText(statement, part)).join(' or ') || 'false'})`;
  }
  const { column, lookup, values, negated } = condition;
  const text = lookup.sql(column.sql, values, statement.bind, column.field);
  // `is not true` and not `not`: a row without the value is kept by a negation.
  return negated ? `(${text}) is not true` : text;
}

/** Joins that conditions and columns need, each once, parents first. */
export function joinsOf(columns: Iterable<{ joins: Join[] }>, into: Map<string, Join> = new Map()): Map<string, Join> {
  for (const column of columns) for (const join of column.joins) into.set(join.alias, join);
  return into;
}

export function joinsOfConditions(conditions: readonly Condition[], into: Map<string, Join>): Map<string, Join> {
  for (const condition of conditions) {
    if ('any' in condition) joinsOfConditions(condition.any, into);
    else if ('all' in condition) joinsOfConditions(condition.all, into);
    else joinsOf(['sql' in condition ? condition : condition.column], into);
  }
  return into;
}

export function hasSlowLookup(conditions: readonly Condition[]): boolean {
  return conditions.some((condition) =>
    'any' in condition
      ? hasSlowLookup(condition.any)
      : 'all' in condition
        ? hasSlowLookup(condition.all)
        : 'lookup' in condition && condition.lookup.slow === true,
  );
}

export const quoteLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export { quote };
