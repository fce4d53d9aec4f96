import type { Field } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
import { refuseUncountable } from './add-computed-field.ts';
import {
  averageText,
  decimalText,
  isNumeric,
  type NumberColumn,
  normalNumber,
  numberKey,
  scanNumbers,
  unscaled,
} from './numbers.ts';
import { column, type StepWork } from './step-work.ts';

export const aggregates = [
  'any',
  'last',
  'first',
  'sum',
  'min',
  'max',
  'avg',
  'median',
  'count',
  'set',
  'array',
  'counters',
] as const;
export type Aggregate = (typeof aggregates)[number];

/** One field of a join, over the rows of a group. */
export interface Aggregated {
  field: Field;
  /** Column of a row that the group is made from: `x{i} …`, beside `_ord` and the keys `k1` …. */
  column: string | undefined;
  /** Aggregate over such columns. */
  sql: string | undefined;
  /** A relation of keys and `v` instead, where one grouping is not enough. */
  relation: ((rows: string, keys: string[]) => string) | undefined;
}

export async function aggregateSql(
  work: StepWork,
  source: Relation,
  target: string,
  index: number | undefined,
  aggregate: Aggregate,
  i: number,
): Promise<Aggregated> {
  const field = resultField(target, index === undefined ? undefined : source.fields[index], aggregate);
  const simple = (from: string | undefined, sql: string): Aggregated => ({
    field,
    column: from && `${from} as x${i}`,
    sql,
    relation: undefined,
  });
  if (aggregate === 'count' || index === undefined) return simple(undefined, 'count(*)::varchar');
  const given = source.fields[index]!;
  const cell = column(index);
  const x = `x${i}`;
  const [numbers] =
    isNumeric(given) && !['any', 'last', 'first'].includes(aggregate) ? await scanNumbers(work, source, [index]) : [];
  switch (aggregate) {
    case 'any':
    case 'last':
      return simple(cell, `arg_max(${x}, _ord) filter (where ${x} is not null)`);
    case 'first':
      return simple(cell, `arg_min(${x}, _ord) filter (where ${x} is not null)`);
    case 'min':
    case 'max': {
      if (numbers === undefined) return simple(cell, `${aggregate}(${x})`);
      // The text of the value, whatever its length; of equal ones the first seen.
      const pair = `{'k': ${numberKey(numbers)}, 'o': ${aggregate === 'min' ? '_ord' : '-_ord'}, 't': ${cell}}`;
      return simple(`case when ${cell} is not null then ${pair} end`, `(${aggregate}(${x})).t`);
    }
    case 'sum':
    case 'avg':
    case 'median': {
      refuseUncountable(given, aggregate);
      const counted = numbers ?? (await scanNumbers(work, source, [index]))[0]!;
      const { scale } = counted;
      const digits = unscaled(counted, scale, given.name);
      if (aggregate === 'sum') return simple(digits, decimalText(`sum(${x})`, scale));
      if (aggregate === 'avg')
        return simple(digits, `case when count(${x}) > 0 then ${averageText(`sum(${x})`, `count(${x})`, scale)} end`);
      return simple(digits, median(x, scale));
    }
    default:
      return collected(field, jsonCell(given, cell, numbers, aggregate), aggregate, i);
  }
}

function resultField(target: string, source: Field | undefined, aggregate: Aggregate): Field {
  switch (aggregate) {
    case 'count':
      return { name: target, type: 'integer' };
    case 'avg':
    case 'median':
      return { name: target, type: 'number' };
    case 'set':
    case 'array':
    case 'counters':
      return { name: target, type: 'array' };
    default: {
      const { constraints: _, ...field } = source!;
      return { ...field, name: target };
    }
  }
}

function median(x: string, scale: number): string {
  const sorted = `list_sort(list(${x}) filter (where ${x} is not null))`;
  const n = `count(${x})`;
  const odd = decimalText(`${sorted}[((${n} + 1) // 2)::bigint]`, scale);
  const even = decimalText(`((${sorted}[(${n} // 2)::bigint] + ${sorted}[(${n} // 2 + 1)::bigint]) * 5)`, scale + 1);
  return `case when ${n} = 0 then null when ${n} % 2 = 1 then ${odd} else ${even} end`;
}

/** A value as it stands inside the JSON text of an array. */
function jsonCell(field: Field, cell: string, numbers: NumberColumn | undefined, aggregate: Aggregate): string {
  if (numbers !== undefined) {
    if (aggregate !== 'array') return jsonNumber(numbers, normalNumber(numbers));
    const { plain } = numbers;
    const whole = `coalesce(nullif(ltrim(split_part(${plain}, '.', 1), '+-0'), ''), '0')`;
    const fraction = `case when split_part(${plain}, '.', 2) = '' then '' else '.' || split_part(${plain}, '.', 2) end`;
    return jsonNumber(
      numbers,
      `(case when starts_with(${plain}, '-') then '-' else '' end || ${whole} || ${fraction})`,
    );
  }
  switch (field.type) {
    case 'boolean':
      return `lower(${cell})`;
    case 'object':
    case 'array':
    case 'geojson':
      return cell;
    default:
      return `case when ${cell} is not null then to_json(${cell})::varchar end`;
  }
}

function jsonNumber({ text, odd }: NumberColumn, number: string): string {
  return odd ? `case when ${text} in ('NaN', 'INF', '-INF') then 'null' else ${number} end` : number;
}

function collected(field: Field, json: string, aggregate: 'set' | 'array' | 'counters', i: number): Aggregated {
  const x = `x${i}`;
  const listed = (list: string) => `'[' || coalesce(array_to_string(${list}, ', '), '') || ']'`;
  if (aggregate === 'array')
    return {
      field,
      column: `${json} as ${x}`,
      sql: listed(`list(${x} order by _ord) filter (where ${x} is not null)`),
      relation: undefined,
    };
  const list =
    aggregate === 'set'
      ? 'list(v order by o) filter (where v is not null)'
      : `list('[' || v || ', ' || n || ']' order by n desc, o) filter (where v is not null)`;
  return {
    field,
    column: `${json} as ${x}`,
    sql: undefined,
    relation: (rows, keys) => {
      const by = keys.join(', ');
      return `select ${by}, ${listed(list)} as v from (select ${by}, ${x} as v, min(_ord) as o, count(*) as n from ${rows} group by ${by}, ${x}) group by ${by}`;
    },
  };
}
