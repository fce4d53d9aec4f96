import { beforeAll, describe, expect, test } from 'vitest';
import { type Person, projectOf, somebody } from '../support/people.ts';
import { sendFile, whileWorking } from '../support/upload.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let admin: Person;
let owner: Person;
let project: string;
let dataset: string;
let upload: string;

beforeAll(async () => {
  world = await startWorld();
  admin = await somebody(world, { role: 'SUPERADMIN' });
  owner = await somebody(world);
  project = await projectOf(world, owner);
  const sent = await sendFile(world, owner, project, 'odd.csv', 'id,area\n1,2\n2,x\n', { key: 'id' });
  [dataset, upload] = [sent.body.dataset.id, sent.body.id];
});

describe('an address nobody can mean', () => {
  const odd = [
    '%ff',
    '%00',
    '%',
    '0',
    '-1',
    '1.5',
    '99999999999999999999',
    '%F0%9F%98%80',
    `${'a'.repeat(900)}`,
    '..%2f',
  ];

  test('is refused by every route that takes an id, never a fault', async () => {
    const routes = world.app.knownRoutes.filter(({ url }) => url.includes('/:'));
    expect(routes.length).toBeGreaterThan(100);
    const faults: string[] = [];
    for (const { method, url } of routes) {
      for (const id of odd) {
        const path = url.replace(/:\w+/g, id);
        const answer = await admin.send(method, path, ['GET', 'HEAD'].includes(method) ? undefined : {});
        if (answer.status >= 500) faults.push(`${method} ${url} ${id}: ${answer.status}`);
      }
    }
    expect(faults).toEqual([]);
  });

  test('is a problem with a request id when it is not percent-encoding', async () => {
    const { status, headers, body } = await owner.get('/api/v1/dataset/%ff');
    expect([status, body.code]).toEqual([400, 'malformed_url']);
    expect(headers.get('x-request-id')).toBe(body.request_id);
  });
});

describe('text that no database can hold', () => {
  const nul = 'a\u0000b';

  test.each([
    ['PATCH', () => `/api/v1/dataset/${dataset}`, { title: nul }],
    ['PATCH', () => `/api/v1/dataset/${dataset}`, { metadata: { note: nul } }],
    ['PATCH', () => `/api/v1/dataset/${dataset}`, { metadata: { note: '\ud800' } }],
    ['POST', () => `/api/v1/project/${project}/members`, { user: nul, role: 'viewer' }],
    ['POST', () => '/api/v1/token', { name: nul }],
    ['DELETE', () => `/api/v1/project/${project}/members/a%00b`, undefined],
  ])('%s is refused %#', async (method, path, body) => {
    const answer = await owner.send(method, path(), body);
    expect([answer.status, answer.body.code]).toEqual([400, 'text_not_storable']);
  });

  test('is a wrong name at every sign-in', async () => {
    const login = await world.anon.post('/auth', { email: nul, password: nul });
    expect([login.status, login.body.error]).toEqual([401, 'invalid_credentials']);
    expect((await world.anon.post('/api/v1/session', { email: nul, password: 'x' })).status).toBe(401);
    const basic = `Basic ${Buffer.from('a\0b:c').toString('base64')}`;
    expect((await world.anon.get('/login', { authorization: basic })).status).toBe(401);
  });

  test('is found in no issue', async () => {
    for (const query of ['code=%00', 'column=a%00']) {
      const page = await owner.get(`/api/v1/upload/${upload}/issues?${query}`);
      expect([page.status, page.body.items]).toEqual([200, []]);
      expect((await owner.get(`/api/v1/upload/${upload}/issues.ndjson?${query}`)).text).toBe('');
    }
  });
});

describe('a dataset by the short number of older clients', () => {
  test('is the same one everywhere', async () => {
    const { number } = (await owner.get(`/api/v1/dataset?id=${dataset}`)).body.objects[0];
    for (const path of ['', '/data', '/revision/1', '/lineage', '/datapackage.json']) {
      const [byNumber, byId] = [number, dataset].map((id) => owner.get(`/api/v1/dataset/${id}${path}`));
      expect([path, (await byNumber)?.status, (await byNumber)?.text]).toEqual([path, 200, (await byId)?.text]);
    }
  });

  test('can be deleted and brought back by it', async () => {
    const { number } = (await owner.get(`/api/v1/dataset?id=${dataset}`)).body.objects[0];
    expect((await owner.delete(`/api/v1/dataset/${number}`)).status).toBe(204);
    expect((await owner.post(`/api/v1/dataset/${number}/restore`)).status).toBe(200);
  });
});

describe('a key of a dataset', () => {
  test('names columns it has', async () => {
    const wrong = await owner.patch(`/api/v1/dataset/${dataset}`, { key: ['nope'] });
    expect([wrong.status, wrong.body.code]).toEqual([400, 'key_not_in_schema']);
    const alone = await owner.patch(`/api/v1/dataset/${dataset}`, {
      schema: { fields: [{ name: 'x', type: 'string' }] },
    });
    expect([alone.status, alone.body.code]).toEqual([400, 'key_not_in_schema']);
  });

  test('of a revision finds its rows after the dataset got another', async () => {
    expect((await owner.patch(`/api/v1/dataset/${dataset}`, { key: ['area'] })).status).toBe(200);
    const key = encodeURIComponent('{"id":"2"}');
    const origin = await owner.get(`/api/v1/dataset/${dataset}/lineage?revision=1&key=${key}`);
    expect([origin.status, origin.body.row]).toEqual([200, 2]);
  });
});

describe('a project named twice in the query', () => {
  test('is one project when it is the same, and none when it is not', async () => {
    const send = (second: string) =>
      whileWorking(
        world,
        owner.post(`/api/raw_data_file_upload?project_id=${project}&project_id=${second}&dataset=twice`, 'a\n1\n', {
          'content-type': 'text/csv',
        }),
      );
    expect((await send(project)).status).toBe(201);
    const two = await send('other');
    expect([two.status, two.body]).toEqual([400, 'Failed to provide project id']);
  });
});

describe('what the next file could not be taken in with', () => {
  test.each([
    ['schema', { fields: [{ name: 'id', type: 'zz' }] }, 'schema_invalid'],
    ['recipe', [{ function: 'nope' }], 'step_invalid'],
    ['recipe', [null], 'invalid_option'],
    ['reading', { delimiter: 5 }, 'invalid_option'],
    ['reading', { nope: 'x' }, 'invalid_option'],
    ['settings', { upload: { max_errors: 'x' } }, 'invalid_option'],
    ['settings', { upload: 'zz' }, 'invalid_option'],
  ])('is refused when the dataset is given it: %s %j', async (name, value, code) => {
    const answer = await owner.patch(`/api/v1/dataset/${dataset}`, { [name]: value, key: [] });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });

  test('is how a file was read: that can be given back', async () => {
    const { reading } = (await owner.get(`/api/v1/dataset/${dataset}/revision/1`)).body;
    expect(reading).toMatchObject({ format: 'csv', direct_lines: true });
    expect((await owner.patch(`/api/v1/dataset/${dataset}`, { reading })).status).toBe(200);
  });

  test('settings say it as an upload would', async () => {
    const usual = await owner.patch(`/api/v1/dataset/${dataset}`, {
      key: ['id'],
      settings: { upload: { max_errors: '5%' } },
    });
    expect(usual.status).toBe(200);
    const sent = await sendFile(world, owner, project, 'odd.csv', 'id,area\n3,2\n', { dataset: 'odd' });
    expect([sent.status, sent.body.options?.max_errors]).toEqual([201, { percent: 5 }]);
  });

  test('a row whose key holds NUL is nowhere', async () => {
    const key = encodeURIComponent('{"id":"a\\u0000"}');
    expect((await owner.get(`/api/v1/dataset/${dataset}/lineage?revision=1&key=${key}`)).status).toBe(404);
  });
});
