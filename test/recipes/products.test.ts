import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { openTabular } from '../../src/platform/tabular/index.ts';
import { defaultLimits } from '../../src/recipes/limits.ts';
import {
  castTable,
  loadTable,
  type ProductPolicy,
  reportTable,
  writeCsv,
  writeJson,
  writeParquet,
  writeRejects,
  writeSqlite,
} from '../../src/recipes/products/index.ts';
import type { TableSchema } from '../../src/recipes/pure/table-schema.ts';
import type { ReadingOptions } from '../../src/recipes/reading-options.ts';

const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-products-'));
const tabular = await openTabular({ workFolder: folder });
afterAll(async () => {
  tabular.close();
  await rm(folder, { recursive: true, force: true });
});

const strict: ProductPolicy = {
  width: 'reject_row',
  cast: 'fail',
  unique: 'report',
  maxRejects: { count: 10, ratio: 0.01 },
};
const lenient: ProductPolicy = { ...strict, cast: 'reject_row' };
interface Table {
  errors: { code: string; message: string; 'row-number': number; 'column-number': number; row: string[] }[];
  headers: string[] | null;
  'error-stats': Record<string, number>;
}
let made = 0;

async function flow(
  text: string,
  fields: TableSchema['fields'] | undefined,
  more: { policy?: ProductPolicy; options?: ReadingOptions; name?: string; schema?: Partial<TableSchema> } = {},
) {
  made += 1;
  const name = more.name ?? 'table.csv';
  const own = path.join(folder, `w${made}`);
  const file = path.join(folder, `in${made}-${name}`);
  await writeFile(file, text);
  const source = await loadTable(tabular, {
    file,
    name,
    folder: own,
    table: `s${made}`,
    options: more.options ?? {},
    limits: defaultLimits,
  });
  const cast = await castTable(tabular, {
    resource: 'table',
    source,
    schema: fields && { fields, ...more.schema },
    policy: more.policy ?? strict,
    table: `r${made}`,
    descriptor: {},
  });
  const about = { resource: 'table', source: 'http://x/table.csv', scheme: 'http' };
  const report = await reportTable(tabular, { source, cast, about });
  const target = (ending: string) => path.join(own, `out.${ending}`);
  return {
    source,
    cast,
    report: report.tables[0] as unknown as Table,
    entry: report,
    csv: async () => {
      await writeCsv(tabular, cast.relation, target('csv'));
      return readFile(target('csv'), 'utf8');
    },
    json: async () => {
      await writeJson(tabular, cast.relation, target('json'));
      return readFile(target('json'), 'utf8');
    },
    target,
  };
}
const texts = (...names: string[]): TableSchema['fields'] => names.map((name) => ({ name, type: 'string' }));

test('CSV: CRLF, quotes only where needed, one empty cell of one column quoted', async () => {
  const many = await flow('a,b\n"x,1","say ""hi"""\n"two\nlines",\n', texts('a', 'b'));
  expect(await many.csv()).toBe('a,b\r\n"x,1","say ""hi"""\r\n"two\nlines",\r\n');
  const one = await flow('a\nNA\nx\n', texts('a'), { schema: { missingValues: ['NA'] } });
  expect(await one.csv()).toBe('a\r\n""\r\nx\r\n');
});

test('every type in the text form of products', async () => {
  const { csv, json } = await flow(
    'n;i;b;d;t;dt;y;ym;g;o;l\n' +
      '1.234,50;007;TRUE;03/04/2020;09:05:00;2020-01-02T03:04:05+02:00;2020;2020-07;2.5, 48.1;"{""b"":1,""a"":[1,2]}";x,y\n' +
      ';;0;;;2020-01-02T03:04:05.250Z;;;;;\n',
    [
      { name: 'n', type: 'number', decimalChar: ',', groupChar: '.' },
      { name: 'i', type: 'integer' },
      { name: 'b', type: 'boolean' },
      { name: 'd', type: 'date', format: '%d/%m/%Y' },
      { name: 't', type: 'time' },
      { name: 'dt', type: 'datetime' },
      { name: 'y', type: 'year' },
      { name: 'ym', type: 'yearmonth' },
      { name: 'g', type: 'geopoint' },
      { name: 'o', type: 'object' },
      { name: 'l', type: 'list' },
    ],
  );
  expect(await csv()).toBe(
    'n,i,b,d,t,dt,y,ym,g,o,l\r\n' +
      '1234.50,007,True,2020-04-03,09:05:00,2020-01-02 01:04:05,2020,2020-07,"2.5, 48.1","{""b"": 1, ""a"": [1, 2]}","x,y"\r\n' +
      ',,False,,,2020-01-02 03:04:05.25,,,,,\r\n',
  );
  expect(await json()).toBe(
    '[{"b": true, "d": "2020-04-03", "dt": "2020-01-02 01:04:05", "g": [2.5, 48.1], "i": 7, "l": ["x", "y"], "n": 1234.5, ' +
      '"o": {"a": [1, 2], "b": 1}, "t": "09:05:00", "y": 2020, "ym": "2020-07"},' +
      '{"b": false, "d": null, "dt": "2020-01-02 03:04:05.25", "g": null, "i": null, "l": null, "n": null, "o": null, "t": null, "y": null, "ym": null}]',
  );
});

test('JSON numbers are the shortest binary64 form if that is the same decimal, else all their digits', async () => {
  const { json } = await flow(
    'n\n1\n7.250\n1e16\n0.00001\n0.1234567890123456789012\n.5\nNaN\n123456789012345678901234567890\n',
    [{ name: 'n', type: 'number' }],
  );
  expect(await json()).toBe(
    '[{"n": 1.0},{"n": 7.25},{"n": 1e+16},{"n": 1e-05},{"n": 0.1234567890123456789012},{"n": 0.5},{"n": null},{"n": 123456789012345678901234567890}]',
  );
});

test('JSON texts: ASCII only, escapes as they must be, keys by code point', async () => {
  const { json } = await flow('[{"é": "a\\"b\\\\c\\nd", "Z": "naïve 😀", "a": "plain"}]', texts('é', 'Z', 'a'), {
    name: 't.json',
  });
  expect(await json()).toBe('[{"Z": "na\\u00efve \\ud83d\\ude00", "a": "plain", "\\u00e9": "a\\"b\\\\c\\nd"}]');
});

const dirty =
  'day,city,n\n' +
  'soon,Lyon,1\n' + // 2
  '2020-01-01,Lyon,2\n' + // 3
  '\n' + // 4
  '2020-01-02,Nice\n' + // 5
  '2020-01-03,Nice,3,4\n' + // 6
  '2020-01-01,Lyon,2\n' + // 7 = 3
  '2020-01-04,,99\n' + // 8
  '2020-01-05,Nice,x\n'; // 9
const dirtyFields: TableSchema['fields'] = [
  { name: 'day', type: 'date', constraints: { unique: true } },
  { name: 'city', type: 'string', constraints: { required: true } },
  { name: 'n', type: 'integer', constraints: { maximum: 50 } },
];

test('the report finds each violation, by physical row and column', async () => {
  const { report, entry } = await flow(dirty, dirtyFields);
  expect(report.errors.map((one) => [one['row-number'], one['column-number'], one.code, one.message])).toEqual([
    [2, 1, 'type-or-format-error', 'The value "soon" in row 2 and column 1 is not type "date" and format "default"'],
    [4, null, 'blank-row', 'Row 4 is completely blank'],
    [5, 3, 'missing-value', 'Row 5 has a missing value in column 3'],
    [6, 4, 'extra-value', 'Row 6 has an extra value in column 4'],
    [7, null, 'duplicate-row', 'Row 7 is duplicated to row(s) 3'],
    [8, 2, 'required-constraint', 'Column 2 is a required field, but row 8 has no value'],
    [
      8,
      3,
      'maximum-constraint',
      'The value "99" in row 8 and column 3 does not conform to the maximum constraint of "50"',
    ],
    [9, 3, 'type-or-format-error', 'The value "x" in row 9 and column 3 is not type "integer" and format "default"'],
  ]);
  expect(report.errors[0]?.row).toEqual(['soon', 'Lyon', '1']);
  expect(report.errors[3]?.row).toEqual(['2020-01-03', 'Nice', '3', '4']);
  expect(entry).toMatchObject({ valid: false, 'error-count': 8, preset: 'table', 'table-count': 1, warnings: [] });
  expect(report).toMatchObject({ headers: ['day', 'city', 'n'], 'row-count': 9, format: 'csv', encoding: 'utf-8' });
  expect(report['error-stats']).toMatchObject({ 'type-or-format-error': 2, 'blank-row': 1 });
});

test('a bad cell fails the products unless the policy rejects its row', async () => {
  const failed = await flow(dirty, dirtyFields);
  expect(failed.cast.failure?.lines[0]).toContain('The value "soon" in row 2');
  expect(failed.cast.failure?.lines).toHaveLength(4);
  const rejected = await flow(dirty, dirtyFields, { policy: lenient });
  expect(rejected.cast).toMatchObject({ failure: undefined, rejectedRows: 5 });
  expect(await rejected.csv()).toBe('day,city,n\r\n2020-01-01,Lyon,2\r\n2020-01-01,Lyon,2\r\n');
  const { source, cast } = rejected;
  const n = await writeRejects(tabular, { cast, source }, rejected.target('rejects'));
  expect(n).toBe(6);
  expect((await readFile(rejected.target('rejects'), 'utf8')).split('\r\n').slice(0, 2)).toEqual([
    'row_number,column_number,code,message,raw',
    '2,1,type-or-format-error,"The value ""soon"" in row 2 and column 1 is not type ""date"" and format ""default""","[""soon"",""Lyon"",""1""]"',
  ]);
  const nulled = await flow(dirty, dirtyFields, { policy: { ...strict, cast: 'null_value' } });
  expect(await nulled.csv()).toContain('\r\n2020-01-05,Nice,\r\n');
});

test('rejects beyond both limits fail, and so does a table of which nothing is left', async () => {
  const bad = (n: number, good: number) =>
    `n\n${'x\n'.repeat(n)}${Array.from({ length: good }, (_, i) => i).join('\n')}\n`;
  const fields: TableSchema['fields'] = [{ name: 'n', type: 'integer' }];
  expect((await flow(bad(10, 50), fields, { policy: lenient })).cast.failure).toBeUndefined();
  expect((await flow(bad(11, 50), fields, { policy: lenient })).cast.failure?.lines).toEqual([
    '11 of 61 row(s) were rejected, more than the allowed 10 and 1 %',
  ]);
  expect((await flow(bad(11, 2000), fields, { policy: lenient })).cast.failure).toBeUndefined();
  expect((await flow(bad(3, 0), fields, { policy: lenient })).cast.failure?.lines).toEqual([
    'All 3 row(s) were rejected',
  ]);
});

test('a finding for each cell too many or too few; the policy may fill or cut such rows', async () => {
  const text = 'a,b,c\n1\n1,2,3,4,5\n1,2,3\n';
  const { report, cast } = await flow(text, texts('a', 'b', 'c'), { policy: lenient });
  expect(report.errors.map((one) => [one['row-number'], one['column-number'], one.code])).toEqual([
    [2, 2, 'missing-value'],
    [2, 3, 'missing-value'],
    [3, 4, 'extra-value'],
    [3, 5, 'extra-value'],
  ]);
  expect(report['error-stats']).toEqual({ 'missing-value': 2, 'extra-value': 2 });
  expect(cast.rejectedRows).toBe(2);
  const padded = await flow(text, texts('a', 'b', 'c'), { policy: { ...strict, width: 'pad' } });
  expect(padded.report['error-stats']).toEqual({ 'missing-value': 2, 'extra-value': 2 });
  expect(padded.cast.rejectedRows).toBe(1);
  expect(await padded.csv()).toBe('a,b,c\r\n1,,\r\n1,2,3\r\n');
  const cut = await flow(text, texts('a', 'b', 'c'), { policy: { ...strict, width: 'trim' } });
  expect(await cut.csv()).toBe('a,b,c\r\n1,2,3\r\n1,2,3\r\n');
});

test('bounds hold for numbers of any size, and are never rounded', async () => {
  const of = async (cells: string, constraints: object) => {
    const { report } = await flow(`n\n${cells.replaceAll(' ', '\n')}\n`, [{ name: 'n', type: 'number', constraints }]);
    return report.errors.map(({ message }) => /^The value "(.*?)"/.exec(message)![1]);
  };
  expect(await of('5 1e30 INF -INF NaN', { maximum: 10 })).toEqual(['1e30', 'INF']);
  expect(await of('5 -1e30 -INF NaN', { minimum: 1 })).toEqual(['-1e30', '-INF']);
  expect(await of('1 1.00000000000000000001 0.99999999999999999999', { maximum: 1 })).toEqual([
    '1.00000000000000000001',
  ]);
  expect(await of('1 2', { exclusiveMaximum: '1.00000000000000000001' })).toEqual(['2']);
  expect(
    await of('12345678901234567890123456789012345679 1', { maximum: '12345678901234567890123456789012345678' }),
  ).toEqual(['12345678901234567890123456789012345679']);
  expect(await of('1e29 2e30', { maximum: 1e30 })).toEqual(['2e30']);
  expect(await of('1.0 2 3e0 3', { enum: [1, 3] })).toEqual(['2']);
});

test('SQLite has no key that the rows break', async () => {
  const { cast, target } = await flow(
    'k,n\n1,\n1,2\n',
    [
      { name: 'k', type: 'integer' },
      { name: 'n', type: 'integer' },
    ],
    {
      schema: { primaryKey: ['k'] },
    },
  );
  expect(await writeSqlite(tabular, [cast.relation], {}, target('sqlite'))).toEqual([
    'table: the primary key k is left out of SQLite, since rows break it',
  ]);
  const sqlite = new DatabaseSync(target('sqlite'));
  expect(sqlite.prepare('select * from "table"').all()).toHaveLength(2);
  sqlite.close();
});

test('unique values: every row is named until they are many', async () => {
  const fields: TableSchema['fields'] = [
    { name: 'k', type: 'integer' },
    { name: 'x', type: 'string' },
  ];
  const { report } = await flow(`k,x\n${Array.from({ length: 8 }, (_, i) => `1,${i}`).join('\n')}\n`, fields, {
    schema: { primaryKey: 'k' },
  });
  const messages = report.errors.map((one) => one.message);
  expect(messages[0]).toBe('Rows 2, 3 has unique constraint violation in column 1');
  expect(messages.at(-1)).toBe('Rows 2, 3, 4, 9 and 4 others has unique constraint violation in column 1');
  expect(report['error-stats']).toEqual({ 'unique-constraint': 7 });
});

test('headers: blank, repeated, in other places, missing and surplus', async () => {
  const { report, cast } = await flow('a,,a,x\n1,2,3,4\n', texts('a', '_c2', 'b'));
  expect(report.errors.map((one) => one.message)).toEqual([
    'Header in column 2 is blank',
    'Header in column 3 is duplicated to header in column(s) 1',
    `Header in column 3 doesn't match field name "b" in the schema`,
    'There is an extra header in column 4',
  ]);
  expect(report.headers).toBeNull();
  expect(cast.failure?.lines).toHaveLength(2);
  const missing = await flow('a\n1\n', texts('a', 'b'));
  expect(missing.report.errors[0]?.message).toBe('There is a missing header in column "b"');
  const byName = await flow('b,a\n2,1\n', texts('a', 'b'), { schema: { fieldsMatch: 'equal' } });
  expect(byName.cast.failure).toBeUndefined();
  expect(await byName.csv()).toBe('a,b\r\n1,2\r\n');
});

test('types are inferred over the whole table; codes stay text', async () => {
  const { cast } = await flow(
    'i,n,b,d,dt,t,ym,o,code,plus,empty,mixed\n' +
      '1,1.5,true,2020-01-01,2020-01-01T00:00:00Z,10:00:00,2020-01,{},007,+1,,1\n' +
      '-20,2,false,2020-01-02,2020-01-01 10:00:00,11:00:00,2020-12,{},12,2,,x\n',
    undefined,
  );
  expect(Object.fromEntries(cast.schema.fields.map(({ name, type }) => [name, type]))).toEqual({
    i: 'integer',
    n: 'number',
    b: 'boolean',
    d: 'date',
    dt: 'datetime',
    t: 'time',
    ym: 'yearmonth',
    o: 'object',
    code: 'string',
    plus: 'string',
    empty: 'string',
    mixed: 'string',
  });
  expect(cast.counts.size).toBe(0);
});

test('Parquet and SQLite have the types, and exact numbers', async () => {
  const { cast, target } = await flow('i,n,s\n12345678901234567890,1.10,x\n1,0.123456789012345678901,\n', [
    { name: 'i', type: 'integer' },
    { name: 'n', type: 'number' },
    { name: 's', type: 'string' },
  ]);
  await writeParquet(tabular, cast.relation, target('parquet'), { fields: [] });
  const parquet = `read_parquet('${target('parquet')}')`;
  expect((await tabular.describe(`select * from ${parquet}`)).map(({ type }) => type)).toEqual([
    'DECIMAL(38,0)',
    'DECIMAL(22,21)',
    'VARCHAR',
  ]);
  expect((await tabular.rows(`select n::varchar as n from ${parquet}`)).map(({ n }) => n)).toContain(
    '0.123456789012345678901',
  );
  await writeSqlite(tabular, [cast.relation], { name: 'x' }, target('sqlite'));
  const sqlite = new DatabaseSync(target('sqlite'));
  expect(sqlite.prepare('select * from "table"').all()).toEqual([
    { i: '12345678901234567890', n: '1.10', s: 'x' },
    { i: '1', n: '0.123456789012345678901', s: null },
  ]);
  sqlite.close();
});
