import { beforeAll, expect, test } from 'vitest';
import { type FieldsWorld, seed, startFieldsWorld } from './fields-world.ts';

let world: FieldsWorld;

beforeAll(async () => {
  world = await startFieldsWorld();
  await seed(world.db);
});

const list = async (query: string) => (await world.admin.get(`/api/v1/site/?${query}`)).body;
const ids = (body: { objects: { id: number }[] }) => body.objects.map(({ id }) => id);

test('limit and offset take a page; next and previous are relative and repeated as Link', async () => {
  const answer = await world.admin.get('/api/v1/site/?limit=3&offset=2&active=true&token=secret');
  expect(ids(answer.body)).toEqual([4, 6, 7]);
  const { meta } = answer.body;
  expect(meta).toMatchObject({
    limit: 3,
    offset: 2,
    total_count: 5,
    next: null,
    top_lvl_location_id: null,
    get_params: { limit: '3', offset: '2', active: 'true' },
  });
  expect(meta.previous).toMatch(/^\/api\/v1\/site\/\?/);
  expect(meta.previous).not.toContain('secret');
  expect(meta.get_params).not.toHaveProperty('token');
  expect(answer.headers.get('link')).toBe(`<${meta.previous}>; rel="prev"`);
  const before = (await world.admin.get(meta.previous)).body;
  expect(ids(before)).toEqual([1, 2]);
  expect(before.meta.previous).toBe(null);
});

test('limit 0 and no limit give everything', async () => {
  expect(ids(await list('limit=0'))).toHaveLength(7);
  expect(ids(await list(''))).toHaveLength(7);
  expect((await list('limit=0')).meta).toMatchObject({ limit: 10_000, next: null, total_count: 7 });
});

test.each(['limit=-1', 'limit=x', 'limit=1.5', 'offset=-1', 'offset=x', 'count=some'])('%s is 400', async (query) => {
  const { status, body } = await world.admin.get(`/api/v1/site/?${query}`);
  const [name, value] = query.split('=');
  expect([status, body.error]).toEqual([400, `invalid ${name}: '${value}'`]);
});

test('nulls come last in both directions, and the order always ends in the key', async () => {
  expect(ids(await list('order_by=opened_on'))).toEqual([1, 2, 3, 5, 6, 4, 7]);
  expect(ids(await list('order_by=-opened_on'))).toEqual([6, 5, 3, 2, 1, 4, 7]);
  expect(ids(await list('order_by=active,-id'))).toEqual([5, 3, 7, 6, 4, 2, 1]);
  expect(ids(await list('order_by=-region__name,parent_site__name'))).toEqual([5, 6, 4, 7, 2, 3, 1]);
});

test.each([
  ['nmae', 'name'],
  ['pin', undefined],
  ['settings', undefined],
  ['region__foo', undefined],
])('order_by=%s is refused', async (name, hint) => {
  const { status, body } = await world.admin.get(`/api/v1/site/?order_by=${name}`);
  expect([status, body.error]).toEqual([400, `The '${name}' field does not allow ordering.`]);
  if (hint !== undefined) expect(body.hint).toBe(hint);
});

const orders = ['', 'order_by=-id', 'order_by=opened_on', 'order_by=-opened_on', 'order_by=-latitude,name'];
orders.push('order_by=active,-opened_on,-latitude', 'order_by=parent_site__name,-name', 'order_by=-region__name,-id');
for (const order of orders) {
  for (const count of ['exact', 'none', 'estimated']) {
    test(`cursors visit every row once, there and back: ${order || 'default order'}, count ${count}`, async () => {
      const whole = ids(await list(order));
      const pages: number[][] = [];
      let body = await list(`${order}&limit=2&count=${count}`);
      for (;;) {
        pages.push(ids(body));
        if (body.meta.next === null) break;
        body = (await world.admin.get(body.meta.next)).body;
        expect(body.meta.offset).toBe(pages.flat().length);
      }
      expect(pages.flat()).toEqual(whole);
      const back = [pages.at(-1)!];
      while (body.meta.previous !== null) {
        body = (await world.admin.get(body.meta.previous)).body;
        back.unshift(ids(body));
      }
      expect(back).toEqual(pages);
    });
  }
}

test('pages do not shift when rows before them go', async () => {
  const other = await startFieldsWorld();
  await seed(other.db);
  const first = (await other.admin.get('/api/v1/site/?limit=3&order_by=-code')).body;
  expect(ids(first)).toEqual([7, 6, 5]);
  await other.db.pool.query('delete from site where id in (6, 7)');
  const second = (await other.admin.get(first.meta.next)).body;
  expect(ids(second)).toEqual([4, 3, 2]);
});

test('a cursor alone knows its filter and order; another one beside it is refused, and so is a changed one', async () => {
  const first = await list('limit=2&active=true&order_by=-name');
  const cursor = new URLSearchParams(first.meta.next.split('?')[1]).get('cursor')!;
  expect(ids(await list(`limit=2&cursor=${cursor}`))).toEqual(ids((await world.admin.get(first.meta.next)).body));
  const error = async (query: string) => (await list(query)).code;
  expect(await error(`active=false&order_by=-name&cursor=${cursor}`)).toBe('foreign_cursor');
  expect(await error(`active=true&id__gt=1&cursor=${cursor}`)).toBe('foreign_cursor');
  expect(await error(`order_by=name&cursor=${cursor}`)).toBe('foreign_cursor');
  expect(await error(`offset=3&cursor=${cursor}`)).toBe('invalid_parameter');
  const [payload, signature] = cursor.split('.') as [string, string];
  const forged = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('true', 'fals')).toString(
    'base64url',
  );
  for (const text of [`${forged}.${signature}`, payload, `${payload}.`, `${payload}.x`, 'x.y', '', `${cursor}x`]) {
    expect([text, await error(`cursor=${text}`)]).toEqual([text, 'invalid_cursor']);
  }
  const elsewhere = await world.admin.get(`/api/v1/region/?cursor=${cursor}`);
  expect([elsewhere.status, elsewhere.body.code]).toEqual([400, 'invalid_cursor']);
});

test('counts: exact, none and, in great tables, estimated', async () => {
  expect((await list('count=none')).meta.total_count).toBe(null);
  expect((await list('count=exact&active=false')).meta.total_count).toBe(2);
  const preferred = await world.admin.get('/api/v1/site/?limit=2', { prefer: 'count=none' });
  expect(preferred.body.meta.total_count).toBe(null);
  const great = await startFieldsWorld();
  await great.db.pool.query(
    `insert into region (name, level) select 'r' || i, i % 7 from generate_series(1, 120000) i`,
  );
  await great.db.pool.query('analyze region');
  const meta = async (query: string) => (await great.admin.get(`/api/v1/region/?${query}`)).body.meta;
  const all = await meta('limit=1');
  expect(all.count).toBe('estimated');
  expect(all.total_count).toBeGreaterThan(100_000);
  expect(await meta('limit=1&count=exact')).toMatchObject({ total_count: 120_000 });
  expect((await meta('limit=1&count=exact')).count).toBeUndefined();
  expect((await meta('limit=1&level=3')).total_count).toBe(17_143);
  const everything = await great.admin.get('/api/v1/region/?limit=0');
  expect(everything.body.objects).toHaveLength(10_000);
  const next = await great.admin.get(everything.body.meta.next);
  expect(next.body.objects).toHaveLength(10_000);
  expect(next.body.meta.offset).toBe(10_000);
});

test('fields gives what is named, related fields included', async () => {
  expect((await list('id=2&fields=name,id,parent_site__name,parent_site__region__name')).objects).toEqual([
    { name: 'alder creek', id: 2, parent_site__name: 'Alder', parent_site__region__name: 'North' },
  ]);
  for (const [name, hint] of [
    ['nmae', 'name'],
    ['pin', undefined],
    ['region', undefined],
    ['region__pin', undefined],
  ]) {
    const body = await list(`fields=id,${name}`);
    expect([body.status, body.error]).toEqual([400, `'${name}' is not a field of site`]);
    if (hint !== undefined) expect(body.hint).toBe(hint);
    expect(body.hint).not.toBe('pin');
  }
});

test('values are JSON as the contract writes it', async () => {
  const { db } = world;
  await db.pool.query(`insert into region (name, created_at) values ('odd', '2016-05-04 04:31:29.227679+02')`);
  await db.pool.query(`insert into site (region_id, name, code, owner, latitude, area, opened_on)
    select id, E'q"\\\\\\n\\u0001 ü', 'odd', 'x', 'NaN', 'Infinity', 'infinity' from region where name = 'odd'`);
  const region = (await world.admin.get('/api/v1/region/?name=odd')).body.objects[0];
  expect(region.created_at).toBe('2016-05-04T02:31:29.227679Z');
  const site = await world.admin.get('/api/v1/site/?code=odd');
  expect(site.body.objects[0]).toMatchObject({ name: 'q"\\\n\u0001 ü', latitude: null, area: null, opened_on: null });
  await db.pool.query(`delete from site where code = 'odd'; delete from region where name = 'odd'`);
});

test('a list unchanged since it was read is 304; HEAD answers like GET without a body', async () => {
  const first = await world.admin.get('/api/v1/site/');
  const again = await world.admin.get('/api/v1/site', { 'if-none-match': first.headers.get('etag')! });
  expect([again.status, again.text]).toEqual([304, '']);
  const head = await world.admin.head('/api/v1/site/');
  expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', first.headers.get('etag')]);
});

test('set gives objects in the asked order and what is not there', async () => {
  const { body } = await world.admin.get('/api/v1/site/set/3;99;1;3/');
  expect([ids(body), body.not_found]).toEqual([[3, 1], [99]]);
  // With the tags that a change of them must carry.
  const single = await Promise.all([3, 1].map((id) => world.admin.get(`/api/v1/site/${id}`)));
  expect(body.etags).toEqual(single.map(({ headers }) => headers.get('etag')));
  const bad = await world.admin.get('/api/v1/site/set/3;x');
  expect([bad.status, bad.body.error]).toEqual([400, "invalid id: 'x'"]);
  const text = await world.admin.get(`/api/v1/unit/set/${encodeURIComponent('m/s;zz')}/`);
  expect(text.body).toMatchObject({ objects: [{ code: 'm/s' }], not_found: ['zz'] });
});

test('an exact count follows every write, also those made behind the back of the framework', async () => {
  const total = async () => (await list('limit=1&owner=counted')).meta.total_count;
  expect([await total(), await total()]).toEqual([0, 0]);
  const client = await world.db.pool.connect();
  await client.query('begin');
  await client.query(`insert into site (region_id, name, code, owner) values (1, 'c1', 'c1', 'counted')`);
  expect(await total()).toBe(0);
  await client.query('commit');
  client.release();
  expect(await total()).toBe(1);
  await world.db.pool.query(`delete from site where owner = 'counted'`);
  expect(await total()).toBe(0);
});

test('SQL in place of a table answers singly as well; a required parameter may be one of several', async () => {
  const one = await world.admin.get('/api/v1/site_size/1/');
  expect(one.body).toEqual({ id: 1, name: 'Alder', owner: 'ann', visits: 2, resource_uri: '/api/v1/site_size/1/' });
  expect((await world.bob.get('/api/v1/site_size/1/')).status).toBe(404);
  expect((await world.admin.get('/api/v1/site_size/set/2;77/')).body).toMatchObject({
    objects: [{ id: 2 }],
    not_found: [77],
  });
  const uuid = '00000000-0000-4000-8000-000000000001';
  expect((await world.admin.get(`/api/v1/sample/?id=${uuid}`)).body.objects).toHaveLength(1);
  expect((await world.admin.get('/api/v1/sample/')).body.error).toBe('Missing required parameter visit_id');
});
