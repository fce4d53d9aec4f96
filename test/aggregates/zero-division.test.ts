import { expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { valueWorld } from './value-world.ts';

const { admin, ids, indicator, formula, enter, june } = await valueWorld({ GRANARY_ZERO_DIVISION: 'zero' });

test('where an installation wants it, a division by zero is 0, and flagged all the same', async () => {
  const n = await indicator('n', 'int');
  const d = await indicator('d', 'int');
  const r = await indicator('r', 'pct');
  await formula(r, { NUMERATOR: [n], DENOMINATOR: [d] });
  await enter(n, { a: 1 });
  await enter(d, { a: 0 });
  await enter(n, { a: 2 }, june);
  await enter(d, { a: 4 }, june);
  const url = `/api/v1/campaign_datapoint/?indicator__in=${r}&location_id=${ids.a}`;
  const shown = async (query: string) =>
    (await must(admin.get(url + query), 200)).objects.map((one: { value: number; flags: string[] }) => [
      one.value,
      one.flags,
    ]);
  const zero = [0, ['is_calculated', 'division_by_zero']];
  expect(await shown('')).toEqual([zero, [0.5, ['is_calculated']]]);
  expect(await shown('&group_by_time=month')).toEqual([zero, [0.5, ['is_calculated']]]);
  expect(await shown('&cumulative=1')).toEqual([zero, [0.75, ['is_calculated']]]);
});
