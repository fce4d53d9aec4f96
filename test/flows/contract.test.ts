import { describe, expect, test } from 'vitest';
import { rowsProblem } from '../../src/flows/pure/rows-contract.ts';
import { startFlows } from './flow-server.ts';

const { world, key, files, run, rows, product } = await startFlows();
const table = [{ name: 'c', path: 'data/c.csv' }];
const declared = (...types: [string, string][]) => [
  { ...table[0], schema: { fields: types.map(([name, type]) => ({ name, type })) } },
];
const lenient = { policy: { max_rejects: { count: 10, ratio: 1 } } };
let count = 0;

interface Outcome {
  rows?: string[];
  errors?: string[];
  stats?: Record<string, unknown>;
}

/** A first revision without a contract, then what comes under one. */
async function under(
  contract: Record<string, unknown>,
  first: string,
  second: string,
  [resourcesBefore, resources]: [object[], object[]] = [table, table],
  more: Record<string, unknown> = {},
): Promise<Outcome & { id: string; state: string }> {
  count += 1;
  const dataset = `d${count}`;
  files['/data/c.csv'] = first;
  const before = await run(dataset, resourcesBefore as Record<string, unknown>[]);
  expect(before.state).toBe('SUCCEEDED');
  files['/data/c.csv'] = second;
  const flow = await run(dataset, resources as Record<string, unknown>[], { contract, ...lenient, ...more });
  const { error_log: errors, stats } = flow.at('c_csv');
  const successful = (await world.anon.get(`/source/${flow.id.replace(/\d+$/, 'successful')}`, key)).body.id;
  expect(successful).toBe(flow.state === 'SUCCEEDED' ? flow.id : before.id);
  return flow.state === 'SUCCEEDED'
    ? { id: flow.id, state: flow.state, rows: await rows(flow.id, 'c'), stats }
    : { id: flow.id, state: flow.state, errors };
}

describe('columns', () => {
  const known = 'id,city\n1,Lyon\n';
  const fresh = 'id,city,note\n1,Lyon,\n2,Nice,x\n';
  const gone = 'city\nLyon\n';
  test.each<[string, string, string, Outcome]>([
    ['evolve', 'new', fresh, { rows: ['id,city,note', '1,Lyon,', '2,Nice,x'] }],
    ['evolve', 'gone', gone, { rows: ['city', 'Lyon'] }],
    ['freeze', 'new', fresh, { errors: ['contract', 'Column "note" is new'] }],
    ['freeze', 'gone', gone, { errors: ['contract', 'Column "id" is gone'] }],
    ['discard_row', 'new', fresh, { rows: ['id,city', '1,Lyon'], stats: { rejected_rows: 1 } }],
    ['discard_row', 'gone', gone, { rows: ['id,city', ',Lyon'] }],
    ['discard_value', 'new', fresh, { rows: ['id,city', '1,Lyon', '2,Nice'] }],
    ['discard_value', 'gone', gone, { rows: ['id,city', ',Lyon'] }],
  ])('%s, a column is %s', async (columns, _, second, outcome) => {
    const made = await under({ columns }, known, second);
    expect(made).toMatchObject(outcome);
  });

  test('a broken contract stands in the report, and a rejected row among the issues', async () => {
    const broken = await under({ columns: 'freeze' }, known, fresh);
    const [entry] = JSON.parse(await product(broken.id, 'validation_report'));
    expect(entry.tables[0]).toMatchObject({
      valid: false,
      errors: [{ code: 'contract', message: 'Column "note" is new', row: null }],
    });
    const { id } = await under({ columns: 'discard_row' }, known, fresh);
    const { body } = await world.anon.get(`/source/${id}/issues?code=contract`, key);
    expect(body.issues).toMatchObject([
      { row_number: 3, column_number: 3, field: 'note', value: 'x', disposition: 'row_rejected' },
    ]);
  });

  test('what evolves is told by diff', async () => {
    const { id } = await under({}, 'id,day\n1,2020-01-01\n', 'id,note\n1.5,x\n');
    const { body } = await world.anon.get(`/source/${id}/diff/1`, key);
    const { fields } = body.resources.find(({ resource }: { resource: string }) => resource === 'c_csv');
    expect(fields).toEqual([
      { name: 'id', change: 'type', before: 'integer', after: 'number' },
      { name: 'note', change: 'added', before: null, after: 'string' },
      { name: 'day', change: 'removed', before: 'date', after: null },
    ]);
  });
});

describe('data_type', () => {
  const misfit = 'The value "x" in row 3 and column 1 is not type "integer" and format "default"';
  const whole = declared(['id', 'integer'], ['city', 'string']);
  test.each<[string, object[], Outcome]>([
    ['evolve', table, { rows: ['id,city', '1,Lyon', 'x,Nice'] }],
    ['evolve', whole, { errors: ['cast', misfit] }],
    ['freeze', table, { errors: ['contract', misfit] }],
    ['freeze', whole, { errors: ['contract', misfit] }],
    ['discard_row', table, { rows: ['id,city', '1,Lyon'], stats: { rejected_rows: 1 } }],
    ['discard_row', whole, { rows: ['id,city', '1,Lyon'] }],
    ['discard_value', table, { rows: ['id,city', '1,Lyon', ',Nice'] }],
    ['discard_value', whole, { rows: ['id,city', '1,Lyon', ',Nice'] }],
  ])('%s: a value that no longer fits', async (dataType, resources, outcome) => {
    const made = await under({ data_type: dataType }, 'id,city\n1,Lyon\n', 'id,city\n1,Lyon\nx,Nice\n', [
      table,
      resources,
    ]);
    expect(made).toMatchObject(outcome);
  });

  test('another declared type breaks what is frozen, even where every value fits', async () => {
    const made = await under({ data_type: 'freeze' }, 'id\n1\n', 'id\n1\n', [table, declared(['id', 'string'])]);
    expect(made.errors).toEqual(['contract', 'The type of column "id" changes from integer to string']);
  });

  test.each([
    ['integer', '1', 'number', '1.5', 'number', '1.5'],
    ['number', '1.5', 'integer', '2', 'number', '2'],
    ['date', '2020-01-01', 'datetime', '2020-01-02T10:00:00', 'datetime', '2020-01-02 10:00:00'],
    ['datetime', '2020-01-02T10:00:00', 'date', '2020-01-03', 'datetime', '2020-01-03 00:00:00'],
    ['string', 'x', 'integer', '7', 'string', '7'],
    ['boolean', 'true', 'integer', '7', 'string', '7'],
    ['integer', '7', 'nothing', '""', 'integer', '""'],
    ['nothing', '""', 'integer', '7', 'integer', '7'],
  ])('an inferred %s (%s) meets %s (%s)', async (_a, first, _b, second, type, cell) => {
    const made = await under({}, `v,w\n${first},x\n`, `v,w\n${second},x\n`);
    expect(made.rows).toEqual(['v,w', `${cell.replace('""', '')},x`]);
    const { body } = await world.anon.get(`/package/${made.id}/c_csv/datapackage.json`, key);
    expect(body.resources[0].schema.fields[0].type).toBe(type);
    expect(body.resources[0].schema.fields[0]).not.toHaveProperty('confidence');
  });
});

test.each([
  ['no rule', {}, 10, 0, undefined],
  ['enough', { min: 2 }, undefined, 2, undefined],
  ['too few', { min: 3 }, undefined, 2, '2 row(s), fewer than the 3 the contract asks for'],
  ['the first', { max_drop: '0%' }, undefined, 0, undefined],
  ['just so many fewer', { max_drop: '20%' }, 10, 8, undefined],
  ['more fewer', { max_drop: '20%' }, 10, 7, '7 row(s) after 10: more than 20% are gone'],
  ['more', { max_drop: '0%' }, 10, 11, undefined],
])('rows: %s', (_, contract, before, now, problem) => {
  expect(rowsProblem(contract, before, now)).toBe(problem);
});

test('too few rows fail the revision, and the last success stays the measure', async () => {
  const made = await under({ rows: { max_drop: '20%' } }, 'id\n1\n2\n3\n4\n', 'id\n1\n2\n');
  expect(made.errors).toEqual(['contract', '2 row(s) after 4: more than 20% are gone']);
});
