import { beforeAll, describe, expect, test } from 'vitest';
import { type FieldsWorld, seed, startFieldsWorld } from './fields-world.ts';

let world: FieldsWorld;

beforeAll(async () => {
  world = await startFieldsWorld();
  await seed(world.db);
});

const get = async (query: string) => (await world.admin.get(`/api/v1/script/?${query}`)).body;
const ids = async (query: string) => (await get(query)).data.map(({ id }: { id: number }) => id);

test('the list is data, whole without a page; unknown parameters are passed over', async () => {
  const body = await get('legacy=1&foo__bar=2');
  expect(Object.keys(body)).toEqual(['data']);
  expect(await ids('')).toEqual([6, 5, 3, 2, 1, 4, 7]);
  expect((await world.admin.get('/api/v1/script/1')).body.data).toMatchObject({ id: 1, name: 'Alder' });
});

test.each([
  ['page=2&per_page=3', 2, 3, [2, 1, 4]],
  ['page=1', 1, 20, [6, 5, 3, 2, 1, 4, 7]],
  ['per_page=2', 1, 2, [6, 5]],
  ['page=0&per_page=1', 1, 1, [6]],
  ['page=x&per_page=1000', 1, 100, [6, 5, 3, 2, 1, 4, 7]],
  ['page=-3&per_page=-1', 1, 1, [6]],
  ['page=9&per_page=5', 9, 5, []],
])('%s', async (query, page, perPage, expected) => {
  const body = await get(query);
  expect(body).toMatchObject({ page, per_page: perPage, total: 7 });
  expect(body.data.map(({ id }: { id: number }) => id)).toEqual(expected);
});

describe('filter', () => {
  test.each([
    ['name=ALDER', [1]],
    ["name = 'alder creek'", [2]],
    ['name!=alder', [2, 3, 4, 5, 6, 7]],
    ['name like al%', [1, 2]],
    ['name like %_', [3]],
    ['name not like al%', [3, 4, 5, 6, 7]],
    ['id>5', [6, 7]],
    ['id >= 6,id<7', [6]],
    ['(id=1 OR id=3),name like a%', [1]],
    ['(id=1,name=alder OR id=3)', [1, 3]],
    ['id=1 or id=2', [1, 2]],
    ['area<=3', [4, 7]],
    ['opened_on>2020-06-15', [5, 6]],
    ['name=\'Béla, "the" site\'', [4]],
    ['name="béla, ""the"" site"', [4]],
    ['((id=1))', [1]],
    ["name=''", [7]],
    ['code>b1', [5, 6, 7]],
  ])('%s', async (filter, expected) => {
    expect((await ids(`filter=${encodeURIComponent(filter)}`)).sort()).toEqual(expected);
  });

  test.each([
    ['id', 'Invalid filter'],
    ['', 'Invalid filter'],
    ['id=1,', 'Invalid filter'],
    ['(id=1', 'Invalid filter'],
    ['id=1)', 'Invalid filter'],
    ['id ~ 1', 'Invalid filter'],
    ['id like 1', 'Invalid filter'],
    ["name='x", 'Invalid filter'],
    [`${'('.repeat(30)}id=1${')'.repeat(30)}`, 'Invalid filter'],
    [Array.from({ length: 300 }, () => 'id=1').join(), 'Invalid filter'],
    ['x=1', "Unknown filter field 'x'"],
    ['pin=1', "Unknown filter field 'pin'"],
    ['id=abc', "invalid id: 'abc'"],
  ])('%s is refused', async (filter, error) => {
    const body = await get(`filter=${encodeURIComponent(filter)}`);
    expect([body.status, body.detail]).toEqual([400, error]);
  });
});

test('sort', async () => {
  expect(await ids('sort=id')).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(await ids('sort=-id')).toEqual([7, 6, 5, 4, 3, 2, 1]);
  expect(await ids('sort=id desc')).toEqual([7, 6, 5, 4, 3, 2, 1]);
  expect(await ids('sort=area asc,id DESC')).toEqual([4, 7, 6, 1, 2, 5, 3]);
  expect((await get('sort=x')).detail).toBe("Unknown sort field 'x'");
});

test('more than 10,000 rows are the first of the order, and said to be', async () => {
  const other = await startFieldsWorld();
  await other.db.pool.query(`insert into region (name) values ('r'); insert into site (region_id, name, code, owner, opened_on)
    select 1, i, i, 'x', date '2000-01-01' + i % 10000 from generate_series(1, 10500) i`);
  const { body } = await other.admin.get('/api/v1/script/');
  expect([body.data.length, body.total, body.truncated]).toEqual([10_000, 10_500, true]);
  expect(body.data[0].opened_on).toBe('2027-05-18');
});
