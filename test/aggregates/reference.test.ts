import { describe, expect, test } from 'vitest';
import {
  type Effective,
  groupedReference,
  type ReferenceIndicator,
  type ReferenceRole,
  referenceOf,
} from '../../src/aggregates/pure/reference.ts';

/** The examples of the contract (monitoring §8.6): country K; provinces P (a, b) and Q (c, d). */
const ids: Record<string, number> = { K: 1, P: 2, Q: 3, a: 4, b: 5, c: 6, d: 7 };
const places = [
  { id: 1, parentId: null },
  { id: 2, parentId: 1 },
  { id: 3, parentId: 1 },
  { id: 4, parentId: 2 },
  { id: 5, parentId: 2 },
  { id: 6, parentId: 3 },
  { id: 7, parentId: 3 },
];

type Declared = Record<string, Omit<ReferenceIndicator, 'id' | 'components'> & { from?: [string, ReferenceRole][] }>;

function world(declared: Declared, values: Record<string, Record<string, number | null>>) {
  const names = Object.keys(declared);
  const id = (name: string) => names.indexOf(name) + 1;
  const indicators = names.map((name) => {
    const { from = [], ...rest } = declared[name]!;
    return { ...rest, id: id(name), components: from.map(([part, role]) => ({ id: id(part), role })) };
  });
  const stored = Object.entries(values).flatMap(([name, cells]) =>
    Object.entries(cells).map(([place, value]) => ({ indicatorId: id(name), locationId: ids[place]!, value })),
  );
  const reference = referenceOf({ places, indicators, stored });
  return (name: string, place: string): Effective => reference.at(id(name), ids[place]!);
}

const seen: Declared = { seen: { dataFormat: 'int' } };
const one = { a: 60, b: 90, Q: 80, c: 30 };
const part = 'PART_TO_BE_SUMMED';
const totals: Declared = {
  belief: { dataFormat: 'int' },
  other: { dataFormat: 'int' },
  absent: { dataFormat: 'int' },
  refused: {
    dataFormat: 'int',
    from: [
      ['belief', part],
      ['other', part],
    ],
  },
  total: {
    dataFormat: 'int',
    from: [
      ['absent', part],
      ['refused', part],
    ],
  },
};
const seven = {
  absent: { a: 2, b: 5, c: 1 },
  belief: { a: 1, b: 4 },
  other: { a: 3 },
  refused: { b: 10 },
  total: { Q: 9 },
};

describe('the examples of §8.6', () => {
  test('1: a stored province replaces its districts for the country too, and is compared with them', () => {
    const at = world(seen, { seen: one });
    expect(at('seen', 'P')).toMatchObject({ value: 150, isAgg: true, isPartial: false, hasConflict: false });
    expect(at('seen', 'Q')).toMatchObject({ value: 80, isAgg: false, hasConflict: true, computed: 30 });
    expect(at('seen', 'K')).toMatchObject({ value: 230, conflictBelow: true, hasConflict: false, isPartial: false });
    expect(at('seen', 'c').value).toBe(30);
    expect(at('seen', 'd').value).toBeNull();
  });

  test('2: a branch without a value makes the sum partial, all the way up', () => {
    const at = world(seen, { seen: { a: 60, Q: 80, c: 30 } });
    expect(at('seen', 'P')).toMatchObject({ value: 60, isPartial: true, branchesWithValue: 1, branches: 2 });
    expect(at('seen', 'K')).toMatchObject({ value: 140, isPartial: true, branchesWithValue: 2, branches: 3 });
  });

  test('3: a stored 0 is a value', () => {
    const at = world(seen, { seen: { ...one, P: 0 } });
    expect(at('seen', 'P')).toMatchObject({ value: 0, hasConflict: true, computed: 150 });
    expect(at('seen', 'K').value).toBe(80);
  });

  test('4: a stored null is none', () => {
    const at = world(seen, { seen: { ...one, P: null } });
    expect([at('seen', 'P').value, at('seen', 'Q').value, at('seen', 'K').value]).toEqual([150, 80, 230]);
  });

  test('5: the mean of reports, not of means; one stored higher up is one report', () => {
    const open: Declared = { open: { dataFormat: 'bool' } };
    const at = world(open, { open: { a: 1, b: 0, c: 1, d: 1 } });
    expect([at('open', 'P').value, at('open', 'Q').value, at('open', 'K').value]).toEqual([0.5, 1, 0.75]);
    const with0 = world(open, { open: { a: 1, b: 0, c: 1, d: 1, Q: 0 } });
    expect(with0('open', 'K').value).toBeCloseTo(1 / 3);
  });

  test('6: a percentage without components does not roll up', () => {
    const at = world({ rate: { dataFormat: 'pct' } }, { rate: { a: 0.2, b: 0.6 } });
    expect([at('rate', 'P').value, at('rate', 'K').value]).toEqual([null, null]);
  });

  test('7: sums of sums honour stored totals wherever they are', () => {
    const at = world(totals, seven);
    const values = (name: string) => ['a', 'b', 'P', 'c', 'Q', 'K'].map((place) => at(name, place).value);
    expect(values('refused')).toEqual([4, 10, 14, null, null, 14]);
    expect(values('total')).toEqual([6, 15, 21, 1, 9, 30]);
    expect(at('total', 'Q')).toMatchObject({ hasConflict: true, computed: 1 });
    expect(at('total', 'c')).toMatchObject({ missingPart: true, isCalculated: true, isAgg: false });
    expect(at('total', 'a').missingPart).toBe(false);
  });

  test('8: ratios of sums', () => {
    const declared: Declared = {
      ...totals,
      ...seen,
      missed: {
        dataFormat: 'pct',
        from: [
          ['total', 'NUMERATOR'],
          ['seen', 'DENOMINATOR'],
        ],
      },
    };
    const at = world(declared, { ...seven, seen: one });
    expect(at('missed', 'P').value).toBeCloseTo(0.14);
    expect(at('missed', 'K').value).toBeCloseTo(30 / 230);
    expect(at('missed', 'c').value).toBeCloseTo(1 / 30);
    expect(at('missed', 'K')).toMatchObject({ isCalculated: true, isAgg: true, conflictBelow: true });
  });

  test('9: what is reached twice counts once', () => {
    const int = { dataFormat: 'int' } as const;
    const at = world(
      {
        A: {
          ...int,
          from: [
            ['B', part],
            ['C', part],
          ],
        },
        B: { ...int, from: [['D', part]] },
        C: { ...int, from: [['D', part]] },
        D: int,
      },
      { D: { a: 7 } },
    );
    expect([at('A', 'a').value, at('A', 'P').value, at('A', 'K').value]).toEqual([7, 7, 7]);
  });

  test('10: a difference over a calculated whole', () => {
    const int = { dataFormat: 'int' } as const;
    const at = world(
      {
        x: int,
        y: int,
        third: int,
        first: {
          ...int,
          from: [
            ['x', part],
            ['y', part],
          ],
        },
        dropout: {
          dataFormat: 'pct',
          from: [
            ['first', 'WHOLE_OF_DIFFERENCE'],
            ['third', 'PART_OF_DIFFERENCE'],
          ],
        },
      },
      { x: { a: 50 }, y: { a: 30 }, third: { a: 60 } },
    );
    expect(at('dropout', 'a').value).toBe(0.25);
  });

  test('11: division by zero gives no value, and says so', () => {
    const int = { dataFormat: 'int' } as const;
    const declared: Declared = {
      n: int,
      d: int,
      r: {
        dataFormat: 'pct',
        from: [
          ['n', 'NUMERATOR'],
          ['d', 'DENOMINATOR'],
        ],
      },
    };
    expect(world(declared, { n: { a: 1 }, d: { a: 0 } })('r', 'a')).toMatchObject({
      value: null,
      divisionByZero: true,
    });
  });

  test('12: geography first, each date by itself, then time', () => {
    const at = groupedReference(
      {
        places,
        indicators: [{ id: 1, dataFormat: 'int' }],
        stored: [
          { indicatorId: 1, locationId: ids.P!, value: 5, date: '2020-03-01' },
          { indicatorId: 1, locationId: ids.a!, value: 2, date: '2020-03-01' },
          { indicatorId: 1, locationId: ids.a!, value: 4, date: '2020-06-01' },
        ],
      },
      (date) => date.slice(0, 4),
    );
    expect(at(1, ids.P!, '2020')).toMatchObject({ value: 9, hasConflict: true, mixedLevels: true });
  });
});

test('a part inside another counted part does not count again', () => {
  const int = { dataFormat: 'int' } as const;
  const at = world(
    {
      A: {
        ...int,
        from: [
          ['B', part],
          ['D', part],
        ],
      },
      B: { ...int, from: [['D', part]] },
      D: int,
    },
    { B: { a: 10 }, D: { a: 3 } },
  );
  expect(at('A', 'a')).toMatchObject({ value: 10, missingPart: false });
});

test('a weighted mean leaves out what has no weight, and is partial then', () => {
  const at = world(
    { rate: { dataFormat: 'pct', aggregation: 'weighted_mean', weightId: 2 }, people: { dataFormat: 'int' } },
    { rate: { a: 0.2, b: 0.6, c: 0.9 }, people: { a: 300, b: 100 } },
  );
  expect(at('rate', 'P').value).toBeCloseTo(0.3);
  expect(at('rate', 'P').isPartial).toBe(false);
  expect(at('rate', 'Q').value).toBeNull();
  expect(at('rate', 'K')).toMatchObject({ isPartial: true, branchesWithValue: 2, branches: 4 });
  expect(at('rate', 'K').value).toBeCloseTo(0.3);
});
