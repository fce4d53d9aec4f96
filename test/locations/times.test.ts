import { expect, test } from 'vitest';
import { startWorld } from '../support/world.ts';
import { makeTree, must, someone } from './places-world.ts';

/** Contract monitoring §3.1: `created_at` set once, `updated_at` on change, both UTC. */

const world = await startWorld();
const admin = await someone(world, 'ADMIN');
const { types } = await makeTree(admin);
const campaignType = (await must(admin.post('/api/v1/campaign_type/', { name: 'round' }), 201)).id;

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;
const long = '2001-02-03T04:05:06Z';
const day = '2020-05-01';

test.each([
  ['location', { name: 'L', location_code: 'L', location_type_id: types.District, parent_location_id: null }, 'name'],
  ['location_type', { name: 'Ward', admin_level: 4 }, 'name'],
  ['indicator', { name: 'I', short_name: 'i', data_format: 'int' }, 'description'],
  ['indicator_tag', { tag_name: 't' }, 'tag_name'],
  ['campaign_type', { name: 'other' }, 'name'],
  ['campaign', { name: 'C', campaign_type_id: campaignType, start_date: day, end_date: day }, 'name'],
  ['custom_chart', { uuid: 'u', title: 'u', chart_json: {} }, 'title'],
  ['custom_dashboard', { title: 'd' }, 'title'],
])('%s', async (resource, fields, text) => {
  const before = Date.now();
  const made = await must(admin.post(`/api/v1/${resource}/`, { ...fields, created_at: long, updated_at: long }), 201);
  const url = `/api/v1/${resource}/${made.id}/`;
  expect([made.created_at, made.updated_at]).toEqual([expect.stringMatching(instant), made.created_at]);
  expect(Date.parse(made.created_at)).toBeGreaterThanOrEqual(before - 1);
  expect(Date.parse(made.created_at)).toBeLessThanOrEqual(Date.now() + 1);

  const same = await admin.patch(url, { [text]: made[text] });
  expect([same.status, same.body]).toEqual([202, made]);

  const changed = await must(admin.patch(url, { [text]: 'changed', created_at: long, updated_at: long }), 202);
  expect([changed[text], changed.created_at]).toEqual(['changed', made.created_at]);
  expect(changed.updated_at).toMatch(instant);
  expect(changed.updated_at > made.updated_at).toBe(true);

  const put = await must(admin.put(url, { ...changed, [text]: 'put' }), 200);
  expect([put[text], put.created_at, put.updated_at > changed.updated_at]).toEqual(['put', made.created_at, true]);

  const bulk = { objects: [{ id: made.id, [text]: 'bulk', created_at: long, updated_at: long }] };
  await must(admin.patch(`/api/v1/${resource}/`, bulk), 202);
  const last = await must(admin.get(url), 200);
  expect([last[text], last.created_at, last.updated_at > put.updated_at]).toEqual(['bulk', made.created_at, true]);

  const found = await must(admin.get(`/api/v1/${resource}/?id=${made.id}&fields=created_at,updated_at`), 200);
  expect(found.objects).toEqual([{ created_at: last.created_at, updated_at: last.updated_at }]);
});

test('what refuses a change leaves the time of the last one', async () => {
  const [place] = (await must(admin.get('/api/v1/location/?location_code=a'), 200)).objects;
  expect((await admin.patch(`/api/v1/location/${place.id}/`, { location_code: 'b' })).status).toBe(409);
  expect((await must(admin.get(`/api/v1/location/${place.id}/`), 200)).updated_at).toBe(place.updated_at);
});
