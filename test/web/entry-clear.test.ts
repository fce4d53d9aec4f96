import { afterAll, describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';
import { makeMetadata, makePlaces } from './monitoring-world.ts';

describe.skipIf(chromiumPath === undefined)('clearing cells of the sheet', onceMore, async () => {
  const world = await startWorld();
  afterAll(() => world.runJobs());
  const admin = await somebody(world, { username: 'ada', name: 'Ada Obi', role: 'ADMIN' });
  const ids = await makePlaces(admin);
  const { indicators, campaigns } = await makeMetadata(admin);
  const { page, complaints } = await openWindow({}, afterAll);
  const at = (row: number, column: number) => page.locator(`[data-at="${row}:${column}"]`);
  const until = <T>(what: () => Promise<T>) => expect.poll(what, { timeout: 15_000 });
  const shown = (row: number, column: number) =>
    at(row, column).evaluate(
      (cell) => (cell as unknown as { firstChild: { textContent: string } }).firstChild.textContent,
    );
  const entered = async (place: string) => {
    const query = `indicator__in=${indicators.seen}&location_id__in=${ids[place]}&origin=entry&retracted_at__isnull=true`;
    const { objects } = await must(admin.get(`/api/v1/datapoint_history/?${query}`), 200);
    return objects.map(({ value }: { value: number | null }) => value);
  };
  const status = page.getByRole('status').first();
  const undo = page.getByRole('button', { name: /^Undo/ });

  test('Delete leaves the cell empty, whatever lies below what was entered; taking back an entry brings that up', async () => {
    const docfile = Buffer.from('geocode,campaign,seen\nAMB,March 2026,167\n').toString('base64');
    const body = { doc_title: 'December.csv', file_type: 'campaign', docfile };
    await must(admin.post('/api/v1/source_doc/', body, { prefer: 'respond-async' }), 201);
    await world.runJobs();
    await signIn(page, world.url, admin);
    await page.goto(
      `${world.url}/app/entry?campaign=${campaigns.march}&place=${ids.N}&indicators=${indicators.seen},${indicators.missed}`,
    );
    await until(() => shown(0, 0)).toBe('167');
    const takeBack = page.getByRole('button', { name: 'Take back what was entered' });
    await at(0, 0).click();
    await page.keyboard.type('361');
    await page.keyboard.press('Enter');
    await until(() => shown(0, 0)).toBe('361');
    await at(0, 0).click();
    await takeBack.waitFor();
    await page.getByText('entered by hand').waitFor();

    await page.keyboard.press('Delete');
    await until(() => status.textContent()).toContain('Children seen, Amber is empty now');
    await until(() => shown(0, 0)).toBe('–');
    expect(await entered('AMB')).toEqual([null]);
    expect(await accessibilityFindings(page)).toEqual([]);
    await undo.click();
    await until(() => shown(0, 0)).toBe('361');

    await takeBack.click();
    await until(() => status.textContent()).toContain(
      'Children seen, Amber: what was entered is taken back; 167 of “December.csv” counts again',
    );
    await until(() => shown(0, 0)).toBe('167');
    expect(await entered('AMB')).toEqual([]);
    await undo.click();
    await until(() => shown(0, 0)).toBe('361');
    expect(await entered('AMB')).toEqual([361]);
    await undo.click();
    await until(() => shown(0, 0)).toBe('167');

    // The same of the file's own value, and where nothing is below.
    await at(0, 0).click();
    await page.keyboard.press('Delete');
    await until(() => shown(0, 0)).toBe('–');
    await at(1, 0).click();
    await page.keyboard.type('12');
    await page.keyboard.press('Enter');
    await until(() => entered('BIR')).toEqual([12]);
    await at(1, 0).click();
    await page.keyboard.press('Delete');
    await until(() => shown(1, 0)).toBe('–');
    await until(() => entered('BIR')).toEqual([]);
    await until(() => status.textContent()).toContain('what was entered is taken back; the cell is empty');
  });

  test('a cleared cell tells who cleared it, and takes a value or its former one again', async () => {
    await page.reload();
    await until(() => shown(0, 0)).toBe('–');
    await at(0, 0).click();
    await page.getByText('cleared by hand').waitFor();
    await page.getByRole('button', { name: 'Where does this come from?' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText(/^Cleared by ada/).waitFor();
    await drawer.getByText('167').waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });

    await at(0, 0).click();
    await page.keyboard.type('170');
    await page.keyboard.press('Enter');
    await until(() => entered('AMB')).toEqual([170]);
    await undo.click();
    await until(() => entered('AMB')).toEqual([null]);
    await at(0, 0).click();
    await page.getByRole('button', { name: 'Take back that it was cleared' }).click();
    await until(() => shown(0, 0)).toBe('167');
    await until(() => status.textContent()).toContain(
      'that it was cleared is taken back; 167 of “December.csv” counts',
    );
    expect(await entered('AMB')).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
