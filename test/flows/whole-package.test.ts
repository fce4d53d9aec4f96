import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { dispatchSchedules } from '../../src/flows/index.ts';
import { startWorld } from '../support/world.ts';
import { flowOwner, upload } from './flow-world.ts';
import { type ReadPackage, readPackage } from './package-reader.ts';

const towns = ['Lyon', 'Nice', 'Saint-Étienne', "L'Haÿ", 'Aix, en "Provence"', 'Zürich 😀'];
const readings = [
  'Measured in the field',
  'taken;town;litres;ok;at;note',
  ...Array.from({ length: 2500 }, (_, i) => {
    const day = `${String((i % 28) + 1).padStart(2, '0')}.${String((i % 12) + 1).padStart(2, '0')}.2024`;
    const town = `"${towns[i % towns.length]!.replaceAll('"', '""')}"`;
    const litres = i % 7 === 0 ? 'n/a' : `${i % 5 === 0 ? '1.' : ''}${(100 + (i % 899)).toString()},${i % 10}0`;
    return [
      day,
      town,
      litres,
      i % 2 ? 'yes' : 'no',
      `2024-01-01T00:${i % 60}0:00+02:00`.replace(/:(\d)0:/, ':0$1:').replace(/:\d\d\d:/, ':59:'),
      i % 3 ? '' : `"two\nlines ${i}"`,
    ].join(';');
  }),
].join('\n');
const people = 'ville;habitants\nLyon;522969\nNice;342669\nSaint-Étienne;174082\n';

const files: Record<string, Buffer> = {
  '/open/data/readings.csv': Buffer.from(readings),
  '/elsewhere/people.csv': Buffer.from(people, 'latin1'),
};
const server = createServer((request, response) => {
  const body = files[request.url!];
  response.writeHead(body === undefined ? 404 : 200).end(body ?? 'not here');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const base = `http://127.0.0.1:${port}`;
afterAll(() => server.close());

const world = await startWorld({ FETCH_ALLOW: `127.0.0.1:${port}`, GRANARY_BASE_URL: 'https://data.example.org' });
const me = await flowOwner(world);
const key = { 'auth-token': me.token };

const step = (run: string, parameters: object) => ({ run, parameters });
const spec = {
  meta: { owner: 'Ann', ownerid: me.id, dataset: 'wells', version: 1, findability: 'published' },
  inputs: [
    {
      kind: 'datapackage',
      url: `${base}/open/datapackage.json`,
      parameters: {
        descriptor: {
          name: 'wells',
          title: 'Wells and people',
          licenses: [{ name: 'CC-BY-4.0' }],
          readme: '# Wells\n\nÀ lire.',
          views: [{ name: 'litres', specType: 'simple', resources: ['readings'] }],
          resources: [
            {
              name: 'readings',
              path: 'data/readings.csv',
              title: 'Readings',
              schema: {
                missingValues: ['', 'n/a'],
                fields: [
                  { name: 'taken', type: 'date', format: '%d.%m.%Y' },
                  { name: 'town', type: 'string', constraints: { required: true } },
                  { name: 'litres', type: 'number', decimalChar: ',', groupChar: '.' },
                  { name: 'ok', type: 'boolean', trueValues: ['yes'], falseValues: ['no'] },
                  { name: 'at', type: 'datetime' },
                  { name: 'note', type: 'string' },
                ],
              },
            },
            {
              name: 'people',
              path: 'data/people.csv',
              encoding: 'latin1',
              schema: {
                fields: [
                  { name: 'ville', type: 'string' },
                  { name: 'habitants', type: 'integer' },
                ],
                primaryKey: ['ville'],
              },
            },
          ],
        },
        'resource-mapping': { 'data/people.csv': `${base}/elsewhere/people.csv` },
      },
    },
  ],
  processing: [
    { input: 'readings', output: 'readings', tabulator: { skip_rows: [1], delimiter: ';' } },
    {
      input: 'readings',
      output: 'by-town',
      tabulator: { skip_rows: [1], delimiter: ';' },
      dpp: [
        step('filter', { out: [{ litres: null }] }),
        step('join', {
          source: { name: 'by-town', key: ['town'], delete: true },
          target: { name: 'sums', key: null },
          fields: { town: {}, litres: { aggregate: 'sum' }, n: { aggregate: 'count' } },
        }),
      ],
    },
    {
      input: 'people',
      output: 'people',
      tabulator: { delimiter: ';' },
      dpp: [step('sort', { 'sort-by': '{ville}', reverse: true })],
    },
  ],
  outputs: [
    { kind: 'zip', parameters: { 'out-file': 'wells.zip' } },
    { kind: 'parquet' },
    { kind: 'sqlite', parameters: { 'out-file': 'wells.sqlite' } },
  ],
  schedule: 'every 1d',
};

/** By addresses alone, and no more rights than a passer-by. */
async function get(address: string): Promise<Uint8Array> {
  const answer = await world.anon.get(/^https?:/.test(address) ? new URL(address).pathname : address);
  expect([address, answer.status]).toEqual([address, 200]);
  return answer.bytes;
}

async function statusOf(flow: string) {
  const { body } = await world.anon.get(`/source/${flow}`, key);
  expect(body).toMatchObject({ state: 'SUCCEEDED', error_log: [] });
  return body;
}
const named = (read: ReadPackage, name: string) => {
  const found = read.resources.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${read.resources.map((one) => one.name)}`);
  return found;
};
const hashes = (read: ReadPackage) => Object.fromEntries(read.resources.map((one) => [one.name, one.descriptor.hash]));

test('from a spec to a package that a stranger can read, twice', async () => {
  const sent = await upload(world, me, spec);
  expect(sent.body).toMatchObject({ success: true, flow_id: `${me.id}/wells/1` });
  await world.runJobs();
  await statusOf(`${me.id}/wells/1`);

  const read = await readPackage(`/package/${me.id}/wells/1/datapackage.json`, get);
  expect(read.problems).toEqual([]);
  expect(read.descriptor).toMatchObject({ name: 'wells', title: 'Wells and people', id: `${me.id}/wells` });
  expect(read.resources.map(({ name, rows }) => [name, rows?.length])).toEqual([
    ['validation_report', 3],
    ['readings_csv', 2500],
    ['by-town_csv', 6],
    ['people_csv', 3],
    ['readings_json', 2500],
    ['by-town_json', 6],
    ['people_json', 3],
    ['wells_zip', undefined],
    ['readings_csv_preview', 2000],
    ['readings', undefined],
    ['by-town', undefined],
    ['people', undefined],
    ['readings_parquet', 2500],
    ['by-town_parquet', 6],
    ['people_parquet', 3],
    ['wells_sqlite', 4],
  ]);
  expect(read.descriptor).toMatchObject({ datahub: { stats: { rowcount: 2509 }, findability: 'unlisted' } });
  expect(named(read, 'people_csv').rows).toEqual([
    { ville: 'Saint-Étienne', habitants: '174082' },
    { ville: 'Nice', habitants: '342669' },
    { ville: 'Lyon', habitants: '522969' },
  ]);
  expect(named(read, 'people_json').rows![0]).toEqual({ ville: 'Saint-Étienne', habitants: 174082 });
  expect(named(read, 'readings_csv').rows![5]).toEqual({
    taken: '2024-06-06',
    town: 'Zürich 😀',
    litres: '1105.50',
    ok: 'True',
    at: '2023-12-31 22:05:00',
    note: null,
  });
  expect(named(read, 'readings_parquet').rows![3]).toMatchObject({ litres: '103.30', note: 'two\nlines 3' });
  expect(named(read, 'wells_sqlite').rows).toEqual([
    { table: '_meta', rows: 1 },
    { table: 'by-town', rows: 6 },
    { table: 'people', rows: 3 },
    { table: 'readings', rows: 2500 },
  ]);
  // Tables of all formats say the same.
  for (const table of ['readings', 'by-town', 'people']) {
    const words = (rows: ReadPackage['resources'][0]['rows']) =>
      rows!.map((row) =>
        Object.entries(row)
          .sort()
          .map(([name, cell]) => [name, cell === null ? '' : plain(cell)]),
      );
    const csv = words(named(read, `${table}_csv`).rows);
    expect(words(named(read, `${table}_json`).rows)).toEqual(csv);
    expect(words(named(read, `${table}_parquet`).rows)).toEqual(csv);
  }
  const zipped = named(read, 'wells_zip').inside!;
  expect(zipped.descriptor).not.toHaveProperty('readme');
  expect(zipped.resources.map(({ descriptor }) => descriptor.path)).toEqual([
    'archive/readings.csv',
    'archive/people.csv',
    'data/validation_report.json',
    'data/readings_csv.csv',
    'data/by-town_csv.csv',
    'data/people_csv.csv',
    'data/readings_json.json',
    'data/by-town_json.json',
    'data/people_json.json',
    'README.md',
  ]);
  for (const name of ['readings_csv', 'people_json', 'validation_report'])
    expect(hashes(zipped)[name]).toBe(hashes(read)[name]);

  // Every product's own package as well.
  const { pipelines } = await statusOf(`${me.id}/wells/1`);
  for (const [id, one] of Object.entries(pipelines as Record<string, { stats: { '.dpp': Record<string, string> } }>)) {
    if (id.endsWith('by-town_csv_preview') || id.endsWith('people_csv_preview')) continue;
    expect((await readPackage(one.stats['.dpp']['out-datapackage-url']!, get)).problems).toEqual([]);
  }

  // A day later the schedule makes the second one: equal sources, equal products.
  const { now } = world.context;
  const tomorrow = new Date(now().getTime() + 86_500_000);
  world.context.now = () => tomorrow;
  try {
    await dispatchSchedules(world.context);
    await world.runJobs();
  } finally {
    world.context.now = now;
  }
  await statusOf(`${me.id}/wells/2`);
  const newest = await world.anon.get(`/d/${me.id}/wells/datapackage.json`);
  expect(new URL(newest.headers.get('location')!).pathname).toBe(`/package/${me.id}/wells/2/datapackage.json`);
  const again = await readPackage(newest.headers.get('location')!, get);
  expect(again.problems).toEqual([]);
  expect(hashes(again)).toEqual(hashes(read));
  expect(again.descriptor).toMatchObject({ datahub: { findability: 'published', stats: { rowcount: 2509 } } });
});

/** One form for what formats write differently: `True` and `true`, `1.50` and `1.5`, `T` and blank. */
function plain(cell: unknown): string {
  const words = String(cell).replace(/^(True|False)$/, (word) => word.toLowerCase());
  return /^-?\d+(\.\d+)?$/.test(words) ? String(Number(words)) : words;
}
