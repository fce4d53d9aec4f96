import { type FieldType, isNumeric, isTemporal } from '../api/table-schema.ts';

export interface Operator {
  name: string;
  /** As it reads in a sentence: population *is at least* 5. */
  words: string;
  /** What kind of value it takes. */
  value: 'one' | 'list' | 'range' | 'yes-no';
}

const equality: Operator[] = [
  { name: 'eq', words: 'is', value: 'one' },
  { name: 'ne', words: 'is not', value: 'one' },
];
const order: Operator[] = [
  { name: 'gt', words: 'is more than', value: 'one' },
  { name: 'gte', words: 'is at least', value: 'one' },
  { name: 'lt', words: 'is less than', value: 'one' },
  { name: 'lte', words: 'is at most', value: 'one' },
  { name: 'range', words: 'is between', value: 'range' },
];
const time: Operator[] = [
  { name: 'gt', words: 'is after', value: 'one' },
  { name: 'gte', words: 'is on or after', value: 'one' },
  { name: 'lt', words: 'is before', value: 'one' },
  { name: 'lte', words: 'is on or before', value: 'one' },
  { name: 'range', words: 'is between', value: 'range' },
];
const text: Operator[] = [
  { name: 'contains', words: 'contains', value: 'one' },
  { name: 'icontains', words: 'contains, in any case', value: 'one' },
  { name: 'startswith', words: 'starts with', value: 'one' },
  { name: 'endswith', words: 'ends with', value: 'one' },
  { name: 'regex', words: 'matches the pattern', value: 'one' },
];
const membership: Operator[] = [{ name: 'in', words: 'is one of', value: 'list' }];
const presence: Operator[] = [{ name: 'isnull', words: 'is empty', value: 'yes-no' }];

const all = [...equality, ...order, ...text, ...membership, ...presence];

export function operatorsOf(type: FieldType): Operator[] {
  if (isNumeric(type)) return [...equality, ...order, ...membership, ...presence];
  if (isTemporal(type)) return [...equality, ...time, ...membership, ...presence];
  if (type === 'boolean') return [...equality, ...presence];
  if (type === 'string') return [...equality, ...text, ...membership, ...presence];
  return presence;
}

/** A condition as a sentence without its column. */
export function conditionWords(type: FieldType | undefined, operator: string, value: string): string {
  if (operator === 'isnull') return value === 'false' ? 'is not empty' : 'is empty';
  const known = operatorsOf(type ?? 'string').find(({ name }) => name === operator);
  const words = (known ?? all.find(({ name }) => name === operator))?.words ?? operator;
  if (operator === 'range') return `${words} ${value.replace(',', ' and ')}`;
  return `${words} ${operator === 'in' ? value.replaceAll(',', ', ') : value}`;
}
