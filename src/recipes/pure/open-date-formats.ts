import type { FieldType } from './table-schema.ts';

const dates = [
  '%Y%m%d',
  '%Y/%m/%d',
  '%d.%m.%Y',
  '%d %B %Y',
  '%d %b %Y',
  '%B %d, %Y',
  '%b %d, %Y',
  '%d-%b-%Y',
  '%d/%m/%Y',
  '%m/%d/%Y',
];
const times = ['%H:%M', '%I:%M %p', '%I:%M:%S %p'];

/**
 * The fixed list behind `format: any` (contract flows §7.2), most common first; `default` is the ISO form of the type. Every one names
 * all parts, so that nothing is taken from today's date.
 */
export function openFormats(type: FieldType): string[] {
  if (type === 'date') return ['default', ...dates];
  if (type === 'time') return ['default', ...times];
  return ['default', ...dates.flatMap((date) => [' %H:%M:%S', ' %H:%M'].map((time) => date + time))];
}
