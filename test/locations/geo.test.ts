import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/platform/context.ts';
import { startWorld } from '../support/world.ts';
import { makeTree, must, someone } from './places-world.ts';

const world = await startWorld();
const admin = await someone(world, 'ADMIN');
const { ids } = await makeTree(admin);
type Position = [number, number];

/** Two neighbours with a wavy border of 400 positions between them. */
const border: Position[] = Array.from({ length: 401 }, (_, n) => [
  10 + Math.sin(n) / 50 + Math.sin(n / 40) / 2,
  n / 100,
]);
const west = { type: 'Polygon', coordinates: [[[5, 0], ...border, [5, 4], [5, 0]]] };
const east = { type: 'Polygon', coordinates: [[[15, 4], ...[...border].reverse(), [15, 0], [15, 4]]] };
const square = (x: number, y: number, size: number) => ({
  type: 'Polygon',
  coordinates: [
    [
      [x, y],
      [x + size, y],
      [x + size, y + size],
      [x, y + size],
      [x, y],
    ],
  ],
});

describe('what is refused, and where', () => {
  const square = (x: number, y: number, side: number) => [
    [x, y],
    [x + side, y],
    [x + side, y + side],
    [x, y + side],
    [x, y],
  ];
  const ring = [
    [0, 0],
    [2, 0],
    [2, 2],
    [0, 2],
    [0, 0],
  ];
  const cases: [string, unknown, string][] = [
    [
      'no geometry',
      { type: 'Feature' },
      '.type: must be one of Point, MultiPoint, LineString, MultiLineString, Polygon, MultiPolygon',
    ],
    ['no coordinates', { type: 'Point' }, '.coordinates: must be a list'],
    ['an empty polygon', { type: 'Polygon', coordinates: [] }, '.coordinates: is empty'],
    ['latitude first', { type: 'Point', coordinates: [10, 120] }, '.coordinates: latitude 120 is outside -90 to 90'],
    [
      'a longitude',
      {
        type: 'MultiPoint',
        coordinates: [
          [1, 1],
          [181, 0],
        ],
      },
      '.coordinates[1]: longitude 181 is outside -180 to 180',
    ],
    [
      'text',
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            ['1', 0],
            [1, 1],
            [0, 0],
          ],
        ],
      },
      '.coordinates[0][1]: must be [longitude, latitude]',
    ],
    [
      'a short ring',
      { type: 'Polygon', coordinates: [ring.slice(0, 3)] },
      '.coordinates[0]: a ring needs four positions or more',
    ],
    [
      'an open ring',
      { type: 'Polygon', coordinates: [ring.slice(0, 4)] },
      '.coordinates[0][3]: a ring must end where it begins',
    ],
    [
      'a flat ring',
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 1],
            [2, 2],
            [0, 0],
          ],
        ],
      },
      '.coordinates[0]: a ring must enclose an area',
    ],
    [
      'a bow tie',
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [2, 2],
            [2, 0],
            [0, 3],
            [0, 0],
          ],
        ],
      },
      '.coordinates[0][0]: the border from here crosses the one from .coordinates[0][2]',
    ],
    [
      'a hole that leaves',
      {
        type: 'MultiPolygon',
        coordinates: [
          [ring],
          [
            ring,
            [
              [1, 1],
              [3, 1],
              [3, 1.5],
              [1, 1],
            ],
          ],
        ],
      },
      '.coordinates[1][0][1]: the border from here crosses the one from .coordinates[1][1][0]',
    ],
    [
      'a hole elsewhere',
      { type: 'Polygon', coordinates: [ring, square(10, 10, 1)] },
      '.coordinates[1]: a hole must lie inside the ring .coordinates[0]',
    ],
    [
      'a hole around its shell',
      { type: 'Polygon', coordinates: [square(0.5, 0.5, 0.5), square(0, 0, 2)] },
      '.coordinates[1]: a hole must lie inside the ring .coordinates[0]',
    ],
    [
      'a hole in a hole',
      { type: 'Polygon', coordinates: [square(0, 0, 9), square(1, 1, 5), square(2, 2, 1)] },
      '.coordinates[2]: a hole must not lie inside the hole .coordinates[1]',
    ],
    [
      'a line that stays',
      {
        type: 'LineString',
        coordinates: [
          [1, 1],
          [1, 1],
        ],
      },
      '.coordinates: needs two different positions or more',
    ],
    ['a line of one', { type: 'LineString', coordinates: [[0, 0]] }, '.coordinates: needs two positions or more'],
  ];
  test('holes that touch their shell and each other in a point are taken', async () => {
    const diamond = [
      [0, 2],
      [2, 0],
      [4, 2],
      [2, 4],
      [0, 2],
    ];
    const coordinates = [square(0, 0, 4), diamond];
    await must(admin.post('/api/v1/geo/', { location_id: ids.x, geo_json: { type: 'Polygon', coordinates } }), 201);
    const holes = [square(0, 0, 9), square(1, 1, 2), square(3, 3, 2)];
    await must(admin.patch(`/api/v1/geo/${ids.x}/`, { geo_json: { type: 'Polygon', coordinates: holes } }), 202);
    await must(admin.delete(`/api/v1/geo/${ids.x}/`), 204);
    await world.runJobs();
  });
  test.each(cases)('%s', async (_, geo_json, problem) => {
    const { status, body } = await admin.post('/api/v1/geo/', { location_id: ids.x, geo_json });
    expect([status, body.code, body.error]).toEqual([400, 'invalid_geometry', `geo_json${problem}`]);
    expect(body.errors[0].pointer).toBe(`/geo_json${problem.slice(0, problem.indexOf(':'))}`);
  });

  test('holes, touching corners and repeated positions are fine', async () => {
    const geo_json = {
      type: 'Polygon',
      coordinates: [
        [
          [0, 0],
          [4, 0],
          [4, 0],
          [4, 4],
          [0, 4],
          [0, 0],
        ],
        [
          [1, 1],
          [2, 1],
          [2, 2],
          [1, 1],
        ],
        [
          [2, 2],
          [3, 2],
          [3, 3],
          [2, 2],
        ],
      ],
    };
    await must(admin.post('/api/v1/geo/', { location_id: ids.x, geo_json }), 201);
    expect((await admin.get(`/api/v1/location_polygon/${ids.x}/`)).body.geo_json).toEqual(geo_json);
    await must(admin.delete(`/api/v1/geo/${ids.x}/`), 204);
  });
});

test('a shape over HTTP: what is stored comes back as a feature', async () => {
  const made = await must(
    admin.post('/api/v1/geo/', { location_id: ids.K, geo_json: JSON.stringify(square(0, 0, 30)) }),
    201,
  );
  expect(made).toEqual({
    type: 'Feature',
    location_id: ids.K,
    parent_location_id: ids.K,
    properties: { location_id: ids.K, name: 'place K' },
    geometry: square(0, 0, 30),
    resource_uri: `/api/v1/geo/${ids.K}/`,
  });
  const twice = await admin.post('/api/v1/geo/', { location_id: ids.K, geo_json: square(0, 0, 1) });
  expect([twice.status, twice.body.error]).toEqual([409, `key: "location_id" with value: "${ids.K}" already exists`]);
  const plain = await must(admin.get(`/api/v1/location_polygon/${ids.K}/`), 200);
  expect(plain).toMatchObject({ id: ids.K, west: 0, south: 0, east: 30, north: 30 });
  const heights = await admin.patch(`/api/v1/geo/${ids.K}/`, {
    geo_json: { type: 'Polygon', coordinates: [square(0, 0, 20).coordinates[0]!.map((p) => [...p, 7])] },
  });
  expect([heights.status, heights.body.geometry]).toEqual([202, square(0, 0, 20)]);
});

describe('reading shapes', () => {
  test('selection, parents, box and formats', async () => {
    await must(admin.post('/api/v1/geo/', { location_id: ids.P, geo_json: west }), 201);
    await must(admin.post('/api/v1/geo/', { location_id: ids.Q, geo_json: east }), 201);
    await must(admin.post('/api/v1/geo/', { location_id: ids.a, geo_json: square(-179, -10, 2) }), 201);
    await must(admin.post('/api/v1/geo/', { location_id: ids.b, geo_json: square(177, -10, 2) }), 201);
    const located = async (query: string) => {
      const { status, body } = await admin.get(`/api/v1/geo/?${query}`);
      return status === 200 ? body.objects.map((f: { location_id: number }) => f.location_id) : body.error;
    };
    expect(await located(`location_id=${ids.K}&location_depth=1`)).toEqual([ids.P, ids.Q]);
    expect(await located('location_type=Province')).toEqual([ids.P, ids.Q]);
    expect(await located('bbox=4,0,5,1')).toEqual([ids.K, ids.P]);
    expect(await located('bbox=176,-20,-177,0')).toEqual([ids.a, ids.b]);
    expect(await located('bbox=1,2,3')).toBe("invalid bbox: '1,2,3'");
    expect(await located('bbox=0,10,1,5')).toBe("invalid bbox: '0,10,1,5'");
    expect(await located('simplify=much')).toBe("invalid simplify: 'much'");
    expect(await located('indicator_id=1')).toBe('Missing required parameter campaign_id');
    expect(await located('campaign_id=1')).toBe('Missing required parameter indicator_id');
    const { body } = await admin.get(`/api/v1/geo/?location_id=${ids.P}`);
    expect(body.objects[0]).toEqual({
      type: 'Feature',
      location_id: ids.P,
      parent_location_id: ids.K,
      properties: { location_id: ids.P, name: 'place P' },
      geometry: west,
    });
  });

  test('format=geojson is whole in any order', async () => {
    for (const order of ['location_id', '-location_id']) {
      const { body } = await admin.get(`/api/v1/location_polygon/?format=geojson&order_by=${order}`);
      expect(body.features.length).toBeGreaterThan(1);
    }
    const none = await admin.get('/api/v1/geo/?format=geojson&location_id__in=999999');
    expect(none.body).toEqual({ type: 'FeatureCollection', features: [] });
  });

  test('format=geojson is a bare collection', async () => {
    const { body, headers } = await admin.get(`/api/v1/geo/?format=geojson&location_id__in=${ids.P},${ids.a}`);
    expect(headers.get('content-type')).toMatch('application/geo+json');
    expect(Object.keys(body)).toEqual(['type', 'features']);
    expect(body.type).toBe('FeatureCollection');
    const some = await admin.get(`/api/v1/geo/?format=geojson&fields=location_id&location_id__in=${ids.P},${ids.a}`);
    expect(some.body).toEqual(body);
    expect(body.features[1]).toEqual({
      type: 'Feature',
      location_id: ids.a,
      parent_location_id: ids.P,
      properties: { location_id: ids.a, name: 'place a' },
      geometry: square(-179, -10, 2),
    });
  });

  test('values of an indicator go into the properties', async () => {
    const { body } = await admin.get(`/api/v1/geo/?location_id=${ids.P}&indicator_id=1&campaign_id=1`);
    expect(body.objects[0].properties).toEqual({ location_id: ids.P, name: 'place P', value: null });
  });
});

describe('simplified shapes', () => {
  const geometry = async (query: string) =>
    (await admin.get(`/api/v1/geo/?${query}`)).body.objects.map(
      (f: { geometry: typeof west }) => f.geometry.coordinates[0] as Position[],
    );

  test('before they are made, shapes are whole', async () => {
    expect((await geometry(`location_id=${ids.P}&simplify=5000`))[0]).toHaveLength(404);
    await world.runJobs();
  });

  test('neighbours keep their common border, whatever the tolerance', async () => {
    let last = 404;
    for (const metres of [50, 500, 2000, 10_000, 50_000]) {
      const [p, q] = await geometry(`location_id=${ids.K}&location_depth=1&simplify=${metres}`);
      const key = (position: Position) => position.join();
      // A ring says one position twice, and each ring may begin elsewhere.
      const inner = (ring: Position[]) => [...new Set(ring.filter(([x]) => x !== 5 && x !== 15).map(key))].sort();
      expect(inner(q!)).toEqual(inner(p!));
      expect(p!.length).toBeLessThanOrEqual(last);
      expect(new Set(p!.map(key)).size).toBeGreaterThan(2);
      last = p!.length;
    }
    expect(last).toBeLessThan(40);
  });

  test('the corner where they meet the outside stays', async () => {
    const [p] = await geometry(`location_id=${ids.P}&simplify=50000`);
    expect(p).toContainEqual(border[0]);
    expect(p).toContainEqual(border.at(-1));
  });

  test('a shape too small to be seen is still there', async () => {
    await must(admin.post('/api/v1/geo/', { location_id: ids.x, geo_json: square(1, 1, 0.0001) }), 201);
    await world.runJobs();
    const [x] = await geometry(`location_id=${ids.x}&simplify=50000`);
    expect(new Set(x!.map(String)).size).toBeGreaterThan(2);
  });

  test('a changed neighbour is simplified with its other side again', async () => {
    const moved = border.map(([x, y]): Position => [x + (y > 0 && y < 4 ? 0.3 : 0), y]);
    await must(
      admin.patch(`/api/v1/geo/${ids.P}/`, {
        geo_json: { type: 'Polygon', coordinates: [[[5, 0], ...moved, [5, 4], [5, 0]]] },
      }),
      202,
    );
    expect(await unsimplified(world.context)).toEqual([ids.P, ids.Q]);
    await must(
      admin.patch(`/api/v1/geo/${ids.Q}/`, {
        geo_json: { type: 'Polygon', coordinates: [[[15, 4], ...[...moved].reverse(), [15, 0], [15, 4]]] },
      }),
      202,
    );
    await world.runJobs();
    expect(await unsimplified(world.context)).toEqual([]);
    const [p, q] = await geometry(`location_id=${ids.K}&location_depth=1&simplify=2000`);
    const inner = (ring: Position[]) => [...new Set(ring.filter(([x]) => x > 9 && x < 12).map(String))].sort();
    expect(inner(q!)).toEqual(inner(p!));
  });

  test('a place that changes its level takes its shape along', async () => {
    const type = (await admin.get(`/api/v1/location/${ids.a}/`)).body.location_type_id;
    await must(admin.patch(`/api/v1/location_type/${type}/`, { admin_level: 3 }), 202);
    expect(await unsimplified(world.context)).toEqual([ids.a, ids.b]);
    await world.runJobs();
    expect(await unsimplified(world.context)).toEqual([]);
  });

  test('auto fits about 200 KB, for what this caller is shown', async () => {
    const ragged = (x: number) => {
      const ring = Array.from({ length: 20_000 }, (_, n): Position => {
        const angle = (n / 20_000) * 2 * Math.PI;
        const radius = 1 + Math.sin(n * 7) / 500;
        return [
          Math.round((x + Math.cos(angle) * radius) * 1e6) / 1e6,
          Math.round((40 + Math.sin(angle) * radius) * 1e6) / 1e6,
        ];
      });
      return { type: 'Polygon', coordinates: [[...ring, ring[0]]] };
    };
    await must(admin.post('/api/v1/geo/', { location_id: ids.c, geo_json: ragged(0) }), 201);
    await must(admin.post('/api/v1/geo/', { location_id: ids.d, geo_json: ragged(40) }), 201);
    await world.runJobs();
    const whole = await admin.get(`/api/v1/geo/?location_id__in=${ids.c},${ids.d}`);
    const auto = await admin.get(`/api/v1/geo/?location_id__in=${ids.c},${ids.d}&simplify=auto`);
    expect(whole.bytes.length).toBeGreaterThan(700_000);
    expect(auto.bytes.length).toBeLessThan(210_000);
    expect(auto.body.objects).toHaveLength(2);
    const small = await admin.get(`/api/v1/geo/?location_id=${ids.P}&simplify=auto`);
    const full = await admin.get(`/api/v1/geo/?location_id=${ids.P}`);
    expect(small.body.objects).toEqual(full.body.objects);
  });

  test('deleting a place takes its shape along', async () => {
    await must(admin.delete(`/api/v1/location/${ids.x}/`), 204);
    expect((await admin.get(`/api/v1/geo/${ids.x}/`)).status).toBe(404);
    await world.runJobs();
  });
});

async function unsimplified(context: Context): Promise<number[]> {
  const { rows } = await context.db.pool.query<{ id: number }>(
    'select location_id as id from location_polygon where simplified_at is null order by 1',
  );
  return rows.map((row) => row.id);
}
