import { describe, expect, test } from 'vitest';
import { Actor } from '../support/actor.ts';
import { somebody, testPassword } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';

describe.skipIf(chromiumPath === undefined)('signing in, projects and the account', onceMore, async () => {
  const world = await startWorld();
  const ann = await somebody(world, { username: 'ann', name: 'Ann Abara' });
  const ben = await somebody(world, { username: 'ben', name: 'Ben Okello' });

  test('who has no session is led to the sign-in, told why it failed, and back to where they wanted to go', async () => {
    const { page, complaints } = await openWindow();
    await page.goto(`${world.url}/app/account`);
    await page.getByLabel('E-mail or username').fill(ann.email);
    await page.getByLabel('Password', { exact: true }).fill('not this');
    await page.getByRole('button', { name: 'Sign in' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('Bad username or password').waitFor();
    expect(await alert.textContent()).toMatch(/Request [0-9a-f-]{36}/);
    await page.getByLabel('Password', { exact: true }).fill(testPassword);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Account', level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/app/account');
    expect(complaints).toEqual([]);
  });

  test('who loses the session is led to the sign-in once, from every page, and back to it', async () => {
    const { page, context, complaints } = await openWindow();
    await signIn(page, world.url, ann);
    for (const name of ['places', 'indicators', 'documents', 'entry']) {
      await page.goto(`${world.url}/app/${name}`);
      await page.getByRole('link', { name: 'Campaigns' }).waitFor();
      await page.waitForLoadState('networkidle');
      await context.clearCookies();
      await page.getByRole('link', { name: 'Campaigns' }).click();
      await page.getByLabel('E-mail or username').fill(ann.email);
      expect(new URL(page.url()).search).toBe('?next=%2Fcampaigns');
      await page.reload();
      await page.getByLabel('E-mail or username').fill(ann.email);
      await page.getByLabel('Password', { exact: true }).fill(testPassword);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Campaigns', level: 1 }).waitFor();
      expect(new URL(page.url()).pathname).toBe('/app/campaigns');
    }
    expect(complaints).toEqual([]);
  });

  test('a project is made, given a member, renamed and deleted', async () => {
    const { page, complaints } = await openWindow();
    await signIn(page, world.url, ann);
    await page.getByRole('button', { name: 'New project' }).first().click();
    await page.getByRole('textbox', { name: 'Title' }).fill('Water points');
    await page.getByRole('button', { name: 'Create project' }).click();
    await page.getByRole('heading', { name: 'Water points', level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/app/project/water-points');

    await page.getByRole('link', { name: 'Members' }).click();
    await page.getByLabel('Add a person by e-mail').fill(ben.email);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('ben@example.org is viewer now.').waitFor();
    await page.getByRole('combobox', { name: 'Role of ben' }).waitFor();
    expect((await ben.get('/api/v1/project?slug=water-points')).body.objects).toHaveLength(1);

    await page.getByRole('button', { name: 'Remove ben' }).click();
    await page.getByText('ben is no longer a member.').waitFor();
    expect((await ben.get('/api/v1/project?slug=water-points')).body.objects).toHaveLength(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('combobox', { name: 'Role of ben' }).waitFor();
    expect((await ben.get('/api/v1/project?slug=water-points')).body.objects).toHaveLength(1);

    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('textbox', { name: 'Title' }).fill('Water points of Kenya');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Water points of Kenya', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Delete project' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete project' }).click();
    await page.getByText('No project yet').waitFor();
    expect(complaints).toEqual([]);
  });

  test('a token is shown once, opens the API, and opens nothing once revoked', async () => {
    const { page } = await openWindow();
    await signIn(page, world.url, ann);
    await page.goto(`${world.url}/app/account`);
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByRole('textbox', { name: 'What is it for' }).fill('Nightly upload');
    await page.getByRole('button', { name: 'Create token' }).click();
    const secret = await page.getByRole('dialog').getByText(/^grn_/).textContent();
    const program = new Actor(world.url, { authorization: `Bearer ${secret}` });
    expect((await program.get('/api/v1/user/me')).body.data.email).toBe(ann.email);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Revoke Nightly upload' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke token' }).click();
    // It says so for a few seconds; that it is gone stays.
    await page.getByRole('button', { name: 'Revoke Nightly upload' }).waitFor({ state: 'hidden' });
    expect((await program.get('/api/v1/user/me')).status).toBe(401);
  });

  test('whose session ends elsewhere is led to the sign-in at the next step', async () => {
    const { page } = await openWindow();
    await signIn(page, world.url, ann);
    await ann.post('/auth/logout-all');
    await page.getByRole('link', { name: 'Runs' }).click();
    await page.getByRole('heading', { name: 'Sign in to Granary' }).waitFor();
  });

  test.for(['light', 'dark'] as const)(
    'axe finds nothing on sign-in, projects and account in %s',
    async (colorScheme) => {
      const { page } = await openWindow({ colorScheme });
      await page.goto(`${world.url}/app/`);
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      expect(await accessibilityFindings(page)).toEqual([]);
      await signIn(page, world.url, ben);
      expect(await accessibilityFindings(page)).toEqual([]);
      await page.goto(`${world.url}/app/account`);
      await page.getByRole('heading', { name: 'Signed in' }).waitFor();
      expect(await accessibilityFindings(page)).toEqual([]);
    },
  );
});
