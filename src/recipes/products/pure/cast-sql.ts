import { canonicalText } from '../../pure/canonical-text.ts';
import { compileField, type RefusedTexts } from '../../pure/compile-field.ts';
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

/** Decimals wide enough to compare with a bound; the cell itself keeps its text. */
const comparable = 'DECIMAL(38,12)';

export function castField(
  schema: TableSchema,
  i: number,
  column: number | undefined,
  source: { emptyIsNull: boolean; refused?: RefusedTexts | undefined },
): CastField {
  const field = schema.fields[i]!;
  const n = i + 1;
  const names = { t: `t${n}`, v: `v${n}` };
  const cell = column === undefined ? undefined : `c${column + 1}`;
  const { emptyIsNull, refused = {} } = source;
  const from = { cell, emptyIsNull, padded: true, canonical: false, refused };
  const isNumber = field.type === 'number' || field.type === 'integer';
  const compiled = compileField(field, schema, from, names, isNumber ? 'VARCHAR' : undefined);
  const { checks } = isNumber ? compileField(field, schema, from, names, comparable) : compiled;
  const at = column === undefined ? n : column + 1;
  const isRequired = field.constraints?.required === true || primaryKeyOf(schema).includes(field.name);
  return {
    field,
    n,
    column: at,
    text: compiled.text,
    value: isNumber ? `try_cast(${compiled.value} as ${comparable})` : compiled.value,
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
