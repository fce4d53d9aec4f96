import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { startJobs } from '../../src/worker.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';

const secret = 'runner-secret';
/** Many pages in one window. */
const slow = { timeout: 120_000 };

const specOf = (owner: string, schedule: string, run: string): string => `meta:
  ownerid: ${owner}
  dataset: rivers
  findability: private
inputs:
  - kind: datapackage
    url: http://data.example.org/datapackage.json
    parameters:
      descriptor:
        name: rivers
        title: Rivers of Europe
        resources:
          - name: gauges
            path: gauges.csv
            schema: {fields: [{name: day, type: date}, {name: level, type: number}]}
processing:
  - input: gauges
    output: sorted
    dpp:
      - {run: ${run}, parameters: {sort-by: '{day}'}}
schedule: ${schedule}
`;

/** Pipelines are worked on by the test, which reports as a runner elsewhere does: each state stays as long as it is looked at. */
describe.skipIf(chromiumPath === undefined)('flows', onceMore, async () => {
  const world = await startWorld({ FLOW_RUNNER: 'external', FLOW_UPDATE_SECRET: secret });
  const worker = await startJobs(world.context);
  afterAll(() => worker.stop());
  const ann = await somebody(world, { username: 'ann', name: 'Ann Abara' });
  const id = `${ann.id}/rivers`;
  const report = (pipeline: string, event: string, more: Record<string, unknown> = {}) =>
    world.anon.post('/source/update', { pipeline, event, ...more }, { authorization: `Bearer ${secret}` });

  test('a spec is mended, planned and pushed; its revision is followed, cancelled and compared', slow, async () => {
    const { page, complaints } = await openWindow({ width: 1280, height: 900 });
    await signIn(page, world.url, ann);
    await page.getByRole('link', { name: 'Flows' }).click();
    await page.getByText('No flow yet').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'New flow' }).first().click();

    // What cannot be read is said at once, what only the server knows when it is asked.
    const text = page.getByRole('textbox', { name: 'Spec, as YAML or JSON' });
    await text.fill('meta:\n  ownerid: [1\nschedule: x\n');
    await page
      .getByRole('alert')
      .getByText(/Line [23]/)
      .waitFor();
    expect(await page.getByRole('button', { name: 'Push' }).isDisabled()).toBe(true);
    await text.fill(specOf(ann.id, 'hourly', 'srot'));
    await page.getByRole('button', { name: 'Validate' }).click();
    await page.getByRole('alert').getByText("Schedule should start with 'every'").waitFor();
    await page.getByRole('combobox', { name: 'How often' }).click();
    await page.getByRole('option', { name: 'Every day' }).click();
    expect(await text.inputValue()).toBe(specOf(ann.id, 'every 1d', 'srot'));
    expect(await page.getByRole('list', { name: 'Next runs' }).getByRole('listitem').count()).toBe(3);
    await text.fill(specOf(ann.id, 'every 1d', 'sort').replace('findability: private', 'findability: 7'));
    await page.getByRole('button', { name: 'Validate' }).click();
    const fault = page.getByRole('alert').getByRole('listitem');
    await fault.getByText('/meta/findability').waitFor();
    await fault.getByRole('button', { name: 'Line 4' }).click();
    expect(await page.evaluate('getSelection().toString()')).toBe('  findability: 7');
    await text.fill(specOf(ann.id, 'every 1d', 'sort'));
    await page.getByRole('button', { name: 'Validate' }).click();
    await page.getByText('The spec is valid').waitFor();
    await page.getByRole('button', { name: 'Creating CSV sorted_csv' }).waitFor();
    expect((await ann.get('/source')).body.datasets).toEqual([]);
    await page.getByRole('button', { name: 'Push' }).click();

    await page.getByRole('heading', { name: 'Revision 1', level: 1 }).waitFor();
    await node(page, 'Creating CSV queued · sorted_csv').waitFor();
    await report(`${id}/1/validation_report`, 'start', { log: ['Reading gauges'] });
    await report(`${id}/1/sorted_csv`, 'start');
    await node(page, 'Creating CSV running · sorted_csv').waitFor();
    await page.getByRole('region', { name: 'Log lines' }).getByText('Reading gauges').waitFor();
    const errors = ['sort', 'Column day is not there'];
    await report(`${id}/1/sorted_csv`, 'finish', { success: false, errors });
    // What depends on it fails with it.
    await node(page, 'Creating Package failed').waitFor();
    await page.getByRole('alert').getByText('Failed in step “sort”').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Complete').waitFor();
    await node(page, 'Creating JSON failed · sorted_json').waitFor();

    // Choosing by keyboard: one tab stop, then arrows.
    await node(page, /^Validating/).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Pipeline sorted_csv' }).getByText('Column day is not there').waitFor();
    expect(new URL(page.url()).searchParams.get('pipeline')).toBe('sorted_csv');
    await page.keyboard.press('ArrowRight');
    await page.locator('.pipeline-node:focus', { hasText: /Generating views|Creating ZIP/ }).waitFor();

    await page.getByRole('link', { name: 'rivers', exact: true }).click();
    await page.getByRole('article', { name: 'Revision 1' }).getByText('Cancelled').waitFor();
    await page.getByRole('link', { name: 'Edit spec' }).click();
    await page.getByRole('combobox', { name: 'How often' }).click();
    await page.getByRole('option', { name: 'Every week' }).click();
    await page.getByRole('button', { name: 'Push' }).click();
    await page.getByRole('heading', { name: 'Revision 2', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Changes' }).click();
    const changed = page.getByRole('region', { name: 'Changed lines' });
    await changed.getByText('schedule: every 1w').waitFor();
    expect(await changed.textContent()).toMatch(/removed: schedule: every 1d.*added: schedule: every 1w/);
    expect(complaints).toEqual([]);
  });

  test('the report is there before the revision has ended, grouped by code and column', async () => {
    const { page } = await openWindow();
    await signIn(page, world.url, ann);
    const { spec_contents: spec } = (await ann.get(`/source/${id}/latest`)).body as { spec_contents: unknown };
    await ann.post('/source/upload', spec);
    const { latest } = (await ann.get(`/source/${id}`)).body as { latest: number };
    // The runner's store, which the test stands in for.
    await page.route(`${world.url}/store/**`, (route) =>
      route.fulfill({
        json: route.request().url().endsWith('report.json')
          ? findings
          : { resources: [{ path: '/store/report.json' }] },
      }),
    );
    await page.goto(`${world.url}/app/flow/${id}/${latest}/report`);
    await page.getByText('Every row is being checked').waitFor();
    const stats = { '.dpp': { 'out-datapackage-url': `${world.url}/store/datapackage.json` } };
    await report(`${id}/${latest}/validation_report`, 'finish', { success: true, stats });
    await page.getByText('2 problems').waitFor();
    await page.getByRole('button', { name: 'Rows of type-or-format-error day' }).click();
    const rows = page.getByRole('region', { name: 'Rows with this problem' });
    await rows.getByText('is not type "date"').waitFor();
    expect(await rows.getByRole('row').last().getByRole('cell').allTextContents()).toEqual([
      '2',
      'The value "soon" is not type "date"',
      'soon',
      '1.2',
    ]);
    expect(await accessibilityFindings(page)).toEqual([]);
    // Reloaded, the address opens the same rows.
    await page.reload();
    await rows.getByText('is not type "date"').waitFor();
  });

  test.for([
    { width: 390, height: 844, colorScheme: 'dark' },
    { width: 1280, height: 800, colorScheme: 'light' },
  ] as const)('axe finds nothing on the pages of flows at $width in $colorScheme', slow, async (window) => {
    const { page } = await openWindow(window);
    await signIn(page, world.url, ann);
    const pages: [address: string, shown: string | RegExp][] = [
      ['flow', 'Rivers of Europe'],
      ['flow/new', 'Next runs, if pushed now:'],
      [`flow/${id}`, 'Revision 1'],
      [`flow/${id}/edit`, 'Next runs, if pushed now:'],
      [`flow/${id}/1?pipeline=sorted_csv`, 'Column day is not there'],
      [`flow/${id}/1/report`, 'No report'],
      [`flow/${id}/1/spec?form=normalised`, /schedule/],
      [`flow/${id}/2/changes`, /unchanged lines/],
      [`flow/${ann.id}/nothing/1`, 'There is no such flow'],
    ];
    for (const [address, shown] of pages) {
      await page.goto(`${world.url}/app/${address}`);
      await page.getByRole('main').getByText(shown).first().waitFor();
      expect([address, ...(await accessibilityFindings(page))]).toEqual([address]);
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect([address, overflow]).toEqual([address, 0]);
    }
  });
});

const findings = [
  {
    resource: 'sorted',
    valid: false,
    'error-count': 2,
    warnings: [],
    tables: [
      {
        valid: false,
        'error-count': 2,
        'row-count': 4,
        source: 'http://data.example.org/gauges.csv',
        headers: ['day', 'level'],
        'error-stats': { 'type-or-format-error': 1, 'blank-row': 1 },
        errors: [
          {
            code: 'type-or-format-error',
            message: 'The value "soon" is not type "date"',
            'row-number': 2,
            'column-number': 1,
            row: ['soon', '1.2'],
          },
          { code: 'blank-row', message: 'Row 3 is completely blank', 'row-number': 3, 'column-number': null, row: [] },
        ],
      },
    ],
  },
];

/** A node of the graph, by title, state and name as they are read out. */
const node = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
