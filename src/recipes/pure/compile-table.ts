import type { Staged, StagedColumn } from '../staged.ts';
import { type CompiledField, compileField, type Physical, type RefusedTexts } from './compile-field.ts';
import { type Field, primaryKeyOf, type TableSchema } from './table-schema.ts';

/** A field and the staged column it is read from; `column` undefined = the file lacks it. */
export interface BoundField {
  field: Field;
  column: StagedColumn | undefined;
  inferred: boolean;
  /** Not published: a row with a value here is lost. */
  discard?: boolean;
  physical?: Physical;
  /** How the cells are read when the field itself leaves that open (`format: any`). */
  readAs?: Field;
}

export interface CellRule {
  /** 0-based field. */
  field: number;
  /** Position among the field's rules. */
  rule: number;
  code: string;
  column: string;
  /** Completes "Value 'v' …"; undefined for a missing value. */
  phrase: string | undefined;
  expected: string | undefined;
  ruleName: string;
  /** Whether emptying the cell would mend the row. */
  mendable: boolean;
}

export interface CompiledTable {
  fields: CompiledField[];
  rules: CellRule[];
  /**
   * Rows with typed values `f1…fk` and `_bad`: 0 good, 1 cells emptied, 2 row lost, 3 blank row; `_raw` holds the original cells
   * of rows that are not good. `source` gives `c1…cm`. With `stopAfter` the statement fails with `tooManyBadRows` at the first bad row
   * beyond that number, counted by the sequence `bad_row`.
   */
  typed(source: string, carried: readonly string[], stopAfter?: number): string;
  /** One row per violated rule: the carried columns, `f`, `k` (field and rule) and `value`. */
  violations(source: string, carried: readonly string[]): string;
  /** Fields with values that fit their type but not its storage, with how many. */
  narrow(source: string): string | undefined;
}

export const tooManyBadRows = 'more bad rows than allowed';

/**
 * A schema as SQL over staged text. Everything that can be judged from one row alone is decided in one pass; only
 * uniqueness needs another look.
 */
export function compileTable(
  bound: readonly BoundField[],
  schema: TableSchema,
  staged: Pick<Staged, 'columns' | 'emptyIsNull' | 'padded'>,
  options: {
    emptyBadCells: boolean;
    cellsOf: (source: string, carried: readonly string[]) => string;
    rawIds: string[];
    refused?: (field: Field) => RefusedTexts;
  },
): CompiledTable {
  const key = new Set(primaryKeyOf(schema));
  const fields = bound.map(({ field, column, inferred, physical, readAs }, i) =>
    compileField(
      readAs ?? field,
      schema,
      {
        cell: column?.id,
        emptyIsNull: staged.emptyIsNull,
        padded: staged.padded,
        canonical: inferred,
        refused: options.refused?.(field) ?? {},
      },
      { t: `t${i}`, v: `v${i}`, w: `w${i}` },
      physical,
    ),
  );
  const required = (field: Field) => field.constraints?.required === true || key.has(field.name);
  const rules: CellRule[] = [];
  const violated: string[][] = [];
  fields.forEach(({ field, checks }, i) => {
    const column = field.name;
    const own: string[] = [];
    const rule = (
      code: string,
      test: string,
      ruleName: string,
      more: Pick<CellRule, 'phrase' | 'expected' | 'mendable'>,
    ) => {
      rules.push({ field: i, rule: own.length, code, column, ruleName, ...more });
      own.push(test);
    };
    if (bound[i]!.discard) {
      rule('extra-header', `t${i} is not null`, 'schema_policy', {
        phrase: 'stands in a column that is not in the schema',
        expected: undefined,
        mendable: false,
      });
    }
    if (castable(field)) {
      rule('type-or-format-error', `(t${i} is not null and v${i} is null)`, 'type', {
        phrase: `is not '${field.type}'`,
        expected: field.format && field.format !== 'default' ? `${field.type} ${field.format}` : field.type,
        mendable: !required(field),
      });
    }
    if (required(field)) {
      rule('required-constraint', `t${i} is null`, 'required', {
        phrase: undefined,
        expected: undefined,
        mendable: false,
      });
    }
    for (const check of checks) {
      rule(check.code, check.violated, check.code.replace(/-constraint$/, ''), {
        phrase: check.phrase,
        expected: check.expected,
        mendable: !required(field),
      });
    }
    violated.push(own);
  });

  const texts = fields.map((field, i) => `${field.text} as t${i}`);
  const casts = fields.flatMap(({ quick }, i) => (quick ? [`${quick.cast} as w${i}`] : []));
  const values = fields.map(({ quick, value }, i) => `${quick?.value ?? value} as v${i}`);
  const layered = (source: string, carried: readonly string[]) => {
    const kept = carried.length > 0 ? `${carried.join(', ')}, ` : '';
    const cells = options.cellsOf(source, [...carried, ...options.rawIds]);
    const raw = options.rawIds.length > 0 ? `${options.rawIds.join(', ')}, ` : '';
    const cast = `(select ${['*', ...casts].join(', ')} from (select ${kept}${raw}${texts.join(', ')} from ${cells}))`;
    return `(select *, ${values.join(', ')} from ${cast})`;
  };
  const all = violated.flat();
  const lost = rules
    .filter((rule) => !(options.emptyBadCells && rule.mendable))
    .map((rule) => violated[rule.field]![rule.rule]!);
  const blank =
    fields.length === 0 ? 'false' : `coalesce(${[...fields.map((_, i) => `t${i}`), 'null'].join(', ')}) is null`;

  return {
    fields,
    rules,
    typed(source, carried, stopAfter) {
      const kept = carried.length > 0 ? `${carried.join(', ')}, ` : '';
      const outputs = fields.map(({ physical, checks }, i) => {
        const nulled =
          options.emptyBadCells && checks.length > 0
            ? `case when ${anyOf(checks.map((c) => c.violated))} then null else v${i} end`
            : `v${i}`;
        return `${nulled}::${physical} as f${i + 1}`;
      });
      const bad = `case when ${blank} then 3 when ${anyOf(lost)} then 2 when ${anyOf(all)} then 1 else 0 end`;
      const raw =
        options.rawIds.length === 0 ? 'null::varchar[]' : `case when _bad > 0 then [${options.rawIds.join(', ')}] end`;
      const fate =
        stopAfter === undefined
          ? '_bad'
          : `case when _bad in (1, 2) then case when nextval('bad_row') > ${Math.floor(stopAfter)} then error('${tooManyBadRows}')::tinyint else _bad end else _bad end as _bad`;
      return `select ${kept}${outputs.join(', ')}, ${fate}, ${raw} as _raw from (select *, (${bad})::tinyint as _bad from ${layered(source, carried)})`;
    },
    violations(source, carried) {
      const kept = carried.length > 0 ? `${carried.join(', ')}, ` : '';
      const entries = rules.map(
        (rule) =>
          `case when ${violated[rule.field]![rule.rule]} then {f: ${rule.field}, k: ${rule.rule}, value: left(t${rule.field}, 200)} end`,
      );
      if (entries.length === 0)
        return `select ${kept}0 as f, 0 as k, ''::varchar as value from ${layered(source, carried)} where false`;
      const list = `list_filter([${entries.join(', ')}], lambda x: x is not null)`;
      return `select ${kept}unnest(found, recursive := true) from (select ${kept}${list} as found from ${layered(source, carried)} where not (${blank}))`;
    },
    narrow(source) {
      const sums = fields
        .map(({ field, lexical }, i) =>
          field.type === 'integer' || field.type === 'number'
            ? `count(*) filter (where v${i} is null and ${lexical})::double as n${i}`
            : undefined,
        )
        .filter((sum) => sum !== undefined);
      return sums.length === 0 ? undefined : `select ${sums.join(', ')} from ${layered(source, [])}`;
    },
  };
}

/** Types that take any text never fail to cast. */
function castable(field: Field): boolean {
  if (field.type === 'string') return field.format !== undefined && field.format !== 'default';
  if (field.type === 'list') return (field.itemType ?? 'string') !== 'string';
  return field.type !== 'any';
}

function anyOf(tests: readonly string[]): string {
  return tests.length === 0 ? 'false' : `coalesce(${tests.map((test) => `(${test})`).join(' or ')}, false)`;
}
