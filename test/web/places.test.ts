import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';
import { placesCsv, shapesJson } from './monitoring-world.ts';

describe.skipIf(chromiumPath === undefined)('places, indicators and campaigns', onceMore, async () => {
  const world = await startWorld();
  afterAll(() => world.runJobs());
  const admin = await somebody(world, { username: 'ada', name: 'Ada Obi', role: 'ADMIN' });
  const ben = await somebody(world, { username: 'ben', name: 'Ben Diallo' });
  const { page, complaints } = await openWindow({}, afterAll);
  const file = (name: string, text: string | Buffer) => {
    const at = path.join(world.folder, name);
    writeFileSync(at, text);
    return at;
  };
  const tree = page.getByRole('tree', { name: 'Places' });
  const named = (name: string) => tree.getByRole('treeitem', { name });

  test('a tree and its shapes are imported after a trial that keeps nothing', async () => {
    await signIn(page, world.url, admin);
    await page.getByRole('link', { name: 'Places' }).click();
    await page.getByText('No place yet').waitFor();
    await page.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog');
    const input = dialog.locator('input[type=file]');
    await input.setInputFiles(file('broken.csv', `${placesCsv}X,,District,2,NOWHERE\n`));
    await dialog.getByText(/Nothing can be imported yet/).waitFor();
    expect(await dialog.getByRole('button', { name: 'Import' }).isDisabled()).toBe(true);
    const western = `${placesCsv}R,R\u00e9gion,Province,1,\n`;
    await input.setInputFiles(file('western.csv', Buffer.from(western, 'latin1')));
    await dialog.getByText('read as windows-1252').waitFor();
    await input.setInputFiles(file('places.csv', placesCsv));
    await dialog.getByText('7 new · 0 changed · 0 as they are · 3 new types').waitFor();
    expect((await admin.get('/api/v1/location/')).body.meta.total_count).toBe(0);
    await dialog.getByRole('button', { name: 'Import' }).click();
    await named('Savanna Country').waitFor();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByRole('dialog').locator('input[type=file]').setInputFiles(file('shapes.geojson', shapesJson));
    await page.getByText('7 new · 0 changed · 0 as they are').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await world.runJobs();
  });

  test('the tree opens by keyboard, a level at a time; a place shows its shape and moves', async () => {
    await page.goto(`${world.url}/app/places`);
    await named('North Province').waitFor();
    await named('Savanna Country').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Savanna', level: 2 }).waitFor();
    expect(await named('Savanna Country').evaluate((line) => line.matches(':focus'))).toBe(true);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await named('Birch District').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Amber' }).waitFor();
    await page.getByRole('img', { name: 'Map of Amber' }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);

    await page.getByRole('button', { name: 'Change or move' }).click();
    const parent = page.getByRole('combobox', { name: 'Lies in' });
    await parent.click();
    await parent.fill('South');
    await page.getByRole('option', { name: /^South/ }).click();
    await page.getByRole('button', { name: 'Save place' }).click();
    const way = page.getByRole('navigation', { name: 'Where it lies' });
    await way.getByRole('link', { name: 'South' }).waitFor();
    const undo = page.getByRole('button', { name: 'Undo' });
    expect(await undo.evaluate((button) => button.scrollWidth - button.clientWidth)).toBe(0);
    await undo.click();
    await way.getByRole('link', { name: 'North' }).waitFor();

    await page.getByRole('textbox', { name: 'Search places' }).fill('dun');
    await page.getByRole('link', { name: /Dune/ }).click();
    await page.getByRole('heading', { name: 'Dune' }).waitFor();
  });

  test('numbers are typed with a point or a comma; what is out of range is said, not made to fit', async () => {
    await page.getByRole('button', { name: 'Change or move' }).click();
    const form = page.getByRole('dialog');
    const latitude = form.getByRole('textbox', { name: 'Latitude' });
    const longitude = form.getByRole('textbox', { name: 'Longitude' });
    await latitude.pressSequentially('95');
    await form.getByText('From -90 to 90').waitFor();
    await form.getByRole('button', { name: 'Save place' }).click();
    expect(await latitude.evaluate((field) => field.matches(':focus'))).toBe(true);
    await latitude.fill('1,234');
    await form.getByText('1.234 or 1234? Write it without a comma').waitFor();
    await latitude.fill('');
    await latitude.pressSequentially('12.05');
    await longitude.pressSequentially('-33,45');
    await form.getByRole('button', { name: 'Save place' }).click();
    await page.getByText('12.05, -33.45').waitFor();
    const { objects } = await must(admin.get('/api/v1/location/?location_code=DUN'), 200);
    expect(objects).toMatchObject([{ latitude: 12.05, longitude: -33.45 }]);
  });

  test('somebody is made responsible, and the page says why they see a place and not another', async () => {
    await page.getByRole('textbox', { name: "Person's e-mail" }).fill('nobody@example.org');
    await page.getByRole('button', { name: 'Give' }).click();
    await page.getByText('Nobody here has this address.').waitFor();
    await page.getByRole('textbox', { name: "Person's e-mail" }).fill(ben.email);
    await page.getByText('Nobody here has this address.').waitFor({ state: 'detached' });
    await page.getByRole('combobox', { name: 'May' }).click();
    await page.getByRole('option', { name: 'see and enter values' }).click();
    await page.getByRole('button', { name: 'Give' }).click();
    await page.getByRole('cell', { name: 'ben', exact: true }).waitFor();
    await page.getByRole('textbox', { name: 'E-mail of the person' }).fill(ben.email);
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText("Responsible with 'capture' here.").first().waitFor();
    await page.getByText('Look after it: no').waitFor();

    const own = await openWindow();
    await signIn(own.page, world.url, ben);
    await own.page.getByRole('link', { name: 'Places' }).click();
    await own.page.getByRole('treeitem', { name: 'Dune District' }).waitFor();
    expect(await own.page.getByRole('treeitem').count()).toBe(1);
  });

  test('indicators are made, calculated from each other and refused in a circle; ranges have colours', async () => {
    await page.getByRole('link', { name: 'Indicators' }).click();
    for (const [name, format] of [
      ['seen', 'whole number'],
      ['vaccinated', 'whole number'],
      ['missed', 'percentage'],
    ] as const) {
      await page.getByRole('button', { name: 'New indicator' }).first().click();
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill(`Children ${name}`);
      await page.getByRole('textbox', { name: 'Short name' }).fill(name);
      await page.getByRole('combobox', { name: 'Its values are' }).click();
      await page.getByRole('option', { name: format, exact: true }).click();
      await page.getByRole('button', { name: 'Save indicator' }).click();
      await page.getByRole('heading', { name: `Children ${name}`, level: 1 }).waitFor();
      if (name !== 'missed') await page.getByRole('link', { name: 'Indicators' }).first().click();
    }
    await page.getByText('Difference', { exact: true }).click();
    await pick('Whole', 'Children seen');
    await pick('Part taken away', 'Children vaccinated');
    await page.getByText('missed = (seen − vaccinated) ÷ seen').waitFor();
    await pick('Part taken away', 'Children missed');
    await page.getByText('calculation cycle: missed > missed').waitFor();
    await page.getByRole('button', { name: 'Understood' }).click();
    await page.getByText('Sum', { exact: true }).click();
    await pick('Parts that are added', 'Children vaccinated');
    const remove = page.getByRole('button', { name: 'Remove vaccinated' });
    await remove.waitFor();
    expect(await page.getByRole('combobox', { name: 'Parts that are added' }).inputValue()).toBe('');
    await remove.click();
    await remove.waitFor({ state: 'detached' });
    const parts = page.getByRole('group', { name: 'In the formula as: Parts that are added' });
    expect(await parts.evaluate((group) => group.matches(':focus'))).toBe(true);
    await page.getByText('Difference', { exact: true }).click();

    const tags = page.getByRole('combobox', { name: 'Tags' });
    await tags.fill('children');
    await page.keyboard.press('Enter');
    await page.keyboard.type('coverage');
    await page.keyboard.press('Enter');
    expect(await tags.evaluate((field) => field.matches(':focus'))).toBe(true);
    const tagged = async () =>
      (await must(admin.get('/api/v1/indicator/?short_name=missed'), 200)).objects[0].tag_json.length;
    await expect.poll(tagged, { timeout: 15_000 }).toBe(2);
    await page.getByRole('textbox', { name: 'Range' }).fill('good');
    // Nothing goes from more to less, and ten per cent are typed as 10, with or without the sign.
    await page.getByRole('textbox', { name: 'From, in %' }).fill('20');
    await page.getByRole('textbox', { name: 'To, in %' }).fill('10%');
    await page.getByText('Not below From').waitFor();
    expect(await page.getByRole('button', { name: 'Add range' }).isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'From, in %' }).fill('');
    await page.getByRole('button', { name: 'Add range' }).click();
    await page.getByRole('row', { name: 'good lowest 10% Remove good' }).waitFor();
    const { objects: bounds } = await must(admin.get('/api/v1/indicator_bound/'), 200);
    expect(bounds).toMatchObject([{ bound_name: 'good', mn_val: null, mx_val: 0.1 }]);
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  test('limits of percentages are in per cent, and decimals are kept', async () => {
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'Refused below, in %' }).pressSequentially('1.5');
    await form.getByRole('textbox', { name: 'Refused above, in %' }).fill('100%');
    await form.getByRole('textbox', { name: 'Good at, in %' }).fill('10');
    await form.getByRole('textbox', { name: 'Bad at, in %' }).fill('25');
    // Of other values the same words are the number itself.
    const choose = async (format: string) => {
      await form.getByRole('combobox', { name: 'Its values are' }).click();
      await page.getByRole('option', { name: format, exact: true }).click();
    };
    await choose('number');
    expect(await form.getByRole('textbox', { name: 'Refused below', exact: true }).inputValue()).toBe('1.5');
    await choose('percentage');
    await form.getByRole('button', { name: 'Save indicator' }).click();
    await page.getByText('1.5% to 100%').waitFor();
    const { objects } = await must(admin.get('/api/v1/indicator/?short_name=missed'), 200);
    expect(objects).toMatchObject([{ data_format: 'pct', min: 0.015, max: 1, good_bound: 0.1, bad_bound: 0.25 }]);
    await page.getByText('The colours follow its bounds: 10% is good, 25% is bad.').waitFor();
  });

  test('a weighted mean says by what, categories are numbers with words, files may use other names', async () => {
    const form = page.getByRole('dialog');
    const choose = async (label: string, option: string | RegExp) => {
      await form.getByRole('combobox', { name: label }).click();
      await page.getByRole('option', { name: option, exact: true }).click();
    };
    await page.getByRole('link', { name: 'Indicators' }).first().click();
    await page.getByRole('button', { name: 'New indicator' }).first().click();
    await form.getByRole('textbox', { name: 'Name', exact: true }).fill('Quality of care');
    await form.getByRole('textbox', { name: 'Short name' }).fill('quality');
    await choose('Its values are', 'category');
    for (const [index, word] of ['poor', 'fair'].entries()) {
      await form.getByRole('button', { name: 'Add a category' }).click();
      await form.getByRole('textbox', { name: `Word of category ${index + 1}` }).fill(word);
    }
    await form.getByRole('combobox', { name: 'Also called in files' }).fill('Care');
    await page.keyboard.press('Enter');
    expect(await accessibilityFindings(page)).toEqual([]);
    await form.getByRole('button', { name: 'Save indicator' }).click();
    await page.getByText('1 poor, 2 fair').waitFor();
    await page.getByText('Also called in files: Care').waitFor();

    await page.getByRole('link', { name: 'Indicators' }).first().click();
    await page.getByRole('button', { name: 'New indicator' }).first().click();
    await form.getByRole('textbox', { name: 'Name', exact: true }).fill('Score');
    await form.getByRole('textbox', { name: 'Short name' }).fill('score');
    await choose('Rolled up by', 'weighted mean');
    await form.getByRole('button', { name: 'Save indicator' }).click();
    await form.getByText('weighted_mean needs weight_indicator_id').first().waitFor();
    await form.getByRole('combobox', { name: 'Weighted by' }).fill('seen');
    await page.getByRole('option', { name: 'Children seen (seen)' }).click();
    await form.getByRole('button', { name: 'Save indicator' }).click();
    await page.getByText('weighted mean, by Children seen').waitFor();
  });

  test('a campaign and its type are made in one form', async () => {
    await page.getByRole('link', { name: 'Campaigns' }).click();
    await page.getByRole('button', { name: 'New campaign' }).first().click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('March 2026');
    await page.getByRole('textbox', { name: 'Name of the type' }).fill('National round');
    await page.getByLabel('First day').fill('2026-03-02');
    await page.getByLabel('Last day').fill('2026-03-01');
    await page.getByRole('button', { name: 'Save campaign' }).click();
    await page.getByRole('alert').filter({ hasText: 'end_date must not be before start_date' }).waitFor();
    await page.getByLabel('Last day').fill('2026-03-06');
    await page.getByRole('button', { name: 'Save campaign' }).click();
    await page.getByRole('cell', { name: 'March 2026', exact: true }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);

    await must(admin.post('/api/v1/campaign_type/', { name: 'Mop-up' }), 201);
    await page.reload();
    await page.getByRole('button', { name: 'Change March 2026' }).click();
    await page.getByRole('combobox', { name: 'Type' }).click();
    await page.getByRole('option', { name: 'Mop-up' }).click();
    await page.getByRole('button', { name: 'Save campaign' }).click();
    await page.getByRole('region', { name: 'Mop-up' }).getByRole('cell', { name: 'March 2026', exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('places are in the order people count in', async () => {
    const wards = ['Ward 10', 'Ward 2', 'Ward 1'].map((name, n) => `W${n},${name},Ward,3,CED`).join('\n');
    const csv = `location_code,name,location_type,admin_level,parent_location_code\n${wards}\n`;
    await must(admin.post('/api/v1/location/import', csv, { 'content-type': 'text/csv' }), 200);
    const { objects } = await must(admin.get('/api/v1/location/?location_code=W0'), 200);
    await page.goto(`${world.url}/app/places/${objects[0].id}`);
    const named = page.getByRole('treeitem', { name: /^Ward / });
    await named.nth(2).waitFor();
    const inTree = await named.evaluateAll((lines) =>
      lines.map((one) => (one as unknown as { textContent: string }).textContent),
    );
    expect(inTree.map((text) => text.replace(/Ward$/, ''))).toEqual(['Ward 1', 'Ward 2', 'Ward 10']);
  });

  test('every page fits a phone and passes in the dark', async () => {
    const phone = await openWindow({ width: 390, height: 780, colorScheme: 'dark' });
    await signIn(phone.page, world.url, admin);
    const { objects } = await must(admin.get('/api/v1/location/?location_code=N'), 200);
    const indicator = (await must(admin.get('/api/v1/indicator/?short_name=missed'), 200)).objects[0].id;
    const short_name = 'share_of_children_that_were_seen_twice_or_more_often_in_one_round';
    const made = { name: 'Seen twice', short_name, data_format: 'pct' };
    const long = (await must(admin.post('/api/v1/indicator/', made), 201)).id;
    for (const [address, shown] of [
      ['places', 'Savanna'],
      [`places/${objects[0].id}`, '2 places directly below'],
      ['indicators', '= (seen − vaccinated) ÷ seen'],
      [`indicators/${indicator}`, 'Add range'],
      [`indicators/${long}`, short_name],
      ['campaigns', 'March 2026'],
      ['places/abc', 'There is no such place'],
      ['indicators/abc', 'This address leads nowhere'],
    ]) {
      await phone.page.goto(`${world.url}/app/${address}`);
      await phone.page.getByRole('main').getByText(shown!).first().waitFor();
      expect([address, ...(await accessibilityFindings(phone.page))]).toEqual([address]);
      const overflow = await phone.page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect([address, overflow]).toEqual([address, 0]);
      for (const head of await phone.page.getByRole('columnheader').all())
        expect(await head.textContent()).not.toBe('');
    }
  });

  async function pick(label: string, option: string): Promise<void> {
    const box = page.getByRole('combobox', { name: label });
    await box.click();
    await box.fill(option);
    await page.getByRole('option', { name: new RegExp(`^${option}`) }).click();
  }
});
