import { afterAll, describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';

describe.skipIf(chromiumPath === undefined)('the first places of an installation', onceMore, async () => {
  const world = await startWorld();
  afterAll(() => world.runJobs());
  const admin = await somebody(world, { username: 'ada', name: 'Ada Obi', role: 'ADMIN' });

  test('are made by hand with their types; a form with something in it does not go by a click beside it', async () => {
    const { page, complaints } = await openWindow();
    const form = page.getByRole('dialog', { name: 'New place' });
    const question = page.getByRole('dialog', { name: 'Not saved yet' });
    await signIn(page, world.url, admin);
    await page.getByRole('link', { name: 'Places' }).click();
    await page.getByText('No place yet').waitFor();
    const open = page.getByRole('button', { name: 'New place' }).first();
    const beside = () => page.mouse.click(5, 400);

    // Empty, it goes at once.
    await open.click();
    await form.getByRole('textbox', { name: 'Name', exact: true }).waitFor();
    await beside();
    await form.waitFor({ state: 'hidden' });

    await open.click();
    await form.getByRole('textbox', { name: 'Name', exact: true }).fill('Umoja');
    await beside();
    await question.waitFor();
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'hidden' });
    await page.goBack();
    await question.waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    expect(await form.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('Umoja');
    expect(new URL(page.url()).pathname).toBe('/app/places');

    await form.getByRole('textbox', { name: 'Code' }).fill('UMO');
    await form.getByRole('textbox', { name: 'Name of the type' }).fill('Country');
    expect(await form.getByRole('textbox', { name: 'Its level' }).inputValue()).toBe('0');
    expect(await accessibilityFindings(page)).toEqual([]);
    await form.getByRole('button', { name: 'Save place' }).click();
    await page.getByRole('heading', { name: 'Umoja' }).waitFor();
    await form.waitFor({ state: 'hidden' });
    expect(await open.evaluate((button) => button.matches(':focus'))).toBe(true);

    await open.click();
    await form.getByRole('textbox', { name: 'Name', exact: true }).fill('North');
    await form.getByRole('textbox', { name: 'Code' }).fill('N');
    await form.getByRole('combobox', { name: 'Type' }).click();
    await page.getByRole('option', { name: 'A new type …' }).click();
    await form.getByRole('textbox', { name: 'Name of the type' }).fill('Province');
    await form.getByRole('button', { name: 'Save place' }).click();
    await page.getByRole('heading', { name: 'North' }).waitFor();
    const { objects } = await must(admin.get('/api/v1/location/?order_by=id'), 200);
    expect(objects).toMatchObject([
      { name: 'Umoja', location_type__name: 'Country', parent_location_id: null },
      { name: 'North', location_type__name: 'Province', parent_location_id: objects[0].id },
    ]);

    // What is said of the last one lies beside the next form.
    await page.getByRole('button', { name: 'Change or move' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change North' });
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('The north');
    await dialog.getByRole('button', { name: 'Save place' }).click();
    await page.getByText('The north is saved.').waitFor();
    await open.click();
    const head = (await form.locator('header').boundingBox())!;
    const said = (await page.getByText('The north is saved.').boundingBox())!;
    expect(said.y > head.y + head.height || said.x > head.x + head.width).toBe(true);
    await beside();
    await form.waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
  });
});
