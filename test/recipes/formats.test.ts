import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as XLSX from '@e965/xlsx';
import { describe, expect, test } from 'vitest';
import { literal, openTabular } from '../../src/platform/tabular/index.ts';
import { counts, inFolder, ingest, types, values } from './support/ingest.ts';

describe('JSON', () => {
  const rows = [
    ['1', 'x'],
    ['2', 'y y'],
  ];
  const cases: [what: string, content: string, expected: unknown[][]][] = [
    ['a list of objects', '[{"a": 1, "b": "x"}, {"a": 2, "b": "y y"}]', rows],
    ['a list of lists', '[["a", "b"], [1, "x"], [2, "y y"]]', rows],
    ['columns and rows', '{"columns": ["a", "b"], "rows": [[1, "x"], [2, "y y"]]}', rows],
    [
      'columns and rows the other way round',
      '{"rows": [[1, "x"], [2, "y y"]], "columns": [{"name": "a"}, {"name": "b"}]}',
      rows,
    ],
    ['an envelope', '{"total": 2, "items": [{"a": 1, "b": "x"}, {"a": 2, "b": "y y"}], "tags": ["t"]}', rows],
    ['lines', '{"a": 1, "b": "x"}\n{"a": 2, "b": "y y"}\n', rows],
    ['one object', '{"a": 1, "b": "x"}', [['1', 'x']]],
    [
      'keys that come and go',
      '[{"a": 1}, {"b": "x"}, {"a": null, "b": ""}]',
      [
        ['1', null],
        [null, 'x'],
      ],
    ],
  ];
  test.each(cases)('%s', async (_what, content, expected) => {
    expect(values(await ingest('t.json', content))).toEqual(expected);
  });

  test('a pointer chooses among several lists', async () => {
    const content = '{"x": {"deep": [{"a": 1}]}, "y": [{"a": 2}]}';
    expect(values(await ingest('t.json', content, { options: { records: '/x/deep' } }))).toEqual([['1']]);
    await expect(ingest('t.json', content, { options: { records: '/z' } })).rejects.toThrow("there is no list at '/z'");
  });

  test('nested objects become dotted columns to depth three, lists and the rest JSON text', async () => {
    const content = '[{"a": {"b": {"c": {"d": 1.50}}, "l": [1.0, {"e": 2}]}, "n": {}}]';
    const ingested = await ingest('t.json', content);
    expect(types(ingested)).toEqual({ 'a.b.c': 'object', 'a.l': 'array', n: 'object' });
    expect(values(ingested)).toEqual([['{"d":1.50}', '[1.0,{"e":2}]', '{}']]);
  });

  test('numbers keep every digit, and strings of digits stay codes', async () => {
    const ingested = await ingest('t.json', '[{"n": 12345678901234567.25, "code": "12", "day": "2024-01-31"}]');
    expect(types(ingested)).toEqual({ n: 'number', code: 'string', day: 'date' });
    expect(values(ingested)).toEqual([['12345678901234567.25', '12', '2024-01-31']]);
  });

  test('a bad line is one rejected row', async () => {
    const ingested = await ingest('t.ndjson', '{"a":1}\n{"a":\n[3]\n\n{"a":4}', { onError: 'quarantine' });
    expect(ingested.rows).toEqual([
      { _row: '1', _rev: 1, a: '1' },
      { _row: '5', _rev: 1, a: '4' },
    ]);
    expect(counts(ingested)).toEqual(['blank-row - 1', 'invalid-json - 1', 'not-a-record - 1']);
  });

  test('a text cut into pieces anywhere reads the same', async () => {
    const { scanJson } = await import('../../src/recipes/scan-json.ts');
    const text = '{"meta": {"n": "a \\"]} b"}, "items": [{"a": "x\\\\"}, [1, {"y": "]"}], 12.5, "s", null]}';
    const scan = async (size: number) => {
      async function* pieces() {
        for (let i = 0; i < text.length; i += size) yield text.slice(i, i + size);
      }
      const found: string[] = [];
      const decide = (at: (string | number)[]) =>
        (at.length < 2 ? (at[0] === 'meta' ? 'skip' : 'enter') : 'take') as 'skip' | 'enter' | 'take';
      for await (const value of scanJson(pieces(), decide, { maxCharacters: 1000, maxDepth: 100 }))
        found.push(value.text);
      return found;
    };
    const whole = await scan(1000);
    expect(whole).toEqual(['{"a": "x\\\\"}', '[1, {"y": "]"}]', '12.5', '"s"', 'null']);
    for (let size = 1; size < 20; size++) expect(await scan(size)).toEqual(whole);
  });
});

test('GeoJSON gives properties, then the geometry', async () => {
  const content = JSON.stringify({
    type: 'FeatureCollection',
    features: [
      { type: 'Feature', geometry: { type: 'Point', coordinates: [1.5, 2] }, properties: { name: 'x' } },
      { type: 'Feature', geometry: null, properties: { name: 'y', size: 3 } },
    ],
  });
  const ingested = await ingest('t.geojson', content);
  expect(types(ingested)).toEqual({ name: 'string', size: 'integer', geometry: 'geojson' });
  expect(values(ingested)).toEqual([
    ['x', null, '{"type":"Point","coordinates":[1.5,2]}'],
    ['y', '3', null],
  ]);
});

describe('spreadsheets', () => {
  const sheet = XLSX.utils.aoa_to_sheet([
    ['code', 'day', 'moment', 'share', 'ok', 'sum'],
    ['007', 45322, 45322.5, 0.1, true, 3],
    [],
    ['008', 45323, 45323.25, 1e-7, false, 4],
  ]);
  for (const row of [2, 4]) {
    sheet[`B${row}`].z = 'yyyy-mm-dd';
    sheet[`C${row}`].z = 'dd/mm/yyyy hh:mm';
  }
  sheet.F4 = { t: 'e', v: 0x2a, w: '#N/A' };
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, sheet, 'data');
  XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([['note'], [''], ['x', 'a'], ['y', 'b']]), 'other');

  test.each(['xlsx', 'xls', 'ods'] as const)('%s', async (bookType) => {
    const content = XLSX.write(book, { type: 'buffer', bookType }) as Buffer;
    const ingested = await ingest(`t.${bookType}`, content);
    expect(types(ingested)).toMatchObject({
      code: 'string',
      day: 'date',
      moment: 'datetime',
      share: 'number',
      ok: 'boolean',
      sum: 'integer',
    });
    expect(ingested.rows!.map(({ _row, code, day, moment, ok }) => [_row, code, day, moment, ok])).toEqual([
      ['1', '007', '2024-01-31', '2024-01-31 12:00:00', true],
      ['3', '008', '2024-02-01', '2024-02-01 06:00:00', false],
    ]);
    expect(counts(ingested)).toContain('blank-row - 1');
    expect(ingested.result.reading).toMatchObject({ sheet: 'data', sheets: ['data', 'other'] });
  });

  test('a sheet and a range are chosen, and a wrong name is refused', async () => {
    const content = XLSX.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer;
    const chosen = await ingest('t.xlsx', content, { options: { sheet: 'other', range: 'A3:B4', header: false } });
    expect(values(chosen)).toEqual([
      ['x', 'a'],
      ['y', 'b'],
    ]);
    await expect(ingest('t.xlsx', content, { options: { sheet: 'none' } })).rejects.toThrow("there is no sheet 'none'");
  });

  test('a broken workbook, and one over the limit', async () => {
    await expect(ingest('t.xlsx', 'PK\x03\x04 and nothing else')).rejects.toMatchObject({ code: 'format_error' });
    const content = XLSX.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer;
    await expect(ingest('t.xlsx', content, { limits: { spreadsheetCells: 3 } })).rejects.toThrow('number of cells');
    await expect(ingest('t.xlsx', content, { limits: { spreadsheetBytes: 100 } })).rejects.toThrow('spreadsheet file');
  });
});

test('Parquet keeps its types', async () => {
  await inFolder(async (folder) => {
    const file = path.join(folder, 'in.parquet');
    const tabular = await openTabular({ workFolder: folder });
    await tabular.run(`copy (select 1::bigint as i, 2.50::decimal(9,2) as d, 0.1::double as f, date '2024-01-31' as day, true as ok,
      timestamp '2024-01-31 10:00:00.25' as at, '007' as code, [1, 2] as list, {'a': 1} as obj union all select null, null, 'nan'::double, null, null, null, null, null, null)
      to ${literal(file)} (format parquet)`);
    tabular.close();
    const ingested = await ingest('t.parquet', await readFile(file), { onError: 'skip' });
    expect(types(ingested)).toEqual({
      i: 'integer',
      d: 'number',
      f: 'number',
      day: 'date',
      ok: 'boolean',
      at: 'datetime',
      code: 'string',
      list: 'array',
      obj: 'object',
    });
    expect(values(ingested)).toEqual([
      ['1', '2.50', 0.1, '2024-01-31', true, '2024-01-31 10:00:00.25', '007', '[1,2]', '{"a":1}'],
      [null, null, 'NaN', null, null, null, null, null, null],
    ]);
  });
});
