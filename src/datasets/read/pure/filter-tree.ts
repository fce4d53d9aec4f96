/** A filter as it was written. `at` is the position of the thing in the text, from 0. */
export type Filter =
  | { type: 'and' | 'or'; parts: Filter[] }
  | { type: 'not'; part: Filter }
  | { type: 'compare'; op: CompareOp; left: Operand; right: Operand; at: number }
  | { type: 'in'; operand: Operand; list: Operand[]; negated: boolean; at: number }
  | { type: 'between'; operand: Operand; low: Operand; high: Operand; negated: boolean; at: number }
  | { type: 'like'; operand: Operand; pattern: Operand; ignoreCase: boolean; negated: boolean; at: number }
  | { type: 'null'; operand: Operand; negated: boolean; at: number }
  /** A boolean column by itself. */
  | { type: 'test'; operand: Operand; at: number };

export type CompareOp = '=' | '!=' | '<' | '<=' | '>' | '>=';

export type Operand =
  | { type: 'column'; name: string; at: number }
  | { type: 'literal'; kind: LiteralKind; value: string; at: number }
  | { type: 'call'; name: FunctionName; args: Operand[]; at: number };

export type LiteralKind = 'text' | 'number' | 'boolean' | 'date' | 'datetime' | 'null';

export const functionNames = ['lower', 'upper', 'length', 'abs', 'round', 'year', 'month', 'date', 'coalesce'] as const;
export type FunctionName = (typeof functionNames)[number];

/** Why a filter cannot be used, and where in its text. */
export class FilterProblem extends Error {
  readonly code: 'filter_syntax' | 'filter_too_long' | 'unknown_column' | 'filter_type';
  readonly at: number;
  readonly hint: string | undefined;

  constructor(code: FilterProblem['code'], at: number, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.at = at;
    this.hint = hint;
  }
}
