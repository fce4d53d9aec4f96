import { afterAll, describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';
import { makeMetadata, makePlaces } from './monitoring-world.ts';

describe.skipIf(chromiumPath === undefined)('data entry', onceMore, async () => {
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
    // One row down now, where the Tabs began; on to the column of the vaccinated.
    await page.keyboard.press('ArrowRight');
    await page.keyboard.type('many');
    await page.getByText('a number: 1200 or 12.5').waitFor();
    await page.keyboard.press('Escape');
    // Birch is the last row: neither Esc nor Enter may lose the place one types at.
    await page.keyboard.type('-5');
    await page.getByText('usually not negative', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('1 value not saved yet').waitFor();
    expect(await at(1, 1).evaluate((cell) => cell.matches(':focus'))).toBe(true);
    expect(await stored('BIR', 'vaccinated')).toBeUndefined();
    await page.getByRole('button', { name: 'Save it all the same' }).click();
    await until(() => stored('BIR', 'vaccinated')).toBe(-5);
    await page.getByText('3 values saved').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  test('a block is pasted, undone, and a computed cell is read-only until it is written over', async () => {
    await at(0, 0).click();
    await page.evaluate(
      `const data = new DataTransfer(); data.setData('text/plain', '60\\t45\\t9\\t8\\n90\\t81\\n');
       document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))`,
    );
    await until(async () => [await shown(0), await shown(1)]).toEqual(['60 45 25%', '90 81 10%']);
    await page
      .getByRole('alert')
      .getByText('2 of 6 values found no place: 1 beyond the last row or column, 1 on calculated cells.')
      .waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Close' }).click();
    await at(0, 0).click();
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

  test('what somebody else saved in the meantime is not overwritten unseen', async () => {
    const found = `/api/v1/campaign_datapoint/?indicator__in=${indicators.vaccinated}&location_id=${ids.AMB}&campaign__in=${campaigns.march}`;
    const { objects } = await must(admin.get(found), 200);
    // What the cell is when its change begins is asked with the first key: here, before the other saves.
    const asked = page.waitForResponse((answer) => answer.url().endsWith(`/campaign_datapoint/set/${objects[0].id}`));
    await at(0, 1).dblclick();
    await asked;
    await must(admin.patch(`/api/v1/campaign_datapoint/${objects[0].id}/`, { value: 777 }), 202);
    await page.getByRole('textbox', { name: 'Children vaccinated, Amber' }).fill('901');
    await page.keyboard.press('Enter');
    const alert = page.getByRole('alert');
    await alert.getByText(/Children vaccinated, Amber: 901 Somebody saved 777 here in the meantime \(ada, /).waitFor();
    expect(await stored('AMB', 'vaccinated')).toBe(777);
    await alert.getByRole('button', { name: 'Keep theirs' }).click();
    await until(async () => (await shown(0)).split(' ')[1]).toBe('777');
    // The same when the sheet was opened before the other saved, and the change begins after: now said with the value.
    await must(admin.patch(`/api/v1/campaign_datapoint/${objects[0].id}/`, { value: 778 }), 202);
    await at(0, 1).dblclick();
    await page.getByRole('textbox', { name: 'Children vaccinated, Amber' }).fill('902');
    await page.keyboard.press('Enter');
    await alert.getByText(/Somebody saved 778 here in the meantime \(ada, /).waitFor();
    expect(await stored('AMB', 'vaccinated')).toBe(778);
    await alert.getByRole('button', { name: 'Save it all the same' }).click();
    await until(() => stored('AMB', 'vaccinated')).toBe(902);
  });

  test('Undo takes back what was saved here, not what somebody saved since, and leaves what was not saved', async () => {
    const found = `/api/v1/campaign_datapoint/?indicator__in=${indicators.vaccinated}&location_id=${ids.AMB}&campaign__in=${campaigns.march}`;
    const { objects } = await must(admin.get(found), 200);
    for (const value of [903, 904]) {
      await at(0, 1).click();
      await page.keyboard.type(String(value));
      await page.keyboard.press('Enter');
      await until(() => stored('AMB', 'vaccinated')).toBe(value);
    }
    await at(1, 0).click();
    await page.keyboard.type('abc');
    await page.keyboard.press('Enter');
    const alert = page.getByRole('alert');
    const notTaken = alert.getByText('Children seen, Birch: abc');
    await notTaken.waitFor();
    await must(admin.patch(`/api/v1/campaign_datapoint/${objects[0].id}/`, { value: 999 }), 202);
    await page.getByRole('button', { name: 'Undo vaccinated, Amber' }).click();
    await alert.getByText('Children vaccinated, Amber: 903 Somebody saved 999 here in the meantime.').waitFor();
    expect(await stored('AMB', 'vaccinated')).toBe(999);
    await alert.getByRole('button', { name: 'Undo it all the same' }).click();
    await until(() => stored('AMB', 'vaccinated')).toBe(903);
    await page.getByText('1 value not saved yet').waitFor();
    await page.getByRole('button', { name: 'Undo vaccinated, Amber' }).click();
    await until(() => stored('AMB', 'vaccinated')).toBe(902);
    await notTaken.waitFor();
    await alert.getByRole('button', { name: 'Forget it' }).click();
  });

  test('a block over values asks a few times for all of them, and waits while the server takes no more', async () => {
    await must(
      admin.put('/api/v1/campaign_datapoint/', {
        objects: ['AMB', 'BIR'].flatMap((place) =>
          ['seen', 'vaccinated'].map((name) => ({
            location_id: ids[place],
            campaign_id: campaigns.march,
            indicator_id: indicators[name],
            value: 10,
          })),
        ),
      }),
      200,
    );
    await page.reload();
    await until(async () => [await shown(0), await shown(1)].map((row) => row.slice(0, 5))).toEqual(['10 10', '10 10']);
    await at(0, 0).click();
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      // What is told of the cell one stands on is asked for beside it.
      if (searchParams.get('fields') === 'value,origin') return;
      if (/datapoint_history|\/set\//.test(pathname) || request.method() === 'PUT') {
        asked.push(`${request.method()} ${pathname.replace(/[\d;]+$/, '')}`);
      }
    });
    await page.route(
      '**/api/v1/campaign_datapoint',
      (route) =>
        route.fulfill({
          status: 429,
          contentType: 'application/json',
          body: JSON.stringify({ error: 'Rate limit exceeded.', code: 'rate_limited', retry_after: 3 }),
        }),
      { times: 1 },
    );
    await page.evaluate(
      `const data = new DataTransfer(); data.setData('text/plain', '21\\t11\\n22\\t12\\n');
       document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))`,
    );
    await page.getByText('Waiting for the server, which takes no more for now').waitFor();
    await page.getByText('4 values saved').waitFor();
    expect(asked).toEqual([
      'GET /api/v1/campaign_datapoint/set/',
      'GET /api/v1/datapoint_history',
      'PUT /api/v1/campaign_datapoint',
      'PUT /api/v1/campaign_datapoint',
    ]);
    expect([await stored('AMB', 'seen'), await stored('BIR', 'vaccinated')]).toEqual([21, 12]);
    await page.getByRole('button', { name: 'Undo 4 pasted values' }).click();
    await until(() => stored('BIR', 'vaccinated')).toBe(10);
    expect(await stored('AMB', 'seen')).toBe(10);
  });

  test('what could not be loaded is not taken for nothing, and what cannot be entered is named', async () => {
    const daily = { data_format: 'int', resource_name: 'date' };
    const beds = (await must(admin.post('/api/v1/indicator/', { name: 'Beds', short_name: 'beds', ...daily }), 201)).id;
    await page.goto(`${sheetOf('N')},${beds},99999`);
    await page.getByText('There is no indicator 99999.').waitFor();
    await page.getByText('Beds is collected per day.').waitFor();
    await at(0, 2).waitFor();
    expect(await at(0, 3).count()).toBe(0);
    await page.getByRole('button', { name: 'Take out' }).click();
    await page.getByText('There is no indicator 99999.').waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('indicators')).toBe(Object.values(indicators).join(','));

    const answer = { status: 500, contentType: 'application/problem+json', body: '{"detail":"Out of order."}' };
    const lists = /\/api\/v1\/(indicator|campaign|location)(\?|$)/;
    await page.route(lists, (route) => route.fulfill(answer));
    await page.goto(sheetOf('N'));
    const said = ['Campaign', 'Place', 'Indicators'].map((name) =>
      page.locator('.mantine-InputWrapper-root').filter({ has: page.getByRole('combobox', { name }) }),
    );
    for (const field of said) await field.getByText('Not loaded: Out of order.').waitFor();
    await page.getByRole('alert').getByText('Out of order.').waitFor();
    expect(await page.getByText('Choose what to enter').count()).toBe(0);
    await page.unroute(lists);
    for (const field of said) await field.getByRole('button', { name: 'Try again' }).click();
    await at(0, 0).waitFor();
  });

  test('what a value is made from comes in pages', async () => {
    await page.route(/datapoint\/lineage\?/, async (route) => {
      const address = new URL(route.request().url());
      address.searchParams.set('limit', '1');
      await route.continue({ url: address.href });
    });
    await must(
      admin.put('/api/v1/campaign_datapoint/', {
        objects: [{ location_id: ids.BIR, campaign_id: campaigns.march, indicator_id: indicators.seen, value: 90 }],
      }),
      200,
    );
    await page.goto(
      `${world.url}/app/entry?campaign=${campaigns.march}&place=${ids.N}&depth=0&indicators=${indicators.seen}`,
    );
    await at(0, 0).click();
    await page.keyboard.press('Space');
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('button', { name: 'seen, Amber' }).waitFor();
    expect(await drawer.getByRole('button', { name: 'seen, Birch' }).count()).toBe(0);
    await drawer.getByRole('button', { name: 'More: 1 of 2 shown' }).click();
    await drawer.getByRole('button', { name: 'seen, Birch' }).waitFor();
    expect(await drawer.getByRole('button', { name: /^More:/ }).count()).toBe(0);
    await page.unroute(/datapoint\/lineage\?/);
    await page.keyboard.press('Escape');
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
    await drawer.waitFor({ state: 'detached' });
    // The same by one key, which leads back to the cell.
    await at(0, 0).focus();
    await page.keyboard.press('Space');
    await drawer.getByText('Put together from places below').waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    expect(await at(0, 0).evaluate((cell) => cell.matches(':focus'))).toBe(true);
    await page.setViewportSize({ width: 390, height: 780 });
    await page.reload();
    await at(0, 0).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    expect(complaints).toEqual([]);
  });
});
