import { expect, test } from 'vitest';
import { daysOf, isDay, isWeekend, shifted, spanText, weekdayOf } from '../../web/src/entry/days.ts';

test.each([
  ['month', '2026-02-14', '2026-02-01', '2026-02-28', 28, 'February 2026'],
  ['month', '2024-02-29', '2024-02-01', '2024-02-29', 29, 'February 2024'],
  ['month', '2026-10-25', '2026-10-01', '2026-10-31', 31, 'October 2026'],
  ['week', '2026-03-04', '2026-03-02', '2026-03-08', 7, '2 to 8 March 2026'],
  ['week', '2026-03-08', '2026-03-02', '2026-03-08', 7, '2 to 8 March 2026'],
  ['week', '2026-03-02', '2026-03-02', '2026-03-08', 7, '2 to 8 March 2026'],
  ['week', '2026-01-01', '2025-12-29', '2026-01-04', 7, '29 December 2025 to 4 January 2026'],
] as const)('the %s of %s goes from %s to %s', (span, day, first, last, length, text) => {
  const days = daysOf(span, day);
  expect([days[0], days.at(-1), days.length, new Set(days).size]).toEqual([first, last, length, length]);
  expect(spanText(span, day)).toBe(text);
});

test.each([
  ['month', '2026-01-31', 1, '2026-02-01'],
  ['month', '2026-01-31', -1, '2025-12-01'],
  ['week', '2026-03-04', 1, '2026-03-09'],
  ['week', '2026-03-04', -1, '2026-02-23'],
] as const)('from the %s of %s by %i', (span, day, by, first) => {
  expect(shifted(span, day, by)).toBe(first);
});

test.each([
  ['2026-02-28', true],
  ['2026-02-30', false],
  ['2026-2-3', false],
  ['soon', false],
  [undefined, false],
])('%s is a day: %s', (text, is) => {
  expect(isDay(text)).toBe(is);
});

test('weekdays have a name, and weekends are told apart', () => {
  expect(['2026-03-02', '2026-03-07', '2026-03-08'].map((day) => [weekdayOf(day), isWeekend(day)])).toEqual([
    ['Mon', false],
    ['Sat', true],
    ['Sun', true],
  ]);
});
