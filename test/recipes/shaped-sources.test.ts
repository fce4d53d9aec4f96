import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openTabular } from '../../src/platform/tabular/index.ts';
import { defaultLimits } from '../../src/recipes/limits.ts';
import { castTable, loadTable, type ProductPolicy, reportTable, writeCsv } from '../../src/recipes/products/index.ts';
import type { TableSchema } from '../../src/recipes/pure/table-schema.ts';

const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-shaped-'));
const tabular = await openTabular({ workFolder: folder });
afterAll(async () => {
  tabular.close();
  await rm(folder, { recursive: true, force: true });
});

const policy: ProductPolicy = {
  width: 'reject_row',
  cast: 'fail',
  unique: 'report',
  maxRejects: { count: 10, ratio: 0.01 },
};
let made = 0;

async function flow(text: string, tabulator: Record<string, unknown>, schema?: TableSchema) {
  made += 1;
  const file = path.join(folder, `in${made}.csv`);
  await writeFile(file, text);
  const source = await loadTable(tabular, {
    file,
    name: 'table.csv',
    folder: path.join(folder, `w${made}`),
    table: `s${made}`,
    options: {},
    tabulator,
    limits: defaultLimits,
  });
  const cast = await castTable(tabular, {
    resource: 'table',
    source,
    schema,
    policy,
    table: `r${made}`,
    descriptor: {},
  });
  const about = { resource: 'table', source: 'http://x/table.csv', scheme: 'http', seconds: 0 };
  const report = (await reportTable(tabular, { source, cast, about })).tables[0] as {
    errors: { code: string; 'row-number': number | null; message: string; row: string[] | null }[];
    'row-count': number;
  };
  const out = path.join(folder, `out${made}.csv`);
  await writeCsv(tabular, cast.relation, out);
  return { cast, report, csv: await readFile(out, 'utf8') };
}

test.each<[string, Record<string, unknown>, string]>([
  ['a title\nanother, and more\na,b\n1,2\n', { skip_rows: 2 }, 'a,b\r\n1,2\r\n'],
  ['x\na,b\n1,2\n', { skip_rows: '1' }, 'a,b\r\n1,2\r\n'],
  ['# c\na,b\n# d\n1,2\n', { skip_rows: ['#'] }, 'a,b\r\n1,2\r\n'],
  ['a,b\n1,2\n,9\n', { skip_rows: [''] }, 'a,b\r\n1,2\r\n'],
  ['a,b\n1,2\nsum,3\n', { skip_rows: [-1] }, 'a,b\r\n1,2\r\n'],
  ['a,b\n1,2\nTotal 5,3\n', { skip_rows: [{ type: 'regex', value: '^Total' }] }, 'a,b\r\n1,2\r\n'],
  ['t\na,b\n1,2\n', { headers: 2 }, 'a,b\r\n1,2\r\n'],
  ['t\n\na,b\n1,2\n', { skip_rows: [1, { type: 'preset', value: 'blank' }] }, 'a,b\r\n1,2\r\n'],
  ['a,b\nx,\n1,2\n', { headers: [1, 2] }, 'a x,b\r\n1,2\r\n'],
  ['a;b\n1;2\n', { constants: { k: 'v' } }, 'a,b,k\r\n1,2,v\r\n'],
])('%j with the options %j', async (text, tabulator, expected) => {
  expect((await flow(text, tabulator)).csv).toBe(expected);
});

test('row numbers are those of the file, whatever is skipped', async () => {
  const { report } = await flow('title\na,b\n1,2\n3\n\n4,5,6\n7,8\n', { skip_rows: [1] });
  expect(report['row-count']).toBe(7);
  expect(report.errors.map(({ code, 'row-number': row, row: cells }) => [code, row, cells])).toEqual([
    ['missing-value', 4, ['3']],
    ['blank-row', 5, ['']],
    ['extra-value', 6, ['4', '5', '6']],
  ]);
});

test('another word for rows to skip fails', async () => {
  await expect(flow('a\n1\n', { skip_rows: 'two' })).rejects.toThrow('Bad value for skip_rows');
});

const any: TableSchema = {
  fields: [
    { name: 'd', type: 'date', format: 'any' },
    { name: 'x', type: 'string' },
  ],
};

test('format any is the one pattern that fits the whole column', async () => {
  const { csv, cast } = await flow('d,x\n13/02/2020,a\n01/02/2020,b\n', {}, any);
  expect(cast.failure).toBeUndefined();
  expect(csv).toBe('d,x\r\n2020-02-13,a\r\n2020-02-01,b\r\n');
});

test('two patterns with different results are an error, and so is a part that lacks', async () => {
  const both = await flow('d,x\n03/02/2020,a\n', {}, any);
  expect(both.cast.failure?.lines[0]).toMatch(/fit both %d\/%m\/%Y and %m\/%d\/%Y, with different results/);
  const partial = await flow('d,x\n2001-07,a\n', {}, any);
  expect(partial.cast.failure?.lines).toEqual([
    'The value "2001-07" in row 2 and column 1 is not type "date" and format "default"',
  ]);
});
