import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { startJobs } from '../../src/worker.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';

/** 300 rows; pop says n/a in three of them, one row has a cell too many, two have a word for a number. */
function dirtyFile(folder: string): string {
  const lines = Array.from({ length: 300 }, (_, index) => {
    const year = 1900 + (index % 100);
    const place = ['Nairobi', 'Mombasa', 'Kisumu'][index % 3];
    const pop = index % 120 === 5 ? 'n/a' : String(1000 + index);
    const share = index === 40 || index === 41 ? 'about half' : (index / 300).toFixed(3);
    return `${index + 1},${year},${place},${pop},${share}${index === 7 ? ',surplus' : ''}`;
  });
  const file = path.join(folder, 'Towns of Kenya.csv');
  writeFileSync(file, `id,year,place,pop,share\n${lines.join('\n')}\n`);
  return file;
}

describe.skipIf(chromiumPath === undefined)('from a messy file to a filtered download', onceMore, async () => {
  const world = await startWorld();
  const worker = await startJobs(world.context);
  afterAll(() => worker.stop());
  const ann = await somebody(world, { username: 'ann', name: 'Ann Abara' });
  const project = (await ann.post('/api/v1/project', { title: 'Towns', slug: 'towns' })).body as { id: string };
  const file = dirtyFile(world.folder);

  test('a file is reviewed, corrected, published, explored, downloaded, followed and undone', async () => {
    const { page, complaints } = await openWindow({ width: 1360, height: 860 });
    await signIn(page, world.url, ann);
    await page.goto(`${world.url}/app/project/towns`);
    await page.getByText('No data yet').waitFor();

    await page.getByRole('link', { name: 'Upload files' }).click();
    await page.locator('input[type=file]').setInputFiles(file);
    expect(await page.getByRole('combobox', { name: 'Dataset for Towns of Kenya.csv' }).inputValue()).toBe(
      'towns-of-kenya',
    );
    await page.getByRole('button', { name: 'Upload and check' }).click();

    // A refused file says why, and what would help.
    await page.getByText('As it stands, nothing of this file is published').waitFor();
    expect(await page.getByRole('button', { name: 'Confirm and publish' }).isDisabled()).toBe(true);
    expect(await page.getByRole('combobox', { name: 'Type of pop' }).inputValue()).toBe('string');
    await page.getByRole('button', { name: 'Set 1 row aside instead' }).click();
    await choose(page, 'Type of pop', 'integer');
    await page.getByRole('combobox', { name: 'Texts that mean empty in pop' }).fill('n/a');
    await page.keyboard.press('Enter');
    await choose(page, 'Type of share', 'number');
    await page.getByRole('textbox', { name: 'Name of column pop' }).fill('population');
    await page.getByRole('checkbox', { name: 'id is part of the key' }).check();
    await page.getByRole('button', { name: 'Check again' }).click();

    await page.getByText('Confirming makes a new revision with 297 new or changed rows.').waitFor();
    const findings = page.getByRole('region', { name: 'What was found' });
    await findings.getByRole('button', { name: 'Rows of type-or-format-error share' }).click();
    await findings.getByText('about half').first().waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Confirm and publish' }).click();

    await page.getByRole('grid').waitFor();
    await page.getByText('297 rows').waitFor();
    await page.getByRole('button', { name: 'Add filter' }).click();
    await choose(page, 'Column', 'year');
    await choose(page, 'Condition', 'is at least');
    await page.getByRole('textbox', { name: 'Value' }).fill('1990');
    await page.keyboard.press('Enter');
    await page.getByText('30 of 297 rows').waitFor();
    await page.getByRole('button', { name: /^population/ }).click();
    await page.getByRole('button', { name: /^population/ }).click();
    await page
      .getByRole('columnheader', { name: /population/ })
      .and(page.locator('[aria-sort=descending]'))
      .waitFor();
    const address = new URL(page.url());
    expect(Object.fromEntries(address.searchParams)).toEqual({ year__gte: '1990', sort: '-population' });

    // The address alone brings the view back.
    await page.reload();
    await page.getByText('30 of 297 rows').waitFor();
    await page.getByRole('button', { name: 'Change the filter: year is at least 1990' }).waitFor();
    expect(await cellTexts(page, 0)).toEqual(['300', '1999', 'Kisumu', '1299', '0.997']);

    await page.getByRole('button', { name: 'Download' }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: /^CSV/ }).click();
    const saved = await (await downloading).createReadStream();
    const csv = (await saved.toArray()).join('');
    expect(csv.split(/\r?\n/).slice(0, 2)).toEqual(['id,year,place,population,share', '300,1999,Kisumu,1299,0.997']);
    expect(csv.trim().split(/\r?\n/)).toHaveLength(31);

    // Any row says where it comes from.
    await page.locator('[data-at="0:0"]').dblclick();
    await page
      .getByRole('dialog')
      .getByText(/Row 300 of/)
      .waitFor();
    await page.keyboard.press('Escape');

    await page.getByRole('link', { name: 'Issues', exact: true }).click();
    await page.getByText('Rows with too many cells').waitFor();
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('article', { name: 'Revision 1' }).getByRole('link', { name: 'Run' }).click();
    await page
      .getByRole('region', { name: 'Log lines' })
      .getByText(/read 300 rows/)
      .waitFor();
    await page.getByText('Complete').waitFor();

    await page.goBack();
    await page.getByRole('button', { name: 'More for revision 1' }).click();
    await page.getByRole('menuitem', { name: 'Undo this revision' }).click();
    await page.getByText('Revision 1 is undone.').waitFor();
    await page.getByRole('article', { name: 'Revision 2' }).waitFor();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByRole('article', { name: 'Revision 3' }).getByText('297 rows').waitFor();
    expect(complaints).toEqual([]);
  });

  test('the main path needs no mouse', async () => {
    const { page } = await openWindow();
    await page.goto(`${world.url}/app/`);
    // The first field has the focus when the page is there.
    await page.locator('input[name=username]:focus').waitFor();
    await page.keyboard.type(ann.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(ann.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await tabTo(page, /^Towns/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Towns', level: 1 }).waitFor();
    await tabTo(page, /^towns-of-kenya/);
    await page.keyboard.press('Enter');
    await page.getByText('297 rows').waitFor();
    await tabTo(page, /^Add filter/);
    await page.keyboard.press('Enter');
    // The column is asked for first; its list opens with the keys.
    await page.getByRole('combobox', { name: 'Column' }).waitFor();
    await page.keyboard.type('place');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Kisumu');
    await page.keyboard.press('Enter');
    await page.getByText('99 of 297 rows').waitFor();
    await tabTo(page, /^1$|^3$/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page
      .getByRole('dialog')
      .getByText(/row 2 of this view/)
      .waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  test('several files go up side by side, one of them is stopped, and the rest wait for a review', async () => {
    const { page, context } = await openWindow();
    await signIn(page, world.url, ann);
    await page.goto(`${world.url}/app/project/towns/upload`);
    const big = path.join(world.folder, 'big.csv');
    writeFileSync(
      big,
      `id,name\n${Array.from({ length: 400_000 }, (_, index) => `${index},name ${index}`).join('\n')}\n`,
    );
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 };
    await session.send('Network.emulateNetworkConditions', slow);
    await page.locator('input[type=file]').setInputFiles([big, file]);
    await page.getByRole('button', { name: 'Upload 2 files' }).click();
    await page.getByRole('progressbar', { name: 'Sending big.csv' }).waitFor();
    await page.getByRole('button', { name: 'Stop sending big.csv' }).click();
    await page.getByText('cancelled').waitFor();
    await session.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 });
    await page.getByRole('link', { name: 'Review' }).waitFor();
    await page.getByRole('link', { name: 'Towns' }).first().click();
    await page.getByText('Waiting for your review').waitFor();
    const uploads = (await ann.get(`/api/v1/upload?project_id=${project.id}&state=awaiting_confirmation`)).body.objects;
    expect(uploads.map((upload: { file_name: string }) => upload.file_name)).toEqual(['Towns of Kenya.csv']);
    await page.getByRole('link', { name: 'Towns of Kenya.csv' }).click();
    await page.getByRole('button', { name: 'Drop' }).click();
    await page.getByText('Dropped: nothing of it was published').waitFor();
  });

  test('a table longer than a page goes on by cursor to its last row, in the order asked for', async () => {
    const rows = Array.from({ length: 1234 }, (_, index) => ({ n: index + 1, half: Math.floor(index / 2) }));
    const pushed = await ann.post('/api/v1/upload/records?project_id=towns&dataset=long', rows);
    expect([pushed.status, pushed.body.rows.inserted]).toEqual([201, 1234]);
    const { page } = await openWindow();
    await signIn(page, world.url, ann);
    await page.goto(`${world.url}/app/dataset/${pushed.body.dataset.id}?sort=-half,n`);
    await page.getByText('1,234 rows').waitFor();
    await page.locator('[data-at="0:0"]').click();
    // Each press goes to the end of what is known by then, and the next page is asked for.
    await expect
      .poll(
        async () => {
          await page.keyboard.press('Control+End');
          return page.locator('[data-at="1233:1"]:focus').count();
        },
        { timeout: 20_000 },
      )
      .toBe(1);
    expect(await cellTexts(page, 1233)).toEqual(['2', '0']);
    expect(await page.locator('.grid-row').count()).toBeLessThan(100);
    await page.keyboard.press('Control+Home');
    await page.locator('[data-at="0:0"]:focus').waitFor();
    expect(await cellTexts(page, 0)).toEqual(['1233', '616']);
  });

  test('the cell that has the focus is wholly in view, in the last column too', async () => {
    const row = Object.fromEntries(Array.from({ length: 14 }, (_, index) => [`column_${index}`, index]));
    const pushed = await ann.post('/api/v1/upload/records?project_id=towns&dataset=wide', [row, row]);
    expect(pushed.status).toBe(201);
    const { page } = await openWindow({ width: 900, height: 700 });
    await signIn(page, world.url, ann);
    await page.goto(`${world.url}/app/dataset/${pushed.body.dataset.id}`);
    await page.locator('[data-at="0:0"]').click();
    const isWhole = async (column: number) => {
      const cell = (await page.locator(`[data-at="0:${column}"]:focus`).boundingBox())!;
      const grid = (await page.getByRole('grid').boundingBox())!;
      const head = (await page.getByRole('rowheader').first().boundingBox())!;
      return cell.x >= head.x + head.width - 1 && cell.x + cell.width <= grid.x + grid.width + 1;
    };
    for (let column = 1; column < 14; column += 1) {
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => isWhole(column)).toBe(true);
    }
    for (let column = 12; column >= 0; column -= 1) {
      await page.keyboard.press('ArrowLeft');
      await expect.poll(() => isWhole(column)).toBe(true);
    }
    await page.keyboard.press('End');
    await expect.poll(() => isWhole(13)).toBe(true);
  });

  test('a wrong expression is answered in the server’s words, with the place', async () => {
    const { page } = await openWindow();
    await signIn(page, world.url, ann);
    const dataset = (await ann.get('/api/v1/dataset?name=towns-of-kenya')).body.objects[0] as { id: string };
    await page.goto(`${world.url}/app/dataset/${dataset.id}?filter=${encodeURIComponent('yeer > 1990')}`);
    const alert = page.getByRole('alert');
    await alert.getByText(/yeer/).waitFor();
    expect(await alert.textContent()).toMatch(/Did you mean 'year'\?.*Request [0-9a-f-]{36}/s);
    await page.getByRole('textbox', { name: 'Filter expression' }).fill("year > 1990 and place = 'Kisumu'");
    await page.keyboard.press('Enter');
    await page.getByText('9 of 297 rows').waitFor();
  });

  test.for([
    { width: 390, height: 844, colorScheme: 'dark' },
    { width: 1280, height: 800, colorScheme: 'light' },
  ] as const)('axe finds nothing on the pages of a dataset at $width in $colorScheme', async (window) => {
    const { page } = await openWindow(window);
    await signIn(page, world.url, ann);
    const dataset = (await ann.get('/api/v1/dataset?name=towns-of-kenya')).body.objects[0] as { id: string };
    const run = (await ann.get('/api/v1/run?limit=1')).body.objects[0] as { id: string };
    const pages: [address: string, shown: string | RegExp][] = [
      [`dataset/${dataset.id}?facets=place,year&year__gte=1950`, /of 297 rows/],
      [`dataset/${dataset.id}/issues`, 'Rows with too many cells'],
      [`dataset/${dataset.id}/history`, 'Revision 1'],
      [`dataset/${dataset.id}/about`, 'Data Package descriptor'],
      ['project/towns', 'towns-of-kenya'],
      ['project/towns/upload', 'Drop files here, or choose them'],
      ['run', 'Check and publish an upload'],
      [`run/${run.id}`, 'Complete'],
    ];
    for (const [address, shown] of pages) {
      await page.goto(`${world.url}/app/${address}`);
      await page.getByRole('main').getByText(shown).first().waitFor();
      expect([address, ...(await accessibilityFindings(page))]).toEqual([address]);
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect([address, overflow]).toEqual([address, 0]);
    }
  });
});

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

/** The cells of a row as they stand in the grid. */
async function cellTexts(page: Page, row: number): Promise<string[]> {
  await page.locator(`[data-at="${row}:0"]`).waitFor();
  return page.locator(`[data-at^="${row}:"]`).allTextContents();
}

const focused = (page: Page): Promise<string> =>
  page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent");

async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press('Tab');
    if (name.test((await focused(page)).trim())) return;
  }
  throw new Error(`no Tab leads to ${name}`);
}
