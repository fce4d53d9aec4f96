import { beforeEach, describe, expect, test } from 'vitest';
import { must, someone } from '../locations/places-world.ts';
import { valueWorld } from './value-world.ts';

const { world, admin, ids, may, june, indicator, formula, enter, shown, codeOf } = await valueWorld();
const seen = await indicator('seen', 'int');
const missed = await indicator('missed', 'int');
const rate = await indicator('rate', 'pct');
await formula(rate, { NUMERATOR: [missed], DENOMINATOR: [seen] });
const stock = await indicator('stock', 'pct');
const visits = await indicator('visits', 'int', { resource_name: 'date' });
const late = await indicator('late', 'int', { resource_name: 'date' });
const share = await indicator('share', 'pct', { resource_name: 'date' });
await formula(share, { NUMERATOR: [late], DENOMINATOR: [visits] });
const newest = await indicator('newest', 'date', { resource_name: 'date' });
await formula(newest, { latest_date: [visits] });
const reporting = await indicator('reporting', 'int', { resource_name: 'date' });
await formula(reporting, { district_count: [visits] });
const opened = await indicator('opened', 'date');
const closed = await indicator('closed', 'date_int', { aggregation: 'max' });

await enter(seen, { a: 60, b: 90, Q: 80, c: 30 });
await enter(seen, { a: 40, b: 10 }, june);
await enter(missed, { a: 6, b: 30 });
await enter(missed, { b: 20 }, june);
await enter(stock, { a: 0.5 });
await enter(visits, { P: 5, a: 2 }, '2020-03-01');
await enter(visits, { a: 4, c: 0 }, '2020-06-01');
await enter(late, { a: 1 }, '2020-06-01');

const viewer = await someone(world);
await must(
  admin.post('/api/v1/location_responsibility/', { user_id: viewer.number, top_lvl_location_id: ids.P, right: 'view' }),
  201,
);

const at = (...codes: string[]) => codes.map((code) => ids[code]).join(',');
const rows = async (url: string, actor = admin) => (await must(actor.get(url), 200)).objects as Record<string, never>[];
const brief = (list: Record<string, unknown>[]) =>
  list.map(
    (one) =>
      `${codeOf(one.location_id as number)} ${one.campaign_id ?? one.data_date ?? one.time_grouping} ${one.value}`,
  );

/** Page by page, as `next` leads. */
async function paged(url: string): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for (let next: string | null = url; next !== null; ) {
    const { objects, meta } = (await must(admin.get(next), 200)) as { objects: never[]; meta: { next: string | null } };
    found.push(...objects);
    next = meta.next;
  }
  return found;
}

test.each([
  'campaign_datapoint/?group_by_time=year',
  'campaign_datapoint/?cumulative=1',
  'campaign_datapoint/?chart_type=ColumnChart',
  'date_datapoint/?group_by_time=month&show_missing_data=1&start_date=2020-01-01&end_date=2020-07-01',
  'datapoint/?group_by_time=all_time',
])('%s: in any order the pages are the list, though its rows have no id', async (path) => {
  const list = `/api/v1/${path}&indicator__in=${path.startsWith('campaign') ? `${seen}` : `${visits},${late}`}`;
  for (const order of ['value', '-value', 'location_id', 'indicator_id,-value']) {
    const whole = await rows(`${list}&order_by=${order}&limit=0`);
    expect(whole.length).toBeGreaterThan(2);
    for (const limit of [1, 2]) expect(await paged(`${list}&order_by=${order}&limit=${limit}`)).toEqual(whole);
  }
});

describe('datapoint', () => {
  test('serves every indicator by its kind, with null where a coordinate does not apply', async () => {
    const { objects, meta } = await must(
      admin.get(`/api/v1/datapoint/?indicator__in=${seen},${visits}&location_id=${ids.a}`),
      200,
    );
    expect(brief(objects)).toEqual(['a 2020-03-01 2', `a ${may} 60`, `a ${june} 40`, 'a 2020-06-01 4']);
    expect(objects[0]).toMatchObject({ campaign_id: null, data_date: '2020-03-01', time_grouping: null });
    expect(objects[1]).toMatchObject({ campaign_id: may, data_date: null, is_agg: false, flags: [] });
    expect(meta).toMatchObject({ indicator_ids: [seen, visits], location_ids: [ids.a], campaign_ids: [may, june] });
    const own = await must(admin.get(`/api/v1/campaign_datapoint/${objects[1].computed_id}/`), 200);
    expect([own.value, own.campaign_id]).toEqual([60, may]);
    const single = await must(admin.get(`/api/v1/datapoint/${objects[0].id}/`), 200);
    expect(single).toMatchObject({ value: 2, data_date: '2020-03-01', computed_id: objects[0].id });
  });

  test('groups both kinds alike', async () => {
    const list = await rows(
      `/api/v1/datapoint/?indicator__in=${seen},${visits}&location_id=${ids.P}&group_by_time=year`,
    );
    expect(list.map((one) => [one.indicator_id, one.time_grouping, one.value])).toEqual([
      [seen, 2020, 200],
      [visits, 2020, 9],
    ]);
  });

  test('is for reading, and within the scope', async () => {
    expect((await admin.post('/api/v1/datapoint/', {})).status).toBe(405);
    expect((await admin.get('/api/v1/datapoint/')).body.error).toBe('Missing required parameter indicator__in');
    const url = `/api/v1/datapoint/?indicator__in=${seen},${visits}`;
    const places = async (query: string) =>
      new Set((await rows(url + query, viewer)).map((one) => codeOf(one.location_id as never)));
    expect(await places('')).toEqual(new Set(['P', 'a', 'b']));
    expect(await places('&group_by_time=year')).toEqual(new Set(['P', 'a', 'b']));
    expect(await places('&cumulative=1')).toEqual(new Set(['P', 'a', 'b']));
    expect(await places('&show_missing_data=1')).toEqual(new Set(['P', 'a', 'b', 'x']));
  });
});

test.each([
  ['campaign_datapoint', 'group_by_time=flat', `a ${may} 60`],
  ['campaign_datapoint', 'chart_type=LineChart&chart_uuid=x&agg_mode=mixed', `a ${may} 60`],
  ['date_datapoint', 'group_by_time=campaign', `a ${may} 60`],
  ['datapoint', 'group_by_time=campaign', `a ${may} 60`],
])('%s understands %s', async (resource, query, first) => {
  const list = await rows(`/api/v1/${resource}/?indicator__in=${seen},${visits}&location_id=${ids.a}&${query}`);
  expect(brief(list)[0]).toBe(first);
  expect([resource, 'data_date' in list[0]!]).toEqual([resource, resource === 'datapoint']);
});

describe('cumulative', () => {
  test('sums run along the campaigns, ratios are those of the running components', async () => {
    const url = `/api/v1/campaign_datapoint/?cumulative=1&location_id__in=${at('a', 'P')}&indicator__in=`;
    expect(brief(await rows(url + seen))).toEqual([`P ${may} 150`, `a ${may} 60`, `P ${june} 200`, `a ${june} 100`]);
    // At a nothing was missed in June: what had been missed by then stays.
    expect(brief(await rows(url + rate))).toEqual([
      `P ${may} ${36 / 150}`,
      `a ${may} 0.1`,
      `P ${june} ${56 / 200}`,
      `a ${june} 0.06`,
    ]);
  });

  test('along days and groups', async () => {
    const url = `/api/v1/date_datapoint/?cumulative=1&location_id=${ids.a}&indicator__in=`;
    expect(brief(await rows(url + visits))).toEqual(['a 2020-03-01 2', 'a 2020-06-01 6']);
    expect(brief(await rows(`${url}${share}&group_by_time=month`))).toEqual([`a 202006 ${1 / 6}`]);
    expect(brief(await rows(`${url}${visits}&group_by_time=month&start_date=2020-04-01`))).toEqual(['a 202006 4']);
  });

  test('a total says where it joins what is stored at a place with what lies below', async () => {
    const counted = await indicator('counted twice', 'int');
    await enter(counted, { a: 1 });
    await enter(counted, { P: 5 }, june);
    for (const grouping of ['', '&group_by_time=month']) {
      const { objects } = await must(
        admin.get(`/api/v1/campaign_datapoint/?indicator__in=${counted}&location_id=${ids.P}&cumulative=1${grouping}`),
        200,
      );
      expect(
        objects.map((one: { value: number; flags: string[] }) => [one.value, one.flags.includes('mixed_levels')]),
      ).toEqual([
        [1, false],
        [6, true],
      ]);
    }
  });

  test('other operators are refused by name', async () => {
    const { status, body } = await admin.get(`/api/v1/campaign_datapoint/?indicator__in=${seen},${stock}&cumulative=1`);
    expect([status, body.error]).toEqual([
      400,
      'stock cannot be cumulated: its operator is none, neither sum nor count',
    ]);
    // A place with a value in three months is one place.
    const counted = await admin.get(
      `/api/v1/date_datapoint/?indicator__in=${reporting}&cumulative=1&group_by_time=month`,
    );
    expect([counted.status, counted.body.error]).toEqual([
      400,
      'reporting cannot be cumulated: its operator is district_count, neither sum nor count',
    ]);
    const newestOf = await admin.get(
      `/api/v1/date_datapoint/?indicator__in=${newest}&cumulative=1&group_by_time=month`,
    );
    expect([newestOf.status, newestOf.body.code]).toEqual([400, 'not_cumulative']);
  });
});

describe('pivot', () => {
  const url = `/api/v1/campaign_datapoint/?indicator__in=${seen},${missed},9999&location_id__in=${at('a', 'b')}`;

  test.each([
    [
      'indicator',
      [
        { campaign_id: may, location_id: ids.a, [seen]: 60, [missed]: 6 },
        { campaign_id: may, location_id: ids.b, [seen]: 90, [missed]: 30 },
        { campaign_id: june, location_id: ids.a, [seen]: 40, [missed]: null },
        { campaign_id: june, location_id: ids.b, [seen]: 10, [missed]: 20 },
      ],
    ],
    [
      'campaign',
      [
        { indicator_id: seen, location_id: ids.a, [may]: 60, [june]: 40 },
        { indicator_id: missed, location_id: ids.a, [may]: 6, [june]: null },
        { indicator_id: seen, location_id: ids.b, [may]: 90, [june]: 10 },
        { indicator_id: missed, location_id: ids.b, [may]: 30, [june]: 20 },
      ],
    ],
    [
      'location',
      [
        { indicator_id: seen, campaign_id: may, [ids.a!]: 60, [ids.b!]: 90 },
        { indicator_id: missed, campaign_id: may, [ids.a!]: 6, [ids.b!]: 30 },
        { indicator_id: seen, campaign_id: june, [ids.a!]: 40, [ids.b!]: 10 },
        { indicator_id: missed, campaign_id: june, [ids.a!]: null, [ids.b!]: 20 },
      ],
    ],
  ])('by %s', async (by, expected) => {
    const { objects, meta } = await must(admin.get(`${url}&pivot=${by}`), 200);
    expect(objects).toEqual(expected);
    expect(meta).toMatchObject({ total_count: 4, location_ids: [ids.a, ids.b], campaign_ids: [may, june] });
  });

  test('in pages, as CSV, of groups, and with missing cells', async () => {
    const first = await must(admin.get(`${url}&pivot=indicator&limit=3`), 200);
    const second = await must(admin.get(first.meta.next), 200);
    expect(second.objects).toEqual([{ campaign_id: june, location_id: ids.b, [seen]: 10, [missed]: 20 }]);
    const csv = (await admin.get(`${url}&pivot=indicator&format=csv`)).text.trim().split(/\r?\n/);
    expect(csv.slice(0, 2)).toEqual([`campaign_id,location_id,${seen},${missed}`, `${may},${ids.a},60,6`]);
    const grouped = await rows(
      `/api/v1/date_datapoint/?indicator__in=${visits}&location_id=${ids.K}&location_depth=1&group_by_time=year&pivot=location`,
    );
    expect(grouped).toEqual([{ indicator_id: visits, time_grouping: 2020, [ids.P!]: 9, [ids.Q!]: 0 }]);
    const missing = await rows(
      `/api/v1/campaign_datapoint/?indicator__in=${seen}&location_id=${ids.d}&campaign__in=${may}&pivot=indicator&show_missing_data=1`,
    );
    expect(missing).toEqual([{ campaign_id: may, location_id: ids.d, [seen]: null }]);
  });

  test('columns of places outside the scope are not there', async () => {
    const list = await rows(
      `/api/v1/campaign_datapoint/?indicator__in=${seen}&campaign__in=${may}&pivot=location`,
      viewer,
    );
    expect(list).toEqual([{ indicator_id: seen, campaign_id: may, [ids.P!]: 150, [ids.a!]: 60, [ids.b!]: 90 }]);
    const turned = await rows(`/api/v1/campaign_datapoint/?indicator__in=${seen}&pivot=campaign`, viewer);
    expect(turned.map((one) => codeOf(one.location_id as never)).join('')).toBe('Pab');
  });

  test('campaigns that were grouped away are no columns', async () => {
    const { status, body } = await admin.get(`${url}&pivot=campaign&group_by_time=year`);
    expect([status, body.code]).toEqual([400, 'invalid_parameter']);
  });
});

describe('calculations with dates', () => {
  test('the newest day with a value that is not zero, and how many places have one', async () => {
    const url = `/api/v1/date_datapoint/?group_by_time=year&indicator__in=`;
    const places = `&location_id__in=${at('K', 'P', 'Q', 'a')}&agg_mode=mixed`;
    expect(brief(await rows(url + newest + places))).toEqual([
      'K 2020 2020-06-01',
      'P 2020 2020-06-01',
      'a 2020 2020-06-01',
    ]);
    expect(brief(await rows(url + reporting + places))).toEqual(['K 2020 2', 'P 2020 2', 'a 2020 1']);
    const spring = await rows(`${url}${newest}${places}&end_date=2020-05-31`);
    expect(brief(spring)).toEqual(['K 2020 2020-03-01', 'P 2020 2020-03-01', 'a 2020 2020-03-01']);
    expect(spring[0]).toMatchObject({ is_calculated: true, is_agg: true });
  });

  test('values of data_format date go in and out as days, those of date_int as numbers', async () => {
    const url = '/api/v1/campaign_datapoint/';
    const cell = (indicator_id: number, code: string, value: unknown) => ({
      indicator_id,
      location_id: ids[code],
      campaign_id: may,
      value,
    });
    const one = await must(admin.post(url, cell(opened, 'a', '2015-06-05')), 201);
    expect(one.value).toBe('2015-06-05');
    expect((await must(admin.patch(`${url}${one.id}/`, { value: 20150606 }), 202)).value).toBe('2015-06-06');
    expect((await must(admin.post(url, cell(closed, 'a', '2016-01-31')), 201)).value).toBe(20160131);
    expect(await shown(`${url}?indicator__in=${opened}`)).toBe('a 2015-06-06');
    expect(await shown(`${url}?indicator__in=${closed}&location_id=${ids.K}`)).toBe('K 20160131');
    const csv = await admin.get(`${url}?indicator__in=${opened}&format=csv&fields=location_id,value`);
    expect(csv.text).toContain(`${ids.a},2015-06-06`);
    const half = await must(admin.post(url, { ...cell(rate, 'a', 0.5), confirm_warnings: true }), 201);
    const mixed = `${url}?indicator__in=${opened},${rate}&format=csv&fields=location_id,value&decimal=,&delimiter=;`;
    expect((await admin.get(mixed)).text).toContain(`${ids.a};0,5\n`);
    await must(admin.delete(`${url}${half.id}/`), 204);
    expect((await rows(`${url}?indicator__in=${opened}&pivot=indicator`))[0]).toMatchObject({ [opened]: '2015-06-06' });
    const turned = (by: string) =>
      rows(`${url}?indicator__in=${opened},${seen}&location_id=${ids.a}&campaign__in=${may}&pivot=${by}`);
    expect((await turned('campaign')).map((one) => one[may])).toEqual([60, '2015-06-06']);
    expect((await turned('location')).map((one) => one[ids.a!])).toEqual([60, '2015-06-06']);
    const table = `${url}?indicator__in=${opened}&pivot=location&format=csv`;
    expect((await admin.get(table)).text).toContain(',2015-06-06');
    expect((await rows(`${url}?indicator__in=${opened}&pivot=location&group_by_time=year`))[0]).toMatchObject({
      [ids.a!]: '2015-06-06',
    });
    const refused = await admin.post(url, cell(seen, 'd', '2015-06-05'));
    expect([refused.status, refused.body.code]).toEqual([400, 'not_a_number']);
    expect((await admin.post(url, cell(opened, 'b', '2015-02-30'))).body.code).toBe('not_a_date');
  });
});

test('conflicts of a campaign, inside the scope', async () => {
  const list = await rows(`/api/v1/conflict/?campaign_id=${may}`);
  expect(list).toMatchObject([
    {
      location_id: ids.Q,
      location__name: 'place Q',
      indicator_id: seen,
      indicator__short_name: 'seen',
      campaign_id: may,
      campaign__name: 'may',
      stored_value: 80,
      computed_value: 30,
    },
  ]);
  expect(await rows(`/api/v1/conflict/?campaign_id=${june}`)).toEqual([]);
  expect(await rows(`/api/v1/conflict/?campaign_id=${may}`, viewer)).toEqual([]);
  expect((await admin.get('/api/v1/conflict/')).body.error).toBe('Missing required parameter campaign_id');
});

describe('formats', () => {
  const url = `/api/v1/campaign_datapoint/?indicator__in=${seen}&campaign__in=${may}`;

  test('each row can carry the address of its lineage', async () => {
    const list = await rows(`${url}&lineage=url`);
    for (const one of list) expect((await must(admin.get(one.lineage!), 200)).value).toBe(one.value);
    const csv = (await admin.get(`${url}&lineage=url&format=csv`)).text.trim().split(/\r?\n/);
    expect(csv[0]).toMatch(/,lineage$/);
    expect(csv[1]).toMatch(/\/api\/v1\/campaign_datapoint\/\d+\/lineage$/);
    const grouped = await rows(
      `/api/v1/date_datapoint/?indicator__in=${share},${visits}&location_id=${ids.P}&group_by_time=year&start_date=2020-04-01&end_date=2020-12-31&lineage=url`,
    );
    expect(grouped.map((one) => one.value)).toEqual([4, 0.25]);
    for (const one of grouped) expect((await must(admin.get(one.lineage!), 200)).value).toBe(one.value);
  });

  test.each([
    ['campaign_datapoint', ''],
    ...['year', 'quarter', 'month', 'all_time'].map((group) => ['campaign_datapoint', `&group_by_time=${group}`]),
    ['date_datapoint', ''],
    ...['year', 'quarter', 'month', 'week', 'day', 'all_time'].map((group) => [
      'date_datapoint',
      `&group_by_time=${group}`,
    ]),
    ['datapoint', ''],
    ['datapoint', '&group_by_time=quarter'],
  ])('the lineage of every row says its value: %s %s', async (resource, query) => {
    const everything = [seen, missed, rate, stock, visits, late, share, newest, reporting].join(',');
    const list = await rows(`/api/v1/${resource}/?indicator__in=${everything}&lineage=url${query}`);
    expect(list.length).toBeGreaterThan(4);
    for (const one of list) {
      const lineage = await must(admin.get(one.lineage!), 200);
      const { indicator_id, location_id } = one;
      expect([lineage.value, lineage.cell], one.lineage).toEqual([
        one.value,
        expect.objectContaining({ indicator_id, location_id }),
      ]);
      expect(lineage.kind, one.lineage).not.toBe('none');
    }
  });

  test('what is asked for at the same time has a meta of its own', async () => {
    const asked = Array.from({ length: 12 }, (_, n) => ({ code: 'abPQ'[n % 4]!, campaign: n % 2 ? may : june }));
    const answers = await Promise.all(
      asked.map(({ code, campaign }, n) =>
        must(
          admin.get(
            `/api/v1/campaign_datapoint/?indicator__in=${seen}&location_id=${ids[code]}&campaign__in=${campaign}&chart_uuid=${n}`,
          ),
          200,
        ),
      ),
    );
    for (const [n, { meta, objects }] of answers.entries()) {
      const { code, campaign } = asked[n]!;
      expect(meta).toMatchObject({ chart_uuid: String(n), total_count: objects.length });
      expect(meta.location_ids).toEqual(objects.length === 0 ? [] : [ids[code]]);
      expect(meta.campaign_ids).toEqual(objects.length === 0 ? [] : [campaign]);
      expect(meta.get_params.location_id).toBe(String(ids[code]));
    }
  });

  test('the same rows in every format, inside the scope', async () => {
    const lines = (text: string) => text.trim().split(/\r?\n/).length;
    expect(lines((await admin.get(`${url}&format=ndjson`)).text)).toBe(6);
    expect(lines((await viewer.get(`${url}&format=ndjson`)).text)).toBe(3);
    expect(lines((await viewer.get(`${url}&format=csv&show_missing_data=1`)).text)).toBe(5);
    const parquet = await viewer.get(`${url}&format=parquet`);
    expect([parquet.status, parquet.headers.get('granary-total-count')]).toEqual([200, '3']);
    expect(parquet.text.slice(0, 4)).toBe('PAR1');
    const shape = { type: 'Point', coordinates: [1, 2] };
    for (const code of ['P', 'Q'])
      await must(admin.post('/api/v1/geo/', { location_id: ids[code], geo_json: shape }), 201);
    await world.runJobs();
    const geo = await must(viewer.get(`/api/v1/geo/?format=geojson&indicator_id=${seen}&campaign_id=${may}`), 200);
    expect(geo.features.map((one: { properties: object }) => one.properties)).toMatchObject([
      { location_id: ids.P, value: 150, is_agg: true },
    ]);
    const perDay = await viewer.get(`/api/v1/geo/?indicator_id=${visits}&campaign_id=${may}`);
    expect([perDay.status, perDay.body.code, perDay.body.error]).toEqual([
      400,
      'wrong_kind',
      'visits is collected per date',
    ]);
  });
});

test('when nothing is found, the groups of the span are told', async () => {
  const { objects, meta } = await must(
    admin.get(
      `/api/v1/date_datapoint/?indicator__in=${visits}&group_by_time=month&start_date=2019-11-20&end_date=2020-01-02`,
    ),
    200,
  );
  expect([objects, meta.time_groupings]).toEqual([[], ['201911', '201912', '202001']]);
});

test('meta tells of what the filters leave', async () => {
  const metaOf = async (path: string) => (await must(admin.get(`/api/v1/${path}`), 200)).meta;
  const campaigns = `campaign_datapoint/?indicator__in=${seen}`;
  const [all, named, filtered] = [
    await metaOf(campaigns),
    await metaOf(`${campaigns}&campaign__in=${may}`),
    await metaOf(`${campaigns}&campaign_id=${may}`),
  ];
  expect(all.campaign_ids).toEqual([may, june]);
  for (const key of ['location_ids', 'indicator_ids', 'campaign_ids'])
    expect([key, filtered[key]]).toEqual([key, named[key]]);
  expect(filtered.campaign_ids).toEqual([may]);
  const none = await metaOf(`${campaigns}&value__gt=1000000`);
  expect([none.total_count, none.location_ids, none.indicator_ids, none.campaign_ids]).toEqual([0, [], [], []]);
  const turned = await metaOf(`${campaigns}&pivot=indicator&campaign_id=${may}`);
  expect([turned.campaign_ids, turned.indicator_ids]).toEqual([[may], [seen]]);
  const months = `date_datapoint/?indicator__in=${visits}&group_by_time=month`;
  const groups = (await metaOf(months)).time_groupings;
  expect(groups.length).toBeGreaterThan(1);
  expect((await metaOf(`${months}&period_start__lt=2020-06-01`)).time_groupings).toEqual([groups[0]]);
  expect((await metaOf(`${months}&period_start__gte=2999-01-01`)).time_groupings).toEqual([]);
  const span = '&start_date=2020-01-01&end_date=2020-07-31';
  const asked = ['202001', '202002', '202003', '202004', '202005', '202006', '202007'];
  expect((await metaOf(`${months}${span}&value__gt=1000000`)).time_groupings).toEqual(asked);
  const shown = await metaOf(`${months}${span}&show_missing_data=1&value__isnull=false`);
  expect(shown.time_groupings).toEqual(asked);
});

test('missing cells are counted before they are made, and more than the setting are refused', async () => {
  const { config } = world.context;
  const list = `/api/v1/date_datapoint/?indicator__in=${visits}&show_missing_data=1`;
  const places = (await must(admin.get('/api/v1/location/?limit=1'), 200)).meta.total_count;
  const years = `${list}&start_date=0001-01-01&end_date=9999-12-31`;
  const refused = await admin.get(`${years}&group_by_time=day&limit=10`);
  expect([refused.status, refused.body.code]).toEqual([400, 'too_many_cells']);
  const days = 3_652_059;
  expect(refused.body.error).toBe(
    `show_missing_data would give ${days * places} cells; at most ${config.missingCellsMax} are possible (GRANARY_MISSING_CELLS_MAX)`,
  );
  expect((await admin.get(years)).body.code).toBe('too_many_cells');
  const all = await must(admin.get(`${years}&group_by_time=year&limit=2`), 200);
  expect([all.meta.total_count, all.meta.time_groupings.length, all.meta.time_groupings.at(-1)]).toEqual([
    9999 * places,
    9999,
    9999,
  ]);
  // Whole weeks and quarters, also where the span begins within one.
  const span = '&start_date=2019-12-31&end_date=2020-01-06&limit=1';
  for (const [grouping, groups] of [
    ['week', ['2020-W01', '2020-W02']],
    ['quarter', ['20194', '20201']],
    ['month', ['201912', '202001']],
    ['year', [2019, 2020]],
    ['all_time', [1]],
  ] as const) {
    const { meta } = await must(admin.get(`${list}${span}&group_by_time=${grouping}`), 200);
    expect([meta.time_groupings, meta.total_count]).toEqual([groups, groups.length * places]);
  }
  const backwards = `${list}&start_date=2020-01-06&end_date=2020-01-01&group_by_time=year`;
  expect((await must(admin.get(backwards), 200)).objects).toEqual([]);
});

beforeEach(() => world.runJobs());
