import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { IngestRequest } from '../../src/recipes/index.ts';
import { ingest } from './support/ingest.ts';

const root = path.join(import.meta.dirname, '..', 'golden', 'recipes');
const cases = await readdir(root);

/** Each folder: `input.*`, `options.json` (part of an IngestRequest), `expected.json`. A bug report becomes a folder. */
describe('golden folders', () => {
  test('there are some', () => expect(cases.length).toBeGreaterThanOrEqual(3));

  test.each(cases)('%s', async (name) => {
    const folder = path.join(root, name);
    const json = async (file: string) => JSON.parse(await readFile(path.join(folder, file), 'utf8'));
    const input = (await readdir(folder)).find((file) => file.startsWith('input.'))!;
    const options = (await json('options.json')) as Partial<IngestRequest>;
    const ingested = await ingest(input, await readFile(path.join(folder, input)), options);
    const seen = {
      refused: ingested.result.refused ?? null,
      types: ingested.result.schema.fields.map(({ name: field, type }) => `${field} ${type}`),
      counts: ingested.result.counts,
      rows: ingested.rows ?? null,
      issues: ingested.issues.map(
        ({ severity, code, message, row, line, column, value }) =>
          `${severity} ${code} | row ${row} line ${line} | ${column} | ${value} | ${message}`,
      ),
      rejects: ingested.rejects?.split('\n') ?? null,
    };
    expect(seen).toEqual(await json('expected.json'));
  });
});
