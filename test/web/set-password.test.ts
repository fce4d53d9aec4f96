import { describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';

describe.skipIf(chromiumPath === undefined)('passwords without a session', onceMore, async () => {
  const world = await startWorld();
  const admin = await somebody(world, { username: 'ada', name: 'Ada Obi', role: 'SUPERADMIN' });

  test('a link of an invitation leads to a page that sets the password, and a forgotten one is asked for', async () => {
    const body = { email: `${crypto.randomUUID()}@example.org`, name: 'Ben Roe', role: 'USER' };
    const { data } = await must(admin.post('/api/v1/user?return_link=1', body), 200);
    const { searchParams } = new URL(data.set_password_url);
    const { page, complaints } = await openWindow({ width: 390, height: 844 });
    await page.goto(`${world.url}/app/sign-in`);
    await page.getByRole('link', { name: 'Forgot password?' }).click();
    await page.getByRole('heading', { name: 'Forgot your password?' }).waitFor();
    await page.getByLabel('E-mail or username').fill(body.email);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Send me a link' }).click();
    await page.getByRole('status').getByText('is on its way').waitFor();

    await page.goto(`${world.url}/app/set-password?token=${searchParams.get('token')}`);
    const field = page.getByLabel('New password', { exact: true });
    await field.fill('weak');
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByRole('alert').waitFor();
    await field.fill('Brand-New-Horse-1');
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('Your password is set.').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, world.url, { email: body.email, password: 'Brand-New-Horse-1' });
    expect(complaints).toEqual([]);
    await world.runJobs();
  });
});
