import { beforeAll, expect, test } from 'vitest';
import { startFlows } from './flow-server.ts';
import { upload } from './flow-world.ts';

const { world, me, files, run, rows, product, specFor } = await startFlows();
const table = [{ name: 'cities', path: 'data/cities.csv' }];
const append = { load: { mode: 'append' } };
const upsert = { load: { mode: 'upsert', key: ['id'] } };
const serve = (text: string) => {
  files['/data/cities.csv'] = text;
};

beforeAll(() => serve('id,city\n1,Lyon\n'));

test('append puts the table of the last success before the new rows; a failed revision in between changes nothing', async () => {
  serve('id,city\n1,Lyon\n2,Nice\n');
  const first = await run('add', table, append);
  expect(await rows(first.id, 'cities')).toEqual(['id,city', '1,Lyon', '2,Nice']);
  delete files['/data/cities.csv'];
  expect((await run('add', table, append)).state).toBe('FAILED');
  serve('id,city\n2,Nice\n3,Brest\n');
  const third = await run('add', table, append);
  expect(third.state).toBe('SUCCEEDED');
  expect(await rows(third.id, 'cities')).toEqual(['id,city', '1,Lyon', '2,Nice', '2,Nice', '3,Brest']);
  expect(third.at('cities_csv').stats.count_of_rows).toBe(4);
  expect(JSON.parse(await product(third.id, 'cities_json'))).toHaveLength(4);
  expect(third.body.logs).toContain('cities: append: 2 rows were there, 2 arrived, 4 are there now');
  // A full new revision: the one before is as it was.
  expect(await rows(first.id, 'cities')).toHaveLength(3);
});

test('upsert: a row takes the place of the one that has its key, and the newest of several wins', async () => {
  serve('id,city\n1,Lyon\n2,Nice\n3,Brest\n');
  await run('lay', table);
  serve('id,city\n4,Metz\n2,Nizza\n2,Nice la Belle\n');
  const { id, state } = await run('lay', table, upsert);
  expect(state).toBe('SUCCEEDED');
  expect(await rows(id, 'cities')).toEqual(['id,city', '1,Lyon', '2,Nice la Belle', '3,Brest', '4,Metz']);
  serve('id,city\n02,x\n');
  const wrong = await run('lay', table, { load: { mode: 'upsert', key: ['id', 'town'] } });
  expect(wrong.at('cities_csv').error_log).toEqual(['load', 'The key field "town" is not in "cities"']);
});

test('numbers are one key however they are written, and a row without a key is refused', async () => {
  const schema = { fields: [{ name: 'id', type: 'number' }, { name: 'city' }] };
  const typed = [{ ...table[0], schema: { ...schema, fields: [schema.fields[0], { name: 'city', type: 'string' }] } }];
  serve('id,city\n1.50,Lyon\n');
  await run('number', typed, upsert);
  serve('id,city\n1.5,Nice\n');
  const second = await run('number', typed, upsert);
  expect(await rows(second.id, 'cities')).toEqual(['id,city', '1.5,Nice']);
  serve('id,city\n,Brest\n');
  const third = await run('number', typed, upsert);
  expect(third.at('cities_csv').error_log).toEqual(['load', '1 row(s) of "cities" have no value in the key (id)']);
});

test('steps are done to what arrives only', async () => {
  const upper = (find: string, replace: string) => ({
    processing: [
      {
        input: 'cities',
        output: 'cities',
        dpp: [
          { run: 'find_replace', parameters: { fields: [{ name: 'city', patterns: [{ find, replace }] }] } },
          { run: 'rename_fields', parameters: { fields: { city: 'town' } } },
        ],
      },
    ],
    ...append,
  });
  serve('id,city\n1,Lyon\n');
  await run('steps', table, upper('^', '*'));
  const { id } = await run('steps', table, upper('^', '*'));
  expect(await rows(id, 'cities')).toEqual(['id,town', '1,*Lyon', '1,*Lyon']);
});

test('fields one side lacks are empty there, types widen, and an empty text stays one', async () => {
  const texts = {
    fields: [
      { name: 'id', type: 'integer' },
      { name: 'note', type: 'string' },
    ],
    missingValues: ['-'],
  };
  serve('id,note\n1,\n2,-\n');
  await run('wide', [{ ...table[0], schema: texts }], append);
  serve('id,day\n3.5,2020-01-01\n');
  const second = await run('wide', table, append);
  expect(second.state).toBe('SUCCEEDED');
  expect(await rows(second.id, 'cities')).toEqual(['id,note,day', '1,,', '2,,', '3.5,,2020-01-01']);
  expect(JSON.parse(await product(second.id, 'cities_json'))).toEqual([
    { day: null, id: 1, note: '' },
    { day: null, id: 2, note: null },
    { day: '2020-01-01', id: 3.5, note: null },
  ]);
  serve('id,day\n4,2020-01-02 10:00:00\n');
  const third = await run('wide', table, append);
  expect((await rows(third.id, 'cities')).slice(-2)).toEqual(['3.5,,2020-01-01 00:00:00', '4,,2020-01-02 10:00:00']);
});

test('earlier rows have to fit declared types, or go the way of the policy', async () => {
  serve('id,city\nx,Lyon\n2,Nice\n');
  await run('declared', table);
  const schema = {
    fields: [
      { name: 'id', type: 'integer' },
      { name: 'city', type: 'string' },
    ],
  };
  serve('id,city\n3,Brest\n');
  const typed = [{ ...table[0], schema }];
  const strict = await run('declared', typed, append);
  expect(strict.at('cities_csv').error_log.slice(0, 2)).toEqual([
    'load',
    'Rows of the previous revision do not fit the schema',
  ]);
  const lenient = await run('declared', typed, { ...append, policy: { cast: 'reject_row' } });
  expect(await rows(lenient.id, 'cities')).toEqual(['id,city', '2,Nice', '3,Brest']);
});

test.each([
  ['an upsert without a key', { mode: 'upsert' }, '/load/key: must name the fields by which rows are replaced'],
  ['an empty key', { mode: 'upsert', key: [] }, '/load/key: must name the fields by which rows are replaced'],
  ['no key', { mode: 'upsert', key: null }, '/load/key: must name the fields by which rows are replaced'],
  ['a key that is no list of names', { mode: 'upsert', key: [7] }, '/load/key: must be a list of field names'],
  ['a key with a field twice', { mode: 'upsert', key: ['id', 'id'] }, '/load/key: names a field twice'],
  ['another mode', { mode: 'merge' }, '/load/mode: must be replace, append or upsert'],
  ['another key of load', { keys: ['id'] }, '/load/keys: is not a key of load'],
  ['a field the table has not', { mode: 'upsert', key: 'town' }, "/load/key: the table 'cities' has no field 'town'"],
])('refused at upload: %s', async (_, load, problem) => {
  const schema = { fields: [{ name: 'id', type: 'integer' }] };
  const { body } = await upload(world, me, specFor('refused', [{ ...table[0], schema }], { load }));
  expect(body).toMatchObject({ success: false, errors: ['Validation failed for contents', problem] });
});
