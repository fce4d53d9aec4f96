import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { startJobs } from '../../src/worker.ts';
import { must } from '../locations/places-world.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';
import { enterRounds, makeMetadata, makePlaces } from './monitoring-world.ts';

const secret = 'runner-secret';

/** A name of places and columns that no code knows, longer than a phone is wide. */
const longName = 'Health_post_of_the_upper_river_valley_beyond_the_second_bridge';
const rounds = `geocode;campaign;seen;${longName}
AMB;March 2026;12;1
BIR;March 2026;maybe;2
${longName};March 2026;9;3
`;

const phone = { width: 390, height: 844 };
const desk = { width: 1280, height: 900 };
/** Many pages in one window. */
const slow = { timeout: 600_000 };

/** Opens what an address alone does not show. */
type Opening = (page: Page) => Promise<void>;

describe.skipIf(chromiumPath === undefined)('screens', onceMore, async () => {
  const world = await startWorld({ FLOW_RUNNER: 'external', FLOW_UPDATE_SECRET: secret });
  const worker = await startJobs(world.context);
  afterAll(() => worker.stop());
  const admin = await somebody(world, { username: 'ada', name: 'Ada Obi', role: 'ADMIN' });
  const ids = await makePlaces(admin);
  const metadata = await makeMetadata(admin);
  const { indicators, campaigns } = metadata;
  await enterRounds(admin, ids, metadata);
  const beds = await makeMore();
  const dashboard = await makeDashboard();
  const document = await sendDocument();
  const flow = await makeFlow();
  const sheet = `entry?campaign=${campaigns.march}&place=${ids.SAV}&depth=2&indicators=${Object.values(indicators).join(',')}`;

  const press =
    (name: string | RegExp): Opening =>
    async (page) => {
      await page.getByRole('main').getByRole('button', { name }).first().click();
      await page.getByRole('dialog').waitFor();
    };

  const screens: [name: string, address: string, shown: string | RegExp, open?: Opening][] = [
    ['places', 'places', 'Savanna'],
    ['place', `places/${ids.N}`, '3 places directly below'],
    ['place-form', `places/${ids.N}`, '3 places directly below', press('Change or move')],
    ['places-import', 'places', 'Savanna', press('Import')],
    ['indicators', 'indicators', '= (seen − vaccinated) ÷ seen'],
    ['indicator', `indicators/${indicators.missed}`, 'Add range'],
    ['indicator-plain', `indicators/${indicators.seen}`, 'Children seen'],
    ['indicator-form', 'indicators', '= (seen − vaccinated) ÷ seen', press('New indicator')],
    ['campaigns', 'campaigns', 'March 2026'],
    ['campaign-form', 'campaigns', 'March 2026', press('New campaign')],
    ['entry-empty', 'entry', 'Choose what to enter'],
    ['entry', sheet, 'Amber'],
    ['entry-days', `entry?per=day&day=2026-03-02&place=${ids.SAV}&depth=2&indicators=${beds}`, 'Amber'],
    [
      'lineage',
      sheet,
      'Amber',
      async (page) => {
        await page.getByRole('button', { name: 'Where does this come from?' }).click();
        await page.getByRole('dialog').getByText('seen, Amber').first().waitFor();
      },
    ],
    ['documents', 'documents', 'rounds of spring.csv'],
    ['document', `documents/${document}`, '1 code to decide'],
    ['document-upload', 'documents', 'rounds of spring.csv', press('Upload a document')],
    [
      'document-choose',
      `documents/${document}`,
      '1 code to decide',
      async (page) => {
        await page
          .getByRole('button', { name: /^Choose for/ })
          .first()
          .click();
        await page.getByRole('combobox', { name: /^What “/ }).waitFor();
        await page.getByRole('option').first().waitFor();
      },
    ],
    ['document-reading', `documents/${document}`, '1 code to decide', press('Change how it is read')],
    ['dashboards', 'dashboards', 'Rounds of 2026'],
    [
      'dashboard',
      `dashboards/${dashboard}`,
      'Kept by another program',
      async (page) => {
        await page
          .getByRole('img', { name: /^Children over time/ })
          .locator('svg')
          .waitFor();
        await page
          .getByRole('img', { name: /map of/ })
          .locator('svg')
          .waitFor();
      },
    ],
    ['chart-editor', `dashboards/${dashboard}`, 'Kept by another program', press('Add chart')],
    ['flows', 'flow', 'Rivers of Europe'],
    ['flow-new', 'flow/new', 'Next runs, if pushed now:'],
    ['flow', `flow/${flow}`, 'Revision 1'],
    ['flow-edit', `flow/${flow}/edit`, 'Next runs, if pushed now:'],
    ['flow-pipelines', `flow/${flow}/1?pipeline=sorted_csv`, 'Column day is not there'],
    ['flow-report', `flow/${flow}/1/report`, 'Every row is being checked'],
    ['flow-spec', `flow/${flow}/1/spec?form=normalised`, /schedule/],
    ['flow-changes', `flow/${flow}/2/changes`, /unchanged lines/],
    ['runs', 'run', /document|run/i],
    ['projects', '', 'Projects'],
    ['account', 'account', 'Profile'],
    ['unknown', 'nowhere', 'This address leads nowhere'],
    ['unknown-place', 'places/999999', 'There is no such place'],
    ['unknown-document', 'documents/999999', 'There is no such document'],
    ['unknown-dashboard', 'dashboards/999999', 'There is no such dashboard'],
    ['unknown-indicator', 'indicators/999999', 'There is no such indicator'],
  ];

  test('every screen fits a phone and a desk, and axe finds nothing in the dark', slow, async () => {
    const { page, complaints } = await openWindow({ ...phone, colorScheme: 'dark' });
    await signIn(page, world.url, admin);
    const faults: string[] = [];
    for (const [name, address, shown, open] of screens) {
      await page.setViewportSize(phone);
      await page.goto(`${world.url}/app/${address}`);
      await page.getByRole('main').getByText(shown).first().waitFor();
      await open?.(page);
      for (const finding of await accessibilityFindings(page)) faults.push(`${name}: ${finding}`);
      for (const size of [phone, desk]) {
        await page.setViewportSize(size);
        const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
        if (overflow > 0) faults.push(`${name}: ${overflow} px wider than ${size.width} px`);
      }
    }
    expect(faults).toEqual([]);
    expect(complaints).toEqual([]);
  });

  async function makeMore(): Promise<number> {
    const name = 'Share of children that were seen twice or more often in one round of the campaign';
    await must(
      admin.post('/api/v1/indicator/', {
        name,
        short_name: 'seen_twice_or_more_often_in_one_round',
        data_format: 'bool',
        description: name,
      }),
      201,
    );
    const more = { data_format: 'int', resource_name: 'date' };
    const { id } = await must(admin.post('/api/v1/indicator/', { name: 'Beds', short_name: 'beds', ...more }), 201);
    const { objects } = await must(admin.get('/api/v1/location_type/'), 200);
    const district = objects.find((one: { name: string }) => one.name === 'District').id;
    await must(
      admin.post('/api/v1/location/', {
        name: longName,
        location_code: `${longName}_CODE`,
        location_type_id: district,
        parent_location_id: ids.N,
      }),
      201,
    );
    return id;
  }

  async function makeDashboard(): Promise<number> {
    const chart = async (title: string, type: string, more: object = {}) => {
      const uuid = crypto.randomUUID();
      const chart_json = {
        type,
        indicator_ids: [indicators.seen, indicators.vaccinated],
        location_id: ids.SAV,
        location_depth: 1,
        group_by_time: 'campaign',
        campaign_ids: [],
        axis: 'period',
        ...more,
      };
      await must(admin.post('/api/v1/custom_chart/', { uuid, title, chart_json }), 201);
      return uuid;
    };
    const rows = [
      [await chart('Children over time', 'line'), await chart('Children by round', 'column')],
      [
        await chart('Children in bars', 'bar', { axis: 'place' }),
        await chart('Children put on each other', 'stacked_column'),
      ],
      [await chart('Where they are missed', 'choropleth', { indicator_ids: [indicators.missed], location_depth: 2 })],
      [
        await chart('Children as a table', 'table', { axis: 'place', location_depth: 2 }),
        await chart('Children in a pie', 'pie', {
          axis: 'place',
          indicator_ids: [indicators.seen],
          campaign_ids: [campaigns.march],
        }),
        await chart('Seen in all', 'number', {
          indicator_ids: [indicators.seen],
          location_depth: 0,
          campaign_ids: [campaigns.march],
        }),
      ],
      [
        await chart('Nothing here yet', 'column', {
          campaign_ids: [campaigns.april],
          location_id: ids.DUN,
          location_depth: 0,
        }),
      ],
      [await chart('Kept by another program', 'radar')],
    ];
    const description = 'What was seen, vaccinated and missed.';
    return (await must(admin.post('/api/v1/custom_dashboard/', { title: 'Rounds of 2026', description, rows }), 201))
      .id;
  }

  async function sendDocument(): Promise<number> {
    const docfile = Buffer.from(rounds).toString('base64');
    const body = { doc_title: 'rounds of spring.csv', file_type: 'campaign', docfile };
    const { id } = await must(admin.post('/api/v1/source_doc/', body), 201);
    await must(admin.post('/api/v1/source_doc/', { ...body, doc_title: `${longName}.csv` }), 201);
    return id;
  }

  async function makeFlow(): Promise<string> {
    const specOf = (schedule: string) => ({
      meta: { ownerid: admin.id, dataset: 'rivers', findability: 'private' },
      inputs: [
        {
          kind: 'datapackage',
          url: 'http://data.example.org/datapackage.json',
          parameters: {
            descriptor: {
              name: 'rivers',
              title: 'Rivers of Europe',
              resources: [
                {
                  name: 'gauges',
                  path: 'gauges.csv',
                  schema: {
                    fields: [
                      { name: 'day', type: 'date' },
                      { name: 'level', type: 'number' },
                    ],
                  },
                },
              ],
            },
          },
        },
      ],
      processing: [{ input: 'gauges', output: 'sorted', dpp: [{ run: 'sort', parameters: { 'sort-by': '{day}' } }] }],
      schedule,
    });
    for (const schedule of ['every 1d', 'every 1w']) await must(admin.post('/source/upload', specOf(schedule)), 200);
    const report = (event: string, more: object = {}) =>
      world.anon.post(
        '/source/update',
        { pipeline: `${admin.id}/rivers/1/sorted_csv`, event, ...more },
        { authorization: `Bearer ${secret}` },
      );
    await report('start', { log: ['Reading gauges'] });
    await report('finish', { success: false, errors: ['sort', 'Column day is not there'] });
    return `${admin.id}/rivers`;
  }
});
