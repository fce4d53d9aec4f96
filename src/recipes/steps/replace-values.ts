import Type from 'typebox';
import { literal } from '../../platform/tabular/index.ts';
import { chosen, cleaningFunction, columnNamed, eachCell } from './step.ts';
import { columnsParam } from './tidy-text.ts';

export const replaceValues = [
  cleaningFunction<{ column: string; map: Record<string, string | null> }>({
    name: 'map_values',
    version: '1.0.0',
    title: 'Replace values by a list',
    description: 'Replaces whole values of a column by others; null empties the cell. Values not listed stay.',
    params: Type.Object(
      { column: Type.String(), map: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()])) },
      { additionalProperties: false },
    ),
    compile: ({ column, map }, all) => {
      const { id } = columnNamed(all, column);
      const entries = Object.entries(map);
      if (entries.length === 0) throw new Error('map is empty');
      const arms = entries.map(([from, to]) => `when ${literal(from)} then ${to === null ? 'null' : literal(to)}`);
      return { cells: new Map([[id, `case ${id} ${arms.join(' ')} else ${id} end`]]) };
    },
  }),
  cleaningFunction<{ columns?: string[]; pattern: string; replacement: string }>({
    name: 'regex_replace',
    version: '1.0.0',
    title: 'Replace by regular expression',
    description: 'Replaces every match of an RE2 expression; \\1 stands for the first group.',
    params: Type.Object(
      {
        columns: columnsParam,
        pattern: Type.String({ minLength: 1, maxLength: 1000 }),
        replacement: Type.String({ maxLength: 1000 }),
      },
      { additionalProperties: false },
    ),
    compile: ({ columns, pattern, replacement }, all) => {
      if (/\(\?(?:[=!]|<[=!])|\\[1-9]/.test(pattern))
        throw new Error('look-around and back-references are not possible in RE2');
      return {
        cells: eachCell(
          chosen(all, columns),
          (x) => `regexp_replace(${x}, ${literal(pattern)}, ${literal(replacement)}, 'g')`,
        ),
      };
    },
  }),
];
