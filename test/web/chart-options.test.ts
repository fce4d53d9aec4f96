import { describe, expect, test, vi } from 'vitest';

interface Axis {
  name?: string;
  data?: string[];
  axisLabel: { customValues: number[]; formatter: (value: number) => string };
}
interface Option {
  xAxis: Axis;
  yAxis: Axis;
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
