import { describe, expect, test } from 'vitest';
import type { IngestRequest, TableSchema } from '../../src/recipes/index.ts';
import { counts, ingest, values } from './support/ingest.ts';

const schema: TableSchema = {
  fields: [
    { name: 'id', type: 'integer' },
    { name: 'n', type: 'integer' },
  ],
};
const rows = 400_000;
/** Every `each`th row is bad from row `from` on. */
const file = (from: number, each: number, bad = 'x') =>
  `id,n\n${Array.from({ length: rows }, (_, i) => `${i + 1},${i + 1 >= from && (i + 1) % each === 0 ? bad : i}`).join('\n')}\n`;

describe('more errors than allowed', () => {
  const cases: [what: string, content: string, request: Partial<IngestRequest>, stopped: number, errors: number][] = [
    ['a count, reached at once', file(1, 10), { maxErrors: 100 }, 50_000, 5000],
    ['a count, reached later', file(100_001, 10), { maxErrors: 100 }, 200_000, 10_000],
    ['a share of all rows', file(1, 2), { maxErrors: '5%' }, 50_000, 25_000],
    ['bad cells emptied', file(1, 10), { maxErrors: 100, onError: 'null' }, 50_000, 5000],
    ['all or nothing', file(1, 10), { maxErrors: 100, onError: 'reject' }, 50_000, 5000],
  ];
  test.each(cases)(
    '%s: stops early, and what was counted until then is exact',
    async (_what, content, request, stopped, errors) => {
      const ingested = await ingest('t.csv', content, { schema, onError: 'skip', ...request });
      expect(ingested.rows).toBeUndefined();
      expect(ingested.result.refused).toMatchObject({
        code: 'too_many_errors',
        message: expect.stringMatching(
          new RegExp(
            `^${errors} of ${stopped} rows have errors, more than ${request.maxErrors}; the run stopped early, after row ${stopped}: Value 'x'`,
          ),
        ),
      });
      expect(ingested.result.counts.read).toBe(stopped);
      expect(counts(ingested)).toEqual(['stopped-early - 1', `type-or-format-error n ${errors}`]);
      expect(Math.max(...ingested.issues.map(({ row }) => Number(row)))).toBeLessThanOrEqual(stopped);
    },
  );

  test('rows of the wrong width end the reading itself', async () => {
    const ingested = await ingest('t.csv', file(100_001, 10, '1,2,3'), { schema, onError: 'skip', maxErrors: 100 });
    expect(ingested.result.refused?.message).toMatch(
      /^101 of 101010 rows have errors, more than 100; the run stopped early, after row 101010: Row 100010 has 4 cell/,
    );
    expect(counts(ingested)).toEqual(['extra-value - 101', 'stopped-early - 1']);
  });

  test('exactly as many as allowed do not stop it', async () => {
    const ingested = await ingest('t.csv', file(1, 10), { schema, onError: 'skip', maxErrors: rows / 10 });
    expect(ingested.result.refused).toBeUndefined();
    expect(values(ingested)).toHaveLength(rows - rows / 10);
  });

  test('a type that was only guessed is no error', async () => {
    const ingested = await ingest('t.csv', file(100_001, 10), { onError: 'skip', maxErrors: 10 });
    expect(ingested.result.refused).toBeUndefined();
    expect(ingested.rows).toHaveLength(rows);
    expect(ingested.result.schema.fields[1]).toMatchObject({ type: 'string' });
  });
});
