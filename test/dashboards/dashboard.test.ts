import { describe, expect, test } from 'vitest';
import { makeTree, must, someone } from '../locations/places-world.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
const superadmin = await someone(world, 'SUPERADMIN');
const user = await someone(world);

describe('charts and dashboards', () => {
  const chart = (uuid: string) => ({ uuid, title: `chart ${uuid}`, chart_json: { type: 'line', of: [uuid] } });

  test('a chart is found by its uuid; uuid and title are unique', async () => {
    const made = await must(user.post('/api/v1/custom_chart/', chart('u1')), 201);
    expect(made.chart_json).toEqual({ type: 'line', of: ['u1'] });
    await must(user.post('/api/v1/custom_chart/', { ...chart('u2'), chart_json: '{"a":[1]}' }), 201);
    const { body } = await user.get('/api/v1/custom_chart/?uuid=u2');
    expect(body.objects).toHaveLength(1);
    expect(body.objects[0].chart_json).toEqual({ a: [1] });
    expect((await user.post('/api/v1/custom_chart/', { ...chart('u1'), title: 'x' })).body.error).toBe(
      'key: "uuid" with value: "u1" already exists',
    );
    expect((await user.post('/api/v1/custom_chart/', { ...chart('u3'), title: 'chart u1' })).body.error).toBe(
      'key: "title" with value: "chart u1" already exists',
    );
    expect((await user.post('/api/v1/custom_chart/', { ...chart('u3'), chart_json: 'not json' })).status).toBe(400);
    expect((await user.post('/api/v1/custom_chart/', {})).body.error).toBe(
      'missing params set(chart_json, title, uuid)',
    );
  });

  test('who made one may change it, and administrators; others see it', async () => {
    const other = await someone(world);
    for (const [resource, body] of [
      ['custom_chart', { ...chart('owned'), title: 'owned' }],
      ['custom_dashboard', { title: 'owned' }],
    ] as const) {
      const { id, created_by_id } = await must(user.post(`/api/v1/${resource}/`, body), 201);
      expect(created_by_id).toBe(user.number);
      const url = `/api/v1/${resource}/${id}/`;
      expect((await must(other.get(url), 200)).title).toBe('owned');
      expect((await other.patch(url, { title: 'taken' })).status).toBe(403);
      expect((await other.delete(url)).status).toBe(403);
      await must(user.patch(url, { title: 'mine' }), 202);
      await must(superadmin.patch(url, { title: 'seen to' }), 202);
      expect((await user.delete(url)).status).toBe(204);
    }
  });

  test('a dashboard lists uuids and shows charts in their place', async () => {
    const rows = [
      { layout: 1, charts: ['u1', 'gone'] },
      { charts: ['u2'], title: 'u1?' },
    ];
    const made = await must(user.post('/api/v1/custom_dashboard/', { title: 'D', rows: JSON.stringify(rows) }), 201);
    const whole = (await user.get(`/api/v1/custom_dashboard/${made.id}/`)).body;
    expect(whole).toMatchObject({ title: 'D', description: '', layout: 0 });
    const charts = (await user.get('/api/v1/custom_chart/?order_by=uuid')).body.objects;
    const shown = (index: number) => {
      const { id, uuid, title, chart_json } = charts[index];
      return { id, uuid, title, chart_json };
    };
    expect(whole.rows).toEqual([
      { layout: 1, charts: [shown(0), 'gone'] },
      { charts: [shown(1)], title: 'u1?' },
    ]);
    const [listed] = (await user.get('/api/v1/custom_dashboard/')).body.objects;
    expect(listed.rows).toEqual(rows);
    // Sent back as it was read, it stays what it was; a chart that changes is shown as it is now.
    await must(user.put(`/api/v1/custom_dashboard/${made.id}/`, whole), 200);
    expect((await user.get('/api/v1/custom_dashboard/')).body.objects[0].rows).toEqual(rows);
    await must(user.patch(`/api/v1/custom_chart/${charts[0].id}/`, { chart_json: 7 }), 202);
    expect((await user.get(`/api/v1/custom_dashboard/${made.id}/`)).body.rows[0].charts[0].chart_json).toBe(7);
    expect((await user.post('/api/v1/custom_dashboard/', { title: 'D' })).status).toBe(409);
    expect((await user.post('/api/v1/custom_dashboard/', { title: 'E', rows: {} })).body.error).toBe(
      'rows must be a JSON list',
    );
  });
});

describe('all_meta', () => {
  test('one object; each part as its own list shows it', async () => {
    await makeTree(superadmin);
    const indicator = await must(
      superadmin.post('/api/v1/indicator/', { name: 'I "q" $1', short_name: 'i', data_format: 'int' }),
      201,
    );
    await must(superadmin.post('/api/v1/indicator_bound/', { indicator_id: indicator.id, mx_val: 3 }), 201);
    const { body } = await superadmin.get('/api/v1/all_meta/');
    expect(body.meta).toMatchObject({ total_count: 1 });
    const [meta] = body.objects;
    expect(Object.keys(meta)).toEqual([
      'campaigns',
      'charts',
      'dashboards',
      'indicators',
      'indicator_tags',
      'indicators_to_tags',
      'locations',
      'is_superuser',
    ]);
    for (const [key, resource] of [
      ['campaigns', 'campaign'],
      ['charts', 'custom_chart'],
      ['dashboards', 'custom_dashboard'],
      ['indicators', 'indicator'],
      ['indicator_tags', 'indicator_tag'],
      ['indicators_to_tags', 'indicator_to_tag'],
      ['locations', 'location'],
    ] as const) {
      expect(meta[key], key).toEqual((await superadmin.get(`/api/v1/${resource}/`)).body.objects);
    }
    expect(meta.indicators[0].bound_json[0].mx_val).toBe(3);
    expect(meta.is_superuser).toBe(true);
  });

  test('keys selects parts; unknown ones are refused', async () => {
    const { body } = await user.get('/api/v1/all_meta/?keys=is_superuser,charts');
    expect(Object.keys(body.objects[0])).toEqual(['charts', 'is_superuser']);
    expect(body.objects[0].is_superuser).toBe(false);
    const wrong = await user.get('/api/v1/all_meta/?keys=offices');
    expect([wrong.status, wrong.body.error]).toEqual([400, "invalid keys: 'offices'"]);
    expect((await world.anon.get('/api/v1/all_meta/')).status).toBe(401);
  });

  test('unchanged is 304; a scope sees its own', async () => {
    const first = await user.get('/api/v1/all_meta/');
    const tag = first.headers.get('etag')!;
    expect((await user.get('/api/v1/all_meta/', { 'if-none-match': tag })).status).toBe(304);
    expect(first.body.objects[0].locations).toEqual([]);
    const [place] = (await superadmin.get('/api/v1/location/?location_code=a')).body.objects;
    const body = { user_id: user.number, top_lvl_location_id: place.id };
    await must(superadmin.post('/api/v1/location_responsibility/', body), 201);
    const second = await user.get('/api/v1/all_meta/', { 'if-none-match': tag });
    expect(second.status).toBe(200);
    expect(second.body.objects[0].locations.map((row: { location_code: string }) => row.location_code)).toEqual([
      'a',
      'x',
    ]);
  });

  test('long answers are compressed for those who take that', async () => {
    const objects = Array.from({ length: 400 }, (_, n) => ({
      uuid: `bulk${n}`,
      title: `bulk ${n}`,
      chart_json: { n },
    }));
    await must(user.post('/api/v1/custom_chart/', { objects }, { prefer: 'return=minimal' }), 201);
    const bytesOf = async (encoding: string) => {
      const answer = await fetch(`${world.url}/api/v1/all_meta/?keys=charts`, {
        headers: { ...user.headers, 'accept-encoding': encoding },
      });
      return { answer, text: await answer.text() };
    };
    const packed = await bytesOf('gzip');
    const plain = await bytesOf('identity');
    const refused = await bytesOf('gzip;q=0');
    expect(packed.answer.headers.get('content-encoding')).toBe('gzip');
    expect(packed.answer.headers.get('vary')).toMatch('Accept-Encoding');
    expect([plain, refused].map(({ answer }) => answer.headers.get('content-encoding'))).toEqual([null, null]);
    expect(packed.text).toBe(plain.text);
    expect(Number(packed.answer.headers.get('content-length'))).toBeLessThan(plain.text.length / 4);
  });
});

test('what the original had and this has not is 404', async () => {
  for (const name of ['office', 'chart_type', 'homepage', 'group_permission', 'odk_form_id', 'computed_datapoint'])
    expect((await superadmin.get(`/api/v1/${name}/`)).status).toBe(404);
});
