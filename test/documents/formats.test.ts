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
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, sheet, 'data');
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
