import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { literal, openTabular } from '../../src/platform/tabular/index.ts';
import { flowFiles } from './flow-files.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'granary-case-'));
const tabular = await openTabular({ workFolder: folder });
afterAll(async () => {
  tabular.close();
  await rm(folder, { recursive: true });
});

/** As other writers make it: names the engine would not write are put into the bytes. */
async function parquet(): Promise<Buffer> {
  const file = path.join(folder, 'in.parquet');
  await tabular.run(`copy (select 1::bigint as aa, {'x': 5} as s, 'x' as "BB") to ${literal(file)} (format parquet)`);
  return Buffer.from((await readFile(file, 'latin1')).replaceAll('BB', 'AA'), 'latin1');
}

const { flow } = await flowFiles({
  '/t.csv': 'id,Id,ID,id\n1,x,true,4\n2,y,false,5\n',
  '/t.json': '[{"id": 1, "Id": "x", "ID": true, "other": 4}, {"id": 2, "Id": "y", "ID": false, "other": 5}]',
  '/t.ndjson': '{"id": 1, "Id": "x"}\n{"id": 2, "Id": "y"}\n',
  '/titled.csv': 'A title\nid,Id\n1,x\n2,y\n',
  '/t.parquet': await parquet(),
});
const step = (run: string, parameters: object) => ({ run, parameters });

test.each([
  ['csv', { path: 't.csv' }, 'id,Id,ID,id_1\n1,x,True,4\n2,y,False,5\n'],
  ['json', { path: 't.json', type: 'table' }, 'id,Id,ID,other\n1,x,True,4\n2,y,False,5\n'],
  ['ndjson', { path: 't.ndjson' }, 'id,Id\n1,x\n2,y\n'],
  ['parquet', { path: 't.parquet', format: 'parquet' }, 'aa,s,AA\n1,"{""x"": 5}",x\n'],
])('names that differ in case are two columns: %s', async (format, resource, csv) => {
  const made = await flow(`in-${format}`, [{ name: 't', ...resource }]);
  expect((await made.product('t_csv')).text.replaceAll('\r\n', '\n')).toBe(csv);
  const report = (await made.product('validation_report')).body[0].tables[0];
  expect(report['error-stats']).toEqual(format === 'csv' ? { 'duplicate-header': 1 } : {});
  expect(made.status.logs.filter((line: string) => line.includes('duplicated'))).toHaveLength(format === 'csv' ? 1 : 0);
});

test('a declared schema, tabulator options and steps tell names apart by case, and so do CSV and JSON', async () => {
  const fields = [
    { name: 'id', type: 'integer' },
    { name: 'Id', type: 'string' },
  ];
  const made = await flow('declared', [{ name: 't', path: 'titled.csv', schema: { fields, primaryKey: 'Id' } }], {
    processing: [
      {
        input: 't',
        output: 't',
        tabulator: { skip_rows: [1] },
        dpp: [
          step('find_replace', { fields: [{ name: 'Id', patterns: [{ find: 'x', replace: 'X' }] }] }),
          step('add_computed_field', {
            fields: [{ target: 'ID', operation: 'format', with: '{id}-{Id}' }],
          }),
          step('sort', { 'sort-by': [{ field: 'id', order: 'desc' }] }),
        ],
      },
    ],
    outputs: [{ kind: 'parquet' }, { kind: 'sqlite', parameters: { 'out-file': 't.sqlite' } }],
  });
  expect(made.status.error_log).toEqual([]);
  expect((await made.product('t_csv')).text.replaceAll('\r\n', '\n')).toBe('id,Id,ID\n2,y,2-y\n1,X,1-X\n');
  expect((await made.product('t_json')).text).toBe(
    '[{"ID": "2-y", "Id": "y", "id": 2},{"ID": "1-X", "Id": "X", "id": 1}]',
  );
  const [{ schema }] = (await made.resources('t_csv')) as unknown as [{ schema: { fields: { name: string }[] } }];
  expect(schema.fields.map(({ name }) => name)).toEqual(['id', 'Id', 'ID']);
});

test('Parquet and SQLite, whose readers ignore case, number the later ones and keep the name as title', async () => {
  const made = await flow(
    'told-apart',
    [
      {
        name: 't',
        path: 't.ndjson',
        schema: {
          fields: [
            { name: 'id', type: 'integer' },
            { name: 'Id', type: 'string' },
          ],
          primaryKey: 'Id',
        },
      },
      { name: 'T', path: 't.ndjson' },
    ],
    { outputs: [{ kind: 'parquet' }, { kind: 'sqlite', parameters: { 'out-file': 't.sqlite' } }] },
  );
  expect(made.status.error_log).toEqual([]);
  const [resource] = (await made.resources('t_parquet')) as unknown as [{ path: string; schema: object }];
  expect(resource.schema).toMatchObject({
    fields: [{ name: 'id' }, { name: 'Id_1', title: 'Id' }],
    primaryKey: ['Id_1'],
  });
  const file = path.join(folder, 'out.parquet');
  await writeFile(file, (await made.read(resource.path)).bytes);
  expect(await tabular.rows(`select * from read_parquet(${literal(file)})`)).toEqual([
    { id: '1', Id_1: 'x' },
    { id: '2', Id_1: 'y' },
  ]);
  const [inFile] = await tabular.rows(
    `select decode(value) as schema from parquet_kv_metadata(${literal(file)}) where key = 'table_schema'`,
  );
  expect(JSON.parse(String(inFile!.schema))).toEqual(resource.schema);
  const sqlite = path.join(folder, 'out.sqlite');
  await writeFile(sqlite, (await made.product('t_sqlite')).bytes);
  const database = new DatabaseSync(sqlite, { readOnly: true });
  expect(database.prepare('select * from t').all()).toMatchObject([
    { id: 1, Id_1: 'x' },
    { id: 2, Id_1: 'y' },
  ]);
  expect(database.prepare('select count(*) as n from "T_1"').get()).toMatchObject({ n: 2 });
  database.close();
});
