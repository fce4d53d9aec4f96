import { describe, expect, test } from 'vitest';
import type { Field, IngestRequest, TableSchema } from '../../src/recipes/index.ts';
import { counts, inFolder, ingest, ingestIn, values } from './support/ingest.ts';

const csv = (header: string, rows: string[][]) =>
  `${header}\n${rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n')}\n`;

const withPet = (constraints: Field['constraints']): TableSchema => ({
  fields: [
    { name: 'id', type: 'integer' },
    { name: 'pet', type: 'object', constraints },
  ],
});

describe('jsonSchema', () => {
  const jsonSchema = { type: 'object', required: ['legs'], properties: { legs: { type: 'integer', maximum: 4 } } };
  const content = csv('id,pet', [
    ['1', '{"legs":4}'],
    ['2', '{"legs":8}'],
    ['3', '{"name":"x"}'],
    ['4', 'none'],
    ['5', ''],
    ['6', '{"legs":8}'],
  ]);

  test('every value is checked, and what is no JSON or missing is not blamed twice', async () => {
    const ingested = await ingest('t.csv', content, { schema: withPet({ jsonSchema }), onError: 'skip' });
    expect(values(ingested)?.map(([id]) => id)).toEqual(['1', '5']);
    expect(counts(ingested)).toEqual(['json-schema-constraint pet 3', 'type-or-format-error pet 1']);
    expect(ingested.issues.map(({ row, message }) => [Number(row), message])).toContainEqual([
      2,
      `Value '{"legs":8}' does not fit the JSON Schema of the field. Column: 'pet', row: '2'`,
    ]);
  });

  test('a bad value can be emptied like any other', async () => {
    const ingested = await ingest('t.csv', content, { schema: withPet({ jsonSchema }), onError: 'null' });
    expect(values(ingested)?.map(([, pet]) => pet)).toEqual(['{"legs":4}', null, null, null, null, null]);
  });

  test('arrays, and words of a newer draft', async () => {
    const schema: TableSchema = {
      fields: [
        {
          name: 'a',
          type: 'array',
          constraints: {
            jsonSchema: {
              $schema: 'https://json-schema.org/draft/2020-12/schema',
              prefixItems: [{ type: 'integer' }],
              items: false,
            },
          },
        },
      ],
    };
    const ingested = await ingest('t.csv', csv('a', [['[1]'], ['[1,2]'], ['["x"]']]), { schema, onError: 'skip' });
    expect(values(ingested)).toEqual([['[1]']]);
    expect(counts(ingested)).toEqual(['json-schema-constraint a 2']);
  });

  test('rows stay in the order of the file, however many there are', async () => {
    const rows = Array.from({ length: 300_000 }, (_, i) => `${i + 1},"{""legs"":${i % 7}}"`);
    const ingested = await ingest('t.csv', `id,pet\n${rows.join('\n')}\n`, {
      schema: withPet({ jsonSchema }),
      onError: 'null',
    });
    expect(ingested.rows!.every((row, i) => Number(row.id) === i + 1 && Number(row._row) === i + 1)).toBe(true);
    expect(counts(ingested)).toEqual([`json-schema-constraint pet ${rows.filter((_, i) => i % 7 > 4).length}`]);
  });

  const faults: [what: string, constraints: Field['constraints'], request: Partial<IngestRequest>, message: RegExp][] =
    [
      [
        'a schema that is none',
        { jsonSchema: { type: 'thing' } },
        {},
        /jsonSchema of field 'pet' cannot be run: .*type/,
      ],
      [
        'a reference to elsewhere',
        { jsonSchema: { $ref: 'http://x.test/s' } },
        {},
        /'pet' cannot be run: can't resolve/,
      ],
      [
        'a pattern in it that takes for ever',
        { jsonSchema: { additionalProperties: { pattern: '^(a+)+$' } } },
        { limits: { judgeSeconds: 0.2 } },
        /jsonSchema of field 'pet' takes too long to check/,
      ],
    ];
  test.each(faults)('%s is refused with the field', async (_what, constraints, request, message) => {
    const slow = csv('id,pet', [['1', JSON.stringify({ x: `${'a'.repeat(40)}!` })]]);
    await expect(ingest('t.csv', slow, { schema: withPet(constraints), ...request })).rejects.toMatchObject({
      code: 'schema_invalid',
      message: expect.stringMatching(message),
      errors: [{ pointer: '/fields/1/constraints/jsonSchema' }],
    });
  });

  test('more different values than allowed are refused, not passed over', async () => {
    const request = { schema: withPet({ jsonSchema }), limits: { judgedValues: 3 } };
    await expect(ingest('t.csv', content, request)).rejects.toMatchObject({ code: 'limit_reached' });
  });

  test('it is for JSON fields only', async () => {
    const schema: TableSchema = { fields: [{ name: 'id', type: 'integer', constraints: { jsonSchema } }] };
    await expect(ingest('t.csv', content, { schema })).rejects.toMatchObject({
      code: 'schema_invalid',
      errors: [{ pointer: '/fields/0/constraints/jsonSchema' }],
    });
  });
});

describe('a pattern that RE2 cannot run', () => {
  const schema = (pattern: string): TableSchema => ({
    fields: [{ name: 'code', type: 'string', constraints: { pattern } }],
  });

  test('is tried on the values all the same, in full', async () => {
    const ingested = await ingest('t.csv', 'code\nabc\nYbc\nabcd\nxyx\n', {
      schema: schema('(?!Y)(.)b?.(\\1|c)'),
      onError: 'skip',
    });
    expect(values(ingested)).toEqual([['abc'], ['xyx']]);
    expect(counts(ingested)).toEqual(['pattern-constraint code 2']);
  });

  test.each([
    ['(', /pattern of field 'code' cannot be run/],
    ['(?=a)(a+)+b', /pattern of field 'code' takes too long to check/],
  ])('%s is refused with the field', async (pattern, message) => {
    const content = `code\n${'a'.repeat(40)}\n`;
    const limits = { judgeSeconds: 0.2 };
    await expect(ingest('t.csv', content, { schema: schema(pattern), limits })).rejects.toMatchObject({
      code: 'schema_invalid',
      message: expect.stringMatching(message),
      errors: [{ pointer: '/fields/0/constraints/pattern' }],
    });
  });
});

test('the items of a list are checked by their type and counted', async () => {
  const schema: TableSchema = {
    fields: [
      { name: 'n', type: 'list', itemType: 'integer', delimiter: ';', constraints: { maxLength: 3 } },
      { name: 'd', type: 'list', itemType: 'date' },
      { name: 's', type: 'list' },
    ],
  };
  const content = csv('n,d,s', [
    ['1;2;3', '2024-01-31,2024-02-29', 'a,1'],
    ['1;x', '2024-02-30', ''],
    ['1;2;3;4', '', 'b'],
    ['1;', '', 'c'],
  ]);
  const ingested = await ingest('t.csv', content, { schema, onError: 'null' });
  expect(counts(ingested)).toEqual([
    'maximum-length-constraint n 1',
    'type-or-format-error d 1',
    'type-or-format-error n 2',
  ]);
  expect(values(ingested)?.[0]).toEqual(['1;2;3', '2024-01-31,2024-02-29', 'a,1']);
});

describe('foreign keys', () => {
  const schema: TableSchema = {
    fields: [
      { name: 'id', type: 'integer' },
      { name: 'parent', type: 'integer' },
    ],
    primaryKey: 'id',
    foreignKeys: [{ fields: 'parent', reference: { resource: '', fields: 'id' } }],
  };

  test('a row that refers to nothing is lost, and then those that refer to it', async () => {
    const ingested = await ingest('t.csv', 'id,parent\n1,\n2,1\n3,9\n4,3\n5,4\n6,2\n', { schema, onError: 'skip' });
    expect(values(ingested)?.map(([id]) => id)).toEqual(['1', '2', '6']);
    expect(counts(ingested)).toEqual(['foreign-key parent 3']);
    expect(ingested.issues[0]).toMatchObject({
      code: 'foreign-key',
      message: "Value '9' is no value of 'id'. Column: 'parent', row: '3'",
      rule: 'foreignKeys',
    });
    expect(ingested.result.counts).toMatchObject({ read: 6, rejected: 3, accepted: 3 });
  });

  test('a row with a bad cell is nothing to refer to', async () => {
    const ingested = await ingest('t.csv', 'id,parent\n1,\n2,x\n3,2\n', { schema, onError: 'skip' });
    expect(counts(ingested)).toEqual(['foreign-key parent 1', 'type-or-format-error parent 1']);
  });

  test('two columns together, an empty part refers to nothing', async () => {
    const two: TableSchema = {
      fields: ['a', 'b', 'x', 'y'].map((name) => ({ name, type: 'string' })),
      foreignKeys: [{ fields: ['x', 'y'], reference: { fields: ['a', 'b'] } }],
    };
    const ingested = await ingest('t.csv', 'a,b,x,y\n1,2,,\n3,4,1,2\n5,6,1,4\n7,8,9,\n', {
      schema: two,
      onError: 'skip',
    });
    expect(ingested.issues.map(({ row, value }) => [Number(row), value])).toEqual([[3, '1, 4']]);
  });

  test('what is already in the dataset can be referred to when rows are added, and only then', async () => {
    await inFolder(async (folder) => {
      const first = await ingestIn(folder, 't.csv', 'id,parent\n1,\n2,1\n', { schema });
      const previous = { file: first.result.table!.file, schema: first.result.schema };
      const more = 'id,parent\n3,2\n4,7\n';
      const orphans = async (request: Partial<IngestRequest>) =>
        (await ingestIn(folder, 't.csv', more, { schema, onError: 'skip', ...request })).issues.map(
          ({ value }) => value,
        );
      expect(await orphans({ previous, mode: 'append' })).toEqual(['7']);
      expect(await orphans({ previous, mode: 'upsert' })).toEqual(['7']);
      expect(await orphans({ referable: previous.file, mode: 'upsert' })).toEqual(['7']);
      expect(await orphans({ previous, mode: 'replace' })).toEqual(['2', '7']);
    });
  });

  test.each([
    [{ fields: 'parent', reference: { resource: 'people', fields: 'id' } }, /resource 'people', which is not at hand/],
    [{ fields: 'parent', reference: { fields: 'uid' } }, /unknown field 'uid'/],
    [{ fields: ['parent', 'id'], reference: { fields: 'id' } }, /as many fields/],
  ])('%j is refused', async (foreignKey, message) => {
    const request = { schema: { ...schema, foreignKeys: [foreignKey] } };
    await expect(ingest('t.csv', 'id,parent\n1,\n', request)).rejects.toMatchObject({
      code: 'schema_invalid',
      message: expect.stringMatching(message),
      errors: [{ pointer: '/foreignKeys/0' }],
    });
  });
});

describe('format any', () => {
  const schema = (type: Field['type']): TableSchema => ({
    fields: [
      { name: 'd', type, format: 'any' },
      { name: 'n', type: 'string' },
    ],
  });
  const good: [type: Field['type'], cells: string[], expected: (string | null)[]][] = [
    ['date', ['2024-01-31', '', '2024-02-01'], ['2024-01-31', null, '2024-02-01']],
    ['date', ['31.01.2024', '1.2.2024'], ['2024-01-31', '2024-02-01']],
    ['date', ['31/01/2024', '01/02/2024'], ['2024-01-31', '2024-02-01']],
    ['date', ['01/31/2024', '02/01/2024'], ['2024-01-31', '2024-02-01']],
    ['date', ['05/05/2024', '06/06/2024'], ['2024-05-05', '2024-06-06']],
    ['date', ['31 January 2024', '1 May 2024'], ['2024-01-31', '2024-05-01']],
    ['date', ['January 31, 2024'], ['2024-01-31']],
    ['date', ['31-Jan-2024'], ['2024-01-31']],
    ['date', ['', ''], [null, null]],
    ['time', ['10:30', '23:59'], ['10:30:00', '23:59:00']],
    ['time', ['10:30 AM', '11:59 PM'], ['10:30:00', '23:59:00']],
    ['datetime', ['31.01.2024 10:30'], ['2024-01-31 10:30:00']],
  ];
  test.each(good)('%s %j', async (type, cells, expected) => {
    const ingested = await ingest(
      't.csv',
      csv(
        'd,n',
        cells.map((cell) => [cell, 'x']),
      ),
      { schema: schema(type) },
    );
    expect(ingested.result.refused).toBeUndefined();
    expect(values(ingested)!.map(([value]) => value)).toEqual(expected);
    expect(ingested.result.schema.fields[0]).toMatchObject({ type, format: 'any' });
  });

  const bad: [what: string, cells: string[], code: string, message: RegExp][] = [
    [
      'two forms',
      ['31.01.2024', '01.02.2024', '2024-02-01'],
      'date_format_unknown',
      /2 of 3 read as %d\.%m\.%Y, but '2024-02-01' does not/,
    ],
    ['a missing part', ['2001-07'], 'date_format_unknown', /'2001-07' does not/],
    [
      'day or month',
      ['01/02/2024', '05/05/2024'],
      'date_format_ambiguous',
      /%d\/%m\/%Y and as %m\/%d\/%Y.*'01\/02\/2024'/,
    ],
  ];
  test.each(bad)('%s is an error of the column', async (_what, cells, code, message) => {
    const ingested = await ingest('t.csv', `d,n\n${cells.map((cell) => `${cell},x`).join('\n')}\n`, {
      schema: schema('date'),
      onError: 'null',
    });
    expect(ingested.result.refused).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(ingested.rows).toBeUndefined();
  });
});

describe('fieldsMatch', () => {
  const fields: Field[] = [
    { name: 'a', type: 'integer' },
    { name: 'b', type: 'integer' },
  ];
  const headers = ['a,b', 'b,a', 'a', 'a,b,c', 'c'];
  const expected: [match: NonNullable<TableSchema['fieldsMatch']>, errors: string[]][] = [
    [
      'exact',
      [
        '',
        'non-matching-header b',
        'missing-header b',
        'extra-header c',
        'missing-header a, missing-header b, extra-header c',
      ],
    ],
    ['equal', ['', '', 'missing-header b', 'extra-header c', 'missing-header a, missing-header b, extra-header c']],
    [['subset'], ['', '', 'missing-header b', '', 'missing-header a, missing-header b']],
    ['superset', ['', '', '', 'extra-header c', 'extra-header c']],
    ['partial', ['', '', '', '', 'missing-header a']],
  ];
  test.each(
    expected.flatMap(([match, errors]) =>
      headers.map((header, i) => [String(match), header, errors[i]!, match] as const),
    ),
  )('%s: header %s gives %j', async (_name, header, errors, fieldsMatch) => {
    const row = header.replace(/\w/g, '1');
    const { issues, result } = await ingest('t.csv', `${header}\n${row}\n`, {
      schema: { fields, fieldsMatch },
      onError: 'skip',
    });
    const found = issues.filter(({ severity }) => severity === 'error').map(({ code, column }) => `${code} ${column}`);
    expect(found.join(', ')).toBe(errors);
    expect(result.refused === undefined).toBe(errors === '');
  });

  test('an unknown word is refused', async () => {
    const schema = { fields, fieldsMatch: 'some' } as unknown as TableSchema;
    await expect(ingest('t.csv', 'a,b\n1,1\n', { schema })).rejects.toMatchObject({ code: 'schema_invalid' });
  });
});
