import { describe, expect, test } from 'vitest';
import { datasetNameOf } from '../../src/datasets/pure/dataset-name.ts';
import { nextVersion } from '../../src/datasets/pure/next-version.ts';
import { planUndo } from '../../src/datasets/pure/plan-undo.ts';
import { unifySchemas } from '../../src/datasets/pure/unify-schemas.ts';
import { claimedDigests } from '../../src/ingest/pure/claimed-digests.ts';
import { endingOf, safeFileName } from '../../src/ingest/pure/file-name.ts';
import { openEnvelope } from '../../src/ingest/pure/record-envelope.ts';
import { parseOptions } from '../../src/ingest/pure/upload-options.ts';
import { byteRange } from '../../src/platform/http/byte-range.ts';

test.each([
  ['Visits 2024 (final).csv', 'visits-2024-final'],
  ['naïve Größe.CSV.gz', 'naive-gro-e'],
  ['.csv', 'csv'],
  ['...', 'data'],
  ['données.tar.csv', 'donnees.tar'],
])('dataset of %s: %s', (file, name) => expect(datasetNameOf(file)).toBe(name));

test.each([
  ['a/b\\c.csv', 'c.csv'],
  ['..', undefined],
  ['a\u0000b\n.csv', 'ab.csv'],
  ['', undefined],
])('file name %j is kept as %s', (given, kept) => expect(safeFileName(given)).toBe(kept));

test.each([
  ['text/csv', 'csv'],
  [undefined, 'csv'],
  ['application/geo+json', 'geojson'],
  ['application/x-ndjson', 'ndjson'],
])('a body of %s ends with .%s', (type, ending) => expect(endingOf(type)).toBe(ending));

describe('checksum headers', () => {
  const sha = Buffer.alloc(32, 1);
  test('hex by algorithm; unknown algorithms beside a known one do not matter', () => {
    const value = `unixsum=:AAA=:, sha-256=:${sha.toString('base64')}:`;
    expect(claimedDigests({ 'content-digest': value })).toEqual({ sha256: sha.toString('hex') });
    expect(claimedDigests({})).toEqual({});
  });
  test.each([
    ['sha-256=abc'],
    ['sha-256=:YWJj:'],
    [`sha-256=:${sha.toString('base64').replace('=', '')}:`],
    ['unixsum=:AAA=:'],
  ])('%s is refused', (value) => expect(() => claimedDigests({ 'repr-digest': value })).toThrow(/Repr-Digest/));
  test('two headers that contradict each other are refused', () => {
    const other = `sha-256=:${Buffer.alloc(32, 2).toString('base64')}:`;
    const headers = { 'content-digest': `sha-256=:${sha.toString('base64')}:`, 'repr-digest': other };
    expect(() => claimedDigests(headers)).toThrow(/contradicts/);
  });
});

describe('options', () => {
  test('text from a query and values from JSON mean the same', () => {
    const text = parseOptions({ key: 'a, b', dry_run: '', max_errors: '5%', recipe: '[]' }, []);
    const json = parseOptions({ key: ['a', 'b'], dry_run: true, max_errors: '5 %', recipe: [] }, []);
    expect(text).toEqual(json);
    expect(text.options).toEqual({ key: ['a', 'b'], dry_run: true, max_errors: { percent: 5 }, recipe: [] });
  });
  test('reading options are the engine’s to know', () => {
    expect(parseOptions({ delimiter: ';', reading: { header: false } }, ['delimiter']).options.reading).toEqual({
      delimiter: ';',
      header: false,
    });
  });
  test.each([
    [{ mode: 'merge' }, 'mode'],
    [{ max_errors: '101%' }, 'max_errors'],
    [{ key: 'a,a' }, 'key'],
    [{ quarantine: '7' }, 'quarantine'],
    [{ recipe: '{' }, 'recipe'],
    [{ dataset: ['a', 'b'] }, 'dataset'],
    [{ delimiters: ';' }, 'delimiters'],
  ])('%j is refused and named', (given, option) => {
    expect(() => parseOptions(given, ['delimiter'])).toThrow(expect.objectContaining({ option }));
  });
});

test.each([
  ['an array', [{ a: 1 }], { options: {}, records: undefined }],
  ['a word', 'x', undefined],
  ['a record that looks like options', { mode: 'bus', note: 'late' }, { options: {}, records: undefined }],
  ['an envelope', { mode: 'upsert', extra: 1, 'a/b': [{ id: 1 }] }, { options: { mode: 'upsert' }, records: '/a~1b' }],
  ['columns and rows', { mode: 'append', columns: [], rows: [] }, { options: { mode: 'append' }, records: undefined }],
  ['a pointer', { records: '/x', x: [] }, { options: {}, records: '/x' }],
])('the envelope of %s', (_what, body, envelope) => {
  expect(openEnvelope(body, ['mode', 'note', 'records'])).toEqual(envelope);
});

describe('versions', () => {
  const schema = (...fields: [string, string][]) => ({ fields: fields.map(([name, type]) => ({ name, type })) });
  const before = { version: '1.2.3', schema: schema(['a', 'integer']) };
  test.each([
    ['the first', undefined, schema(['a', 'integer']), 1, '1.0.0'],
    ['rows added', before, schema(['a', 'integer']), 1, '1.3.0'],
    ['a column added', before, schema(['a', 'integer'], ['b', 'string']), 0, '1.3.0'],
    ['corrections only', before, schema(['a', 'integer']), 0, '1.2.4'],
    ['another type', before, schema(['a', 'string']), 1, '2.0.0'],
    ['a column gone', before, schema(['b', 'integer']), 0, '2.0.0'],
  ])('%s', (_what, from, after, inserted, version) => {
    expect(nextVersion(from, { schema: after, counts: { inserted } })).toBe(version);
  });
});

test('schemas meet in the narrower type that holds both; nothing stays required that one side lacks', () => {
  const table = { fields: [{ name: 'a', type: 'integer', title: 'A', constraints: { minimum: 0 } }], primaryKey: 'a' };
  const added = {
    fields: [
      { name: 'a', type: 'number' },
      { name: 'b', type: 'date', constraints: { required: true } },
    ],
  };
  expect(unifySchemas(table, added)).toEqual({
    fields: [
      { name: 'a', type: 'number', title: 'A' },
      { name: 'b', type: 'date' },
    ],
    primaryKey: 'a',
  });
});

describe('undo', () => {
  const batch = (position: number, mode: 'append' | 'replace' = 'append') => ({
    datasetId: 'd',
    position,
    firstN: position,
    untilN: null,
    batchSha256: `b${position}`,
    uploadId: `u${position}`,
    mode,
    key: [],
    blank: 'keep' as const,
    rows: 1,
  });
  const positions = (n: number, today: ReturnType<typeof batch>[], before: ReturnType<typeof batch>[]) =>
    planUndo(n, today, before)?.map(({ position }) => position);
  test('leaves the others in order', () =>
    expect(positions(2, [batch(1), batch(2), batch(3)], [batch(1)])).toEqual([1, 3]));
  test('of a replacement brings back what it replaced', () =>
    expect(positions(3, [batch(3, 'replace'), batch(4)], [batch(1), batch(2)])).toEqual([1, 2, 4]));
  test('of what is gone is impossible', () => expect(positions(1, [batch(2, 'replace')], [])).toBeUndefined());
});

test.each([
  ['bytes=0-3', { start: 0, end: 3 }],
  ['bytes=8-', { start: 8, end: 9 }],
  ['bytes=-3', { start: 7, end: 9 }],
  ['bytes=5-99', { start: 5, end: 9 }],
  ['bytes=10-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=4-2', undefined],
  ['bytes=0-1,3-4', undefined],
  ['rows=0-1', undefined],
  [undefined, undefined],
])('range %s of ten bytes', (header, range) => expect(byteRange(header, 10)).toEqual(range));
