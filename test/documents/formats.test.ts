import { mkdtemp, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as XLSX from '@e965/xlsx';
import { afterEach, describe, expect, test } from 'vitest';
import { literal, openTabular } from '../../src/platform/tabular/index.ts';
import { must } from '../locations/places-world.ts';
import { startDocumentsWorld } from './documents-world.ts';

const the = await startDocumentsWorld();
const { admin, world } = the;
for (const name of ['seen', 'missed']) await the.indicator(name);
await the.indicator('share', 'pct');
await the.indicator('visits', 'int', { resource_name: 'date' });
for (const [n, name] of ['csv', 'tsv', 'xlsx', 'xls', 'ods', 'json', 'ndjson', 'parquet', 'days'].entries()) {
  await the.campaign(name, `2021-01-${String(n + 1).padStart(2, '0')}`);
}
await the.campaign('titles', '2021-03-15');
afterEach(() => world.runJobs());

const header = ['geocode', 'campaign', 'seen', 'missed', 'share'];
const rowsOf = (campaign: string) => [
  ['a', campaign, 60, 6, 0.25],
  ['b', campaign, 1200.5, null, 1],
];
const objectsOf = (campaign: string) =>
  rowsOf(campaign).map((row) => Object.fromEntries(header.map((name, at) => [name, row[at]])));
const separated = (campaign: string, by: string) =>
  [header, ...rowsOf(campaign)].map((row) => row.map((cell) => cell ?? '').join(by)).join('\n');

function spreadsheet(
  rows: unknown[][],
  bookType: 'xlsx' | 'xls' | 'ods',
  formats: Record<string, string> = {},
): Uint8Array {
  const sheet = XLSX.utils.aoa_to_sheet(rows);
  for (const [cell, z] of Object.entries(formats)) sheet[cell].z = z;
  return workbook({ data: sheet }, bookType);
}

function workbook(sheets: Record<string, XLSX.WorkSheet>, bookType: 'xlsx' | 'xls' | 'ods' = 'xlsx'): Uint8Array {
  const book = XLSX.utils.book_new();
  for (const [name, sheet] of Object.entries(sheets)) XLSX.utils.book_append_sheet(book, sheet, name);
  return XLSX.write(book, { type: 'buffer', bookType }) as Buffer;
}

async function parquet(campaign: string): Promise<Uint8Array> {
  const folder = await mkdtemp(path.join(world.folder, 'parquet-'));
  const file = path.join(folder, 'rows.parquet');
  const tabular = await openTabular({ workFolder: folder, signal: AbortSignal.timeout(60_000) });
  try {
    await tabular.run(`copy (select 'a' as geocode, '${campaign}' as campaign, 60.0::double as seen, 6 as missed, 0.25::float as share
      union all select 'b', '${campaign}', 1200.5, null, 1) to ${literal(file)} (format parquet)`);
  } finally {
    tabular.close();
  }
  return readFile(file);
}

describe('a file of campaigns is the same values in every form', () => {
  test.each<[string, () => Uint8Array | string | Promise<Uint8Array>]>([
    ['csv', () => separated('csv', ',')],
    ['tsv', () => separated('tsv', '\t')],
    ['xlsx', () => spreadsheet([header, ...rowsOf('xlsx')], 'xlsx', { E2: '0%', C3: '#,##0.0' })],
    ['xls', () => spreadsheet([header, ...rowsOf('xls')], 'xls', { E2: '0%' })],
    ['ods', () => spreadsheet([header, ...rowsOf('ods')], 'ods')],
    ['parquet', () => parquet('parquet')],
    ['json', () => JSON.stringify(objectsOf('json'))],
    [
      'ndjson',
      () =>
        objectsOf('ndjson')
          .map((row) => JSON.stringify(row))
          .join('\n'),
    ],
  ])('%s', async (form, content) => {
    const document = await the.document((await content()) as string, {
      doc_title: `clinics.${form}`,
      // A share of 1 may be one per cent.
      percent: 'fraction',
    });
    expect(document).toMatchObject({ state: 'processed', file_header: header });
    expect(document.summary).toMatchObject({ rows: 2, missing: 1, values: { new: 5 } });
    expect([form, await the.values('seen', form)]).toEqual([form, 'K 1260.5, P 1260.5, a 60, b 1200.5']);
    expect(await the.values('missed', form)).toBe('K 6, P 6, a 6');
    expect(await the.values('share', form)).toBe('a 0.25, b 1');
    expect(await the.issues(document.id)).toEqual(['2 seen fractional_int 1200.5']);
  });
});

test('days of a spreadsheet are days, whatever they look like there', async () => {
  const rows = [
    ['geocode', 'data_date', 'visits'],
    ['a', 44_287, 3],
    ['b', 44_288.5, 4],
  ];
  const content = spreadsheet(rows, 'xlsx', { A2: '@', B2: 'dd/mm/yyyy', B3: 'yyyy-mm-dd hh:mm' });
  const document = await the.document(content as unknown as string, { file_type: 'date', doc_title: 'visits.xlsx' });
  expect(await the.issues(document.id)).toEqual([]);
  const query = `indicator__in=${the.indicators.visits}`;
  const { objects } = await must(admin.get(`/api/v1/date_datapoint/?${query}`), 200);
  expect(objects.map((one: { data_date: string; value: number }) => [one.data_date, one.value])).toEqual([
    ['2021-04-01', 3],
    ['2021-04-02', 4],
  ]);
});

test.each(['xlsx', 'xls'] as const)('an error of a spreadsheet is a text like any other: %s', async (bookType) => {
  await the.campaign(`errors ${bookType}`, bookType === 'xls' ? '2021-02-01' : '2021-02-02');
  const errors = ['#DIV/0!', '#VALUE!', '#REF!', '#NAME?', '#NUM!', '#N/A'];
  const codes = [7, 15, 23, 29, 36, 42];
  const places = ['a', 'b', 'c', 'd', 'x', 'P'];
  const campaign = `errors ${bookType}`;
  const sheet = XLSX.utils.aoa_to_sheet([
    ['geocode', 'campaign', 'seen', 'missed'],
    ...places.map((place) => [place, campaign, 0, 1]),
    [0, campaign, 5, 1],
  ]);
  for (const [at, v] of codes.entries()) sheet[`C${at + 2}`] = { t: 'e', v };
  sheet.A8 = { t: 'e', v: 23 };
  const content = workbook({ data: sheet }, bookType) as unknown as string;
  const document = await the.document(content, { doc_title: `errors.${bookType}` });
  expect(document.summary).toMatchObject({ rows: 7, missing: 0, issues: { not_a_number: 6, unmapped_location: 1 } });
  expect(await the.issues(document.id)).toEqual([
    ...errors.map((text, at) => `${at + 1} seen not_a_number ${text}`),
    'geocode unmapped_location #REF!',
  ]);
  const { objects } = await must(admin.get(`/api/v1/source_submission/?document_id=${document.id}`), 200);
  expect(objects[0].submission_json.seen).toBe('#DIV/0!');
  const declared = await the.document(content, { doc_title: 'missing.xlsx', missing_values: errors.join(',') });
  expect(declared.summary).toMatchObject({ missing: 6, issues: { unmapped_location: 1 } });
});

describe('of a workbook with several sheets', () => {
  const table = (place: string) =>
    XLSX.utils.aoa_to_sheet([
      ['geocode', 'campaign', 'seen'],
      [place, 'xlsx', 1],
    ]);
  const content = workbook({ jan: table('c'), feb: table('d'), empty: {} }) as unknown as string;

  test('one is read, and the others are a finding', async () => {
    const document = await the.document(content, { doc_title: 'sheets.xlsx' });
    expect(document).toMatchObject({
      state: 'processed',
      summary: { rows: 1, sheet: 'jan', other_sheets: ['feb'], issues: { unread_sheets: 1 } },
    });
    const { objects } = await must(admin.get(`/api/v1/source_doc/${document.id}/issues`), 200);
    expect(objects).toMatchObject([
      {
        row: null,
        severity: 'warning',
        code: 'unread_sheets',
        raw: 'feb',
        message: 'Only sheet jan was read, not feb',
      },
    ]);
    expect(await the.statuses(document.id)).toBe('PROCESSED');
    await the.action('refresh_master', `document_id=${document.id}`);
    const { summary } = await must(admin.get(`/api/v1/source_doc/${document.id}/`), 200);
    expect(summary).toMatchObject({ sheet: 'jan', other_sheets: ['feb'], issues: { unread_sheets: 1 } });
  });

  test('the sender chooses, and is told nothing new', async () => {
    const document = await the.document(content, { doc_title: 'sheets.xlsx', sheet: 'feb' });
    expect(document.summary).toMatchObject({ rows: 1, sheet: 'feb', other_sheets: ['jan'], issues: {} });
    expect(await the.values('seen', 'xlsx')).toContain('d 1');
  });

  test('a refusal names the one that was read and those that were not', async () => {
    const cover = XLSX.utils.aoa_to_sheet([['Report'], ['of January']]);
    const refused = await the.send(workbook({ cover, data: table('c') }), { doc_title: 'cover.xlsx' });
    expect(refused).toMatchObject({ status: 400, body: { error: 'geocode is a required column.' } });
    expect(refused.body.hint).toContain('Sheet cover has: Report');
    expect(refused.body.hint).toContain('Other sheets with content: data; the detail sheet chooses.');
    const title = XLSX.utils.aoa_to_sheet([['Report of January']]);
    const empty = await the.send(workbook({ title, data: table('c') }), { doc_title: 'title.xlsx' });
    expect(empty).toMatchObject({
      status: 400,
      body: { error: 'file is empty please check the upload and try again' },
    });
    expect(empty.body.hint).toContain('Sheet title has a header of 1 column(s) and nothing below it.');
    expect(empty.body.hint).toContain('data');
  });
});

describe('rows that are not as wide as the header', () => {
  const at = (campaign: string) => the.campaign(campaign, `2021-03-${String(++days).padStart(2, '0')}`);
  let days = 0;

  test('lack nothing but empty cells, and have too many only where those say something', async () => {
    await at('wide');
    const rows = ['a,wide,1', 'b,wide', 'c,wide,3,4,', 'd,wide,1,200,"", 7 ', 'a', 'x,wide,,,,'];
    const document = await the.document(`geocode,campaign,seen,missed\n${rows.join('\n')}\n`);
    expect(document).toMatchObject({
      state: 'processed',
      summary: { rows: 6, values: { new: 3 }, issues: { surplus_cells: 1, missing_campaign: 1 } },
    });
    expect(await the.statuses(document.id)).toBe('PROCESSED PROCESSED PROCESSED REJECTED REJECTED PROCESSED');
    expect(await the.issues(document.id)).toEqual(['4 surplus_cells  7 ', '5 campaign missing_campaign']);
    const query = 'process_status__in=PARTIAL,REJECTED&format=csv&fields=row_number,errors,submission_json';
    const sheet = (await admin.get(`/api/v1/source_submission/?document_id=${document.id}&${query}`)).text;
    expect(sheet.trim().split(/\r?\n/)).toEqual([
      'row_number,errors,geocode,campaign,seen,missed',
      "4,Row 4 has 6 cells for 4 column(s): no header says what ' 7 ' is,d,wide,1,200",
      '5,campaign: The row names no campaign,a,,,',
    ]);
    const sent = sheet.replace('d,wide,1,200', 'd,wide,1200,7').replace('a,,,', 'a,wide,,');
    const correction = await the.document(sent, { corrects: document.id });
    expect(correction).toMatchObject({ state: 'processed', summary: { rows: 2, issues: {} } });
    const open = await must(admin.get(`/api/v1/source_doc/${document.id}/issues?corrected_by_id__isnull=true`), 200);
    expect(open.objects).toEqual([]);
    expect(await the.values('seen', 'wide')).toContain('d 1200');
  });

  test('do not push aside a row of the same key', async () => {
    await at('beside');
    const document = await the.document('geocode,campaign,seen\na,beside,5\na,beside,1,200\n');
    expect(await the.statuses(document.id)).toBe('PROCESSED REJECTED');
    expect(await the.values('seen', 'beside')).toContain('a 5');
    expect(await the.issues(document.id)).toEqual(['2 surplus_cells 200']);
  });

  test('may be all there are', async () => {
    await at('all');
    const document = await the.document('geocode,campaign,seen\na,all,1,200\nb,all,2,300\n');
    expect(document).toMatchObject({ state: 'processed', summary: { rows: 2, issues: { surplus_cells: 2 } } });
    expect(await the.statuses(document.id)).toBe('REJECTED REJECTED');
  });

  test('stay a file of semicolons', async () => {
    await at('semi');
    const rows = ['a;semi;5;', 'b;semi;6', 'c;semi;7;', 'd;semi', 'x;semi;8'];
    const document = await the.document(`geocode;campaign;seen\n${rows.join('\n')}\n`);
    expect(document.summary).toMatchObject({ rows: 5, values: { new: 4 }, issues: {} });
  });

  test('a file of nothing but broken rows says so in words of its own', async () => {
    const refused = await the.send('geocode,campaign,seen\n"a"b,all,1\n"c"d,all,2\n');
    expect(refused).toMatchObject({
      status: 400,
      body: {
        error: 'No row of the file can be read: A quote in the row is stray or never closed (and 1 more)',
      },
    });
  });
});

test.each([
  ['Survey v1.2', 'geocode,campaign,seen\na,titles,3\n', ''],
  ['report 2020.05', 'geocode;campaign;seen\na;titles;3\n', 'data:application/vnd.ms-excel;base64,'],
  ['x.pdf', 'geocode\tcampaign\tseen\na\ttitles\t3\n', 'data:text/plain;base64,'],
  ['x.xlsx', 'geocode,campaign,seen\na,titles,3\n', 'data:text/csv;base64,'],
  ['x.json', 'geocode,campaign,seen\na,titles,3\n', ''],
  ['x.csv', '[{"geocode":"a","campaign":"titles","seen":3}]', ''],
  ['x.ndjson', '{"geocode":"a","campaign":"titles","seen":3}\n', ''],
  [
    'x.xls',
    '<html><table><tr><td>geocode</td><td>campaign</td><td>seen</td></tr><tr><td>a</td><td>titles</td><td>3</td></tr></table></html>',
    '',
  ],
])('the title %s says nothing of the format', async (doc_title, content, prefix) => {
  const document = await the.document('', { doc_title, docfile: prefix + Buffer.from(content).toString('base64') });
  expect(document).toMatchObject({ doc_title, file_name: doc_title, summary: { cells: 1, values: { new: 1 } } });
});
