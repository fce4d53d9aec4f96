import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';

describe.skipIf(chromiumPath === undefined)('an installation with nothing in it', onceMore, async () => {
  const world = await startWorld();
  const admin = await somebody(world, { username: 'ada', name: 'Ada Obi', role: 'ADMIN' });

  test('says what comes first, and a file of places can be begun from one that is offered', async () => {
    const { page, complaints } = await openWindow({ width: 390, height: 844 });
    await signIn(page, world.url, admin);
    await page.goto(`${world.url}/app/flow`);
    await page.getByText('No flow yet').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    await page.goto(`${world.url}/app/entry`);
    await page.getByText('Nothing to enter yet').waitFor();
    await page.getByText('There are no places, indicators collected per campaign, or campaigns yet').waitFor();
    for (const name of ['Make indicators', 'Make campaigns']) await page.getByRole('link', { name }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Make places' }).click();

    await page.getByRole('button', { name: 'Import' }).first().click();
    const form = page.getByRole('dialog');
    await form.getByText('admin_level').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      form.getByRole('link', { name: 'A CSV to begin with' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('places.csv');
    const buffer = await readFile(await download.path());
    await form.locator('input[type=file]').setInputFiles({ name: 'places.csv', mimeType: 'text/csv', buffer });
    await form.getByText('Tried, nothing kept yet: 3 places').waitFor();
    await form.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('Imported: 3 new, 0 changed.').waitFor();
    await page.goto(`${world.url}/app/entry`);
    await page.getByText('There are no indicators collected per campaign or campaigns yet').waitFor();

    const perDay = { name: 'Beds', short_name: 'beds', data_format: 'int', resource_name: 'date' };
    const { id } = await must(admin.post('/api/v1/indicator/', perDay), 201);
    await page.goto(`${world.url}/app/entry?indicators=${id}`);
    await page.getByText('Not everything that is chosen can be entered here').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.goto(`${world.url}/app/indicators`);
    await page.getByRole('button', { name: 'New indicator' }).click();
    const made = page.getByRole('dialog');
    await made.getByRole('textbox', { name: 'Name', exact: true }).fill('Beds again');
    await made.getByRole('textbox', { name: 'Short name' }).fill('beds');
    await made.getByRole('button', { name: 'Save indicator' }).click();
    await made.getByText('There is one with this short name already.').waitFor();
    await made.getByText('taken already').waitFor();
    expect(complaints).toEqual([]);
  });
});
