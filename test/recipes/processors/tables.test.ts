import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, openBench, process, relationOf, type Table, type Text } from './support.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const big = '1234567890123456789012345678901234567890';

describe('add_computed_field', () => {
  const table: Table = {
    fields: ['a:integer', 'b:number', 'c:number', 's:string', 'd:date', 'x:any'],
    rows: [
      ['1', '1.005', '2', "O'Hara", '2018-01-05', '4'],
      [null, null, null, null, null, null],
      ['-3', '1e-1', null, 'é', '2020-02-29', '5'],
    ],
  };
  const cases: [computed: Record<string, unknown>, type: string, values: Text[]][] = [
    [{ operation: 'sum', source: ['a', 'b', 'c'] }, 'number', ['4.005', '0.000', '-2.900']],
    [{ operation: 'sum', source: ['a'] }, 'integer', ['1', '0', '-3']],
    [{ operation: 'sum', source: ['a', 'x'] }, 'any', ['5', '0', '2']],
    [{ operation: 'avg', source: ['a', 'b', 'c'] }, 'number', ['1.335000000', null, '-1.450000000']],
    [{ operation: 'avg', source: ['a', 'c', 'a'] }, 'number', ['1.333333', null, '-3.000000']],
    [{ operation: 'multiply', source: ['b', 'c', 'a'] }, 'number', ['2.010', null, '-0.300']],
    [{ operation: 'min', source: ['a', 'b', 'c'] }, 'number', ['1', null, '-3']],
    [{ operation: 'max', source: ['b', 'a', 'c'] }, 'number', ['2', null, '1e-1']],
    [{ operation: 'max', source: ['d', 's'] }, 'date', ["O'Hara", null, 'é']],
    [{ operation: 'constant', with: "it's" }, 'any', ["it's", "it's", "it's"]],
    [{ operation: 'constant', with: true, type: 'boolean' }, 'boolean', ['True', 'True', 'True']],
    [
      { operation: 'join', source: ['s', 'a', 'd'], with: ' | ' },
      'string',
      ["O'Hara | 1 | 2018-01-05", null, 'é | -3 | 2020-02-29'],
    ],
    [{ operation: 'format', with: '{{{s:.2}}}{a:0>4}/{b:.2f}' }, 'string', ["{O'}0001/1.00", '{}/', '{é}00-3/0.10']],
    [
      { operation: 'format', with: '{a:+05d}|{a:^5}|{s:<4}|{s:*^7}' },
      'string',
      ["+0001|  1  |O'Hara|O'Hara*", '|||', '-0003| -3  |é   |***é***'],
    ],
    [{ operation: 'format', with: '{d:%d.%m.%Y}' }, 'string', ['05.01.2018', '', '29.02.2020']],
    [{ operation: 'format', with: '{b:.1%}' }, 'string', ['100.5%', '', '10.0%']],
  ];
  test.each(cases)('%j', async (computed, type, values) => {
    const parameters = { fields: [{ ...computed, target: 'new' }] };
    const outcome = await process(bench.tabular, { t: table }, [{ run: 'add_computed_field', parameters }]);
    expect(outcome.fields().at(-1)).toBe(`new:${type}`);
    expect((await outcome.rows()).map((row) => row.at(-1))).toEqual(values);
  });

  test.each([
    ['12345678.5', ',.1f', '12,345,678.5'],
    ['-1234', ',', '-1,234'],
    ['123', '_', '123'],
    ['0.5', '.0f', '0'],
    ['1.5', '.0f', '2'],
    ['2.5', '.0f', '2'],
    ['-0.001', '.2f', '-0.00'],
    ['7', '.3f', '7.000'],
  ])('%s as {n:%s} is %s', async (value, spec, shown) => {
    const parameters = { fields: [{ operation: 'format', target: 'f', with: `{n:${spec}}` }] };
    const outcome = await process(bench.tabular, { t: { fields: ['n:number'], rows: [[value]] } }, [
      { run: 'add_computed_field', parameters },
    ]);
    expect((await outcome.rows())[0]![1]).toBe(shown.replace('-0.00', '0.00'));
  });

  const failures: [fields: string[], row: Text[], computed: Record<string, unknown>, line: RegExp][] = [
    [['n:integer'], [big], { operation: 'sum', source: ['n'] }, /numbers of 40 digits; arithmetic is exact up to 38/],
    [['n:integer'], ['9'.repeat(38)], { operation: 'multiply', source: ['n', 'n'] }, /more than 38 digits/],
    [['n:integer'], ['9'.repeat(38)], { operation: 'sum', source: ['n', 'n'] }, /more than 38 digits/],
    [['n:number'], ['NaN'], { operation: 'sum', source: ['n'] }, /NaN or infinite/],
    [['s:string'], ['x'], { operation: 'sum', source: ['s'] }, /"s" has the value "x", which is not a number/],
    [['d:date'], ['2020-01-01'], { operation: 'avg', source: ['d'] }, /is of type "date"/],
    [['s:string'], ['x'], { operation: 'format', with: '{s:.2f}' }, /"s" is no number/],
    [['new:string'], ['x'], { operation: 'constant', with: 1 }, /Field "new" exists already/],
    [['s:string'], ['x'], { operation: 'join', source: ['q'], with: '' }, /Field "q" not found in "t"/],
  ];
  test.each(failures)('%j %j %j fails', async (fields, row, computed, line) => {
    const parameters = { fields: [{ ...computed, target: 'new' }] };
    const steps = [{ run: 'add_computed_field', parameters }];
    const failure = await process(bench.tabular, { t: { fields, rows: [row] } }, steps).then(
      async (outcome) => outcome.rows(),
      (error: unknown) => error,
    );
    expect(String((failure as { lines?: string[] }).lines?.[0])).toMatch(line);
  });

  test('min and max of 40 digits keep their text', async () => {
    const wide: Table = { fields: ['a:integer', 'b:number'], rows: [[big, `-${big}.50`]] };
    const fields = ['min', 'max'].map((operation) => ({ operation, target: operation, source: ['a', 'b'] }));
    const outcome = await process(bench.tabular, { t: wide }, [{ run: 'add_computed_field', parameters: { fields } }]);
    expect((await outcome.rows())[0]!.slice(2)).toEqual([`-${big}.50`, big]);
  });

  test('add_field has a constant, cast to its type', async () => {
    const outcome = await process(bench.tabular, { t: { fields: ['a:string'], rows: [['x']] } }, [
      { run: 'add_field', parameters: { name: 'n', type: 'integer', default: 5 } },
      { run: 'add_field', parameters: { name: 'select' } },
    ]);
    expect(outcome.fields()).toEqual(['a:string', 'n:integer', 'select:string']);
    expect(await outcome.rows()).toEqual([['x', '5', null]]);
  });
});

describe('join', () => {
  const people: Table = {
    fields: ['id:string', 'name:string', 'n:number', 'day:date', 'ok:boolean'],
    rows: [
      ['a', 'x', '1.5', '2020-01-02', 'True'],
      ['b', 'y', '10', null, 'False'],
      ['a', 'z', '2', '2020-01-01', null],
      ['a', 'x', '-0.25', null, 'True'],
      [null, 'é"', null, '2019-01-01', null],
      ['c', null, null, null, null],
    ],
  };
  const places: Table = {
    fields: ['code:string', 'name:string', 'Title:string'],
    rows: [
      ['b', 'own b', 'B'],
      ['a', 'own a', 'A'],
      [null, 'own null', 'N'],
      ['q', 'own q', 'Q'],
    ],
  };
  const base = { source: { name: 'people', key: ['id'] }, target: { name: 'places', key: ['code'] } };
  const run = (parameters: Record<string, unknown>) =>
    process(bench.tabular, { people, places }, [{ run: 'join', parameters: { ...base, ...parameters } }]);

  const aggregates: [aggregate: string, name: string, type: string, values: Text[]][] = [
    ['any', 'n', 'number', ['10', '-0.25', null, null]],
    ['last', 'name', 'string', ['y', 'x', 'é"', null]],
    ['first', 'n', 'number', ['10', '1.5', null, null]],
    ['sum', 'n', 'number', ['10.00', '3.25', null, null]],
    ['min', 'n', 'number', ['10', '-0.25', null, null]],
    ['max', 'n', 'number', ['10', '2', null, null]],
    ['min', 'day', 'date', [null, '2020-01-01', '2019-01-01', null]],
    ['avg', 'n', 'number', ['10.00000000', '1.08333333', null, null]],
    ['median', 'n', 'number', ['10.00', '1.50', null, null]],
    ['count', 'n', 'integer', ['1', '3', '1', null]],
    ['set', 'name', 'array', ['["y"]', '["x", "z"]', '["é\\""]', null]],
    ['array', 'n', 'array', ['[10]', '[1.5, 2, -0.25]', '[]', null]],
    ['array', 'ok', 'array', ['[false]', '[true, true]', '[]', null]],
    ['counters', 'name', 'array', ['[["y", 1]]', '[["x", 2], ["z", 1]]', '[["é\\"", 1]]', null]],
  ];
  test.each(aggregates)('%s of %s', async (aggregate, name, type, values) => {
    const outcome = await run({ fields: { v: { name, aggregate } } });
    expect(outcome.fields('places')).toEqual(['code:string', 'name:string', 'Title:string', `v:${type}`]);
    expect((await outcome.rows('places')).map((row) => row[3])).toEqual(values);
  });

  test('a median of an even count has one digit more', async () => {
    const outcome = await process(
      bench.tabular,
      {
        s: {
          fields: ['k:string', 'n:integer'],
          rows: [
            ['a', '1'],
            ['a', '4'],
            ['b', '3'],
            ['b', '1'],
          ],
        },
      },
      [
        {
          run: 'join',
          parameters: {
            source: { name: 's', key: ['k'], delete: true },
            target: { name: 'm', key: null },
            fields: { n: { aggregate: 'median' } },
          },
        },
      ],
    );
    expect(await outcome.rows('m')).toEqual([['2.5'], ['2.0']]);
    expect([...outcome.context.relations.keys()]).toEqual(['m']);
  });

  const modes: [parameters: Record<string, unknown>, rows: Text[][]][] = [
    [
      { fields: { name: null } },
      [
        ['b', 'y', 'B'],
        ['a', 'x', 'A'],
        [null, 'é"', 'N'],
        ['q', 'own q', 'Q'],
      ],
    ],
    [
      { fields: { name: {} }, mode: 'inner' },
      [
        ['b', 'y', 'B'],
        ['a', 'x', 'A'],
        [null, 'é"', 'N'],
      ],
    ],
    [
      { fields: { name: {} }, full: false },
      [
        ['b', 'y', 'B'],
        ['a', 'x', 'A'],
        [null, 'é"', 'N'],
      ],
    ],
    [
      { fields: {}, mode: 'inner' },
      [
        ['b', 'own b', 'B'],
        ['a', 'own a', 'A'],
        [null, 'own null', 'N'],
      ],
    ],
    [
      { fields: { name: null }, mode: 'full-outer' },
      [
        ['b', 'y', 'B'],
        ['a', 'x', 'A'],
        [null, 'é"', 'N'],
        ['q', 'own q', 'Q'],
        ['c', null, null],
      ],
    ],
    [
      { fields: { name: null }, source: { name: 'people', key: '{id}!' }, target: { name: 'places', key: '{code}!' } },
      [
        ['b', 'y', 'B'],
        ['a', 'x', 'A'],
        [null, 'é"', 'N'],
        ['q', 'own q', 'Q'],
      ],
    ],
  ];
  test.each(modes)('%j', async (parameters, rows) => {
    expect(await (await run(parameters)).rows('places')).toEqual(rows);
  });

  test('new fields come in alphabetical order, the source may go', async () => {
    const outcome = await run({
      source: { name: 'people', key: ['id'], delete: true },
      fields: { zz: { name: 'n' }, B: { name: 'day' }, a: { name: 'ok' } },
    });
    expect(outcome.fields('places')).toEqual([
      'code:string',
      'name:string',
      'Title:string',
      'B:date',
      'a:boolean',
      'zz:number',
    ]);
    expect([...outcome.context.relations.keys()]).toEqual(['places']);
  });

  test('de-duplicate mode: one row per key, by key text', async () => {
    const outcome = await run({ target: { name: 'keys', key: null }, fields: { id: null, n: { aggregate: 'count' } } });
    expect(outcome.fields('keys')).toEqual(['id:string', 'n:integer']);
    expect(await outcome.rows('keys')).toEqual([
      [null, '1'],
      ['a', '3'],
      ['b', '1'],
      ['c', '1'],
    ]);
    expect(outcome.context.relations.get('keys')!.descriptor).toEqual({ path: 'data/keys.csv' });
  });

  test('an existing field of another type, a missing resource or field fail', async () => {
    const step = (more: Record<string, unknown>) => run({ fields: {}, ...more });
    await expect(step({ fields: { name: { name: 'n' } } })).rejects.toMatchObject({
      lines: ['Field "name" of "places" is of type "string", not "number"'],
    });
    await expect(step({ source: { name: 'x', key: ['id'] } })).rejects.toMatchObject({
      lines: ['Resource "x" not found'],
    });
    await expect(step({ fields: { q: null } })).rejects.toMatchObject({ lines: ['Field "q" not found in "people"'] });
  });

  test('a source that is another table of the spec is read and stays out', async () => {
    const other = await relationOf(bench.tabular, 'people', people);
    const parameters = { ...base, fields: { n: null } };
    const outcome = await process(bench.tabular, { places }, [{ run: 'join', parameters }], {
      others: new Map([['people', other]]),
    });
    expect([...outcome.context.relations.keys()]).toEqual(['places']);
    expect((await outcome.rows()).map((row) => row[3])).toEqual(['10', '-0.25', null, null]);
  });
});

describe('concatenate', () => {
  const tables: Record<string, Table> = {
    one: {
      fields: ['a:integer', 'b:string', 'x:date'],
      rows: [
        ['1', 'p', '2020-01-01'],
        ['2', null, null],
      ],
      schema: { primaryKey: 'a' },
    },
    two: { fields: ['B:string', 'A:string'], rows: [['q', '3']] },
    three: { fields: ['c:string'], rows: [['z']] },
  };
  const fields = { z: [], id: ['a', 'A'], label: ['b', 'B'], k: null };

  test('fields in first-seen order, the rest alphabetical; cells are read as the first definition', async () => {
    const parameters = { sources: ['one', 'two'], target: { name: 'all', title: 'All' }, fields };
    const outcome = await process(bench.tabular, tables, [{ run: 'concatenate', parameters }]);
    expect([...outcome.context.relations.keys()]).toEqual(['all', 'three']);
    expect(outcome.fields()).toEqual(['id:integer', 'label:string', 'k:string', 'z:string']);
    expect(await outcome.rows()).toEqual([
      ['1', 'p', null, null],
      ['2', null, null, null],
      ['3', 'q', null, null],
    ]);
    const { schema, descriptor } = outcome.context.relations.get('all')!;
    expect([schema, descriptor]).toEqual([{ primaryKey: ['id'] }, { title: 'All', path: 'data/all.csv' }]);
  });

  test.each([
    [{ fields }, 'Resource "three" has none of the fields'],
    [{ sources: 'one|two', fields: { id: ['a'], other: ['a'] } }, 'Field "a" is used twice'],
    [{ sources: 'none', fields }, 'no resource is among the sources'],
    [{ sources: ['one'], fields: { id: ['a', 'b'] } }, 'Resource "one" has two fields for "id"'],
  ])('%j fails: %s', async (parameters, line) => {
    await expect(process(bench.tabular, tables, [{ run: 'concatenate', parameters }])).rejects.toMatchObject({
      lines: [line],
    });
  });
});

describe('unpivot', () => {
  const table: Table = {
    fields: ['id:string', '2019:integer', '2020:string', 'Y2021:number'],
    rows: [
      ['a', '1', '2', null],
      ['b', null, '-3', '4.5'],
    ],
    schema: { primaryKey: 'id' },
  };
  const value = { name: 'value', type: 'number' };

  test('one row per row and matched column, in spec then column order', async () => {
    const parameters = {
      unpivot: [
        { name: 'Y(?P<y>\\d+)', keys: { year: '\\g<y>', kind: 'late' } },
        { name: '(\\d+)', keys: { year: '\\1' } },
      ],
      extraKeyFields: [
        { name: 'year', type: 'year' },
        { name: 'kind', type: 'string' },
      ],
      extraValueField: value,
    };
    const outcome = await process(bench.tabular, { t: table }, [
      { run: 'unpivot', parameters },
      { run: 'filter', parameters: { out: [{ year: 1900 }] } },
    ]);
    expect(outcome.fields()).toEqual(['id:string', 'year:year', 'kind:string', 'value:number']);
    expect(await outcome.rows()).toEqual([
      ['a', '2021', 'late', null],
      ['a', '2019', null, '1'],
      ['a', '2020', null, '2'],
      ['b', '2021', 'late', '4.5'],
      ['b', '2019', null, null],
      ['b', '2020', null, '-3'],
    ]);
    expect(outcome.context.relations.get('t')!.schema).toEqual({});
  });

  test('500 columns', async () => {
    const wide: Table = {
      fields: Array.from({ length: 500 }, (_, i) => `c${i}:integer`),
      rows: [Array.from({ length: 500 }, (_, i) => String(i))],
    };
    const parameters = {
      unpivot: [{ name: 'c(\\d+)', keys: { i: '\\1' } }],
      extraKeyFields: [{ name: 'i', type: 'integer' }],
      extraValueField: { name: 'v', type: 'integer' },
    };
    const outcome = await process(bench.tabular, { t: wide }, [{ run: 'unpivot', parameters }]);
    expect(await outcome.rows()).toEqual(Array.from({ length: 500 }, (_, i) => [String(i), String(i)]));
  });

  test('nothing that matches, a name that is taken and a key of a wrong type fail', async () => {
    const step = (name: string, key: string) =>
      process(bench.tabular, { t: table }, [
        {
          run: 'unpivot',
          parameters: {
            unpivot: [{ name, keys: { [key]: 'x' } }],
            extraKeyFields: [{ name: key, type: 'integer' }],
            extraValueField: value,
          },
        },
      ]);
    await expect(step('q', 'k')).rejects.toMatchObject({ lines: ['No field found matching "q"'] });
    await expect(step('\\d+', 'id')).rejects.toMatchObject({ lines: ['two fields would be called "id"'] });
    await expect(step('2019', 'k')).rejects.toThrow('The value "x" in row 2 and column 4 is not type "integer"');
  });
});

describe('packages, resources, loading, printing, checking', () => {
  const table: Table = {
    fields: ['a:integer', 'b:string'],
    rows: [
      ['1', 'x'],
      ['2', null],
      ['30', 'y'],
    ],
    descriptor: { title: 'T' },
  };

  test('metadata is merged', async () => {
    const outcome = await process(
      bench.tabular,
      { t: table },
      [
        { run: 'add_metadata', parameters: { title: 'One', keywords: ['k'] } },
        { run: 'load_metadata', parameters: { url: 'http://x/datapackage.json' } },
        { run: 'update_package', parameters: { version: 2 } },
        { run: 'update_resource', parameters: { resources: 't', metadata: { title: 'New' } } },
      ],
      { package: { name: 'p' }, loadPackage: (url) => Promise.resolve({ title: url, resources: [1] }) },
    );
    expect(outcome.context.package).toEqual({
      name: 'p',
      title: 'http://x/datapackage.json',
      keywords: ['k'],
      version: 2,
    });
    expect(outcome.context.relations.get('t')!.descriptor).toEqual({ title: 'New' });
  });

  test('duplicate copies beside or to the end', async () => {
    const outcome = await process(bench.tabular, { t: table, u: table }, [
      { run: 'duplicate', parameters: { source: 't', 'target-name': 'c' } },
      { run: 'duplicate', parameters: { duplicate_to_end: true } },
      { run: 'filter', parameters: { resources: 'c', in: [{ a: 2 }] } },
    ]);
    expect([...outcome.context.relations.keys()]).toEqual(['t', 'c', 'u', 't_copy']);
    expect((await outcome.rows('c')).length).toBe(1);
    expect((await outcome.rows('t_copy')).length).toBe(3);
    expect(outcome.context.relations.get('c')!.descriptor).toEqual({ title: 'T', path: 'data/c.csv' });
  });

  test('load takes rows and leaves out what is not required', async () => {
    const far = await relationOf(bench.tabular, 'far', table);
    const asked: unknown[] = [];
    const load = (url: string, options: Record<string, unknown>) => {
      asked.push([url, options]);
      return url.endsWith('bad') ? Promise.reject(new Error('404 Not Found')) : Promise.resolve(far);
    };
    const outcome = await process(
      bench.tabular,
      { t: table },
      [
        { run: 'load', parameters: { url: 'https://x/y', name: 'near', 'limit-rows': 2, format: 'txt' } },
        { run: 'load_resource', parameters: { url: 'granary://o/bad', resource: 'r', required: false } },
        { run: 'add_resource', parameters: { url: 'dependency://t', name: 't2' } },
        { run: 'stream_remote_resources', parameters: { resources: 'near' } },
      ],
      { load },
    );
    expect([...outcome.context.relations.keys()]).toEqual(['t', 'near', 't2']);
    expect(await outcome.rows('near')).toEqual([
      ['1', 'x'],
      ['2', null],
    ]);
    expect(asked).toEqual([
      ['https://x/y', { format: 'txt' }],
      ['granary://o/bad', { resource: 'r' }],
    ]);
    expect(outcome.logs).toEqual(['left out: 404 Not Found']);
    await expect(
      process(bench.tabular, { t: table }, [{ run: 'load', parameters: { url: 'http://bad' } }], { load }),
    ).rejects.toMatchObject({ step: 'load', lines: ['404 Not Found'] });
  });

  test('printer logs rows', async () => {
    const outcome = await process(bench.tabular, { t: table }, [{ run: 'printer' }]);
    expect(outcome.logs).toEqual(['t: a | b', '1 | x', '2 | ', '30 | y']);
  });

  test('validate checks types, constraints and keys again', async () => {
    const checked: Table = {
      ...table,
      fields: [
        { name: 'a', type: 'integer', constraints: { maximum: 2 } },
        { name: 'b', type: 'string', constraints: { required: true, pattern: '[a-x]' } },
      ],
    };
    await expect(process(bench.tabular, { t: checked }, [{ run: 'validate' }])).rejects.toMatchObject({
      lines: [
        'Column 2 is a required field, but row 3 has no value',
        'The value "30" in row 4 and column 1 does not conform to the maximum constraint of "2"',
        'The value "y" in row 4 and column 2 does not conform to the pattern constraint of "[a-x]"',
      ],
    });
    const kept = await process(bench.tabular, { t: checked }, [
      { run: 'validate', parameters: { on_error: 'reject_row' } },
    ]);
    expect(await kept.rows()).toEqual([['1', 'x']]);
    const nulled = await process(bench.tabular, { t: checked }, [
      { run: 'validate', parameters: { on_error: 'null_value' } },
    ]);
    expect(await nulled.rows()).toEqual([
      ['1', 'x'],
      ['2', null],
      [null, null],
    ]);
  });

  test('names that try to be SQL are names', async () => {
    const evil = `"; drop table x; -- '${'`'}`;
    const outcome = await process(bench.tabular, { t: { fields: [`${evil}:string`], rows: [[evil]] } }, [
      { run: 'filter', parameters: { in: [{ [evil]: evil }] } },
      {
        run: 'find_replace',
        parameters: { fields: [{ name: evil, patterns: [{ find: '--', replace: evil.replace('\\', '') }] }] },
      },
      { run: 'add_field', parameters: { name: "'); select", default: evil } },
      { run: 'sort', parameters: { 'sort-by': [{ field: evil }] } },
    ]);
    expect(await outcome.rows()).toEqual([[evil.replace('--', evil), evil]]);
  });
});
