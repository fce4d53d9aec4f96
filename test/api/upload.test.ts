import { beforeAll, describe, expect, test } from 'vitest';
import { type Person, projectOf, somebody } from '../support/people.ts';
import { sendFile, whileWorking } from '../support/upload.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let owner: Person;
let project: string;

const visits = 'id,name,visited\n1,Ann,2024-01-31\n2,Ben,2024-02-01\n';
const bytes = (text: string) => new TextEncoder().encode(text);

beforeAll(async () => {
  world = await startWorld({ GRANARY_LOG_LEVEL: 'error' });
  owner = await somebody(world);
  project = await projectOf(world, owner);
});

test('a file becomes the first revision of a dataset named after it', async () => {
  const answer = await sendFile(world, owner, project, 'Visits 2024.csv', visits);
  expect(answer.status, answer.text).toBe(201);
  expect(answer.body).toMatchObject({
    project_id: project,
    dataset: { name: 'visits-2024', created: true },
    revision: 1,
    state: 'published',
    file: { name: 'Visits 2024.csv', size: visits.length, media_type: 'application/octet-stream' },
    rows: { read: 2, inserted: 2, updated: 0, unchanged: 0, rejected: 0 },
    issues: { errors: 0, warnings: 0 },
    duplicate_of: null,
    run: { state: 'succeeded' },
  });
  expect(answer.headers.get('location')).toMatch(new RegExp(`/api/v1/upload/${answer.body.id}$`));
  expect(answer.headers.get('granary-run')).toMatch(new RegExp(`/api/v1/run/${answer.body.run.id}$`));
  const dataset = await owner.get(`/api/v1/dataset/${answer.body.dataset.id}`);
  expect(dataset.body).toMatchObject({ latest_revision: 1, rows: 2, version: '1.0.0' });
  expect(dataset.body.schema.fields.map((field: { name: string; type: string }) => [field.name, field.type])).toEqual([
    ['id', 'integer'],
    ['name', 'string'],
    ['visited', 'date'],
  ]);
});

describe('the Seedcase routes answer in their own words', () => {
  const url = '/api/raw_data_file_upload';

  test.each(['PUT', 'POST'])('%s raw bytes: 201 with the receipt', async (method) => {
    const query = new URLSearchParams({ project_id: project, dataset: `raw-${method.toLowerCase()}` });
    const answer = await whileWorking(
      world,
      owner.send(method, `${url}?${query}`, bytes(visits), { 'content-type': 'text/csv' }),
    );
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toMatchObject({ revision: 1, rows: { read: 2, inserted: 2 }, run: { state: 'succeeded' } });
  });

  test('without a body type, as curl -T sends it, and under every address', async () => {
    for (const [index, path] of [
      '/data/raw/file',
      '/compat/seedcase/api/raw_data_file_upload',
      '/compat/seedcase/data/raw/file',
    ].entries()) {
      const query = new URLSearchParams({ project_id: project, dataset: `alias-${index}` });
      const answer = await whileWorking(world, owner.post(`${path}?${query}`, bytes(visits)));
      expect(answer.status, `${path} ${answer.text}`).toBe(201);
    }
  });

  test('no token and a bad token: 401, right missing: 403, all with the one sentence', async () => {
    const viewer = await somebody(world);
    const shared = await projectOf(world, owner, { viewer });
    const refusals = [
      await world.anon.put(`${url}?project_id=${project}`, visits),
      await world.anon.put(`${url}?project_id=${project}`, visits, { authorization: 'Bearer nonsense' }),
      await viewer.put(`${url}?project_id=${shared}`, visits),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([401, 401, 403]);
    for (const { text, headers } of refusals) {
      expect(text).toBe('"Failed access control check"');
      expect(headers.get('content-type')).toMatch(/^application\/json/);
    }
  });

  test.each([
    ['an empty body', new Uint8Array(), { 'content-type': 'text/csv' }, 'Failed to read the uploaded file'],
    ['a form without file', form({ project_id: 'x' }), {}, 'Failed to read the uploaded file'],
    [
      'a form that is none',
      'nonsense',
      { 'content-type': 'multipart/form-data; boundary=x' },
      'Failed to read the uploaded file',
    ],
    ['gzip that is none', 'nonsense', { 'content-encoding': 'gzip' }, 'Failed to read the uploaded file'],
    ['a malformed checksum', visits, { 'content-digest': 'sha-256=nonsense' }, 'Failed to read the uploaded file'],
  ])('%s: 400', async (_what, body, headers, message) => {
    const answer = await owner.put(url, body, headers as Record<string, string>);
    expect([answer.status, answer.body]).toEqual([400, message]);
  });

  test('no project id: 400, and only after the body was found readable', async () => {
    const answer = await owner.put(url, visits);
    expect([answer.status, answer.body]).toEqual([400, 'Failed to provide project id']);
  });

  test('an unknown project, and one that is invisible, are the same: 400 on /api, 404 on /data', async () => {
    const hidden = await projectOf(world, await somebody(world));
    for (const id of ['nowhere', hidden]) {
      const message = `project with id ${id} does not exist`;
      expect(await owner.put(`${url}?project_id=${id}`, visits)).toMatchObject({ status: 400, body: message });
      expect(await owner.post(`/data/raw/file?project_id=${id}`, visits)).toMatchObject({ status: 404, body: message });
    }
  });

  test('two different projects in one request: 400', async () => {
    const answer = await owner.put(`${url}?project_id=${project}`, form({ project_id: 'other', file: visits }));
    expect([answer.status, answer.body]).toEqual([400, 'Failed to provide project id']);
  });

  test('a file that fails its checks: 400 with the first error and how many more, and nothing published', async () => {
    await sendFile(world, owner, project, 'strict.csv', visits);
    const bad = 'id,name,visited\n3,Cy,2024-01-01\nfour,Di,yesterday\n';
    const query = new URLSearchParams({ project_id: project, dataset: 'strict' });
    const answer = await whileWorking(world, owner.put(`${url}?${query}`, bad));
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(/^Failed to write data to the projec with error .*'four' is not .*\(and 1 more\)$/);
    const run = await owner.get(new URL(answer.headers.get('granary-run')!).pathname);
    expect(run.body).toMatchObject({ state: 'failed' });
    const [dataset] = (await owner.get(`/api/v1/dataset?project_id=${project}&name=strict`)).body.objects;
    expect(dataset).toMatchObject({ latest_revision: 1, rows: 2 });
  });

  test('problem+json on request, with the same sentence as detail', async () => {
    const answer = await owner.put(url, visits, { accept: 'application/problem+json' });
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({
      status: 400,
      detail: 'Failed to provide project id',
      code: 'project_not_given',
    });
  });

  test('a misspelt option is refused with the nearest one', async () => {
    const answer = await owner.put(`${url}?project_id=${project}&mod=replace`, visits, {
      accept: 'application/problem+json',
    });
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid_option', hint: "Did you mean 'mode'?" });
  });
});

function form(fields: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    data.append(name, name.startsWith('file') ? new File([value], `${name}.csv`, { type: 'text/csv' }) : value);
  }
  return data;
}

describe('multipart', () => {
  test('fields first, then the file; project by slug or number as well', async () => {
    const { slug, number } = (await owner.get(`/api/v1/project/${project}`)).body;
    for (const [index, id] of [slug, String(number)].entries()) {
      const answer = await whileWorking(
        world,
        owner.post('/api/v1/upload', form({ project_id: id, dataset: `form-${index}`, note: 'by form', file: visits })),
      );
      expect(answer.status, answer.text).toBe(201);
      expect(answer.body).toMatchObject({
        project_id: project,
        note: 'by form',
        file: { name: 'file.csv', media_type: 'text/csv' },
      });
    }
  });

  test('several files become several uploads, one run each', async () => {
    const data = new FormData();
    data.append('project_id', project);
    for (const name of ['one.csv', 'two.csv']) data.append('file', new File([visits.replace('Ann', name)], name));
    const answer = await whileWorking(world, owner.post('/api/v1/upload', data));
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body.map((receipt: { dataset: { name: string } }) => receipt.dataset.name)).toEqual(['one', 'two']);
    expect(new Set(answer.body.map((receipt: { run: { id: string } }) => receipt.run.id)).size).toBe(2);
  });

  test('a field after the file cannot count any more and is refused', async () => {
    const data = new FormData();
    data.append('project_id', project);
    data.append('file', new File([visits], 'late.csv'));
    data.append('mode', 'replace');
    const answer = await owner.post('/api/v1/upload', data);
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid_option' });
  });

  test('a path in the file name is cut off', async () => {
    const answer = await whileWorking(
      world,
      owner.post(
        `/api/v1/upload?project_id=${project}&filename=${encodeURIComponent('../../etc/C:\\x\\passwd.csv')}`,
        bytes(visits),
      ),
    );
    expect(answer.body.file.name).toBe('passwd.csv');
  });
});

describe('checksums', () => {
  const hash = async (algorithm: string, text: string) =>
    Buffer.from(await crypto.subtle.digest(algorithm, bytes(text))).toString('base64');

  test('the right one is accepted, on the coded bytes when the body is gzip', async () => {
    const { gzipSync } = await import('node:zlib');
    const packed = gzipSync(visits);
    const sha = Buffer.from(await crypto.subtle.digest('SHA-256', packed)).toString('base64');
    const answer = await sendFile(
      world,
      owner,
      project,
      'packed.csv',
      packed,
      {},
      {
        'content-encoding': 'gzip',
        'content-digest': `sha-256=:${sha}:`,
      },
    );
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body.file.size).toBe(visits.length);
    expect(answer.headers.get('repr-digest')).toBe(`sha-256=:${await hash('SHA-256', visits)}:`);
  });

  test.each([
    ['content-digest', async () => `sha-512=:${await hash('SHA-512', 'other')}:`],
    ['repr-digest', async () => `sha-256=:${await hash('SHA-256', 'other')}:`],
    ['content-md5', async () => Buffer.alloc(16).toString('base64')],
  ])('%s of other bytes: 400, nothing stored', async (name, value) => {
    const content = `id\n${name}\n`;
    const answer = await owner.post(`/api/v1/upload?project_id=${project}&dataset=never-${name}`, bytes(content), {
      [name]: await value(),
    });
    expect(answer.body).toMatchObject({
      status: 400,
      code: 'checksum_mismatch',
      detail: 'Failed to read the uploaded file',
    });
    const sha = Buffer.from(await crypto.subtle.digest('SHA-256', bytes(content))).toString('hex');
    expect(await world.context.blobs.stat(sha)).toBeUndefined();
    const left = await owner.get(`/api/v1/dataset?project_id=${project}&name=never-${name}`);
    expect(left.body.objects).toEqual([]);
  });
});

describe('records as JSON', () => {
  const url = '/api/post_raw_data';
  const push = (body: unknown, query = '', headers: Record<string, string> = {}) =>
    whileWorking(world, owner.post(`${url}${query}`, body, headers));

  test.each([
    ['an array', [{ id: 1, name: 'Ann' }, { id: 2 }], 2],
    ['one object', { id: 1, name: 'Ann' }, 1],
    [
      'columns and rows',
      {
        columns: ['id', 'name'],
        rows: [
          [1, 'Ann'],
          [2, 'Ben'],
          [3, null],
        ],
      },
      3,
    ],
    ['the only array of objects', { meta: { page: 1 }, visits: [{ id: 1 }] }, 1],
    ['a pointer', { data: { list: [{ id: 1 }, { id: 2 }] } }, 2],
  ])('%s', async (what, body, rows) => {
    const dataset = `push-${what.replaceAll(' ', '-')}`;
    const records = what === 'a pointer' ? '&records=/data/list' : '';
    const answer = await push(body, `?project_id=${project}&dataset=${dataset}${records}`);
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body.rows).toMatchObject({ read: rows, inserted: rows });
  });

  test('an envelope names project, dataset and options itself', async () => {
    const answer = await push({
      project_id: project,
      dataset: 'enveloped',
      mode: 'upsert',
      key: ['id'],
      records: [{ id: 1 }],
    });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toMatchObject({ dataset: { name: 'enveloped' }, options: { mode: 'upsert', key: ['id'] } });
  });

  test('NDJSON streams, also under the alias', async () => {
    const answer = await whileWorking(
      world,
      owner.post(`/data/raw?project_id=${project}&dataset=lines`, '{"id":1}\n{"id":2}\n', {
        'content-type': 'application/x-ndjson',
      }),
    );
    expect(answer.body, answer.text).toMatchObject({ rows: { read: 2 }, file: { name: 'lines.ndjson' } });
  });

  test.each([['{"broken'], ['"a word"'], ['']])('%s is not readable: 400', async (body) => {
    const answer = await owner.post(`${url}?project_id=${project}`, body, { 'content-type': 'application/json' });
    expect([answer.status, answer.body]).toEqual([400, 'Failed to read the uploaded file']);
  });
});
