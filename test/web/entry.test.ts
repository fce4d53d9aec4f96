import { afterAll, describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, openWindow, signIn } from './browser.ts';
import { makeMetadata, makePlaces } from './monitoring-world.ts';

describe.skipIf(chromiumPath === undefined)('data entry', async () => {
  const world = await startWorld();
  afterAll(() => world.runJobs());
  const admin = await somebody(world, { username: 'ada', name: 'Ada Obi', role: 'ADMIN' });
  const ids = await makePlaces(admin);
  const { indicators, campaigns } = await makeMetadata(admin);
  const { page, complaints } = await openWindow({}, afterAll);
  const sheetOf = (place: string) =>
    `${world.url}/app/entry?campaign=${campaigns.march}&place=${ids[place]}&indicators=${Object.values(indicators).join(',')}`;
  const until = <T>(what: () => Promise<T>) => expect.poll(what, { timeout: 15_000 });
  const at = (row: number, column: number) => page.locator(`[data-at="${row}:${column}"]`);
  const shown = async (row: number) => {
    const texts = await page
      .locator(`[data-at^="${row}:"]`)
      .evaluateAll((cells) =>
        cells.map((cell) => (cell as unknown as { firstChild: { textContent: string } }).firstChild.textContent),
      );
    return texts.join(' ');
  };
  const stored = async (place: string, indicator: string) =>
    (
      await must(
        admin.get(
          `/api/v1/campaign_datapoint/?indicator__in=${indicators[indicator]}&location_id=${ids[place]}&campaign__in=${campaigns.march}`,
        ),
        200,
      )
    ).objects[0]?.value;

  test('the keys of a spreadsheet enter values, what is calculated follows, and a wrong one says why', async () => {
    await signIn(page, world.url, admin);
    await page.goto(sheetOf('N'));
    // Rows in order: Amber, Birch.
    await at(0, 0).click();
    await page.keyboard.type('1,200');
    await page.keyboard.press('Tab');
    await page.keyboard.type('900');
    await page.keyboard.press('Enter');
    await until(() => shown(0)).toBe('1,200 900 25%');
    expect(await stored('AMB', 'seen')).toBe(1200);
    // One row down now, in the column of the vaccinated.
    await page.keyboard.type('many');
    await page.getByText('a number: 1200 or 12.5').waitFor();
    await page.keyboard.press('Escape');
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  test('a block is pasted, undone, and a computed cell is read-only until it is written over', async () => {
    await at(0, 0).click();
    await page.evaluate(
      `const data = new DataTransfer(); data.setData('text/plain', '60\\t45\\n90\\t81\\n');
       document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))`,
    );
    await until(async () => [await shown(0), await shown(1)]).toEqual(['60 45 25%', '90 81 10%']);
    await page.keyboard.press('Control+z');
    await until(() => shown(0)).toBe('1,200 900 25%');

    await at(0, 2).click();
    await page.keyboard.type('5');
    expect(await shown(0)).toBe('1,200 900 25%');
    await page.getByRole('button', { name: 'Write over it' }).click();
    await at(0, 2).click();
    await page.keyboard.type('30%');
    await page.keyboard.press('Enter');
    await until(() => stored('AMB', 'missed')).toBe(0.3);
  });

  test('a cell says where its value comes from, down to who typed it', async () => {
    await page.goto(sheetOf('SAV'));
    await at(0, 0).click();
    await page.getByRole('button', { name: 'Where does this come from?' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText('Put together from places below').waitFor();
    await drawer.getByRole('button', { name: 'seen, Amber' }).click();
    await drawer.getByText('Entered by hand').waitFor();
    await drawer.getByText('ada', { exact: true }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 390, height: 780 });
    await page.reload();
    await at(0, 0).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    expect(complaints).toEqual([]);
  });
});
