import { describe, expect, test } from 'vitest';
import {
  gridQueryOf,
  queryOf,
  searchOf,
  type View,
  viewOf,
  withCondition,
  withoutCondition,
  withSortOf,
} from '../../web/src/explorer/view-state.ts';

const empty: View = viewOf({});

describe('the explorer’s view and its address', () => {
  test.for([
    {},
    { year__gte: '1990', place__in: 'Kisumu,Mombasa', sort: '-population,year' },
    { filter: "area > 10 and name ilike 'a%'", q: 'river north', revision: '3', facets: 'place' },
    { fields: 'a,"b,c","say ""hi"""', sort: '-"b,c"' },
    { a__b__isnull: 'true' },
  ] as Record<string, string>[])('%j is read and written back unchanged', (search) => {
    expect(searchOf(viewOf(search))).toEqual(search);
  });

  test('what the page alone knows is not asked of the API', () => {
    const view = viewOf({ year__gte: '1990', facets: 'place', revision: '3', sort: 'year' });
    expect(queryOf(view)).toEqual({ year__gte: '1990', sort: 'year' });
  });

  test('the grid asks for what leads back to the file, unless there are too many columns to name', () => {
    expect(gridQueryOf(empty, ['a', 'b'])).toEqual({ key: 'false', fields: 'a,b,_row,_rev' });
    const many = Array.from({ length: 301 }, (_, index) => `c${index}`);
    expect(gridQueryOf(empty, many)).toEqual({});
  });

  test('a condition replaces the one of its kind, and keeps the place of the one it was made of', () => {
    const [first, second] = [
      { column: 'year', operator: 'gte', value: '1990' },
      { column: 'place', operator: 'eq', value: 'Kisumu' },
    ];
    const both = withCondition(withCondition(empty, first), second);
    expect(withCondition(both, { ...first, value: '2000' }).conditions).toEqual([{ ...first, value: '2000' }, second]);
    const changed = withCondition(both, { column: 'year', operator: 'lt', value: '1950' }, both.conditions[0]);
    expect(changed.conditions.map(({ operator }) => operator)).toEqual(['lt', 'eq']);
    expect(withoutCondition(both, both.conditions[0]!).conditions).toEqual([second]);
  });

  test('a heading sorts up, down, and not at all; with Shift beside what is sorted already', () => {
    const up = withSortOf(empty, 'a', false);
    const down = withSortOf(up, 'a', false);
    expect([up.sort, down.sort, withSortOf(down, 'a', false).sort]).toEqual([
      [{ column: 'a', descending: false }],
      [{ column: 'a', descending: true }],
      [],
    ]);
    expect(withSortOf(down, 'b', true).sort).toEqual([
      { column: 'a', descending: true },
      { column: 'b', descending: false },
    ]);
  });
});
