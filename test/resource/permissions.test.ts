import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FieldsWorld, seed, startFieldsWorld } from './fields-world.ts';

let world: FieldsWorld;

beforeAll(async () => {
  world = await startFieldsWorld();
});

beforeEach(async () => {
  await world.db.pool.query('truncate region, site, visit, sample, unit restart identity cascade');
  await seed(world.db);
});

const ids = (body: { objects: { id: number }[] }) => body.objects.map(({ id }) => id);
const newSite = { region_id: 1, name: 'New', code: 'N1', owner: 'ann' };
const count = async (table: string) =>
  (await world.db.pool.query(`select count(*)::int as n from ${table}`)).rows[0].n as number;

describe('the predicate is in every way to read', () => {
  test('list, count, page, set, detail, filter', async () => {
    const { ann } = world;
    const list = await ann.get('/api/v1/site/?count=exact');
    expect([ids(list.body), list.body.meta.total_count]).toEqual([[1, 2, 5, 7], 4]);
    expect((await ann.get('/api/v1/site/?count=estimated')).body.objects).toHaveLength(4);
    const page = await ann.get('/api/v1/site/?limit=3');
    expect(ids((await ann.get(page.body.meta.next)).body)).toEqual([7]);
    expect((await ann.get('/api/v1/site/set/3;1/')).body).toMatchObject({ objects: [{ id: 1 }], not_found: [3] });
    const hidden = await ann.get('/api/v1/site/3/');
    const absent = await ann.get('/api/v1/site/9999/');
    expect([hidden.status, hidden.body.error]).toEqual([404, 'No site object found for id : 3']);
    expect({ ...hidden.body, request_id: 0, detail: 0, error: 0, msg: 0, message: 0 }).toEqual({
      ...absent.body,
      request_id: 0,
      detail: 0,
      error: 0,
      msg: 0,
      message: 0,
    });
    expect(ids((await ann.get('/api/v1/site/?id__in=1,3,4')).body)).toEqual([1]);
  });

  test('a cursor of somebody else shows nothing more', async () => {
    const { meta } = (await world.admin.get('/api/v1/site/?limit=1')).body;
    expect(ids((await world.ann.get(meta.next.replace('limit=1', 'limit=10'))).body)).toEqual([2, 5, 7]);
  });

  test.each(['csv', 'ndjson'])('%s', async (format) => {
    const { text, headers } = await world.bob.get(`/api/v1/site/?format=${format}&fields=id`);
    expect(text.match(/\d+/g)).toEqual(['3', '4', '6']);
    expect(headers.get('granary-total-count')).toBe('3');
  });

  test('rows below take it over from above, at any distance', async () => {
    expect(ids((await world.ann.get('/api/v1/visit/')).body)).toEqual([1, 2, 3, 5]);
    expect(ids((await world.bob.get('/api/v1/visit/')).body)).toEqual([4]);
    expect((await world.bob.get('/api/v1/sample/?visit_id=1')).body.objects).toEqual([]);
    expect((await world.ann.get('/api/v1/sample/?visit_id=1')).body.objects).toHaveLength(1);
    expect((await world.ann.get('/api/v1/site_size/')).body.objects).toHaveLength(4);
  });

  test('a related row the caller may not see shows its key and nothing else, and cannot be found by its values', async () => {
    const { bob } = world;
    const { objects } = (await bob.get('/api/v1/site/?id=3')).body;
    expect(objects[0]).toMatchObject({ parent_site_id: 1, parent_site__name: null });
    expect(ids((await bob.get('/api/v1/site/?parent_site__name=Alder')).body)).toEqual([]);
    expect(ids((await bob.get('/api/v1/site/?parent_site__name__startswith=A')).body)).toEqual([]);
    expect((await bob.get('/api/v1/site/3/')).body.parent_site__name).toBe(null);
    expect((await bob.get('/api/v1/site/?id=3&fields=parent_site__code')).body.objects).toEqual([
      { parent_site__code: null },
    ]);
    const order = ids((await bob.get('/api/v1/site/?order_by=-parent_site__name,id')).body);
    expect(order).toEqual([6, 3, 4]);
  });

  test('a field with a right of its own is left out, unfilterable and unsortable without it', async () => {
    const { viewer, admin } = world;
    expect((await admin.get('/api/v1/script/')).body.data[0]).toHaveProperty('owner');
    expect((await viewer.get('/api/v1/script/')).body.data[0]).not.toHaveProperty('owner');
    const filter = await viewer.get('/api/v1/script/?filter=owner%3Dann');
    expect([filter.status, filter.body.detail]).toEqual([403, "Filter field 'owner' requires admin privileges"]);
    const sort = await viewer.get('/api/v1/script/?sort=owner');
    expect([sort.status, sort.body.detail]).toEqual([403, "Sort field 'owner' requires admin privileges"]);
    const lookup = await viewer.get('/api/v1/script/?owner__gt=a');
    expect([lookup.status, lookup.body.detail]).toEqual([400, "The 'owner' field does not allow filtering."]);
    expect((await viewer.get('/api/v1/script/schema/')).body.fields).not.toHaveProperty('owner');
  });
});

describe('and in every way to write', () => {
  const writes: [string, string, unknown?][] = [
    ['PATCH', 'site/3/', { name: 'x' }],
    ['PUT', 'site/3/', newSite],
    ['DELETE', 'site/3/'],
    ['DELETE', 'site/?id=3'],
    ['POST', 'site/', { id: 3, name: 'x' }],
    ['PATCH', 'site/', { objects: [{ id: 3, name: 'x' }] }],
    ['PATCH', 'visit/4/', { note: 'x' }],
  ];
  test.each(writes)('%s %s is 404 for who may not see it', async (method, path, body) => {
    const { status } = await world.ann.send(method, `/api/v1/${path}`, body);
    expect(status).toBe(404);
    const { rows } = await world.db.pool.query('select name from site where id = 3');
    expect(rows).toEqual([{ name: '50% off_' }]);
  });
  test.each(writes)('%s %s is 403 for who sees it and may not change it', async (method, path, body) => {
    const answer = await world.viewer.send(method, `/api/v1/${path}`, body);
    expect([answer.status, answer.body.error]).toEqual([403, 'Forbidden']);
    expect(await count('site')).toBe(7);
  });
  test.each([...writes, ['GET', 'site/'], ['GET', 'site/1/'], ['POST', 'site/', newSite], ['GET', 'site/schema/']] as [
    string,
    string,
    unknown?,
  ][])('%s %s is 401 for nobody in particular', async (method, path, body) => {
    const answer = await world.anon.send(method, `/api/v1/${path}`, body);
    expect([answer.status, answer.body.detail]).toEqual([401, 'Authorization token required']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Login Required"');
  });

  test('a row its author may not have is not created, and none is moved out of reach', async () => {
    const { ann } = world;
    const created = await ann.post('/api/v1/site/', { ...newSite, owner: 'bob' });
    expect([created.status, await count('site')]).toEqual([403, 7]);
    expect((await ann.patch('/api/v1/site/1/', { owner: 'bob' })).status).toBe(403);
    expect((await ann.get('/api/v1/site/1/')).body.owner).toBe('ann');
    expect((await ann.post('/api/v1/site/', newSite)).status).toBe(201);
  });

  test('a reference to what cannot be seen answers like one to nothing', async () => {
    const { ann } = world;
    const hidden = await ann.post('/api/v1/visit/', { site_id: 3, visited_at: '2020-01-01' });
    expect([hidden.status, hidden.body.error]).toEqual([400, 'site_id 3 does not exist']);
    const own = await ann.post('/api/v1/visit/', { site_id: 1, visited_at: '2020-01-01' });
    expect(own.status).toBe(201);
    const kept = await world.bob.patch('/api/v1/site/3/', { parent_site_id: 1, name: 'still below 1' });
    expect(kept.status).toBe(202);
  });

  test('delete by filter reaches only what is seen; cascade needs the right on everything below', async () => {
    const { ann, bob } = world;
    expect((await ann.delete('/api/v1/site/?region__gt=0&dry_run=true')).body).toEqual({ deleted: 4 });
    expect((await ann.delete('/api/v1/site/1/?cascade=true')).status).toBe(403);
    expect(await count('site')).toBe(7);
    expect((await bob.delete('/api/v1/site/?name=null')).body).toEqual({ deleted: 1 });
    expect((await world.viewer.delete('/api/v1/site/?id__gt=0')).status).toBe(403);
    expect(await count('site')).toBe(6);
  });

  test('bulk: all or nothing, or a result for each', async () => {
    const { ann } = world;
    const objects = [
      { id: 1, name: 'mine' },
      { id: 3, name: 'not mine' },
    ];
    expect((await ann.patch('/api/v1/site/', { objects })).status).toBe(404);
    expect((await ann.get('/api/v1/site/1/')).body.name).toBe('Alder');
    const lenient = await ann.patch('/api/v1/site/', { objects }, { prefer: 'handling=lenient' });
    expect(lenient.body.results).toEqual([
      { status: 202, id: 1 },
      { status: 404, error: 'No site object found for id : 3', code: 'not_found' },
    ]);
  });

  test('an upsert by natural key never reaches a row the caller does not see', async () => {
    const { status, body } = await world.ann.put('/api/v1/site/', {
      objects: [{ region_id: 2, name: 'null', code: 'NEW', owner: 'ann' }],
    });
    expect([status, body.error]).toEqual([409, 'key: "region_id, name" with value: "2, null" already exists']);
  });
});

test('the index shows what the caller may read', async () => {
  const all = (await world.admin.get('/api/v1/')).body;
  expect(all.site).toEqual({ list_endpoint: '/api/v1/site/', schema: '/api/v1/site/schema/' });
  expect((await world.anon.get('/api/v1/')).body).toEqual({});
  expect((await world.anon.get('/api/v1')).status).toBe(200);
  const full = (await world.admin.get('/api/v1/?fullschema=true')).body;
  expect(full.site.schema.fields.name.type).toBe('string');
});
