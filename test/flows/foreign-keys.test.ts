import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { startWorld } from '../support/world.ts';
import { flowOwner, upload } from './flow-world.ts';

const files: Record<string, string> = {
  '/towns.csv': 'name,zip,twin\nLyon,69.0,Nice\nNice,6,Lyon\nMetz,57,Rome\n',
  '/people.csv': 'who,town,zip\nAnn,Lyon,69\nBob,Rome,69\nCid,Nice,6.00\nDee,,\nEve,Lyon,6\n',
};
const server = createServer((request, response) => {
  const text = files[request.url!];
  response.writeHead(text === undefined ? 404 : 200).end(text);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
afterAll(() => server.close());
const world = await startWorld({ FETCH_ALLOW: `127.0.0.1:${port}` });
const me = await flowOwner(world);
const key = { 'auth-token': me.token };

async function flow(dataset: string, foreignKeys: unknown[], policy: object = {}) {
  const fields = (...names: string[]) => names.map((name) => ({ name, type: name === 'zip' ? 'number' : 'string' }));
  const sent = await upload(world, me, {
    meta: { ownerid: me.id, dataset, version: 1 },
    inputs: [
      {
        kind: 'datapackage',
        url: `http://127.0.0.1:${port}/datapackage.json`,
        parameters: {
          descriptor: {
            name: dataset,
            resources: [
              { name: 'people', path: 'people.csv', schema: { fields: fields('who', 'town', 'zip'), foreignKeys } },
              {
                name: 'towns',
                path: 'towns.csv',
                schema: {
                  fields: fields('name', 'zip', 'twin'),
                  foreignKeys: [
                    { fields: 'twin', reference: { resource: '', fields: 'name' } },
                    { fields: ['name'], reference: { resource: 'people', fields: ['town'] } },
                  ],
                },
              },
              { name: 'gone', path: 'gone.csv', schema: { fields: fields('a') } },
            ],
          },
        },
      },
    ],
    policy,
  });
  expect(sent.body.errors).toEqual([]);
  await world.runJobs();
  const { body } = await world.anon.get(`/source/${sent.body.flow_id}`, key);
  const at = (name: string) => body.pipelines[`${sent.body.flow_id}/${name}`];
  const { pathname } = new URL(at('validation_report').stats['.dpp']['out-datapackage-url'], world.url);
  const file = (await world.anon.get(pathname)).body.resources[0].path;
  const report = (await world.anon.get(new URL(file, world.url).pathname)).body;
  const errors = (name: string) =>
    report
      .find((one: { resource: string }) => one.resource === name)
      .tables[0].errors.map((one: { code: string; message: string }) => `${one.code}: ${one.message}`);
  return { at, errors, logs: body.logs as string[], id: sent.body.flow_id as string };
}

const town = { fields: 'town', reference: { resource: 'towns', fields: 'name' } };
const both = { fields: ['town', 'zip'], reference: { resource: 'towns', fields: ['name', 'zip'] } };
const rome =
  'foreign-key: The value "Rome" in row 3 and column 2 does not conform to the foreign key constraint of "towns.name"';

test('rows that others of the package, or the table itself, should have are looked for; tables may refer to each other', async () => {
  const { at, errors, id } = await flow('keys', [town, both]);
  expect(errors('people')).toEqual([
    rome,
    'foreign-key: The value "Rome, 69" in row 3 and column 2 does not conform to the foreign key constraint of "towns.name, zip"',
    'foreign-key: The value "Lyon, 6" in row 6 and column 2 does not conform to the foreign key constraint of "towns.name, zip"',
  ]);
  expect(errors('towns')).toEqual([
    'foreign-key: The value "Metz" in row 4 and column 1 does not conform to the foreign key constraint of "people.town"',
    'foreign-key: The value "Rome" in row 4 and column 3 does not conform to the foreign key constraint of "towns.name"',
  ]);
  // Reported, which stops nothing.
  expect(at('people_csv')).toMatchObject({ status: 'SUCCEEDED', stats: { count_of_rows: 5 } });
  const issues = await world.anon.get(`/source/${id}/issues?resource=people&code=foreign-key`, key);
  expect(issues.body).toMatchObject({
    matching: 3,
    issues: [{ row_number: 3, disposition: 'reported', value: 'Rome' }, {}, {}],
  });
});

test('the policy for unique values may fail, or leave orphans out', async () => {
  const failed = await flow('fails', [town], { unique: 'fail' });
  expect(failed.at('people_csv')).toMatchObject({
    status: 'FAILED',
    error_log: ['cast', rome.replace('foreign-key: ', '')],
  });
  const rejected = await flow('rejects', [town], { unique: 'reject_row' });
  expect(rejected.at('people_csv')).toMatchObject({
    status: 'SUCCEEDED',
    stats: { count_of_rows: 4, rejected_rows: 1 },
  });
});

test('a key to what is not there is a fault of the schema; one to what cannot be read is not checked, and said', async () => {
  const { at, errors, logs } = await flow('nowhere', [
    { fields: 'town', reference: { resource: 'cities', fields: 'name' } },
    { fields: 'town', reference: { resource: 'towns', fields: 'title' } },
    { fields: 'town', reference: { resource: 'gone', fields: 'a' } },
  ]);
  expect(errors('people')).toEqual([
    'schema-error: Table Schema error: the foreign key of "town" refers to "cities.name", which is not there',
    'schema-error: Table Schema error: the foreign key of "town" refers to "towns.title", which is not there',
  ]);
  expect(logs.filter((line) => line.includes('not checked'))).toHaveLength(1);
  expect(at('people_csv').status).toBe('SUCCEEDED');
});
