import { afterEach, expect, test } from 'vitest';
import { checkAggregates } from '../../src/aggregates/index.ts';
import { referenceOf } from '../../src/aggregates/pure/reference.ts';
import { must } from '../locations/places-world.ts';
import { valueWorld } from './value-world.ts';

/** What no double holds is no value, as a division by zero is none (contract monitoring §8.4): stable wherever it is read. */

const { world, admin, ids, indicator, formula, may, june } = await valueWorld();
afterEach(() => world.runJobs());

const confirmed = { confirm_warnings: true };
async function give(indicator_id: number, code: string, value: number, campaign_id = may): Promise<void> {
  const body = { indicator_id, location_id: ids[code], campaign_id, value, ...confirmed };
  await must(admin.post('/api/v1/campaign_datapoint/', body), 201);
}
async function rows(query: string): Promise<unknown[]> {
  const { objects } = await must(admin.get(`/api/v1/campaign_datapoint/?${query}`), 200);
  return objects.map((one: { value: unknown; flags: string[] }) => [one.value, one.flags.join(' ')]);
}
const lineageOf = (query: string) => must(admin.get(`/api/v1/datapoint/lineage?${query}`), 200);
const none = (flags: string) => [null, flags];

test('ratios and differences beyond a double are no value and say so, in lists, groups, running totals and lineage', async () => {
  const n = await indicator('huge', 'float');
  const d = await indicator('tiny', 'float');
  const ratio = await indicator('ratio', 'float');
  const difference = await indicator('difference', 'float');
  await formula(ratio, { NUMERATOR: [n], DENOMINATOR: [d] });
  await formula(difference, { WHOLE_OF_DIFFERENCE: [d], PART_OF_DIFFERENCE: [n] });
  await give(n, 'a', 1e300);
  await give(d, 'a', 1e-300);
  await give(n, 'a', 1, june);
  await give(d, 'a', 2, june);
  for (const id of [ratio, difference]) {
    const at = `indicator__in=${id}&campaign__in=${may}`;
    expect(await rows(`${at}&location_id=${ids.a}`)).toEqual([none('out_of_range')]);
    expect(await rows(`${at}&location_id=${ids.K}`)).toEqual([none('is_partial out_of_range')]);
    expect(await rows(`${at}&location_id=${ids.a}&group_by_time=month`)).toEqual([none('is_calculated out_of_range')]);
    expect(await rows(`${at}&location_id=${ids.a}&cumulative=1`)).toEqual([none('is_calculated out_of_range')]);
    const told = await lineageOf(`indicator_id=${id}&location_id=${ids.a}&campaign_id=${may}`);
    expect([told.value, told.kind, told.flags, told.inputs.length]).toEqual([null, 'calculated', ['out_of_range'], 2]);
    const group = await lineageOf(`indicator_id=${id}&location_id=${ids.a}&time_grouping=202005`);
    expect([group.value, group.kind, group.flags]).toEqual([null, 'calculated', ['is_calculated', 'out_of_range']]);
  }
  expect(await rows(`indicator__in=${ratio}&campaign__in=${june}&location_id=${ids.a}`)).toEqual([
    [0.5, 'is_calculated'],
  ]);
  // A number too small for a double is 0.
  const turned = await indicator('turned', 'float');
  await formula(turned, { NUMERATOR: [d], DENOMINATOR: [n] });
  await world.runJobs();
  const at = `indicator_id=${turned}&location_id=${ids.a}`;
  expect(await rows(`indicator__in=${turned}&campaign__in=${may}&location_id=${ids.a}`)).toEqual([
    [0, 'is_calculated'],
  ]);
  expect((await lineageOf(`${at}&campaign_id=${may}`)).value).toBe(0);
  expect((await lineageOf(`${at}&time_grouping=202005`)).value).toBe(0);
});

test('sums of such ratios likewise; the second way counts where the first gives none', async () => {
  const n = await indicator('sum n', 'float');
  const d = await indicator('sum d', 'float');
  const ratio = await indicator('large', 'float');
  const other = await indicator('larger', 'float');
  const sum = await indicator('sum', 'float');
  const both = await indicator('both', 'float');
  await formula(ratio, { NUMERATOR: [n], DENOMINATOR: [d] });
  await formula(other, { NUMERATOR: [n], DENOMINATOR: [d] });
  await formula(sum, { PART_TO_BE_SUMMED: [ratio, other] });
  await formula(both, { WHOLE_OF_DIFFERENCE: [d], PART_OF_DIFFERENCE: [n], NUMERATOR: [d], DENOMINATOR: [d] });
  await give(n, 'a', 9e299);
  await give(d, 'a', 7.5e-9);
  await world.runJobs();
  const here = `campaign__in=${may}&location_id=${ids.a}`;
  expect(await rows(`indicator__in=${ratio}&${here}`)).toEqual([[1.2e308, 'is_calculated']]);
  expect(await rows(`indicator__in=${sum}&${here}`)).toEqual([none('out_of_range')]);
  expect(await rows(`indicator__in=${sum}&${here}&group_by_time=year`)).toEqual([none('is_calculated out_of_range')]);
  const told = await lineageOf(`indicator_id=${sum}&location_id=${ids.a}&campaign_id=${may}`);
  expect([told.value, told.kind, told.formula]).toEqual([null, 'calculated', 'large + larger']);
  await give(d, 'a', 1e-300, june);
  await give(n, 'a', 1e300, june);
  expect(await rows(`indicator__in=${both}&campaign__in=${june}&location_id=${ids.a}`)).toEqual([[1, 'is_calculated']]);
  const second = await lineageOf(`indicator_id=${both}&location_id=${ids.a}&campaign_id=${june}`);
  expect([second.value, second.formula]).toEqual([1, 'sum d ÷ sum d']);
});

test('a rebuild finds the same, and so does the reference', async () => {
  await world.runJobs();
  expect((await checkAggregates(world.context)).flatMap((one) => one.differences)).toEqual([]);
  const roles = [
    { id: 1, role: 'NUMERATOR' },
    { id: 2, role: 'DENOMINATOR' },
  ] as const;
  const reference = referenceOf({
    places: [{ id: 1, parentId: null }],
    indicators: [
      { id: 1, dataFormat: 'float' },
      { id: 2, dataFormat: 'float' },
      { id: 3, dataFormat: 'float', components: [...roles] },
    ],
    stored: [
      { indicatorId: 1, locationId: 1, value: 1e300 },
      { indicatorId: 2, locationId: 1, value: 1e-300 },
    ],
  });
  expect(reference.at(3, 1)).toMatchObject({ value: null, outOfRange: true, divisionByZero: false });
});
