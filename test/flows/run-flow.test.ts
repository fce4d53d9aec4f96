import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startWorld } from '../support/world.ts';
import { flowOwner, upload } from './flow-world.ts';

const files: Record<string, string> = {
  '/data/cities.csv': 'day,city,people\n2020-01-01,Lyon,500\n2020-01-02,Nice,300\n2020-01-03,"Saint-Étienne",1\n',
  '/data/rivers.csv': 'river,km\nRhône,812\nLoire,1006\n',
  '/data/dirty.csv': 'day,city,people\nsoon,Lyon,500\n2020-01-02,Nice,300\n',
};
let asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url!);
  const text = files[request.url!];
  response.writeHead(text === undefined ? 404 : 200).end(text ?? '<h1>404</h1>');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const base = `http://127.0.0.1:${port}`;
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
});

const world = await startWorld({ FETCH_ALLOW: `127.0.0.1:${port}` });
const me = await flowOwner(world);
const key = { 'auth-token': me.token };
const cityFields = [
  { name: 'day', type: 'date' },
  { name: 'city', type: 'string' },
  { name: 'people', type: 'integer' },
];

interface Stats {
  hash: string;
  count_of_rows: number | null;
  '.dpp': { 'out-datapackage-url': string };
}
interface Given {
  resources: Record<string, unknown>[];
  more?: Record<string, unknown>;
  readme?: string;
}

/** Uploads a spec, does the work, gives the status. */
async function flow(dataset: string, { resources, more = {}, readme }: Given) {
  const spec = {
    meta: { owner: 'Me', ownerid: me.id, dataset, version: 1, findability: 'published' },
    inputs: [
      {
        kind: 'datapackage',
        url: `${base}/datapackage.json`,
        parameters: { descriptor: { name: dataset, title: 'A title', ...(readme ? { readme } : {}), resources } },
      },
    ],
    ...more,
  };
  const sent = await upload(world, me, spec);
  expect(sent.body.errors).toEqual([]);
  await world.runJobs();
  const status = await world.anon.get(`/source/${sent.body.flow_id}`, key);
  const pipelines = status.body.pipelines as Record<
    string,
    { status: string; error_log: string[]; stats: Stats; title: string }
  >;
  const at = (name: string) => pipelines[name === '' ? sent.body.flow_id : `${sent.body.flow_id}/${name}`]!;
  return { status: status.body, id: sent.body.flow_id as string, pipelines, at };
}

/** A path of ours, from an address of the package. */
const local = (url: string) => new URL(url).pathname;
async function packageOf(at: { stats: Stats }) {
  const answer = await world.anon.get(local(at.stats['.dpp']['out-datapackage-url']));
  expect(answer.status).toBe(200);
  return answer.body;
}

test('two tables become a published package that can be read back', async () => {
  const { status, pipelines, at } = await flow('good', {
    readme: '# Read me',
    resources: [
      { name: 'cities', path: 'data/cities.csv', schema: { fields: cityFields } },
      { name: 'rivers', path: 'data/rivers.csv' },
    ],
    more: { outputs: [{ kind: 'parquet' }, { kind: 'sqlite', parameters: { 'out-file': 'all.sqlite' } }] },
  });
  expect([status.state, status.error_log]).toEqual(['SUCCEEDED', []]);
  expect(Object.values(pipelines).map(({ status: one }) => one)).toEqual(Array(14).fill('SUCCEEDED'));
  // Each source once, however many products.
  expect(asked.sort()).toEqual(['/data/cities.csv', '/data/rivers.csv']);
  const whole = await packageOf(at(''));
  expect(whole).toMatchObject({ id: `${me.id}/good`, title: 'A title', datahub: { stats: { rowcount: 5 } } });
  const names = whole.resources.map(({ name }: { name: string }) => name);
  expect(names).toEqual([
    'validation_report',
    'cities_csv',
    'rivers_csv',
    'cities_json',
    'rivers_json',
    'good_zip',
    'cities',
    'rivers',
    'cities_parquet',
    'rivers_parquet',
    'all_sqlite',
  ]);
  expect(whole.datahub.stats.bytes).toBe(
    whole.resources.reduce((sum: number, one: { bytes: number }) => sum + one.bytes, 0) +
      Buffer.byteLength(JSON.stringify(whole)),
  );
  expect(whole.views.map(({ name }: { name: string }) => name)).toEqual([
    'datahub-preview-cities_csv_preview',
    'datahub-preview-rivers_csv_preview',
  ]);
  const resource = (name: string) => whole.resources.find((one: { name: string }) => one.name === name);
  const csv = await world.anon.get(local(resource('cities_csv').path));
  expect(csv.text).toBe(
    'day,city,people\r\n2020-01-01,Lyon,500\r\n2020-01-02,Nice,300\r\n2020-01-03,Saint-Étienne,1\r\n',
  );
  expect(csv.headers.get('content-disposition')).toContain('attachment');
  expect(resource('cities_csv')).toMatchObject({
    rowcount: 3,
    format: 'csv',
    encoding: 'utf-8',
    schema: { fields: [{ name: 'day', type: 'date', format: '%Y-%m-%d' }, { name: 'city' }, { name: 'people' }] },
    datahub: { type: 'derived/csv', derivedFrom: ['cities'] },
  });
  expect(resource('rivers_csv').schema.fields).toMatchObject([{ type: 'string' }, { type: 'integer' }]);
  const json = await world.anon.get(local(resource('rivers_json').path));
  expect(json.text).toBe('[{"km": 812, "river": "Rh\\u00f4ne"},{"km": 1006, "river": "Loire"}]');
  const copy = await world.anon.get(local(resource('cities').path));
  expect(copy.text).toBe(files['/data/cities.csv']);
  expect((await packageOf(at('cities_csv'))).resources).toEqual([resource('cities_csv')]);
  expect(at('validation_report').stats).toMatchObject({ dataset_name: 'good-report', count_of_rows: null });
});

test('equal inputs give an equal ZIP', async () => {
  const given = { resources: [{ name: 'rivers', path: 'data/rivers.csv' }], readme: '# Rivers' };
  const hashes = [];
  for (const _ of [1, 2]) {
    hashes.push((await flow('zipped', given)).at('zipped_zip').stats.hash);
    // Or the second one would be the first one's file.
    await world.context.db.pool.query('update flow_revision set fingerprint = null');
  }
  expect(hashes[0]).toMatch(/^sha256:/);
  expect(hashes[0]).toBe(hashes[1]);
});

test('an unreachable source: an invalid report that succeeded, and the pipelines that need it failed', async () => {
  const { status, at, id } = await flow('missing', { resources: [{ name: 'gone', path: 'data/gone.csv' }] });
  expect(status.state).toBe('FAILED');
  expect(at('validation_report').status).toBe('SUCCEEDED');
  for (const name of ['gone_csv', 'gone_json', 'gone'])
    expect(at(name)).toMatchObject({ status: 'FAILED', error_log: ['init', `${base}/data/gone.csv answered 404.`] });
  expect(at('missing_zip').error_log).toEqual([
    `Dependency unsuccessful. Cannot run until dependency "${id}/gone_csv" is successfullyexecuted`,
  ]);
  const report = await packageOf(at('validation_report'));
  const [entry] = (await world.anon.get(local(report.resources[0].path))).body;
  expect(entry).toMatchObject({ valid: false, 'error-count': 1, tables: [{ errors: [{ code: 'http-error' }] }] });
  expect(asked).toEqual(['/data/gone.csv']);
});

test('a bad cell fails CSV and JSON with its message; the policy may leave its row out', async () => {
  const resources = [{ name: 'dirty', path: 'data/dirty.csv', schema: { fields: cityFields } }];
  const message = 'The value "soon" in row 2 and column 1 is not type "date" and format "default"';
  const failed = await flow('dirty', { resources });
  expect(failed.at('dirty_csv')).toMatchObject({ status: 'FAILED', error_log: ['cast', message] });
  expect(failed.at('dirty')).toMatchObject({ status: 'SUCCEEDED' });
  expect(failed.at('validation_report').status).toBe('SUCCEEDED');
  const lenient = await flow('lenient', { resources, more: { policy: { cast: 'reject_row' } } });
  expect(lenient.status.state).toBe('SUCCEEDED');
  expect(lenient.at('dirty_csv').stats).toMatchObject({ count_of_rows: 1, rejected_rows: 1 });
  const whole = await packageOf(lenient.at(''));
  const rejects = whole.resources.find(({ name }: { name: string }) => name === 'dirty_rejects');
  expect((await world.anon.get(local(rejects.path))).text).toContain('"[""soon"",""Lyon"",""500""]"');
  const issues = await world.anon.get(`/source/${lenient.id}/issues`, key);
  expect(issues.text).toContain(message.replaceAll('"', '\\"'));
});

test('steps are done before the products are made, and a failing one is named', async () => {
  const resources = [{ name: 'cities', path: 'data/cities.csv', schema: { fields: cityFields } }];
  const step = (run: string, parameters: object) => ({ run, parameters });
  const sorted = await flow('sorted', {
    resources,
    more: {
      processing: [
        {
          input: 'cities',
          output: 'cities',
          dpp: [step('sort', { 'sort-by': '{city}' }), step('delete_fields', { fields: ['day'] })],
        },
      ],
    },
  });
  expect(sorted.status.state).toBe('SUCCEEDED');
  const { resources: made } = await packageOf(sorted.at('cities_csv'));
  expect((await world.anon.get(local(made[0].path))).text).toBe(
    'city,people\r\nLyon,500\r\nNice,300\r\nSaint-Étienne,1\r\n',
  );
  const wrong = await flow('wrong', {
    resources: [{ name: 'rivers', path: 'data/rivers.csv' }],
    more: {
      processing: [
        { input: 'rivers', output: 'rivers', dpp: [step('set_types', { types: { river: { type: 'integer' } } })] },
      ],
    },
  });
  expect(wrong.at('rivers_csv').status).toBe('FAILED');
  expect(wrong.at('rivers_csv').error_log[0]).toBe('set_types');
  expect(wrong.at('rivers').status).toBe('SUCCEEDED');
});

test('more than 2000 rows have a preview; rows before the header are passed over', async () => {
  files['/data/long.csv'] = `A title\nn\n${Array.from({ length: 2001 }, (_, i) => i + 1).join('\n')}\n`;
  const { at, status } = await flow('long', {
    resources: [{ name: 'long', path: 'data/long.csv' }],
    more: { processing: [{ input: 'long', output: 'long', tabulator: { skip_rows: [1] } }] },
  });
  expect(status.error_log).toEqual([]);
  expect(at('long_csv').stats.count_of_rows).toBe(2001);
  const whole = await packageOf(at(''));
  const preview = whole.resources.find(({ name }: { name: string }) => name === 'long_csv_preview');
  expect((await world.anon.get(local(preview.path))).body).toHaveLength(2000);
});
