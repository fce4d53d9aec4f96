import { afterAll, describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { somebody, testPassword } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';
import { makeMetadata, makePlaces } from './monitoring-world.ts';

describe.skipIf(chromiumPath === undefined)('what is typed into the sheet', onceMore, async () => {
  const world = await startWorld();
  afterAll(() => world.runJobs());
  const admin = await somebody(world, { username: 'ada', name: 'Ada Obi', role: 'ADMIN' });
  const ids = await makePlaces(admin);
  const { indicators, campaigns } = await makeMetadata(admin);
  const { page, context, complaints } = await openWindow({}, afterAll);
  const sheetOf = (place: string, more = '') =>
    `${world.url}/app/entry?campaign=${campaigns.march}&place=${ids[place]}&indicators=${Object.values(indicators).join(',')}${more}`;
  const at = (row: number, column: number) => page.locator(`[data-at="${row}:${column}"]`);
  const hasFocus = (row: number, column: number) => at(row, column).evaluate((cell) => cell.matches(':focus'));
  const until = <T>(what: () => Promise<T>) => expect.poll(what, { timeout: 15_000 });
  const question = page.getByRole('dialog', { name: 'Not saved yet' });
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  const refused = page.getByRole('alert').getByText('Not saved: not below 0.');
  const stay = () => question.getByRole('button', { name: 'Cancel' }).click();
  const stored = async (place: string, indicator: string) => {
    const query = `indicator__in=${indicators[indicator]}&location_id=${ids[place]}&campaign__in=${campaigns.march}`;
    return (await must(admin.get(`/api/v1/campaign_datapoint/?${query}`), 200)).objects[0]?.value;
  };

  test('is not lost by a link, by Back or Forward, by another campaign or by a reload without a question', async () => {
    await signIn(page, world.url, admin);
    await page.goto(sheetOf('N'));
    await page.getByRole('link', { name: 'Places' }).click();
    await page.getByRole('heading', { name: 'Places', level: 1 }).waitFor();
    await page.goBack();
    await at(0, 0).click();
    await page.keyboard.type('-4');
    await page.keyboard.press('Enter');
    await refused.waitFor();

    await page.getByRole('link', { name: 'Places' }).click();
    await question.waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await stay();
    await question.waitFor({ state: 'hidden' });
    await refused.waitFor();

    const campaign = page.getByRole('combobox', { name: 'Campaign' });
    await campaign.click();
    await page.getByRole('option', { name: 'April 2026' }).click();
    await question.waitFor();
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'hidden' });
    expect(await campaign.inputValue()).toBe('March 2026');

    await page.evaluate('history.forward()');
    await question.waitFor();
    await stay();
    await until(async () => page.url()).toContain(`campaign=${campaigns.march}`);

    await page.reload({ timeout: 3000 }).catch(() => undefined);
    expect(asked).toEqual(['beforeunload']);
    await refused.waitFor();

    await page.getByRole('link', { name: 'Places' }).click();
    await question.getByRole('button', { name: 'Go without saving' }).click();
    await page.getByRole('heading', { name: 'Places', level: 1 }).waitFor();
  });

  test('is kept when columns are added, and asked for while it is only in the field', async () => {
    await page.goto(sheetOf('N').replace(/,\d+$/, ''));
    await at(0, 0).click();
    await page.keyboard.type('-5');
    await page.keyboard.press('Enter');
    await refused.waitFor();
    await page.getByRole('combobox', { name: 'Indicators' }).fill('missed');
    await page.keyboard.press('Enter');
    await at(0, 2).waitFor();
    await refused.waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Forget it' }).click();

    await at(1, 0).click();
    await page.keyboard.type('77');
    await page.reload({ timeout: 3000 }).catch(() => undefined);
    expect(asked).toEqual(['beforeunload', 'beforeunload']);
    await page.getByRole('textbox', { name: 'Children seen, Birch' }).waitFor();
    // A click on a link leaves the field, which saves: nothing is lost, and nothing asked.
    await page.getByRole('link', { name: 'Places' }).click();
    await page.getByRole('heading', { name: 'Places', level: 1 }).waitFor();
    expect(await stored('BIR', 'seen')).toBe(77);
  });

  test('is sent again when the server is there again, by a button or by Enter', async () => {
    await page.goto(sheetOf('N'));
    await at(0, 0).click();
    await context.setOffline(true);
    for (const value of ['31', '32']) {
      await page.keyboard.type(value);
      await page.keyboard.press('ArrowDown');
    }
    await page.getByText('2 values not saved yet').waitFor();
    // What could not be asked is said, and no error of the page.
    expect(complaints).toEqual([]);
    await context.setOffline(false);
    await at(0, 0).click();
    await page.keyboard.type('31');
    await page.keyboard.press('Enter');
    await until(() => stored('AMB', 'seen')).toBe(31);
    await page.getByRole('button', { name: 'Try again' }).click();
    await until(() => stored('BIR', 'seen')).toBe(32);
    await page.getByText('2 values saved').waitFor();

    // An Undo that the server never heard of is still to be had.
    await context.setOffline(true);
    await page.getByRole('button', { name: 'Undo seen, Birch' }).click();
    await page.getByText('The server cannot be reached.').last().waitFor();
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Undo seen, Birch' }).click();
    await until(() => stored('BIR', 'seen')).toBe(77);
    await page.getByRole('button', { name: 'Undo seen, Amber' }).click();
    await until(() => stored('AMB', 'seen')).toBeUndefined();

    await context.clearCookies();
    await at(0, 1).click();
    await page.keyboard.type('30');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('You are signed out.').waitFor();
    const [other] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('link', { name: 'Sign in in another window' }).click(),
    ]);
    await other.getByLabel('E-mail or username').fill(admin.email);
    await other.getByLabel('Password', { exact: true }).fill(testPassword);
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
    await other.close();
    await page.getByRole('button', { name: 'Try again' }).click();
    await until(() => stored('AMB', 'vaccinated')).toBe(30);
  });

  test('goes along rows by Tab and back by Enter; a calculated cell says why it takes nothing', async () => {
    await page.goto(sheetOf('N'));
    await at(0, 0).click();
    await page.keyboard.type('40');
    await page.keyboard.press('Tab');
    await page.keyboard.type('20');
    await page.keyboard.press('Enter');
    expect(await hasFocus(1, 0)).toBe(true);
    await page.getByText('2 values saved').waitFor();
    // Without Tabs, straight down.
    await at(0, 1).click();
    await page.keyboard.type('10');
    await page.keyboard.press('Enter');
    expect(await hasFocus(1, 1)).toBe(true);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowRight');
    await until(() => at(0, 2).textContent()).toContain('75%');
    await page.keyboard.type('5');
    await page.getByRole('status').getByText('“Write over it” below lets you type here').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Write over it' }).focus();
    await page.keyboard.press('Enter');
    expect(await hasFocus(0, 2)).toBe(true);
    await page.keyboard.type('50%');
    await page.keyboard.press('Enter');
    await until(() => stored('AMB', 'missed')).toBe(0.5);
  });

  test('a decimal comma is one where it can be nothing else', async () => {
    const length = await must(
      admin.post('/api/v1/indicator/', { name: 'Length', short_name: 'length', data_format: 'float' }),
      201,
    );
    await page.goto(sheetOf('N').replace(/indicators=.*/, `indicators=${length.id}`));
    await at(0, 0).click();
    await page.keyboard.type('1,234');
    await page.getByText('1.234 or 1234? Write it without a comma').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.type('0,5');
    await page.keyboard.press('Enter');
    await until(() => at(0, 0).textContent()).toContain('0.5');
    await page.keyboard.type('0.0004');
    await page.keyboard.press('Enter');
    await until(() => at(1, 0).textContent()).toContain('0.0004');
  });

  test('thousands of whole numbers are read as in documents, and a number that is not whole is named', async () => {
    await page.getByText('2 values saved').waitFor();
    await page.goto(sheetOf('N').replace(/indicators=.*/, `indicators=${indicators.seen}`));
    await at(1, 0).click();
    await page.keyboard.type('1.200');
    await page.getByText('read as 1200', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await until(() => stored('BIR', 'seen')).toBe(1200);
    await page.keyboard.type('1.2');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Children seen, Birch: 1.2 read as 1.2, usually a whole number.').waitFor();
    await page.getByRole('button', { name: 'Forget it' }).click();
    expect(await stored('BIR', 'seen')).toBe(1200);
  });

  test('every place has a row, page by page or by its name', async () => {
    const rows = Array.from({ length: 700 }, (_, index) => {
      const number = String(index).padStart(3, '0');
      return `D${number},District ${number},District,2,WIDE`;
    });
    const csv = `location_code,name,location_type,admin_level,parent_location_code\nWIDE,Wide,Province,1,SAV\n${rows.join('\n')}\n`;
    await must(admin.post('/api/v1/location/import', csv, { 'content-type': 'text/csv' }), 200);
    const { objects } = await must(admin.get('/api/v1/location/?location_code__in=WIDE,D650'), 200);
    for (const one of objects) ids[one.location_code] = one.id;
    await must(
      admin.put('/api/v1/campaign_datapoint/', {
        objects: [{ location_id: ids.D650, campaign_id: campaigns.march, indicator_id: indicators.seen, value: 650 }],
      }),
      200,
    );
    await page.goto(sheetOf('WIDE'));
    await page.getByText('1 to 300 of 700 places').waitFor();
    await at(0, 0).click();
    await page.keyboard.type('-1');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Next 300' }).click();
    await page.getByText('301 to 600 of 700 places').waitFor();
    await page.getByRole('button', { name: 'Next 300' }).click();
    await page.getByText('601 to 700 of 700 places').waitFor();
    expect(await page.getByRole('button', { name: 'Next 300' }).isDisabled()).toBe(true);
    await until(() => at(50, 0).textContent()).toContain('650');
    await page.getByRole('textbox', { name: 'Only places called' }).fill('district 65');
    await page.getByText('1 to 10 of 10 places').waitFor();
    await until(() => at(0, 0).textContent()).toContain('650');
    await page.getByRole('textbox', { name: 'Only places called' }).fill('nowhere');
    await page.getByText('No place is called so').waitFor();
    // What was refused on another page is still there.
    await page.getByRole('alert').getByText('Children seen, District 000: -1').waitFor();
    await page.getByRole('button', { name: 'Forget it' }).click();
    await page.getByRole('textbox', { name: 'Only places called' }).fill('');
    await page.getByText('1 to 300 of 700 places').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  test('a campaign that is not there is not a sheet to type into', async () => {
    await page.goto(sheetOf('N').replace(/campaign=\d+/, 'campaign=9999'));
    await page.getByText('There is no such campaign').waitFor();
    expect(await page.getByRole('grid').count()).toBe(0);
  });

  test('what is typed in a picker is what Enter chooses', async () => {
    await page.goto(sheetOf('N'));
    // What the tests before provoked may be told late.
    complaints.length = 0;
    const place = page.getByRole('combobox', { name: 'Place' });
    await until(() => place.inputValue()).toMatch(/^North/);
    const offered = (name: RegExp) => page.getByRole('option', { name }).first().waitFor();
    await place.fill('South');
    await page.keyboard.press('Enter');
    await until(() => place.inputValue()).toMatch(/^South/);
    await at(0, 0).waitFor();
    await page.getByRole('rowheader', { name: 'Cedar' }).waitFor();
    await place.fill('Savanna');
    await page.getByRole('option', { name: /^Savanna/ }).waitFor();
    expect(await page.getByRole('option').count()).toBe(1);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await until(() => place.inputValue()).toMatch(/^Savanna/);
    // The one that is chosen already, and one that is not taken.
    await place.fill('sav');
    await offered(/^Savanna/);
    await page.keyboard.press('Enter');
    await until(() => place.inputValue()).toMatch(/^Savanna/);
    await place.fill('Nor');
    await page.keyboard.press('Tab');
    expect(await place.inputValue()).toMatch(/^Savanna/);
    const campaign = page.getByRole('combobox', { name: 'Campaign' });
    // Who types fast does not wait for the list.
    await campaign.fill('April');
    await page.keyboard.press('Enter');
    await until(async () => page.url()).toContain(`campaign=${campaigns.april}`);
    expect(await campaign.inputValue()).toBe('April 2026');
    expect(complaints).toEqual([]);
  });
});
