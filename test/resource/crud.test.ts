import { beforeAll, expect, test } from 'vitest';
import { type FieldsWorld, startFieldsWorld } from './fields-world.ts';

let world: FieldsWorld;

beforeAll(async () => {
  world = await startFieldsWorld();
});

test('create, read, list, change, delete', async () => {
  const { admin } = world;
  const created = await admin.post('/api/v1/region/', { name: ' North   West ' });
  expect(created.body).toMatchObject({ id: 1, name: 'North West', level: 1, resource_uri: '/api/v1/region/1/' });
  expect([created.status, created.headers.get('location')]).toEqual([201, '/api/v1/region/1/']);
  const read = await admin.get('/api/v1/region/1');
  expect(read.body).toEqual(created.body);
  expect(read.headers.get('etag')).toBe(created.headers.get('etag'));
  const patched = await admin.patch('/api/v1/region/1', { level: 3 });
  expect([patched.status, patched.body.level]).toEqual([202, 3]);
  const site = await admin.post('/api/v1/site/', { region_id: 1, name: 'A', code: 'a', owner: 'ann', tags: ['x'] });
  expect(site.body).toMatchObject({
    region__name: 'North West',
    parent_site__name: null,
    tags: ['x'],
    active: true,
    level: 3,
  });
  const list = await admin.get('/api/v1/site/?region__name__startswith=North');
  expect(list.body).toMatchObject({ meta: { total_count: 1, limit: 10000, kinds: ['site'] }, error: null });
  const { resource_uri: _, ...rest } = site.body;
  expect(list.body.objects).toEqual([rest]);
  const inUse = await admin.delete('/api/v1/region/1/');
  expect([inUse.status, inUse.body.error]).toEqual([409, 'region 1 is used by site (1)']);
  expect((await admin.delete(`/api/v1/site/${site.body.id}/`)).status).toBe(204);
  expect((await admin.delete('/api/v1/region/1')).status).toBe(204);
  expect((await admin.get('/api/v1/region/1')).status).toBe(404);
});
