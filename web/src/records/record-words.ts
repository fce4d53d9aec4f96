import type { FieldSchema, StoredRecord } from '../api/records.ts';
import { dateTime, day } from '../ui/format.ts';

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What a field, or one of a related record, is called. */
export const fieldWords = (path: string): string => path.replaceAll('__', ' › ').replaceAll('_', ' ');

/** What lookups are called; `__exact` is written without a name. */
export const lookupWords: Record<string, string> = {
  exact: 'is',
  iexact: 'is, in whatever case',
  contains: 'contains (same case)',
  icontains: 'contains',
  startswith: 'begins with (same case)',
  istartswith: 'begins with',
  endswith: 'ends with (same case)',
  iendswith: 'ends with',
  gt: 'is above',
  gte: 'is at least',
  lt: 'is below',
  lte: 'is at most',
  in: 'is one of (a, b, c)',
  range: 'lies between (low, high)',
  isnull: 'is empty (true or false)',
  regex: 'fits the pattern (same case)',
  iregex: 'fits the pattern',
  year: 'is in the year',
  month: 'is in the month',
  day: 'is on the day of the month',
};

/** A value as one line of text. */
export function cellText(value: unknown, field: FieldSchema | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (field?.type === 'datetime' && typeof value === 'string') return dateTime(value);
  if (field?.type === 'date' && typeof value === 'string' && /^\d{4}-/.test(value)) return day(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const naming = ['name', 'title', 'short_name', 'tag_name', 'doc_title', 'username', 'email', 'slug'];

/** The field by which people know one from another, where there is such a field. */
export const namingField = (fields: Record<string, FieldSchema>): string | undefined =>
  naming.find((name) => fields[name] !== undefined);

export function titleOf(record: StoredRecord, fields: Record<string, FieldSchema>, key: string): string {
  const name = namingField(fields);
  const text = name === undefined ? '' : cellText(record[name], fields[name]);
  return text === '' ? String(record[key]) : text;
}

export const keyOf = (fields: Record<string, FieldSchema>): string =>
  Object.entries(fields).find(([, { primary_key: isKey }]) => isKey)?.[0] ?? 'id';
