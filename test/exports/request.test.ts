import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../src/datasets/read/pure/column.ts';
import { lookups } from '../../src/datasets/read/pure/lookup-sql.ts';
import { readCursor, writeCursor } from '../../src/datasets/read/pure/row-cursor.ts';
import {
  type Parameters,
  parseSelection,
  SelectionProblem,
  selectionParameters,
} from '../../src/datasets/read/pure/selection.ts';
import { splitNames } from '../../src/datasets/read/pure/split-names.ts';
import { csvLine } from '../../src/exports/pure/csv-line.ts';
import { canonicalQuery, isDownloadPath, splitUrl } from '../../src/exports/pure/download-address.ts';
import { chooseFormat } from '../../src/exports/pure/formats.ts';
import { outputParameters, parseOutputOptions } from '../../src/exports/pure/output-options.ts';
import { sheetNamesOf } from '../../src/exports/pure/sheet-xml.ts';
import { byteRange, matchesTag } from '../../src/platform/http/index.ts';

const names = ['id', 'name', 'a,b', '-x', 'limit'];
const columns = columnsOf(
  { fields: names.map((name) => ({ name, type: 'integer' })) },
  ['id'],
  [...names, '_row'].map((name) => ({ name, type: 'INTEGER' })),
);
const others = ['limit', 'format'];
const select = (parameters: Parameters) => parseSelection(parameters, columns, others);

describe('fields', () => {
  test.each([
    [undefined, names],
    ['name', ['id', 'name']],
    ['name,id', ['name', 'id']],
    ['-name', ['id', 'a,b', '-x', 'limit']],
    ['-id', names],
    ['_row,name', ['id', '_row', 'name']],
    ['"a,b"', ['id', 'a,b']],
    ['-x', ['id', '-x']],
    [' name , "a,b" ', ['id', 'name', 'a,b']],
  ])('%s', (fields, expected) => {
    expect(select({ fields }).shown.map(({ name }) => name)).toEqual(expected);
  });

  test('key=false lets the key go', () => {
    expect(select({ fields: 'name', key: 'false' }).shown.map(({ name }) => name)).toEqual(['name']);
    expect(select({ fields: '-id', key: 'false' }).shown.map(({ name }) => name)).not.toContain('id');
  });
});

describe('what a selection refuses', () => {
  test.each([
    [{ fields: 'nam' }, 'unknown_column', "Did you mean 'name'?"],
    [{ sort: '-nam' }, 'unknown_column', "Did you mean 'name'?"],
    [{ filtr: 'x' }, 'unknown_parameter', "Did you mean 'filter'?"],
    [{ name__equals: '1' }, 'unknown_lookup', undefined],
    [{ nme__gt: '1' }, 'unknown_column', "Did you mean 'name'?"],
    [{ name: 'x' }, 'filter_type', undefined],
    [{ distinct: 'true', key: 'false', fields: 'name', sort: 'id' }, 'invalid_parameter', undefined],
    [{ distinct: 'maybe' }, 'invalid_parameter', undefined],
    [{ sort: ['id', 'name'] }, 'invalid_parameter', undefined],
    [{ key: 'false', fields: '-id,-name,-"a,b",-"-x",-limit' }, 'invalid_parameter', undefined],
  ] as [Parameters, string, string | undefined][])('%j', (parameters, code, hint) => {
    let problem: unknown;
    try {
      select(parameters);
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(SelectionProblem);
    expect(problem).toMatchObject({ code });
    if (hint !== undefined) expect(problem).toMatchObject({ hint });
  });
});

test('a column named like a parameter is filtered by its lookup', () => {
  expect(select({ limit: '5', limit__eq: '7' }).lookups).toMatchObject([{ column: { name: 'limit' }, value: '7' }]);
});

test('the same parameters mean the same selection, in whatever order', () => {
  expect(select({ sort: 'id', name: '1', format: 'csv' }).parameters).toEqual(
    select({ name: '1', sort: 'id' }).parameters,
  );
  expect(select({ name: '1' }).parameters).not.toEqual(select({ name: '2' }).parameters);
});

test('names are split at commas, but not within quotes', () => {
  expect(splitNames('a,-b,"c,d",-"e""f"')).toEqual([
    { name: 'a', minus: false },
    { name: 'b', minus: true },
    { name: 'c,d', minus: false },
    { name: 'e"f', minus: true },
  ]);
});

test('a cursor comes back whole, and not after a change', () => {
  const key = Buffer.alloc(32, 1);
  const cursor = {
    datasetId: 'd',
    revision: 3,
    parameters: [['filter', "a = 'ä'"]] as [string, string][],
    position: '41',
  };
  const text = writeCursor(cursor, key);
  expect(readCursor(text, key)).toEqual(cursor);
  expect(readCursor(text, Buffer.alloc(32, 2))).toBeUndefined();
  expect(readCursor(`x${text}`, key)).toBeUndefined();
  expect(readCursor(text.slice(0, -1), key)).toBeUndefined();
  expect(readCursor('nonsense', key)).toBeUndefined();
});

describe('the format', () => {
  test.each([
    ['csv', 'json', 'application/x-ndjson', 'csv'],
    [undefined, 'NDJSON', 'text/csv', 'ndjson'],
    [undefined, undefined, 'text/csv', 'csv'],
    [undefined, undefined, 'text/html,application/xml;q=0.9,*/*;q=0.8', 'json'],
    [undefined, undefined, 'application/json;q=0.1, text/csv', 'csv'],
    [undefined, undefined, 'text/*', 'csv'],
    [undefined, undefined, 'application/problem+json', 'json'],
    [undefined, undefined, undefined, 'json'],
    [undefined, undefined, 'image/png', undefined],
    [undefined, undefined, 'text/csv;q=0', undefined],
    ['doc', undefined, '*/*', undefined],
  ])('suffix %s, format %s, Accept %s: %s', (suffix, parameter, accept, expected) => {
    expect(chooseFormat(suffix, parameter, accept)).toBe(expected);
  });
});

describe('output options', () => {
  test('a decimal comma changes the delimiter that was not chosen', () => {
    expect(parseOutputOptions({ decimal: ',' })).toMatchObject({ delimiter: ';', decimal: ',' });
    expect(parseOutputOptions({})).toMatchObject({ delimiter: ',', decimal: '.' });
    expect(parseOutputOptions({ delimiter: 'tab' })).toMatchObject({ delimiter: '\t' });
  });

  test.each([
    [{ decimal: ',', delimiter: ',' }],
    [{ delimiter: '"' }],
    [{ delimiter: 'ab' }],
    [{ delimiter: '\n' }],
    [{ decimal: 'x' }],
    [{ labels: 'some' }],
    [{ shape: 'round' }],
    [{ split: 'files' }],
    [{ date_format: "%Y'; drop" + '%Q' }],
    [{ date_format: 'plain' }],
    [{ null: '"' }],
    [{ data_format: 'zip' }],
    [{ bom: 'perhaps' }],
  ] as [Parameters][])('%j is refused', (parameters) => {
    expect(() => parseOutputOptions(parameters)).toThrow(SelectionProblem);
  });
});

test('cells of a heading are quoted where they must be', () => {
  expect(csvLine(['a', 'b,c', 'd"e', ' f', 'g\nh', ''], ',')).toBe('a,"b,c","d""e"," f","g\nh",\r\n');
  expect(csvLine(['b,c', 'd;e'], ';')).toBe('b,c;"d;e"\r\n');
});

describe('a range', () => {
  test.each([
    [undefined, undefined],
    ['bytes=0-9', { start: 0, end: 9 }],
    ['bytes=90-', { start: 90, end: 99 }],
    ['bytes=90-200', { start: 90, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9-0', undefined],
    ['bytes=0-1,5-6', undefined],
    ['items=0-1', undefined],
    ['bytes=-', undefined],
  ])('%s', (header, expected) => {
    expect(byteRange(header, 100)).toEqual(expected);
  });
});

test('If-None-Match knows lists, weak tags and *', () => {
  expect(matchesTag('"a", W/"b"', '"b"')).toBe(true);
  expect(matchesTag('*', '"b"')).toBe(true);
  expect(matchesTag('"a"', '"b"')).toBe(false);
});

test('sheet names are short, allowed and different', () => {
  expect(sheetNamesOf('a/b:c', 1)).toEqual(['a_b_c']);
  expect(sheetNamesOf('x'.repeat(40), 2)).toEqual([`${'x'.repeat(27)} (1)`, `${'x'.repeat(27)} (2)`]);
});

describe('addresses of download tokens', () => {
  test.each([
    ['/api/v1/dataset/1/data', true],
    ['/api/v1/dataset/1/data.csv', true],
    ['/api/v1/dataset/1/revision/2/data.parquet', true],
    ['/api/v1/project/p/data.zip', true],
    ['/api/download_file', true],
    ['/compat/seedcase/api/download_file.csv', true],
    ['/api/v1/user', false],
    ['/api/v1/dataset/1', false],
    ['//elsewhere/api/v1/dataset/1/data', false],
    ['/api/v1/dataset/1/data/../../user', false],
  ])('%s: %s', (path, expected) => {
    expect(isDownloadPath(path)).toBe(expected);
  });

  test('the order of a query means nothing, its values everything', () => {
    expect(canonicalQuery('b=2&a=1&auth_token=t')).toBe(canonicalQuery('a=1&b=2'));
    expect(canonicalQuery('a=1')).not.toBe(canonicalQuery('a=1&a=2'));
    expect(canonicalQuery('a=1%26b%3D2')).not.toBe(canonicalQuery('a=1&b=2'));
    expect(splitUrl('/a/b/?x=1')).toEqual({ path: '/a/b', query: 'x=1' });
  });
});

test('docs/rows.md explains every lookup and parameter', () => {
  const page = readFileSync('docs/rows.md', 'utf8');
  for (const [name, about] of Object.entries(lookups)) expect(page).toContain(`| \`${name}\` | ${about} |`);
  for (const name of [...selectionParameters, ...outputParameters]) expect(page).toContain(name);
});
