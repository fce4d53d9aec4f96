import { expect, test } from 'vitest';
import { flowFiles } from './flow-files.ts';

const { flow } = await flowFiles({
  '/towns.csv': 'code,town,people\n1,Lyon,500\n2,Nice,300\n3,Metz,soon\n4,Rome,9\n',
  '/wide.csv': 'k,a,b\nx,1,2\ny,3,4\n',
  '/twice.csv': 'code,n\n1,5\n1,6\n2,7\n',
  '/same.csv': 'code,n\n1,5\n1,5\n2,7\n',
});

const field = (name: string, type = 'string', constraints?: object) => ({
  name,
  type,
  ...(constraints === undefined ? {} : { constraints }),
});
const step = (run: string, parameters: object = {}) => ({ run, parameters });
const towns = [field('code'), field('town'), field('people')];
const toInteger = step('set_types', { types: { people: { type: 'integer' } } });
const replace = (name: string, find: string, by: string) =>
  step('find_replace', { fields: [{ name, patterns: [{ find, replace: by }] }] });
const soon = (column = 3) =>
  `The value "soon" in row 4 and column ${column} is not type "integer" and format "default"`;
const limited = [
  field('code'),
  field('town', 'string', { enum: ['Lyon', 'Nice', 'Metz', 'Rome'] }),
  field('people', 'string', { maxLength: 4 }),
];

interface Case {
  name: string;
  file: string;
  schema: object;
  dpp: object[];
  policy?: object;
  /** Of the CSV pipeline; undefined: it succeeds with these lines. */
  errors?: string[];
  csv?: string;
  /** `step#index code row column field value disposition` */
  issues: string[];
  rejects?: string[];
}

const cases: Case[] = [
  {
    name: 'set_types that fails',
    file: 'towns.csv',
    schema: { fields: towns },
    dpp: [toInteger],
    errors: ['set_types', soon()],
    issues: ['set_types#0 type-or-format-error 4 3 people soon fatal'],
  },
  {
    name: 'set_types that leaves rows out',
    file: 'towns.csv',
    schema: { fields: towns },
    dpp: [step('sort', { 'sort-by': '{town}' }), toInteger],
    policy: { cast: 'reject_row' },
    csv: 'code,town,people\n1,Lyon,500\n2,Nice,300\n4,Rome,9\n',
    issues: ['set_types#1 type-or-format-error 4 3 people soon row_rejected'],
    rejects: [`4,3,type-or-format-error,"${soon().replaceAll('"', '""')}","[""3"",""Metz"",""soon""]"`],
  },
  {
    name: 'set_types that makes values empty',
    file: 'towns.csv',
    schema: { fields: towns },
    dpp: [toInteger],
    policy: { cast: 'null_value' },
    csv: 'code,town,people\n1,Lyon,500\n2,Nice,300\n3,Metz,\n4,Rome,9\n',
    issues: ['set_types#0 type-or-format-error 4 3 people soon value_nulled'],
  },
  {
    name: 'a step that breaks a constraint',
    file: 'towns.csv',
    schema: { fields: limited },
    dpp: [replace('town', 'Lyon', 'Lugdunum'), step('delete_fields', { fields: ['code'] })],
    errors: [
      'validate',
      'The value "Lugdunum" in row 2 and column 1 does not conform to the given enumeration: "["Lyon","Nice","Metz","Rome"]"',
    ],
    issues: ['validate#2 enumerable-constraint 2 1 town Lugdunum fatal'],
  },
  {
    name: 'a step that breaks a constraint, and the row goes',
    file: 'towns.csv',
    schema: { fields: limited },
    dpp: [replace('town', 'Lyon', 'Lugdunum')],
    policy: { cast: 'reject_row' },
    csv: 'code,town,people\n2,Nice,300\n3,Metz,soon\n4,Rome,9\n',
    issues: ['validate#1 enumerable-constraint 2 2 town Lugdunum row_rejected'],
    rejects: [expect.stringContaining('"[""1"",""Lyon"",""500""]"')],
  },
  {
    name: 'what is empty after a step and may not be',
    file: 'towns.csv',
    schema: { fields: [field('code'), field('town', 'string', { required: true }), field('people')] },
    dpp: [replace('town', '^Nice$', '')],
    policy: { cast: 'reject_row' },
    csv: 'code,town,people\n1,Lyon,500\n3,Metz,soon\n4,Rome,9\n',
    issues: ['validate#1 required-constraint 3 2 town null row_rejected'],
    rejects: [expect.stringContaining('"[""2"",""Nice"",""300""]"')],
  },
  {
    name: 'a pattern that needs look-ahead, after a step',
    file: 'towns.csv',
    schema: { fields: [field('code'), field('town', 'string', { pattern: '^(?!X).+$' }), field('people')] },
    dpp: [replace('town', '^N', 'X')],
    policy: { cast: 'reject_row' },
    csv: 'code,town,people\n1,Lyon,500\n3,Metz,soon\n4,Rome,9\n',
    issues: ['validate#1 pattern-constraint 3 2 town Xice row_rejected'],
    rejects: [expect.stringContaining('pattern constraint')],
  },
  {
    name: 'a key that stands twice after a step',
    file: 'towns.csv',
    schema: { fields: towns, primaryKey: 'code' },
    dpp: [replace('code', '[34]', '2')],
    csv: 'code,town,people\n1,Lyon,500\n2,Nice,300\n2,Metz,soon\n2,Rome,9\n',
    issues: ['validate#1 unique-constraint 4 1 code 2 reported', 'validate#1 unique-constraint 5 1 code 2 reported'],
  },
  {
    name: 'a key that stands twice after a step, and fails',
    file: 'towns.csv',
    schema: { fields: towns, primaryKey: 'code' },
    dpp: [replace('code', '4', '2')],
    policy: { unique: 'fail' },
    errors: ['validate', 'Rows 3, 5 has unique constraint violation in column 1'],
    issues: ['validate#1 unique-constraint 5 1 code 2 fatal'],
  },
  {
    name: 'a further key that stands twice after a step, and the row goes',
    file: 'towns.csv',
    schema: { fields: towns, uniqueKeys: [['code', 'town']] },
    dpp: [replace('code', '4', '2'), replace('town', 'Rome', 'Nice')],
    policy: { unique: 'reject_row' },
    csv: 'code,town,people\n1,Lyon,500\n2,Nice,300\n3,Metz,soon\n',
    issues: ['validate#2 unique-constraint 5 1 code, town ["2","Nice"] row_rejected'],
    rejects: ['5,1,unique-constraint,"Rows 3, 5 has unique constraint violation in column 1","[""4"",""Rome"",""9""]"'],
  },
  {
    name: 'what the source broke already is found once',
    file: 'twice.csv',
    schema: { fields: [field('code'), field('n')], primaryKey: 'code' },
    dpp: [step('sort', { 'sort-by': '{n}' })],
    csv: 'code,n\n1,5\n1,6\n2,7\n',
    issues: ['cast#null unique-constraint 3 1 code 1 reported'],
  },
  {
    name: 'a further key that the source broke, and the row goes',
    file: 'twice.csv',
    schema: { fields: [field('code'), field('n')], uniqueKeys: [['code']] },
    dpp: [step('sort', { 'sort-by': '{n}', reverse: true })],
    policy: { unique: 'reject_row' },
    csv: 'code,n\n2,7\n1,5\n',
    issues: ['cast#null unique-constraint 3 1 code 1 row_rejected'],
    rejects: ['3,1,unique-constraint,"Rows 2, 3 has unique constraint violation in column 1","[""1"",""6""]"'],
  },
  {
    name: 'rows that stand twice are not checked further, after steps neither',
    file: 'same.csv',
    schema: { fields: [field('code'), field('n')], primaryKey: 'code' },
    dpp: [step('sort', { 'sort-by': '{n}' })],
    policy: { unique: 'fail' },
    csv: 'code,n\n1,5\n1,5\n2,7\n',
    issues: ['cast#null duplicate-row 3 null null null reported'],
  },
  {
    name: 'a row that is merged of several stands in no file',
    file: 'wide.csv',
    schema: { fields: [field('k'), field('a', 'integer'), field('b', 'integer')] },
    dpp: [
      step('concatenate', { sources: ['t'], target: { name: 't' }, fields: { k: [], n: ['a'] } }),
      step('set_types', { types: { n: { type: 'integer', constraints: { maximum: 2 } } } }),
    ],
    policy: { cast: 'reject_row' },
    csv: 'k,n\nx,1\n',
    issues: ['validate#2 maximum-constraint null 2 n 3 row_rejected'],
    rejects: [
      ',2,maximum-constraint,"The value ""3"" in row 2 and column 2 does not conform to the maximum constraint of ""2""","[""y"",""3""]"',
    ],
  },
  {
    name: 'a step that asks for more than the policy',
    file: 'towns.csv',
    schema: { fields: [field('code'), field('town'), field('people', 'integer', { required: true })] },
    dpp: [step('validate', { on_error: 'reject_row' })],
    policy: { cast: 'null_value' },
    csv: 'code,town,people\n1,Lyon,500\n2,Nice,300\n4,Rome,9\n',
    issues: [
      'cast#null type-or-format-error 4 3 people soon value_nulled',
      'validate#0 required-constraint 4 3 people null row_rejected',
    ],
    rejects: [
      '4,3,required-constraint,"Column 3 is a required field, but row 4 has no value","[""3"",""Metz"",""soon""]"',
    ],
  },
  {
    name: 'more rows left out by steps than allowed',
    file: 'towns.csv',
    schema: { fields: towns },
    dpp: [toInteger],
    policy: { cast: 'reject_row', max_rejects: { count: 0, ratio: 0 } },
    errors: ['set_types', '1 of 4 row(s) were rejected, more than the allowed 0 and 0 %'],
    issues: ['set_types#0 type-or-format-error 4 3 people soon row_rejected'],
  },
];

test.each(cases)('$name', async ({ name, file, schema, dpp, policy = {}, errors, csv, issues, rejects }) => {
  const made = await flow(name.replaceAll(/[^a-z]+/gi, '-'), [{ name: 't', path: file, schema }], {
    processing: [{ input: 't', output: 't', dpp }],
    policy,
  });
  const found = await made.ask('issues');
  const shown = found.issues.map((one: Record<string, unknown>) =>
    [
      `${one.step}#${one.step_index}`,
      one.code,
      one.row_number,
      one.column_number,
      one.field,
      one.value,
      one.disposition,
    ]
      .map(String)
      .join(' '),
  );
  expect(shown).toEqual(issues);
  expect(made.at('t_csv').error_log).toEqual(errors ?? []);
  expect(made.at('t_json').error_log).toEqual(errors ?? []);
  const report = (await made.product('validation_report')).body[0];
  expect(report['error-count']).toBe(issues.length);
  expect(report.tables[0].errors.map(({ message }: { message: string }) => message).sort()).toEqual(
    found.issues.map(({ message }: { message: string }) => message).sort(),
  );
  if (errors !== undefined) return;
  expect((await made.product('t_csv')).text.replaceAll('\r\n', '\n')).toBe(csv);
  const left = (await made.resources('')).find((one) => one.name === 't_rejects');
  const lines = left === undefined ? undefined : (await made.read(left.path!)).text.split('\r\n').slice(1, -1);
  expect(lines).toEqual(rejects);
  expect(made.at('t_csv').stats.rejected_rows).toBe(rejects?.length);
});

test('issues are chosen by their step', async () => {
  const made = await flow(
    'chosen',
    [{ name: 't', path: 'twice.csv', schema: { fields: [field('code'), field('n')], primaryKey: 'code' } }],
    {
      processing: [
        {
          input: 't',
          output: 't',
          dpp: [replace('n', '[67]', 'x'), step('set_types', { types: { n: { type: 'integer' } } })],
        },
      ],
      policy: { cast: 'null_value' },
    },
  );
  const counts = async (query: string) => (await made.ask(`issues?${query}`)).matching;
  expect(await counts('')).toBe(3);
  expect(await counts('step=cast')).toBe(1);
  expect(await counts('step=set_types')).toBe(2);
  expect(await counts('step=set_types&code=unique-constraint')).toBe(0);
});
