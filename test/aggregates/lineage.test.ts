import { describe, expect, test } from 'vitest';
import { provideDocumentOrigins } from '../../src/aggregates/index.ts';
import { must, someone } from '../locations/places-world.ts';
import { countStatements } from '../support/count-statements.ts';
import { valueWorld } from './value-world.ts';

const { world, admin, ids, may, indicator, formula, enter, document, codeOf } = await valueWorld();
const seen = await indicator('seen', 'int');
const vaccinated = await indicator('vaccinated', 'int');
const missed = await indicator('missed', 'pct');
await formula(missed, { WHOLE_OF_DIFFERENCE: [seen], PART_OF_DIFFERENCE: [vaccinated] });
const absent = await indicator('absent', 'int');
const refused = await indicator('refused', 'int');
const belief = await indicator('belief', 'int');
const total = await indicator('total', 'int');
await formula(total, { PART_TO_BE_SUMMED: [absent, refused] });
await formula(refused, { PART_TO_BE_SUMMED: [belief] });
const visits = await indicator('visits', 'int', { resource_name: 'date' });
const late = await indicator('late', 'int', { resource_name: 'date' });
const share = await indicator('share', 'pct', { resource_name: 'date' });
await formula(share, { NUMERATOR: [late], DENOMINATOR: [visits] });

await enter(seen, { a: 60, b: 90, Q: 80 });
await document([
  { indicator: seen, code: 'c', campaign: may, value: 900, document: 31, at: '2020-01-01T00:00:00Z' },
  { indicator: seen, code: 'c', campaign: may, value: 1200, raw: '1,200', column: 'kids', row: 2 },
  { indicator: seen, code: 'c', campaign: may, value: 1100, raw: '1,100', column: 'kids', row: 1 },
]);
await document([{ indicator: vaccinated, code: 'a', campaign: may, value: 45 }]);
await enter(absent, { a: 2 });
await enter(belief, { a: 3, b: 4 });
await enter(visits, { P: 5, a: 2 }, '2020-03-01');
await enter(visits, { a: 4 }, '2020-06-01');
await enter(late, { a: 1 }, '2020-06-01');

const viewer = await someone(world);
const outsider = await someone(world);
await must(
  admin.post('/api/v1/location_responsibility/', { user_id: viewer.number, top_lvl_location_id: ids.P, right: 'view' }),
  201,
);

const at = (indicator_id: number, code: string, more = '') =>
  `/api/v1/datapoint/lineage?indicator_id=${indicator_id}&location_id=${ids[code]}&campaign_id=${may}${more}`;
const trace = (indicator_id: number, code: string, more = '') => must(admin.get(at(indicator_id, code, more)), 200);
const idOf = async (indicator_id: number, code: string): Promise<number> => (await trace(indicator_id, code)).id;
interface Told {
  cell: { location_id: number };
  role?: string;
  indicator?: string;
  value: number | null;
  kind: string;
}
const told = (inputs: Told[]) =>
  inputs.map((one) =>
    `${one.role ?? ''} ${one.indicator} ${codeOf(one.cell.location_id)} ${one.value} ${one.kind}`.trim(),
  );

test('a value from a document: without the right to its rows, document, row number and hash', async () => {
  const lineage = await must(admin.get(`/api/v1/campaign_datapoint/${await idOf(seen, 'c')}/lineage`), 200);
  expect(lineage).toMatchObject({
    cell: { indicator_id: seen, location_id: ids.c, campaign_id: may },
    indicator: 'seen',
    location: 'place c',
    campaign: 'may',
    value: 1200,
    kind: 'stored',
  });
  expect(lineage.source).toEqual({ document_id: 44, doc_title: null, sha256: null, row: 2 });
  expect(lineage.superseded).toEqual([
    { value: 1100, reason: 'earlier row', source: { document_id: 44, doc_title: null, sha256: null, row: 1 } },
    { value: 900, reason: 'older document', source: { document_id: 31, doc_title: null, sha256: null, row: 2 } },
  ]);
});

test('what only the module of documents knows comes by its seam, for many values at once', async () => {
  const asked: number[] = [];
  provideDocumentOrigins(world.context, {
    originsOf: async (_db, access, values) => {
      asked.push(values.length);
      const origin = {
        doc_title: 'kids.csv',
        sha256: 'ab12',
        line: null,
        uploaded_by: 7,
        uploaded_by_username: 'kay',
        cleaning: ["thousands separator ','"],
        mappings: [{ id: 91, code: 'kids', content_type: 'indicator', mapped_by_id: 7, mapped_by: 'kay' }],
        added: [],
        passed_over: [],
        canReadRows: access.userId === admin.id,
      };
      return new Map(values.filter((one) => one.documentId === 44).map((one) => [one.datapointId, origin]));
    },
  });
  const lineage = await trace(seen, 'c');
  expect(asked).toEqual([3]);
  expect(lineage.source).toMatchObject({
    document_id: 44,
    doc_title: 'kids.csv',
    sha256: 'ab12',
    revision: 44,
    row: 2,
    column: 'kids',
    raw: '1,200',
    cleaning: ["thousands separator ','"],
    mappings: [{ id: 91, code: 'kids', content_type: 'indicator', mapped_by_id: 7 }],
    uploaded_by: 7,
    at: '2020-02-01T00:00:00.000Z',
  });
  const { source } = await must(viewer.get(at(vaccinated, 'a')), 200);
  expect(source).toEqual({ document_id: 44, doc_title: 'kids.csv', sha256: 'ab12', row: 2 });
});

test('an entry: person, time, note, the value before', async () => {
  const id = await idOf(seen, 'a');
  await must(admin.patch(`/api/v1/campaign_datapoint/${id}/`, { value: 61, note: 'by phone' }), 202);
  const { kind, entry, value } = await trace(seen, 'a');
  expect([kind, value, entry]).toEqual([
    'entry',
    61,
    {
      entered_by: admin.number,
      username: expect.any(String),
      at: expect.any(String),
      note: 'by phone',
      value_before: 60,
    },
  ]);
  await must(admin.patch(`/api/v1/campaign_datapoint/${id}/`, { value: 60 }), 202);
});

test('rolled up: operator, version, the nearest stored values, and places without data', async () => {
  const lineage = await trace(seen, 'K');
  expect(lineage).toMatchObject({ kind: 'rolled_up', operator: 'sum', value: 230, definition_version: 1, next: null });
  expect(told(lineage.inputs)).toEqual(['seen Q 80 entry', 'seen a 60 entry', 'seen b 90 entry']);
  expect(lineage.inputs[0].lineage).toBe(`/api/v1/campaign_datapoint/${lineage.inputs[0].id}/lineage`);
  const partial = await trace(vaccinated, 'K');
  expect([told(partial.inputs), partial.without_data, partial.without_data_total]).toEqual([
    ['vaccinated a 45 stored'],
    [
      { location_id: ids.Q, location: 'place Q' },
      { location_id: ids.b, location: 'place b' },
    ],
    2,
  ]);
});

test('a conflict shows both numbers', async () => {
  const lineage = await trace(seen, 'Q');
  expect(lineage).toMatchObject({ kind: 'entry', value: 80, conflict: { stored: 80, computed: 1200 } });
});

test('inputs come in pages', async () => {
  const first = await trace(seen, 'K', '&limit=2');
  expect([told(first.inputs).length, first.inputs_total]).toEqual([2, 3]);
  const second = await trace(seen, 'K', `&limit=2&cursor=${first.next}`);
  expect([told(second.inputs), second.next]).toEqual([['seen b 90 entry'], null]);
  expect((await admin.get(at(seen, 'K', '&cursor=x'))).body.code).toBe('invalid_parameter');
});

test('calculated: the formula as text, inputs by role, in whole with depth', async () => {
  const lineage = await trace(missed, 'P', '&depth=2');
  expect(lineage).toMatchObject({ kind: 'calculated', formula: '(seen − vaccinated) ÷ seen', definition_version: 3 });
  expect(lineage.value).toBeCloseTo((150 - 45) / 150);
  expect(told(lineage.inputs)).toEqual([
    'WHOLE_OF_DIFFERENCE seen P 150 rolled_up',
    'PART_OF_DIFFERENCE vaccinated P 45 rolled_up',
  ]);
  expect(told(lineage.inputs[0].inputs)).toEqual(['seen a 60 entry', 'seen b 90 entry']);
  expect(lineage.inputs[0].inputs[0].entry.entered_by).toBe(admin.number);
  expect(lineage.inputs[1].inputs[0].source.document_id).toBe(44);
});

test('a hundred inputs take as many statements as two', async () => {
  const { location_type_id } = await must(admin.get(`/api/v1/location/${ids.a}/`), 200);
  const below = Array.from({ length: 100 }, (_, n) => ({ name: `s${n}`, location_code: `s${n}`, location_type_id }));
  await must(
    admin.post('/api/v1/location/', { objects: below.map((one) => ({ ...one, parent_location_id: ids.d })) }),
    201,
  );
  await world.runJobs();
  const { objects } = await must(admin.get(`/api/v1/location/?parent_location_id=${ids.d}`), 200);
  const cells = objects.map(({ id }: { id: number }) => ({
    indicator_id: absent,
    location_id: id,
    campaign_id: may,
    value: 1,
  }));
  await must(admin.put('/api/v1/campaign_datapoint/', { objects: cells }), 200);
  const statements = (limit: number) =>
    countStatements(world.context, async () => {
      const { inputs } = await trace(total, 'd', `&depth=2&limit=${limit}`);
      expect(inputs).toHaveLength(limit);
      expect(inputs.at(-1).inputs[0]).toMatchObject({ indicator: 'absent', value: 1, kind: 'entry' });
    });
  await statements(2);
  expect(await statements(100)).toBe(await statements(2));
  await must(
    admin.patch('/api/v1/campaign_datapoint/', { objects: cells.map((one: object) => ({ ...one, value: null })) }),
    202,
  );
});

test('a sum names the parts that count and those that are missing; above them it is the sum of the places below', async () => {
  const own = await trace(total, 'a');
  expect([own.formula, told(own.inputs)]).toEqual([
    'absent + belief',
    ['PART_TO_BE_SUMMED absent a 2 entry', 'PART_TO_BE_SUMMED belief a 3 entry'],
  ]);
  const lacking = await trace(total, 'b');
  expect([lacking.formula, lacking.flags, told(lacking.inputs)]).toEqual([
    'absent + belief',
    ['is_calculated', 'missing_part'],
    ['PART_TO_BE_SUMMED absent b null none', 'PART_TO_BE_SUMMED belief b 4 entry'],
  ]);
  const above = await trace(total, 'P');
  expect(above).toMatchObject({ kind: 'rolled_up', operator: 'sum', value: 9 });
  expect(told(above.inputs)).toEqual(['total a 5 calculated', 'total b 4 calculated']);
});

test('a cell without a value says so', async () => {
  const lineage = await trace(seen, 'd');
  expect(lineage).toMatchObject({ value: null, kind: 'none', id: null });
});

test('groups of days: the days of a group, or the groups of components', async () => {
  const year = await must(
    admin.get(`/api/v1/datapoint/lineage?indicator_id=${visits}&location_id=${ids.P}&time_grouping=2020`),
    200,
  );
  expect(year).toMatchObject({ kind: 'grouped', operator: 'sum', value: 9, inputs_total: 2 });
  expect(
    year.inputs.map((one: { cell: { data_date: string }; value: number }) => [one.cell.data_date, one.value]),
  ).toEqual([
    ['2020-03-01', 5],
    ['2020-06-01', 4],
  ]);
  const cut = await must(admin.get(`${year.lineage}&start_date=2020-04-01`), 200);
  expect(cut.value).toBe(4);
  const ratio = await must(
    admin.get(`/api/v1/datapoint/lineage?indicator_id=${share}&location_id=${ids.a}&time_grouping=2020`),
    200,
  );
  expect(ratio).toMatchObject({ kind: 'calculated', formula: 'late ÷ visits', value: 1 / 6 });
  expect(ratio.inputs.map((one: { value: number }) => one.value)).toEqual([1, 6]);
  const day = await must(admin.get(year.inputs[0].lineage), 200);
  expect(day).toMatchObject({ kind: 'entry', cell: { data_date: '2020-03-01' }, conflict: { stored: 5, computed: 2 } });
});

test('as PROV-JSON: entities, activities, agents, and what was derived from what', async () => {
  const prov = await trace(missed, 'P', '&depth=3&format=prov');
  expect(prov.prefix).toMatchObject({ granary: `${world.url}/api/v1/` });
  const id = `granary:campaign_datapoint/${await idOf(missed, 'P')}/lineage`;
  expect(prov.entity[id]).toMatchObject({
    'prov:value': { $: '0.7', type: 'xsd:decimal' },
    'granary:kind': 'calculated',
  });
  expect(prov.activity[`${id}#calculated`]).toMatchObject({ 'granary:formula': '(seen − vaccinated) ÷ seen' });
  expect(prov.agent[`granary:user/${admin.number}`]).toBeDefined();
  const derived = Object.values(prov.wasDerivedFrom) as { 'prov:generatedEntity': string; 'prov:usedEntity': string }[];
  const reached = new Set([id]);
  for (let grew = true; grew; ) {
    const before = reached.size;
    for (const one of derived) if (reached.has(one['prov:generatedEntity'])) reached.add(one['prov:usedEntity']);
    grew = reached.size > before;
  }
  expect([...reached]).toContain('granary:file/ab12');
  for (const kind of ['used', 'wasGeneratedBy']) {
    for (const one of Object.values(prov[kind]) as Record<string, string>[]) {
      expect(prov.entity[one['prov:entity']!]).toBeDefined();
      expect(prov.activity[one['prov:activity']!]).toBeDefined();
    }
  }
});

describe('scopes', () => {
  test('a place outside the scope is not there, also by its cell', async () => {
    const [inside, outside] = [await idOf(seen, 'P'), await idOf(seen, 'K')];
    const url = (id: number) => `/api/v1/campaign_datapoint/${id}/lineage`;
    expect((await viewer.get(url(inside))).status).toBe(200);
    const refused = await viewer.get(url(outside));
    expect([refused.status, refused.body.error]).toEqual([
      404,
      `No campaign_datapoint object found for id : ${outside}`,
    ]);
    expect((await viewer.get(at(seen, 'K'))).body.error).toBe(`No location object found for id : ${ids.K}`);
    expect((await outsider.get(url(inside))).status).toBe(404);
    expect((await world.anon.get(url(inside))).status).toBe(401);
  });

  test.each([
    ['no indicator', `/api/v1/datapoint/lineage?location_id=1`, 400, 'Missing required parameter indicator_id'],
    [
      'an unknown one',
      `/api/v1/datapoint/lineage?location_id=${ids.a}&indicator_id=999`,
      404,
      'No indicator object found for id : 999',
    ],
    [
      'no period',
      `/api/v1/datapoint/lineage?location_id=${ids.a}&indicator_id=${seen}`,
      400,
      'Missing required parameter campaign_id',
    ],
    [
      'an unknown campaign',
      `/api/v1/datapoint/lineage?location_id=${ids.a}&indicator_id=${seen}&campaign_id=99`,
      404,
      'No campaign object found for id : 99',
    ],
    [
      'a group nobody makes',
      `/api/v1/datapoint/lineage?location_id=${ids.a}&indicator_id=${visits}&time_grouping=2020X`,
      400,
      "invalid time_grouping: '2020X'",
    ],
    ['an unknown value', '/api/v1/date_datapoint/99999/lineage', 404, 'No date_datapoint object found for id : 99999'],
  ])('%s is refused', async (_name, url, status, error) => {
    const answer = await admin.get(url);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
  });
});
