import { readFile } from 'node:fs/promises';
import * as xlsx from '@e965/xlsx';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { startJobs } from '../../src/worker.ts';
import { must } from '../locations/places-world.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';
import { makeMetadata, makePlaces } from './monitoring-world.ts';

/** Decimal commas and days whose order is open; places and columns nobody calls so; one row twice, one cell no number. */
const dirty = `District;Round;Kids seen;Jabs;Stock;Remarks
Amber;March 2026;"1.200,5";900;12;late
Birhc;March 2026;800;maybe;9;
Cedr;March 2026;700;650;-;
Dune;March 2026;50;50;3;
Dune;March 2026;60;55;4;
Nowhere;March 2026;1;1;1;
`;

describe.skipIf(chromiumPath === undefined)('documents', onceMore, async () => {
  const world = await startWorld();
  const worker = await startJobs(world.context);
  afterAll(() => worker.stop());
  const admin = await somebody(world, { username: 'ada', name: 'Ada Obi', role: 'ADMIN' });
  const ids = await makePlaces(admin);
  const { indicators, campaigns } = await makeMetadata(admin);
  const { page, complaints } = await openWindow({ height: 1000 }, afterAll);
  const until = <T>(what: () => Promise<T>) => expect.poll(what, { timeout: 30_000 });
  const stored = async (place: string, indicator: number) => {
    const query = `indicator__in=${indicator}&location_id=${ids[place]}&campaign__in=${campaigns.march}`;
    return (await must(admin.get(`/api/v1/campaign_datapoint/?${query}`), 200)).objects[0]?.value;
  };
  const codes = page.getByRole('list', { name: 'Codes to decide' });
  const standsOn = () => codes.locator('li:focus').getAttribute('aria-label');

  test('a file is sent with its columns named, and says what nobody knows yet', async () => {
    await signIn(page, world.url, admin);
    await page.getByRole('link', { name: 'Documents' }).first().click();
    await page.getByText('No document yet').waitFor();
    await page.getByRole('button', { name: 'Upload a document' }).first().click();
    const form = page.getByRole('dialog', { name: 'Upload a document' });
    await form.locator('input[type=file]').setInputFiles({
      name: 'round one.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(dirty),
    });
    await form.getByRole('combobox', { name: 'Column of the place' }).waitFor();
    expect(await form.getByRole('combobox', { name: 'Column of the place' }).inputValue()).toBe('District');
    expect(await form.getByRole('combobox', { name: 'Column of the campaign' }).inputValue()).toBe('Round');
    await form.getByRole('button', { name: 'Upload' }).click();
    await page.getByRole('heading', { name: 'round one.csv', level: 1 }).waitFor();
    await page.getByText('7 codes to decide').waitFor();
    await page.getByText('codes to map').waitFor();
    expect(await factsOf(page)).toMatchObject({ Rows: '6', Values: '0' });
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  test('codes are decided by keyboard: taken, chosen, made, said to be no data', async () => {
    // What most cells wait for comes first: the columns, then the places.
    await codes.getByRole('listitem').first().focus();
    expect(await standsOn()).toMatch(/^Jabs|^Kids seen/);
    await goTo(page, standsOn, 'Kids seen');
    await page.keyboard.press('c');
    const field = page.getByRole('combobox', { name: 'What “Kids seen” means' });
    await field.waitFor();
    expect(await field.evaluate((input) => input.matches(':focus'))).toBe(true);
    // Esc gives it up and stands on the code again.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
    expect(await standsOn()).toMatch(/^Kids seen/);
    await page.keyboard.press('c');
    await page.keyboard.type('Children seen');
    await page.getByRole('option', { name: 'Children seen (seen)' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText('“Kids seen” is seen.').waitFor();
    await until(() => codes.getByRole('listitem').count()).toBe(6);
    // Whoever decides stands on the next.
    await until(async () => typeof (await standsOn())).toBe('string');

    await goTo(page, standsOn, 'Remarks');
    await page.keyboard.press('x');
    await until(() => codes.getByRole('listitem').count()).toBe(5);

    await goTo(page, standsOn, 'Stock');
    await page.keyboard.press('n');
    const form = page.getByRole('dialog', { name: 'New indicator' });
    await form.getByRole('textbox', { name: 'Short name' }).waitFor();
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    await until(standsOn).toMatch(/^Stock/);
    await page.keyboard.press('n');
    expect(await form.getByRole('textbox', { name: 'Short name' }).inputValue()).toBe('stock');
    await form.getByRole('button', { name: 'Save indicator' }).click();
    await page.getByText('“Stock” is stock.').waitFor();
    await until(() => codes.getByRole('listitem').count()).toBe(4);

    await goTo(page, standsOn, 'Birhc');
    await page.keyboard.press('p');
    const effect = page.getByRole('region', { name: 'What would change' });
    await effect.getByText('Children seen, Birch, March 2026: nothing → 800').waitFor();
    expect(await stored('BIR', indicators.seen!)).toBeUndefined();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByText('“Birhc” is Birch.').waitFor();
    await until(() => stored('BIR', indicators.seen!)).toBe(800);
    // A decimal comma in one row says how the whole column is meant.
    expect(await stored('AMB', indicators.seen!)).toBe(1200.5);
  });

  test('many are decided at once, and taken back by one click', async () => {
    await page.getByRole('button', { name: /^None of all 3 is data/ }).click();
    await page.getByText('Every code is known.').waitFor();
    await page.getByText('3 codes said to be no data.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await page.getByText('3 codes to decide').waitFor();
    await page.getByRole('button', { name: /^Choose for Jabs/ }).click();
    await page.getByRole('combobox', { name: 'What “Jabs” means' }).fill('vaccinated');
    await page.getByRole('option', { name: 'Children vaccinated (vaccinated)' }).click();
    await codes.getByRole('button', { name: 'Cedar', exact: true }).click();
    // By keyboard, the focus on what is said of all of them then.
    await goTo(page, standsOn, 'Nowhere');
    await page.keyboard.press('x');
    await page.getByText('Every code is known.').waitFor();
    const said = page.getByRole('status').filter({ hasText: 'Every code is known.' });
    await until(() => said.evaluate((one) => one.matches(':focus'))).toBe(true);
    await page.getByText('counts', { exact: true }).waitFor();
    await until(async () => (await factsOf(page)).Values).toBe('10');
    // Of 18 cells of three columns; what was read first, before anything was mapped, is not told any more.
    const { Cells, 'Without a value': without } = await factsOf(page);
    expect(Number(Cells) - Number(without)).toBe(10);
  });

  test('what needs a look is listed, can be fetched with its rows, and a value leads to its row', async () => {
    await page.getByText('Not a number').waitFor();
    await page.getByRole('cell', { name: 'maybe', exact: true }).waitFor();
    await page.getByText('Rows said again further down').waitFor();
    const fetched = async (name: string) => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
      return (await readFile(await download.path(), 'utf8')).replace(/^\ufeff/, '');
    };
    const findings = await fetched('Findings as CSV');
    expect(findings).toMatch(/^row,line,column,severity,code,raw,message,suggestion,cells/);
    expect(findings).toContain('2,3,Jabs,error,not_a_number,maybe');
    const rows = (await fetched('Their rows as CSV')).trim().split(/\r?\n/);
    expect(rows).toEqual(['District,Round,Kids seen,Jabs,Stock,Remarks', 'Birhc,March 2026,800,maybe,9,']);
    const values = page.getByRole('region', { name: 'Values of the document' });
    await values.getByRole('button', { name: '1,200.5' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText('From a file').waitFor();
    await drawer.getByText('1.200,5').waitFor();
    await drawer.getByText('1 (line 2)').waitFor();
    await drawer.getByText('mapped by ada').first().waitFor();
    await drawer
      .getByText(/ by ada$/)
      .last()
      .waitFor();
    const toRow = drawer.getByRole('link', { name: 'The row as it was read' });
    const address = await toRow.getAttribute('href');
    await toRow.click();
    const row = page.getByRole('region', { name: 'Row 1 (line 2)' });
    await row.getByRole('row', { name: 'Kids seen 1.200,5 Children seen, Amber: 1,200.5' }).waitFor();
    await row.getByRole('row', { name: 'Remarks late the column is said to be no data' }).waitFor();
    await drawer.waitFor({ state: 'detached' });
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('link', { name: '2 (line 3)' }).first().click();
    await page
      .getByRole('region', { name: 'Row 2 (line 3)' })
      .getByRole('row', { name: /^Jabs maybe maybe is no number/ })
      .waitFor();
    // On a phone the last column has a line of its own, within the window.
    await page.setViewportSize({ width: 390, height: 780 });
    for (const told of ['Row 2 (line 3)', 'What needs a look']) {
      const why = page
        .getByRole('region', { name: told })
        .getByText(/^maybe is no number/)
        .first();
      const { x, width } = (await why.boundingBox())!;
      expect(x + width).toBeLessThan(390);
      expect(width).toBeGreaterThan(250);
    }
    await page.setViewportSize({ width: 1280, height: 1000 });
    // The page of a row is a link like any other; it leads on to the whole document.
    await page.goto(world.url + address);
    await row.getByRole('link', { name: 'The whole document' }).click();
    await row.waitFor({ state: 'detached' });
  });

  test('how it is read is said afterwards, and the file is read again', async () => {
    await page.getByRole('button', { name: 'Change how it is read' }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('combobox', { name: 'Cells said twice' }).click();
    await page.getByRole('option', { name: 'they are added up' }).click();
    await until(() => form.getByRole('combobox', { name: 'Cells said twice' }).inputValue()).toBe('they are added up');
    await form.getByRole('combobox', { name: 'Words for nothing' }).fill('maybe');
    await page.keyboard.press('Enter');
    expect(await accessibilityFindings(page)).toEqual([]);
    await form.getByRole('button', { name: 'Save and read again' }).click();
    await page.getByText('round one.csv is read again.').waitFor();
    await until(() => stored('DUN', indicators.seen!)).toBe(110);
    await until(() => page.getByText('Not a number').count()).toBe(0);
    const declared = page.getByRole('region', { name: 'How it is read' });
    await declared.getByText('they are added up').waitFor();
    await declared.getByText('maybe').waitFor();
  });

  test('a document is taken back and put back', async () => {
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.getByText('taken back', { exact: true }).waitFor();
    await until(() => stored('AMB', indicators.seen!)).toBeUndefined();
    await page.getByText('None while it is taken back.').waitFor();
    await page.getByRole('button', { name: 'Put it back' }).click();
    await until(() => stored('AMB', indicators.seen!)).toBe(1200.5);
    await page.getByText('counts', { exact: true }).waitFor();
    await page.setViewportSize({ width: 390, height: 780 });
    await page.reload();
    await page.getByRole('heading', { name: 'How it is read' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    expect(complaints).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 1000 });
  });

  test('of a workbook the columns are asked for by name, in the words of the form', async () => {
    const book = xlsx.utils.book_new();
    const rows = [
      ['District name', 'When', 'seen'],
      ['Amber', 'April 2026', 44],
    ];
    xlsx.utils.book_append_sheet(book, xlsx.utils.aoa_to_sheet(rows), 'Data');
    await page.goto(`${world.url}/app/documents`);
    await page.getByRole('button', { name: 'Upload a document' }).click();
    const form = page.getByRole('dialog', { name: 'Upload a document' });
    await form.locator('input[type=file]').setInputFiles({
      name: 'book.xlsx',
      mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      buffer: xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer,
    });
    const send = form.getByRole('button', { name: 'Upload', exact: true });
    await send.click();
    await form.getByText('Column of the place: no column is called as it usually is.').waitFor();
    // What its cells look like is filled in.
    expect(await form.getByRole('textbox', { name: 'Column of the place' }).inputValue()).toBe('District name');
    await form.getByRole('textbox', { name: 'Column of the place' }).fill('District');
    await send.click();
    await form.getByText('Column of the place: the file has no column “District”.').waitFor();
    await form.getByRole('textbox', { name: 'Column of the place' }).fill('District name');
    await send.click();
    await form.getByText('Column of the campaign: no column is called as it usually is.').waitFor();
    expect(await form.getByRole('textbox', { name: 'Column of the place' }).inputValue()).toBe('District name');
    expect(await accessibilityFindings(page)).toEqual([]);
    expect(await form.getByRole('textbox', { name: 'Column of the campaign' }).inputValue()).toBe('When');
    await send.click();
    await page.getByRole('heading', { name: 'book.xlsx', level: 1 }).waitFor();
    await page.getByText('counts', { exact: true }).waitFor();
    await until(async () => (await factsOf(page)).Values).toBe('1');
  });

  test('a title above the table is not taken for a column: the row of the headers is filled in', async () => {
    const rows = [
      ['Weekly report, district health office'],
      [],
      ['District', 'Round', 'Children seen', 'vaccinated'],
      ['Birch', 'April 2026', 71, 70],
    ];
    const book = xlsx.utils.book_new();
    xlsx.utils.book_append_sheet(book, xlsx.utils.aoa_to_sheet(rows), 'Data');
    await page.goto(`${world.url}/app/documents`);
    await page.getByRole('button', { name: 'Upload a document' }).click();
    const form = page.getByRole('dialog', { name: 'Upload a document' });
    const file = form.locator('input[type=file]');
    const send = form.getByRole('button', { name: 'Upload', exact: true });
    await file.setInputFiles({
      name: 'titled.xlsx',
      mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      buffer: xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer,
    });
    await send.click();
    await form.getByText('The headers seem to stand in row 3, below a title.').waitFor();
    expect(await form.getByRole('textbox', { name: 'Row of the headers' }).inputValue()).toBe('3');
    expect(await form.getByRole('combobox', { name: 'Column of the place' }).inputValue()).toBe('District');
    expect(await form.getByRole('combobox', { name: 'Column of the campaign' }).inputValue()).toBe('Round');
    expect(await accessibilityFindings(page)).toEqual([]);
    await send.click();
    await page.getByRole('heading', { name: 'titled.xlsx', level: 1 }).waitFor();
    await until(async () => (await factsOf(page)).Values).toBe('2');

    // Of a text file it is found here, and another row can be said.
    await page.goto(`${world.url}/app/documents`);
    await page.getByRole('button', { name: 'Upload a document' }).click();
    const text = rows.map((row) => row.map((cell) => `"${cell}"`).join(';')).join('\n');
    await file.setInputFiles({ name: 'titled.csv', mimeType: 'text/csv', buffer: Buffer.from(`${text}\n`) });
    const row = form.getByRole('textbox', { name: 'Row of the headers' });
    await until(() => row.inputValue()).toBe('3');
    expect(await form.getByRole('combobox', { name: 'Column of the place' }).inputValue()).toBe('District');
    await row.fill('1');
    await until(() => form.getByRole('combobox', { name: 'Column of the place' }).inputValue()).toBe('');
    await row.fill('3');
    await until(() => form.getByRole('combobox', { name: 'Column of the place' }).inputValue()).toBe('District');
    await send.click();
    await page.getByRole('heading', { name: 'titled.csv', level: 1 }).waitFor();
    await until(async () => (await factsOf(page)).Values).toBe('2');
  });

  test('Cancel takes back what is being sent', async () => {
    const before = (await must(admin.get('/api/v1/source_doc/?limit=1'), 200)).meta.total_count;
    await page.goto(`${world.url}/app/documents`);
    await page.getByRole('button', { name: 'Upload a document' }).click();
    const form = page.getByRole('dialog', { name: 'Upload a document' });
    const buffer = Buffer.from('geocode,campaign,seen\nAMB,April 2026,45\n');
    await form.locator('input[type=file]').setInputFiles({ name: 'late.csv', mimeType: 'text/csv', buffer });
    const held = Promise.withResolvers<void>();
    await page.route('**/api/v1/source_doc', async (route) => {
      await held.promise;
      await route.continue().catch(() => undefined);
    });
    const ended = page.waitForEvent('requestfailed');
    await form.getByRole('button', { name: 'Upload', exact: true }).click();
    await form.getByRole('progressbar', { name: 'Sending the file' }).waitFor({ state: 'attached' });
    await form.getByRole('button', { name: 'Cancel' }).click();
    expect((await ended).failure()?.errorText).toBe('net::ERR_ABORTED');
    held.resolve();
    await page.unroute('**/api/v1/source_doc');
    expect((await must(admin.get('/api/v1/source_doc/?limit=1'), 200)).meta.total_count).toBe(before);
  });

  /** One place that is known, 249 nobody knows, and a column nobody knows. */
  const sendMany = async () => {
    const lines = Array.from({ length: 249 }, (_, index) => `Z-${index},March 2026,1,1`);
    const text = ['geocode,campaign,seen,Oddity', 'AMB,March 2026,7,1', ...lines].join('\n');
    const body = { docfile: Buffer.from(text).toString('base64'), doc_title: 'many codes', file_type: 'campaign' };
    return (await must(admin.post('/api/v1/source_doc/', body), 201)).id as number;
  };
  let manyCodes = 0;

  test('all codes are counted, page by page, and none of all is data says so of all', async () => {
    manyCodes = await sendMany();
    await page.goto(`${world.url}/app/documents/${manyCodes}`);
    await page.getByText('250 codes to decide').waitFor();
    await page.getByRole('button', { name: 'None of all 250 is data' }).waitFor();
    // What most cells wait for is the column.
    await codes.getByRole('listitem').first().getByText('Oddity', { exact: true }).waitFor();
    await until(() => codes.locator('> li').count()).toBe(100);
    await page.getByRole('button', { name: 'More: 100 of 250 shown' }).click();
    await until(() => codes.locator('> li').count()).toBe(200);
    await page.getByRole('textbox', { name: 'Codes that contain' }).fill('z-1');
    await page.getByRole('button', { name: 'None of these 111 is data' }).click();
    await page.getByText('111 codes said to be no data.').waitFor();
    await page.getByText('139 codes to decide').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('250 codes to decide').waitFor();
  });

  test('a document says how many of its values count, and why the others do not', async () => {
    const send = async (doc_title: string, text: string) => {
      const body = { docfile: Buffer.from(text).toString('base64'), doc_title, file_type: 'campaign' };
      return (await must(admin.post('/api/v1/source_doc/', body), 201)).id as number;
    };
    const older = await send('older', 'geocode,campaign,seen\nAMB,April 2026,1\nBIR,April 2026,2\n');
    await send('newer', 'geocode,campaign,seen\nBIR,April 2026,3\n');
    await page.goto(`${world.url}/app/documents/${older}`);
    await page.getByText('counts · 1 of 2 values', { exact: true }).waitFor();
    await page.getByText('a newer document or a later row counts').waitFor();
    const entry = { location_id: ids.AMB, campaign_id: campaigns.april, indicator_id: indicators.seen, value: 9 };
    const { id } = await must(admin.post('/api/v1/campaign_datapoint/', entry), 201);
    await page.reload();
    await page.getByText('superseded · 0 of 2 values', { exact: true }).waitFor();
    await page.getByText('entered by hand: 9').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await must(admin.delete(`/api/v1/campaign_datapoint/${id}/`), 204);
    await page.goto(`${world.url}/app/documents`);
    await page.getByRole('link', { name: /^older.*read$/ }).waitFor();
  });

  test('who may only look is offered nothing else', async () => {
    const ben = await somebody(world, { username: 'ben' });
    await must(admin.post('/api/v1/location_responsibility/', { user_id: ben.id, top_lvl_location_id: ids.SAV }), 201);
    const other = await openWindow();
    await signIn(other.page, world.url, ben);
    const isOffered = (name: string | RegExp) => other.page.getByRole('button', { name }).count();
    await other.page.goto(`${world.url}/app/documents`);
    await other.page.getByRole('link', { name: /^many codes/ }).click();
    await other.page.getByText('1 code to decide').waitFor();
    await other.page.getByText('Administrators say what columns and campaigns mean.').waitFor();
    await other.page.getByRole('heading', { name: 'How it is read' }).waitFor();
    const offers = [
      /^Take it back/,
      /^Not data/,
      /^Choose/,
      /^None of/,
      /^Accept/,
      /^Open again/,
      /^Change how/,
      /^Upload/,
    ];
    expect(await Promise.all(offers.map(isOffered))).toEqual(offers.map(() => 0));
    await other.page.getByRole('list', { name: 'Codes to decide' }).getByRole('listitem').first().focus();
    await other.page.keyboard.press('x');
    await other.page.goto(`${world.url}/app/places/${ids.AMB}`);
    await other.page.getByText('see values', { exact: true }).waitFor();
    expect(await isOffered('Import')).toBe(0);
    await other.page.goto(`${world.url}/app/campaigns`);
    await other.page.getByRole('link', { name: 'See values' }).first().waitFor();
    await other.page.goto(
      `${world.url}/app/entry?campaign=${campaigns.march}&place=${ids.N}&indicators=${indicators.seen}`,
    );
    await other.page.getByText('You may see these values, but not enter any').waitFor();
    await other.page.locator('[data-at="0:0"]').click();
    await other.page.keyboard.type('5');
    expect(await other.page.getByRole('grid', { name: 'Values' }).locator('input').count()).toBe(0);
    await until(async () => (await must(admin.get(`/api/v1/source_doc/${manyCodes}/`), 200)).state).toBe('mapping');
    // Of places that nobody mapped they see no codes, and of what others did no run.
    const text = 'geocode,campaign,seen\nAMB,March 2026,7\nAtlantis,March 2026,1\n';
    const body = { docfile: Buffer.from(text).toString('base64'), doc_title: 'atlantis', file_type: 'campaign' };
    const { id } = await must(admin.post('/api/v1/source_doc/', body), 201);
    await other.page.goto(`${world.url}/app/documents/${id}`);
    await other.page.getByText('Some codes are still to be decided, but none that you see').waitFor();
    expect(await other.page.getByText('Every code is known.').count()).toBe(0);
    expect(await other.page.getByRole('link', { name: 'Its run' }).count()).toBe(0);
    await page.goto(`${world.url}/app/documents/${id}`);
    await page.getByText('1 code to decide').waitFor();
    await page.getByRole('link', { name: /^Download/ }).waitFor();
    await page.getByRole('link', { name: 'Its run' }).waitFor();
    expect(other.complaints).toEqual([]);
  });

  test('who enters values uploads, and has a say over what they sent themselves', async () => {
    const cap = await somebody(world, { username: 'cap' });
    const right = { user_id: cap.id, top_lvl_location_id: ids.N, right: 'capture' };
    await must(admin.post('/api/v1/location_responsibility/', right), 201);
    const text = 'geocode,campaign,seen\nBIR,March 2026,5\nQuince,March 2026,6\n';
    const body = { docfile: Buffer.from(text).toString('base64'), doc_title: 'by cap', file_type: 'campaign' };
    await must(cap.post('/api/v1/source_doc/', body), 201);
    const other = await openWindow();
    await signIn(other.page, world.url, cap);
    const button = (name: string) => other.page.getByRole('button', { name, exact: true });
    await other.page.goto(`${world.url}/app/documents`);
    await button('Upload a document').waitFor();
    await other.page.getByRole('link', { name: /^by cap/ }).click();
    await button('Not data for Quince').waitFor();
    await button('Take it back').waitFor();
    await button('Change how it is read').waitFor();
    await other.page.goto(`${world.url}/app/documents/${manyCodes}`);
    await other.page.getByText('Administrators say what columns and campaigns mean.').waitFor();
    await other.page.getByRole('heading', { name: 'How it is read' }).waitFor();
    expect(await Promise.all(['Take it back', 'Change how it is read'].map((name) => button(name).count()))).toEqual([
      0, 0,
    ]);
    await other.page.goto(`${world.url}/app/places/${ids.BIR}`);
    await other.page.getByText('see and enter values', { exact: true }).waitFor();
    expect(await button('Import').count()).toBe(0);
    await other.page.goto(
      `${world.url}/app/entry?campaign=${campaigns.april}&place=${ids.N}&indicators=${indicators.seen}`,
    );
    await other.page.locator('[data-at="0:0"]').click();
    await other.page.keyboard.type('5');
    await other.page.keyboard.press('Enter');
    await other.page.getByText('1 value saved').waitFor();
  });
});

async function factsOf(page: Page): Promise<Record<string, string>> {
  const facts = page.getByRole('region', { name: 'Facts' }).locator(':scope > div > div');
  const texts = await facts.evaluateAll((all) =>
    all.map((one) =>
      [...(one as unknown as { children: { textContent: string }[] }).children].map((part) => part.textContent),
    ),
  );
  return Object.fromEntries(texts as [string, string][]);
}

/** Down with j, up with k, until one stands on the code. */
async function goTo(page: Page, standsOn: () => Promise<string | null>, code: string): Promise<void> {
  for (const key of [...Array<string>(10).fill('k'), ...Array<string>(10).fill('j')]) {
    if ((await standsOn())?.startsWith(code)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`no way to ${code}`);
}
