import { afterAll, describe, expect, test } from 'vitest';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';
import { makeMetadata, makePlaces } from './monitoring-world.ts';

describe.skipIf(chromiumPath === undefined)('over plain HTTP', onceMore, async () => {
  const world = await startWorld();
  afterAll(() => world.runJobs());
  const admin = await somebody(world, { username: 'ada', name: 'Ada Obi', role: 'ADMIN' });
  await makePlaces(admin);
  await makeMetadata(admin);

  test('a chart is made and a token is copied, without what browsers keep for https', async () => {
    const { page, complaints } = await openWindow();
    // As browsers have it on a page of http://granary.example, where only localhost is an exception.
    await page.addInitScript(
      'delete Crypto.prototype.randomUUID; delete Crypto.prototype.subtle; delete Navigator.prototype.clipboard;',
    );
    await signIn(page, world.url, admin);
    await page.getByRole('link', { name: 'Dashboards' }).click();
    await page.getByRole('button', { name: 'New dashboard' }).first().click();
    await page.getByRole('textbox', { name: 'Title' }).fill('Rounds');
    await page.getByRole('button', { name: 'Create dashboard' }).click();
    await page.getByRole('heading', { name: 'Rounds', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Add chart' }).first().click();
    const editor = page.getByRole('dialog');
    await editor.getByRole('textbox', { name: 'Title' }).fill('Seen');
    await editor.getByRole('combobox', { name: 'Indicators' }).fill('seen');
    await page.getByRole('option', { name: /^Children seen/ }).click();
    await page.keyboard.press('Escape');
    await editor.getByRole('button', { name: 'Save chart' }).click();
    await page.getByRole('heading', { name: 'Seen' }).waitFor();
    const { objects } = (await admin.get('/api/v1/custom_chart/')).body;
    expect(objects[0].uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);

    await page.goto(`${world.url}/app/account`);
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByRole('textbox', { name: 'What is it for' }).fill('Nightly upload');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByText('Copy it now').waitFor();
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(complaints).toEqual([]);
  });
});
