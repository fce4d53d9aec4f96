import { afterAll, describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';
import { makeMetadata, makePlaces } from './monitoring-world.ts';

describe.skipIf(chromiumPath === undefined)('data entry by touch', onceMore, async () => {
  const world = await startWorld();
  afterAll(() => world.runJobs());
  const admin = await somebody(world, { username: 'ada', name: 'Ada Obi', role: 'ADMIN' });
  const ids = await makePlaces(admin);
  const { indicators, campaigns } = await makeMetadata(admin);
  const { page, complaints } = await openWindow({ width: 390, height: 844, hasTouch: true }, afterAll);
  const at = (row: number, column: number) => page.locator(`[data-at="${row}:${column}"]`);
  const until = <T>(what: () => Promise<T>) => expect.poll(what, { timeout: 15_000 });
  const stored = async (place: string, indicator: string) => {
    const query = `indicator__in=${indicators[indicator]}&location_id=${ids[place]}&campaign__in=${campaigns.march}`;
    return (await must(admin.get(`/api/v1/campaign_datapoint/?${query}`), 200)).objects[0]?.value;
  };
  const sheet = `${world.url}/app/entry?campaign=${campaigns.march}&place=${ids.N}&indicators=`;

  test('one tap opens the field with the keys of a number, and a tap elsewhere saves', async () => {
    await signIn(page, world.url, admin);
    await page.goto(sheet + Object.values(indicators).join(','));
    await at(0, 0).tap();
    const field = page.getByRole('textbox', { name: 'Children seen, Amber' });
    await field.waitFor();
    expect(await field.evaluate((input) => input.matches(':focus'))).toBe(true);
    expect(await field.getAttribute('inputmode')).toBe('decimal');
    await field.fill('40');
    await at(1, 0).tap();
    await page.getByRole('textbox', { name: 'Children seen, Birch' }).fill('50');
    await at(0, 1).tap();
    await page.getByRole('textbox', { name: 'Children vaccinated, Amber' }).fill('30');
    await page.keyboard.press('Enter');
    await until(async () => [await stored('AMB', 'seen'), await stored('BIR', 'seen')]).toEqual([40, 50]);
    await until(() => at(0, 2).textContent()).toContain('25%');
    // What is calculated takes nothing, and needs no field to say so.
    await at(0, 2).tap();
    expect(await at(0, 2).getAttribute('aria-selected')).toBe('true');
    expect(await page.getByRole('textbox', { name: /Amber/ }).count()).toBe(0);
    expect(await accessibilityFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('what there is to choose from is offered with the field, for fingers and for keys', async () => {
    const categories = [
      { value: 1, label: 'calm' },
      { value: 2, label: 'tense' },
      { value: 3, label: 'closed' },
    ];
    const body = { name: 'Security', short_name: 'security', data_format: 'class', categories };
    indicators.security = (await must(admin.post('/api/v1/indicator/', body), 201)).id as number;
    await page.goto(`${sheet}${indicators.security}`);
    await at(1, 0).tap();
    const field = page.getByRole('combobox', { name: 'Security, Birch' });
    const choices = page.getByRole('listbox', { name: 'Security, Birch' });
    await choices.waitFor();
    expect(await choices.getByRole('option').allTextContents()).toEqual(['calm', 'tense', 'closed']);
    expect(await field.getAttribute('inputmode')).toBe('text');
    expect(await accessibilityFindings(page)).toEqual([]);
    await choices.getByRole('option', { name: 'tense' }).tap();
    await until(() => stored('BIR', 'security')).toBe(2);
    await until(() => at(1, 0).textContent()).toContain('tense');
    // By keys: along the choices, or by a beginning that can only mean one.
    await at(0, 0).focus();
    await page.keyboard.press('Enter');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'Enter']) await page.keyboard.press(key);
    await until(() => stored('AMB', 'security')).toBe(1);
    await at(0, 0).focus();
    await page.keyboard.type('cl');
    await page.keyboard.press('Enter');
    await until(() => stored('AMB', 'security')).toBe(3);
    await choices.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });
});
