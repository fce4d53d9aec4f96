import { afterAll, describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';
import { makePlaces } from './monitoring-world.ts';

describe.skipIf(chromiumPath === undefined)('data entry per day', onceMore, async () => {
  const world = await startWorld();
  afterAll(() => world.runJobs());
  const admin = await somebody(world, { username: 'ada', name: 'Ada Obi', role: 'ADMIN' });
  const ids = await makePlaces(admin);
  const create = async (resource: string, body: object): Promise<number> =>
    (await must(admin.post(`/api/v1/${resource}/`, body), 201)).id;
  // A page full of indicators that do not belong here.
  const rounds = Array.from({ length: 101 }, (_, index) => `round_${index},Round ${index},int`).join('\n');
  await must(
    admin.post('/api/v1/indicator/', `short_name,name,data_format\n${rounds}\n`, { 'content-type': 'text/csv' }),
    201,
  );
  const perDay = { data_format: 'int', resource_name: 'date' };
  const visits = await create('indicator', { name: 'Visits', short_name: 'visits', ...perDay, min: 0, max: 500 });
  const beds = await create('indicator', { name: 'Beds', short_name: 'beds', ...perDay });
  const { page, complaints } = await openWindow({ width: 1280, height: 900 }, afterAll);
  const at = (row: number, column: number) => page.locator(`[data-at="${row}:${column}"]`);
  const until = <T>(what: () => Promise<T>) => expect.poll(what, { timeout: 15_000 });
  const shown = (row: number, column: number) =>
    at(row, column).evaluate(
      (cell) => (cell as unknown as { firstChild: { textContent: string } }).firstChild.textContent,
    );
  /** `2026-03-02 12` of each day with a stored value. */
  const stored = async (place: string, indicator = visits) => {
    const { objects } = await must(
      admin.get(`/api/v1/date_datapoint/?indicator__in=${indicator}&location_id__in=${ids[place]}`),
      200,
    );
    return objects.map((one: { data_date: string; value: number }) => `${one.data_date} ${one.value}`).join(', ');
  };
  const alert = page.getByRole('alert');
  const paste = (block: string) =>
    `const data = new DataTransfer(); data.setData('text/plain', '${block}');
     document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))`;

  test('a week is chosen, and its days are entered by the keys of a spreadsheet', async () => {
    await signIn(page, world.url, admin);
    await page.getByRole('link', { name: 'Data entry' }).click();
    await page.getByText('day', { exact: true }).click();
    await page.getByText('a week', { exact: true }).click();
    await page.getByLabel('A day of the week').fill('2026-03-04');
    await page.getByRole('combobox', { name: 'Place' }).fill('North');
    await page.getByRole('option', { name: /^North/ }).click();
    await page.getByRole('combobox', { name: 'Indicators' }).click();
    await page.getByRole('option', { name: /^Beds/ }).waitFor();
    await page.getByRole('option', { name: /^Visits/ }).click();
    await page.keyboard.press('Escape');
    await page.getByText('2 to 8 March 2026').waitFor();
    await at(0, 0).waitFor();
    expect(await page.getByRole('columnheader').allTextContents()).toEqual([
      'Place',
      'Mon 2',
      'Tue 3',
      'Wed 4',
      'Thu 5',
      'Fri 6',
      'Sat 7',
      'Sun 8',
    ]);
    await at(0, 0).click();
    await page.keyboard.type('12');
    await page.keyboard.press('Tab');
    await page.keyboard.type('1,2,3');
    // Said while it is typed: no number is written so.
    await page.getByText('a number: 1200 or 12.5').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.type('501');
    await page.getByText('not above 500').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.type('13');
    await page.keyboard.press('Enter');
    // One row down where the Tabs began, and along the days.
    expect(await at(1, 0).evaluate((cell) => cell.matches(':focus'))).toBe(true);
    await page.keyboard.press('End');
    expect(await at(1, 6).evaluate((cell) => cell.matches(':focus'))).toBe(true);
    await page.keyboard.type('0');
    await page.keyboard.press('Enter');
    await page.getByText('3 values saved').waitFor();
    expect([await stored('AMB'), await stored('BIR')]).toEqual(['2026-03-02 12, 2026-03-03 13', '2026-03-08 0']);
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  test('a cell just saved can be changed before the sheet has read it again', async () => {
    let go = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const lists = /\/date_datapoint\/?\?/;
    await page.route(lists, async (route) => {
      await held;
      // One that the page gave up in the meantime needs no answer.
      await route.continue().catch(() => undefined);
    });
    await at(1, 4).click();
    await page.keyboard.type('9');
    await page.keyboard.press('Enter');
    await until(() => stored('BIR')).toBe('2026-03-06 9, 2026-03-08 0');
    await at(1, 4).click();
    await page.evaluate(paste('8'));
    await until(() => stored('BIR')).toBe('2026-03-06 8, 2026-03-08 0');
    go();
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('button', { name: 'Undo 1 pasted value' }).click();
    await until(() => stored('BIR')).toBe('2026-03-06 9, 2026-03-08 0');
    await page.getByRole('button', { name: /^Undo/ }).click();
    await until(() => stored('BIR')).toBe('2026-03-08 0');
    await until(() => shown(1, 4)).toBe('–');
  });

  test('what is typed while the cell is being saved is saved after it', async () => {
    let go = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    await page.route(/\/date_datapoint\//, async (route) => {
      if (route.request().method() === 'POST') await held;
      await route.continue().catch(() => undefined);
    });
    for (const text of ['7', '70', '71']) {
      await at(1, 4).click();
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
    }
    go();
    await until(() => stored('BIR')).toBe('2026-03-06 71, 2026-03-08 0');
    await until(() => shown(1, 4)).toBe('71');
    expect(await alert.count()).toBe(0);
    await page.unrouteAll({ behavior: 'wait' });
    for (const rest of ['2026-03-06 70, 2026-03-08 0', '2026-03-06 7, 2026-03-08 0', '2026-03-08 0']) {
      await page.getByRole('button', { name: /^Undo/ }).click();
      await until(() => stored('BIR')).toBe(rest);
    }
    await until(() => shown(1, 4)).toBe('–');
  });

  test('days are pasted, taken back one change at a time, and cleared', async () => {
    await at(0, 0).click();
    await page.evaluate(paste('1\\t2\\t3\\n4\\tfew\\t6\\n'));
    await alert.getByText('Visits, Birch, 3 Mar 2026: few').waitFor();
    await until(() => stored('BIR')).toBe('2026-03-02 4, 2026-03-04 6, 2026-03-08 0');
    expect(await stored('AMB')).toBe('2026-03-02 1, 2026-03-03 2, 2026-03-04 3');
    await page.getByRole('button', { name: 'Undo 5 pasted values' }).click();
    await until(() => stored('AMB')).toBe('2026-03-02 12, 2026-03-03 13');
    await until(() => stored('BIR')).toBe('2026-03-08 0');
    await until(() => shown(1, 0)).toBe('–');
    // What was refused is not undone with what was stored.
    await alert.getByText('Visits, Birch, 3 Mar 2026: few').waitFor();
    await alert.getByRole('button', { name: 'Forget it' }).click();
    await at(1, 6).click();
    await page.keyboard.press('Delete');
    await until(() => stored('BIR')).toBe('');
    // Stored is sooner than told: before that there is nothing to take back.
    await page.getByRole('button', { name: /^Undo visits, Birch/ }).waitFor();
    await page.keyboard.press('Control+z');
    await until(() => stored('BIR')).toBe('2026-03-08 0');
  });

  test('what somebody else enters in the meantime is not overwritten unseen', async () => {
    // Into a cell that was empty when the sheet was opened, and into one that was not.
    await at(1, 3).dblclick();
    await must(
      admin.post('/api/v1/date_datapoint/', {
        indicator_id: visits,
        location_id: ids.BIR,
        data_date: '2026-03-05',
        value: 77,
      }),
      201,
    );
    await page.getByRole('textbox', { name: 'Visits, Birch, 5 Mar 2026' }).fill('5');
    await page.keyboard.press('Enter');
    await alert.getByText(/Visits, Birch, 5 Mar 2026: 5 Somebody saved 77 here in the meantime \(ada, /).waitFor();
    expect(await stored('BIR')).toBe('2026-03-05 77, 2026-03-08 0');
    await alert.getByRole('button', { name: 'Save it all the same' }).click();
    await until(() => stored('BIR')).toBe('2026-03-05 5, 2026-03-08 0');

    const { objects } = await must(
      admin.get(`/api/v1/date_datapoint/?indicator__in=${visits}&location_id__in=${ids.AMB}`),
      200,
    );
    const asked = page.waitForResponse((answer) => answer.url().endsWith(`/date_datapoint/set/${objects[0].id}`));
    await at(0, 0).dblclick();
    await asked;
    await must(admin.patch(`/api/v1/date_datapoint/${objects[0].id}/`, { value: 20 }), 202);
    await page.getByRole('textbox', { name: 'Visits, Amber, 2 Mar 2026' }).fill('21');
    await page.keyboard.press('Enter');
    await alert.getByText('Somebody saved 20 here in the meantime').waitFor();
    expect(await stored('AMB')).toBe('2026-03-02 20, 2026-03-03 13');
    await alert.getByRole('button', { name: 'Keep theirs' }).click();
    await until(() => shown(0, 0)).toBe('20');
  });

  test('a block is not pasted over what the sheet does not show yet', async () => {
    const somebody = (data_date: string, value: number) =>
      must(
        admin.put('/api/v1/date_datapoint/', {
          objects: [{ indicator_id: visits, location_id: ids.AMB, data_date, value }],
        }),
        200,
      );
    // One cell that is shown, one that is empty in the sheet.
    await somebody('2026-03-03', 113);
    await somebody('2026-03-04', 114);
    await at(0, 1).click();
    await page.evaluate(paste('13\\t14\\t15'));
    await alert.getByText('Visits, Amber, 3 Mar 2026: 13 Somebody saved 113 here in the meantime').waitFor();
    await alert.getByText('Visits, Amber, 4 Mar 2026: 14 Somebody saved 114 here in the meantime').waitFor();
    await until(() => stored('AMB')).toBe('2026-03-02 20, 2026-03-03 113, 2026-03-04 114, 2026-03-05 15');
    await alert.getByRole('button', { name: 'Save it all the same' }).first().click();
    await until(() => stored('AMB')).toBe('2026-03-02 20, 2026-03-03 13, 2026-03-04 114, 2026-03-05 15');
    await alert.getByRole('button', { name: 'Save it all the same' }).click();
    await until(() => stored('AMB')).toBe('2026-03-02 20, 2026-03-03 13, 2026-03-04 14, 2026-03-05 15');
  });

  test('totals of a province are read-only until they are written over, and say where they come from', async () => {
    const address = `${world.url}/app/entry?per=day&span=week&day=2026-03-02&place=${ids.N}&depth=0&indicators=${visits}`;
    await page.goto(address);
    await until(() => shown(0, 0)).toBe('20');
    await at(0, 0).click();
    await page.keyboard.type('5');
    expect(await shown(0, 0)).toBe('20');
    await page.keyboard.press('Space');
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('button', { name: 'visits, Amber' }).waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Write over it' }).click();
    await at(0, 0).click();
    await page.keyboard.type('30');
    await page.keyboard.press('Enter');
    await until(() => stored('N')).toBe('2026-03-02 30');
    await page.getByRole('button', { name: 'Undo visits, North' }).click();
    await until(() => stored('N')).toBe('');
  });

  test('a month of several indicators; the week after; a phone', async () => {
    await page.goto(`${world.url}/app/entry?per=day&day=2026-02-28&place=${ids.N}&indicators=${visits},${beds}`);
    await page.getByRole('rowheader', { name: 'Amber, Beds' }).waitFor();
    expect(await page.getByRole('columnheader').count()).toBe(29);
    await page.getByRole('button', { name: 'The month after' }).click();
    await page.getByText('March 2026', { exact: true }).waitFor();
    await until(() => shown(0, 2)).toBe('13');
    expect(await page.getByRole('columnheader').count()).toBe(32);
    await at(1, 30).click();
    await page.keyboard.type('8');
    await page.keyboard.press('Enter');
    await until(() => stored('AMB', beds)).toBe('2026-03-31 8');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.reload();
    await at(1, 30).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect(await accessibilityFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
