import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { openTabular } from '../../src/platform/tabular/index.ts';
import { defaultLimits } from '../../src/recipes/limits.ts';
import {
  castTable,
  distinctNames,
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

/** `input.csv` and `spec.json`; every other file is what the products are, byte by byte or, of binary ones, told as text. */
interface Spec {
  schema?: TableSchema;
  policy?: ProductPolicy;
}
const strict: ProductPolicy = {
  width: 'reject_row',
  cast: 'fail',
  unique: 'report',
  maxRejects: { count: 10, ratio: 0.01 },
};

const root = path.resolve('test/golden/products');
const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-golden-'));
const tabular = await openTabular({ workFolder: folder, readFolders: [root] });
afterAll(async () => {
  tabular.close();
  await rm(folder, { recursive: true, force: true });
});

test.each(readdirSync(root))('%s', async (name) => {
  const id = readdirSync(root).indexOf(name);
  const { schema, policy = strict } = JSON.parse(readFileSync(path.join(root, name, 'spec.json'), 'utf8')) as Spec;
  const own = path.join(folder, name);
  const source = await loadTable(tabular, {
    file: path.join(root, name, 'input.csv'),
    name: 'input.csv',
    folder: own,
    table: `s${id}`,
    options: { header: true },
    limits: defaultLimits,
  });
  const cast = await castTable(tabular, { resource: name, source, schema, policy, table: `r${id}`, descriptor: {} });
  const { relation } = cast;
  const at = (file: string) => path.join(own, file);
  await writeCsv(tabular, relation, at('table.csv'));
  await writeJson(tabular, relation, at('table.json'));
  const about = { resource: name, source: 'http://x/input.csv', scheme: 'http' };
  const report = await reportTable(tabular, { source, cast, about });
  const rejected = await writeRejects(tabular, { cast, source }, at('rejects.csv'));
  const made: Record<string, string> = {
    'table.csv': await readFile(at('table.csv'), 'utf8'),
    'table.json': await readFile(at('table.json'), 'utf8'),
    'report.json': `${JSON.stringify(report, undefined, 2)}\n`,
    'failure.txt': cast.failure === undefined ? '' : `${[cast.failure.step, ...cast.failure.lines].join('\n')}\n`,
    'rejects.csv': rejected === 0 ? '' : await readFile(at('rejects.csv'), 'utf8'),
    'parquet.txt': await parquetText(),
    'sqlite.txt': await sqliteText(),
  };
  for (const [file, text] of Object.entries(made)) {
    const target = path.join(root, name, file);
    // `UPDATE_GOLDEN=1` writes them; they are read before they are believed.
    if (process.env.UPDATE_GOLDEN !== undefined) await writeFile(target, text);
    expect.soft(text, file).toBe(existsSync(target) ? readFileSync(target, 'utf8') : 'not there');
  }

  async function parquetText(): Promise<string> {
    const distinct = distinctNames(relation);
    await writeParquet(tabular, distinct, at('table.parquet'), { fields: distinct.fields });
    const file = `read_parquet('${at('table.parquet')}')`;
    const described = await tabular.describe(`select * from ${file}`);
    const rows = await tabular.rows(`select * from ${file}`);
    return lines([described.map((one) => `${one.name} ${one.type}`), ...rows.map((row) => Object.values(row))]);
  }

  async function sqliteText(): Promise<string> {
    const left = await writeSqlite(tabular, [relation], { name }, at('table.sqlite'));
    const database = new DatabaseSync(at('table.sqlite'), { readOnly: true });
    const made = database.prepare('select sql from sqlite_master where sql is not null').all();
    const rows = database.prepare(`select * from "${name}"`).all();
    database.close();
    return lines([left, ...made.map(({ sql }) => [sql]), ...rows.map((row) => Object.values(row))]);
  }
});

const lines = (rows: unknown[][]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
