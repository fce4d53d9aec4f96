import { afterEach, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { valueWorld } from './value-world.ts';

/** Groups over time (contract monitoring §6.3, §8.2–8.5): what is calculated, weighted and hidden in them. */

const { world, admin, ids, may, june, indicator, formula, enter, codeOf } = await valueWorld();
// K; P (a, b), Q (c, d); x at a.
await must(admin.delete(`/api/v1/location/${ids.x}/`), 204);
const dated = { resource_name: 'date' };
afterEach(() => world.runJobs());

interface Row {
  location_id: number;
  time_grouping: string | null;
  data_date?: string | null;
  campaign_id?: number | null;
  value: number | null;
  flags: string[];
  coverage: number | null;
}
const rowsOf = async (path: string): Promise<Row[]> => (await must(admin.get(`/api/v1/${path}`), 200)).objects;
/** `a 2020 0.5` of each row; of campaigns without the period. */
const brief = (rows: Row[]) =>
  rows.map((one) =>
    [codeOf(one.location_id), one.time_grouping ?? one.data_date, one.value].filter((x) => x != null).join(' '),
  );
const read = async (id: number, query: string, codes = 'a', resource = 'date_datapoint') =>
  brief(
    await rowsOf(
      `${resource}/?indicator__in=${id}&agg_mode=mixed&location_id__in=${[...codes].map((code) => ids[code])}&${query}`,
    ),
  );

test('a stored ratio does not turn the ratio of the groups into a sum', async () => {
  const n = await indicator('n', 'int', dated);
  const dn = await indicator('dn', 'int', dated);
  const roles = { NUMERATOR: [n], DENOMINATOR: [dn] };
  const r = await indicator('r', 'float', dated);
  await formula(r, roles);
  const p = await indicator('p', 'pct', dated);
  await formula(p, roles);
  for (const [day, up, down] of [
    ['2020-01-01', 1, 4],
    ['2020-02-01', 3, 4],
    ['2020-03-01', 2, 4],
  ] as const) {
    await enter(n, { a: up }, day);
    await enter(dn, { a: down }, day);
  }
  expect(await read(r, 'group_by_time=year')).toEqual(['a 2020 0.5']);
  await enter(r, { a: 0.9 }, '2020-01-01');
  await enter(p, { a: 0.9, b: 0.3 }, '2020-01-01');
  expect(await read(r, 'group_by_time=year')).toEqual(['a 2020 0.5']);
  expect(await read(p, 'group_by_time=year', 'ab')).toEqual(['a 2020 0.5', 'b 2020 0.3']);
  expect(await read(p, 'group_by_time=quarter', 'ab')).toEqual(['a 20201 0.5', 'b 20201 0.3']);
  // Where the components give nothing in the group, what is stored does.
  await enter(r, { a: 0.7 }, '2021-01-01');
  await enter(p, { b: 0.5 }, '2020-02-01');
  expect(await read(r, 'group_by_time=year')).toEqual(['a 2020 0.5', 'a 2021 0.7']);
  const [none] = await rowsOf(`date_datapoint/?indicator__in=${p}&location_id=${ids.b}&group_by_time=year`);
  expect([none!.value, none!.flags]).toEqual([null, ['not_aggregable']]);
  // The lineage of a group says the same.
  const lineage = await must(
    admin.get(`/api/v1/datapoint/lineage?indicator_id=${r}&location_id=${ids.a}&time_grouping=2020`),
    200,
  );
  expect([lineage.value, lineage.kind]).toEqual([0.5, 'calculated']);
});

test('what is made from a ratio that is stored alone follows it; campaigns are as days', async () => {
  const f = await indicator('f', 'float');
  const [n, dn, x2] = [await indicator('cn', 'int'), await indicator('cd', 'int'), await indicator('x2', 'int')];
  await formula(f, { NUMERATOR: [n], DENOMINATOR: [dn] });
  const q = await indicator('q', 'float');
  await formula(q, { NUMERATOR: [f], DENOMINATOR: [x2] });
  await enter(n, { a: 1 });
  await enter(dn, { a: 4 });
  await enter(n, { a: 3 }, june);
  await enter(dn, { a: 4 }, june);
  await enter(f, { a: 0.9 });
  await enter(f, { b: 0.25 });
  await enter(x2, { a: 2, b: 2 });
  const list = async (id: number) => await read(id, 'group_by_time=year', 'ab', 'campaign_datapoint');
  expect(await list(f)).toEqual(['a 2020 0.5', 'b 2020 0.25']);
  expect(await list(q)).toEqual(['a 2020 0.25', 'b 2020 0.125']);
  expect(may).not.toBe(june);
});

test('without the stored value of the place a group joins what there is below, branch by branch', async () => {
  const mean = await indicator('mean', 'float', { ...dated, aggregation: 'mean' });
  const open = await indicator('open', 'bool', dated);
  const people = await indicator('people', 'int', dated);
  const wm = await indicator('wm', 'float', { ...dated, aggregation: 'weighted_mean', weight_indicator_id: people });
  for (const [id, stored, a, b, feb] of [
    [mean, 10, 1, 2, 6],
    [open, 0, 1, 0, 1],
    [wm, 10, 1, 2, 6],
  ] as const) {
    await enter(id, { P: stored, a, b }, '2020-01-01');
    await enter(id, { a: feb }, '2020-02-01');
  }
  await enter(people, { P: 100, a: 1, b: 3 }, '2020-01-01');
  await enter(people, { a: 4 }, '2020-02-01');
  const year = async (id: number, resource = 'date_datapoint') => {
    const path = `${resource}/?indicator__in=${id}&location_id=${ids.P}&group_by_time=year&agg_mode=agg-only&fields=value,coverage,location_id,flags`;
    const [row] = await rowsOf(path);
    return [row!.value, row!.coverage];
  };
  expect(await year(mean)).toEqual([3, 0.75]);
  expect((await year(open))[0]).toBeCloseTo(2 / 3);
  expect(await year(wm)).toEqual([(1 + 6 + 24) / 8, 0.75]);
  const round = await indicator('round mean', 'float', { aggregation: 'mean' });
  await enter(round, { P: 10, a: 1, b: 2 });
  await enter(round, { a: 6 }, june);
  expect(await year(round, 'campaign_datapoint')).toEqual([3, 0.75]);
  const [flat] = await rowsOf(
    `campaign_datapoint/?indicator__in=${round}&location_id=${ids.P}&campaign__in=${may}&agg_mode=agg-only&fields=value,coverage`,
  );
  expect([flat!.value, flat!.coverage]).toEqual([1.5, 1]);
});

test('agg-only and no-agg say the same in lists, groups and running totals', async () => {
  for (const more of [{}, dated]) {
    const kind = more === dated ? 'date' : 'campaign';
    const [n, dn] = [await indicator(`mn ${kind}`, 'int', more), await indicator(`md ${kind}`, 'int', more)];
    const r = await indicator(`mr ${kind}`, 'float', more);
    await formula(r, { NUMERATOR: [n], DENOMINATOR: [dn] });
    const period = more === dated ? '2020-03-01' : may;
    await enter(n, { a: 1, P: 100 }, period);
    await enter(dn, { a: 4 }, period);
    const list = async (id: number, query: string) =>
      (await rowsOf(`${kind}_datapoint/?indicator__in=${id}&location_id=${ids.P}&${query}`)).map((one) => one.value);
    // Days as they are have stored values only.
    const ways = [
      'group_by_time=year',
      'group_by_time=year&cumulative=1',
      ...(more === dated ? [] : ['', 'cumulative=1']),
    ];
    for (const way of ways) {
      expect([kind, way, await list(r, `agg_mode=agg-only&${way}`)]).toEqual([kind, way, [25]]);
      expect(await list(n, `agg_mode=agg-only&${way}`)).toEqual([1]);
      expect(await list(r, `agg_mode=no-agg&${way}`)).toEqual([]);
      expect(await list(n, `agg_mode=no-agg&${way}`)).toEqual([100]);
      expect(await list(r, way)).toEqual([25]);
    }
    const both = `${kind}_datapoint/?indicator__in=${n},${r}&location_id=${ids.P}&agg_mode=agg-only&group_by_time=year`;
    for (const way of ['', '&cumulative=1']) {
      expect((await rowsOf(both + way)).map((one) => one.value)).toEqual([1, 25]);
    }
    // A stored ratio is left out too.
    await enter(r, { P: 7 }, period);
    for (const way of ways) {
      expect([kind, way, await list(r, `agg_mode=agg-only&${way}`)]).toEqual([kind, way, [25]]);
    }
    expect(await list(r, 'agg_mode=no-agg&group_by_time=year')).toEqual([7]);
  }
  const share = await indicator('at places', 'float', dated);
  const [up, down] = [await indicator('up', 'int', dated), await indicator('down', 'int', dated)];
  await formula(share, { NUMERATOR: [up], DENOMINATOR: [down] });
  await enter(up, { a: 1 }, '2020-03-01');
  await enter(down, { a: 4 }, '2020-03-01');
  const listed = `date_datapoint/?indicator__in=${share}&location_id__in=${ids.a},${ids.P}&group_by_time=year`;
  expect(brief(await rowsOf(listed))).toEqual(['a 2020 0.25']);
  expect(await rowsOf(`${listed}&agg_mode=no-agg`)).toEqual([]);
});

test('a weighted mean of one stored value is that value; of several those without weight are missed', async () => {
  const weight = await indicator('weight', 'int', dated);
  const wm = await indicator('rate of days', 'pct', {
    ...dated,
    aggregation: 'weighted_mean',
    weight_indicator_id: weight,
  });
  await enter(wm, { a: 0.2, b: 0.4 }, '2020-01-01');
  await enter(wm, { a: 0.8 }, '2020-02-01');
  await enter(wm, { b: 0.9 }, '2020-03-01');
  await enter(weight, { a: 5 }, '2020-02-01');
  expect(await read(wm, 'group_by_time=day', 'ab')).toEqual([
    'a 2020-01-01 0.2',
    'b 2020-01-01 0.4',
    'a 2020-02-01 0.8',
    'b 2020-03-01 0.9',
  ]);
  expect(await read(wm, 'group_by_time=month', 'ab')).toEqual([
    'a 202001 0.2',
    'b 202001 0.4',
    'a 202002 0.8',
    'b 202003 0.9',
  ]);
  const path = `date_datapoint/?indicator__in=${wm}&location_id=${ids.a}&group_by_time=year&fields=value,coverage,flags`;
  expect(await rowsOf(path)).toEqual([{ value: 0.8, coverage: 0.5, flags: ['is_partial'] }]);
  // Nothing of b has a weight.
  expect(await read(wm, 'group_by_time=year', 'ab')).toEqual(['a 2020 0.8']);
  await enter(weight, { a: 0 }, '2020-01-01');
  expect(await read(wm, 'group_by_time=month')).toEqual(['a 202001 0.2', 'a 202002 0.8']);
  expect(await rowsOf(path)).toEqual([{ value: 0.8, coverage: 1, flags: [] }]);
  const people = await indicator('people of rounds', 'int');
  const round = await indicator('rate of rounds', 'pct', { aggregation: 'weighted_mean', weight_indicator_id: people });
  await enter(round, { a: 0.3 });
  expect(await read(round, 'group_by_time=year', 'a', 'campaign_datapoint')).toEqual(['a 2020 0.3']);
});

test('a sum of ratios in a group is that of the ratios of the group', async () => {
  const [n, dn, plain] = [
    await indicator('sn', 'int', dated),
    await indicator('sd', 'int', dated),
    await indicator('sp', 'int', dated),
  ];
  const r = await indicator('s ratio', 'float', dated);
  await formula(r, { NUMERATOR: [n], DENOMINATOR: [dn] });
  const sum = await indicator('s sum', 'float', dated);
  await formula(sum, { PART_TO_BE_SUMMED: [r, plain] });
  const outer = await indicator('s outer', 'float', dated);
  await formula(outer, { PART_TO_BE_SUMMED: [sum] });
  for (const [day, up] of [
    ['2020-01-01', 1],
    ['2020-02-01', 3],
  ] as const) {
    await enter(n, { a: up }, day);
    await enter(dn, { a: 4 }, day);
    await enter(plain, { a: 1 }, day);
  }
  for (const id of [sum, outer]) {
    expect(await read(id, 'group_by_time=month', 'aP')).toEqual([
      'P 202001 1.25',
      'a 202001 1.25',
      'P 202002 1.75',
      'a 202002 1.75',
    ]);
    expect(await read(id, 'group_by_time=year', 'aP')).toEqual(['P 2020 2.5', 'a 2020 2.5']);
  }
});
