import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changedKeysSql } from '../../src/datasets/pure/merge-sql.ts';
import { type MergeRequest, mergeBatch, mergeOf } from '../../src/datasets/tables/merge-batches.ts';
import { literal, openTabular, type Tabular } from '../../src/platform/tabular/index.ts';

let folder: string;
let tabular: Tabular;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'granary-merge-'));
  tabular = await openTabular({ workFolder: folder });
});
afterAll(async () => {
  tabular.close();
  await rm(folder, { recursive: true });
});

/** Rows as SQL tuples of the named columns, with _row as a file of its own would have them. */
async function batch(columns: string, ...rows: string[]): Promise<string> {
  files += 1;
  const file = path.join(folder, `batch-${files}.parquet`);
  const tuples = rows.map((row, i) => `(${row}, ${i + 1}::bigint)`).join(', ');
  await tabular.run(`copy (select * from (values ${tuples}) t(${columns}, _row)) to ${literal(file)} (format parquet)`);
  return file;
}

async function merged(request: Partial<MergeRequest> & Pick<MergeRequest, 'batch' | 'fields'>) {
  files += 1;
  const out = path.join(folder, `table-${files}.parquet`);
  const counts = await mergeBatch(
    tabular,
    { before: undefined, mode: 'append', key: [], blank: 'keep', n: 1, ...request },
    out,
  );
  const rows = await tabular.rows(`select * from read_parquet(${literal(out)})`);
  return { out, counts, rows: rows.map((row) => Object.values(row).map(String).join('|')) };
}

const idName = [
  { name: 'id', type: 'integer' },
  { name: 'name', type: 'string' },
];

test('append puts rows behind those that are there, in file order, each with its origin', async () => {
  const first = await merged({ batch: await batch('id, name', "2, 'b'", "1, 'a'"), fields: idName });
  const second = await merged({ before: first.out, batch: await batch('id, name', "1, 'z'"), fields: idName, n: 2 });
  expect(second.rows).toEqual(['2|b|1|1', '1|a|2|1', '1|z|1|2']);
  expect(second.counts).toEqual({ inserted: 1, updated: 0, unchanged: 0, superseded: 0, rows: 3 });
});

test('upsert replaces by key in place, adds the rest, and an equal row keeps its origin', async () => {
  const first = await merged({ batch: await batch('id, name', "1, 'a'", "2, 'b'", "3, 'c'"), fields: idName });
  const second = await merged({
    before: first.out,
    batch: await batch('id, name', "4, 'd'", "2, 'B'", "3, 'c'"),
    fields: idName,
    mode: 'upsert',
    key: ['id'],
    n: 2,
  });
  expect(second.rows).toEqual(['1|a|1|1', '2|B|2|2', '3|c|3|1', '4|d|1|2']);
  expect(second.counts).toEqual({ inserted: 1, updated: 1, unchanged: 1, superseded: 0, rows: 4 });
});

test('of equal keys within one arrival the later row counts, whole', async () => {
  const first = await merged({
    batch: await batch('id, name', "1, 'a'", "2, 'b'", "1, 'A'"),
    fields: idName,
    mode: 'upsert',
    key: ['id'],
  });
  expect(first.rows).toEqual(['2|b|2|1', '1|A|3|1']);
  expect(first.counts).toMatchObject({ inserted: 2, superseded: 1, rows: 2 });
});

test.each([
  ['keep', '1|a|1|1', { updated: 0, unchanged: 1 }],
  ['clear', '1|null|1|2', { updated: 1, unchanged: 0 }],
] as const)('an empty cell in an upsert does what blank=%s says', async (blank, row, counts) => {
  const first = await merged({ batch: await batch('id, name', "1, 'a'"), fields: idName });
  const second = await merged({
    before: first.out,
    batch: await batch('id, name', '1, null::varchar'),
    fields: idName,
    mode: 'upsert',
    key: ['id'],
    blank,
    n: 2,
  });
  expect(second.rows).toEqual([row]);
  expect(second.counts).toMatchObject(counts);
});

test('a column the arrival does not have stays as it was; a new one is empty in older rows', async () => {
  const first = await merged({ batch: await batch('id, name', "1, 'a'", "2, 'b'"), fields: idName });
  const second = await merged({
    before: first.out,
    batch: await batch('id, age', '2, 40', '3, 50'),
    fields: [...idName, { name: 'age', type: 'integer' }],
    mode: 'upsert',
    key: ['id'],
    n: 2,
  });
  expect(second.rows).toEqual(['1|a|null|1|1', '2|b|40|1|2', '3|null|50|2|2']);
});

test('integer and decimal columns meet as decimals, anything else as text', async () => {
  const fields = [
    { name: 'a', type: 'number' },
    { name: 'b', type: 'string' },
  ];
  const first = await merged({ batch: await batch('a, b', "1::bigint, date '2024-01-31'"), fields });
  const second = await merged({ before: first.out, batch: await batch('a, b', "1.5::double, 'soon'"), fields, n: 2 });
  expect(second.rows).toEqual(['1|2024-01-31|1|1', '1.5|soon|1|2']);
});

test('replace keeps nothing of what was there', async () => {
  const first = await merged({ batch: await batch('id, name', "1, 'a'"), fields: idName });
  const second = await merged({
    before: first.out,
    batch: await batch('id, name', "7, 'g'"),
    fields: idName,
    mode: 'replace',
    n: 2,
  });
  expect(second.rows).toEqual(['7|g|1|2']);
});

test('the conflict view shows old and new of the cells that differ', async () => {
  const first = await merged({
    batch: await batch('id, name, age', "1, 'a', 30", "2, 'b', 40"),
    fields: [...idName, { name: 'age', type: 'integer' }],
  });
  const merge = await mergeOf(tabular, {
    before: first.out,
    batch: await batch('id, name, age', "1, 'a', 31", "2, 'b', 40", "3, 'c', 50"),
    fields: [...idName, { name: 'age', type: 'integer' }],
    mode: 'upsert',
    key: ['id'],
    blank: 'keep',
    n: 2,
  });
  expect(await tabular.rows(changedKeysSql(merge, 10))).toEqual([
    { key: '{"id":1}', before: '{"age":30}', after: '{"age":31}' },
  ]);
});
