import { afterEach, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { valueWorld } from './value-world.ts';

/** Contract monitoring §8.4: parts are used with their effective values, stored, rolled up or calculated alike. */

const { world, admin, ids, indicator, formula, enter, shown } = await valueWorld();
// K; P (a, b), Q (c, d).
await must(admin.delete(`/api/v1/location/${ids.x}/`), 204);
afterEach(() => world.runJobs());

const list = (id: number, query = '') => shown(`/api/v1/campaign_datapoint/?indicator__in=${id}${query}`);
async function ratio(name: string, values: Record<string, [number, number]>): Promise<number> {
  const [n, d, r] = [
    await indicator(`${name} n`, 'int'),
    await indicator(`${name} d`, 'int'),
    await indicator(name, 'float'),
  ];
  await formula(r, { NUMERATOR: [n], DENOMINATOR: [d] });
  for (const [code, [up, down]] of Object.entries(values)) {
    await enter(n, { [code]: up });
    await enter(d, { [code]: down });
  }
  return r;
}

test('a sum of ratios is the sum of the ratios at each place', async () => {
  const r1 = await ratio('r1', { a: [1, 2], b: [1, 2] });
  const r2 = await ratio('r2', { a: [1, 4], b: [1, 4] });
  const sr = await indicator('sr', 'float');
  await formula(sr, { PART_TO_BE_SUMMED: [r1, r2] });
  await world.runJobs();
  expect(await list(sr)).toBe('K 0.75, P 0.75, a 0.75, b 0.75');
  const all = await indicator('all', 'float');
  await formula(all, { PART_TO_BE_SUMMED: [sr] });
  const twice = await indicator('twice', 'float');
  await formula(twice, { NUMERATOR: [sr], DENOMINATOR: [r2] });
  await world.runJobs();
  expect(await list(all)).toBe('K 0.75, P 0.75, a 0.75, b 0.75');
  expect(await list(twice, `&location_id=${ids.K}`)).toBe('K 3');
  const { objects } = await must(
    admin.get(`/api/v1/campaign_datapoint/?indicator__in=${sr}&location_id=${ids.P}&lineage=url`),
    200,
  );
  const lineage = await must(admin.get(objects[0].lineage), 200);
  expect([lineage.value, lineage.kind, lineage.formula]).toEqual([0.75, 'calculated', 'r1 + r2']);
});

test('parts that add up and ratios that do not: of each its value at the place', async () => {
  const r = await ratio('share', { a: [3, 10], b: [2, 10] });
  const plain = await indicator('plain', 'int');
  const mixed = await indicator('mixed', 'float');
  await formula(mixed, { PART_TO_BE_SUMMED: [plain, r] });
  await enter(plain, { a: 5 });
  await world.runJobs();
  expect(await list(mixed)).toBe('K 5.25, P 5.25, a 5.3, b 0.2');
  const { objects } = await must(
    admin.get(`/api/v1/campaign_datapoint/?indicator__in=${mixed}&location_id=${ids.b}`),
    200,
  );
  expect(objects[0].flags).toEqual(['is_calculated', 'missing_part']);
});
