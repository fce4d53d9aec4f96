import { canonicalText } from '../../pure/canonical-text.ts';
import {
  type CellSource,
  type CompiledField,
  compileField,
  type FieldCheck,
  type RefusedTexts,
} from '../../pure/compile-field.ts';
import { type Field, primaryKeyOf, type TableSchema } from '../../pure/table-schema.ts';

/** One field of a source as SQL; `text` over the column, everything else over the text, called `t1` …, and its value, `v1` …. */
export interface CastField {
  field: Field;
  /** 1-based, of the field. */
  n: number;
  /** 1-based, of the column in the file; the field's own number where the file lacks it. */
  column: number;
  text: string;
  /** Typed value, for the checks. */
  value: string;
  /** In the form of products. */
  canonical: string;
  checks: CellCheck[];
}

export interface CellCheck {
  code: string;
  violated: string;
  /** SQL of the sentence; over `t1` … and `_row`. */
  message: string;
}

/** What a number is compared as; the cell itself keeps its text. `scale`: digits after the point that occur in its column. */
const comparable = (scale: number) => `DECIMAL(38,${Math.min(scale, 37)})`;

/** Digits after the point of the limits of a field: comparing must not round them. */
export const limitScale = ({ constraints = {}, categories = [] }: Field): number => {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, enum: listed = [] } = constraints;
  const values = categories.map((one) => (typeof one === 'object' ? one.value : one));
  const limits = [minimum, maximum, exclusiveMinimum, exclusiveMaximum, ...listed, ...values];
  return Math.max(0, ...limits.map((limit) => (/^[+-]?\d*\.(\d+)$/.exec(String(limit ?? ''))?.[1] ?? '').length));
};

export function castField(
  schema: TableSchema,
  i: number,
  column: number | undefined,
  source: { emptyIsNull: boolean; refused?: RefusedTexts | undefined; scale?: number },
): CastField {
  const field = schema.fields[i]!;
  const n = i + 1;
  const names = { t: `t${n}`, v: `v${n}` };
  const cell = column === undefined ? undefined : `c${column + 1}`;
  const { emptyIsNull, refused = {}, scale = 12 } = source;
  const from = { cell, emptyIsNull, padded: true, canonical: false, refused };
  const isNumber = field.type === 'number' || field.type === 'integer';
  const compiled = compileField(field, schema, from, names, isNumber ? 'VARCHAR' : undefined);
  const exact = isNumber ? compileField(field, schema, from, names, comparable(scale)) : compiled;
  const checks = isNumber ? numberChecks(field, schema, from, names, exact, scale) : compiled.checks;
  const at = column === undefined ? n : column + 1;
  const isRequired = field.constraints?.required === true || primaryKeyOf(schema).includes(field.name);
  return {
    field,
    n,
    column: at,
    text: compiled.text,
    value: exact.value,
    canonical: canonicalText(field, names.t, compiled.value),
    checks: [
      {
        code: 'type-or-format-error',
        violated: `(${names.t} is not null and not coalesce(${compiled.lexical}, false))`,
        message: sentence(
          n,
          at,
          `' is not type "${text(field.type)}" and format "${text(field.format ?? 'default')}"'`,
        ),
      },
      ...(isRequired
        ? [
            {
              code: 'required-constraint',
              violated: `${names.t} is null`,
              message: `'Column ${at} is a required field, but row ' || _row || ' has no value'`,
            },
          ]
        : []),
      ...checks.map(({ code, violated, expected }) => ({
        code,
        violated,
        message: sentence(n, at, `' ${text(wordsOf(code, expected))}'`),
      })),
    ],
  };
}

/** Exact where the number is a decimal of the column's scale; by its binary form where it is infinite, huge or in exponents. */
function numberChecks(
  field: Field,
  schema: TableSchema,
  source: CellSource,
  { t, v }: { t: string; v: string },
  exact: CompiledField,
  scale: number,
): FieldCheck[] {
  const { value } = compileField(field, schema, source, { t, v }, 'DOUBLE');
  const rough = compileField(field, schema, source, { t, v: `(${value})` }, 'DOUBLE').checks;
  return exact.checks.map((check, i) => ({
    ...check,
    violated: `(case when ${v} is not null and ${isDecimal(check.expected, scale)} then ${check.violated}
      when not coalesce(isnan(${value}), false) then coalesce(${rough[i]!.violated}, false) else false end)`,
  }));
}

/** Whether its limits, one or a JSON list, are decimals of this scale; infinities and exponents are not. */
function isDecimal(expected: string, scale: number): boolean {
  const limits = expected.startsWith('[') ? (JSON.parse(expected) as unknown[]) : [expected];
  return limits.every((limit) => {
    const whole = /^[+-]?0*(\d*)(?:\.\d*)?$/.exec(String(limit))?.[1];
    return whole !== undefined && whole.length + scale <= 38;
  });
}

/** `The value "v" in row r and column c …` */
const sentence = (n: number, column: number, rest: string): string =>
  `'The value "' || t${n} || '" in row ' || _row || ' and column ${column}' || ${rest}`;

/** Inside a quoted SQL text. */
const text = (plain: string): string => plain.replaceAll("'", "''");

function wordsOf(code: string, expected: string): string {
  if (code === 'enumerable-constraint') return `does not conform to the given enumeration: "${expected}"`;
  if (code === 'category-constraint') return `does not conform to the given categories: "${expected}"`;
  const name = code.replace(/-constraint$/, '').replaceAll('-', ' ');
  return `does not conform to the ${name} constraint of "${expected}"`;
}
