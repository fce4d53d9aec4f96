import type { Bindings } from './bindings.ts';
import type { Column } from './column.ts';
import { columnTyped } from './compile-filter.ts';
import { FilterProblem } from './filter-tree.ts';
import { literalSql, valueForms } from './literal-sql.ts';

/** `field__op=value`, one row a lookup: parser, SQL and documentation read this list. */
export const lookups = {
  eq: 'equals',
  ne: 'has another value; rows without a value do not count',
  gt: 'greater than',
  gte: 'greater than or equal',
  lt: 'less than',
  lte: 'less than or equal',
  in: 'one of a list, separated by commas',
  contains: 'contains the text',
  icontains: 'contains the text, in any case',
  startswith: 'starts with the text',
  endswith: 'ends with the text',
  range: 'between two values separated by a comma, both included',
  isnull: 'true: has no value; false: has one',
  regex: 'matches the regular expression (RE2)',
} as const;

export type Lookup = keyof typeof lookups;
export const isLookup = (name: string): name is Lookup => Object.hasOwn(lookups, name);

/** Throws FilterProblem; its position is that in the value. */
export function lookupSql(column: Column, lookup: Lookup, value: string, bindings: Bindings): string {
  const { sql, kind, engineType } = columnTyped(column);
  const one = (text: string, at = 0) => {
    const bound = literalSql(text, kind, engineType, bindings);
    if (bound === undefined) {
      throw new FilterProblem('filter_type', at, `column '${column.name}': '${text}' is not ${valueForms[kind]}`);
    }
    return bound;
  };
  const text = kind === 'text' ? sql : `cast(${sql} as VARCHAR)`;
  switch (lookup) {
    case 'eq':
    case 'ne':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return `${sql} ${comparisons[lookup]} ${one(value)}`;
    case 'in':
      return `${sql} in (${value
        .split(',')
        .map((item) => one(item))
        .join(', ')})`;
    case 'range': {
      const [low, high, ...more] = value.split(',');
      if (low === undefined || high === undefined || more.length > 0) {
        throw new FilterProblem(
          'filter_type',
          0,
          `column '${column.name}': range takes two values separated by a comma`,
        );
      }
      return `${sql} between ${one(low)} and ${one(high, low.length + 1)}`;
    }
    case 'contains':
      return `contains(${text}, ${bindings.cast(value, 'VARCHAR')})`;
    case 'icontains':
      return `contains(lower(${text}), lower(${bindings.cast(value, 'VARCHAR')}))`;
    case 'startswith':
      return `starts_with(${text}, ${bindings.cast(value, 'VARCHAR')})`;
    case 'endswith':
      return `suffix(${text}, ${bindings.cast(value, 'VARCHAR')})`;
    case 'regex':
      return `regexp_matches(${text}, ${bindings.cast(value, 'VARCHAR')})`;
    case 'isnull': {
      const wanted = ({ true: true, '1': true, false: false, '0': false } as Record<string, boolean>)[
        value.toLowerCase()
      ];
      if (wanted === undefined) {
        throw new FilterProblem('filter_type', 0, `column '${column.name}': isnull takes true or false`);
      }
      return `${sql} is ${wanted ? '' : 'not '}null`;
    }
  }
}

const comparisons = { eq: '=', ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
