import { afterEach, describe, expect, test } from 'vitest';
import { must, someone } from '../locations/places-world.ts';
import { valueWorld } from './value-world.ts';

const { world, admin, ids, may, june, codeOf, indicator, formula, enter } = await valueWorld();
const seen = await indicator('seen', 'int');
const visits = await indicator('visits', 'int', { resource_name: 'date' });
const open = await indicator('open', 'bool');
const grade = await indicator('grade', 'class', {
  categories: [
    { value: 1, label: 'poor, rather' },
    { value: 2, label: 'fair' },
  ],
});
// Stored at every place, so that whatever is selected is also found.
const everywhere = Object.fromEntries(Object.keys(ids).map((code, index) => [code, index + 1]));
await enter(seen, everywhere);
await enter(visits, everywhere, '2020-05-03');
await enter(open, { a: 1, b: 0 });
await enter(grade, { a: 2, c: 1 });
await enter(await indicator('opened', 'date'), { c: 20150605, d: 20150606 });
for (const code of Object.keys(ids)) {
  const geo_json = { type: 'Point', coordinates: [ids[code], 1] };
  await must(admin.post('/api/v1/geo/', { location_id: ids[code], geo_json }), 201);
}
await world.runJobs();
afterEach(() => world.runJobs());
const viewer = await someone(world);
await must(
  admin.post('/api/v1/location_responsibility/', { user_id: viewer.number, top_lvl_location_id: ids.P, right: 'view' }),
  201,
);

const endpoints = {
  location: '/api/v1/location/?',
  geo: '/api/v1/geo/?',
  campaign_datapoint: `/api/v1/campaign_datapoint/?indicator__in=${seen}&campaign__in=${may}&`,
  'date_datapoint, flat': `/api/v1/date_datapoint/?indicator__in=${visits}&`,
  'date_datapoint, grouped': `/api/v1/date_datapoint/?indicator__in=${visits}&group_by_time=year&`,
  datapoint: `/api/v1/datapoint/?indicator__in=${visits}&`,
};

/** Codes of the places of the rows, each once, or status and error. */
async function places(url: string, actor = admin): Promise<string> {
  const { status, body } = await actor.get(url);
  if (status !== 200) return `${status} ${body.error}`;
  const codes = body.objects.map((one: { id: number; location_id?: number }) => codeOf(one.location_id ?? one.id));
  return [...new Set<string>(codes)].sort().join('');
}

describe.each(Object.entries(endpoints))('places of %s (monitoring §5)', (_, url) => {
  const selections: [string, () => string, string, string][] = [
    ['all', () => '', 'KPQabcdx', 'Pabx'],
    ['exactly these, those that are there', () => `location_id__in=${ids.Q},${ids.x},99999`, 'Qx', 'x'],
    [
      'beside them nothing else selects',
      () => `location_id__in=${ids.P}&location_type=Nope&location_depth=3`,
      'P',
      'P',
    ],
    ['a type at whatever distance', () => `location_id=${ids.K}&location_type=Clinic`, 'x', 'x'],
    ['a type, itself included', () => `location_id=${ids.P}&location_type=Province`, 'P', 'P'],
    ['with a type no depth', () => `location_id=${ids.K}&location_type=District&location_depth=0`, 'abcd', 'ab'],
    ['no depth is depth 0', () => `location_id=${ids.P}`, 'P', 'P'],
    ['depth 0', () => `location_id=${ids.P}&location_depth=0`, 'P', 'P'],
    ['children', () => `location_id=${ids.K}&location_depth=1`, 'PQ', 'P'],
    ['grandchildren', () => `location_id=${ids.K}&location_depth=2`, 'abcd', 'ab'],
    ['nothing in place of what is not there', () => `location_id=${ids.Q}&location_depth=2`, '', ''],
    ['a type alone', () => 'location_type=District', 'abcd', 'ab'],
    ['a place that is not there', () => 'location_id=123456', '', ''],
  ];
  test.each(selections)('%s', async (_name, query, all, scoped) => {
    expect([await places(url + query()), await places(url + query(), viewer)]).toEqual([all, scoped]);
  });

  test.each([
    ['location_type=Region', '400 location_type Region does not exist'],
    ['location_depth=1', '400 Missing required parameter location_id'],
    ['location_id=abc', "400 invalid location_id: 'abc'"],
    ['location_id__in=1,x', "400 invalid id: 'x'"],
    ['filter_indicator=seen', '400 Missing required parameter filter_value'],
    ['filter_value=1', '400 Missing required parameter filter_indicator'],
    ['filter_indicator=nope&filter_value=1', '400 filter_indicator nope does not exist'],
  ])('%s is refused', async (query, expected) => {
    expect(await places(url + query)).toBe(expected);
  });

  test.each([
    ['numbers as numbers', () => `filter_indicator=seen&filter_value=${everywhere.a}.0,${everywhere.c}`, 'ac'],
    ['true', () => 'filter_indicator=open&filter_value=true', 'a'],
    ['false', () => 'filter_indicator=open&filter_value=false', 'b'],
    ['a label of a category', () => 'filter_indicator=grade&filter_value="poor, rather"', 'c'],
    [
      'labels, inside a selection',
      () => `filter_indicator=grade&filter_value=fair,"poor, rather"&location_id=${ids.P}&location_depth=1`,
      'a',
    ],
    ['a calendar day', () => 'filter_indicator=opened&filter_value=2015-06-05', 'c'],
    ['by days', () => `filter_indicator=visits&filter_value=${everywhere.b}`, 'b'],
  ])('filter_indicator: %s', async (_name, query, expected) => {
    expect(await places(url + query())).toBe(expected);
  });
});

describe('the period that filter_indicator takes its value from (§5.2)', () => {
  test('places and shapes: the campaigns asked for, else the newest with a value there', async () => {
    await enter(seen, { a: 70, b: 71 }, june);
    for (const url of [endpoints.location, endpoints.geo]) {
      expect(await places(`${url}filter_indicator=seen&filter_value=70,${everywhere.b},${everywhere.c}`)).toBe('ac');
      const value = `filter_indicator=seen&filter_value=70,${everywhere.b}`;
      expect(await places(`${url}${value}&campaign__in=${may}`)).toBe('b');
      expect(await places(`${url}${value}&campaign__in=${may},${june}`)).toBe('ab');
      expect(await places(`${url}${value}&campaign_start=2020-05-15&campaign_end=2020-06-30`)).toBe('a');
    }
  });

  test('values of campaigns: any of the selected ones', async () => {
    const of = (campaigns: string) =>
      `/api/v1/campaign_datapoint/?indicator__in=${seen}&campaign__in=${campaigns}&filter_indicator=seen&filter_value=70`;
    expect([await places(of(`${may}`)), await places(of(`${may},${june}`))]).toEqual(['', 'a']);
  });

  test('values of days by an indicator of campaigns: as places are', async () => {
    for (const name of ['date_datapoint, flat', 'date_datapoint, grouped', 'datapoint'] as const) {
      const asked = (value: number) => `${endpoints[name]}filter_indicator=seen&filter_value=${value}`;
      // In June only a and b have one of their own, and what lies above them.
      expect(await places(asked(70))).toBe('a');
      expect(await places(asked(everywhere.a!))).toBe('');
      expect(await places(`${asked(everywhere.a!)}&campaign__in=${may}`)).toBe('a');
      expect(await places(asked(everywhere.d!))).toBe('d');
      for (const [from, to] of [
        ['campaign_start', 'campaign_end'],
        ['start_date', 'end_date'],
      ]) {
        const days = `${from}=2020-05-01&${to}=2020-05-31`;
        expect([from, await places(`${asked(everywhere.a!)}&${days}`)]).toEqual([from, 'a']);
        expect([from, await places(`${asked(70)}&${days}`)]).toEqual([from, '']);
      }
    }
  });

  test('the value is the effective one, rolled up and calculated alike', async () => {
    const halved = await indicator('halved', 'float');
    const two = await indicator('two', 'int');
    await formula(halved, { NUMERATOR: [seen], DENOMINATOR: [two] });
    await enter(two, { P: 2, a: 2 }, june);
    for (const url of [endpoints.location, endpoints.geo]) {
      expect(await places(`${url}filter_indicator=seen&filter_value=${70 + 71}&campaign__in=${june}`)).toBe('KP');
      expect(await places(`${url}filter_indicator=halved&filter_value=${(70 + 71) / 2}`)).toBe('KP');
      expect(await places(`${url}filter_indicator=halved&filter_value=35`, viewer)).toBe('a');
    }
  });

  test('a text that is no value of the indicator finds nothing', async () => {
    for (const query of [
      'filter_indicator=seen&filter_value=many',
      'filter_indicator=grade&filter_value=best',
      'filter_indicator=open&filter_value=yes,',
    ]) {
      for (const url of Object.values(endpoints))
        expect([url, query, await places(url + query)]).toEqual([url, query, '']);
    }
  });

  test('missing cells are those of the places that pass', async () => {
    const query = `filter_indicator=open&filter_value=true,false&show_missing_data=1`;
    const empty = await indicator('empty', 'int');
    const url = `/api/v1/campaign_datapoint/?indicator__in=${empty}&campaign__in=${may}&${query}`;
    expect(await places(`${url}&location_type=District`)).toBe('ab');
    expect(await places(`${url}&location_type=District`, viewer)).toBe('ab');
    expect(await places(`${url}&location_id=${ids.Q}&location_depth=1`)).toBe('');
  });

  test('values of days: any day of the span', async () => {
    await enter(visits, { a: 500 }, '2020-07-01');
    for (const [name, onTheDay] of [
      ['date_datapoint, flat', 'a'],
      ['date_datapoint, grouped', 'KPa'],
    ] as const) {
      const asked = `${endpoints[name]}filter_indicator=visits&filter_value=500`;
      // That day the places above have it too, put together; the flat list has what is stored at them on another.
      expect(await places(asked)).toBe('KPa');
      expect(await places(`${asked}&start_date=2020-05-01&end_date=2020-06-30`)).toBe('');
      expect(await places(`${asked}&start_date=2020-07-01&end_date=2020-07-01`)).toBe(onTheDay);
    }
  });
});
