import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { countTable, openTabular, readTable } from '../../src/platform/tabular/index.ts';
import type { IngestRequest, TableSchema } from '../../src/recipes/index.ts';
import { counts, inFolder, ingest, ingestIn, types, values } from './support/ingest.ts';

const schema: TableSchema = {
  fields: [
    { name: 'id', type: 'integer' },
    { name: 'n', type: 'integer' },
  ],
};
const dirty = 'id,n\n1,10\n2,bad\n3,30\n4,\n';

describe('what becomes of rows with errors', () => {
  const cases: [onError: IngestRequest['onError'], rows: unknown[][] | undefined, more: object][] = [
    ['reject', undefined, { accepted: 3, rejected: 1, emptied: 0 }],
    [
      'quarantine',
      [
        ['1', '10'],
        ['3', '30'],
        ['4', null],
      ],
      { accepted: 3, rejected: 1, emptied: 0 },
    ],
    [
      'skip',
      [
        ['1', '10'],
        ['3', '30'],
        ['4', null],
      ],
      { accepted: 3, rejected: 1, emptied: 0 },
    ],
    [
      'null',
      [
        ['1', '10'],
        ['2', null],
        ['3', '30'],
        ['4', null],
      ],
      { accepted: 4, rejected: 0, emptied: 1 },
    ],
  ];
  test.each(cases)('%s', async (onError, rows, more) => {
    const ingested = await ingest('t.csv', dirty, { schema, ...(onError ? { onError } : {}) });
    expect(values(ingested)).toEqual(rows);
    expect(ingested.result.counts).toMatchObject({ read: 4, ...more });
    expect(counts(ingested)).toEqual(['type-or-format-error n 1']);
    expect(ingested.rejects).toBe(
      onError === 'quarantine'
        ? "id,n,_error\n2,bad,\"Value 'bad' is not 'integer'. Column: 'n', row: '2'\"\n"
        : undefined,
    );
  });

  test('a refusal names the first error and how many more', async () => {
    const { result } = await ingest('t.csv', 'id,n\n1,x\n2,y\n', { schema });
    expect(result.refused).toEqual({
      code: 'rows_rejected',
      message: "Value 'x' is not 'integer'. Column: 'n', row: '1' (and 1 more)",
    });
  });

  test('an empty required cell cannot be mended by emptying it', async () => {
    const required: TableSchema = {
      fields: [
        { name: 'id', type: 'integer' },
        { name: 'n', type: 'integer', constraints: { required: true } },
      ],
    };
    const ingested = await ingest('t.csv', dirty, { schema: required, onError: 'null' });
    expect(values(ingested)).toEqual([
      ['1', '10'],
      ['3', '30'],
    ]);
    expect(counts(ingested)).toEqual(['required-constraint n 1', 'type-or-format-error n 1']);
  });

  test.each([
    [1, false],
    [0, true],
    ['25%', false],
    ['24%', true],
  ] as const)('at most %s bad rows', async (maxErrors, refused) => {
    const { result } = await ingest('t.csv', dirty, { schema, onError: 'skip', maxErrors });
    expect(result.refused?.code).toBe(refused ? 'too_many_errors' : undefined);
  });

  test('counts stay exact beyond the listing', async () => {
    const content = `id,n\n${Array.from({ length: 500 }, (_, i) => `${i},x`).join('\n')}\n`;
    const ingested = await ingest('t.csv', content, { schema, onError: 'null', limits: { listedIssues: 20 } });
    expect(ingested.result.issues).toMatchObject({ listed: 20, errors: 500 });
    expect(ingested.issues.map(({ row }) => Number(row))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  test('a long value is cut at 200 characters', async () => {
    const ingested = await ingest('t.csv', `id,n\n1,${'ä'.repeat(300)}\n2,2\n`, { schema, onError: 'skip' });
    expect(ingested.issues[0]!.value).toBe('ä'.repeat(200));
  });

  test('a dry run publishes nothing and says the same', async () => {
    const dry = await ingest('t.csv', dirty, { schema, onError: 'skip', dryRun: true });
    expect(dry.rows).toBeUndefined();
    expect(dry.result.sample).toEqual([
      { id: '1', n: '10' },
      { id: '3', n: '30' },
      { id: '4', n: null },
    ]);
    expect(counts(dry)).toEqual(['type-or-format-error n 1']);
  });
});

describe('columns that are not those of the schema', () => {
  const content = 'id,extra\n1,x\n2,\n';
  test('freeze refuses them', async () => {
    const { result } = await ingest('t.csv', content, { schema, schemaPolicy: 'freeze', onError: 'skip' });
    expect(result.refused).toEqual({ code: 'missing_header', message: "Column 'n' with type 'integer' is missing" });
  });
  test('evolve adds and empties them', async () => {
    const ingested = await ingest('t.csv', content, { schema });
    expect(types(ingested)).toEqual({ id: 'integer', n: 'integer', extra: 'string' });
    expect(counts(ingested)).toEqual(['extra-header extra 1', 'missing-header n 1']);
  });
  test('discard_value leaves them out', async () => {
    expect(values(await ingest('t.csv', content, { schema, schemaPolicy: 'discard_value' }))).toEqual([
      ['1', null],
      ['2', null],
    ]);
  });
  test('discard_row drops rows with a value there', async () => {
    expect(values(await ingest('t.csv', content, { schema, schemaPolicy: 'discard_row', onError: 'skip' }))).toEqual([
      ['2', null],
    ]);
  });
});

describe('uniqueness', () => {
  const keyed: TableSchema = {
    fields: [
      { name: 'id', type: 'integer' },
      { name: 'n', type: 'string' },
    ],
    primaryKey: 'id',
  };
  test('a repeated key names the row it repeats, and an empty one is required', async () => {
    const ingested = await ingest('t.csv', 'id,n\n1,a\n,b\n1,c\n2,d\n', { schema: keyed, onError: 'quarantine' });
    expect(ingested.issues.map(({ row, code, message }) => [row, code, message])).toEqual([
      ['2', 'required-constraint', "Value is missing. Column: 'id', row: '2'"],
      ['3', 'unique-constraint', "Value '1' is repeated (first in row '1'). Column: 'id', row: '3'"],
    ]);
    expect(values(ingested)).toEqual([
      ['1', 'a'],
      ['2', 'd'],
    ]);
    expect(
      ingested
        .rejects!.split('\n')
        .slice(1, 3)
        .map((line) => line.split(',').slice(0, 2)),
    ).toEqual([
      ['', 'b'],
      ['1', 'c'],
    ]);
  });
  test('a key of two columns', async () => {
    const pair: TableSchema = { ...keyed, primaryKey: [], uniqueKeys: [['id', 'n']] };
    const ingested = await ingest('t.csv', 'id,n\n1,a\n1,b\n1,a\n', { schema: pair, onError: 'skip' });
    expect(values(ingested)).toEqual([
      ['1', 'a'],
      ['1', 'b'],
    ]);
  });
});

describe('a file on top of a table', () => {
  const before = 'id,n,note\n1,10,a\n2,20,b\n3,30,c\n';
  async function merged(content: string, request: Partial<IngestRequest>) {
    return inFolder(async (folder) => {
      const first = await ingestIn(folder, 't.csv', before);
      const previous = { file: first.result.table!.file, schema: first.result.schema };
      return ingestIn(folder, 't.csv', content, { previous, key: ['id'], revision: 2, ...request });
    });
  }

  test('append keeps order and lineage, widens types and adds columns', async () => {
    const ingested = await merged('id,n,extra\n4,1.5,x\n', { mode: 'append' });
    expect(ingested.rows).toEqual([
      { _row: '1', _rev: 1, id: '1', n: '10.0', note: 'a', extra: null },
      { _row: '2', _rev: 1, id: '2', n: '20.0', note: 'b', extra: null },
      { _row: '3', _rev: 1, id: '3', n: '30.0', note: 'c', extra: null },
      { _row: '1', _rev: 2, id: '4', n: '1.5', note: null, extra: 'x' },
    ]);
    expect(types(ingested)).toEqual({ id: 'integer', n: 'number', note: 'string', extra: 'string' });
    expect(ingested.result.table!.rows).toBe(4);
  });

  test('append refuses a key that is there', async () => {
    const ingested = await merged('id,n,note\n4,1,x\n2,5,y\n', { mode: 'append' });
    expect(ingested.result.refused?.message).toBe("Value '2' is already in the dataset. Column: 'id', row: '2'");
  });

  test('upsert updates in place, adds behind, and the last row of a key wins', async () => {
    const ingested = await merged('id,n,note\n2,21,\n4,40,d\n1,10,a\n2,22,\n', { mode: 'upsert' });
    expect(ingested.rows).toEqual([
      { _row: '1', _rev: 1, id: '1', n: '10', note: 'a' },
      { _row: '4', _rev: 2, id: '2', n: '22', note: 'b' },
      { _row: '3', _rev: 1, id: '3', n: '30', note: 'c' },
      { _row: '2', _rev: 2, id: '4', n: '40', note: 'd' },
    ]);
    expect(ingested.result.counts).toMatchObject({ inserted: 1, updated: 1, unchanged: 1 });
    expect(ingested.result.changes).toEqual([
      { key: { id: '2' }, before: { id: '2', n: '20', note: 'b' }, after: { id: '2', n: '22', note: 'b' } },
    ]);
  });

  test('upsert with blank=clear empties', async () => {
    const ingested = await merged('id,n,note\n2,20,\n', { mode: 'upsert', blank: 'clear' });
    expect(values(ingested)![1]).toEqual(['2', '20', null]);
  });

  test('upsert leaves columns the file lacks alone', async () => {
    expect(values(await merged('id,n\n2,99\n', { mode: 'upsert', blank: 'clear' }))![1]).toEqual(['2', '99', 'b']);
  });

  test('replace brings only the new rows', async () => {
    expect(values(await merged('id,n,note\n9,9,z\n', { mode: 'replace' }))).toEqual([['9', '9', 'z']]);
  });
});

describe('recipes', () => {
  const cases: [what: string, recipe: IngestRequest['recipe'], content: string, rows: unknown[][], changed: number][] =
    [
      ['trim', [{ function: 'trim' }], 'a,b\n x ,why\n', [['x', 'why']], 1],
      [
        'collapse_spaces',
        [{ function: 'collapse_spaces', params: { columns: ['b'] } }],
        'a,b\nq  q,x \t  y\n',
        [['q  q', 'x y']],
        1,
      ],
      ['unquote', [{ function: 'unquote' }], "a;b\n'x';y'\n", [['x', "y'"]], 1],
      [
        'null_values',
        [{ function: 'null_values', params: { values: ['N/A', '-999'], ignore_case: true } }],
        'a,b\nn/a,7\n1,-999\n',
        [
          [null, '7'],
          ['1', null],
        ],
        2,
      ],
      [
        'case',
        [{ function: 'case', params: { columns: ['b'], to: 'title' } }],
        'a,b\nq,gRAND rapids\n',
        [['q', 'Grand Rapids']],
        1,
      ],
      [
        'decimal_comma, only whole columns',
        [{ function: 'decimal_comma' }],
        'a;b\n1.234,5;1,5\n7;x\n',
        [
          ['1234.5', '1,5'],
          ['7.0', 'x'],
        ],
        1,
      ],
      ['numbers', [{ function: 'numbers' }], 'a;b\n1,234;x\n', [['1234', 'x']], 1],
      [
        'booleanish',
        [{ function: 'booleanish', params: { columns: ['b'] } }],
        'a,b\nyes,yes\nn,0\n',
        [
          [true, true],
          [false, false],
        ],
        2,
      ],
      [
        'dates',
        [{ function: 'dates', params: { columns: ['b'], format: '%d/%m/%Y' } }],
        'a,b\nq,01/02/2020\n',
        [['q', '2020-02-01']],
        1,
      ],
      [
        'map_values',
        [{ function: 'map_values', params: { column: 'b', map: { m: 'male', x: null } } }],
        'a,b\nq,m\nq,x\nq,f\n',
        [
          ['q', 'male'],
          ['q', null],
          ['q', 'f'],
        ],
        2,
      ],
      [
        'regex_replace',
        [{ function: 'regex_replace', params: { columns: ['b'], pattern: '^(\\d+) kg$', replacement: '\\1' } }],
        'a,b\nq,12 kg\n',
        [['q', '12']],
        1,
      ],
    ];
  test.each(cases)('%s', async (_what, recipe, content, rows, changed) => {
    const ingested = await ingest('t.csv', content, { recipe: recipe! });
    expect(values(ingested)).toEqual(rows);
    expect(ingested.result.steps.find(({ step }) => step.startsWith('step 1'))!.changedCells).toBe(changed);
  });

  test('steps build on each other, and issues still show the cell as it was', async () => {
    const ingested = await ingest('t.csv', 'Nr,Weight\n1,12 kg\n2,heavy\n', {
      recipe: [
        { function: 'rename', params: { columns: { Nr: 'id', Weight: 'weight' } } },
        { function: 'regex_replace', params: { columns: ['weight'], pattern: ' kg$', replacement: '' } },
        { function: 'select', params: { columns: ['weight', 'id'] } },
      ],
      schema: {
        fields: [
          { name: 'weight', type: 'integer' },
          { name: 'id', type: 'integer' },
        ],
      },
      onError: 'quarantine',
    });
    expect(values(ingested)).toEqual([['12', '1']]);
    expect(ingested.rejects).toContain('2,heavy,');
  });

  test('dedupe keeps the last row of a key and lists the others', async () => {
    const ingested = await ingest('t.csv', 'id,n\n1,a\n2,b\n1,c\n,d\n,e\n', {
      recipe: [{ function: 'dedupe', params: { key: ['id'] } }],
    });
    expect(ingested.rows!.map(({ _row, n }) => [_row, n])).toEqual([
      ['2', 'b'],
      ['3', 'c'],
      ['4', 'd'],
      ['5', 'e'],
    ]);
    expect(ingested.issues).toMatchObject([
      { severity: 'info', code: 'duplicate-row-removed', row: '1', line: '2', value: '1' },
    ]);
    expect(ingested.result.counts.read).toBe(5);
  });

  const faults: [recipe: IngestRequest['recipe'], message: string][] = [
    [[{ function: 'trim' }, { function: 'nonsense' }], 'Step 2 (nonsense): function nonsense does not exist'],
    [[{ function: 'case', params: { to: 'sideways' } }], 'Step 1 (case): bad parameters: /0/params/to'],
    [[{ function: 'trim', params: { columns: ['zz'] } }], "Step 1 (trim): unknown column 'zz'; there are 'a', 'b'"],
    [[{ function: 'trim', version: '9.0.0' }], 'Step 1 (trim): version 9.0.0 does not exist; there is 1.0.0'],
    [[{ function: 'regex_replace', params: { pattern: '(?=x)', replacement: '' } }], 'look-around'],
    [[{ function: 'rename', params: { columns: { a: 'B' } } }], "two columns would be called 'b'"],
  ];
  test.each(faults)('%j is refused', async (recipe, message) => {
    await expect(ingest('t.csv', 'a,b\n1,2\n', { recipe: recipe! })).rejects.toThrow(message);
  });
});

test('an aborted run ends with the reason of its signal', async () => {
  const controller = new AbortController();
  controller.abort(new Error('cancelled by the user'));
  await expect(ingest('t.csv', dirty, { signal: controller.signal })).rejects.toThrow('cancelled by the user');
});

test('a run aborted in the middle of a statement ends at once, and leaves no temporary files of the engine', async () => {
  await inFolder(async (folder) => {
    const controller = new AbortController();
    const reached: string[] = [];
    const content = `id,n\n${Array.from({ length: 500_000 }, (_, i) => `${i},${i}`).join('\n')}\n`;
    const running = ingestIn(folder, 't.csv', content, {
      schema,
      signal: controller.signal,
      onProgress: (_share, step) => {
        reached.push(step);
        // The statement of the cast is handed to the engine's threads within this turn; it takes many turns.
        if (step === 'cast') setImmediate(() => controller.abort(new Error('cancelled by the user')));
      },
    });
    await expect(running).rejects.toThrow('cancelled by the user');
    expect(reached).toEqual(['cast']);
    const [run] = await readdir(folder);
    const left = await readdir(path.join(folder, run!));
    expect(left).not.toContain('duckdb-tmp');
    expect(left).not.toContain('table.parquet');
  });
});

test('a published table is read by condition, order and page', async () => {
  await inFolder(async (folder) => {
    const { result } = await ingestIn(folder, 't.csv', 'id,name\n1,b\n2,a\n3,\n4,ab\n');
    const tabular = await openTabular({ workFolder: folder });
    const file = result.table!.file;
    const read = async (query: Parameters<typeof readTable>[2]) => {
      const rows = [];
      for await (const chunk of readTable(tabular, file, query)) rows.push(...chunk);
      return rows;
    };
    expect(await read({ sort: [{ column: 'name', descending: true }], columns: ['id'] })).toEqual([
      { id: '1' },
      { id: '4' },
      { id: '2' },
      { id: '3' },
    ]);
    expect(await read({ conditions: [{ column: 'name', op: 'icontains', value: 'B' }], limit: 1, offset: 1 })).toEqual([
      { id: '4', name: 'ab' },
    ]);
    expect(
      await read({
        conditions: [
          { column: 'id', op: 'in', value: [1, '3'] },
          { column: 'name', op: 'isnull', value: true },
        ],
      }),
    ).toEqual([{ id: '3', name: null }]);
    expect(await countTable(tabular, file, { conditions: [{ column: 'id', op: 'range', value: [2, 3] }] })).toBe(2);
    await expect(read({ columns: ["x'; drop table t"] })).rejects.toThrow('unknown column');
    await expect(tabular.rows("select * from read_csv('/etc/passwd')")).rejects.toThrow('disabled by configuration');
    await expect(tabular.run('set threads = 8')).rejects.toThrow('locked');
    tabular.close();
  });
});
