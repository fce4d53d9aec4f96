import Type from 'typebox';
import { literal } from '../../platform/tabular/index.ts';
import { strictPattern } from '../pure/date-format.ts';
import { chosen, cleaningFunction, eachCell } from './step.ts';
import { blanks, columnsParam } from './tidy-text.ts';

const onlyColumns = Type.Object({ columns: columnsParam }, { additionalProperties: false });
type OnlyColumns = { columns?: string[] };

function matches(x: string, pattern: string): string {
  return `regexp_full_match(${x}, ${literal(pattern)})`;
}

/** Rewrites the cells that fit. With named columns each cell stands alone; without, a column changes only as a whole. */
function rewriting(fits: (x: string) => string, rewrite: (x: string) => string, applies: (x: string) => string = fits) {
  return ({ columns }: OnlyColumns, all: { id: string; name: string }[]) => ({
    cells: eachCell(chosen(all, columns), (id) => {
      const x = `trim(${id}, ${blanks})`;
      return `case when ${applies(x)} then ${rewrite(x)} else ${id} end`;
    }),
    ...(columns === undefined ? { everyValue: (id: string) => fits(`trim(${id}, ${blanks})`) } : {}),
  });
}

const truths = "'1', 'yes', 'Yes', 'YES', 'y', 'Y', 'true', 'True', 'TRUE', 't', 'T'";
const falsehoods = "'0', 'no', 'No', 'NO', 'n', 'N', 'false', 'False', 'FALSE', 'f', 'F'";

export const canonicalValues = [
  cleaningFunction<OnlyColumns>({
    name: 'decimal_comma',
    version: '1.0.0',
    title: 'Decimal comma to point',
    description: 'Turns 1.234,5 into 1234.5. Without named columns, only where every value reads as such a number.',
    params: onlyColumns,
    compile: rewriting(
      (x) => matches(x, '[+-]?(\\d+|\\d{1,3}(\\.\\d{3})+)(,\\d+)?'),
      (x) => `replace(replace(${x}, '.', ''), ',', '.')`,
      (x) => matches(x, '[+-]?(\\d+|\\d{1,3}(\\.\\d{3})+),\\d+|[+-]?\\d{1,3}(\\.\\d{3})+'),
    ),
  }),
  cleaningFunction<OnlyColumns & { group?: string }>({
    name: 'numbers',
    version: '1.0.0',
    title: 'Remove thousands separators',
    description: 'Turns 1,234,567.8 into 1234567.8; `group` may also be a space, a point or an apostrophe.',
    params: Type.Object(
      { columns: columnsParam, group: Type.Optional(Type.String({ minLength: 1, maxLength: 1, default: ',' })) },
      { additionalProperties: false },
    ),
    compile: (params, all) => {
      const group = params.group ?? ',';
      const mark = group.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
      return rewriting(
        (x) => matches(x, `[+-]?(\\d+|\\d{1,3}(${mark}\\d{3})+)(\\.\\d+)?`),
        (x) => `replace(${x}, ${literal(group)}, '')`,
      )(params, all);
    },
  }),
  cleaningFunction<OnlyColumns>({
    name: 'booleanish',
    version: '1.0.0',
    title: 'Yes and no to true and false',
    description:
      'Turns 1, yes, y, true and 0, no, n, false into true and false. Without named columns, only where every value is one of them.',
    params: onlyColumns,
    compile: rewriting(
      (x) => `${x} in (${truths}, ${falsehoods})`,
      (x) => `case when ${x} in (${truths}) then 'true' else 'false' end`,
    ),
  }),
  cleaningFunction<{ columns: string[]; format: string }>({
    name: 'dates',
    version: '1.0.0',
    title: 'Dates to ISO',
    description: 'Turns dates of a stated strptime format, such as %d.%m.%Y, into YYYY-MM-DD.',
    params: Type.Object(
      { columns: Type.Array(Type.String(), { minItems: 1 }), format: Type.String({ minLength: 2, maxLength: 100 }) },
      { additionalProperties: false },
    ),
    compile: ({ columns, format }, all) =>
      rewriting(
        (x) => `${matches(x, strictPattern(format))} and try_strptime(${x}, ${literal(format)}) is not null`,
        (x) => `strftime(try_strptime(${x}, ${literal(format)}), '%Y-%m-%d')`,
      )({ columns }, all),
  }),
];
