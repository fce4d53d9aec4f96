import { beforeEach, expect, test } from 'vitest';
import { sql } from '../../src/platform/db/index.ts';
import { must } from '../locations/places-world.ts';
import { valueWorld } from './value-world.ts';

/** The examples of contract monitoring §8.6, entered and read through the API. */
const { world, admin, ids, may, indicator, formula, enter, codeOf } = await valueWorld();
// The contract's world has no clinic: at a it would only be one more place without data.
await admin.delete(`/api/v1/location/${ids.x}/`);

const id: Record<string, number> = {};
for (const name of [
  'seen',
  'absent',
  'refused',
  'belief',
  'other',
  'total',
  'first',
  'second',
  'fifty',
  'thirty',
  'third',
  'A',
  'B',
  'C',
  'D',
  'n',
  'd',
]) {
  id[name] = await indicator(name, 'int');
}
for (const name of ['rate', 'missed', 'dropout', 'r']) id[name] = await indicator(name, 'pct');
id.open = await indicator('open', 'bool');
id.visits = await indicator('visits', 'int', { resource_name: 'date' });
id.mean = await indicator('mean', 'float', { aggregation: 'mean' });
id.people = await indicator('people', 'int');
id.weighted = await indicator('weighted', 'pct', { aggregation: 'weighted_mean', weight_indicator_id: id.people });
for (const name of ['min', 'max', 'count', 'last'] as const)
  id[name] = await indicator(name, 'int', { aggregation: name });
const sum = (whole: string, ...parts: string[]) =>
  formula(id[whole]!, { PART_TO_BE_SUMMED: parts.map((part) => id[part]!) });
await sum('total', 'absent', 'refused');
await sum('refused', 'belief', 'other');
await formula(id.missed!, { NUMERATOR: [id.total!], DENOMINATOR: [id.seen!] });
await sum('first', 'fifty', 'thirty');
await formula(id.dropout!, { WHOLE_OF_DIFFERENCE: [id.first!], PART_OF_DIFFERENCE: [id.third!] });
await sum('A', 'B', 'C');
await sum('B', 'D');
await sum('C', 'D');
await formula(id.r!, { NUMERATOR: [id.n!], DENOMINATOR: [id.d!] });

beforeEach(async () => {
  await world.runJobs();
  await world.context.db.exec(sql`truncate datapoint, aggregate, date_aggregate`);
});

const put = (values: Record<string, Record<string, number | null>>) =>
  Object.entries(values).reduce(
    (before, [name, cells]) => before.then(() => enter(id[name]!, cells)),
    Promise.resolve(),
  );
interface Cell {
  location_id: number;
  value: number | null;
  flags: string[];
  coverage: number;
  conflict: number | null;
}

/** Place → what is shown there, of one indicator in May. */
async function cells(name: string): Promise<Record<string, Cell>> {
  const url = `/api/v1/campaign_datapoint/?indicator__in=${id[name]}&campaign__in=${may}&fields=location_id,value,flags,coverage,conflict`;
  const { objects } = await must(admin.get(url), 200);
  return Object.fromEntries((objects as Cell[]).map((one) => [codeOf(one.location_id), one]));
}
const valuesOf = async (name: string) =>
  Object.fromEntries(Object.entries(await cells(name)).map(([code, one]) => [code, one.value]));

const one = { a: 60, b: 90, Q: 80, c: 30 };
const seven = {
  absent: { a: 2, b: 5, c: 1 },
  belief: { a: 1, b: 4 },
  other: { a: 3 },
  refused: { b: 10 },
  total: { Q: 9 },
};

test('1: a stored province replaces its districts for the country too, and the difference is flagged', async () => {
  await put({ seen: one });
  const shown = await cells('seen');
  expect(Object.keys(shown).sort()).toEqual(['K', 'P', 'Q', 'a', 'b', 'c']);
  expect(shown.P).toMatchObject({ value: 150, flags: ['is_agg'], coverage: 1 });
  expect(shown.Q).toMatchObject({ value: 80, flags: ['has_conflict'], conflict: 30 });
  expect(shown.K).toMatchObject({ value: 230, flags: ['is_agg', 'conflict_below'] });
});

test('2: what is missing makes it partial', async () => {
  const { b: _, ...others } = one;
  await put({ seen: others });
  const shown = await cells('seen');
  expect(shown.P).toMatchObject({ value: 60, flags: ['is_agg', 'is_partial'], coverage: 0.5 });
  expect(shown.K).toMatchObject({ value: 140, flags: ['is_agg', 'is_partial', 'conflict_below'] });
});

test('3: 0 is a value, and 4: null is none', async () => {
  await put({ seen: { ...one, P: 0 } });
  expect(await cells('seen')).toMatchObject({ P: { value: 0, flags: ['has_conflict'] }, K: { value: 80 } });
  const url = `/api/v1/campaign_datapoint/?indicator__in=${id.seen}&location_id=${ids.P}`;
  const { objects } = await must(admin.get(url), 200);
  await must(admin.patch(`/api/v1/campaign_datapoint/${objects[0].id}/`, { value: null }), 202);
  expect(await valuesOf('seen')).toMatchObject({ P: 150, K: 230 });
});

test('5: the share of reports, not a mean of means', async () => {
  await put({ open: { a: 1, b: 0, c: 1, d: 1 } });
  expect(await valuesOf('open')).toMatchObject({ P: 0.5, Q: 1, K: 0.75 });
  await put({ open: { Q: 0 } });
  expect((await valuesOf('open')).K).toBeCloseTo(1 / 3);
});

test('6: percentages are not rolled up', async () => {
  await put({ rate: { a: 0.2, b: 0.6 } });
  expect(await valuesOf('rate')).toEqual({ a: 0.2, b: 0.6 });
});

test('7: sums of sums over places; a stored total is honoured where it is', async () => {
  await put(seven);
  expect(await valuesOf('refused')).toMatchObject({ a: 4, b: 10, P: 14 });
  const total = await cells('total');
  expect(Object.fromEntries(Object.entries(total).map(([code, cell]) => [code, cell.value]))).toEqual({
    K: 30,
    P: 21,
    Q: 9,
    a: 6,
    b: 15,
    c: 1,
  });
  expect(total.Q!.flags).toEqual(['has_conflict']);
  // belief is inside refused at b, where refused is stored.
  expect((await cells('refused')).b).toMatchObject({ flags: ['has_conflict'], conflict: 4 });
});

test('8: ratios of sums', async () => {
  await put({ ...seven, seen: one });
  const missed = await valuesOf('missed');
  expect(missed.P).toBeCloseTo(0.14, 12);
  expect(missed.K).toBeCloseTo(30 / 230, 12);
  expect(missed.c).toBeCloseTo(1 / 30, 12);
});

test('9: by however many ways, each counts once', async () => {
  await put({ D: { a: 7 } });
  expect((await valuesOf('A')).a).toBe(7);
});

test('10: a difference of a sum', async () => {
  await put({ fifty: { a: 50 }, thirty: { a: 30 }, third: { a: 60 } });
  expect((await valuesOf('dropout')).a).toBe(0.25);
});

test('11: a division by zero is no value, and says so', async () => {
  await put({ n: { a: 1 }, d: { a: 0 } });
  expect((await cells('r')).a).toMatchObject({ value: null, flags: ['division_by_zero'] });
  // Of one of its two districts, and so is all that is made from it.
  expect((await cells('r')).P).toMatchObject({ value: null, flags: ['is_partial', 'division_by_zero'] });
});

test('12: days: places first, then time', async () => {
  await enter(id.visits!, { P: 5, a: 2 }, '2020-03-01');
  await enter(id.visits!, { a: 4 }, '2020-06-01');
  const at = async (grouping: string) =>
    (
      await must(
        admin.get(`/api/v1/date_datapoint/?indicator__in=${id.visits}&location_id=${ids.P}&group_by_time=${grouping}`),
        200,
      )
    ).objects;
  expect((await at('day')).map((cell: Cell) => cell.value)).toEqual([5, 4]);
  const [year] = await at('year');
  expect(year).toMatchObject({ value: 9, has_conflict: true });
  expect(year.flags).toContain('mixed_levels');
});

test('operators over places: mean, weighted by another indicator, least, greatest, number, newest', async () => {
  const values = { a: 10, b: 40, c: 25 };
  await put({ mean: values, min: values, max: values, count: values, last: values });
  expect((await valuesOf('mean')).K).toBe(25);
  expect((await valuesOf('min')).K).toBe(10);
  expect((await valuesOf('max')).K).toBe(40);
  expect((await valuesOf('count')).K).toBe(3);
  expect((await valuesOf('last')).K).toBe(25);
  await put({ people: { a: 300, b: 100 }, weighted: { a: 0.2, b: 0.6, c: 0.9 } });
  const weighted = await cells('weighted');
  expect(weighted.P).toMatchObject({ flags: ['is_agg'] });
  expect(weighted.P!.value).toBeCloseTo(0.3, 12);
  // c has no weight: it is left out, and that makes the country partial.
  expect(weighted.K).toMatchObject({ flags: ['is_agg', 'is_partial'] });
  expect(weighted.K!.value).toBeCloseTo(0.3, 12);
});

test('§8.7: changing belief at a works out twelve cells, and no other', async () => {
  await put({ ...seven, seen: one });
  await world.context.db.exec(sql`update aggregate set updated_at = '2000-01-01'`);
  const { objects } = await must(
    admin.get(`/api/v1/campaign_datapoint/?indicator__in=${id.belief}&location_id=${ids.a}`),
    200,
  );
  await must(admin.patch(`/api/v1/campaign_datapoint/${objects[0].id}/`, { value: 2 }), 202);
  const touched = await world.context.db.many<{ indicator_id: number; location_id: number }>(
    sql`select indicator_id, location_id from aggregate where updated_at > '2000-01-02'`,
  );
  const names = new Set(touched.map((cell) => Object.keys(id).find((name) => id[name] === cell.indicator_id)));
  expect([touched.length, names, new Set(touched.map((cell) => codeOf(cell.location_id)))]).toEqual([
    12,
    new Set(['belief', 'refused', 'total', 'missed']),
    new Set(['a', 'P', 'K']),
  ]);
});
