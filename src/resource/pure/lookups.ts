import { type FieldType, fieldTypes } from './field-types.ts';

/**
 * Every lookup there is: which types it fits, what its value looks like and the SQL it becomes. Parser, SQL, `/schema`,
 * OpenAPI and docs/filters.md read this one table.
 */
export interface Lookup {
  types: readonly FieldType[];
  value: string;
  about: string;
  /** Undefined: not a value for this lookup. */
  parse(text: string, type: FieldType): unknown[] | undefined;
  /** `column` is SQL text; values come in through `bind`, which gives the parameter's text. */
  sql(column: string, values: unknown[], bind: Bind, types: ColumnTypes): string;
  /** Runs under the time limit of regular expressions. */
  slow?: true;
}

export type Bind = (value: unknown, sqlType: string) => string;

export interface ColumnTypes {
  type: FieldType;
  sqlType: string;
}

const every: FieldType[] = ['string', 'integer', 'number', 'boolean', 'date', 'datetime', 'uuid'];
const all: FieldType[] = [...every, 'list', 'dict', 'json', 'scalar'];
const ordered: FieldType[] = ['integer', 'number', 'date', 'datetime', 'string'];
const ranged: FieldType[] = ['integer', 'number', 'date', 'datetime'];
const timed: FieldType[] = ['date', 'datetime'];
const text: FieldType[] = ['string'];

const one = (raw: string, type: FieldType) => {
  const value = fieldTypes[type].fromText(raw);
  return value === undefined ? undefined : [value];
};
const comparison = (operator: string, about: string): Lookup => ({
  types: ordered,
  value: 'one value',
  about,
  parse: one,
  sql: (column, [value], bind, { sqlType }) => `${column} ${operator} ${bind(value, sqlType)}`,
});

const matching = (operator: 'like' | 'ilike', before: string, after: string, about: string): Lookup => ({
  types: text,
  value: 'text, taken literally',
  about,
  parse: (raw, type) => one(raw, type)?.map((value) => `${before}${escapePattern(value as string)}${after}`),
  sql: (column, [value], bind) => `${column} ${operator} ${bind(value, 'text')}`,
});

const expression = (operator: string, about: string): Lookup => ({
  types: text,
  value: 'PostgreSQL regular expression, at most 200 characters',
  about,
  parse: (raw, type) => (raw.length <= 200 ? one(raw, type) : undefined),
  sql: (column, [value], bind) => `${column} ${operator} ${bind(value, 'text')}`,
  slow: true,
});

const partOfDate = (about: string, low: number, high: number, sql: Lookup['sql']): Lookup => ({
  types: timed,
  value: `a number from ${low} to ${high}`,
  about,
  parse: (raw) => {
    const value = fieldTypes.integer.fromText(raw) as number | undefined;
    return value === undefined || value < low || value > high ? undefined : [value];
  },
  sql,
});

export const lookups = {
  exact: {
    types: every,
    value: 'one value',
    about: 'Equal. The text `null` is text; use `isnull`.',
    parse: one,
    sql: (column, [value], bind, { sqlType }) => `${column} = ${bind(value, sqlType)}`,
  },
  iexact: {
    types: text,
    value: 'text, taken literally',
    about: 'Equal, upper and lower case alike.',
    parse: one,
    sql: (column, [value], bind) => `lower(${column}) = lower(${bind(value, 'text')})`,
  },
  contains: matching('like', '%', '%', 'Has this text somewhere.'),
  icontains: matching('ilike', '%', '%', 'Has this text somewhere, upper and lower case alike.'),
  startswith: matching('like', '', '%', 'Begins with this text.'),
  istartswith: matching('ilike', '', '%', 'Begins with this text, upper and lower case alike.'),
  endswith: matching('like', '%', '', 'Ends with this text.'),
  iendswith: matching('ilike', '%', '', 'Ends with this text, upper and lower case alike.'),
  gt: comparison('>', 'Greater than.'),
  gte: comparison('>=', 'Greater than or equal.'),
  lt: comparison('<', 'Less than.'),
  lte: comparison('<=', 'Less than or equal.'),
  in: {
    types: every,
    value: 'comma list; `"a,b"` quotes a comma',
    about: 'One of these. An empty list gives no rows.',
    parse: (raw, type) => {
      const items = splitList(raw)?.map((item) => fieldTypes[type].fromText(item));
      return items === undefined || items.includes(undefined) ? undefined : [items];
    },
    sql: (column, [values], bind, { sqlType }) => `${column} = any(${bind(values, `${sqlType}[]`)})`,
  },
  range: {
    types: ranged,
    value: '`low,high`',
    about: 'Between the two, both inclusive.',
    parse: (raw, type) => {
      const items = raw.split(',').map((item) => fieldTypes[type].fromText(item));
      return items.length === 2 && !items.includes(undefined) ? items : undefined;
    },
    sql: (column, [low, high], bind, { sqlType }) =>
      `${column} between ${bind(low, sqlType)} and ${bind(high, sqlType)}`,
  },
  isnull: {
    types: all,
    value: '`true`, `false`, `1` or `0`',
    about: 'Has no value (true) or has one (false).',
    parse: (raw) => one(raw, 'boolean'),
    // Not a parameter, so that a partial index (`where retracted_at is null`) serves.
    sql: (column, [value]) => `${column} is ${value ? '' : 'not '}null`,
  },
  regex: expression('~', 'Matches, under a time limit.'),
  iregex: expression('~*', 'Matches, upper and lower case alike, under a time limit.'),
  year: partOfDate('Lies in this year (UTC).', 1, 9998, yearIs('exact')),
  month: partOfDate('Lies in this month of any year (UTC).', 1, 12, partIs('month', '=')),
  day: partOfDate('Lies on this day of any month (UTC).', 1, 31, partIs('day', '=')),
} satisfies Record<string, Lookup>;

export type LookupName = keyof typeof lookups;

const comparisons = { exact: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
type Comparison = keyof typeof comparisons;

/** The lookup of a name such as `gte`, or of a part of a date with a comparison behind it: `year__gte`. */
export function findLookup(name: string, comparison?: string): Lookup | undefined {
  if (!Object.hasOwn(lookups, name)) return undefined;
  const lookup: Lookup = lookups[name as LookupName];
  if (comparison === undefined) return lookup;
  if (!Object.hasOwn(comparisons, comparison)) return undefined;
  if (name === 'year') return { ...lookup, sql: yearIs(comparison as Comparison) };
  if (name === 'month' || name === 'day')
    return { ...lookup, sql: partIs(name, comparisons[comparison as Comparison]) };
  return undefined;
}

/** Names of the lookups that fit a type, in the order of the table. */
export function lookupsOf(type: FieldType): LookupName[] {
  return (Object.keys(lookups) as LookupName[]).filter((name) => (lookups[name] as Lookup).types.includes(type));
}

/** Bounds of the year instead of `extract`, so that an index on the column serves. */
function yearIs(comparison: Comparison): Lookup['sql'] {
  return (column, [year], bind, { type }) => {
    const startOf = (value: number) =>
      type === 'date'
        ? `make_date(${bind(value, 'int')}, 1, 1)`
        : `make_timestamptz(${bind(value, 'int')}, 1, 1, 0, 0, 0, 'UTC')`;
    const first = year as number;
    switch (comparison) {
      case 'exact':
        return `(${column} >= ${startOf(first)} and ${column} < ${startOf(first + 1)})`;
      case 'gt':
        return `${column} >= ${startOf(first + 1)}`;
      case 'gte':
        return `${column} >= ${startOf(first)}`;
      case 'lt':
        return `${column} < ${startOf(first)}`;
      case 'lte':
        return `${column} < ${startOf(first + 1)}`;
    }
  };
}

function partIs(part: 'month' | 'day', operator: string): Lookup['sql'] {
  return (column, [value], bind, { type }) =>
    `extract(${part} from ${type === 'date' ? column : `${column} at time zone 'UTC'`}) ${operator} ${bind(value, 'int')}`;
}

function escapePattern(value: string): string {
  return value.replace(/[\\%_]/g, '\\$&');
}

/** `a,"b,c","d ""e"""` → three items; an empty text has none. Undefined: a quote is never closed. */
export function splitList(raw: string): string[] | undefined {
  if (raw === '') return [];
  const items: string[] = [];
  let at = 0;
  while (at <= raw.length) {
    if (raw[at] === '"') {
      const quoted = /^"((?:[^"]|"")*)"(?=,|$)/.exec(raw.slice(at));
      if (!quoted) return undefined;
      items.push(quoted[1]!.replaceAll('""', '"'));
      at += quoted[0].length + 1;
    } else {
      const end = raw.indexOf(',', at);
      items.push(raw.slice(at, end === -1 ? raw.length : end));
      at = end === -1 ? raw.length + 1 : end + 1;
    }
  }
  return items;
}
