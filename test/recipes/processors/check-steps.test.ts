import { describe, expect, test } from 'vitest';
import { checkSteps, resourcesNamed } from '../../../src/recipes/index.ts';

const known = [{ resource: 't', fields: ['a', 'A', 'n'] }];
const others = [{ resource: 'o', fields: ['k'] }];

describe('what is wrong is said before the run, by step', () => {
  const cases: [run: string, parameters: Record<string, unknown>, pointer: string, problem: string][] = [
    ['dump_to_path', {}, '/0/run', 'the processor "dump_to_path" is not allowed'],
    ['dump.to_zip', {}, '/0/run', 'the processor "dump.to_zip" is not allowed'],
    ['aws.to_s3', {}, '/0/run', 'the processor "aws.to_s3" is not allowed'],
    ['assembler.extract', {}, '/0/run', 'the processor "assembler.extract" is not allowed'],
    ['flow', {}, '/0/run', 'the processor "flow" is not allowed'],
    ['cache_loader', {}, '/0/run', 'the processor "cache_loader" is not allowed'],
    ['code', {}, '/0/run', 'the processor "code" is not allowed'],
    ['./my.py', {}, '/0/run', 'the processor "./my.py" is not allowed'],
    ['set_type', {}, '/0/run', 'unknown processor "set_type"; did you mean "set_types"?'],
    ['constructor', {}, '/0/run', 'unknown processor "constructor"'],
    ['script', {}, '/0/parameters', 'script: script steps cannot be run by this version of Granary'],
    ['sort', {}, '/0/parameters', 'sort: must have required properties sort-by'],
    ['sort', { 'sort-by': '{b}' }, '/0/parameters/sort-by', 'sort: Field "b" not found'],
    [
      'sort',
      { 'sort-by': 'a' },
      '/0/parameters/sort-by',
      'sort: the format string names no field; a field is written as {a}',
    ],
    [
      'sort',
      { 'sort-by': '{a.__class__}' },
      '/0/parameters/sort-by',
      'sort: attribute and index access are refused: "{a.__class__}"',
    ],
    [
      'sort',
      { 'sort-by': '{a[0]}' },
      '/0/parameters/sort-by',
      'sort: attribute and index access are refused: "{a[0]}"',
    ],
    ['sort', { 'sort-by': '{a!r}' }, '/0/parameters/sort-by', 'sort: conversions are refused: "{a!r}"'],
    ['sort', { 'sort-by': '{a:{n}}' }, '/0/parameters/sort-by', 'sort: nested placeholders are refused: "{a:{n}"'],
    [
      'sort',
      { 'sort-by': '{a:>999999999}' },
      '/0/parameters/sort-by',
      'sort: width and precision may be 1000 at most: "{a:>999999999}"',
    ],
    [
      'sort',
      { 'sort-by': `{a}${'x'.repeat(2000)}` },
      '/0/parameters/sort-by',
      'sort: a format string is longer than 2000 characters',
    ],
    ['filter', { in: [{ b: 1 }] }, '/0/parameters/in/0', 'filter: Field "b" not found in "t"'],
    ['filter', {}, '/0/parameters', 'filter: in or out needs at least one condition'],
    [
      'filter',
      { resources: '(', in: [{ a: 1 }] },
      '/0/parameters/resources',
      'filter: the pattern "(" cannot be run by RE2 (missing closing ): `(`)',
    ],
    [
      'set_types',
      { types: { 'x.*': { type: 'string' } } },
      '/0/parameters/types/x.*',
      'set_types: No field found matching "x.*"',
    ],
    [
      'set_types',
      { types: { '(': { type: 'string' } } },
      '/0/parameters/types/(',
      'set_types: the pattern "(" cannot be read (Invalid regular expression: /(/u: Unterminated group)',
    ],
    [
      'set_types',
      { types: { a: { constraints: { wrong: 1 } } } },
      '/0/parameters/types/a/constraints/wrong',
      "set_types: unknown constraint 'wrong'",
    ],
    ['delete_fields', { fields: ['b'] }, '/0/parameters/fields', "delete_fields: Can't find following field(s): b"],
    [
      'find_replace',
      { fields: [{ name: 'a', patterns: [{ find: 'x(?=y)', replace: '' }] }] },
      '/0/parameters/fields/0/patterns/0/find',
      'find_replace: the pattern "x(?=y)" cannot be run by RE2 (invalid or unsupported Perl syntax: `(?=`)',
    ],
    [
      'find_replace',
      { fields: [{ name: 'a', patterns: [{ find: '(.)\\1', replace: '' }] }] },
      '/0/parameters/fields/0/patterns/0/find',
      'find_replace: the pattern "(.)\\\\1" cannot be run by RE2 (invalid escape sequence: `\\1`)',
    ],
    [
      'find_replace',
      { fields: [{ name: 'a', patterns: [{ find: 'x', replace: '\\1' }] }] },
      '/0/parameters/fields/0/patterns/0/replace',
      'find_replace: the replacement names the group 1, which the pattern does not have',
    ],
    [
      'find_replace',
      { fields: [{ name: 'a', patterns: [{ find: 'x'.repeat(1001), replace: '' }] }] },
      '/0/parameters/fields/0/patterns/0/find',
      'find_replace: the pattern is longer than 1000 characters',
    ],
    [
      'add_computed_field',
      { fields: [{ operation: 'sum', target: 'x', source: ['b'] }] },
      '/0/parameters/fields/0/source',
      'add_computed_field: Field "b" not found in "t"',
    ],
    [
      'add_computed_field',
      { fields: [{ operation: 'sum', target: 'x' }] },
      '/0/parameters/fields/0/source',
      'add_computed_field: source is needed: names of fields',
    ],
    [
      'add_computed_field',
      { fields: [{ operation: 'constant', target: 'a', with: 1 }] },
      '/0/parameters/fields/0/target',
      'add_computed_field: Field "a" exists already',
    ],
    [
      'join',
      { source: { name: 'o', key: ['q'] }, target: { name: 't', key: ['a'] }, fields: {} },
      '/0/parameters/source/key',
      'join: Field "q" not found in "o"',
    ],
    [
      'join',
      { source: { name: 'o', key: ['k'] }, target: { name: 't', key: ['a', 'n'] }, fields: {} },
      '/0/parameters/target/key',
      'join: the keys of source and target have different numbers of parts',
    ],
    [
      'join',
      { source: { name: 'o', key: ['k'] }, target: { name: '../t', key: null }, fields: {} },
      '/0/parameters/target/name',
      'join: must match pattern "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$"',
    ],
    [
      'concatenate',
      { fields: { x: ['a', 'n'], y: ['a'] } },
      '/0/parameters/fields',
      'concatenate: Field "a" is used twice',
    ],
    [
      'unpivot',
      { unpivot: [{ name: 'a', keys: { z: 1 } }], extraKeyFields: [], extraValueField: { name: 'v' } },
      '/0/parameters/unpivot/0/keys/z',
      'unpivot: "z" is not among extraKeyFields',
    ],
    [
      'load',
      { url: 'file:///etc/passwd' },
      '/0/parameters/url',
      'load: only http://, https://, blob:sha256:, connection:, granary:// and dependency:// addresses can be loaded',
    ],
    ['load', {}, '/0/parameters/url', 'load: url is needed'],
    [
      'update_resource',
      { metadata: { path: 'x' } },
      '/0/parameters/metadata/path',
      'update_resource: path cannot be set as metadata',
    ],
    ['add_metadata', { resources: [] }, '/0/parameters/resources', 'add_metadata: resources cannot be set as metadata'],
  ];
  test.each(cases)('%s %j', (run, parameters, pointer, problem) => {
    expect(checkSteps([{ run, parameters }], known, others)[0]).toEqual({ pointer, problem });
  });
});

test('fields are followed from step to step; after a mistake nothing is claimed', () => {
  const rename = { run: 'rename_fields', parameters: { fields: { a: 'b' } } };
  const sort = (field: string) => ({ run: 'sort', parameters: { 'sort-by': `{${field}}` } });
  expect(checkSteps([rename, sort('b'), sort('A')], known)).toEqual([]);
  expect(checkSteps([rename, sort('a')], known)).toEqual([
    { pointer: '/1/parameters/sort-by', problem: 'sort: Field "a" not found' },
  ]);
  expect(checkSteps([{ run: 'nope' }, sort('x')], known)).toHaveLength(1);
  expect(checkSteps([sort('x')], [{ resource: 't' }])).toEqual([]);
  expect(
    checkSteps(
      Array.from({ length: 101 }, () => sort('a')),
      known,
    ),
  ).toEqual([{ pointer: '', problem: 'more than 100 steps' }]);
  expect(known[0]!.fields).toEqual(['a', 'A', 'n']);
});

test('other tables of the spec that steps read', () => {
  const steps = [
    { run: 'join', parameters: { source: { name: 'o', key: ['k'] }, target: { name: 't', key: ['a'] }, fields: {} } },
    { run: 'concatenate', parameters: { sources: 'p.*', fields: { a: [] } } },
    { run: 'load', parameters: { url: 'dependency://z' } },
    { run: 'printer' },
  ];
  expect(resourcesNamed(steps, ['o', 'p1', 'p2', 'q', 'z'])).toEqual(['o', 'p1', 'p2', 'z']);
});
