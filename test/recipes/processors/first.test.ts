import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, openBench, process, type Table, type Text } from './support.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const big = '1234567890123456789012345678901234567890';

describe('filter', () => {
  const table: Table = {
    fields: ['id:integer', 'n:number', 's:string', 'b:boolean', 'S:any'],
    rows: [
      ['1', '7.250', "O'Hara", 'True', null],
      ['2', '1e3', '', 'False', 'x'],
      ['3', null, null, null, 'y'],
      [big, '-0.0', 'žluť', 'True', null],
      ['007', '1.005', 'select', 'False', '"q"'],
    ],
  };
  const cases: [parameters: Record<string, unknown>, kept: string[]][] = [
    [{ in: [{ n: 7.25 }] }, ['1']],
    [{ in: [{ n: 1000 }, { n: '1.0050' }] }, ['2', '007']],
    [{ in: [{ n: 0 }] }, [big]],
    [{ in: [{ n: null }] }, ['3']],
    [{ out: [{ n: 1000 }] }, ['1', '3', big, '007']],
    [{ in: [{ id: big }] }, [big]],
    [{ in: [{ id: 7 }] }, ['007']],
    [{ in: [{ s: "O'Hara" }] }, ['1']],
    [{ in: [{ s: '' }] }, ['2']],
    [{ in: [{ s: null }] }, ['3']],
    [{ in: [{ s: 'žluť', b: false }] }, ['2', big, '007']],
    [{ in: [{ b: true }], all: true, out: [{ S: 'x' }] }, ['1', big]],
    [{ out: [{ s: 'select' }, { s: '' }] }, ['1', '2', '3', big, '007']],
    [{ out: [{ s: 'select' }, { s: '' }], all: true }, ['1', '3', big]],
    [{ in: [{ S: '"q"' }] }, ['007']],
    [{ out: [{ S: null }] }, ['2', '3', '007']],
  ];
  test.each(cases)('%j keeps %j', async (parameters, kept) => {
    const outcome = await process(bench.tabular, { t: table }, [{ run: 'filter', parameters }]);
    expect((await outcome.rows()).map(([id]) => id)).toEqual(kept);
  });
});

describe('sort', () => {
  const table: Table = {
    fields: ['id:integer', 'n:number', 's:string', 'd:date', 'o:number'],
    rows: [
      ['1', '10', 'b', '2020-02-01', 'INF'],
      ['2', '9', 'B', '2019-12-31', '5'],
      ['3', big, 'é', null, '-INF'],
      ['4', `-${big}.5`, '𝒳', '2020-01-01', 'NaN'],
      ['5', null, null, '2020-01-01', null],
      ['6', '9.0', '', '0999-01-01', '-2e2'],
      ['7', '1e1', '\uffee', '2020-02-01', '1e-3'],
    ],
  };
  const cases: [parameters: Record<string, unknown>, order: string][] = [
    [{ 'sort-by': '{n}' }, '5 4 1 3 7 2 6'],
    [{ 'sort-by': '{s}' }, '5 6 2 1 3 7 4'],
    [{ 'sort-by': '{s}', reverse: true }, '4 7 3 1 2 5 6'],
    [{ 'sort-by': '{d}' }, '3 6 2 4 5 1 7'],
    [{ 'sort-by': '{id:0>10}', reverse: true }, '7 6 5 4 3 2 1'],
    [{ 'sort-by': [{ field: 'n' }] }, '4 2 6 1 7 3 5'],
    [{ 'sort-by': [{ field: 'n', order: 'desc' }] }, '3 1 7 2 6 4 5'],
    [{ 'sort-by': [{ field: 'd' }, { field: 'n', order: 'desc' }] }, '6 2 4 5 1 7 3'],
    [{ 'sort-by': [{ field: 'o' }] }, '3 6 7 2 1 4 5'],
  ];
  test.each(cases)('%j gives %s', async (parameters, order) => {
    const outcome = await process(bench.tabular, { t: table }, [{ run: 'sort', parameters }]);
    expect((await outcome.rows()).map(([id]) => id).join(' ')).toBe(order);
  });
});

describe('fields are left out, chosen, renamed', () => {
  const table: Table = {
    fields: ['a:integer', 'A:string', 'Y1:number', 'Y2:number', 'select:string'],
    rows: [['1', 'x', '1.50', '2', null]],
    schema: {
      primaryKey: ['a'],
      uniqueKeys: [['A', 'Y1']],
      foreignKeys: [{ fields: 'A', reference: { fields: 'Y1' } }],
    },
  };
  const cases: [run: string, parameters: Record<string, unknown>, fields: string[], row: Text[], schema?: unknown][] = [
    [
      'delete_fields',
      { fields: ['A', 'select'] },
      ['a:integer', 'Y1:number', 'Y2:number'],
      ['1', '1.50', '2'],
      { primaryKey: ['a'] },
    ],
    ['delete_fields', { fields: ['Y\\d'], regex: true }, ['a:integer', 'A:string', 'select:string'], ['1', 'x', null]],
    ['delete_fields', { fields: ['^(?!Y).+'], regex: true }, ['Y1:number', 'Y2:number'], ['1.50', '2'], {}],
    ['select_fields', { fields: ['select', 'a'] }, ['select:string', 'a:integer'], [null, '1'], { primaryKey: ['a'] }],
    [
      'select_fields',
      { fields: ['Y.', '(?i)a'], regex: true },
      ['Y1:number', 'Y2:number', 'a:integer', 'A:string'],
      ['1.50', '2', '1', 'x'],
    ],
    [
      'rename_fields',
      { fields: { a: 'A', A: 'a' } },
      ['A:integer', 'a:string', 'Y1:number', 'Y2:number', 'select:string'],
      ['1', 'x', '1.50', '2', null],
      { primaryKey: ['A'], uniqueKeys: [['a', 'Y1']], foreignKeys: [{ fields: ['a'], reference: { fields: ['Y1'] } }] },
    ],
    [
      'rename_fields',
      { fields: { '(?P<letter>Y)(\\d)': '\\2 \\g<letter>' }, regex: true },
      ['a:integer', 'A:string', '1 Y:number', '2 Y:number', 'select:string'],
      ['1', 'x', '1.50', '2', null],
    ],
  ];
  test.each(cases)('%s %j', async (run, parameters, fields, row, schema) => {
    const outcome = await process(bench.tabular, { t: table }, [{ run, parameters }]);
    expect(outcome.fields()).toEqual(fields);
    expect(await outcome.rows()).toEqual([row]);
    if (schema) expect(outcome.context.relations.get('t')!.schema).toEqual(schema);
  });

  const failures: [run: string, parameters: Record<string, unknown>, line: string][] = [
    ['delete_fields', { fields: ['b', 'a', 'c'] }, "Can't find following field(s): b; c"],
    ['delete_fields', { fields: ['.*'], regex: true }, 'no field would be left'],
    ['select_fields', { fields: ['b'] }, "Can't find following field(s): b"],
    ['rename_fields', { fields: { a: 'A' } }, 'two fields would be called "A"'],
    ['rename_fields', { fields: { b: 'c' } }, "Can't find following field(s): b"],
  ];
  test.each(failures)('%s %j fails: %s', async (run, parameters, line) => {
    await expect(process(bench.tabular, { t: table }, [{ run, parameters }])).rejects.toMatchObject({
      name: 'StepFailure',
      step: run,
      lines: [line],
    });
  });

  test('a pattern that never ends is stopped', async () => {
    const slow: Table = { fields: [`${'a'.repeat(40)}b:string`], rows: [] };
    const step = { run: 'delete_fields', parameters: { fields: ['(?!x)(a+)+'], regex: true } };
    await expect(process(bench.tabular, { t: slow }, [step])).rejects.toMatchObject({
      lines: ['The pattern "(?!x)(a+)+" takes too long on the field names'],
    });
  }, 20_000);
});

describe('set_types', () => {
  const table: Table = {
    fields: ['d:string', 'n:string', 'b:string', 'j:string', 'g:string', 't:date'],
    rows: [
      ['05/01/2018', '1.234,50 €', 'ja', '{"b":1.10 , "a": ["x, y:z", null]}', '1,2', '2018-01-05'],
      [null, '', 'nein', '[]', ' 3.5 , -4 ', null],
    ],
  };
  const cases: [types: Record<string, unknown>, fields: string[], rows: Text[][]][] = [
    [{ d: { type: 'date', format: '%d/%m/%Y' } }, ['d:date'], [['2018-01-05'], [null]]],
    [
      { n: { type: 'number', decimalChar: ',', groupChar: '.', bareNumber: false } },
      ['n:number'],
      [['1234.50'], [null]],
    ],
    [{ b: { type: 'boolean', trueValues: ['ja'], falseValues: ['nein'] } }, ['b:boolean'], [['True'], ['False']]],
    [{ j: { type: 'any' } }, ['j:any'], [['{"b":1.10 , "a": ["x, y:z", null]}'], ['[]']]],
    [{ g: { type: 'geopoint' } }, ['g:geopoint'], [['1, 2'], ['3.5, -4']]],
    [{ t: { type: 'date', format: '%d.%m.%Y' } }, ['t:date'], [['2018-01-05'], [null]]],
    [{ t: { type: 'string' } }, ['t:string'], [['2018-01-05'], [null]]],
    [{ t: { title: 'Day' } }, ['t:date'], [['2018-01-05'], [null]]],
  ];
  test.each(cases)('%j', async (types, fields, rows) => {
    const keep = { run: 'select_fields', parameters: { fields: Object.keys(types) } };
    const outcome = await process(bench.tabular, { t: table }, [keep, { run: 'set_types', parameters: { types } }]);
    expect(outcome.fields()).toEqual(fields);
    expect(await outcome.rows()).toEqual(rows);
  });

  test('JSON keeps its keys and numbers and gets the blanks of products', async () => {
    const json: Table = { fields: ['j:string'], rows: [['{"b":1.10 ,\n"a":["x, y:z",null,{"q\\"":"  "}]}']] };
    const outcome = await process(bench.tabular, { t: json }, [
      { run: 'set_types', parameters: { types: { j: { type: 'object' } } } },
    ]);
    expect(await outcome.rows()).toEqual([['{"b": 1.10, "a": ["x, y:z", null, {"q\\"": "  "}]}']]);
  });

  test('null leaves fields out; what does not fit is listed with row and column', async () => {
    const steps = [{ run: 'set_types', parameters: { types: { '[bjgt]': null, 'd|n': { type: 'integer' } } } }];
    await expect(process(bench.tabular, { t: table }, steps)).rejects.toMatchObject({
      step: 'set_types',
      lines: [
        'The value "05/01/2018" in row 2 and column 1 is not type "integer" and format "default"',
        'The value "1.234,50 €" in row 2 and column 2 is not type "integer" and format "default"',
      ],
    });
    const nulled = await process(bench.tabular, { t: table }, steps, { badCell: 'null_value' });
    expect(await nulled.rows()).toEqual([
      [null, null],
      [null, null],
    ]);
    const rejected = await process(bench.tabular, { t: table }, steps, { badCell: 'reject_row' });
    expect(await rejected.rows()).toEqual([[null, null]]);
    expect(rejected.logs).toEqual([
      't: 1 value(s) of "d" are not of type "integer": their rows are left out',
      't: 1 value(s) of "n" are not of type "integer": their rows are left out',
    ]);
  });

  test('a pattern without match fails', async () => {
    const steps = [{ run: 'set_types', parameters: { types: { 'x.*': { type: 'string' } } } }];
    await expect(process(bench.tabular, { t: table }, steps)).rejects.toMatchObject({
      lines: ['No field found matching "x.*"'],
    });
  });
});

describe('find_replace', () => {
  const cases: [field: string, patterns: [string, string][], before: Text[], after: Text[]][] = [
    [
      's:string',
      [
        ['a', 'b'],
        ['b+', 'c'],
      ],
      ['aab', null, ''],
      ['c', null, null],
    ],
    ['s:string', [['(?P<x>\\d)(\\d)', '\\g<x>.\\2']], ['1234'], ['1.23.4']],
    ['s:string', [['(?i)É', "'"]], ['xÉé'], ["x''"]],
    ['s:string', [['\\.', '\\\\']], ['a.b'], ['a\\b']],
    ['n:integer', [['9$', '0']], ['19', big], ['10', big]],
    ['d:date', [['^2018', '2019']], ['2018-01-05'], ['2019-01-05']],
  ];
  test.each(cases)('%s %j %j', async (field, patterns, before, after) => {
    const table: Table = { fields: [field], rows: before.map((cell) => [cell]) };
    const parameters = {
      fields: [{ name: field.split(':')[0], patterns: patterns.map(([find, replace]) => ({ find, replace })) }],
    };
    const outcome = await process(bench.tabular, { t: table }, [{ run: 'find_replace', parameters }]);
    expect((await outcome.rows()).map(([cell]) => cell)).toEqual(after);
    expect(outcome.fields()).toEqual([field]);
  });

  test('a value that leaves its type fails', async () => {
    const table: Table = { fields: ['n:integer'], rows: [['1'], ['2']] };
    const parameters = { fields: [{ name: 'n', patterns: [{ find: '2', replace: 'x' }] }] };
    await expect(process(bench.tabular, { t: table }, [{ run: 'find_replace', parameters }])).rejects.toMatchObject({
      lines: ['The value "x" in row 3 and column 1 is not type "integer" and format "default"'],
    });
  });
});

test('deduplicate keeps the first row per primary key, numbers by value, null as a value', async () => {
  const table: Table = {
    fields: ['k:number', 'l:string', 'v:string'],
    rows: [
      ['1', 'a', '1'],
      ['1.0', 'a', '2'],
      [null, 'a', '3'],
      [null, 'a', '4'],
      ['1', 'A', '5'],
    ],
    schema: { primaryKey: ['k', 'l'] },
  };
  const outcome = await process(bench.tabular, { t: table }, [{ run: 'deduplicate' }]);
  expect((await outcome.rows()).map((row) => row[2])).toEqual(['1', '3', '5']);
});
