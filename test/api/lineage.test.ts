import { beforeAll, expect, test } from 'vitest';
import type { Answer } from '../support/actor.ts';
import { type Person, projectOf, somebody } from '../support/people.ts';
import { sendFile, whileWorking } from '../support/upload.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let owner: Person;
let contributor: Person;
let project: string;
let first: Answer;
let second: Answer;
let url: string;

beforeAll(async () => {
  world = await startWorld();
  [owner, contributor] = [await somebody(world), await somebody(world)];
  project = await projectOf(world, owner, { contributor });
  const send = (name: string, content: string, options: Record<string, string> = {}) =>
    sendFile(world, owner, project, name, content, { dataset: 'places', ...options });
  first = await send('may.csv', 'id,name,age\n1,Ann,30\n2,Ben,40\n', { key: 'id' });
  second = await send('june.csv', 'id,name,age\n3,Cy,50\n2,Bob,40\n', { mode: 'upsert' });
  url = `/api/v1/dataset/${first.body.dataset.id}`;
});

const key = (id: number) => encodeURIComponent(JSON.stringify({ id }));

test('a row leads to its file, and to the row and line in it', async () => {
  const answer = await owner.get(`${url}/lineage?key=${key(2)}`);
  expect(answer.body, answer.text).toMatchObject({
    revision: 2,
    row: 2,
    line: 3,
    upload: { id: second.body.id, file: { name: 'june.csv', sha256: second.body.file.sha256 } },
  });
  const file = await owner.get(new URL(answer.body.upload.file.url).pathname);
  expect(file.text.split('\n')[answer.body.line - 1]).toBe('2,Bob,40');
  expect((await owner.get(`${url}/lineage?key=${key(1)}`)).body).toMatchObject({ revision: 1, row: 1, line: 2 });
  expect((await owner.get(`${url}/lineage?rev=2&row=1`)).body).toMatchObject({
    upload: { id: second.body.id },
    row: 1,
    line: 2,
  });
  expect((await owner.get(`${url}/lineage?key=${key(99)}`)).body.code).toBe('row_not_found');
});

test('a revision names the files it is made of, in order', async () => {
  const now = await owner.get(`${url}/lineage`);
  expect(now.body.parts).toMatchObject([
    { revision: 1, mode: 'append', upload: { file: { name: 'may.csv' } } },
    { revision: 2, mode: 'upsert', upload: { file: { name: 'june.csv' } } },
  ]);
  expect((await owner.get(`${url}/lineage?revision=1`)).body.parts).toHaveLength(1);
});

test('a row through time: what each arrival said, and whether it still counts', async () => {
  const answer = await owner.get(`${url}/history?key=${key(2)}`);
  expect(answer.body.items, answer.text).toMatchObject([
    { revision: 1, row: 2, values: { id: 2, name: 'Ben', age: 40 }, current: true },
    { revision: 2, row: 2, values: { id: 2, name: 'Bob', age: 40 }, current: true },
  ]);
  for (const wrong of ['nonsense', '{"name":"Ann"}', '{"id":1,"name":"Ann"}']) {
    expect((await owner.get(`${url}/history?key=${encodeURIComponent(wrong)}`)).body.code).toBe('invalid_row_key');
  }
});

test('two revisions side by side: exact counts and the rows, by key', async () => {
  const answer = await owner.get(`${url}/diff?from=1`);
  expect(answer.body, answer.text).toMatchObject({
    from: 1,
    to: 2,
    key: ['id'],
    counts: { added: 1, removed: 0, changed: 1, unchanged: 1 },
    rows: [
      { change: 'changed', key: { id: 2 }, before: { name: 'Ben', age: 40 }, after: { name: 'Bob', age: 40 } },
      { change: 'added', key: { id: 3 }, before: null, after: { name: 'Cy', age: 50 } },
    ],
  });
  expect((await owner.get(`${url}/diff?from=1&limit=0`)).body.rows).toEqual([]);
});

test('without a key rows are gone or new, as often as they occur', async () => {
  const one = await sendFile(world, owner, project, 'bag.csv', 'v\na\na\nb\n');
  await sendFile(world, owner, project, 'bag.csv', 'v\na\nc\n', { mode: 'replace' });
  const { body } = await owner.get(`/api/v1/dataset/${one.body.dataset.id}/diff?from=1`);
  expect(body.counts).toEqual({ added: 1, removed: 2, changed: 0, unchanged: 1 });
  expect(body.rows.map((row: { change: string }) => row.change).toSorted()).toEqual(['added', 'removed', 'removed']);
});

test('an undone arrival stays in the history and no longer counts', async () => {
  await whileWorking(world, owner.post(`${url}/revision/2/undo`, {}));
  const { body } = await owner.get(`${url}/history?key=${key(2)}`);
  expect(body.items.map((item: { revision: number; current: boolean }) => [item.revision, item.current])).toEqual([
    [1, true],
    [2, false],
  ]);
});

test('none of it is for those who may not read rows', async () => {
  for (const path of [`lineage`, `lineage?key=${key(1)}`, `history?key=${key(1)}`, 'diff?from=1']) {
    expect((await contributor.get(`${url}/${path}`)).status, path).toBe(403);
  }
});
