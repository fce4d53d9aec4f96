import { describe, expect, test, vi } from 'vitest';

interface Axis {
  name?: string;
  data?: string[];
  axisLabel: { customValues: number[]; formatter: (value: number) => string };
}
interface Option {
  xAxis: Axis;
  yAxis: Axis;
  grid: { right: number };
}
// By its path alone: the types of the page are not those of the server's tests.
const { seriesOption } = await vi.importActual<{
  seriesOption: (type: string, drawn: object, ink: object) => Option;
}>('../../web/src/charts/series-option.ts');

const desktop = { width: 560, height: 300, text: '#000', muted: '#666', line: '#ccc', panel: '#fff', font: 'Inter' };
const phone = { ...desktop, width: 320 };

describe('an axis of days', () => {
  const days = ['2026-01-02', '2026-01-17', '2026-03-30', '2026-11-17'];
  const cells = days.map((_, index) => ({ indicator_id: 1, value: index }));
  const drawn = {
    categories: days,
    days,
    series: [{ name: 'Births', unit: 'number ', cells }],
    indicatorOf: () => ({ id: 1 }),
  };

  test.each([
    ['desktop', desktop, 6],
    ['phone', phone, 3],
  ])('says day, month and year at each of its ticks: %s', (_, ink, most) => {
    const { customValues, formatter } = seriesOption('line', drawn, ink).xAxis.axisLabel;
    const labels = customValues.map(formatter);
    expect(labels[0]).toBe('2 Jan 2026');
    expect(labels.length).toBeGreaterThan(1);
    expect(labels.length).toBeLessThanOrEqual(most);
    for (const label of labels) expect(label).toMatch(/^\d+ \w{3,4} 2026$/);
  });

  test('of one day is that day', () => {
    const one = { ...drawn, categories: days.slice(0, 1), days: days.slice(0, 1) };
    const { customValues, formatter } = seriesOption('line', one, phone).xAxis.axisLabel;
    expect(customValues.map(formatter)).toEqual(['2 Jan 2026']);
  });
});

describe('many places', () => {
  const categories = Array.from({ length: 28 }, (_, index) => `Arusho ${index}`);
  const cells = categories.map((_, index) => ({ indicator_id: 1, value: index }));
  const indicatorOf = () => ({ id: 1, name: 'Cost', data_format: 'float', unit: 'USD' });
  const drawn = { categories, series: [{ name: 'Cost', unit: 'number USD', cells }], indicatorOf };

  test('are lying bars with a name each where columns have no room for names', () => {
    const { yAxis } = seriesOption('column', { ...drawn, isOfPeriods: false }, { ...phone, height: 700 });
    expect(yAxis).toMatchObject({ data: categories, axisLabel: { interval: 0 } });
    expect(seriesOption('column', { ...drawn, isOfPeriods: false }, desktop).xAxis.data).toEqual(categories);
  });

  test('of periods stay upright, and the last one has room for its name', () => {
    const option = seriesOption('column', { ...drawn, isOfPeriods: true }, phone);
    expect(option.xAxis.data).toEqual(categories);
    expect(option.grid.right).toBeGreaterThan(25);
  });

  test('say what their numbers are', () => {
    expect(seriesOption('column', { ...drawn, isOfPeriods: true }, desktop).yAxis).toMatchObject([{ name: 'USD' }]);
  });
});

test('units have a picture each on a phone, and axes of one picture where there is room', () => {
  const units = [
    ['Share missed', 'pct', null],
    ['Vaccine stock', 'int', 'L'],
    ['Fridge temperature', 'float', '°C'],
  ].map(([name, data_format, unit], id) => ({ id, name, data_format, unit }));
  const indicatorOf = (cell: { indicator_id: number } | undefined) => units.find(({ id }) => id === cell?.indicator_id);
  const series = units.map(({ id, name }) => ({ name, unit: String(id), cells: [{ indicator_id: id, value: 1 }] }));
  const drawn = { categories: ['April'], series, indicatorOf, isOfPeriods: true };
  const names = ['Share missed', 'Vaccine stock (L)', 'Fridge temperature (°C)'];
  const split = seriesOption('line', drawn, { ...phone, height: 470 });
  expect([split.yAxis, split.grid].map((one) => (one as unknown as object[]).length)).toEqual([3, 3]);
  expect((split.yAxis as unknown as Axis[]).map(({ name }) => name)).toEqual(names);
  const joined = seriesOption('line', drawn, desktop);
  expect((joined.yAxis as unknown as Axis[]).map(({ name }) => name)).toEqual(names);
  expect(Array.isArray(joined.grid)).toBe(false);
});
