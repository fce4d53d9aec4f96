import { afterEach, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { valueWorld } from './value-world.ts';

/** Contract monitoring §6.1 and §8.5: coverage on request, of campaigns and of days, flat and in groups. */

const { world, admin, ids, may, june, indicator, formula, enter, codeOf } = await valueWorld();
// K; P (a, b), Q (c, d); x at a.
const dated = { resource_name: 'date' };
const visits = await indicator('visits', 'int', dated);
const late = await indicator('late', 'int', dated);
const share = await indicator('share', 'pct', dated);
await formula(share, { NUMERATOR: [late], DENOMINATOR: [visits] });
const level = await indicator('level', 'pct', dated);
const newest = await indicator('newest', 'date', dated);
await formula(newest, { latest_date: [visits] });
const seen = await indicator('seen', 'int');

await enter(visits, { a: 1, b: 2, c: 3 }, '2020-03-01');
await enter(visits, { a: 4, Q: 0 }, '2020-06-01');
await enter(late, { a: 1, c: 1 }, '2020-03-01');
await enter(late, { Q: 1 }, '2020-06-01');
await enter(level, { a: 0.5, b: 0.25 }, '2020-03-01');
await enter(level, { a: 0.75 }, '2020-06-01');
await enter(seen, { a: 1, c: 3 });
await enter(seen, { P: 5 }, june);
afterEach(() => world.runJobs());

interface Row {
  location_id: number;
  time_grouping: string;
  campaign_id: number | null;
  coverage: number | null;
}
/** `K 202003 0.75` of each row. */
async function covered(path: string): Promise<string[]> {
  const { objects } = await must(admin.get(`/api/v1/${path}`), 200);
  return objects.map(
    ({ location_id, time_grouping, campaign_id, coverage }: Row) =>
      `${codeOf(location_id)} ${time_grouping ?? { [may]: 'may', [june]: 'june' }[campaign_id!]} ${coverage}`,
  );
}
const fields = 'fields=location_id,time_grouping,coverage';
const groups = (indicatorId: number, grouping: string, codes: string) =>
  covered(
    `date_datapoint/?indicator__in=${indicatorId}&group_by_time=${grouping}&${fields}&agg_mode=mixed&location_id__in=${[...codes].map((code) => ids[code])}`,
  );

test('of campaigns: branches with a value among those that were gone down', async () => {
  const rows = await covered(`campaign_datapoint/?indicator__in=${seen}&fields=location_id,campaign_id,coverage`);
  expect(rows).toEqual(['K may 0.5', 'P may 0.5', 'Q may 0.5', 'a may 1', 'c may 1', 'K june 0.5', 'P june 1']);
});

test('of a computed value that a stored one hides it is that of the computed one', async () => {
  const kids = await indicator('kids', 'int');
  await enter(kids, { a: 1, P: 9 });
  const query = `campaign_datapoint/?indicator__in=${kids}&fields=location_id,campaign_id,coverage`;
  expect(await covered(query)).toEqual(['K may 0.5', 'P may 1', 'a may 1']);
  expect(await covered(`${query}&agg_mode=agg-only`)).toEqual(['K may 0.5', 'P may 0.5']);
});

test('of groups of one day, as of that day', async () => {
  expect(await groups(visits, 'day', 'KPQac')).toEqual([
    'K 2020-03-01 0.75',
    'P 2020-03-01 1',
    'Q 2020-03-01 0.5',
    'a 2020-03-01 1',
    'c 2020-03-01 1',
    // b has none, and Q is one branch.
    'K 2020-06-01 0.666667',
    'P 2020-06-01 0.5',
    'Q 2020-06-01 1',
    'a 2020-06-01 1',
  ]);
  const url = `/api/v1/datapoint/lineage?indicator_id=${visits}&location_id=${ids.K}&data_date=2020-06-01`;
  expect((await must(admin.get(url), 200)).coverage).toBeCloseTo(2 / 3);
});

test('of groups of several days: all their branches together', async () => {
  expect(await groups(visits, 'year', 'KPQ')).toEqual([
    `K 2020 ${Number((5 / 7).toFixed(6))}`,
    'P 2020 0.75',
    `Q 2020 ${Number((2 / 3).toFixed(6))}`,
  ]);
});

test('of what is calculated in a group: its least complete component', async () => {
  // late has 2 of 4 and 1 of 2 at K.
  expect(await groups(share, 'year', 'KP')).toEqual(['K 2020 0.5', 'P 2020 0.5']);
  // 1 ÷ 0 at Q in June.
  expect(await groups(share, 'quarter', 'Q')).toEqual(['Q 20201 0.5', 'Q 20202 0']);
});

test('of what does not join, none of it; of days and numbers of places there are no branches', async () => {
  expect(await groups(level, 'year', 'a')).toEqual(['a 2020 0']);
  expect(await groups(newest, 'year', 'K')).toEqual(['K 2020 null']);
});

test('of stored values of days each is whole, and what was not asked for is not there', async () => {
  const url = `date_datapoint/?indicator__in=${visits}`;
  const rows = await must(admin.get(`/api/v1/${url}&fields=coverage,value`), 200);
  expect(rows.objects.map((one: Row) => one.coverage)).toEqual([1, 1, 1, 1, 1]);
  expect((await must(admin.get(`/api/v1/${url}`), 200)).objects[0]).not.toHaveProperty('coverage');
  const csv = await admin.get(`/api/v1/${url}&group_by_time=year&location_id=${ids.K}&${fields}&format=csv`);
  expect(csv.text.trim().split(/\r?\n/)).toEqual(['location_id,time_grouping,coverage', `${ids.K},2020,0.714286`]);
});
