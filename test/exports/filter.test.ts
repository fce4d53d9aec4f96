import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, test } from 'vitest';
import { Bindings } from '../../src/datasets/read/pure/bindings.ts';
import { type Column, columnsOf } from '../../src/datasets/read/pure/column.ts';
import { compileFilter } from '../../src/datasets/read/pure/compile-filter.ts';
import { FilterProblem } from '../../src/datasets/read/pure/filter-tree.ts';
import { type Lookup, lookupSql } from '../../src/datasets/read/pure/lookup-sql.ts';
import { parseFilter } from '../../src/datasets/read/pure/parse-filter.ts';

const engine = await DuckDBInstance.create(':memory:');
const connection = await engine.connect();
await connection.run(`create table rows as from (values
  (1, 'Ada',    1.5, true,  date '2024-01-31', timestamp '2024-01-31 10:00:00', time '08:00:00', '{"a":1}', 12345678901234567),
  (2, 'bob',    2.0, false, date '2024-02-01', timestamp '2024-02-01 00:00:00', time '09:30:00', '{"a":2}', 12345678901234568),
  (3, 'O''Hara', 2.5, true, date '2023-12-31', timestamp '2023-12-31 23:59:59', time '23:59:59', null,      3),
  (4, null,     null, null, null,              null,                            null,            null,      null)
) t(id, "the name", value, ok, day, "at", clock, extra, big)`);
afterAll(() => {
  connection.closeSync();
  engine.closeSync();
});

const types = ['INTEGER', 'VARCHAR', 'DECIMAL(2,1)', 'BOOLEAN', 'DATE', 'TIMESTAMP', 'TIME', 'VARCHAR', 'BIGINT'];
const names = ['id', 'the name', 'value', 'ok', 'day', 'at', 'clock', 'extra', 'big'];
const columns: Column[] = columnsOf(
  { fields: names.map((name) => ({ name, type: name === 'extra' ? 'object' : 'any' })) },
  ['id'],
  names.map((name, index) => ({ name, type: types[index]! })),
);

async function idsWhere(condition: string, bindings: Bindings): Promise<number[]> {
  const reader = await connection.runAndReadAll(`select id from rows t where ${condition} order by id`, [
    ...bindings.values,
  ]);
  return reader.getRows().map(([id]) => Number(id));
}

async function ids(text: string): Promise<number[]> {
  const bindings = new Bindings();
  return idsWhere(compileFilter(parseFilter(text), columns, bindings), bindings);
}

describe('a filter finds the rows it says', () => {
  test.each([
    ['id = 1', [1]],
    ['id != 1', [2, 3, 4]],
    ['id <> 1', [2, 3, 4]],
    ['1 < id', [2, 3, 4]],
    ['id > 1.5', [2, 3, 4]],
    ['id >= 2 and id <= 3', [2, 3]],
    ['id = 1 or id = 2 and value > 5', [1]],
    ['(id = 1 or id = 2) and value > 1.9', [2]],
    ['not id = 1', [2, 3, 4]],
    ['NOT (id = 1 OR id = 2)', [3, 4]],
    ['id in (1, 3, 99)', [1, 3]],
    ['id not in (1, 3)', [2, 4]],
    ['id between 2 and 3 and ok', [3]],
    ['id not between 2 and 3', [1, 4]],
    ["\"the name\" = 'O''Hara'", [3]],
    ['"the name" like \'%b\'', [2]],
    ['"the name" ilike \'A%\'', [1]],
    ['"the name" not like \'%b\'', [1, 3]],
    ['"the name" is null', [4]],
    ['"the name" is not null', [1, 2, 3]],
    ['lower("the name") = \'ada\'', [1]],
    ['upper("the name") in (\'BOB\')', [2]],
    ['length("the name") = 3', [1, 2]],
    ['value != 2', [1, 3]],
    ['value = 2.0', [2]],
    ['round(value) = 3', [3]],
    ['round(value, 1) = 1.5', [1]],
    ['abs(value) > 1.9', [2, 3]],
    ['big = 12345678901234567', [1]],
    ['big > 12345678901234567', [2]],
    ['ok', [1, 3]],
    ['not ok', [2]],
    ['ok = false', [2]],
    ["day = date '2024-01-31'", [1]],
    ["day < '2024-01-31'", [3]],
    ["at >= timestamp '2024-01-31T10:00:00Z'", [1, 2]],
    ["at > date '2024-01-31'", [1, 2]],
    ["day > timestamp '2024-01-31 00:00:00'", [2]],
    ['year(day) = 2023', [3]],
    ['month(at) = 2', [2]],
    ["date(at) = date '2024-02-01'", [2]],
    ["clock < '09:00'", [1]],
    ["coalesce(\"the name\", 'nobody') = 'nobody'", [4]],
    ['extra like \'%"a":1%\'', [1]],
    ['1 = 1', [1, 2, 3, 4]],
    ["'x' = 'y'", []],
  ] as const)('%s', async (text, expected) => {
    expect(await ids(text)).toEqual(expected);
  });
});

describe('a filter that cannot be meant is refused at its place', () => {
  test.each([
    ['', 0, 'filter_syntax'],
    ['id =', 4, 'filter_syntax'],
    ['id = 1 and', 10, 'filter_syntax'],
    ['id = 1 id', 7, 'filter_syntax'],
    ['(id = 1', 7, 'filter_syntax'],
    ['id = 1)', 6, 'filter_syntax'],
    ['id == 1; drop table rows', 7, 'filter_syntax'],
    ["id = 'x", 5, 'filter_syntax'],
    ['"the name', 0, 'filter_syntax'],
    ['id in ()', 7, 'filter_syntax'],
    ['id is 1', 6, 'filter_syntax'],
    ['id not 1', 7, 'filter_syntax'],
    ['and = 1', 0, 'filter_syntax'],
    ["sleep('1') = 1", 0, 'filter_syntax'],
    ['lower(id, id) = 1', 0, 'filter_syntax'],
    ['5', 1, 'filter_syntax'],
    ['nme = 1', 0, 'unknown_column'],
    ['id = 1 and Day is null', 11, 'unknown_column'],
    ["day = 'x'", 6, 'filter_type'],
    ["day = '2024-02-30'", 6, 'filter_type'],
    ["id = 'one'", 5, 'filter_type'],
    ['"the name" = 5', 13, 'filter_type'],
    ['id = null', 5, 'filter_type'],
    ['id = ok', 5, 'filter_type'],
    ['lower(id) = 1', 6, 'filter_type'],
    ['year("the name") = 1', 5, 'filter_type'],
    ['id', 0, 'filter_type'],
    ['round(value, 99) = 1', 13, 'filter_type'],
    ["clock = '25:00'", 8, 'filter_type'],
  ] as const)('%s', (text, at, code) => {
    expect(problemOf(text)).toEqual({ at, code });
  });

  test('with a hint where one is near', () => {
    expect(hintOf('valu > 1')).toBe("Did you mean 'value'?");
    expect(hintOf('id = null')).toBe("Write 'is null' or 'is not null'.");
  });

  test('when it is longer, wider or deeper than the limits', () => {
    const terms = (count: number) => Array.from({ length: count }, () => 'id=1').join(' or ');
    expect(problemOf(terms(200))).toBeUndefined();
    expect(problemOf(terms(201))?.code).toBe('filter_too_long');
    const nested = (depth: number) => `${'('.repeat(depth)}id=1${')'.repeat(depth)}`;
    expect(problemOf(nested(20))).toBeUndefined();
    expect(problemOf(nested(21))?.code).toBe('filter_too_long');
    expect(problemOf(`"the name" = '${'ä'.repeat(4090)}'`)?.code).toBe('filter_too_long');
  });
});

test('a value is bound, whatever it says', () => {
  const bindings = new Bindings();
  const sql = compileFilter(parseFilter(`"the name" = 'x''; drop table rows; --'`), columns, bindings);
  expect(sql).toBe('t."the name" = cast($1 as VARCHAR)');
  expect(bindings.values).toEqual(["x'; drop table rows; --"]);
});

describe('column__lookup=value', () => {
  test.each([
    ['id', 'eq', '1', [1]],
    ['id', 'ne', '1', [2, 3, 4]],
    ['id', 'gt', '2', [3, 4]],
    ['id', 'gte', '2', [2, 3, 4]],
    ['id', 'lt', '2', [1]],
    ['id', 'lte', '2', [1, 2]],
    ['id', 'in', '1,3', [1, 3]],
    ['id', 'range', '2,3', [2, 3]],
    ['the name', 'contains', 'O', [3]],
    ['the name', 'icontains', 'O', [2, 3]],
    ['the name', 'startswith', 'A', [1]],
    ['the name', 'endswith', 'b', [2]],
    ['the name', 'regex', '^[A-Z]', [1, 3]],
    ['the name', 'isnull', 'true', [4]],
    ['day', 'isnull', 'false', [1, 2, 3]],
    ['day', 'range', '2024-01-01,2024-01-31', [1]],
    ['big', 'contains', '901234567', [1]],
  ] as const)('%s__%s=%s', async (name, lookup, value, expected) => {
    const bindings = new Bindings();
    const column = columns.find((candidate) => candidate.name === name)!;
    expect(await idsWhere(lookupSql(column, lookup, value, bindings), bindings)).toEqual(expected);
  });

  test.each([
    ['day', 'eq', 'x'],
    ['day', 'range', '2024-01-01'],
    ['id', 'in', '1,two'],
    ['id', 'isnull', 'maybe'],
  ] as [string, Lookup, string][])('%s__%s=%s is refused', (name, lookup, value) => {
    const column = columns.find((candidate) => candidate.name === name)!;
    expect(() => lookupSql(column, lookup, value, new Bindings())).toThrow(FilterProblem);
  });
});

function caught(text: string): FilterProblem | undefined {
  try {
    compileFilter(parseFilter(text), columns, new Bindings());
    return undefined;
  } catch (error) {
    if (error instanceof FilterProblem) return error;
    throw error;
  }
}

function problemOf(text: string) {
  const problem = caught(text);
  return problem && { at: problem.at, code: problem.code };
}

const hintOf = (text: string) => caught(text)?.hint;
