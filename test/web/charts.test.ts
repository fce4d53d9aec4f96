import { randomUUID } from 'node:crypto';
import type { Locator } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';
import { enterRounds, makeMetadata, makePlaces } from './monitoring-world.ts';

describe.skipIf(chromiumPath === undefined)('charts say what they show', onceMore, async () => {
  const world = await startWorld();
  afterAll(() => world.runJobs());
  const admin = await somebody(world, { username: 'ada', name: 'Ada Obi', role: 'ADMIN' });
  const ids = await makePlaces(admin);
  const { indicators, campaigns } = await makeMetadata(admin);
  await enterRounds(admin, ids, { indicators, campaigns });
  const create = async (resource: string, body: object) =>
    (await must(admin.post(`/api/v1/${resource}/`, body), 201)).id;
  const security = await create('indicator', {
    name: 'Security',
    short_name: 'security',
    data_format: 'class',
    categories: ['calm', 'tense', 'closed'].map((label, index) => ({ value: index + 1, label })),
  });
  const births = await create('indicator', {
    name: 'Births',
    short_name: 'births',
    data_format: 'int',
    resource_name: 'date',
  });
  const people = await create('indicator', { name: 'People', short_name: 'people', data_format: 'int' });
  const ofCampaign = [
    ['AMB', security, 1],
    ['BIR', security, 3],
    ['CED', security, 2],
    ['AMB', people, 5_131_438_623],
  ].map(([code, indicator_id, value]) => ({
    location_id: ids[code as string],
    indicator_id,
    campaign_id: campaigns.april,
    value,
  }));
  await must(admin.put('/api/v1/campaign_datapoint/', { objects: ofCampaign }), 200);
  const days = ['2026-01-01', '2026-01-02', '2026-03-30', '2026-11-01'];
  const ofDays = days.map((data_date, index) => ({
    location_id: ids.AMB,
    indicator_id: births,
    data_date,
    value: 5 + index,
  }));
  await must(admin.put('/api/v1/date_datapoint/', { objects: ofDays }), 200);
  await world.runJobs();

  /** A dashboard of one chart for each title. */
  const dashboardOf = async (title: string, charts: Record<string, object>): Promise<string> => {
    const rows: string[][] = [];
    for (const [name, spec] of Object.entries(charts)) {
      const uuid = randomUUID();
      const chart_json = {
        location_id: ids.SAV,
        location_depth: 1,
        group_by_time: 'campaign',
        campaign_ids: [],
        ...spec,
      };
      await create('custom_chart', { uuid, title: name, chart_json });
      rows.push([uuid]);
    }
    return `${world.url}/app/dashboards/${await create('custom_dashboard', { title, rows })}`;
  };
  const { page, complaints } = await openWindow({ height: 900 }, afterAll);
  const card = (name: string) => page.getByRole('region', { name, exact: true });
  const textsOf = (picture: Locator) => picture.locator('svg text').allTextContents();
  const keep = async (name: string) => {
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
  };

  test('a pie is of the newest period and says so; another is chosen', async () => {
    const { seen, missed } = indicators;
    const url = await dashboardOf('Shares', {
      'Seen by province': { type: 'pie', axis: 'place', indicator_ids: [seen] },
      'Two of April': { type: 'pie', axis: 'place', indicator_ids: [seen, missed], campaign_ids: [campaigns.april] },
    });
    await signIn(page, world.url, admin);
    await page.goto(url);
    const pie = card('Seen by province').getByRole('img', { name: 'Seen by province: 2 slices, April 2026' });
    await pie.locator('svg').waitFor();
    expect(await textsOf(pie)).toContain('April 2026');
    await keep('pie');
    await card('Seen by province').getByRole('combobox', { name: 'What Seen by province is of' }).click();
    await page.getByRole('option', { name: 'March 2026' }).click();
    await page.getByRole('img', { name: 'Seen by province: 2 slices, March 2026' }).waitFor();
    await page.getByRole('img', { name: 'Two of April: 2 slices, April 2026 · Children seen' }).waitFor();
  });

  test('counts and shares have an axis and a format of their own', async () => {
    const { seen, missed } = indicators;
    await page.goto(
      await dashboardOf('Mixed', {
        'Seen and missed': { type: 'column', axis: 'period', location_depth: 0, indicator_ids: [seen, missed] },
        'By indicator': { type: 'bar', axis: 'indicator', location_depth: 0, indicator_ids: [missed, seen] },
        Large: { type: 'number', axis: 'period', location_depth: 0, indicator_ids: [people, missed, seen] },
      }),
    );
    const picture = card('Seen and missed').getByRole('img', { name: /^Seen and missed/ });
    await picture.locator('svg').waitFor();
    const texts = await textsOf(picture);
    expect(texts).toEqual(expect.arrayContaining(['Share missed', 'Children seen', '18%', '4,000']));
    const box = (await picture.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.5);
    const tooltip = picture.locator('div', { hasText: 'Share missed' }).last();
    await expect.poll(() => tooltip.textContent()).toMatch(/^Share missed\d+(\.\d)?%$/);
    // The share's column stands as high as its own axis says.
    const heights = await heightsOf(picture, 'rgb(217,142,31)', '#d98e1f');
    expect(Math.max(...heights)).toBeGreaterThan(60);
    await card('By indicator')
      .getByRole('img', { name: /^By indicator/ })
      .locator('svg')
      .waitFor();
    expect(await textsOf(card('By indicator').getByRole('img', { name: /^By indicator/ }))).toContain('4,000');
    const numbers = await Promise.all(
      ['5,131,438,623 *', '4,515 *'].map(
        async (text) => (await card('Large').getByText(text, { exact: true }).boundingBox())!,
      ),
    );
    const [one, other] = numbers as [Box, Box];
    const isBeside = one.x + one.width <= other.x || other.x + other.width <= one.x;
    const isBelow = one.y + one.height <= other.y || other.y + other.height <= one.y;
    expect(isBeside || isBelow).toBe(true);
    await keep('mixed');
  });

  test('a name that is cut is shown whole, a tooltip of many series stays on the screen', async () => {
    const name = 'The long named Northern Highlands and Lakes Autonomous District of Ember';
    const places = Array.from({ length: 40 }, (_, index) => `M${index},Place ${index},District,2,W`);
    const csv = [
      'location_code,name,location_type,admin_level,parent_location_code',
      'W,West,Province,1,SAV',
      ...places,
    ];
    const text = [...csv, `M40,${name},District,2,W`].join('\n');
    await must(admin.post('/api/v1/location/import', text, { 'content-type': 'text/csv' }), 200);
    const { objects } = await must(admin.get('/api/v1/location/?location_code__startswith=M&limit=100'), 200);
    const cells = objects.map((one: { id: number }, index: number) => ({
      location_id: one.id,
      campaign_id: campaigns.april,
      indicator_id: people,
      value: index,
    }));
    await must(admin.put('/api/v1/campaign_datapoint/', { objects: cells }), 200);
    await world.runJobs();
    const west = (await must(admin.get('/api/v1/location/?location_code=W'), 200)).objects[0].id;
    const spec = { location_id: west, indicator_ids: [people] };
    await page.goto(
      await dashboardOf('Many', {
        'One by one': { ...spec, type: 'bar', axis: 'place' },
        Together: { ...spec, type: 'column', axis: 'period' },
        Wide: { ...spec, type: 'table', axis: 'period' },
      }),
    );
    await card('Together').getByText('Drawn are the 30 largest of 41 series; the table has all.').waitFor();
    expect(await card('Wide').getByRole('columnheader').count()).toBe(41);
    await card('Wide').getByRole('button', { name: 'More columns: 40 of 41 shown' }).click();
    await expect.poll(() => card('Wide').getByRole('columnheader').count()).toBe(42);
    const bars = card('One by one').getByRole('img', { name: /^One by one/ });
    await bars
      .locator('svg text', { hasText: /^The long named.*…$|^The long named.*\.\.\.$/ })
      .first()
      .hover();
    await bars.locator('div').getByText(name, { exact: true }).waitFor();
    const columns = card('Together').getByRole('img', { name: /^Together/ });
    await columns.hover();
    const more = columns.getByText('and 18 more; the table has all');
    await more.waitFor();
    const box = (await more.locator('..').boundingBox())!;
    expect([box.y >= 0, box.y + box.height <= 900]).toEqual([true, true]);
    await keep('many');
  });

  test('days stand as far apart as they are', async () => {
    await page.goto(
      await dashboardOf('Days', {
        'Births by day': {
          type: 'line',
          axis: 'period',
          location_id: ids.AMB,
          location_depth: 0,
          group_by_time: 'day',
          indicator_ids: [births],
        },
        'Births as columns': {
          type: 'column',
          axis: 'period',
          location_id: ids.AMB,
          location_depth: 0,
          group_by_time: 'day',
          indicator_ids: [births],
        },
      }),
    );
    const picture = card('Births by day').getByRole('img', { name: /^Births by day/ });
    await picture.locator('svg').waitFor();
    const points = (await boxesOf(picture))
      .filter(({ width, height }) => width > 4 && width < 12 && Math.abs(width - height) < 1)
      .map(({ x }) => x)
      .sort((a, b) => a - b);
    expect(points).toHaveLength(4);
    const [first, second, third, last] = points as [number, number, number, number];
    expect((second - first) / (last - first)).toBeLessThan(0.02);
    expect((third - first) / (last - first)).toBeCloseTo(88 / 304, 1);
    await keep('days');
  });

  test('a map of categories has a colour for each, and one for places without a value', async () => {
    await page.goto(
      await dashboardOf('Categories', {
        Safety: { type: 'choropleth', axis: 'place', location_depth: 2, indicator_ids: [security] },
      }),
    );
    await card('Safety')
      .getByRole('img', { name: /map of Security, April 2026/ })
      .locator('svg')
      .waitFor();
    const legend = card('Safety').getByRole('list', { name: 'Legend' }).getByRole('listitem');
    expect(await legend.allTextContents()).toEqual(['calm', 'tense', 'closed', 'no value']);
    // It fills the height of its picture.
    const box = (await card('Safety')
      .getByRole('img', { name: /map of/ })
      .boundingBox())!;
    const areas = (await boxesOf(card('Safety').getByRole('img', { name: /map of/ }))).filter(
      ({ width }) => width > 40,
    );
    const top = Math.min(...areas.map(({ y }) => y));
    const bottom = Math.max(...areas.map(({ y, height }) => y + height));
    expect((bottom - top) / box.height).toBeGreaterThan(0.9);
    await keep('categories');
  });

  test('a chart is of all pages of its values; where even that is not all, it says so', async () => {
    const spec = { type: 'table', axis: 'place', location_depth: 2, indicator_ids: [indicators.seen] };
    const url = await dashboardOf('Long', { 'Seen in districts': spec });
    const ofValues = /\/api\/v1\/datapoint\?/;
    // Pages of three in place of ten thousand; the address of the next one says so by itself.
    await page.route(ofValues, (route) => {
      const asked = new URL(route.request().url());
      if (!asked.searchParams.has('limit')) asked.searchParams.set('limit', '3');
      return route.continue({ url: asked.href });
    });
    await page.goto(url);
    const rows = card('Seen in districts').getByRole('row');
    await rows.filter({ hasText: 'Dune' }).getByRole('button', { name: '460' }).waitFor();
    expect(await rows.count()).toBe(5);
    expect(await card('Seen in districts').getByText('Not all is shown').count()).toBe(0);
    await page.unroute(ofValues);
    // A server that never comes to an end.
    await page.route(ofValues, async (route) => {
      const answer = await route.fetch();
      const { objects, ...rest } = (await answer.json()) as { objects: object[]; meta: object };
      const many = Array.from({ length: 10_000 }, (_, index) => objects[index % objects.length]);
      const meta = { ...rest.meta, total_count: 123_456, next: '/api/v1/datapoint?again=1' };
      await route.fulfill({ response: answer, json: { ...rest, meta, objects: many } });
    });
    await page.route(/\?again=1$/, async (route) => {
      const many = Array.from({ length: 10_000 }, () => ({
        indicator_id: indicators.seen,
        location_id: ids.DUN,
        campaign_id: campaigns.march,
        value: 460,
      }));
      await route.fulfill({ json: { meta: { next: '/api/v1/datapoint?again=1' }, objects: many } });
    });
    await page.reload();
    await card('Seen in districts').getByText('Not all is shown: the first 50,000 of 123,456 values.').waitFor();
    await page.unrouteAll();
  });

  test('campaigns that are called the same are two, told apart by their type or their first day', async () => {
    const campaign_type_id = await create('campaign_type', { name: 'Mop-up' });
    const twin = await create('campaign', {
      name: 'April 2026',
      campaign_type_id,
      start_date: '2026-04-06',
      end_date: '2026-04-08',
    });
    const value = { location_id: ids.AMB, indicator_id: indicators.seen, campaign_id: twin, value: 77 };
    await must(admin.put('/api/v1/campaign_datapoint/', { objects: [value] }), 200);
    await world.runJobs();
    const spec = { location_id: ids.AMB, location_depth: 0, indicator_ids: [indicators.seen] };
    await page.goto(
      await dashboardOf('Twins', {
        Table: { ...spec, type: 'table', axis: 'period' },
        Map: { ...spec, type: 'choropleth', axis: 'place' },
      }),
    );
    await card('Table').getByRole('row', { name: 'April 2026 (Mop-up) 77' }).waitFor();
    await card('Table').getByRole('row', { name: 'April 2026 (National round) 1,310' }).waitFor();
    await card('Map').getByRole('combobox', { name: 'Period of the map' }).click();
    await page.getByRole('option', { name: 'April 2026 (Mop-up)' }).click();
    await card('Map').getByRole('img', { name: 'Map, map of Children seen, April 2026 (Mop-up)' }).waitFor();
  });

  test('what a picture cannot show is said: negative slices, places without a shape, days as campaigns', async () => {
    const balance = await create('indicator', { name: 'Balance', short_name: 'balance', data_format: 'float' });
    const objects = [
      ['AMB', -5],
      ['BIR', 7],
    ].map(([code, value]) => ({ location_id: ids[code!], indicator_id: balance, campaign_id: campaigns.april, value }));
    await must(admin.put('/api/v1/campaign_datapoint/', { objects }), 200);
    await world.runJobs();
    await page.goto(
      await dashboardOf('Limits', {
        Balances: { type: 'pie', axis: 'place', location_id: ids.N, indicator_ids: [balance] },
        Where: { type: 'choropleth', axis: 'place', indicator_ids: [people, indicators.seen] },
        Born: { type: 'table', axis: 'period', location_id: ids.AMB, location_depth: 0, indicator_ids: [births] },
      }),
    );
    await card('Balances')
      .getByText(/Without 1 negative value, which no slice can show: Amber .5/)
      .waitFor();
    await card('Balances').getByRole('img', { name: 'Balances: 1 slice, April 2026' }).waitFor();
    await card('Where').getByText('1 place with a value has no shape and is in the table only.').waitFor();
    await card('Where').getByRole('button', { name: 'Table of Where' }).click();
    await card('Where')
      .getByRole('row', { name: /^West \(no shape\)/ })
      .waitFor();
    await card('Where').getByRole('combobox', { name: 'Indicator of the map' }).click();
    await page.getByRole('option', { name: 'Children seen' }).click();
    await card('Where')
      .getByRole('img', { name: /map of Children seen/ })
      .waitFor();
    await card('Born').getByText('Births: collected per day, so there are no values per campaign.').waitFor();
    await keep('limits');
    await card('Born').getByRole('button', { name: 'Show per month' }).click();
    await card('Born').getByRole('row', { name: 'Jan 2026 11' }).waitFor();

    // A month says what it is of, and the days it is made from.
    await card('Born').getByRole('button', { name: '11', exact: true }).click();
    const drawer = page.getByRole('dialog', { name: 'Where does this come from?' });
    await drawer.getByText('Births, Amber, Jan 2026').waitFor();
    await drawer.getByText('Put together over time').first().waitFor();
    await drawer.getByRole('button', { name: '2026-01-01', exact: true }).click();
    await drawer.getByText('Births, Amber, 2026-01-01').waitFor();
    await drawer
      .getByRole('navigation', { name: 'The way here' })
      .getByRole('button', { name: '2026-01-01', exact: true })
      .waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
  });

  test('values that are days are in the table, with the reason why they are not in the picture', async () => {
    const visited = await create('indicator', { name: 'Visited on', short_name: 'visited', data_format: 'date' });
    const value = { indicator_id: visited, location_id: ids.AMB, campaign_id: campaigns.april, value: '2026-04-07' };
    await must(admin.put('/api/v1/campaign_datapoint/', { objects: [value] }), 200);
    await world.runJobs();
    const both = [visited, indicators.seen];
    await page.goto(
      await dashboardOf('Visits', {
        'Line of days': { type: 'line', axis: 'period', location_id: ids.N, indicator_ids: [visited] },
        'Map of days': { type: 'choropleth', axis: 'place', location_depth: 2, indicator_ids: [visited] },
        Districts: { type: 'table', axis: 'place', location_id: ids.N, indicator_ids: both },
        Provinces: { type: 'table', axis: 'place', indicator_ids: both },
      }),
    );
    for (const name of ['Line of days', 'Map of days']) {
      await card(name).getByText('Visited on: the values are days, which have no size to draw.').waitFor();
      await card(name).getByRole('button', { name: '2026-04-07' }).waitFor();
    }
    await card('Districts').getByRole('button', { name: '2026-04-07' }).waitFor();
    expect(await card('Districts').getByText('Visited on:').count()).toBe(0);
    await card('Provinces').getByText('Visited on: no value. Days are not put together from places below').waitFor();
  });

  test('what a map looks into is in the address: Back leads up, a leaf shows its own value', async () => {
    await page.goto(
      await dashboardOf('Missed', {
        Missed: { type: 'choropleth', axis: 'place', indicator_ids: [indicators.missed] },
      }),
    );
    const lookInto = async (name: string) => {
      await card('Missed').getByRole('combobox', { name: 'Look into a place' }).click();
      await page.getByRole('option', { name }).click();
    };
    const way = card('Missed').getByRole('navigation', { name: 'Places of the map' });
    await lookInto('North');
    await way.getByRole('button', { name: 'North' }).waitFor();
    await lookInto('Birch');
    await card('Missed').getByText('Below it is no place that you may see: this is its own value.').waitFor();
    await card('Missed')
      .getByRole('img', { name: /map of Share missed/ })
      .locator('svg')
      .waitFor();
    expect(await card('Missed').getByRole('combobox', { name: 'Look into a place' }).count()).toBe(0);
    await card('Missed').getByRole('button', { name: 'Table of Missed' }).click();
    await card('Missed')
      .getByRole('row', { name: /^Birch/ })
      .waitFor();
    await keep('leaf');
    expect(page.url()).toContain(`=${ids.BIR}`);
    await page.reload();
    await way.getByRole('button', { name: 'Birch' }).waitFor();
    await page.goBack();
    await card('Missed').getByText('Below it is no place that you may see').waitFor({ state: 'detached' });
    await way.getByRole('button', { name: 'North' }).waitFor();
    await page.goBack();
    await way.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Missed', level: 1 }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('a chart of thousands of places asks for their names in parts', async () => {
    const lines = Array.from({ length: 2600 }, (_, index) => `BIG-${index},Camp ${index},District,2,BIG`);
    const csv = [
      'location_code,name,location_type,admin_level,parent_location_code',
      'BIG,Big,Province,1,SAV',
      ...lines,
    ];
    await must(admin.post('/api/v1/location/import', csv.join('\n'), { 'content-type': 'text/csv' }), 200);
    const { objects } = await must(admin.get('/api/v1/location/?location_code__startswith=BIG-&fields=id'), 200);
    const cells = objects.map(({ id }: { id: number }) => ({
      location_id: id,
      indicator_id: people,
      campaign_id: campaigns.march,
      value: 1,
    }));
    await must(admin.put('/api/v1/campaign_datapoint/', { objects: cells }), 200);
    await world.runJobs();
    const { id } = (await must(admin.get('/api/v1/location/?location_code=BIG'), 200)).objects[0];
    const spec = { type: 'table', axis: 'place', location_id: id, indicator_ids: [people] };
    await page.goto(await dashboardOf('Big', { Camps: spec }));
    await card('Camps').getByRole('row', { name: 'Camp 0 1', exact: true }).waitFor();
    await card('Camps').getByRole('button', { name: 'More rows: 50 of 2,600 shown' }).click();
    await card('Camps').getByRole('row', { name: 'Camp 120 1', exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('who may not see the places of a map is told so', async () => {
    const ben = await somebody(world, { username: 'ben' });
    const { id } = (await must(admin.get('/api/v1/custom_dashboard/?title=Missed'), 200)).objects[0];
    const other = await openWindow();
    await signIn(other.page, world.url, ben);
    await other.page.goto(`${world.url}/app/dashboards/${id}`);
    await other.page.getByText('or none of it is yours to see').waitFor();
    for (const name of ['Add chart', 'Change', 'Delete'])
      expect(await other.page.getByRole('button', { name, exact: true }).count()).toBe(0);
    expect(await other.page.getByText('have no shapes').count()).toBe(0);
    expect(await other.page.getByRole('list', { name: 'Legend' }).count()).toBe(0);
  });
});

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
const boxesOf = (picture: Locator): Promise<Box[]> =>
  picture.locator('svg path').evaluateAll((paths) =>
    (paths as unknown as { getBoundingClientRect(): Box }[]).map((path) => {
      const { x, y, width, height } = path.getBoundingClientRect();
      return { x, y, width, height };
    }),
  );

async function heightsOf(picture: Locator, ...fills: string[]): Promise<number[]> {
  const found = await picture.locator('svg path').evaluateAll((paths) =>
    (paths as unknown as { getBoundingClientRect(): Box; getAttribute(name: string): string | null }[]).map((path) => ({
      fill: path.getAttribute('fill'),
      height: path.getBoundingClientRect().height,
    })),
  );
  return found.filter(({ fill }) => fills.includes(fill ?? '')).map(({ height }) => height);
}
