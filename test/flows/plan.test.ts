import { expect, test } from 'vitest';
import { checkCollisions, checkNormalised } from '../../src/flows/pure/check-plan.ts';
import { checkShape } from '../../src/flows/pure/check-shape.ts';
import type { JsonObject } from '../../src/flows/pure/flow-spec.ts';
import { descriptorAddress, normaliseSpec } from '../../src/flows/pure/normalise-spec.ts';
import { planFlow } from '../../src/flows/pure/plan-flow.ts';

const limits = { resources: 500, processingSteps: 500, steps: 100 };
const base = 'http://data.example.org/pkg/datapackage.json';

function specOf(resources: JsonObject[], more: JsonObject = {}, parameters: JsonObject = {}): JsonObject {
  return {
    meta: { owner: 'Me', ownerid: 'me', dataset: 'id', version: 1, findability: 'published' },
    inputs: [{ kind: 'datapackage', url: base, parameters: { descriptor: { name: 'id', resources }, ...parameters } }],
    ...more,
  };
}
const schema = { fields: [{ name: 'a', type: 'string' }] };
const planOf = (spec: JsonObject) => planFlow(normaliseSpec(spec).spec, 1);
const shortly = (spec: JsonObject) =>
  planOf(spec).pipelines.map(({ id, title, dependencies }) => [
    id.replace('me/id/1', 'F'),
    title,
    dependencies.map((one) => one.replace('me/id/1/', '')).join(' '),
  ]);

test('one table and one plain file: ids, titles, order and dependencies', () => {
  const spec = specOf([
    { name: 'cities', path: 'data/cities.csv', schema },
    { name: 'notes', path: 'notes.pdf' },
  ]);
  expect(shortly(spec)).toEqual([
    ['F/validation_report', 'Validating package contents', ''],
    ['F/cities_csv', 'Creating CSV', ''],
    ['F/cities_json', 'Creating JSON', ''],
    ['F/id_zip', 'Creating ZIP', 'validation_report cities_csv cities_json'],
    ['F/cities_csv_preview', 'Generating views', 'cities_csv'],
    ['F/cities', 'Copying source data', ''],
    ['F/notes', 'Copying source data', ''],
    ['F', 'Creating Package', 'validation_report cities_csv cities_json id_zip cities_csv_preview cities notes'],
  ]);
});

test('parquet and sqlite come after the copies, on request', () => {
  const spec = specOf([{ name: 'a', path: 'a.csv', schema }], {
    outputs: [{ kind: 'sqlite' }, { kind: 'zip', parameters: { 'out-file': 'all.of.it.zip' } }, { kind: 'parquet' }],
  });
  expect(shortly(spec).map(([id, , needs]) => `${id} ← ${needs}`)).toEqual([
    'F/validation_report ← ',
    'F/a_csv ← ',
    'F/a_json ← ',
    'F/all_of_it_zip ← validation_report a_csv a_json',
    'F/a_csv_preview ← a_csv',
    'F/a ← ',
    'F/a_parquet ← a_csv',
    'F/id_sqlite ← a_csv',
    'F ← validation_report a_csv a_json all_of_it_zip a_csv_preview a a_parquet id_sqlite',
  ]);
});

test.each([0, 1, 2, 5])('%i tables make 4n + 3 pipelines', (n) => {
  const tables = Array.from({ length: n }, (_, i) => ({ name: `t${i}`, path: `t${i}.csv`, schema }));
  const { pipelines, resources } = planOf(specOf(tables));
  expect(pipelines).toHaveLength(4 * n + 3);
  expect(resources.map(({ name, type }) => `${name} ${type}`)).toEqual(
    tables.flatMap(({ name }) => [`${name} source/tabular`, `${name}_original original`]),
  );
});

test('what is allowed restricts what is planned', () => {
  const { spec } = normaliseSpec(specOf([{ name: 'a', path: 'a.csv', schema }]));
  const plan = planFlow(spec, 7, ['derived/report', 'derived/csv', 'derived/zip']);
  expect(plan.pipelines.map(({ id, dependencies }) => [id, dependencies.length])).toEqual([
    ['me/id/7/validation_report', 0],
    ['me/id/7/a_csv', 0],
    ['me/id/7/id_zip', 2],
    ['me/id/7', 3],
  ]);
});

test.each<[string, JsonObject, JsonObject, string, string[], string | undefined]>([
  ['relative to the package', { path: 'data/a.csv' }, {}, 'csv', ['http://data.example.org/pkg/data/a.csv'], 'csv'],
  ['absolute', { path: 'https://x.org/a.TSV?v=1' }, {}, 'tsv', ['https://x.org/a.TSV?v=1'], 'tsv'],
  [
    'mapped by path',
    { path: 'a.csv' },
    { 'a.csv': 'http://y.org/1', r: 'http://y.org/2' },
    'csv',
    ['http://y.org/1'],
    'csv',
  ],
  ['mapped by name', { path: 'a' }, { r: 'http://y.org/2.csv' }, 'csv', ['http://y.org/2.csv'], 'csv'],
  [
    'several',
    { path: ['a.csv', 'b.csv'] },
    {},
    'csv',
    ['http://data.example.org/pkg/a.csv', 'http://data.example.org/pkg/b.csv'],
    'csv',
  ],
  ['with a hint', { path: 'http://y.org/get?id=1#.csv' }, {}, 'csv', ['http://y.org/get?id=1'], 'csv'],
  ['format given', { path: 'a.dat', format: 'CSV' }, {}, 'csv', ['http://data.example.org/pkg/a.dat'], 'csv'],
  ['packed', { path: 'a.csv.gz' }, {}, 'csv', ['http://data.example.org/pkg/a.csv.gz'], 'csv'],
  [
    'a blob',
    { path: `blob:sha256:${'0'.repeat(64)}`, format: 'csv' },
    {},
    'csv',
    [`blob:sha256:${'0'.repeat(64)}`],
    'csv',
  ],
])('a source %s', (_name, resource, mapping, _kind, urls, format) => {
  const plan = planOf(specOf([{ name: 'r', ...resource }], {}, { 'resource-mapping': mapping }));
  expect(plan.resources[0]!.source).toEqual({ urls, format });
});

test('inline data stays at hand, as json unless stated', () => {
  const [resource] = planOf(specOf([{ name: 'r', data: [{ a: 1 }], type: 'table' }])).resources;
  expect(resource).toMatchObject({ type: 'source/tabular', source: { urls: [], data: [{ a: 1 }], format: 'json' } });
});

test.each<[string, JsonObject, JsonObject, string[]]>([
  ['csv without schema', { path: 'a.csv' }, {}, ['r table', 'r_original original']],
  ['csv, inference off', { path: 'a.csv' }, { infer: false }, ['r original']],
  ['a spreadsheet no step reads', { path: 'a.xlsx' }, {}, ['r table', 'r_original original']],
  [
    'a spreadsheet two steps read',
    { path: 'a.xlsx' },
    { steps: ['one', 'two'] },
    ['one table', 'two table', 'r_original original'],
  ],
  ['json', { path: 'a.json' }, {}, ['r original']],
  [
    'json that says it is a table',
    { path: 'a.json', profile: 'tabular-data-resource' },
    {},
    ['r table', 'r_original original'],
  ],
  ['geojson with a schema', { path: 'a.geojson', schema }, {}, ['r original']],
  [
    'a table and a step that copies it',
    { path: 'a.csv', schema },
    { steps: ['copy'] },
    ['r table', 'copy table', 'r_original original'],
  ],
  ['a step in place', { path: 'a.csv', schema }, { steps: ['r'] }, ['r table', 'r_original original']],
])('%s is planned as it should be', (_name, resource, { infer, steps }, planned) => {
  const processing = ((steps as string[] | undefined) ?? []).map((output) => ({ input: 'r', output }));
  const parameters = infer === undefined ? {} : { 'infer-schema': infer };
  const { resources } = planOf(specOf([{ name: 'r', ...resource }], { processing }, parameters));
  expect(resources.map(({ name, type }) => `${name} ${type.replace('source/tabular', 'table')}`)).toEqual(planned);
});

test('geojson keeps its schema under another name', () => {
  const [resource] = planOf(specOf([{ name: 'r', path: 'a.geojson', schema }])).resources;
  expect(resource!.descriptor).toEqual({ geojsonSchema: schema });
  expect(resource!.archivePath).toBe('archive/r.geojson');
});

test('options: dialect below, tabulator above', () => {
  const dialect = { delimiter: ';', quoteChar: "'", headerRows: [2, 3], commentChar: '#', sheetName: 'x' };
  const spec = specOf([{ name: 'r', path: 'a.csv', dialect }], {
    processing: [{ input: 'r', output: 'r', tabulator: [{ delimiter: '|' }, { sheet: 2 }] }],
  });
  expect(planOf(spec).resources[0]!.tabulator).toEqual({
    delimiter: '|',
    quotechar: "'",
    headers: [2, 3],
    skip_rows: ['#'],
    sheet: 2,
  });
});

test('policies: of the step before that of the spec', () => {
  const spec = specOf([{ name: 'r', path: 'a.csv' }], {
    policy: { cast: 'reject_row', max_rejects: { count: 3 } },
    processing: [{ input: 'r', output: 'x', policy: { cast: 'null_value' } }],
  });
  const [own, output] = planOf(spec).resources;
  expect(own!.policy).toEqual({
    width: 'reject_row',
    cast: 'reject_row',
    unique: 'report',
    maxRejects: { count: 3, ratio: 0.01 },
  });
  expect(output!.policy.cast).toBe('null_value');
});

test('what matches nothing is a warning', () => {
  const spec = specOf(
    [{ name: 'r', path: 'a.csv' }],
    { processing: [{ input: 'nobody', output: 'x' }] },
    { 'resource-mapping': { 'b.csv': 'http://x.org/b.csv' } },
  );
  expect(planOf(spec).warnings).toEqual([
    "processing: no resource 'nobody'; the step that makes 'x' is ignored",
    "resource-mapping: no resource has the path or name 'b.csv'",
  ]);
});

test('normalising changes old forms, says each change, and changes nothing twice', () => {
  const sent: JsonObject = {
    meta: { ownerid: 'me', dataset: 'id', findability: 'public' },
    inputs: [
      {
        kind: 'datapackage',
        url: base,
        parameters: {
          descriptor: {
            profile: 'data-package',
            'dpp:streamedFrom': 'x',
            resources: [
              {
                url: 'http://x.org/Städte 1.csv',
                profile: 'tabular-data-resource',
                mimetype: 'text/csv',
                schema: {
                  primaryKeys: 'a',
                  fields: [
                    { name: 'a', type: 'date', format: 'fmt:%d.%m.%Y', 'dpp:x': 1 },
                    { name: 'y', type: 'year', format: 'default' },
                  ],
                },
              },
            ],
          },
        },
      },
    ],
    processing: [
      { input: 'r', output: 'o' },
      { input: 'r', output: 'o', dpp: [{ run: 'sort', cache: true, parameters: { 'sort-by': '{a}' } }] },
    ],
    outputs: [{ kind: 'rdbms' }, { kind: 'zip', parameters: { 'out-file': 'a.zip' } }, { kind: 'zip' }],
    schedule: ' every 1d ',
  };
  const { spec, lines } = normaliseSpec(sent);
  expect(spec.meta.findability).toBe('published');
  expect(spec.inputs[0].parameters.descriptor).toEqual({
    resources: [
      {
        path: 'http://x.org/Städte 1.csv',
        name: 'stadte-1',
        type: 'table',
        mediatype: 'text/csv',
        schema: {
          primaryKey: ['a'],
          fields: [
            { name: 'a', type: 'date', format: '%d.%m.%Y' },
            { name: 'y', type: 'year' },
          ],
        },
      },
    ],
  });
  expect(spec.processing).toEqual([
    { input: 'r', output: 'o', dpp: [{ run: 'sort', parameters: { 'sort-by': '{a}' } }] },
  ]);
  expect(spec.outputs).toEqual([{ kind: 'zip', parameters: { 'out-file': 'a.zip' } }]);
  expect(spec.schedule).toBe('every 1d');
  expect(lines).toHaveLength(16);
  const again = normaliseSpec(spec as unknown as JsonObject);
  expect(again.spec).toEqual(spec);
  expect(again.lines).toEqual([]);
});

test('a mapping alone makes a descriptor', () => {
  const sent: JsonObject = {
    meta: { ownerid: 'me', dataset: 'id' },
    inputs: [{ kind: 'datapackage', parameters: { 'resource-mapping': { cities: 'http://x.org/get' } } }],
  };
  const { spec } = normaliseSpec(sent);
  expect(spec.inputs[0].parameters.descriptor).toEqual({
    name: 'id',
    resources: [{ name: 'cities', path: 'data/cities.csv' }],
  });
  expect(planFlow(spec, 1).resources[0]!.source.urls).toEqual(['http://x.org/get']);
});

test.each<[string, (spec: JsonObject) => void, string]>([
  ['no dataset', (spec) => delete (spec.meta as JsonObject).dataset, "'dataset'"],
  ['no inputs', (spec) => delete spec.inputs, "'inputs'"],
  ['two inputs', (spec) => (spec.inputs as JsonObject[]).push({}), 'Only supporting one input atm'],
  ['no input', (spec) => (spec.inputs as JsonObject[]).pop(), 'Only supporting one input atm'],
  [
    'another kind',
    (spec) => Object.assign((spec.inputs as JsonObject[])[0]!, { kind: 'sql' }),
    'Only supporting datapackage inputs atm',
  ],
  [
    'nothing to describe it',
    (spec) => Object.assign((spec.inputs as JsonObject[])[0]!, { parameters: {}, url: 'here' }),
    "'descriptor'",
  ],
  ['a relative path without base', (spec) => delete (spec.inputs as JsonObject[])[0]!.url, "'url'"],
  ['a resource of nothing', (spec) => Object.assign(spec, specOf([{ name: 'r' }])), "'path'"],
  ['a step without input', (spec) => Object.assign(spec, { processing: [{ output: 'x' }] }), "'input'"],
  ['a step without output', (spec) => Object.assign(spec, { processing: [{ input: 'x' }] }), "'output'"],
])('planning fails for %s', (_name, spoil, message) => {
  const spec = specOf([{ name: 'r', path: 'a.csv' }]);
  spoil(spec);
  expect(checkShape(spec, limits)).toEqual([]);
  expect(() => {
    descriptorAddress(spec);
    planOf(spec);
  }).toThrow(message);
});

test.each<[string, JsonObject, string]>([
  ['meta', { meta: { ownerid: 'a/b', dataset: 'id' } }, '/meta/ownerid'],
  ['a dataset with a leading dot', { meta: { ownerid: 'me', dataset: '.id' } }, '/meta/dataset'],
  ['inputs that are no list', { inputs: {} }, '/inputs'],
  [
    'a resource that is no object',
    { inputs: [{ parameters: { descriptor: { resources: [1] } } }] },
    '/inputs/0/parameters/descriptor/resources/0',
  ],
  ['processing that is no list', { processing: 'x' }, '/processing'],
  ['a step that is no object', { processing: [{ input: 'a', output: 'b', dpp: ['sort'] }] }, '/processing/0/dpp/0'],
  [
    'too many steps',
    { processing: [{ input: 'a', output: 'b', dpp: Array(101).fill({ run: 'sort' }) }] },
    '/processing/0/dpp',
  ],
  [
    'a file name that leads away',
    { outputs: [{ kind: 'zip', parameters: { 'out-file': '../a.zip' } }] },
    '/outputs/0/parameters/out-file',
  ],
  ['an unknown policy', { policy: { cast: 'maybe' } }, '/policy/cast'],
  ['an unknown contract', { contract: { columns: 'melt' } }, '/contract/columns'],
  ['an unknown option', { schedule_options: { often: true } }, '/schedule_options/often'],
  ['an upsert without key', { load: { mode: 'upsert' } }, '/load/key'],
])('the shape is refused: %s', (_name, more, pointer) => {
  const spec = { ...specOf([{ name: 'r', path: 'a.csv' }]), ...more };
  expect(checkShape(spec, limits).map((problem) => problem.pointer)).toEqual([pointer]);
});

test.each<[string, JsonObject[], JsonObject, string]>([
  ['a name with a slash', [{ name: 'a/b', path: 'a.csv' }], {}, '/inputs/0/parameters/descriptor/resources/0/name'],
  ['a hidden path', [{ name: 'a', path: '.git/config' }], {}, '/inputs/0/parameters/descriptor/resources/0/path'],
  [
    'a path that leads up',
    [{ name: 'a', path: 'x/../../a.csv' }],
    {},
    '/inputs/0/parameters/descriptor/resources/0/path',
  ],
  ['a drive', [{ name: 'a', path: 'C:/a.csv' }], {}, '/inputs/0/parameters/descriptor/resources/0/path'],
  ['a file', [{ name: 'a', path: 'file:///etc/passwd' }], {}, '/inputs/0/parameters/descriptor/resources/0/path'],
  ['a bucket', [{ name: 'a', path: 's3://x/y' }], {}, '/inputs/0/parameters/descriptor/resources/0/path'],
  [
    'an output with a slash',
    [{ name: 'a', path: 'a.csv' }],
    { processing: [{ input: 'a', output: 'x/y' }] },
    '/processing/0/output',
  ],
])('a normalised spec is refused: %s', (_name, resources, more, pointer) => {
  const { spec } = normaliseSpec(specOf(resources, more));
  expect(checkNormalised(spec).map((problem) => problem.pointer)).toEqual([pointer]);
});

test.each<[string, JsonObject[], JsonObject]>([
  [
    'a product of another',
    [
      { name: 'a', path: 'a.csv' },
      { name: 'a_csv', path: 'b.csv' },
    ],
    {},
  ],
  [
    'the twin of another',
    [
      { name: 'a', path: 'a.csv' },
      { name: 'a_original', path: 'b.pdf' },
    ],
    {},
  ],
  ['the report', [{ name: 'validation_report', path: 'b.pdf' }], {}],
  ['the zip', [{ name: 'id_zip', path: 'b.pdf' }], {}],
  [
    'a step’s output',
    [
      { name: 'a', path: 'a.csv' },
      { name: 'b', path: 'b.csv' },
    ],
    { processing: [{ input: 'a', output: 'b' }] },
  ],
  [
    'the same',
    [
      { name: 'a', path: 'a.csv' },
      { name: 'a', path: 'b.csv' },
    ],
    {},
  ],
])('a name collides with %s', (_name, resources, more) => {
  const { spec } = normaliseSpec(specOf(resources, more));
  expect(checkCollisions(spec, planFlow(spec, 1)).length).toBeGreaterThan(0);
});

test('names that only look alike do not collide', () => {
  const { spec } = normaliseSpec(
    specOf([
      { name: 'a', path: 'a.csv' },
      { name: 'a_json_x', path: 'b.csv' },
    ]),
  );
  expect(checkCollisions(spec, planFlow(spec, 1))).toEqual([]);
});
