import { beforeAll, describe, expect, test } from 'vitest';
import { lookups, lookupsOf } from '../../src/resource/pure/lookups.ts';
import { type FieldsWorld, seed, startFieldsWorld } from './fields-world.ts';

let world: FieldsWorld;

beforeAll(async () => {
  world = await startFieldsWorld();
  await seed(world.db);
});

async function ids(query: string, resource = 'site'): Promise<number[]> {
  const { status, body } = await world.admin.get(`/api/v1/${resource}/?${query}`);
  expect([query, status, body.error]).toEqual([query, 200, null]);
  expect(body.meta.total_count).toBe(body.objects.length);
  return body.objects.map((object: { id: number }) => object.id).sort();
}

async function refusal(query: string, resource = 'site') {
  const { status, body } = await world.admin.get(`/api/v1/${resource}/?${query}`);
  return [status, body.error, body.hint];
}

describe('every lookup on every type it fits', () => {
  const cases: [string, number[], resource?: string][] = [
    // text
    ['name=Alder', [1]],
    ['name__exact=Alder', [1]],
    ['name=null', [6]],
    ['name=', [7]],
    ['name__iexact=ALDER', [1]],
    ['name__contains=lder', [1, 2]],
    ['name__contains=Alder', [1]],
    ['name__contains=%25', [3]],
    ['name__contains=_', [3]],
    ['name__contains=%5C', [5]],
    ['name__icontains=ALDER', [1, 2]],
    ['name__startswith=alder', [2]],
    ['name__startswith=%25', []],
    ['name__istartswith=alder', [1, 2]],
    ['name__endswith=creek', [2]],
    ['name__endswith=_', [3]],
    ['name__iendswith=CREEK', [2]],
    ['code__gt=B2', [6, 7]],
    ['code__gte=B2', [5, 6, 7]],
    ['code__lt=A2', [1]],
    ['code__lte=A2', [1, 2]],
    ['code__in=A1,B1,zz', [1, 4]],
    [`name__in=${encodeURIComponent('"Béla, ""the"" site",null')}`, [4, 6]],
    ['code__in=', []],
    ['code__in=%22%22', []],
    ['name__in=%22%22', [7]],
    ['name__regex=%5EA', [1]],
    ['name__regex=%5E%5BA-Z%5D.*r%24', [1]],
    ['name__iregex=%5Ea', [1, 2]],
    // integer
    ['id=3', [3]],
    ['id__exact=3', [3]],
    ['id__gt=5', [6, 7]],
    ['id__gte=6', [6, 7]],
    ['id__lt=2', [1]],
    ['id__lte=2', [1, 2]],
    ['id__in=1,3,99', [1, 3]],
    ['id__in=', []],
    ['id__range=2,4', [2, 3, 4]],
    ['id=99999999999', []],
    ['id__isnull=true', []],
    ['parent_site_id__isnull=1', [1, 4, 7]],
    ['parent_site_id__isnull=false', [2, 3, 5, 6]],
    ['parent_site_id__isnull=0', [2, 3, 5, 6]],
    // number
    ['latitude=1.5', [1]],
    ['latitude__gt=1', [1, 5]],
    ['latitude__gte=1.5', [1, 5]],
    ['latitude__lt=0', [2]],
    ['latitude__lte=0', [2, 4]],
    ['latitude__range=-3,0.001', [2, 4, 6]],
    ['latitude__in=1.5,89.9', [1, 5]],
    ['latitude__isnull=true', [3, 7]],
    ['area=20.5', [2]],
    ['area=1e3', [5]],
    ['area__in=7,3.0', [6, 7]],
    // boolean
    ['active=true', [1, 2, 4, 6, 7]],
    ['active=0', [3, 5]],
    ['active__in=false', [3, 5]],
    ['active__isnull=true', []],
    // date
    ['opened_on=2020-01-01', [2]],
    ['opened_on__gt=2020-06-15', [5, 6]],
    ['opened_on__gte=2020-06-15', [3, 5, 6]],
    ['opened_on__lt=2020-01-01', [1]],
    ['opened_on__lte=2020-01-01', [1, 2]],
    ['opened_on__in=2019-12-31,2021-03-01', [1, 6]],
    ['opened_on__range=2020-01-01,2020-12-31', [2, 3, 5]],
    ['opened_on__isnull=true', [4, 7]],
    ['opened_on__year=2020', [2, 3, 5]],
    ['opened_on__year__gt=2020', [6]],
    ['opened_on__year__gte=2020', [2, 3, 5, 6]],
    ['opened_on__year__lt=2020', [1]],
    ['opened_on__year__lte=2020', [1, 2, 3, 5]],
    ['opened_on__year__exact=2019', [1]],
    ['opened_on__month=12', [1, 5]],
    ['opened_on__month__lt=4', [2, 6]],
    ['opened_on__day=31', [1, 5]],
    ['opened_on__day__lte=1', [2, 6]],
    // instants, always UTC
    ['visited_at=2020-03-01', [2], 'visit'],
    ['visited_at=2020-03-01T01:00:00%2B01:00', [2], 'visit'],
    ['visited_at__gt=2021-01-01', [4, 5], 'visit'],
    ['visited_at__gte=2021-07-04T12:00:00Z', [4, 5], 'visit'],
    ['visited_at__lt=2020-03-01', [1], 'visit'],
    ['visited_at__lte=2020-03-01 00:00', [1, 2], 'visit'],
    ['visited_at__range=2020-02-29T23:59:59.999999Z,2020-03-01', [1, 2], 'visit'],
    ['visited_at__in=2020-03-01,2022-07-04T12:00:00Z', [2, 5], 'visit'],
    ['visited_at__isnull=false', [1, 2, 3, 4, 5], 'visit'],
    ['visited_at__year=2020', [1, 2, 3], 'visit'],
    ['visited_at__year__gte=2021', [4, 5], 'visit'],
    ['visited_at__year__gt=2020', [4, 5], 'visit'],
    ['visited_at__year__lt=2021', [1, 2, 3], 'visit'],
    ['visited_at__year__lte=2020', [1, 2, 3], 'visit'],
    ['visited_at__month=2', [1], 'visit'],
    ['visited_at__month__gt=7', [3], 'visit'],
    ['visited_at__day__gte=29', [1, 3], 'visit'],
    // JSON only by whether it is there
    ['settings__isnull=true', [2, 3, 5, 6, 7]],
    ['settings__isnull=false', [1, 4]],
    // negation, in its three spellings; rows without the value stay
    ['parent_site_id__not=1', [1, 4, 5, 6, 7]],
    ['latitude__not__gt=0', [2, 3, 4, 7]],
    ['exclude__latitude__gt=0', [2, 3, 4, 7]],
    ['exclude__name=Alder', [2, 3, 4, 5, 6, 7]],
    ['exclude__latitude__not__gt=0', [1, 5, 6]],
    ['opened_on__not__isnull=true', [1, 2, 3, 5, 6]],
    ['id__not__in=', [1, 2, 3, 4, 5, 6, 7]],
    ['id__not__in=1,2,3', [4, 5, 6, 7]],
    ['opened_on__not__year__gte=2020', [1, 4, 7]],
    // foreign keys by column and by relation, related fields
    ['region_id=2', [4, 5, 6, 7]],
    ['region=2', [4, 5, 6, 7]],
    ['region__in=2', [4, 5, 6, 7]],
    ['region__id=2', [4, 5, 6, 7]],
    ['region__not=2', [1, 2, 3]],
    ['region__name=South', [4, 5, 6, 7]],
    ['region__name__istartswith=n', [1, 2, 3]],
    ['region__name__not=South', [1, 2, 3]],
    ['parent_site__name=Alder', [2, 3]],
    ['exclude__parent_site__name=Alder', [1, 4, 5, 6, 7]],
    ['parent_site__name__isnull=true', [1, 4, 7]],
    ['parent_site__region__name=South', [5, 6]],
    ['level=2', [4, 5, 6, 7]],
    ['site__parent_site__region__name=North', [3, 4], 'visit'],
    ['site__code=A1', [1, 2], 'visit'],
    // several are ANDed
    ['region=1&active=true&latitude__gt=0', [1]],
    // declared parameters reach the hook
    ['min_visits=1', [1, 2, 3, 5]],
    ['min_visits=2', [1]],
    ['min_visits=1&region=1&name__startswith=A', [1]],
    ['at_least=1&visits__lt=2', [2, 3, 5], 'site_size'],
  ];
  test.each(cases)('%s', async (query, expected, resource) => {
    expect(await ids(query, resource)).toEqual(expected);
  });

  test('no row of the table is untested', () => {
    const types = ['string', 'integer', 'number', 'boolean', 'date', 'datetime'] as const;
    const fields: Record<string, string[]> = {
      string: ['name', 'code'],
      integer: ['id', 'parent_site_id'],
      number: ['latitude', 'area'],
      boolean: ['active'],
      date: ['opened_on'],
      datetime: ['visited_at'],
    };
    const tested = (type: string, lookup: string) =>
      cases.some(([query]) =>
        fields[type]!.some(
          (field) => query.startsWith(`${field}__${lookup}`) || (lookup === 'exact' && query.startsWith(`${field}=`)),
        ),
      );
    const untested = types.flatMap((type) =>
      lookupsOf(type)
        .filter((lookup) => !tested(type, lookup) && !(lookup === 'isnull' && type === 'string'))
        .map((lookup) => `${type} ${lookup}`),
    );
    expect(untested).toEqual([]);
    expect(Object.keys(lookups)).toHaveLength(20);
  });
});

test('UUIDs and JSON keep to their own lookups', async () => {
  const uuid = '00000000-0000-4000-8000-000000000001';
  const found = await world.admin.get(`/api/v1/sample/?visit_id=1&id=${uuid}`);
  expect(found.body.objects).toEqual([{ id: uuid, visit_id: 1, label: 's1' }]);
  expect(await refusal(`visit_id=1&id__gt=${uuid}`, 'sample')).toEqual([
    400,
    "'gt' is not an allowed filter on the 'id' field.",
    'in',
  ]);
  expect((await refusal('settings=1'))[1]).toBe("'exact' is not an allowed filter on the 'settings' field.");
  expect((await refusal('settings__contains=1'))[1]).toBe(
    "'contains' is not an allowed filter on the 'settings' field.",
  );
});

test.each([
  ['nmae=x', "The 'nmae' field does not allow filtering.", 'name'],
  ['nmae__gt=x', "The 'nmae' field does not allow filtering.", 'name'],
  ['id__foo=1', "'foo' is not an allowed filter on the 'id' field.", undefined],
  ['name__containz=1', "'containz' is not an allowed filter on the 'name' field.", 'contains'],
  ['name__year=2020', "'year' is not an allowed filter on the 'name' field.", undefined],
  ['opened_on__year__in=2020', "'year__in' is not an allowed filter on the 'opened_on' field.", 'year'],
  ['region__nmae=1', "The 'region__nmae' field does not allow filtering.", 'region__name'],
  ['pin=1111', "The 'pin' field does not allow filtering.", 'id'],
  ['pin__isnull=true', "The 'pin' field does not allow filtering.", 'id'],
  ['parent_site__pin=1111', "The 'parent_site__pin' field does not allow filtering.", undefined],
  ['parent_site__parent_site__parent_site__parent_site__name=x', undefined, undefined],
  ['__proto__=1', undefined, undefined],
  ['constructor=1', "The 'constructor' field does not allow filtering.", undefined],
  ['id=abc', "invalid id: 'abc'", 'expected an integer'],
  ['id=', "invalid id: ''", 'expected an integer'],
  ['id=1.0', "invalid id: '1.0'", 'expected an integer'],
  ['id__in=1,x', "invalid id__in: '1,x'", undefined],
  ['id__range=1', "invalid id__range: '1'", undefined],
  ['active=maybe', "invalid active: 'maybe'", undefined],
  ['latitude=NaN', "invalid latitude: 'NaN'", undefined],
  ['opened_on=2021-02-29', "invalid opened_on: '2021-02-29'", undefined],
  ['opened_on__year=0', "invalid opened_on__year: '0'", undefined],
  ['opened_on__month=13', "invalid opened_on__month: '13'", undefined],
  ['id__isnull=perhaps', "invalid id__isnull: 'perhaps'", undefined],
  ['name__in=%22a', `invalid name__in: '"a'`, undefined],
  ['name=a%00b', undefined, undefined],
  [`name__regex=${'a'.repeat(201)}`, undefined, undefined],
  ['name__regex=%5B', 'The regular expression is not valid.', undefined],
  ['name=a&name=b', "The 'name' parameter is given more than once.", undefined],
  ['min_visits=x', "invalid min_visits: 'x'", undefined],
])('%s is refused', async (query, error, hint) => {
  const [status, text, given] = await refusal(query);
  expect(status).toBe(400);
  if (error !== undefined) expect(text).toBe(error);
  if (hint !== undefined) expect(given).toContain(hint === 'id' ? '' : hint);
});

test('a secret is refused like a name that is not there, and never hinted at', async () => {
  const { body } = await world.admin.get('/api/v1/site/?pim=1');
  expect(body.hint).not.toBe('pin');
});

test('a regular expression that takes too long is stopped', async () => {
  const hasty = await startFieldsWorld({ regexTimeoutMs: 1 });
  await hasty.db.pool.query(`insert into region (name) values ('r')`);
  await hasty.db.pool.query(`insert into site (region_id, name, code, owner)
    select 1, repeat('ab', 2000) || i, 'slow' || i, 'zed' from generate_series(1, 3000) i`);
  for (const path of ['/api/v1/site/?', '/api/v1/site/?format=csv&count=none&', '/api/v1/site/?count=none&']) {
    const { status, body } = await hasty.admin.get(`${path}name__regex=${encodeURIComponent('(.*)(.*)\\2\\1x$')}`);
    expect([path, status, body.code]).toEqual([path, 400, 'regex_timeout']);
  }
  const deleted = await hasty.admin.delete('/api/v1/site/?name__regex=(.*)%5C1x');
  expect([deleted.status, deleted.body.code]).toEqual([400, 'regex_timeout']);
});

test('a required parameter is asked for', async () => {
  expect(await refusal('label=s1', 'sample')).toEqual([400, 'Missing required parameter visit_id', undefined]);
});
