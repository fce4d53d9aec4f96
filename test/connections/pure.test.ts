import { describe, expect, test } from 'vitest';
import { statementOf } from '../../src/connections/databases/database.ts';
import { flattenSubmission } from '../../src/connections/odk/pure/flatten-submission.ts';
import { selectProblem, withoutEnd } from '../../src/connections/pure/check-select.ts';
import { largest } from '../../src/connections/pure/largest.ts';
import { valueAt } from '../../src/connections/pure/pointer.ts';
import { stepBack } from '../../src/connections/pure/step-back.ts';

describe('one statement that only reads', () => {
  test.each([
    'select 1',
    'SELECT * FROM t;',
    ' -- first\n select ";" from t where a = \'; drop table t\' ;  -- last',
    'with a as (select 1) select * from a',
    'select * from t where x in (select id from u) /* update */',
  ])('%s: fine in both dialects', (text) => {
    expect(selectProblem(text, 'postgres')).toBeUndefined();
    expect(selectProblem(text, 'mysql')).toBeUndefined();
  });

  test.each([
    ['select 1; drop table t', 'must be one statement'],
    ['delete from t', 'must begin with SELECT or WITH'],
    ['with a as (select 1) delete from t', 'must be a SELECT'],
    ['select * into u from t', 'must not have INTO'],
    ['select * from t for update', 'must not lock rows'],
    ["select 'a", 'has a quote or a comment that does not end'],
    ['select 1 /* a', 'has a quote or a comment that does not end'],
    ['', 'must be a SELECT'],
    ['-- nothing', 'must be a SELECT'],
  ])('%s: %s', (text, problem) => {
    for (const dialect of ['postgres', 'mysql'] as const)
      expect(selectProblem(text, dialect)).toMatch(new RegExp(`${problem}|comment that does not end`));
  });

  test.each([
    ['postgres', "select $x$; drop table t$x$, $$'$$", undefined],
    ['postgres', "select e'\\'; drop table t' ", undefined],
    ['postgres', "select '\\'; drop table t; --'", 'must be one statement'],
    ['postgres', 'select /* a /* b */ ; */ 1', undefined],
    ['postgres', 'select 1 # 2', undefined],
    ['mysql', "select '\\'; drop table t' ", undefined],
    ['mysql', 'select "\\"; drop table t"', undefined],
    ['mysql', 'select `;` from t # ; drop', undefined],
    ['mysql', 'select 1 /*!50000 into outfile "/tmp/x" */', 'must not have comments that are code'],
    ['mysql', 'select 1 /*M! into outfile "/tmp/x" */', 'must not have comments that are code'],
    ['mysql', "select a from t into outfile '/tmp/x'", 'must not have INTO'],
    ['mysql', 'select 1 lock in share mode', 'must not lock rows'],
    ['mysql', 'select 1--1', undefined],
  ] as const)('%s: %s', (dialect, text, problem) => {
    expect(selectProblem(text, dialect)).toBe(problem);
  });

  test('its end goes before it stands inside another', () => {
    expect(withoutEnd("select ';' ; -- done", 'postgres')).toBe("select ';' ");
    expect(withoutEnd('select 1', 'mysql')).toBe('select 1');
  });
});

test('a cursor is bound, in the order of its field, whatever the query is', () => {
  const source = { query: 'select * from t where a = $1 -- x', params: [5], cursor: { field: 'at"x', initial: 'i' } };
  expect(statementOf(source, null, 'postgres')).toEqual({
    text: 'select * from (select * from t where a = $1 -- x\n) as q where q."at""x" > $2 order by q."at""x"',
    values: [5, 'i'],
  });
  expect(statementOf({ table: 'a.b`c', cursor: { field: 'at' } }, '2026-01-02T03:04:05.5Z', 'mysql')).toEqual({
    text: 'select * from (select * from `a`.`b``c`\n) as q where q.`at` > ? order by q.`at`',
    values: ['2026-01-02T03:04:05.5'],
  });
  expect(statementOf({ table: 't' }, null, 'postgres')).toEqual({ text: 'select * from "t"', values: [] });
});

test.each([
  ['2026-01-02T00:00:10.500Z', 10, '2026-01-02T00:00:00.500Z'],
  ['2026-01-02T00:00:10', 10, '2026-01-02T00:00:00.000'],
  [100, 10, 90],
  ['100', 10, '90'],
  ['abc', 10, 'abc'],
  ['2026-01-02', undefined, '2026-01-02'],
])('%s with an overlap of %s begins at %s', (cursor, overlap, begins) => {
  expect(stepBack(cursor, overlap)).toBe(begins);
});

test.each([
  ['9', '10', '10'],
  [2, 10, 10],
  ['2026-01-02', '2026-01-10', '2026-01-10'],
  [undefined, 1, 1],
  [1, undefined, 1],
])('of the cursors %s and %s, %s is later', (a, b, later) => {
  expect(largest(a, b)).toBe(later);
});

test('a pointer leads to own members only', () => {
  expect(valueAt({ a: [{ 'b/c': 1 }] }, '/a/0/b~1c')).toBe(1);
  expect(valueAt({}, '/constructor')).toBeUndefined();
  expect(valueAt({ a: 1 }, '')).toEqual({ a: 1 });
});

test('groups of a submission become paths; a place stays whole, repeats are not there', () => {
  const place = { type: 'Point', coordinates: [1, 2, 3], properties: { accuracy: 4 } };
  const row = flattenSubmission(
    { __id: 'uuid:1', a: { b: { c: { d: { e: 5 } } }, place }, 'kids@odata.navigationLink': 'x', none: null },
    '/',
  );
  expect(row).toEqual({ __id: 'uuid:1', 'a/b/c/d/e': 5, 'a/place': JSON.stringify(place), none: null });
});
