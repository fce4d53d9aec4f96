import { expect, test } from 'vitest';
import { must, someone } from '../locations/places-world.ts';
import { valueWorld } from './value-world.ts';

const { world, admin, ids, may, indicator, enter, shown } = await valueWorld();
const seen = await indicator('seen', 'int');
const visits = await indicator('visits', 'int', { resource_name: 'date' });
await enter(seen, { a: 60, b: 90, c: 30 });
await enter(visits, { a: 5, c: 1 }, '2020-03-01');
const campaign = `/api/v1/campaign_datapoint/?indicator__in=${seen}&campaign__in=${may}`;
const year = `/api/v1/date_datapoint/?indicator__in=${visits}&group_by_time=year`;
const rootType = (await must(admin.get('/api/v1/location_type/?name=Country'), 200)).objects[0].id;

test('a place takes its values along: out of the totals of the one chain, into those of the other', async () => {
  expect(await shown(campaign)).toBe('K 180, P 150, Q 30, a 60, b 90, c 30');
  await must(admin.patch(`/api/v1/location/${ids.a}/`, { parent_location_id: ids.Q }), 202);
  await world.runJobs();
  expect(await shown(campaign)).toBe('K 180, P 90, Q 90, a 60, b 90, c 30');
  expect(await shown(year)).toBe('K 6, Q 6, a 5, c 1');
  await must(admin.patch(`/api/v1/location/${ids.a}/`, { parent_location_id: null, location_type_id: rootType }), 202);
  await world.runJobs();
  expect(await shown(campaign)).toBe('K 120, P 90, Q 30, a 60, b 90, c 30');
  expect(await shown(year)).toBe('K 1, Q 1, a 5, c 1');
});

test('of several roots the first is the place to start at; of several scopes the widest, then the first', async () => {
  const topOf = async (actor: typeof admin) =>
    (await must(actor.get('/api/v1/location/'), 200)).meta.top_lvl_location_id;
  expect(await topOf(admin)).toBe(ids.K);
  const several = await someone(world);
  expect(await topOf(several)).toBe(null);
  for (const code of ['c', 'b', 'Q', 'P']) {
    const body = { user_id: several.number, top_lvl_location_id: ids[code], right: 'view' };
    await must(admin.post('/api/v1/location_responsibility/', body), 201);
  }
  expect(await topOf(several)).toBe(ids.P);
  // The same wherever places are listed.
  for (const path of [campaign, year, '/api/v1/geo/?', '/api/v1/location_tree/?']) {
    expect((await must(several.get(path), 200)).meta.top_lvl_location_id).toBe(ids.P);
  }
});

test('a deleted place leaves the totals, and codes that meant it mean nothing', async () => {
  const mapped = { content_type: 'location', source_object_code: 'Cedar', master_object_id: ids.c };
  const { id } = await must(admin.post('/api/v1/source_object_map/', mapped), 201);
  expect((await admin.delete(`/api/v1/location/${ids.c}/`)).status).toBe(409);
  await must(admin.delete(`/api/v1/location/${ids.c}/?cascade=true`), 204);
  await world.runJobs();
  expect(await shown(campaign)).toBe('K 90, P 90, a 60, b 90');
  expect(await shown(year)).toBe('a 5');
  expect((await must(admin.get(`/api/v1/source_object_map/${id}/`), 200)).master_object_id).toBe(-1);
});

test('both ends of a span of days belong to it, by either name', async () => {
  for (const [day, value] of [
    ['2021-01-31', 1],
    ['2021-02-01', 2],
    ['2021-02-28', 4],
    ['2021-03-01', 8],
  ] as const)
    await enter(visits, { b: value }, day);
  const of = (query: string) => shown(`/api/v1/date_datapoint/?indicator__in=${visits}&location_id=${ids.b}&${query}`);
  for (const [from, to] of [
    ['start_date', 'end_date'],
    ['campaign_start', 'campaign_end'],
  ]) {
    expect(await of(`${from}=2021-02-01&${to}=2021-02-28`)).toBe('b 2, b 4');
    expect(await of(`${from}=2021-02-28`)).toBe('b 4, b 8');
    expect(await of(`${to}=2021-02-01`)).toBe('b 1, b 2');
    expect(await of(`${from}=2021-02-01&${to}=2021-02-28&group_by_time=all_time`)).toBe('b 6');
  }
});
