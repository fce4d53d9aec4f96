import { expect, test } from 'vitest';
import { joined, moved, putBack } from '../../web/src/dashboards/layout.ts';
import { checkText } from '../../web/src/entry/check-text.ts';

const rules = { min: null, max: null, categories: [{ value: 2, label: 'High' }] };

test.each([
  ['int', '1,200', { value: 1200 }],
  ['int', ' 7 ', { value: 7 }],
  ['int', '', { value: null }],
  ['int', '−4', { value: -4, warning: 'usually not negative' }],
  ['int', '1.5', { value: 1.5, warning: 'read as 1.5, usually a whole number' }],
  ['int', '5%', { error: 'a number: 1200 or 12.5' }],
  ['int', '12,34', { value: 12.34, warning: 'read as 12.34, usually a whole number' }],
  ['int', '1,2,3', { error: 'a number: 1200 or 12.5' }],
  ['int', '1.200', { value: 1200 }],
  ['int', '1.234.567', { value: 1234567 }],
  ['int', '1.2', { value: 1.2, warning: 'read as 1.2, usually a whole number' }],
  ['int', '0.125', { value: 0.125, warning: 'read as 0.125, usually a whole number' }],
  ['float', '0,5', { value: 0.5 }],
  ['float', '0,123', { value: 0.123 }],
  ['float', '-12,25', { value: -12.25 }],
  ['float', '1,234', { error: '1.234 or 1234? Write it without a comma' }],
  ['float', '1.234', { value: 1.234 }],
  ['float', '1,234.5', { value: 1234.5 }],
  ['float', '1.234,5', { value: 1234.5 }],
  ['float', '1 234,5', { value: 1234.5 }],
  ['float', '1,234,567', { value: 1234567 }],
  ['float', '1.2.3', { error: 'a number: 1200 or 12.5' }],
  ['pct', '82,67%', { value: 0.8267 }],
  ['pct', '82.67%', { value: 0.8267 }],
  ['pct', '1.2', { value: 1.2, warning: 'usually between 0 % and 100 %' }],
  ['bool', 'Yes', { value: 1 }],
  ['bool', 'maybe', { error: 'yes or no' }],
  ['class', 'high', { value: 2 }],
  ['date', '2026-02-30', { error: 'a day, written 2026-03-31' }],
  ['date', '20260331', { value: '2026-03-31' }],
] as const)('a cell of %s that says “%s”', (data_format, text, checked) => {
  expect(checkText(text, { ...rules, data_format } as Parameters<typeof checkText>[1])).toEqual(checked);
});

test('what the indicator declares is refused, not warned of', () => {
  expect(checkText('-1', { ...rules, data_format: 'int', min: 0 })).toEqual({ error: 'not below 0' });
});

test('charts change places with their neighbours and stand beside the row above', () => {
  expect(moved([['a'], ['b', 'c']], 'c', -1)).toEqual([['a'], ['c', 'b']]);
  expect(moved([['a'], ['b']], 'b', -1)).toEqual([['b'], ['a']]);
  expect(joined([['a'], ['b']], 'b')).toEqual([['a', 'b']]);
  // Taken off and put back, while others put charts there.
  expect(putBack([['x'], ['a', 'c'], ['d']], 'b', [['a', 'b', 'c'], ['d']])).toEqual([['x'], ['a', 'b', 'c'], ['d']]);
  expect(putBack([['a'], ['x'], ['d']], 'b', [['a'], ['b'], ['d']])).toEqual([['a'], ['b'], ['x'], ['d']]);
  expect(putBack([['d'], ['x']], 'b', [['b'], ['d']])).toEqual([['b'], ['d'], ['x']]);
});
