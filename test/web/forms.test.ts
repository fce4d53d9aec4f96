import { afterAll, describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { somebody, testPassword } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';
import { makeMetadata, makePlaces } from './monitoring-world.ts';

describe.skipIf(chromiumPath === undefined)('what a form sends', onceMore, async () => {
  const world = await startWorld();
  afterAll(() => world.runJobs());
  const admin = await somebody(world, { username: 'ada', name: 'Ada Obi', role: 'ADMIN' });
  const ids = await makePlaces(admin);
  const { indicators } = await makeMetadata(admin);
  const { page, context, complaints } = await openWindow({}, afterAll);
  const until = <T>(what: () => Promise<T>) => expect.poll(what, { timeout: 15_000 });
  const form = page.getByRole('dialog');
  const alert = page.getByRole('alert');
  const indicator = async (name: string) => must(admin.get(`/api/v1/indicator/${indicators[name]}`), 200);
  const campaigns = async () => (await must(admin.get('/api/v1/campaign/'), 200)).meta.total_count;
  /** Requests that change something, as they leave. */
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'GET') sent.push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  const fillCampaign = async (name: string) => {
    await page.getByRole('button', { name: 'New campaign' }).first().click();
    await form.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    await form.getByLabel('First day').fill('2026-05-04');
    await form.getByLabel('Last day').fill('2026-05-08');
  };

  test('is refused when the server cannot be reached, and not sent later', async () => {
    await signIn(page, world.url, admin);
    await page.getByRole('link', { name: 'Campaigns' }).click();
    const before = await campaigns();
    await fillCampaign('May 2026');
    await context.setOffline(true);
    await form.getByRole('button', { name: 'Save campaign' }).click();
    await alert.getByText('The server cannot be reached.').waitFor();
    await form.getByRole('button', { name: 'Cancel' }).click();
    // What the page has it keeps.
    await page.getByRole('cell', { name: 'March 2026', exact: true }).waitFor();
    const asked = page.waitForResponse((answer) => answer.url().includes('/api/v1/campaign') && answer.ok());
    await context.setOffline(false);
    await asked;
    await page.getByRole('link', { name: 'Indicators' }).click();
    await page.getByRole('link', { name: 'Children seen' }).waitFor();
    expect(await campaigns()).toBe(before);
  });

  test('stays when the session ends, and is sent after a sign-in elsewhere', async () => {
    await page.getByRole('link', { name: 'Campaigns' }).click();
    await fillCampaign('May 2026');
    const cookies = await context.cookies();
    await context.clearCookies();
    const told = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/session'));
    await form.getByRole('button', { name: 'Save campaign' }).click();
    await told;
    await alert.getByRole('link', { name: 'Sign in in another window' }).waitFor();
    expect(cookies.length).toBeGreaterThan(0);
    const [other] = await Promise.all([
      context.waitForEvent('page'),
      alert.getByRole('link', { name: 'Sign in in another window' }).click(),
    ]);
    await other.getByLabel('E-mail or username').fill(admin.email);
    await other.getByLabel('Password', { exact: true }).fill(testPassword);
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
    await other.close();
    expect(await page.getByRole('dialog', { name: 'Not saved yet' }).count()).toBe(0);
    await form.getByRole('button', { name: 'Save campaign' }).click();
    await page.getByRole('cell', { name: 'May 2026', exact: true }).waitFor();
    await form.waitFor({ state: 'detached' });
  });

  test('is sent once by a double click', async () => {
    await page.getByRole('link', { name: 'Dashboards' }).click();
    await page.getByRole('button', { name: 'New dashboard' }).first().click();
    await form.getByRole('textbox', { name: 'Title' }).fill('Once');
    sent.length = 0;
    await form.getByRole('button', { name: 'Create dashboard' }).dblclick();
    await page.getByText('No chart yet').waitFor();
    expect(sent).toEqual(['POST /api/v1/custom_dashboard']);

    await page.goto(`${world.url}/app/indicators/${indicators.missed}`);
    await page.getByRole('textbox', { name: 'Range' }).fill('very bad');
    await page.getByRole('textbox', { name: 'From, in %' }).fill('40');
    sent.length = 0;
    await page.getByRole('button', { name: 'Add range' }).dblclick();
    await page.getByRole('row', { name: /^very bad/ }).waitFor();
    await until(() => page.getByRole('textbox', { name: 'Range' }).inputValue()).toBe('');
    expect(sent).toEqual(['POST /api/v1/indicator_bound']);

    sent.length = 0;
    await page.getByRole('button', { name: 'Remove vaccinated' }).dblclick();
    await page.getByText('vaccinated is out of the formula.').waitFor();
    expect(sent).toHaveLength(1);
    await page.getByRole('button', { name: 'Undo' }).dblclick();
    await page.getByText('missed = (seen − vaccinated) ÷ seen').waitFor();
    expect(sent).toHaveLength(2);
  });

  test('is what was changed in it; what somebody else changed meanwhile stays, or is asked about', async () => {
    const change = async () => {
      await page.getByRole('button', { name: 'Change', exact: true }).click();
      await form.getByRole('textbox', { name: 'Name', exact: true }).waitFor();
    };
    const patch = (body: object) => must(admin.patch(`/api/v1/indicator/${indicators.seen}`, body), 202);
    await page.goto(`${world.url}/app/indicators/${indicators.seen}`);
    await change();
    await patch({ unit: 'children', description: 'Of all ages.' });
    await form.getByRole('textbox', { name: 'Name', exact: true }).fill('Children met');
    await form.getByRole('button', { name: 'Save indicator' }).click();
    await page.getByText('Children met is saved.').waitFor();
    expect(await indicator('seen')).toMatchObject({ name: 'Children met', unit: 'children' });
    await patch({ unit: 'heads' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: 'Children seen', level: 1 }).waitFor();
    expect(await indicator('seen')).toMatchObject({ name: 'Children seen', unit: 'heads' });

    await change();
    await patch({ name: 'Children counted', unit: 'persons' });
    await form.getByRole('textbox', { name: 'Name', exact: true }).fill('Children visited');
    await form.getByRole('button', { name: 'Save indicator' }).click();
    await alert.getByText('Somebody changed this in the meantime: name.').waitFor();
    expect((await indicator('seen')).name).toBe('Children counted');
    await form.getByRole('button', { name: 'Load it anew, keep what I typed' }).click();
    await until(() => form.getByRole('textbox', { name: 'Unit' }).inputValue()).toBe('persons');
    expect(await form.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('Children visited');
    await form.getByRole('button', { name: 'Save indicator' }).click();
    await page.getByRole('heading', { name: 'Children visited', level: 1 }).waitFor();
    expect(await indicator('seen')).toMatchObject({ name: 'Children visited', unit: 'persons' });

    await page.goto(`${world.url}/app/places/${ids.DUN}`);
    await page.getByRole('button', { name: 'Change or move' }).click();
    await form.getByLabel('Latitude').fill('1.5');
    await must(admin.patch(`/api/v1/location/${ids.DUN}`, { aliases: ['Dunes'] }), 202);
    await form.getByRole('button', { name: 'Save place' }).click();
    await page.getByText('Dune is saved.').waitFor();
    const place = () => must(admin.get(`/api/v1/location/${ids.DUN}`), 200);
    expect(await place()).toMatchObject({ latitude: 1.5, aliases: ['Dunes'] });
    await page.getByRole('button', { name: 'Undo' }).click();
    await until(async () => (await place()).latitude).not.toBe(1.5);
    expect(complaints).toEqual([]);
  });
});
