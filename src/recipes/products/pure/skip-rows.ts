import { literal } from '../../../platform/tabular/index.ts';
import { badSkipRows as badValue } from '../../errors.ts';

/**
 * SQL of the records `skip_rows` leaves out (flows contract §5.3), over `_row`, `_n` and `c1`; undefined: none. `last` is SQL of
 * the last record's number.
 */
export function skipOf(option: unknown, last: string): string | undefined {
  if (option === undefined || option === null) return undefined;
  if (typeof option === 'number') {
    if (!Number.isInteger(option) || option < 0) throw badValue();
    return option === 0 ? undefined : `_row <= ${option}`;
  }
  if (typeof option === 'string') {
    if (!/^\s*-?\d+\s*(,\s*-?\d+\s*)*$/.test(option)) throw badValue();
    return skipOf(option.split(',').map(Number), last);
  }
  if (!Array.isArray(option)) throw badValue();
  const conditions = option.map((one) => conditionOf(one, last));
  return conditions.length === 0 ? undefined : `(${conditions.join(' or ')})`;
}

function conditionOf(one: unknown, last: string): string {
  if (typeof one === 'number' && Number.isInteger(one))
    return one >= 0 ? `_row = ${one}` : `_row = ${last} + ${one + 1}`;
  if (one === '') return `coalesce(c1, '') = ''`;
  if (typeof one === 'string') return `starts_with(c1, ${literal(one)})`;
  if (typeof one === 'object' && one !== null) {
    const { type, value } = one as { type?: unknown; value?: unknown };
    if (type === 'preset' && value === 'blank') return '_n = 0';
    if (type === 'regex' && typeof value === 'string') return `regexp_matches(c1, ${literal(value)})`;
  }
  throw badValue();
}
