import { expect, test } from 'vitest';
import { nextRun, nextRunAfterFiring, timesDue } from '../../src/flows/pure/next-run.ts';
import { parseSchedule } from '../../src/flows/pure/schedule.ts';

test.each<[unknown, unknown]>([
  [null, null],
  [undefined, null],
  ['every 60s', { every: 60 }],
  ['every 3h', { every: 10_800 }],
  ['  every    4d   ', { every: 345_600 }],
  [' every 5w\n', { every: 3_024_000 }],
  ['every +1m', { every: 60 }],
  ['cron 30 2 * * 1-5 Europe/Berlin', { cron: '30 2 * * 1-5', zone: 'Europe/Berlin' }],
  ['cron 0 0 1 JAN *', { cron: '0 0 1 JAN *', zone: 'UTC' }],
])('the schedule %j is read', (text, schedule) => {
  expect(parseSchedule(text)).toEqual(schedule);
});

test.each<[unknown, string]>([
  [60, 'Schedule should be a string'],
  [false, 'Schedule should be a string'],
  [{}, 'Schedule should be a string'],
  [[], 'Schedule should be a string'],
  ['hourly', "Schedule should start with 'every'"],
  ['daily', "Schedule should start with 'every'"],
  ['every ', "Schedule should start with 'every'"],
  ['', "Schedule should start with 'every'"],
  [' every 6z', 'Bad time unit for schedule, only s/m/h/d/w are allowed'],
  ['every 4.2w', 'Failed to parse time number'],
  ['every d', 'Failed to parse time number'],
  ['every ١d', 'Failed to parse time number'],
  ['every 1s', "Can't schedule tasks for less than one minute"],
  ['every 0d', "Can't schedule tasks for less than one minute"],
  ['every -5w', "Can't schedule tasks for less than one minute"],
  ['cron 61 * * * *', 'Bad cron expression for schedule'],
  ['cron * * * *', 'Bad cron expression for schedule'],
  ['cron * * * * * * *', 'Bad cron expression for schedule'],
  ['cron 0 0 * * * Nowhere/Land', 'Bad cron expression for schedule'],
  ['cron 0 0 31 2 *', 'Bad cron expression for schedule'],
  ['cron 0 0 L * *', 'Bad cron expression for schedule'],
])('the schedule %j is refused: %s', (text, message) => {
  expect(() => parseSchedule(text)).toThrow(message);
});

test.each([
  [null, 1060],
  [1001, 1001],
  [1000, 1000],
  [999, 1059],
  [10, 1030],
])('a minute’s schedule due at %s is due at %i, seen at 1000', (current, next) => {
  const ms = current === null ? null : current * 1000;
  expect(nextRun({ every: 60 }, ms, 1_000_000)).toBe(next * 1000);
});

test('no schedule is never due', () => {
  expect(nextRun(null, 5, 1000)).toBeNull();
});

test('after a firing it is due strictly later, in the same phase', () => {
  expect(nextRunAfterFiring({ every: 60 }, 1_000_000, 1_000_000)).toBe(1_060_000);
  expect(nextRunAfterFiring({ every: 60 }, 880_000, 1_000_000)).toBe(1_060_000);
  expect(nextRunAfterFiring({ every: 60 }, 10_000, 1_000_000)).toBe(1_030_000);
});

test('missed firings are counted, up to a bound', () => {
  expect(timesDue({ every: 60 }, 880_000, 1_000_000, 10)).toBe(3);
  expect(timesDue({ every: 60 }, 0, 1_000_000, 10)).toBe(10);
  expect(timesDue({ every: 60 }, 1_000_001, 1_000_000, 10)).toBe(0);
});

test.each([
  ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00.000Z', 'a skipped time: at the jump'],
  ['30 2 * * *', 'Europe/Berlin', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00.000Z', 'not twice on that day'],
  ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-25T00:30:00.000Z', 'a doubled time: the first'],
  ['30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00.000Z', 'and only the first'],
  ['0 9 * * 1-5', 'America/New_York', '2026-11-27T15:00:00Z', '2026-11-30T14:00:00.000Z', 'working days'],
  [
    '0 0 13 * 5',
    'UTC',
    '2026-11-25T00:45:00Z',
    '2026-11-27T00:00:00.000Z',
    'a day of month or of week, as cron has it',
  ],
  ['*/30 * * * *', 'UTC', '2026-11-25T00:30:00Z', '2026-11-25T01:00:00.000Z', 'strictly later'],
])('cron %s in %s after %s is %s: %s', (cron, zone, after, next) => {
  expect(new Date(nextRun({ cron, zone }, null, Date.parse(after))!).toISOString()).toBe(next);
});
