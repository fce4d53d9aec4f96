import { describe, expect, test } from 'vitest';
import { provideIndicatorValues } from '../../src/indicators/index.ts';
import { sql } from '../../src/platform/db/index.ts';
import { startWorld } from '../support/world.ts';
import { codesIn, makeTree, must, someone } from './places-world.ts';

const world = await startWorld();
const admin = await someone(world, 'SUPERADMIN');

const empty = await Promise.all(['location', 'geo', 'location_tree'].map((name) => admin.get(`/api/v1/${name}/`)));

const { ids, types } = await makeTree(admin);
const list = async (query: string) => {
  const answer = await admin.get(`/api/v1/location/?${query}`);
  return answer.status === 200 ? codesIn(ids, answer.body) : `${answer.status} ${answer.body.error}`;
};

test('an installation without places answers everywhere', () => {
  expect(empty.map(({ body }) => body.objects)).toEqual([[], [], []]);
  expect(empty[0]!.body.meta).toMatchObject({ total_count: 0, top_lvl_location_id: null });
});

describe('selection of places (contract 5.1)', () => {
  const cases: [string, () => string, string][] = [
    ['nothing: all', () => '', 'KPQabcdx'],
    ['exactly these', () => `location_id__in=${ids.P},${ids.x},99999`, 'Px'],
    ['none of them', () => 'location_id__in=', ''],
    ['the others have no effect beside', () => `location_id__in=${ids.P}&location_type=Nope&location_depth=3`, 'P'],
    ['a type in a subtree, at whatever distance', () => `location_id=${ids.K}&location_type=District`, 'abcd'],
    ['itself included', () => `location_id=${ids.P}&location_type=Province`, 'P'],
    ['a deep type', () => `location_id=${ids.P}&location_type=Clinic`, 'x'],
    ['with a type the depth has no effect', () => `location_id=${ids.P}&location_type=District&location_depth=0`, 'ab'],
    ['depth 0 is itself', () => `location_id=${ids.P}&location_depth=0`, 'P'],
    ['no depth is depth 0', () => `location_id=${ids.P}`, 'P'],
    ['children', () => `location_id=${ids.K}&location_depth=1`, 'PQ'],
    ['grandchildren', () => `location_id=${ids.K}&location_depth=2`, 'abcd'],
    ['a branch that ends earlier contributes nothing', () => `location_id=${ids.K}&location_depth=3`, 'x'],
    ['beyond the leaves', () => `location_id=${ids.K}&location_depth=9`, ''],
    ['a type alone', () => 'location_type=Province', 'PQ'],
    ['an unknown type', () => 'location_type=Region', '400 location_type Region does not exist'],
    ['depth without a place', () => 'location_depth=1', '400 Missing required parameter location_id'],
    ['an id that is none', () => 'location_id=abc', "400 invalid location_id: 'abc'"],
    ['one of the ids is none', () => `location_id__in=${ids.P},x`, "400 invalid id: 'x'"],
    ['an id that is not there', () => 'location_id=123456', ''],
    ['ordinary filters besides', () => `location_id=${ids.K}&location_depth=2&location_code__in=a,d,x`, 'ad'],
    ['by the level of the type', () => 'lvl=2', 'abcd'],
    ['by a related name', () => 'parent_location__name=place%20Q', 'cd'],
    ['by the type id', () => `location_type_id=${types.Clinic}`, 'x'],
    ['with the top', () => `location_id=${ids.P}&location_depth=1&include_top=true`, 'Kab'],
    ['without it', () => `location_id=${ids.P}&location_depth=1&include_top=false`, 'ab'],
    ['a filter without its value', () => 'filter_indicator=seen', '400 Missing required parameter filter_value'],
    ['a value without its filter', () => 'filter_value=1', '400 Missing required parameter filter_indicator'],
    ['an unknown indicator', () => 'filter_indicator=nope&filter_value=1', '400 filter_indicator nope does not exist'],
  ];
  test.each(cases)('%s', async (_, query, expected) => {
    expect(await list(query())).toBe(expected);
  });

  test('no place has a value of an indicator nobody collected', async () => {
    await must(admin.post('/api/v1/indicator/', { name: 'Seen', short_name: 'seen', data_format: 'int' }), 201);
    expect(await list('filter_indicator=seen&filter_value=1')).toBe('');
  });
});

test('filter_indicator is answered by whoever knows values, inside the selection, and for shapes too', async () => {
  const asked: object[] = [];
  provideIndicatorValues(world.context, {
    passes: (place, indicator, filter) => {
      asked.push({ format: indicator.dataFormat, ...filter });
      return sql`${place} = any(${[ids.a!, ids.c!]}::int[])`;
    },
    valueOf: (_place, { indicatorId, campaignId }) =>
      sql`jsonb_build_object('value', ${indicatorId + campaignId}::int)`,
  });
  const query = 'filter_indicator=seen&filter_value=1,%202&campaign__in=7,8&campaign_start=2020-01-01';
  expect(await list(query)).toBe('ac');
  expect(await list(`${query}&location_id=${ids.P}&location_depth=1`)).toBe('a');
  expect(asked[0]).toEqual({
    format: 'int',
    indicator: 'seen',
    values: ['1', '2'],
    campaignIds: [7, 8],
    campaignStart: '2020-01-01',
    campaignEnd: undefined,
    ofAllCampaigns: false,
  });
  await must(admin.post('/api/v1/geo/', { location_id: ids.a, geo_json: { type: 'Point', coordinates: [1, 2] } }), 201);
  const { body } = await admin.get(`/api/v1/geo/?${query}&indicator_id=4&campaign_id=3&simplify=auto`);
  expect(body.objects.map((row: { properties: object }) => row.properties)).toEqual([
    { location_id: ids.a, name: 'place a', value: 7 },
  ]);
  await must(admin.delete(`/api/v1/geo/${ids.a}/`), 204);
  await world.runJobs();
});

test('a place as its list shows it', async () => {
  const { body } = await admin.get(
    `/api/v1/location/?id=${ids.a}&fields=id,name,lvl,location_type__name,parent_location__name`,
  );
  expect(body.objects).toEqual([
    { id: ids.a, name: 'place a', lvl: 2, location_type__name: 'District', parent_location__name: 'place P' },
  ]);
  const [whole] = (await admin.get(`/api/v1/location/?id=${ids.a}`)).body.objects;
  expect(whole).toMatchObject({
    location_code: 'a',
    location_type_id: types.District,
    location_type__name: 'District',
    parent_location_id: ids.P,
    latitude: null,
    longitude: null,
    lpd_status: null,
    aliases: [],
    lvl: 2,
  });
  expect(body.meta.top_lvl_location_id).toBe(ids.K);
});

describe('writes', () => {
  const post = (body: object) => admin.post('/api/v1/location/', body);
  const fresh = (more: object = {}) => ({ name: 'n', location_code: 'n', location_type_id: types.District, ...more });

  test('what a place needs', async () => {
    const { status, body } = await post({});
    expect([status, body.error]).toEqual([400, 'missing params set(location_code, location_type_id, name)']);
  });

  test('names are unique below one parent and among roots, codes everywhere', async () => {
    const twin = await post(fresh({ name: ' place  a ', parent_location_id: ids.P }));
    expect([twin.status, twin.body.error]).toEqual([
      409,
      `key: "name, parent_location_id" with value: "place a, ${ids.P}" already exists`,
    ]);
    const root = await post(fresh({ name: 'place K', location_type_id: types.Country }));
    expect(root.status).toBe(409);
    const code = await post(fresh({ location_code: 'a', parent_location_id: ids.Q }));
    expect([code.status, code.body.error]).toEqual([409, 'key: "location_code" with value: "a" already exists']);
  });

  test('references and aliases', async () => {
    expect((await post(fresh({ location_type_id: 999 }))).body.error).toBe('location_type_id 999 does not exist');
    expect((await post(fresh({ parent_location_id: 999 }))).body.error).toBe('parent_location_id 999 does not exist');
    expect((await post(fresh({ aliases: ['x', 1] }))).body.error).toBe('aliases must be a list of texts');
    expect((await post(fresh({ latitude: 90.5 }))).status).toBe(400);
  });

  test('a parent is never narrower than its child; equal levels are allowed', async () => {
    const under = await post(
      fresh({ name: 'u', location_code: 'u', location_type_id: types.Province, parent_location_id: ids.a }),
    );
    expect([under.status, under.body.code]).toEqual([400, 'admin_level_order']);
    expect(under.body.error).toMatch(
      new RegExp(`^location \\d+ \\(admin_level 1\\) cannot be below location ${ids.a} \\(admin_level 2\\)$`),
    );
    const equal = await must(post(fresh({ parent_location_id: ids.a, name: 'e', location_code: 'e' })), 201);
    const retyped = await admin.patch(`/api/v1/location/${ids.a}/`, { location_type_id: types.Clinic });
    expect(retyped.body.error).toBe(
      `location ${equal.id} (admin_level 2) cannot be below location ${ids.a} (admin_level 3)`,
    );
    const relevelled = await admin.patch(`/api/v1/location_type/${types.Province}/`, { admin_level: 3 });
    expect([relevelled.status, relevelled.body.code]).toEqual([400, 'admin_level_order']);
    expect((await admin.delete(`/api/v1/location/${equal.id}/`)).status).toBe(204);
  });

  describe('levels in a write of several', () => {
    const narrow = (code: string, parent: number) =>
      fresh({ name: code, location_code: code, location_type_id: types.District, parent_location_id: parent });
    const wide = (code: string, parent: number) => ({ ...narrow(code, parent), location_type_id: types.Province });
    const stored = async () => (await must(admin.get('/api/v1/location/?order_by=id'), 200)).objects;

    test.each([
      ['POST', () => [narrow('n1', ids.P!), wide('n2', ids.a!), narrow('n3', ids.P!)], 1],
      ['PUT', () => [narrow('n1', ids.P!), { ...wide('b', ids.a!), name: 'place b' }], 1],
      [
        'PATCH',
        () => [
          { id: ids.b, aliases: ['x'] },
          { id: ids.Q, parent_location_id: ids.b },
        ],
        1,
      ],
      [
        'PATCH',
        () => [
          { id: ids.Q, aliases: ['x'] },
          { id: ids.P, location_type_id: types.Clinic },
        ],
        1,
      ],
    ] as const)('%s of a parent narrower than its child is refused as a whole', async (method, objects, at) => {
      const before = await stored();
      const { status, body } = await admin.send(method, '/api/v1/location/', { objects: objects() });
      expect([status, body.code, body.errors?.[0]?.row]).toEqual([400, 'admin_level_order', at + 1]);
      expect(body.error).toMatch(/location \d+ \(admin_level \d\) cannot be below location \d+ \(admin_level \d\)$/);
      expect(await stored()).toEqual(before);
    });

    test('where each stands for itself, only that one is refused', async () => {
      const objects = [narrow('n1', ids.P!), wide('n2', ids.a!), narrow('n3', ids.P!)];
      const answer = await admin.post('/api/v1/location/', { objects }, { prefer: 'handling=lenient' });
      expect([answer.status, answer.body.results.map((one: { status: number }) => one.status)]).toEqual([
        207,
        [201, 400, 201],
      ]);
      expect(answer.body.results[1].error).toMatch(/\(admin_level 1\) cannot be below location \d+ \(admin_level 2\)$/);
      for (const index of [0, 2]) await must(admin.delete(`/api/v1/location/${answer.body.results[index].id}/`), 204);
    });

    test('of kinds of places too', async () => {
      const level = (name: string, admin_level: number) => ({ id: types[name], admin_level });
      const objects = [level('Clinic', 4), level('Province', 3)];
      const refused = await admin.patch('/api/v1/location_type/', { objects });
      expect([refused.status, refused.body.code]).toEqual([400, 'admin_level_order']);
      const { body } = await admin.get('/api/v1/location_type/');
      expect(body.objects.map((type: { admin_level: number }) => type.admin_level)).toEqual([0, 1, 2, 3]);
    });
  });

  test('a place cannot be below itself', async () => {
    const { status, body } = await admin.patch(`/api/v1/location/${ids.P}/`, { parent_location_id: ids.x });
    expect([status, body.error]).toEqual([
      400,
      `location ${ids.P} cannot be below itself: ${ids.P} > ${ids.a} > ${ids.x} > ${ids.P}`,
    ]);
    const self = await admin.patch(`/api/v1/location/${ids.P}/`, { parent_location_id: ids.P });
    expect(self.body.error).toBe(`location ${ids.P} cannot be below itself: ${ids.P} > ${ids.P}`);
  });

  test('a move is in the tree when the answer leaves', async () => {
    await must(admin.patch(`/api/v1/location/${ids.a}/`, { parent_location_id: ids.Q }), 202);
    expect(await list(`location_id=${ids.Q}&location_depth=2`)).toBe('x');
    expect(await list(`location_id=${ids.P}&location_depth=1`)).toBe('b');
    const { body } = await admin.get(`/api/v1/location_tree/?location_id=${ids.x}&order_by=lvl`);
    expect(
      body.objects.map((row: { parent_location_id: number; lvl: number }) => [row.parent_location_id, row.lvl]),
    ).toEqual([
      [ids.x, 0],
      [ids.a, 1],
      [ids.Q, 2],
      [ids.K, 3],
    ]);
    await must(admin.patch(`/api/v1/location/${ids.a}/`, { parent_location_id: ids.P }), 202);
  });

  test('what is above others or responsible for is not deleted', async () => {
    const used = await admin.delete(`/api/v1/location/${ids.a}/`);
    expect([used.status, used.body.error]).toEqual([409, `location ${ids.a} is used by location (1)`]);
    const type = await admin.delete(`/api/v1/location_type/${types.Clinic}/`);
    expect(type.body.error).toBe(`location_type ${types.Clinic} is used by location (1)`);
  });

  test('bulk: many places at once, and again by their code', async () => {
    const objects = ['m1', 'm2', 'm3'].map((code) =>
      fresh({ name: code, location_code: code, parent_location_id: ids.Q }),
    );
    const { status, body } = await admin.post('/api/v1/location/', { objects });
    expect([status, body.meta.created]).toEqual([201, 3]);
    expect(await list(`location_id=${ids.Q}&location_depth=1`)).toBe('cd???');
    const again = await admin.put('/api/v1/location/', {
      objects: objects.map((object) => ({ ...object, aliases: ['again'] })),
    });
    expect([again.status, again.body.meta.updated]).toEqual([200, 3]);
    for (const { id } of body.objects) await must(admin.delete(`/api/v1/location/${id}/`), 204);
    expect((await admin.get(`/api/v1/location_tree/?location_id=${body.objects[0].id}`)).body.objects).toEqual([]);
  });
});

test('the tree is read-only', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
    expect((await admin.send(method, '/api/v1/location_tree/', method === 'DELETE' ? undefined : {})).status).toBe(405);
});

test('types in order of their level', async () => {
  const { body } = await admin.get('/api/v1/location_type/');
  expect(body.objects.map((type: { name: string }) => type.name)).toEqual([
    'Country',
    'Province',
    'District',
    'Clinic',
  ]);
  expect((await admin.post('/api/v1/location_type/', { name: ' Country', admin_level: 1 })).body.error).toBe(
    'key: "name" with value: "Country" already exists',
  );
});
