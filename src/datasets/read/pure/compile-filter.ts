import { nearest } from '../../../resource/index.ts';
import { type Bindings, columnRef } from './bindings.ts';
import type { Column } from './column.ts';
import { type Filter, FilterProblem, type Operand } from './filter-tree.ts';
import { comparedAs, literalSql, type ValueKind, valueForms } from './literal-sql.ts';

/**
 * The tree as boolean SQL over the columns. Every name is one of `columns`, every value is bound, and both sides of a
 * comparison are of one kind; so what comes out cannot fail on its input and cannot say anything else than was meant.
 */
export function compileFilter(filter: Filter, columns: readonly Column[], bindings: Bindings): string {
  const scope: Scope = { columns, bindings };
  return conditionSql(filter, scope);
}

interface Scope {
  columns: readonly Column[];
  bindings: Bindings;
}

interface Typed {
  sql: string;
  kind: ValueKind;
  engineType: string;
}

function conditionSql(filter: Filter, scope: Scope): string {
  switch (filter.type) {
    case 'and':
    case 'or':
      return `(${filter.parts.map((part) => conditionSql(part, scope)).join(` ${filter.type} `)})`;
    case 'not':
      return `not (${conditionSql(filter.part, scope)})`;
    case 'compare': {
      const [left, right] = alike([filter.left, filter.right], scope);
      return `${left} ${filter.op === '!=' ? '<>' : filter.op} ${right}`;
    }
    case 'in': {
      const [operand, ...list] = alike([filter.operand, ...filter.list], scope);
      return `${operand} ${not(filter)}in (${list.join(', ')})`;
    }
    case 'between': {
      const [operand, low, high] = alike([filter.operand, filter.low, filter.high], scope);
      return `${operand} ${not(filter)}between ${low} and ${high}`;
    }
    case 'like': {
      const [operand, pattern] = [filter.operand, filter.pattern].map((part) => ofKind(part, 'text', scope));
      return `${operand} ${not(filter)}${filter.ignoreCase ? 'ilike' : 'like'} ${pattern}`;
    }
    case 'null': {
      const operand =
        filter.operand.type === 'literal' ? ofKind(filter.operand, 'text', scope) : typed(filter.operand, scope).sql;
      return `${operand} is ${not(filter)}null`;
    }
    case 'test':
      return ofKind(filter.operand, 'boolean', scope);
  }
}

const not = ({ negated }: { negated: boolean }): string => (negated ? 'not ' : '');

/** Operands that are compared with each other: what is a column or a call decides the kind, values follow it. */
function alike(operands: Operand[], scope: Scope): string[] {
  const leader = operands.find((operand) => operand.type !== 'literal');
  const lead = leader === undefined ? undefined : typed(leader, scope);
  const kind = lead?.kind ?? literalKind(operands);
  const parts: string[] = [];
  for (const operand of operands) {
    if (operand === leader) parts.push(lead!.sql);
    else parts.push(ofKind(operand, kind, scope, lead?.engineType));
  }
  return parts;
}

function literalKind(operands: Operand[]): ValueKind {
  for (const operand of operands) {
    if (operand.type === 'literal' && operand.kind !== 'null' && operand.kind !== 'text') return operand.kind;
  }
  return 'text';
}

function ofKind(operand: Operand, kind: ValueKind, scope: Scope, engineType = ''): string {
  if (operand.type === 'literal') return literalOf(operand, kind, engineType, scope);
  const found = typed(operand, scope);
  const dates: ValueKind[] = ['date', 'datetime'];
  if (found.kind === kind || (dates.includes(found.kind) && dates.includes(kind))) return found.sql;
  throw new FilterProblem(
    'filter_type',
    operand.at,
    `${nameOf(operand)} is ${kindNames[found.kind]}, ${kindNames[kind]} is needed here`,
  );
}

function literalOf(operand: Operand & { type: 'literal' }, kind: ValueKind, engineType: string, scope: Scope): string {
  if (operand.kind === 'null') {
    throw new FilterProblem('filter_type', operand.at, 'nothing equals null', "Write 'is null' or 'is not null'.");
  }
  // A moment is compared with a date as a moment, that is with the date's midnight.
  const asKind = kind === 'date' && operand.kind === 'datetime' ? 'datetime' : kind;
  const fits =
    operand.kind === 'text' ||
    operand.kind === asKind ||
    (operand.kind === 'number' && kind === 'boolean') ||
    (operand.kind === 'date' && kind === 'datetime');
  const sql = fits ? literalSql(operand.value, asKind, engineType, scope.bindings) : undefined;
  if (sql !== undefined) return sql;
  const hint = kind === 'text' && !fits ? `Put texts in single quotes: '${operand.value}'.` : undefined;
  throw new FilterProblem('filter_type', operand.at, `'${operand.value}' is not ${valueForms[asKind]}`, hint);
}

function typed(operand: Operand, scope: Scope): Typed {
  if (operand.type === 'literal') {
    const kind = operand.kind === 'null' ? 'text' : operand.kind;
    return { sql: literalOf(operand, kind, '', scope), kind, engineType: '' };
  }
  return operand.type === 'column' ? columnOperand(operand, scope) : callOperand(operand, scope);
}

function columnOperand({ name, at }: Operand & { type: 'column' }, { columns }: Scope): Typed {
  const column = columns.find((candidate) => candidate.name === name);
  if (column === undefined) {
    const like = nearest(
      name,
      columns.map((candidate) => candidate.name),
    );
    throw new FilterProblem(
      'unknown_column',
      at,
      `there is no column '${name}'`,
      like === undefined ? undefined : `Did you mean '${like}'?`,
    );
  }
  return columnTyped(column);
}

/** A column as it is compared: what has no order of its own, as text. */
export function columnTyped(column: Column): Typed {
  const kind = comparedAs(column.kind);
  const sql = columnRef(column.name);
  const asText = kind === 'text' && column.engineType !== 'VARCHAR';
  return { sql: asText ? `cast(${sql} as VARCHAR)` : sql, kind, engineType: asText ? 'VARCHAR' : column.engineType };
}

function callOperand(call: Operand & { type: 'call' }, scope: Scope): Typed {
  const argument = (index: number, kind: ValueKind) => ofKind(call.args[index]!, kind, scope);
  switch (call.name) {
    case 'lower':
    case 'upper':
      arity(call, 1, 1);
      return { sql: `${call.name}(${argument(0, 'text')})`, kind: 'text', engineType: 'VARCHAR' };
    case 'length':
      arity(call, 1, 1);
      return { sql: `length(${argument(0, 'text')})`, kind: 'number', engineType: 'BIGINT' };
    case 'abs':
      arity(call, 1, 1);
      return { sql: `abs(${argument(0, 'number')})`, kind: 'number', engineType: engineTypeOf(call.args[0]!, scope) };
    case 'round':
      arity(call, 1, 2);
      return {
        sql: `round(${argument(0, 'number')}, ${digitsOf(call)})`,
        kind: 'number',
        engineType: engineTypeOf(call.args[0]!, scope),
      };
    case 'year':
    case 'month':
      arity(call, 1, 1);
      return { sql: `${call.name}(${argument(0, 'date')})`, kind: 'number', engineType: 'BIGINT' };
    case 'date':
      arity(call, 1, 1);
      return { sql: `cast(${argument(0, 'datetime')} as DATE)`, kind: 'date', engineType: 'DATE' };
    case 'coalesce': {
      arity(call, 2, 10);
      const leader = call.args.find((arg) => arg.type !== 'literal');
      const lead = leader === undefined ? undefined : typed(leader, scope);
      const kind = lead?.kind ?? literalKind(call.args);
      const parts = call.args.map((arg) => (arg === leader ? lead!.sql : ofKind(arg, kind, scope, lead?.engineType)));
      return { sql: `coalesce(${parts.join(', ')})`, kind, engineType: lead?.engineType ?? '' };
    }
  }
}

/** Only asked for what `ofKind` has accepted already; its bindings are not used. */
function engineTypeOf(operand: Operand, scope: Scope): string {
  return operand.type === 'column' ? typed(operand, scope).engineType : 'DOUBLE';
}

function digitsOf(call: Operand & { type: 'call' }): number {
  const digits = call.args[1];
  if (digits === undefined) return 0;
  if (digits.type === 'literal' && /^[+-]?\d$/.test(digits.value)) return Number(digits.value);
  throw new FilterProblem('filter_type', digits.at, 'round takes a whole number of digits from -9 to 9');
}

function arity({ name, args, at }: Operand & { type: 'call' }, least: number, most: number): void {
  if (args.length >= least && args.length <= most) return;
  const wanted = least === most ? `${least}` : `${least} to ${most}`;
  throw new FilterProblem(
    'filter_syntax',
    at,
    `${name} takes ${wanted} ${most === 1 ? 'value' : 'values'}, not ${args.length}`,
  );
}

const nameOf = (operand: Operand): string => (operand.type === 'literal' ? `'${operand.value}'` : operand.name);

const kindNames: Record<ValueKind, string> = {
  text: 'text',
  number: 'a number',
  boolean: 'true or false',
  date: 'a date',
  datetime: 'a date with time',
  time: 'a time of day',
};
