import Type from 'typebox';
import { literal } from '../../platform/tabular/index.ts';
import { chosen, cleaningFunction, eachCell } from './step.ts';

export const columnsParam = Type.Optional(
  Type.Array(Type.String(), { description: 'Column names. Default: all.', minItems: 1 }),
);
const onlyColumns = Type.Object({ columns: columnsParam }, { additionalProperties: false });
type OnlyColumns = { columns?: string[] };

export const blanks = "' ' || chr(9) || chr(10) || chr(13) || chr(160)";

export const tidyText = [
  cleaningFunction<OnlyColumns>({
    name: 'trim',
    version: '1.0.0',
    title: 'Trim blanks',
    description: 'Removes blanks, tabs, line ends and non-breaking spaces around values.',
    params: onlyColumns,
    compile: ({ columns }, all) => ({ cells: eachCell(chosen(all, columns), (x) => `trim(${x}, ${blanks})`) }),
  }),
  cleaningFunction<OnlyColumns>({
    name: 'collapse_spaces',
    version: '1.0.0',
    title: 'Collapse spaces',
    description: 'Makes one space of every run of blanks inside a value.',
    params: onlyColumns,
    compile: ({ columns }, all) => ({
      cells: eachCell(chosen(all, columns), (x) => `regexp_replace(${x}, '[\\s\\x{a0}]+', ' ', 'g')`),
    }),
  }),
  cleaningFunction<OnlyColumns>({
    name: 'unquote',
    version: '1.0.0',
    title: 'Remove stray quotes',
    description: 'Removes one pair of equal quotes around a value.',
    params: onlyColumns,
    compile: ({ columns }, all) => ({
      cells: eachCell(
        chosen(all, columns),
        (x) =>
          `case when length(${x}) > 1 and left(${x}, 1) = right(${x}, 1) and left(${x}, 1) in ('"', '''') then ${x}[2:-2] else ${x} end`,
      ),
    }),
  }),
  cleaningFunction<{ columns?: string[]; values: string[]; ignore_case?: boolean }>({
    name: 'null_values',
    version: '1.0.0',
    title: 'Empty placeholder values',
    description: 'Empties cells that hold one of the given placeholders, such as n/a or -999.',
    params: Type.Object(
      {
        columns: columnsParam,
        values: Type.Array(Type.String(), { minItems: 1 }),
        ignore_case: Type.Optional(Type.Boolean({ default: false })),
      },
      { additionalProperties: false },
    ),
    compile: ({ columns, values, ignore_case }, all) => {
      const list = values.map((value) => literal(ignore_case ? value.toLowerCase() : value)).join(', ');
      return {
        cells: eachCell(chosen(all, columns), (x) => {
          const text = `trim(${x}, ${blanks})`;
          return `case when ${ignore_case ? `lower(${text})` : text} in (${list}) then null else ${x} end`;
        }),
      };
    },
  }),
  cleaningFunction<{ columns?: string[]; to: 'lower' | 'upper' | 'title' }>({
    name: 'case',
    version: '1.0.0',
    title: 'Change case',
    description: 'Writes values in lower case, upper case, or with a capital at each word.',
    params: Type.Object(
      { columns: columnsParam, to: Type.Union([Type.Literal('lower'), Type.Literal('upper'), Type.Literal('title')]) },
      { additionalProperties: false },
    ),
    compile: ({ columns, to }, all) => ({
      cells: eachCell(chosen(all, columns), (x) =>
        to === 'title'
          ? `case when ${x} is not null then array_to_string(list_transform(string_split(${x}, ' '), lambda w: upper(left(w, 1)) || lower(w[2:])), ' ') end`
          : `${to}(${x})`,
      ),
    }),
  }),
];
