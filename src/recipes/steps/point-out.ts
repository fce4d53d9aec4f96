import Type from 'typebox';
import { literal } from '../../platform/tabular/index.ts';
import { cleaningFunction, columnNamed } from './step.ts';
import { blanks } from './tidy-text.ts';

const number = Type.Optional(Type.Number());

/** Check functions of a recipe: they change nothing and give warnings, where a constraint of the schema gives errors. */
export const pointOut = [
  cleaningFunction<{ column: string; minimum?: number; maximum?: number }>({
    name: 'range',
    version: '1.0.0',
    title: 'Point out numbers out of range',
    description: 'Warns of numbers below minimum or above maximum; what is no number is left to the types.',
    params: Type.Object({ column: Type.String(), minimum: number, maximum: number }, { additionalProperties: false }),
    compile: ({ column, minimum, maximum }, all) => {
      if (minimum === undefined && maximum === undefined) throw new Error('minimum or maximum is needed');
      const value = `trim(${columnNamed(all, column).id}, ${blanks})`;
      const cast = `try_cast(case when regexp_full_match(${value}, '[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?') then ${value} end as double)`;
      const tests = [
        ...(minimum === undefined ? [] : [`${cast} < ${minimum}::double`]),
        ...(maximum === undefined ? [] : [`${cast} > ${maximum}::double`]),
      ];
      return {
        check: {
          code: 'range',
          column,
          value,
          violated: `(${tests.join(' or ')})`,
          phrase: `is not between ${minimum ?? 'any'} and ${maximum ?? 'any'}`,
          expected: JSON.stringify({ minimum, maximum }),
        },
      };
    },
  }),
  cleaningFunction<{ column: string; values: string[] }>({
    name: 'allowed',
    version: '1.0.0',
    title: 'Point out values that are not on a list',
    description: 'Warns of values that are none of those given; empty cells are left alone.',
    params: Type.Object(
      { column: Type.String(), values: Type.Array(Type.String(), { minItems: 1 }) },
      { additionalProperties: false },
    ),
    compile: ({ column, values }, all) => {
      const value = `nullif(trim(${columnNamed(all, column).id}, ${blanks}), '')`;
      const violated = `${value} not in (${values.map(literal).join(', ')})`;
      const expected = JSON.stringify(values);
      return { check: { code: 'allowed', column, value, violated, phrase: 'is not on the list', expected } };
    },
  }),
  cleaningFunction<{ columns: string[] }>({
    name: 'unique',
    version: '1.0.0',
    title: 'Point out repeated values',
    description: 'Warns of every row whose values in these columns, taken together, occur more than once.',
    params: Type.Object({ columns: Type.Array(Type.String(), { minItems: 1 }) }, { additionalProperties: false }),
    compile: ({ columns }, all) => {
      const texts = columns.map((name) => `nullif(trim(${columnNamed(all, name).id}, ${blanks}), '')`);
      const filled = texts.map((text) => `${text} is not null`).join(' and ');
      return {
        check: {
          code: 'unique',
          column: columns.join(', '),
          value: `concat_ws(', ', ${texts.join(', ')})`,
          violated: `${filled} and count(*) over (partition by ${texts.join(', ')}) > 1`,
          window: true,
          phrase: 'occurs more than once',
        },
      };
    },
  }),
];
