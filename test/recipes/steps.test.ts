import { describe, expect, test } from 'vitest';
import type { RecipeStep } from '../../src/recipes/index.ts';
import { counts, ingest, types, values } from './support/ingest.ts';

describe('split_column', () => {
  const split = (params: Record<string, unknown>): RecipeStep[] => [{ function: 'split_column', params }];

  test('cuts into typed columns beside it; the last takes the rest, missing parts are empty', async () => {
    const recipe = split({ column: 'at', separator: ';', into: ['lat', 'lon', 'note'] });
    const ingested = await ingest('t.csv', 'id,at,z\n1,"1.5; 2;a;b",x\n2,3.5,y\n3,,z\n', { recipe });
    expect(types(ingested)).toEqual({
      id: 'integer',
      at: 'string',
      lat: 'number',
      lon: 'integer',
      note: 'string',
      z: 'string',
    });
    expect(values(ingested)).toEqual([
      ['1', '1.5; 2;a;b', '1.5', '2', 'a;b', 'x'],
      ['2', '3.5', '3.5', null, null, 'y'],
      ['3', null, null, null, null, 'z'],
    ]);
  });

  test('later steps, the schema and issues know the new columns', async () => {
    const ingested = await ingest('t.csv', 'a\n1/2\n1/x\n', {
      recipe: [
        ...split({ column: 'a', separator: '/', into: ['b', 'c'] }),
        { function: 'rename', params: { columns: { c: 'n' } } },
        { function: 'drop', params: { columns: ['a', 'b'] } },
      ],
      schema: { fields: [{ name: 'n', type: 'integer' }] },
      onError: 'quarantine',
    });
    expect(values(ingested)).toEqual([['2']]);
    expect(ingested.issues.map(({ message }) => message)).toEqual([
      "Value 'x' is not 'integer'. Column: 'n', row: '2'",
    ]);
    expect(ingested.rejects).toBe("a,_error\n1/x,\"Value 'x' is not 'integer'. Column: 'n', row: '2'\"\n");
  });

  test.each([
    [{ column: 'a', separator: ',', into: ['b', 'B'] }, "two columns would be called 'B'"],
    [{ column: 'a', separator: ',', into: ['A', 'b'] }, "two columns would be called 'A'"],
    [{ column: 'a', separator: ',', into: ['_row', 'b'] }, 'kept for lineage'],
    [{ column: 'x', separator: ',', into: ['b', 'c'] }, "unknown column 'x'"],
  ])('%j is refused', async (params, message) => {
    await expect(ingest('t.csv', 'a\n1\n', { recipe: split(params) })).rejects.toThrow(message);
  });
});

describe('check functions warn and change nothing', () => {
  const content = 'id,n,c\n1,5,a\n2, 12,b\n3,-1.5e1,a\n4,x,q\n5,,\n';
  const cases: [step: RecipeStep, issues: [row: number, value: string, message: string][]][] = [
    [
      { function: 'range', params: { column: 'n', minimum: 0, maximum: 10 } },
      [
        [2, '12', "Value '12' is not between 0 and 10. Column: 'n', row: '2'"],
        [3, '-1.5e1', "Value '-1.5e1' is not between 0 and 10. Column: 'n', row: '3'"],
      ],
    ],
    [
      { function: 'allowed', params: { column: 'c', values: ['a', 'b'] } },
      [[4, 'q', "Value 'q' is not on the list. Column: 'c', row: '4'"]],
    ],
    [
      { function: 'unique', params: { columns: ['c'] } },
      [
        [1, 'a', "Value 'a' occurs more than once. Column: 'c', row: '1'"],
        [3, 'a', "Value 'a' occurs more than once. Column: 'c', row: '3'"],
      ],
    ],
  ];
  test.each(cases)('%j', async (step, expected) => {
    const ingested = await ingest('t.csv', content, { recipe: [step] });
    expect(ingested.issues.map(({ row, value, message }) => [Number(row), value, message])).toEqual(expected);
    expect(ingested.issues.map(({ severity, code, line, step: at }) => [severity, code, Number(line), at])).toEqual(
      expected.map(([row]) => ['warning', step.function, row + 1, step.function]),
    );
    expect(counts(ingested)).toEqual([`${step.function} ${ingested.issues[0]!.column} ${expected.length}`]);
    expect(ingested.result.refused).toBeUndefined();
    expect(values(ingested)).toEqual(values(await ingest('t.csv', content)));
  });

  test('a range without ends is refused', async () => {
    const recipe = [{ function: 'range', params: { column: 'n' } }];
    await expect(ingest('t.csv', content, { recipe })).rejects.toThrow('minimum or maximum is needed');
  });
});
