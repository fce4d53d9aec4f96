import { afterAll, describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';
import { enterRounds, makeMetadata, makePlaces } from './monitoring-world.ts';

describe.skipIf(chromiumPath === undefined)('dashboards', onceMore, async () => {
  const world = await startWorld();
  afterAll(() => world.runJobs());
  const admin = await somebody(world, { username: 'ada', name: 'Ada Obi', role: 'ADMIN' });
  const ids = await makePlaces(admin);
  const metadata = await makeMetadata(admin);
  await enterRounds(admin, ids, metadata);
  await world.runJobs();
  const { page, complaints } = await openWindow({}, afterAll);
  const drawer = page.getByRole('dialog', { name: 'Where does this come from?' });

  test('a chart is made with a preview, shown as a table, and each value says where it comes from', async () => {
    await signIn(page, world.url, admin);
    await page.getByRole('link', { name: 'Dashboards' }).click();
    await page.getByRole('button', { name: 'New dashboard' }).first().click();
    await page.getByRole('textbox', { name: 'Title' }).fill('Rounds of 2026');
    await page.getByRole('button', { name: 'Create dashboard' }).click();
    await page.getByText('No chart yet').waitFor();
    await addChart('Children by province', 'Columns', 'Children seen');
    const card = page.getByRole('region', { name: 'Children by province' });
    await card.getByRole('img', { name: /^Children by province/ }).waitFor();
    await card.getByRole('button', { name: 'Table of Children by province' }).click();
    await card.getByRole('row', { name: /^North 2,040 2,215|^North 2,215 2,040/ }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await card.getByRole('button', { name: '2,040' }).click();
    await drawer.getByText('Put together from places below').waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
    // The same by one click on a bar of the picture, and by Enter on the number.
    const bars = await card
      .getByRole('img', { name: /^Children by province/ })
      .locator('svg path')
      .evaluateAll((paths) =>
        (paths as unknown as { getBoundingClientRect(): { x: number; y: number; width: number; height: number } }[])
          .map((path) => path.getBoundingClientRect())
          .map(({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2, width, height })),
      );
    const bar = bars.find(({ width, height }) => width > 15 && width < 300 && height > 60)!;
    await page.mouse.move(bar.x, bar.y);
    const picture = card.getByRole('img', { name: /^Children by province/ });
    const tooltip = picture.locator('div', { hasText: /^(North|South)/ }).first();
    await tooltip.waitFor();
    // Nothing of the chart lies over what the click opens.
    await page.mouse.click(bar.x, bar.y);
    await drawer.getByText('Put together from places below').waitFor();
    await tooltip.waitFor({ state: 'hidden' });
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
    await card.getByRole('button', { name: '2,040' }).focus();
    await page.keyboard.press('Enter');
    await drawer.getByText('Children seen, North, March 2026').waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
  });

  test('a map is coloured by the ranges of its indicator, opens downwards and leads back', async () => {
    await addChart('Where they are missed', 'Map', 'Share missed');
    const card = page.getByRole('region', { name: 'Where they are missed' });
    await card.getByText('bad, ≥ 25%').waitFor();
    await card
      .getByRole('img', { name: /map of Share missed, April 2026/ })
      .locator('svg')
      .waitFor();
    // North is the upper half of the picture.
    const box = (await card.getByRole('img', { name: /map of/ }).boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height * 0.3);
    await drawer.getByText('(seen − vaccinated) ÷ seen').waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
    await card.getByRole('combobox', { name: 'Look into a place' }).click();
    await page.getByRole('option', { name: 'North' }).click();
    await card.getByRole('navigation', { name: 'Places of the map' }).waitFor();
    await card.getByRole('button', { name: 'Table of Where they are missed' }).click();
    await card.getByRole('row', { name: /^Birch 18%/ }).waitFor();
    await card.getByRole('button', { name: 'Savanna' }).click();
    await card.getByRole('row', { name: /^North/ }).waitFor();
    await page.mouse.click(box.x + box.width / 2, box.y + box.height * 0.3, { button: 'right' });
    await card.getByRole('row', { name: /^Birch 18%/ }).waitFor();
    await card.getByRole('button', { name: 'Savanna' }).click();
    await card.getByRole('row', { name: /^North/ }).waitFor();

    const { objects } = await must(admin.get('/api/v1/custom_chart/?title=Where they are missed'), 200);
    expect(objects[0].chart_json).toMatchObject({ type: 'choropleth', indicator_ids: [metadata.indicators.missed] });
  });

  test('charts are put side by side and come away as PNG, SVG and CSV', async () => {
    await page.getByRole('button', { name: 'More for Where they are missed' }).click();
    await page.getByRole('menuitem', { name: 'Beside the chart above' }).click();
    await expect
      .poll(async () => (await must(admin.get('/api/v1/custom_dashboard/'), 200)).objects[0].rows[0].length, {
        timeout: 15_000,
      })
      .toBe(2);
    for (const [kind, begins] of [
      ['PNG', '\u0089PNG'],
      ['SVG', '<svg'],
      ['CSV, with', 'Children seen,North,March 2026,'],
    ] as const) {
      await page.getByRole('button', { name: 'Download Children by province' }).click();
      const downloading = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: new RegExp(`^${kind}`) }).click();
      const file = await downloading;
      expect(file.suggestedFilename()).toBe(`Children by province.${kind.slice(0, 3).toLowerCase()}`);
      const saved = Buffer.concat(await (await file.createReadStream()).toArray());
      expect(saved.toString('latin1').slice(0, 400)).toContain(begins);
      // It is read without its page: title and all of the legend are in it.
      if (kind === 'SVG') {
        for (const text of ['Children by province', 'March 2026', 'April 2026'])
          expect(saved.toString()).toContain(text);
      }
    }
  });

  test('what somebody else puts there meanwhile stays, whatever is moved, taken off or put back', async () => {
    const at = `/api/v1/custom_dashboard/${page.url().match(/\d+$/)![0]}`;
    const rows = async () => (await must(admin.get('/api/v1/custom_dashboard/'), 200)).objects[0].rows as string[][];
    const { objects } = await must(admin.get('/api/v1/custom_chart/?title=Where they are missed'), 200);
    const uuid = '00000000-0000-4000-8000-000000000077';
    await must(admin.post('/api/v1/custom_chart/', { ...objects[0], id: -1, uuid, title: 'By another' }), 201);
    const before = await rows();
    await must(admin.patch(at, { rows: [[uuid], ...before] }), 202);
    await page.getByRole('button', { name: 'More for Where they are missed' }).click();
    await page.getByRole('menuitem', { name: 'Take off the dashboard' }).click();
    await page.getByText('Where they are missed is off this dashboard.').waitFor();
    await page.getByRole('region', { name: 'By another' }).waitFor();
    expect(await rows()).toEqual([[uuid], before[0]!.slice(0, 1)]);
    await must(admin.patch(at, { rows: [before[0]!.slice(0, 1), [uuid]] }), 202);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('region', { name: 'Where they are missed' }).waitFor();
    expect(await rows()).toEqual([...before, [uuid]]);
    await must(admin.patch(at, { rows: before }), 202);
    await page.reload();
    await page.getByRole('region', { name: 'Where they are missed' }).waitFor();
  });

  test('a dashboard is called otherwise; one that was deleted comes back with its charts', async () => {
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    const form = page.getByRole('dialog', { name: 'Change Rounds of 2026' });
    expect(await form.getByRole('textbox', { name: 'Title' }).inputValue()).toBe('Rounds of 2026');
    await form.getByRole('textbox', { name: 'Title' }).fill('Both rounds');
    await form.getByRole('textbox', { name: 'Description' }).fill('Spring.');
    await form.getByRole('button', { name: 'Save dashboard' }).click();
    await page.getByRole('heading', { name: 'Both rounds', level: 1 }).waitFor();
    // Its title follows the dashboard's, so by any name.
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('Spring.').waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete the dashboard' }).click();
    await page.getByText('Both rounds is deleted; its charts stay.').waitFor();
    await page.getByText('No dashboard yet').waitFor();
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await page.getByRole('link', { name: /^Both rounds/ }).click();
    await page.getByRole('region', { name: 'Where they are missed' }).waitFor();
    await page.getByRole('region', { name: 'Children by province' }).waitFor();
  });

  test('it fits a phone, in the dark too', async () => {
    const phone = await openWindow({ width: 390, height: 780, colorScheme: 'dark' });
    await signIn(phone.page, world.url, admin);
    await phone.page.goto(page.url());
    await phone.page
      .getByRole('img', { name: /^Children by province/ })
      .locator('svg')
      .waitFor();
    expect(await accessibilityFindings(phone.page)).toEqual([]);
    expect(
      await phone.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    ).toBe(0);
    expect([...complaints, ...phone.complaints]).toEqual([]);
  });

  async function addChart(title: string, type: string, indicator: string): Promise<void> {
    await page.getByRole('button', { name: 'Add chart' }).first().click();
    const editor = page.getByRole('dialog');
    await editor.getByRole('textbox', { name: 'Title' }).fill(title);
    await editor.getByRole('combobox', { name: 'Shown as' }).click();
    await page.getByRole('option', { name: type, exact: true }).click();
    const box = editor.getByRole('combobox', { name: type === 'Map' ? 'Indicator' : 'Indicators', exact: true });
    await box.click();
    await box.fill(indicator);
    await page.getByRole('option', { name: new RegExp(`^${indicator}`) }).click();
    await editor.getByRole('region', { name: 'Preview' }).getByRole('img').locator('svg').waitFor();
    await editor.getByRole('button', { name: 'Save chart' }).click();
    await editor.waitFor({ state: 'hidden' });
  }
});
