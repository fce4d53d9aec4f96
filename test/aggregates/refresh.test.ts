import { afterEach, expect, test } from 'vitest';
import { groupsAsked } from '../../src/aggregates/group-store.ts';
import {
  type Kind,
  refreshCells,
  requestRebuild,
  requestRefresh,
  requestRefreshOfIndicators,
} from '../../src/aggregates/index.ts';
import {
  groupedReference,
  type ReferenceIndicator,
  type ReferenceOperator,
  type ReferenceRole,
} from '../../src/aggregates/pure/reference.ts';
import { sql } from '../../src/platform/db/index.ts';
import { startWorld } from '../support/world.ts';
import { cellsOf, referenceCells, wholeTable } from './tables.ts';

const world = await startWorld();
const { db } = world.context;

afterEach(async () => {
  await db.exec(sql`truncate location, indicator, campaign, campaign_type, location_type, datapoint, aggregate, date_aggregate,
    aggregate_request, location_tree, indicator_calculation restart identity cascade`);
});

/** Rows of several tables, quickly; what the API checks is not this file's matter. */
async function insertPlaces(parents: (number | null)[]): Promise<void> {
  await db.exec(sql`insert into location_type (name, admin_level) values ('place', 0) on conflict do nothing`);
  for (const [index, parent] of parents.entries()) {
    await db.exec(sql`insert into location (name, location_code, location_type_id, parent_location_id)
      values (${`p${index + 1}`}, ${`p${index + 1}`}, (select min(id) from location_type), ${parent})`);
  }
}

async function insertIndicator(name: string, one: Omit<ReferenceIndicator, 'id'>, kind: Kind): Promise<void> {
  await db.exec(sql`insert into indicator (short_name, name, data_format, resource_name, aggregation, weight_indicator_id)
    values (${name}, ${name}, ${one.dataFormat}, ${kind}, ${one.aggregation ?? null}, ${one.weightId ?? null})`);
}

async function insertComponents(id: number, components: NonNullable<ReferenceIndicator['components']>): Promise<void> {
  for (const { id: part, role } of components) {
    await db.exec(sql`insert into indicator_calculation (indicator_id, indicator_component_id, calculation)
      values (${id}, ${part}, ${role})`);
  }
}

async function insertPeriods(): Promise<void> {
  await db.exec(sql`insert into campaign_type (name) values ('round')`);
  await db.exec(sql`insert into campaign (name, campaign_type_id, start_date, end_date)
    select 'c' || n, 1, date '2020-01-01' + n * 30, date '2020-01-01' + n * 30 + 5 from generate_series(1, 2) n`);
}

let clock = 0;

/** Stores a value, or takes it away, and asks for what it reaches. */
async function store(kind: Kind, period: number | string, i: number, l: number, value: number | null): Promise<number> {
  clock += 1;
  await db.transaction(async (tx) => {
    const [campaign, date] = kind === 'campaign' ? [period, null] : [null, period];
    await tx.exec(sql`update datapoint set retracted_at = now() where retracted_at is null and indicator_id = ${i}
      and location_id = ${l} and campaign_id is not distinct from ${campaign}::int and data_date is not distinct from ${date}::date`);
    if (value !== null) {
      await tx.exec(sql`insert into datapoint (indicator_id, location_id, campaign_id, data_date, value, origin, ranked_at)
        values (${i}, ${l}, ${campaign}::int, ${date}::date, ${value}, 'entry', to_timestamp(${clock}))`);
    }
    await requestRefresh(tx, kind, sql`select ${i} as indicator_id, ${l} as location_id, ${String(period)} as period`);
  });
  return clock;
}

/** Many values of one period at once. */
async function storeAll(kind: Kind, values: readonly Dated[]): Promise<void> {
  const of = sql.ref(kind === 'campaign' ? 'campaign_id' : 'data_date');
  await db.transaction(async (tx) => {
    await tx.exec(sql`insert into datapoint (indicator_id, location_id, ${of}, value, origin, ranked_at)
      select v."indicatorId", v."locationId", v.period, v.value, 'entry', to_timestamp(v."enteredAt")
      from jsonb_to_recordset(${JSON.stringify(values)}::jsonb) v ("indicatorId" int, "locationId" int,
        period ${sql.raw(kind === 'campaign' ? 'int' : 'date')}, value numeric, "enteredAt" int)`);
    await requestRefresh(tx, kind, sql`select indicator_id, location_id, ${of} as period from datapoint`);
  });
}

test('a change touches its place and the ancestors × its indicator and all that depend on it, and nothing else', async () => {
  // K; P (a, b), Q (c, d).
  await insertPlaces([null, 1, 1, 2, 2, 3, 3]);
  for (const name of ['belief', 'other', 'absent', 'refused', 'total', 'seen']) {
    await insertIndicator(name, { dataFormat: 'int' }, 'campaign');
  }
  await insertIndicator('missed', { dataFormat: 'pct' }, 'campaign');
  await insertComponents(4, [
    { id: 1, role: 'PART_TO_BE_SUMMED' },
    { id: 2, role: 'PART_TO_BE_SUMMED' },
  ]);
  await insertComponents(5, [
    { id: 3, role: 'PART_TO_BE_SUMMED' },
    { id: 4, role: 'PART_TO_BE_SUMMED' },
  ]);
  await insertComponents(7, [
    { id: 5, role: 'NUMERATOR' },
    { id: 6, role: 'DENOMINATOR' },
  ]);
  await insertPeriods();
  const values: [number, number, number][] = [
    [3, 4, 2],
    [1, 4, 1],
    [2, 4, 3],
    [3, 5, 5],
    [4, 5, 10],
    [1, 5, 4],
    [5, 3, 9],
    [3, 6, 1],
    [6, 4, 60],
    [6, 5, 90],
    [6, 3, 80],
    [6, 6, 30],
  ];
  for (const [i, l, value] of values) await store('campaign', 1, i, l, value);
  await world.runJobs();
  const cells = await cellsOf(world, 'campaign', 1);
  expect([cells.get('5:1')?.value, cells.get('7:2')?.value]).toEqual(['30.00000000', '0.1400000000']);

  const refreshed = await db.transaction(async (tx) => {
    await tx.exec(sql`update datapoint set value = 2 where indicator_id = 1 and location_id = 4`);
    const groups = sql`select 1 as indicator_id, array[4] as location_ids, 1 as period`;
    return await refreshCells(world.context, tx, 'campaign', [1], { groups });
  });
  expect(refreshed).toEqual({ cells: 12, written: 12 });
});

test('a request made while another is being worked on is not lost', async () => {
  await insertPlaces([null, 1]);
  await insertIndicator('seen', { dataFormat: 'int' }, 'campaign');
  await insertPeriods();
  await store('campaign', 1, 1, 2, 5);
  const held = Promise.withResolvers<void>();
  const claimed = Promise.withResolvers<void>();
  const first = db.transaction(async (tx) => {
    await refreshCells(world.context, tx, 'campaign', [1], {
      groups: sql`select 1 as indicator_id, array[2] as location_ids, 1 as period`,
    });
    claimed.resolve();
    await held.promise;
  });
  await claimed.promise;
  await store('campaign', 1, 1, 2, 8);
  const jobs = world.runJobs();
  held.resolve();
  await Promise.all([first, jobs]);
  await world.runJobs();
  expect((await cellsOf(world, 'campaign', 1)).get('1:1')?.value).toBe('8.000000000');
  expect(await db.many(sql`select 1 from aggregate_request`)).toEqual([]);
});

test('two changes at once below one place both arrive there', async () => {
  await insertPlaces([null, ...Array.from({ length: 12 }, () => 1)]);
  await insertIndicator('seen', { dataFormat: 'int' }, 'campaign');
  await insertPeriods();
  await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      db.transaction(async (tx) => {
        const place = index + 2;
        await tx.exec(sql`insert into datapoint (indicator_id, location_id, campaign_id, value, origin, ranked_at)
          values (1, ${place}, 1, 1, 'script', now())`);
        const groups = sql`select 1 as indicator_id, array[${place}::int] as location_ids, 1 as period`;
        await refreshCells(world.context, tx, 'campaign', [1], { groups });
      }),
    ),
  );
  expect((await cellsOf(world, 'campaign', 1)).get('1:1')?.value).toBe('12.00000000');
});

for (const kind of ['campaign', 'date'] as const) {
  for (const seed of [1, 2, 3, 4, 5, 103]) {
    test(`random ${kind} worlds: changed bit by bit, rebuilt, and the reference are one (seed ${seed})`, async () => {
      await randomWorld(kind, seed);
    });
  }
}

// Where many places lie below one, they are read as they lie instead of one by one.
for (const kind of ['campaign', 'date'] as const) {
  for (const seed of [7, 8]) {
    test(`random ${kind} worlds with 150 places below one (seed ${seed})`, async () => {
      await randomWorld(kind, seed, 150);
    });
  }
}

async function randomWorld(kind: Kind, seed: number, leaves = 0): Promise<void> {
  const random = generator(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const places: { id: number; parentId: number | null }[] = [];
  for (let id = 1; id <= 14; id += 1) {
    places.push({ id, parentId: id === 1 || random() < 0.08 ? null : pick(places).id });
  }
  const wide = pick(places).id;
  for (let n = 0; n < leaves; n += 1) places.push({ id: places.length + 1, parentId: wide });
  await insertPlaces(places.map((place) => place.parentId));
  await insertPeriods();
  const indicators: ReferenceIndicator[] = [];
  for (let id = 1; id <= 12; id += 1) {
    indicators.push(id > 10 ? sumOfRatios(id, indicators, pick) : randomIndicator(id, random, pick));
    await insertIndicator(`i${id}`, indicators[id - 1]!, kind);
  }
  for (const { id, components } of indicators) await insertComponents(id, components ?? []);

  const periods: (number | string)[] = kind === 'campaign' ? [1, 2] : ['2020-03-01', '2020-06-01'];
  const stored = new Map<
    string,
    { period: number | string; indicatorId: number; locationId: number; value: number; enteredAt: number }
  >();
  for (const one of indicators.slice(0, leaves > 0 ? 6 : 0)) {
    for (const place of places.slice(-leaves)) {
      if (random() < 0.15) continue;
      const [period, value] = [periods[0]!, Math.floor(random() * 6)];
      clock += 1;
      stored.set(`${period}:${one.id}:${place.id}`, {
        period,
        indicatorId: one.id,
        locationId: place.id,
        value,
        enteredAt: clock,
      });
    }
  }
  await storeAll(kind, [...stored.values()]);
  for (let step = 0; step < 7; step += 1) {
    for (let n = 0; n < (step === 0 ? 60 : 6); n += 1) {
      const [period, i, l] = [pick(periods), pick(indicators).id, pick(places).id];
      const value = random() < 0.2 ? null : Math.floor(random() * 6);
      const enteredAt = await store(kind, period, i, l, value);
      if (value === null) stored.delete(`${period}:${i}:${l}`);
      else stored.set(`${period}:${i}:${l}`, { period, indicatorId: i, locationId: l, value, enteredAt });
    }
    if (step === 2) await move(places, random, pick);
    if (step === 3) {
      const id = places.length + 1;
      places.push({ id, parentId: pick(places).id });
      await insertPlaces([]);
      await db.exec(sql`insert into location (name, location_code, location_type_id, parent_location_id)
        values (${`p${id}`}, ${`p${id}`}, (select min(id) from location_type), ${places[id - 1]!.parentId})`);
    }
    if (step === 4) await redefine(indicators, random, pick);
    if (step === 5) await removeLeaf(places, stored);
    await world.runJobs();
    for (const period of periods) {
      const values = [...stored.values()].filter((one) => one.period === period);
      expect(await cellsOf(world, kind, period), `step ${step}`).toEqual(
        referenceCells({ places, indicators, stored: values }),
      );
    }
  }
  if (kind === 'date') await compareGroups({ places, indicators }, [...stored.values()]);
  const before = await wholeTable(world, kind);
  expect(before.length).toBeGreaterThan(20);
  await db.transaction((tx) => requestRebuild(tx, kind));
  await world.runJobs();
  expect(await wholeTable(world, kind)).toEqual(before);
}

function randomIndicator(id: number, random: () => number, pick: <T>(list: readonly T[]) => T): ReferenceIndicator {
  const dataFormat = pick(['int', 'int', 'float', 'bool', 'pct'] as const);
  const aggregation =
    random() < 0.4 ? pick<ReferenceOperator>(['mean', 'min', 'max', 'count', 'last', 'weighted_mean']) : null;
  const earlier = Array.from({ length: id - 1 }, (_, index) => index + 1);
  const weightId = aggregation === 'weighted_mean' && earlier.length > 0 ? pick(earlier) : null;
  return {
    id,
    dataFormat,
    aggregation: aggregation === 'weighted_mean' && weightId === null ? null : aggregation,
    weightId,
    components: id > 3 && random() < 0.75 ? randomComponents(earlier, random, pick) : [],
  };
}

/** Of whatever is a ratio or difference, and one more. */
function sumOfRatios(
  id: number,
  before: readonly ReferenceIndicator[],
  pick: <T>(list: readonly T[]) => T,
): ReferenceIndicator {
  const divided = before.filter(({ components = [] }) => components.some((one) => one.role !== 'PART_TO_BE_SUMMED'));
  const parts = new Set([pick(divided.length > 0 ? divided : before).id, pick(before).id]);
  return {
    id,
    dataFormat: 'float',
    components: [...parts].map((part) => ({ id: part, role: 'PART_TO_BE_SUMMED' as const })),
  };
}

function randomComponents(
  earlier: number[],
  random: () => number,
  pick: <T>(list: readonly T[]) => T,
): { id: number; role: ReferenceRole }[] {
  const roles: ReferenceRole[] =
    random() < 0.65
      ? ['PART_TO_BE_SUMMED', 'PART_TO_BE_SUMMED', 'PART_TO_BE_SUMMED']
      : pick<ReferenceRole[]>([
          ['NUMERATOR', 'DENOMINATOR'],
          ['NUMERATOR', 'NUMERATOR', 'DENOMINATOR'],
          ['WHOLE_OF_DIFFERENCE', 'PART_OF_DIFFERENCE'],
          ['NUMERATOR'],
          ['PART_TO_BE_SUMMED', 'NUMERATOR', 'DENOMINATOR'],
        ]);
  const all = roles.map((role) => ({ id: pick(earlier), role }));
  return all.filter((one, index) => all.findIndex((other) => other.id === one.id && other.role === one.role) === index);
}

async function move(
  places: { id: number; parentId: number | null }[],
  _random: () => number,
  pick: <T>(list: readonly T[]) => T,
): Promise<void> {
  const isBelow = (id: number | null, top: number): boolean =>
    id !== null && (id === top || isBelow(places.find((place) => place.id === id)!.parentId, top));
  const moved = pick(places.filter((place) => place.parentId !== null));
  const to = pick(places.filter((place) => !isBelow(place.id, moved.id)));
  moved.parentId = to.id;
  await db.exec(sql`update location set parent_location_id = ${to.id} where id = ${moved.id}`);
}

/** A place that nothing lies below goes, with all that was stored for it. */
async function removeLeaf(
  places: { id: number; parentId: number | null }[],
  stored: Map<string, { locationId: number }>,
): Promise<void> {
  const at = places.findLastIndex((place) => !places.some((other) => other.parentId === place.id));
  const [leaf] = places.splice(at, 1);
  for (const [key, one] of stored) if (one.locationId === leaf!.id) stored.delete(key);
  await db.transaction(async (tx) => {
    await tx.exec(sql`delete from datapoint where location_id = ${leaf!.id}`);
    await tx.exec(sql`delete from location where id = ${leaf!.id}`);
  });
}

type Dated = { period: number | string; indicatorId: number; locationId: number; value: number; enteredAt: number };

/** Years and months as they are read, and as the reference has them. */
async function compareGroups(
  declared: { places: { id: number; parentId: number | null }[]; indicators: ReferenceIndicator[] },
  values: Dated[],
): Promise<void> {
  const stored = values.map((one) => ({ ...one, date: String(one.period) }));
  // Over time a weighted mean weighs by what was weighed on each day, which the reference does not keep: neither these nor
  // what is made from them.
  const isWeighed = ({ aggregation, components = [] }: ReferenceIndicator): boolean =>
    aggregation === 'weighted_mean' || components.some(({ id }) => isWeighed(declared.indicators[id - 1]!));
  const isDivided = ({ components = [] }: ReferenceIndicator): boolean =>
    components.some(({ id, role }) => role !== 'PART_TO_BE_SUMMED' || isDivided(declared.indicators[id - 1]!));
  const asked = declared.indicators.filter((one) => !isWeighed(one));
  for (const [grouping, groupOf] of [
    ['year', (date: string) => date.slice(0, 4)],
    ['month', (date: string) => date.slice(0, 7).replace('-', '')],
  ] as const) {
    const reference = groupedReference({ ...declared, stored }, groupOf);
    const query = {
      kind: 'date' as const,
      indicatorIds: asked.map((one) => one.id),
      places: [],
      periods: [],
      mode: 'mixed' as const,
    };
    const source = await groupsAsked(db, query, grouping);
    const rows = await db.many<{ i: number; l: number; label: string; value: number | null; marks: number }>(
      sql`select indicator_id as i, location_id as l, time_grouping #>> '{}' as label, value::float8 as value, marks from (${source}) g`,
    );
    const found = new Map(rows.map((row) => [`${row.i}:${row.l}:${row.label}`, row]));
    for (const { id: i } of asked) {
      for (const { id: l } of declared.places) {
        for (const label of new Set(stored.map((one) => groupOf(one.date)))) {
          const row = found.get(`${i}:${l}:${label}`);
          const wanted = reference(i, l, label);
          const where = `indicator ${i} at ${l} in ${label}`;
          if (wanted.value === null) expect(row?.value ?? null, where).toBeNull();
          else expect(row?.value, where).toBeCloseTo(wanted.value, 9);
          const marks = row?.marks ?? 0;
          expect((marks & 128) !== 0, where).toBe(wanted.divisionByZero);
          if (isDivided(declared.indicators[i - 1]!)) continue;
          expect([marks & 2, marks & 8, marks & 16, marks & 256, marks & 512].map(Boolean), where).toEqual([
            wanted.isAgg,
            wanted.isPartial,
            wanted.hasConflict,
            wanted.notAggregable,
            wanted.mixedLevels,
          ]);
        }
      }
    }
  }
}

async function redefine(
  indicators: ReferenceIndicator[],
  random: () => number,
  pick: <T>(list: readonly T[]) => T,
): Promise<void> {
  const changed = pick(indicators.filter((one) => one.id > 3));
  const earlier = Array.from({ length: changed.id - 1 }, (_, index) => index + 1);
  changed.components = randomComponents(earlier, random, pick);
  await db.transaction(async (tx) => {
    await tx.exec(sql`delete from indicator_calculation where indicator_id = ${changed.id}`);
    for (const { id, role } of changed.components ?? []) {
      await tx.exec(sql`insert into indicator_calculation (indicator_id, indicator_component_id, calculation)
        values (${changed.id}, ${id}, ${role})`);
    }
    await requestRefreshOfIndicators(tx, withDependants(indicators, changed.id));
  });
}

/** As `definitionsChanged` tells them: the indicator and all that are worked out from it, weights included. */
function withDependants(indicators: ReferenceIndicator[], id: number): number[] {
  const found = new Set([id]);
  // Components come before what is made from them.
  for (const one of indicators) {
    const from = [...(one.components ?? []).map((component) => component.id), one.weightId ?? 0];
    if (from.some((part) => found.has(part))) found.add(one.id);
  }
  return [...found];
}

/** mulberry32: the same numbers for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
