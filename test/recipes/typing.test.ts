import { describe, expect, test } from 'vitest';
import type { Field } from '../../src/recipes/index.ts';
import { proposeType } from '../../src/recipes/pure/propose-type.ts';
import { counts, ingest, types, values } from './support/ingest.ts';

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
const column = (cells: string[]) => `n,x\n${cells.map((cell, i) => `row ${i},${quoted(cell)}`).join('\n')}\n`;

describe('the type of a column is the first that every value fits', () => {
  const cases: [what: string, cells: string[], type: string, more?: Partial<Field>][] = [
    ['integers', ['1', '-20', '', '300'], 'integer'],
    ['fractions', ['1', '2.50', '-.5'], 'number'],
    ['exponents', ['1', '2e10'], 'number'],
    ['leading zeros stay codes', ['01', '2', '3'], 'string'],
    ['leading plus stays text', ['+1', '2'], 'string'],
    ['long digit codes stay text', ['1', '4111111111111111'], 'string'],
    ['one word among numbers', ['1', '2', 'three'], 'string'],
    ['decimal comma', ['1,5', '2', '1000,25'], 'number', { decimalChar: ',' }],
    ['decimal comma with points', ['1.234,5', '1.000'], 'number', { decimalChar: ',', groupChar: '.' }],
    ['thousands separators', ['1,234,567', '12'], 'number', { groupChar: ',' }],
    ['a comma that reads both ways', ['1,234', '5'], 'string'],
    ['yes and no', ['yes', 'No', 'y', ''], 'boolean'],
    ['true and false', ['true', 'FALSE'], 'boolean'],
    ['only 0 and 1, boolean offered', ['0', '1'], 'integer', { offered: ['boolean'] }],
    ['ISO dates', ['2024-01-31', '2023-02-28'], 'date'],
    ['a date that does not exist', ['2024-01-31', '2023-02-30'], 'string'],
    ['day before month, proven', ['31/12/2020', '01/02/2021'], 'date', { format: '%d/%m/%Y' }],
    ['month before day, proven', ['12/31/2020', '1/2/2021'], 'date', { format: '%m/%d/%Y' }],
    ['both orders at once', ['31/12/2020', '12/31/2020'], 'string'],
    ['ambiguous dates', ['01/02/2020', '03/04/2021'], 'string'],
    ['instants', ['2024-01-31T10:00:00Z', '2024-01-31 11:00:00+02:00'], 'datetime'],
    ['times', ['10:00:00', '23:59:59.5'], 'time'],
    ['lists', ['[1,2]', '[]'], 'array'],
    ['nothing', ['', ''], 'string'],
  ];
  test.each(cases)('%s', async (_what, cells, type, more = {}) => {
    const { result } = await ingest('t.csv', column(cells));
    expect(result.schema.fields[1]).toMatchObject({ type, ...more });
    expect(result.counts.rejected).toBe(0);
  });

  test('values keep every digit and cross zones exactly', async () => {
    const ingested = await ingest(
      't.csv',
      'a,b,c\n123456789012345,0.10000000000000000001,2024-01-31T11:00:00+02:00\n7,1,2024-01-31T00:00:00Z\n',
    );
    expect(values(ingested)).toEqual([
      ['123456789012345', '0.10000000000000000001', '2024-01-31 09:00:00'],
      ['7', '1.00000000000000000000', '2024-01-31 00:00:00'],
    ]);
  });

  test('ambiguity is said', async () => {
    expect(counts(await ingest('t.csv', column(['01/02/2020', '03/04/2021'])))).toEqual(['ambiguous-date-order x 1']);
    expect(counts(await ingest('t.csv', column(['1,234', '5'])))).toEqual(['ambiguous-number x 1']);
  });
});

describe('a guess from the first rows is proven on all of them', () => {
  const deep = (late: string, early = '5') =>
    `id,x\n${Array.from({ length: 30_000 }, (_, i) => `${i},${i === 29_000 ? quoted(late) : early}`).join('\n')}\n`;
  const cases: [what: string, content: string, type: string, physical?: string][] = [
    ['a word far down', deep('n/k'), 'string'],
    ['a code far down', deep('007'), 'string'],
    ['a fraction far down', deep('2.5'), 'number'],
    ['more digits behind the point far down', deep('2.123456', '2.5'), 'number'],
    ['a first value far down', deep('2024-01-31', ''), 'date'],
    ['the proof of a date order far down', deep('31/12/2020', '01/02/2020'), 'date'],
    ['a decimal comma far down', deep('2,55'), 'number'],
  ];
  test.each(cases)('%s', async (_what, content, type) => {
    const ingested = await ingest('t.csv', content);
    expect(types(ingested)).toEqual({ id: 'integer', x: type });
    expect(ingested.result.issues.errors).toBe(0);
    expect(ingested.rows).toHaveLength(30_000);
    expect(ingested.rows![29_000]!.x).not.toBeNull();
  });

  test('the offer of a boolean is withdrawn when a 2 comes late', async () => {
    const { result } = await ingest('t.csv', deep('2', '1'));
    expect(result.schema.fields[1]).toEqual({ name: 'x', type: 'integer', confidence: 1 });
  });
});

test('tolerant inference takes the type that 95 % fit, and says what does not', async () => {
  const cells = Array.from({ length: 100 }, (_, i) => (i < 4 ? 'bad' : String(i)));
  const strict = await ingest('t.csv', column(cells));
  expect(types(strict).x).toBe('string');
  const tolerant = await ingest('t.csv', column(cells), { infer: 'tolerant', onError: 'null' });
  expect(tolerant.result.schema.fields[1]).toMatchObject({ type: 'integer', confidence: 0.96 });
  expect(counts(tolerant)).toEqual(['type-or-format-error x 4']);
  expect(tolerant.rows).toHaveLength(100);
  const six = cells.map((cell, i) => (i < 6 ? 'bad' : cell));
  expect(types(await ingest('t.csv', column(six), { infer: 'tolerant' })).x).toBe('string');
});

test('a column without a value may still become anything', () => {
  const none = { classes: {}, integerDigits: 0, scale: 0 };
  expect(proposeType(none, { tolerance: 1, textOnly: false })).toMatchObject({
    field: { type: 'string' },
    settled: false,
  });
});

describe('a declared type is judged by its lexical form, not by what the engine would cast', () => {
  const cases: [field: Omit<Field, 'name'>, good: string[], bad: string[]][] = [
    [
      { type: 'integer' },
      ['1', '+7', '007', '-3', '12345678901234567890'],
      ['1.5', '1e3', '1_000', '0x1F', 'x', '1 2'],
    ],
    [{ type: 'integer', groupChar: ' ', bareNumber: false }, ['1 000 €', '12'], ['x']],
    [{ type: 'number' }, ['1', '1.5', '.5', '1e3', 'NaN', '-INF'], ['1,5', '1_0', 'infinity', '0x1']],
    [{ type: 'number', decimalChar: ',', groupChar: '.' }, ['1.234,5', '7'], ['1,2,3']],
    [{ type: 'boolean' }, ['true', '0', 'TRUE'], ['yes', 't', '2']],
    [{ type: 'boolean', trueValues: ['ja'], falseValues: ['nein'] }, ['ja', 'nein'], ['true']],
    [{ type: 'number' }, ['1.50', '-0.5', '.5', '1.', '007', '+1', '0'], ['1,5', '1_0', '1.5 x', '0x1', '.']],
    [
      { type: 'date' },
      ['2018-01-05', '0044-03-15'],
      ['2018-1-5', '2018-02-30', '05/01/2018', 'infinity', '12345-01-05', '0044-03-15 (BC)', '2018-01-05 BC'],
    ],
    [{ type: 'date', format: '%d.%m.%Y' }, ['05.01.2018', '5.1.2018'], ['2018-01-05', '32.01.2018', '05.01.18']],
    [{ type: 'datetime' }, ['2018-01-05T10:00:00Z', '2018-01-05 10:00:00.5'], ['2018-01-05', '2018-01-05T25:00:00Z']],
    [{ type: 'time' }, ['10:00:00'], ['10:00', '25:00:00']],
    [{ type: 'year' }, ['2018'], ['18', 'x']],
    [{ type: 'yearmonth' }, ['2018-12'], ['2018-13', '2018']],
    [{ type: 'duration' }, ['P1Y2M', 'PT5M', 'P1W'], ['P', '5 days', 'P1']],
    [{ type: 'object' }, ['{"a":1}'], ['[1]', '{a']],
    [{ type: 'array' }, ['[1]'], ['{"a":1}', '[1']],
    [{ type: 'geopoint' }, ['1.5, -2'], ['1.5', 'x,y']],
    [{ type: 'geojson' }, ['{"type":"Point","coordinates":[1,2]}'], ['{"type":"Dot"}', '{"a":1}', 'x']],
    [{ type: 'string', format: 'email' }, ['a@b.org'], ['a@b', 'a']],
    [{ type: 'string', format: 'uuid' }, ['123e4567-e89b-12d3-a456-426614174000'], ['123']],
    [{ type: 'string', constraints: { pattern: '[A-Z]{2}\\d+' } }, ['AB1'], ['xAB1', 'AB']],
    [{ type: 'string', constraints: { minLength: 2, maxLength: 3 } }, ['ab', 'äöü'], ['a', 'abcd']],
    [{ type: 'string', constraints: { enum: ['a', 'b'] } }, ['a'], ['c']],
    [{ type: 'number', constraints: { enum: [1, 2.5] } }, ['1.0', '2.50'], ['3']],
    [{ type: 'number', constraints: { minimum: 0, exclusiveMaximum: 2.55 } }, ['0', '2.54'], ['-0.1', '2.55']],
    [{ type: 'number', constraints: { minimum: 0.005, maximum: '12345678901234567890' } }, ['0.01', '7.25'], ['0.00']],
    [{ type: 'integer', constraints: { exclusiveMinimum: 0, maximum: 9 } }, ['1', '9'], ['0', '10']],
    [{ type: 'date', constraints: { minimum: '2020-01-01' } }, ['2020-01-01'], ['2019-12-31']],
    [{ type: 'string', categories: ['x', { value: 'y', label: 'Y' }] }, ['x', 'y'], ['z']],
  ];
  test.each(cases)('%j', async (field, good, bad) => {
    const request = {
      schema: {
        fields: [
          { name: 'n', type: 'string' as const },
          { name: 'x', ...field },
        ],
      },
      onError: 'null' as const,
    };
    const ingested = await ingest('t.csv', column([...good, ...bad]), request);
    const cells = values(ingested)!.map(([, value]) => value);
    expect(cells.map((cell) => cell === null)).toEqual([...good.map(() => false), ...bad.map(() => true)]);
    expect(ingested.issues.map((issue) => Number(issue.row))).toEqual(bad.map((_, i) => good.length + i + 1));
  });
});

test('messages are those of the contract', async () => {
  const schema = {
    fields: [
      { name: 'x', type: 'integer' as const },
      { name: 'gone', type: 'date' as const },
    ],
  };
  const ingested = await ingest('t.csv', 'x\n1\nsoon\n', { schema, onError: 'skip' });
  expect(ingested.issues.map(({ message }) => message)).toEqual([
    "Column 'gone' with type 'date' is missing",
    "Value 'soon' is not 'integer'. Column: 'x', row: '2'",
  ]);
});
