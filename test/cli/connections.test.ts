import { expect, test } from 'vitest';
import { sendJson, startSource } from '../connections/http-source.ts';
import { granary, signedInTo } from '../support/command-line.ts';
import { projectOf, somebody } from '../support/people.ts';
import { whileWorking } from '../support/upload.ts';
import { startWorld } from '../support/world.ts';

const source = await startSource(({ path }, response) =>
  sendJson(response, path === '/gone' ? {} : [{ id: 1, name: 'first' }], {}, path === '/gone' ? 404 : 200),
);
const world = await startWorld({ GRANARY_ALLOW_HOSTS: source.host });
const ann = await somebody(world, { username: 'ann' });
const project = await projectOf(world, ann);
const connection = { project_id: project, name: 'lab', type: 'http-json', config: { url: source.url } };
const made = await ann.post('/api/v1/connection', { ...connection, queries: { all: {}, gone: { path: 'gone' } } });
for (const query of ['all', 'gone']) {
  await ann.post('/api/v1/pull', { project_id: project, name: query, connection: 'lab', query, dataset: 'visits' });
}
signedInTo(world.url, ann.headers.authorization!.replace('Bearer ', ''));

test('a connection is tried and looked into by name', async () => {
  expect((await granary('connection', 'list')).out).toMatch(/lab +http-json +managers/);
  expect(await granary('connection', 'test', 'lab')).toMatchObject({ code: 0, out: expect.stringMatching(/ ms\n$/) });
  expect((await granary('connection', 'preview', made.body.id, 'all')).out).toMatch(/id {2}name[\s\S]* 1 {2}first\n$/);
  expect((await granary('connection', 'preview', 'lab', 'gone')).code).toBe(1);
  expect(await granary('connection', 'test', 'nothing')).toMatchObject({
    code: 3,
    err: "granary: no connection 'nothing'\n",
  });
});

test('a name that several have is not guessed', async () => {
  const other = await projectOf(world, ann);
  await ann.post('/api/v1/connection', { ...connection, project_id: other });
  expect(await granary('connection', 'test', 'lab')).toMatchObject({ code: 2 });
});

test('a pull is run and waited for', async () => {
  expect((await granary('pull', 'list')).out).toMatch(/all +lab +all +visits +append/);
  expect(await whileWorking(world, granary('pull', 'run', 'all'))).toMatchObject({
    code: 0,
    out: '1 rows read, revision 1\n',
  });
  expect((await whileWorking(world, granary('pull', 'run', 'gone'))).code).toBe(1);
});
