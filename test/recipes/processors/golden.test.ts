import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkSteps, type ProcessorStep, StepFailure } from '../../../src/recipes/index.ts';
import { type Bench, openBench, process, type Table, type Text } from './support.ts';

/** `spec.json`, one CSV a table, and `expected.csv` or `expected-error.json`. An empty cell is null, `""` the empty text. */
interface Spec {
  tables: Record<string, { file: string; fields: Table['fields']; schema?: Table['schema'] }>;
  steps: ProcessorStep[];
  /** Default: the first table there is afterwards. */
  result?: string;
}

const root = path.resolve('test/golden/processors');
let bench: Bench;
beforeAll(async () => {
  bench = await openBench([root]);
});
afterAll(() => bench.close());

test.each(readdirSync(root))('%s', async (name) => {
  const read = (file: string) => readFileSync(path.join(root, name, file), 'utf8');
  const spec = JSON.parse(read('spec.json')) as Spec;
  const tables: Record<string, Table> = {};
  const known = [];
  for (const [resource, { file, fields, schema }] of Object.entries(spec.tables)) {
    tables[resource] = { fields, rows: rowsOf(read(file)).slice(1), ...(schema ? { schema } : {}) };
    known.push({
      resource,
      fields: fields.map((one) => (typeof one === 'string' ? one.replace(/:\w+$/, '') : one.name)),
    });
  }
  if (existsSync(path.join(root, name, 'expected-error.json'))) {
    const failure = await process(bench.tabular, tables, spec.steps).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StepFailure);
    const { step, lines } = failure as StepFailure;
    expect({ step, lines }).toEqual(JSON.parse(read('expected-error.json')));
    return;
  }
  expect(checkSteps(spec.steps, known)).toEqual([]);
  const outcome = await process(bench.tabular, tables, spec.steps);
  const header = outcome.fields(spec.result).map((one) => one.replace(/:\w+$/, ''));
  const lines = [header, ...(await outcome.rows(spec.result))].map((row) => row.map(shown).join(','));
  expect(`${lines.join('\n')}\n`).toBe(read('expected.csv'));
});

function shown(cell: Text): string {
  if (cell === null) return '';
  return cell === '' || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function rowsOf(csv: string): Text[][] {
  const rows: Text[][] = [];
  let row: Text[] = [];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    row.push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'));
    if (end === '\n') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}
