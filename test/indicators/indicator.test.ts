import { describe, expect, test } from 'vitest';
import { definitionsChanged } from '../../src/indicators/index.ts';
import { must, someone } from '../locations/places-world.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
const admin = await someone(world, 'ADMIN');
const user = await someone(world);
const changes: number[][] = [];
definitionsChanged.listen(world.context, async (_tx, { indicatorIds }) => {
  changes.push(indicatorIds);
});

const url = '/api/v1/indicator/';
const ids: Record<string, number> = {};
const make = async (short_name: string, more: object = {}) => {
  const body = { name: `the ${short_name}`, short_name, data_format: 'int', ...more };
  ids[short_name] = (await must(admin.post(url, body), 201)).id;
  return ids[short_name]!;
};
const get = async (short_name: string) => (await admin.get(`${url}${ids[short_name]}/`)).body;
const calculation = (whole: string, part: string, role = 'PART_TO_BE_SUMMED') =>
  admin.post('/api/v1/indicator_calculation/', {
    indicator_id: ids[whole],
    indicator_component_id: ids[part],
    calculation: role,
  });

test('an indicator with all its fields and defaults', async () => {
  const made = await must(admin.post(url, { name: ' Kids  seen ', short_name: 'kids', data_format: 'int' }), 201);
  ids.kids = made.id;
  expect(made).toMatchObject({
    short_name: 'kids',
    name: 'Kids seen',
    description: '',
    is_reported: true,
    data_format: 'int',
    resource_name: 'campaign',
    source_name: '',
    unit: null,
    aggregation: null,
    weight_indicator_id: null,
    min: null,
    max: null,
    good_bound: null,
    bad_bound: null,
    categories: null,
    aliases: [],
    bound_json: [],
    tag_json: [],
    definition_version: 1,
  });
  const changed = await must(
    admin.patch(`${url}${made.id}/`, { aliases: ['enfants'], min: 0, max: 10, unit: 'children', source_name: 'lqas' }),
    202,
  );
  expect(changed).toMatchObject({ aliases: ['enfants'], min: 0, max: 10, unit: 'children', definition_version: 1 });
  expect((await admin.get(`${url}?source_name=lqas`)).body.objects).toHaveLength(1);
  const readonly = await admin.patch(`${url}${made.id}/`, { bound_json: [1], definition_version: 9 });
  expect(readonly.body).toMatchObject({ bound_json: [], definition_version: 1 });
});

describe('what is refused', () => {
  const cases: [object, number, string][] = [
    [{}, 400, 'missing params set(data_format, name, short_name)'],
    [{ name: 'x', short_name: 'kids', data_format: 'int' }, 409, 'key: "short_name" with value: "kids" already exists'],
    [
      { name: 'Kids seen', short_name: 'x', data_format: 'int' },
      409,
      'key: "name" with value: "Kids seen" already exists',
    ],
    [
      { name: 'x', short_name: 'x', data_format: 'number' },
      400,
      'data_format must be one of int, float, pct, bool, class, date_int, date',
    ],
    [
      { name: 'x', short_name: 'x', data_format: 'int', resource_name: 'week' },
      400,
      'resource_name must be one of campaign, date',
    ],
    [{ name: 'x', short_name: 'x', data_format: 'int', min: 2, max: 1 }, 400, 'max must not be below min'],
    [
      { name: 'x', short_name: 'x', data_format: 'pct', aggregation: 'sum' },
      400,
      'aggregation of pct must be one of none, mean, weighted_mean, min, max, count, last',
    ],
    [
      { name: 'x', short_name: 'x', data_format: 'class', aggregation: 'mean' },
      400,
      'aggregation of class must be one of none, count, last',
    ],
    [
      { name: 'x', short_name: 'x', data_format: 'pct', aggregation: 'weighted_mean' },
      400,
      'weighted_mean needs weight_indicator_id',
    ],
    [{ name: 'x', short_name: 'x', data_format: 'int', categories: [] }, 400, 'categories are for data_format class'],
    [
      { name: 'x', short_name: 'x', data_format: 'class', categories: [{ value: 1 }] },
      400,
      'categories must be a list of {"value": number, "label": text}',
    ],
    [
      {
        name: 'x',
        short_name: 'x',
        data_format: 'class',
        categories: [
          { value: 1, label: 'a' },
          { value: 2, label: ' A' },
        ],
      },
      400,
      'values and labels of categories must differ from each other',
    ],
    [{ name: 'x', short_name: 'x', data_format: 'int', aliases: [1] }, 400, 'aliases must be a list of texts'],
  ];
  test.each(cases)('%j', async (body, status, error) => {
    const answer = await admin.post(url, body);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
  });

  test('a weight without the mean that uses it', async () => {
    const body = { name: 'x', short_name: 'x', data_format: 'int', weight_indicator_id: ids.kids };
    expect((await admin.post(url, body)).body.error).toBe('weight_indicator_id needs aggregation weighted_mean');
  });

  test('writing without the right', async () => {
    expect((await user.post(url, { name: 'x', short_name: 'x', data_format: 'int' })).status).toBe(403);
    expect((await user.get(url)).body.meta.total_count).toBe(1);
  });
});

test('bounds and tags are in the indicator at once, and leave it at once', async () => {
  const bound = { indicator_id: ids.kids, bound_name: 'bad', mn_val: 0, mx_val: 5.5, direction: -1 };
  const made = await must(admin.post('/api/v1/indicator_bound/', bound), 201);
  const plain = await must(admin.post('/api/v1/indicator_bound/', { indicator_id: ids.kids }), 201);
  expect(plain).toMatchObject({ bound_name: '', mn_val: null, mx_val: null, direction: 1 });
  expect((await get('kids')).bound_json).toEqual([
    { id: made.id, bound_name: 'bad', mn_val: 0, mx_val: 5.5, direction: -1 },
    { id: plain.id, bound_name: '', mn_val: null, mx_val: null, direction: 1 },
  ]);
  await must(admin.delete(`/api/v1/indicator_bound/${plain.id}/`), 204);
  await must(admin.patch(`/api/v1/indicator_bound/${made.id}/`, { mx_val: 6 }), 202);
  const [listed] = (await admin.get(`${url}?id=${ids.kids}`)).body.objects;
  expect(listed.bound_json).toEqual([{ id: made.id, bound_name: 'bad', mn_val: 0, mx_val: 6, direction: -1 }]);
  const used = await admin.delete(`${url}${ids.kids}/`);
  expect([used.status, used.body.error]).toEqual([409, `indicator ${ids.kids} is used by indicator_bound (1)`]);
});

describe('tags', () => {
  const tagUrl = '/api/v1/indicator_tag/';
  const tags: Record<string, number> = {};
  const tag = async (tag_name: string, parent?: string) => {
    const body = { tag_name, ...(parent === undefined ? {} : { parent_tag_id: tags[parent] }) };
    tags[tag_name] = (await must(admin.post(tagUrl, body), 201)).id;
  };

  test('a tree without circles; names unique below one parent', async () => {
    await tag('health');
    await tag('polio', 'health');
    await tag('campaigns', 'polio');
    const { body } = await admin.get(`${tagUrl}?order_by=id`);
    expect(body.objects.map((row: Record<string, unknown>) => [row.tag_name, row.parent_tag__tag_name])).toEqual([
      ['health', null],
      ['polio', 'health'],
      ['campaigns', 'polio'],
    ]);
    const circle = await admin.patch(`${tagUrl}${tags.health}/`, { parent_tag_id: tags.campaigns });
    expect([circle.status, circle.body.error]).toEqual([
      400,
      `indicator_tag ${tags.health} cannot be below itself: ${tags.health} > ${tags.polio} > ${tags.campaigns} > ${tags.health}`,
    ]);
    const self = await admin.patch(`${tagUrl}${tags.polio}/`, { parent_tag_id: tags.polio });
    expect(self.body.error).toBe(`indicator_tag ${tags.polio} cannot be below itself: ${tags.polio} > ${tags.polio}`);
    expect((await admin.post(tagUrl, { tag_name: 'health' })).status).toBe(409);
    await must(admin.post(tagUrl, { tag_name: 'health', parent_tag_id: tags.polio }), 201);
  });

  test('show_leaf leaves out the roots, whatever its value', async () => {
    for (const value of ['1', '0', 'false']) {
      const { body } = await admin.get(`${tagUrl}?show_leaf=${value}&order_by=id`);
      expect(body.objects.map((row: { tag_name: string }) => row.tag_name)).toEqual(['polio', 'campaigns', 'health']);
    }
  });

  test('links: latest first, unique, deleted by filter; indicators by any of their tags', async () => {
    await make('other');
    const link = (indicator: string, name: string) =>
      admin.post('/api/v1/indicator_to_tag/', { indicator_id: ids[indicator], indicator_tag_id: tags[name] });
    const first = await must(link('kids', 'polio'), 201);
    expect(first).toMatchObject({ indicator__short_name: 'kids', indicator_tag__tag_name: 'polio' });
    await must(link('other', 'campaigns'), 201);
    expect((await link('kids', 'polio')).body.error).toBe(
      `key: "indicator_id, indicator_tag_id" with value: "${ids.kids}, ${tags.polio}" already exists`,
    );
    const { body } = await admin.get('/api/v1/indicator_to_tag/');
    expect(body.objects.map((row: Record<string, unknown>) => row.indicator__short_name)).toEqual(['other', 'kids']);
    const by = async (text: string) =>
      (await admin.get(`${url}?indicator_tag_id=${text}`)).body.objects?.map((row: { id: number }) => row.id);
    expect(await by(`${tags.polio}`)).toEqual([ids.kids]);
    expect(await by(`${tags.polio},${tags.campaigns}`)).toEqual([ids.kids, ids.other]);
    expect((await admin.get(`${url}?indicator_tag_id=x`)).body.error).toBe("invalid id: 'x'");
    expect((await get('kids')).tag_json).toEqual([tags.polio]);
    const gone = await admin.delete(`/api/v1/indicator_to_tag/?indicator_id=${ids.kids}`);
    expect(gone.body).toEqual({ deleted: 1 });
    expect((await get('kids')).tag_json).toEqual([]);
  });
});

describe('calculations', () => {
  test('a component with its name; roles are a closed list', async () => {
    for (const name of ['total', 'refused', 'absent', 'belief', 'seen', 'missed']) await make(name);
    const made = await must(calculation('total', 'refused'), 201);
    expect(made).toMatchObject({ indicator_component__short_name: 'refused', calculation: 'PART_TO_BE_SUMMED' });
    const wrong = await calculation('total', 'absent', 'PART');
    expect(wrong.body.error).toBe(
      'calculation must be one of PART_TO_BE_SUMMED, NUMERATOR, DENOMINATOR, WHOLE_OF_DIFFERENCE, PART_OF_DIFFERENCE, latest_date, district_count',
    );
    const twice = await calculation('total', 'refused');
    expect([twice.status, twice.body.error]).toEqual([
      409,
      `key: "indicator_id, indicator_component_id, calculation" with value: "${ids.total}, ${ids.refused}, PART_TO_BE_SUMMED" already exists`,
    ]);
    await must(calculation('total', 'absent'), 201);
    await must(calculation('refused', 'belief'), 201);
    await must(calculation('missed', 'total', 'NUMERATOR'), 201);
    await must(calculation('missed', 'seen', 'DENOMINATOR'), 201);
  });

  test.each([
    ['refused', 'total', 'refused > total > refused'],
    ['belief', 'missed', 'belief > missed > total > refused > belief'],
    ['total', 'total', 'total > total'],
  ])('a circle is refused: %s from %s', async (whole, part, path) => {
    const before = changes.length;
    const { status, body } = await calculation(whole, part, 'NUMERATOR');
    expect([status, body.error]).toEqual([400, `calculation cycle: ${path}`]);
    expect(
      (await admin.get(`/api/v1/indicator_calculation/?indicator_id=${ids[whole]}&calculation=NUMERATOR`)).body.objects,
    ).toEqual([]);
    expect(changes.length).toBe(before);
  });

  test('a circle that only the rows of one bulk make together', async () => {
    const objects = [
      { indicator_id: ids.seen, indicator_component_id: ids.other, calculation: 'NUMERATOR' },
      { indicator_id: ids.other, indicator_component_id: ids.seen, calculation: 'NUMERATOR' },
    ];
    const { status, body } = await admin.post('/api/v1/indicator_calculation/', { objects });
    expect([status, body.error]).toEqual([
      400,
      expect.stringMatching(/^calculation cycle: (seen > other > seen|other > seen > other)$/),
    ]);
    expect((await admin.get(`/api/v1/indicator_calculation/?indicator_id=${ids.seen}`)).body.objects).toEqual([]);
  });

  test('two formulas written at once cannot make a circle together', async () => {
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all([calculation('seen', 'other'), calculation('other', 'seen')]);
      expect(answers.map((answer) => answer.status).sort()).toEqual([201, 400]);
      const made = answers.find((answer) => answer.status === 201)!;
      await must(admin.delete(`/api/v1/indicator_calculation/${made.body.id}/`), 204);
    }
  });

  test('a change of formula gives everything calculated from it a new version, and tells it', async () => {
    const versions = async () => {
      const { body } = await admin.get(`${url}?order_by=id&short_name__in=total,refused,belief,missed,seen,absent`);
      return Object.fromEntries(
        body.objects.map((row: { short_name: string; definition_version: number }) => [
          row.short_name,
          row.definition_version,
        ]),
      );
    };
    const before = await versions();
    changes.length = 0;
    const made = await must(calculation('refused', 'absent'), 201);
    const raised = { ...before, refused: before.refused! + 1, total: before.total! + 1, missed: before.missed! + 1 };
    expect(await versions()).toEqual(raised);
    expect(changes).toEqual([[ids.total, ids.refused, ids.missed].sort((a, b) => a! - b!)]);
    await must(admin.patch(`/api/v1/indicator_calculation/${made.id}/`, { calculation: 'PART_TO_BE_SUMMED' }), 202);
    expect(await versions()).toEqual(raised);
    await must(
      admin.delete(`/api/v1/indicator_calculation/?indicator_id=${ids.refused}&indicator_component_id=${ids.absent}`),
      200,
    );
    expect((await versions()).missed).toBe(raised.missed + 1);
  });

  test('format and operator alter values, a description does not', async () => {
    const { definition_version: before } = await get('belief');
    await must(admin.patch(`${url}${ids.belief}/`, { description: 'new', good_bound: 1, data_format: 'int' }), 202);
    expect((await get('belief')).definition_version).toBe(before);
    const changed = await must(admin.patch(`${url}${ids.belief}/`, { data_format: 'float' }), 202);
    expect(changed.definition_version).toBe(before + 1);
    await must(admin.patch(`${url}${ids.belief}/`, { aggregation: 'max' }), 202);
    expect((await get('missed')).definition_version).toBeGreaterThan(before + 2);
  });

  test('the answer to a change shows the new version', async () => {
    const { definition_version: before } = await get('absent');
    const changed = await admin.patch(`${url}${ids.absent}/`, { aggregation: 'min' });
    expect(changed.body.definition_version).toBe(before + 1);
    expect(changed.headers.get('etag')).toBe((await admin.get(`${url}${ids.absent}/`)).headers.get('etag'));
  });

  test('components are all of one kind of period', async () => {
    await make('daily', { resource_name: 'date' });
    const { status, body } = await calculation('total', 'daily');
    expect([status, body.error]).toEqual([
      400,
      'daily is collected per date and can be no component of total, which is collected per campaign',
    ]);
    const ofDates = await calculation('total', 'seen', 'latest_date');
    expect([ofDates.status, ofDates.body.error]).toEqual([
      400,
      'latest_date is for dates, and total is collected per campaign',
    ]);
    const flipped = await admin.patch(`${url}${ids.seen}/`, { resource_name: 'date' });
    expect([flipped.status, flipped.body.code]).toEqual([400, 'other_period']);
  });

  test('a weight counts as a component', async () => {
    await make('rate', { data_format: 'pct', aggregation: 'weighted_mean', weight_indicator_id: ids.seen });
    const circle = await calculation('seen', 'rate');
    expect(circle.body.error).toBe('calculation cycle: seen > rate > seen');
    const { definition_version: before } = await get('rate');
    await must(admin.patch(`${url}${ids.seen}/`, { aggregation: 'max' }), 202);
    expect((await get('rate')).definition_version).toBe(before + 1);
  });

  test('what others are made from is not deleted', async () => {
    const used = await admin.delete(`${url}${ids.refused}/`);
    expect([used.status, used.body.error]).toEqual([
      409,
      `indicator ${ids.refused} is used by indicator_calculation (2)`,
    ]);
    expect((await admin.delete(`${url}${ids.seen}/`)).body.error).toBe(
      `indicator ${ids.seen} is used by indicator (1), indicator_calculation (1)`,
    );
  });
});

test('in the order of their names, as typed', async () => {
  for (const name of ['zz last', 'Zz first', 'éz']) {
    await must(admin.post(url, { name, short_name: name, data_format: 'int' }), 201);
  }
  const { body } = await admin.get(url);
  const names = body.objects.map((row: { name: string }) => row.name);
  const { rows } = await world.context.db.pool.query<{ name: string }>('select name from indicator order by name');
  expect(names).toEqual(rows.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
  expect((await admin.post(url, { name: 'zz  last ', short_name: 'x', data_format: 'int' })).body.error).toBe(
    'key: "name" with value: "zz last" already exists',
  );
});

test('categories are kept as values and labels', async () => {
  const categories = [
    { value: 1, label: 'poor' },
    { value: 2, label: 'good' },
  ];
  const body = { name: 'Grade', short_name: 'grade', data_format: 'class', categories };
  const made = await must(admin.post(url, body), 201);
  expect(made.categories).toEqual(categories);
  const [listed] = (await admin.get(`${url}?id=${made.id}`)).body.objects;
  expect(listed.categories).toEqual(categories);
  const text = JSON.stringify(categories.slice(1));
  expect((await must(admin.patch(`${url}${made.id}/`, { categories: text }), 202)).categories).toEqual([categories[1]]);
});

test('another weight, and another kind of period, alter values', async () => {
  const heavy = await make('heavy');
  const light = await make('light');
  const mean = { data_format: 'pct', aggregation: 'weighted_mean' };
  await make('weighed', { ...mean, weight_indicator_id: heavy });
  const { definition_version: before } = await get('weighed');
  const changed = await must(admin.patch(`${url}${ids.weighed}/`, { weight_indicator_id: light }), 202);
  expect(changed.definition_version).toBe(before + 1);
  const dated = await must(admin.patch(`${url}${heavy}/`, { resource_name: 'date' }), 202);
  expect([dated.resource_name, dated.definition_version]).toEqual(['date', 2]);
  const same = await must(admin.patch(`${url}${heavy}/`, { resource_name: 'date', is_reported: false }), 202);
  expect([same.is_reported, same.definition_version]).toEqual([false, 2]);
});

test('a tag that is renamed or moved stays in its indicators, and one that is used is not deleted', async () => {
  const parent = await must(admin.post('/api/v1/indicator_tag/', { tag_name: 'above' }), 201);
  const tag = await must(admin.post('/api/v1/indicator_tag/', { tag_name: 'before' }), 201);
  const id = await make('tagged');
  await must(admin.post('/api/v1/indicator_to_tag/', { indicator_id: id, indicator_tag_id: tag.id }), 201);
  await must(admin.patch(`/api/v1/indicator_tag/${tag.id}/`, { tag_name: 'after', parent_tag_id: parent.id }), 202);
  expect((await get('tagged')).tag_json).toEqual([tag.id]);
  const [link] = (await admin.get(`/api/v1/indicator_to_tag/?indicator_id=${id}`)).body.objects;
  expect(link.indicator_tag__tag_name).toBe('after');
  for (const [used, by] of [
    [tag.id, 'indicator_to_tag'],
    [parent.id, 'indicator_tag'],
  ]) {
    const answer = await admin.delete(`/api/v1/indicator_tag/${used}/`);
    expect([answer.status, answer.body.error]).toEqual([409, `indicator_tag ${used} is used by ${by} (1)`]);
  }
});

test('bulk upsert by short_name', async () => {
  const objects = [
    { short_name: 'kids', name: 'Kids seen', data_format: 'int' },
    { short_name: 'fresh', name: 'Fresh', data_format: 'pct' },
  ];
  const { status, body } = await admin.put(url, { objects });
  expect([status, body.meta.created, body.meta.updated]).toEqual([200, 1, 1]);
});
