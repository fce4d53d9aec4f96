import { describe, expect, test } from 'vitest';
import { makeTree, must } from '../locations/places-world.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';

describe.skipIf(chromiumPath === undefined)('records of every table', onceMore, async () => {
  const world = await startWorld();
  const admin = await somebody(world, { username: 'ada', name: 'Ada Admin', role: 'SUPERADMIN' });
  const ben = await somebody(world, { username: 'ben', name: 'Ben Okello' });
  const { ids } = await makeTree(admin);
  const shots = process.env.GRANARY_SHOTS;

  test('a responsibility is given, found by a condition, changed and taken back', async () => {
    const { page, complaints } = await openWindow();
    await signIn(page, world.url, admin);
    await page.getByRole('link', { name: 'Records' }).click();
    await page.getByRole('heading', { name: 'People and rights' }).waitFor();
    if (shots) await page.screenshot({ path: `${shots}/tables.png`, fullPage: true });
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Find a table' }).fill('respons');
    await page.getByRole('link', { name: 'Responsibilities' }).click();
    await page.getByText('Nothing here').waitFor();

    await page.getByRole('button', { name: 'New' }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'User' }).fill(ben.email);
    await form.getByRole('combobox', { name: 'Top lvl location' }).fill('place c');
    await page.getByRole('option', { name: `place c (${ids.c})` }).click();
    if (shots) await page.screenshot({ path: `${shots}/new.png` });
    expect(await accessibilityFindings(page)).toEqual([]);
    await form.getByRole('button', { name: 'Make the responsibility' }).click();
    await page.getByRole('cell', { name: 'view', exact: true }).waitFor();
    expect((await ben.get(`/api/v1/location/${ids.c}`)).status).toBe(200);

    await page.getByRole('button', { name: /^Open/ }).click();
    await form.getByRole('combobox', { name: 'Right' }).click();
    await page.getByRole('option', { name: 'capture' }).click();
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: 'capture', exact: true }).waitFor();

    await page.getByRole('combobox', { name: 'Only where' }).fill('right');
    await page.getByRole('option', { name: 'right', exact: true }).click();
    await page.getByRole('textbox', { name: 'With what' }).fill('manage');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Nothing here').waitFor();
    expect(new URL(page.url()).search).toBe('?right__icontains=manage');
    await page.getByRole('button', { name: 'Remove right contains manage' }).click();

    await page.getByRole('button', { name: /^Open/ }).click();
    await form.getByRole('button', { name: 'Delete' }).click();
    await page
      .getByRole('dialog', { name: /^Delete / })
      .getByRole('button', { name: 'Delete' })
      .click();
    await page.getByText('Nothing here').waitFor();
    expect((await ben.get(`/api/v1/location/${ids.c}`)).status).toBe(404);
    expect(complaints).toEqual([]);
  });

  test('what is used is said to be, and goes with what uses it only when that is wanted', async () => {
    const { page } = await openWindow();
    await signIn(page, world.url, admin);
    await must(admin.post('/api/v1/campaign_type/', { name: 'Round' }), 201);
    const type = (await admin.get('/api/v1/campaign_type/?name=Round')).body.objects[0].id;
    await must(
      admin.post('/api/v1/campaign/', {
        name: 'May',
        start_date: '2020-05-01',
        end_date: '2020-05-31',
        campaign_type_id: type,
      }),
      201,
    );
    await page.goto(`${world.url}/app/records/campaign_type`);
    await page.getByRole('button', { name: 'Open Round' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    const question = page.getByRole('dialog', { name: 'Delete Round?' });
    await question.getByRole('button', { name: 'Delete' }).click();
    await question.getByText('It is used by 1 campaign.').waitFor();
    await question.getByRole('checkbox', { name: 'Delete what uses it as well' }).check();
    await question.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nothing here').waitFor();
    expect((await admin.get('/api/v1/campaign/')).body.objects).toEqual([]);
  });

  test('a file is tried before it is taken; a bad row is named', async () => {
    const { page } = await openWindow();
    await signIn(page, world.url, admin);
    await page.goto(`${world.url}/app/records/location`);
    await page.getByRole('button', { name: 'Open place a' }).waitFor();
    if (shots) await page.screenshot({ path: `${shots}/places.png` });
    expect(await accessibilityFindings(page)).toEqual([]);
    const type = (await admin.get('/api/v1/location_type/?name=Clinic')).body.objects[0].id;
    const send = async (rows: string) => {
      const buffer = Buffer.from(`name,location_code,location_type_id,parent_location_id\n${rows}`);
      await page.locator('input[type=file]').setInputFiles({ name: 'clinics.csv', mimeType: 'text/csv', buffer });
      await page.getByRole('button', { name: 'Try it' }).click();
    };
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await send(`Clinic 1,c1,${type},${ids.a}\nClinic 2,a,${type},${ids.a}\n`);
    await page.getByText('There is one with this code already.').waitFor();
    await page.getByText('It is row 2, counted').waitFor();
    if (shots) await page.screenshot({ path: `${shots}/import.png` });
    await send(`Clinic 1,c1,${type},${ids.a}\nClinic 2,c2,${type},${ids.a}\n`);
    await page.getByText('It fits. Nothing is stored yet.').waitFor();
    expect((await admin.get('/api/v1/location/?location_code=c1')).body.objects).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
    await page.getByText('2 new.').waitFor();
    await page.getByRole('button', { name: 'Open Clinic 2' }).waitFor();
  });

  test('tables are ordered, paged, and asked with what they need', async () => {
    const { page } = await openWindow({ width: 390, height: 844, colorScheme: 'dark' });
    await signIn(page, world.url, admin);
    await page.goto(`${world.url}/app/records/audit`);
    const lines = page.getByRole('table').getByRole('button', { name: /^Open / });
    await lines.first().waitFor();
    await page.getByRole('columnheader', { name: 'seq' }).getByRole('button').click();
    await page.getByRole('columnheader', { name: 'seq' }).and(page.locator('[aria-sort=ascending]')).waitFor();
    if (shots) await page.screenshot({ path: `${shots}/audit-phone.png` });
    expect(await accessibilityFindings(page)).toEqual([]);
    await lines.first().click();
    await page.getByRole('dialog').getByText('location_type.create').waitFor();
    if (shots) await page.screenshot({ path: `${shots}/audit-entry.png` });
    await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
    await page.goto(`${world.url}/app/records/campaign_datapoint`);
    await page.getByText('first choose indicator__in').waitFor();
    await page.goto(`${world.url}/app/records/nothing`);
    await page.getByText('No such table').waitFor();
  });

  test('who may only read is offered nothing else', async () => {
    const { page } = await openWindow();
    await signIn(page, world.url, ben);
    await page.goto(`${world.url}/app/records/location_type`);
    await page.getByRole('button', { name: 'Open Clinic' }).click();
    await page.getByRole('dialog').getByText('admin level').waitFor();
    expect(await page.getByRole('button', { name: 'New' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
  });
});
