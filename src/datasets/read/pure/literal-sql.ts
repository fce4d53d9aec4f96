import type { Bindings } from './bindings.ts';
import type { ColumnKind } from './column.ts';

/** Kinds a value can be compared as; `json` and `other` columns are compared as text. */
export type ValueKind = Exclude<ColumnKind, 'json' | 'other'>;

export const comparedAs = (kind: ColumnKind): ValueKind => (kind === 'json' || kind === 'other' ? 'text' : kind);

/**
 * A written value as a bound one of the kind that it is compared with. Undefined when the text is no such value; the
 * statement itself can then never fail on it.
 */
export function literalSql(text: string, kind: ValueKind, engineType: string, bindings: Bindings): string | undefined {
  switch (kind) {
    case 'text':
      return bindings.cast(text, 'VARCHAR');
    case 'number':
      return numberSql(text.trim(), engineType, bindings);
    case 'boolean': {
      const value = booleans.get(text.trim().toLowerCase());
      return value === undefined ? undefined : String(value);
    }
    case 'date':
      return isDate(text.trim()) ? bindings.cast(text.trim(), 'DATE') : undefined;
    case 'datetime':
      return isDateTime(text.trim())
        ? bindings.cast(text.trim(), engineType.includes('WITH TIME ZONE') ? 'TIMESTAMPTZ' : 'TIMESTAMP')
        : undefined;
    case 'time':
      return isTime(text.trim()) ? bindings.cast(text.trim(), 'TIME') : undefined;
  }
}

/** What a value of the kind looks like, for messages. */
export const valueForms: Record<ValueKind, string> = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  date: 'a date such as 2024-01-31',
  datetime: 'a time such as 2024-01-31T10:00:00Z',
  time: 'a time of day such as 10:30:00',
};

const booleans = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['no', false],
]);

/**
 * In the narrowest type that holds it exactly, so that a column is compared in its own type and the file's statistics
 * can rule out parts of it: `id > 1.5` must not become `id > 2`, nor 9007199254740993 lose its last digit.
 */
function numberSql(text: string, engineType: string, bindings: Bindings): string | undefined {
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i.test(text)) return undefined;
  if (!Number.isFinite(Number(text))) return undefined;
  if (engineType === 'DOUBLE' || engineType === 'FLOAT') return bindings.cast(text, 'DOUBLE');
  const [, whole = '', fraction = ''] = /^[+-]?0*(\d*)(?:\.(\d*))?$/.exec(text) ?? [];
  if (/e/i.test(text)) return bindings.cast(text, 'DOUBLE');
  if (fraction === '' && whole.length <= 18) return bindings.cast(text.replace('.', ''), 'BIGINT');
  if (fraction === '' && whole.length <= 38) return bindings.cast(text.replace('.', ''), 'HUGEINT');
  const digits = whole.length + fraction.length;
  return digits <= 38 && whole.length <= 37
    ? bindings.cast(text, `DECIMAL(${Math.max(digits, fraction.length + 1)},${fraction.length})`)
    : bindings.cast(text, 'DOUBLE');
}

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(Date.UTC(2000, Number(month) - 1, Number(day)));
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function isDateTime(text: string): boolean {
  const [, date, time] = /^(\d{4}-\d{2}-\d{2})(?:[T ](.+))?$/.exec(text) ?? [];
  if (date === undefined || !isDate(date)) return false;
  if (time === undefined) return true;
  const [, clock, zone] = /^([\d:.]+?)(Z|[+-]\d{2}(?::?\d{2})?)?$/.exec(time) ?? [];
  return (
    clock !== undefined && isTime(clock) && (zone === undefined || /^(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)$/.test(zone))
  );
}

const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$/.test(text);
