import { expect, test } from 'vitest';
import { flowFiles } from './flow-files.ts';
import { flowOwner } from './flow-world.ts';

const { files, world, me, key, base, flow } = await flowFiles({
  '/towns.csv': 'code,town,people\n1,Lyon,500\n2,Nice,300\n3,Metz,soon\n',
  '/areas.csv': 'id,km2\n1,48\n2,72\n',
  '/wide.csv': 'k,y2019,y2020\nx,1,2\n',
  '/extra.csv': 'code,mayor\n1,Ann\n',
});
const step = (run: string, parameters: object = {}) => ({ run, parameters });
const text = (...names: string[]) => ({ fields: names.map((name) => ({ name, type: 'string' })) });
const at = (file: string) => `${base}/${file}`;

interface Column {
  resource: string;
  field: string;
  how: string;
  from: Record<string, string>[];
}
const shown = ({ field, how, from }: Column) =>
  `${field} ${how} ${from.map((one) => `${one.resource ?? one.source!.replace(`${base}/`, '')}.${one.field}`).join(' ')}`.trim();

const cases: {
  name: string;
  file: string;
  schema: object;
  dpp: object[];
  columns: string[];
  others?: object[];
  sources: string[];
}[] = [
  {
    name: 'types, renaming, texts',
    file: 'towns.csv',
    schema: text('code', 'town', 'people'),
    dpp: [
      step('find_replace', { fields: [{ name: 'people', patterns: [{ find: 'soon', replace: '0' }] }] }),
      step('set_types', { types: { people: { type: 'integer' } } }),
      step('rename_fields', { fields: { people: 'n' } }),
    ],
    columns: [
      'code copied t.code | town copied t.town | people computed t.people',
      'code copied t.code | town copied t.town | people cast t.people',
      'code copied t.code | town copied t.town | n copied t.people',
    ],
    sources: ['code < towns.csv#code', 'town < towns.csv#town', 'n < towns.csv#people'],
  },
  {
    name: 'computed fields',
    file: 'towns.csv',
    schema: text('code', 'town', 'people'),
    dpp: [
      step('add_computed_field', {
        fields: [
          { target: 'label', operation: 'format', with: '{town} ({code})' },
          { target: 'one', operation: 'constant', with: 1 },
        ],
      }),
      step('select_fields', { fields: ['label', 'one'] }),
    ],
    columns: [
      'code copied t.code | town copied t.town | people copied t.people | label computed t.town t.code | one computed',
      'label copied t.label | one copied t.one',
    ],
    sources: ['label < towns.csv#town towns.csv#code', 'one <'],
  },
  {
    name: 'a join with another table of the spec, after its own steps',
    file: 'towns.csv',
    schema: text('code', 'town', 'people'),
    others: [{ input: 'areas', output: 'areas', dpp: [step('rename_fields', { fields: { km2: 'area' } })] }],
    dpp: [
      step('join', {
        source: { name: 'areas', key: ['id'] },
        target: { name: 't', key: ['code'] },
        fields: { area: { aggregate: 'max' }, n: { aggregate: 'count' } },
      }),
    ],
    columns: [
      'code copied t.code | town copied t.town | people copied t.people | area aggregated areas.area | n aggregated',
    ],
    sources: [
      'code < towns.csv#code',
      'town < towns.csv#town',
      'people < towns.csv#people',
      'area < areas.csv#km2',
      'n <',
    ],
  },
  {
    name: 'columns that become rows',
    file: 'wide.csv',
    schema: text('k', 'y2019', 'y2020'),
    dpp: [
      step('unpivot', {
        unpivot: [{ name: 'y(.*)', keys: { year: '\\1' } }],
        extraKeyFields: [{ name: 'year', type: 'year' }],
        extraValueField: { name: 'v', type: 'string' },
      }),
    ],
    columns: ['k copied t.k | year computed t.y2019 t.y2020 | v copied t.y2019 t.y2020'],
    sources: ['k < wide.csv#k', 'year < wide.csv#y2019 wide.csv#y2020', 'v < wide.csv#y2019 wide.csv#y2020'],
  },
  {
    name: 'a resource brought in, and the only table left bears another name',
    file: 'towns.csv',
    schema: text('code', 'town', 'people'),
    dpp: [
      step('load', { url: at('extra.csv'), name: 'extra' }),
      step('concatenate', { target: { name: 'all' }, fields: { code: [], who: ['mayor', 'town'] } }),
    ],
    columns: [
      'code copied extra.csv.code | mayor copied extra.csv.mayor',
      'code cast t.code extra.code | who copied t.town extra.mayor',
    ],
    sources: ['code < towns.csv#code extra.csv#code', 'who < towns.csv#town extra.csv#mayor'],
  },
];

test.each(cases)('$name', async ({ name, file, schema, dpp, columns, others = [], sources }) => {
  const made = await flow(
    name.replaceAll(/[^a-z]+/gi, '-'),
    [
      { name: 't', path: file, schema },
      { name: 'areas', path: 'areas.csv' },
    ],
    {
      processing: [{ input: 't', output: 't', dpp }, ...others],
    },
  );
  expect(made.status.error_log).toEqual([]);
  const lineage = await made.ask('lineage?resource=t');
  const steps = lineage.steps as {
    step: string;
    index: number | null;
    columns: Column[];
    run: string;
    version: string;
    rejected: number;
  }[];
  expect(steps.map(({ step, index }) => `${step}#${index}`)).toEqual([
    'cast#null',
    ...dpp.map((one, i) => `${(one as { run: string }).run}#${i}`),
    `validate#${dpp.length}`,
  ]);
  expect(steps.slice(1, -1).map((one) => one.columns.map(shown).join(' | '))).toEqual(columns);
  expect(steps.map(({ run }) => run)).toEqual(steps.map(() => lineage.run));
  const traced = lineage.columns as {
    resource: string;
    field: string;
    sources: { source: string; hash: string; field: string }[];
  }[];
  expect(
    traced.map(({ field, sources: list }) =>
      `${field} < ${list.map((one) => `${one.source.replace(`${base}/`, '')}#${one.field}`).join(' ')}`.trim(),
    ),
  ).toEqual(sources);
  const hashes = new Map(lineage.sources.map((one: { url: string; hash: string }) => [one.url, one.hash]));
  for (const { sources: list } of traced) for (const one of list) expect(one.hash).toBe(hashes.get(one.source));
  const last = traced.at(-1)!;
  expect((await made.ask(`lineage?resource=t&field=${last.field}`)).columns).toEqual([last]);
});

test('rows in, out and rejected; each step begins with the outcome of the one before; the same again has the same names', async () => {
  const dpp = [
    step('set_types', { types: { people: { type: 'integer' } } }),
    step('filter', { in: [{ town: 'Lyon' }] }),
  ];
  const more = { processing: [{ input: 't', output: 't', dpp }], policy: { cast: 'reject_row' } };
  const resources = [{ name: 't', path: 'towns.csv', schema: text('code', 'town', 'people') }];
  const steps = async (name: string) => (await (await flow(name, resources, more)).ask('lineage')).steps;
  const made = await steps('rows');
  expect(
    made.map((one: Record<string, unknown>) => [one.step, one.rows_in, one.rows_out, one.rejected, one.version]),
  ).toEqual([
    ['cast', 3, 3, 0, null],
    ['set_types', 3, 2, 1, '1.0.0'],
    ['filter', 2, 1, 0, '1.0.0'],
    ['validate', 1, 1, 0, '1.1.0'],
  ]);
  expect(made[0].inputs).toEqual([{ source: at('towns.csv'), blob: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) }]);
  expect(made[2].inputs).toEqual([{ step: made[1].output }]);
  expect(made[3].inputs).toEqual([{ step: made[2].output }]);
  const again = await steps('rows-again');
  expect(again.map(({ output }: { output: string }) => output)).toEqual(
    made.map(({ output }: { output: string }) => output),
  );
  files['/towns.csv'] += '4,Rome,9\n';
  const other = await steps('rows-other');
  for (const [i, { output, hash }] of other.entries()) {
    expect(output).not.toBe(made[i].output);
    expect(hash).toBe(made[i].hash);
  }
});

test('what stops a list of steps leaves the record of what was done before', async () => {
  const made = await flow('stopped', [{ name: 't', path: 'areas.csv' }], {
    processing: [
      {
        input: 't',
        output: 't',
        dpp: [step('sort', { 'sort-by': '{id}' }), step('delete_fields', { fields: ['nobody'] })],
      },
    ],
  });
  expect(made.at('t_csv').status).toBe('FAILED');
  expect((await made.ask('lineage')).steps.map((one: { step: string }) => one.step)).toEqual(['cast', 'sort']);
});

test('rows laid onto those of the last success come from both', async () => {
  const resources = [{ name: 't', path: 'areas.csv', schema: text('id', 'km2') }];
  const first = await flow('onto', resources, { load: { mode: 'append' } });
  files['/areas.csv'] = 'id,km2\n3,9\n';
  const second = await flow('onto', resources, { load: { mode: 'append' } });
  const { steps, columns } = await second.ask('lineage?field=km2');
  expect(steps.at(-1)).toMatchObject({ step: 'load', rows_in: 3, rows_out: 3 });
  expect(steps.at(-1).inputs[1]).toMatchObject({ dataset: first.id, resource: 't' });
  expect(columns[0].sources.map((one: { source: string }) => one.source)).toEqual([
    at('areas.csv'),
    `granary://${first.id}#t`,
  ]);
  expect(columns[0].sources[1].hash).toBe(steps.at(-1).inputs[1].blob);
});

test('from bytes, and from a revision, to the revisions that have read them, as far as one may see these', async () => {
  const first = await flow('origin', [{ name: 't', path: 'wide.csv' }]);
  const [product] = await first.resources('t_csv');
  const hash = product!.hash!;
  const second = await flow('reader', [{ name: 'r', path: `blob:${hash}#.csv` }]);
  const hidden = await flow('hidden', [{ name: 'r', path: `blob:${hash}#.csv` }], {
    meta: { ownerid: me.id, dataset: 'hidden', version: 1, findability: 'private' },
  });
  const ids = (answer: { used_by: { id: string }[] }) => answer.used_by.map(({ id }) => id).sort();
  expect(ids(await first.ask('lineage'))).toEqual([hidden.id, second.id]);
  const blob = `/source/lineage?blob=${hash}`;
  expect(ids((await world.anon.get(blob, key)).body)).toEqual([hidden.id, second.id]);
  const stranger = await flowOwner(world);
  expect(ids((await world.anon.get(blob, { 'auth-token': stranger.token })).body)).toEqual([second.id]);
  expect(
    (await world.anon.get(`/source/${first.id}/lineage`)).body.used_by.map(({ id }: { id: string }) => id),
  ).toEqual([second.id]);
  expect((await world.anon.get(blob)).status).toBe(401);
  expect((await world.anon.get('/source/lineage?blob=x', key)).status).toBe(400);
});
