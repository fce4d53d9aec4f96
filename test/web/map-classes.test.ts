import { expect, test, vi } from 'vitest';

interface MapClass {
  label: string;
  colour: string;
}
// By its path alone: the types of the page are not those of the server's tests.
const { mapClasses } = await vi.importActual<{ mapClasses: (indicator: object, values: number[]) => MapClass[] }>(
  '../../web/src/charts/map-classes.ts',
);

const share = { data_format: 'pct', categories: null, bound_json: [], good_bound: null, bad_bound: null };

/** Three ranges of a share; what a colour is called says how it is meant. */
function coloursOf(names: string[], direction: number, sides: object = {}): string[] {
  const [low, middle, high] = names;
  const bound_json = [
    { bound_name: low, mn_val: null, mx_val: 0.15, direction },
    { bound_name: middle, mn_val: 0.15, mx_val: 0.25, direction },
    { bound_name: high, mn_val: 0.25, mx_val: null, direction },
  ].filter(({ bound_name }) => bound_name !== undefined);
  return mapClasses({ ...share, ...sides, bound_json }, []).map(({ colour }) => meant(colour));
}
const meanings: Record<string, string> = { '#b5382b': 'bad', '#eec15a': 'so so', '#1f6f5c': 'good' };
const meant = (colour: string) => meanings[colour] ?? 'neutral';

const badIsHigh = ['good', 'so so', 'bad'];
const badIsLow = ['bad', 'so so', 'good'];
const neutral = ['neutral', 'neutral', 'neutral'];

test.each([
  [
    'bounds of the indicator, whatever is named how',
    ['Low', 'Middle', 'High'],
    1,
    { good_bound: 0.1, bad_bound: 0.25 },
    badIsHigh,
  ],
  ['bounds before the direction', ['good', 'ok', 'bad'], -1, { good_bound: 0.9, bad_bound: 0.5 }, badIsLow],
  ['one bound says nothing', ['Low', 'Middle', 'High'], 0, { good_bound: 0.1 }, neutral],
  ['less is better', ['Low', 'Middle', 'High'], -1, {}, badIsHigh],
  ['more is better', ['Low', 'Middle', 'High'], 1, {}, badIsLow],
  ['words, where the direction is what a range has by itself', ['good', 'ok', 'bad'], 1, {}, badIsHigh],
  ['words where no direction was chosen', ['Very good', 'fair', 'Not good'], 0, {}, badIsHigh],
  ['words that only hold others', ['broken', 'below targets', 'goodness'], 0, {}, neutral],
  ['a target', ['below target', 'near', 'on target'], 0, {}, badIsLow],
  ['both ends bad', ['bad', 'good', 'critical'], 0, {}, ['bad', 'good', 'bad']],
  ['nothing', ['small', 'middle', 'large'], 0, {}, neutral],
])('ranges are coloured by %s', (_, names, direction, sides, expected) => {
  expect(coloursOf(names, direction, sides)).toEqual(expected);
});

test('categories have colours of their own unless their names say what is good', () => {
  const of = (labels: string[]) => {
    const categories = labels.map((label, index) => ({ label, value: index + 1 }));
    return mapClasses({ ...share, data_format: 'class', categories }, []).map(({ colour }) => colour);
  };
  const found = of(['Blocked', 'Restricted', 'Open']);
  expect(found.map(meant)).toEqual(neutral);
  expect(new Set(found).size).toBe(3);
  expect(of(['good', 'fair', 'poor']).map(meant)).toEqual(badIsHigh);
  expect(of(['good', 'fair', 'unknown']).map(meant)).toEqual(neutral);
});

test.each([
  ['whole numbers by whole bounds', 'int', null, [16_308, 17_778], ['16,308 to 16,601', '16,602 to 16,895']],
  ['few whole numbers one by one', 'int', 'L', [1, 3], ['1\u00a0L', '2\u00a0L', '3\u00a0L']],
  ['a mean of whole numbers as what it is', 'int', null, [1.5, 2.5], ['1.5 to 1.7', '1.7 to 1.9']],
  ['negative numbers with a minus', 'float', 'USD', [-1.37, -0.37], ['\u22121.37 to \u22121.17\u00a0USD']],
])('a legend says %s', (_, data_format, unit, values, expected) => {
  const labels = mapClasses({ ...share, data_format, unit }, values).map(({ label }) => label);
  expect(labels.slice(0, expected.length)).toEqual(expected);
});

test('a range without an end is at least or less than the other', () => {
  const bound_json = [
    { bound_name: 'bad', mn_val: null, mx_val: 0.9, direction: 1 },
    { bound_name: 'good', mn_val: 0.9, mx_val: null, direction: 1 },
  ];
  const labels = mapClasses({ ...share, bound_json }, []).map(({ label }) => label);
  expect(labels).toEqual(['bad, < 90%', 'good, ≥ 90%']);
});
