import { beforeAll, describe, expect, test } from 'vitest';
import { sweepUploads } from '../../src/ingest/index.ts';
import type { Answer } from '../support/actor.ts';
import { type Person, projectOf, somebody } from '../support/people.ts';
import { readTable } from '../support/read-table.ts';
import { sendFile, whileWorking } from '../support/upload.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let owner: Person;
let contributor: Person;
let viewer: Person;
let project: string;

beforeAll(async () => {
  world = await startWorld();
  [owner, contributor, viewer] = [await somebody(world), await somebody(world), await somebody(world)];
  project = await projectOf(world, owner, { contributor, viewer });
});

const send = (
  name: string,
  content: string,
  options: Record<string, string> = {},
  headers: Record<string, string> = {},
) => sendFile(world, owner, project, `${name}.csv`, content, { dataset: name, ...options }, headers);
const post = (sender: Person, path: string, body: unknown = {}) => whileWorking(world, sender.post(path, body));
const rowsOf = (answer: Answer, n?: number) =>
  readTable(world.context, answer.body.dataset?.id ?? answer.body.dataset, n);

describe('modes', () => {
  test('append adds rows; a key that is there already is an error, and nothing is published', async () => {
    await send('append', 'id,name\n1,Ann\n2,Ben\n', { key: 'id' });
    const second = await send('append', 'id,name\n3,Cy\n');
    expect(second.body, second.text).toMatchObject({ revision: 2, rows: { read: 1, inserted: 1 } });
    expect(await rowsOf(second)).toEqual(['1|Ann', '2|Ben', '3|Cy']);
    const repeated = await send('append', 'id,name\n4,Di\n2,Bob\n');
    expect(repeated.status).toBe(400);
    expect(repeated.body.detail).toMatch(/^Failed to write data to the projec with error .*'2'.*already/);
    expect((await owner.get(`/api/v1/dataset/${second.body.dataset.id}`)).body).toMatchObject({
      latest_revision: 2,
      rows: 3,
      key: ['id'],
    });
    const listed = await owner.get(`/api/v1/dataset?project_id=${project}&name=append`);
    expect(listed.body.objects).toMatchObject([{ key: ['id'], latest_revision: 2, rows: 3, version: '1.1.0' }]);
    const revisions = await owner.get(`/api/v1/revision?dataset_id=${second.body.dataset.id}&order_by=-n`);
    expect(revisions.body.objects).toMatchObject([
      { n: 2, key: ['id'], latest: true },
      { n: 1, latest: false },
    ]);
  });

  test('upsert takes the newest row of each key and counts what really changed', async () => {
    await send('upsert', 'id,name,age\n1,Ann,30\n2,Ben,40\n', { key: 'id' });
    const second = await send('upsert', 'id,name,age\n2,Bob,40\n1,Ann,\n3,Cy,50\n3,Cyd,51\n', { mode: 'upsert' });
    expect(second.body, second.text).toMatchObject({
      revision: 2,
      rows: { read: 4, inserted: 1, updated: 1, unchanged: 1 },
    });
    expect(await rowsOf(second)).toEqual(['1|Ann|30', '2|Bob|40', '3|Cyd|51']);
    const cleared = await send('upsert', 'id,name,age\n1,Ann,\n', { mode: 'upsert', blank: 'clear' });
    expect(await rowsOf(cleared)).toEqual(['1|Ann|null', '2|Bob|40', '3|Cyd|51']);
  });

  test('upsert without a key is refused', async () => {
    const answer = await send('keyless', 'a\n1\n', { mode: 'upsert' });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(/mode=upsert needs 'key'/);
  });

  test('replace keeps history: the older revision still reads as it was', async () => {
    const first = await send('replace', 'id\n1\n2\n');
    const second = await send('replace', 'id\n9\n', { mode: 'replace' });
    expect(second.body).toMatchObject({ revision: 2, rows: { inserted: 1 } });
    expect(await rowsOf(second)).toEqual(['9']);
    expect(await rowsOf(first, 1)).toEqual(['1', '2']);
  });

  test('a frozen schema refuses another column; evolve adds it, empty in older rows, and raises the version', async () => {
    await send('evolve', 'id\n1\n');
    const frozen = await send('evolve', 'id,name\n2,Ben\n');
    expect(frozen.status).toBe(400);
    const evolved = await send('evolve', 'id,name\n2,Ben\n', { schema_policy: 'evolve' });
    expect(evolved.body, evolved.text).toMatchObject({ revision: 2 });
    expect(await rowsOf(evolved)).toEqual(['1|null', '2|Ben']);
    const revision = await owner.get(`/api/v1/dataset/${evolved.body.dataset.id}/revision/2`);
    expect(revision.body).toMatchObject({ version: '1.1.0', kind: 'ingest', mode: 'append', rows: 2 });
  });

  test('the recipe of the first file is used for the next one, under the frozen schema', async () => {
    const recipe = JSON.stringify([
      { function: 'rename', params: { columns: { NAME: 'name' } } },
      { function: 'trim' },
    ]);
    const first = await send('recipe', 'id,NAME\n1, Ann \n', { recipe });
    expect(first.status, first.text).toBe(201);
    const second = await send('recipe', 'id,NAME\n2, Ben \n');
    expect(second.status, second.text).toBe(201);
    expect(await rowsOf(second)).toEqual(['1|Ann', '2|Ben']);
  });

  test('If-Match on the revision one has seen: 412 when the dataset has moved on', async () => {
    await send('guarded', 'id\n1\n');
    const good = await send('guarded', 'id\n2\n', {}, { 'if-match': '"1"' });
    expect(good.status).toBe(201);
    const late = await send('guarded', 'id\n3\n', {}, { 'if-match': '"1"' });
    expect([late.status, late.body.code, late.headers.get('etag')]).toEqual([412, 'revision_moved', '"2"']);
  });

  test('an Idempotency-Key gives the first answer again, and another body 422', async () => {
    const key = { 'idempotency-key': 'once' };
    const first = await send('once', 'id\n1\n', {}, key);
    const again = await send('once', 'id\n1\n', {}, key);
    expect(again.body.id).toBe(first.body.id);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await send('once', 'id\n2\n', {}, key)).status).toBe(422);
    expect(await rowsOf(first)).toEqual(['1']);
  });
});

describe('the same content again', () => {
  test('is recognised: no second batch, no revision, and the answer names the first upload', async () => {
    const first = await send('same', 'id\n1\n2\n');
    const again = await send('same', 'id\n1\n2\n');
    expect(again.status).toBe(201);
    expect(again.body).toMatchObject({
      state: 'unchanged',
      revision: 1,
      duplicate_of: first.body.id,
      rows: { read: 2, inserted: 0, unchanged: 2 },
    });
    expect(await rowsOf(again)).toEqual(['1', '2']);
  });

  test('after something else replaced it, it is no longer the same', async () => {
    await send('there-and-back', 'id\n1\n', { mode: 'replace' });
    await send('there-and-back', 'id\n2\n', { mode: 'replace' });
    const back = await send('there-and-back', 'id\n1\n', { mode: 'replace' });
    expect(back.body).toMatchObject({ state: 'published', revision: 3 });
    expect(await rowsOf(back)).toEqual(['1']);
  });

  test('on_duplicate: warn takes it into another dataset, skip and reject do not', async () => {
    const first = await send('origin', 'id\n77\n');
    const warned = await send('copy', 'id\n77\n');
    expect(warned.body).toMatchObject({ state: 'published', revision: 1, duplicate_of: first.body.id });
    expect((await send('copy-2', 'id\n77\n', { on_duplicate: 'skip' })).body).toMatchObject({
      state: 'unchanged',
      revision: null,
    });
    const rejected = await send('copy-3', 'id\n77\n', { on_duplicate: 'reject' });
    expect([rejected.status, rejected.body.code]).toEqual([409, 'duplicate_content']);
    expect((await owner.get(`/api/v1/dataset?project_id=${project}&name=copy-3`)).body.objects).toEqual([]);
  });

  test('two identical uploads at once count once', async () => {
    const content = `id\n${Array.from({ length: 500 }, (_, i) => i).join('\n')}\n`;
    const both = await Promise.all([send('twice', content), send('twice', content)]);
    expect(both.map(({ status }) => status)).toEqual([201, 201]);
    expect(both.map(({ body }) => body.state).sort()).toEqual(['published', 'unchanged']);
    expect(await rowsOf(both[0]!)).toHaveLength(500);
    const blobs: string[] = [];
    for await (const blob of world.context.blobs.list()) blobs.push(blob.sha256);
    expect(blobs.filter((sha) => sha === both[0]!.body.file.sha256)).toHaveLength(1);
  });
});

describe('errors in rows', () => {
  const dirty = 'id,age\n1,30\n2,old\n3,50\n';
  const schema = JSON.stringify({
    fields: [
      { name: 'id', type: 'integer' },
      { name: 'age', type: 'integer' },
    ],
  });

  test('quarantine publishes the good rows; the rest comes as a file, and its correction closes it', async () => {
    const first = await send('quarantine', dirty, { on_error: 'quarantine', schema });
    expect(first.body, first.text).toMatchObject({
      rows: { read: 3, inserted: 2, rejected: 1 },
      issues: { errors: 1 },
    });
    const file = await owner.get(`/api/v1/upload/${first.body.id}/quarantine`);
    expect(file.text.split(/\r?\n/)[0]).toBe('id,age,_error');
    const corrected = file.text.replace('old', '40');
    const second = await send('quarantine', corrected, { quarantine: first.body.id });
    expect(second.status, second.text).toBe(201);
    expect(second.body.rows).toMatchObject({ read: 1, inserted: 1 });
    expect(await rowsOf(second)).toEqual(['1|30', '3|50', '2|40']);
    expect((await owner.get(`/api/v1/upload/${first.body.id}`)).body.quarantine).toMatchObject({
      rows: 1,
      closed_by: second.body.id,
    });
    const third = await send('quarantine', `${corrected}\n`, { quarantine: first.body.id });
    expect([third.status, third.body.code]).toEqual([409, 'quarantine_closed']);
  });

  test('null empties the cell, skip leaves the row, max_errors stops', async () => {
    expect(await rowsOf(await send('nulled', dirty, { on_error: 'null', schema }))).toEqual(['1|30', '2|null', '3|50']);
    expect(await rowsOf(await send('skipped', dirty, { on_error: 'skip', schema }))).toEqual(['1|30', '3|50']);
    const stopped = await send('stopped', dirty, { on_error: 'skip', schema, max_errors: '10%' });
    expect(stopped.status).toBe(400);
  });

  test('issues as JSON pages, NDJSON and CSV, filtered, with exact totals, and acknowledged with a reason', async () => {
    const many = `id,age\n${Array.from({ length: 30 }, (_, i) => `${i},${i % 3 === 0 ? 'x' : i}`).join('\n')}\n`;
    const { body } = await send('issues', many, { on_error: 'skip', schema });
    const url = `/api/v1/upload/${body.id}/issues`;
    const page = await owner.get(`${url}.json?limit=4`);
    expect(page.body).toMatchObject({ total: 10, listed: 10 });
    expect(page.body.items[0]).toMatchObject({ severity: 'error', row: 1, line: 2, column: 'age', value: 'x' });
    const { code } = page.body.items[0];
    const rest = await owner.get(`${url}?limit=100&cursor=${page.body.next}`);
    expect(rest.body.items).toHaveLength(6);
    expect(rest.body.next).toBeNull();
    expect((await owner.get(`${url}.ndjson?column=age`)).text.trim().split('\n')).toHaveLength(10);
    expect((await owner.get(`${url}.ndjson?column=id`)).text).toBe('');
    const csv = (await owner.get(`${url}.csv?code=${code}`)).text.trim().split('\r\n');
    expect(csv).toHaveLength(11);
    const said = await owner.post(`/api/v1/upload/${body.id}/acknowledgement`, {
      code,
      column: 'age',
      reason: 'x means unknown here',
    });
    expect(said.status).toBe(201);
    expect((await owner.get(`${url}?limit=1`)).body.items[0].acknowledged.reason).toBe('x means unknown here');
    expect((await owner.get(`${url}/summary`)).body.summary).toEqual([
      { severity: 'error', code, column: 'age', count: 10, acknowledged: true },
    ]);
    expect((await owner.get(`/api/v1/dataset/${body.dataset.id}/revision/latest/issues`)).body.total).toBe(10);
    expect((await owner.delete(`/api/v1/upload/${body.id}/acknowledgement/${said.body.id}`)).status).toBe(204);
    expect((await owner.post(`/api/v1/upload/${body.id}/acknowledgement`, { code: 'none', reason: 'r' })).status).toBe(
      404,
    );
  });
});

describe('review', () => {
  test('a dry run keeps nothing but the file and what was found; a check with another schema and a confirmation publish it', async () => {
    const dry = await send('wizard', 'code,age\n007,30\n008,x\n', { dry_run: 'true' });
    expect([dry.status, dry.body.state, dry.body.revision, dry.body.dataset.id]).toEqual([
      200,
      'previewed',
      null,
      null,
    ]);
    expect(dry.body.preview.schema.fields[0]).toMatchObject({ name: 'code', type: 'string' });
    expect(dry.body.preview.rows).toHaveLength(2);
    expect((await owner.get(`/api/v1/dataset?project_id=${project}&name=wizard`)).body.objects).toEqual([]);
    const fields = [
      { name: 'code', type: 'string' },
      { name: 'age', type: 'integer' },
    ];
    const checked = await post(owner, `/api/v1/upload/${dry.body.id}/check`, { schema: { fields }, on_error: 'null' });
    expect(checked.body, checked.text).toMatchObject({ state: 'previewed', issues: { errors: 1 } });
    const confirmed = await post(owner, `/api/v1/upload/${dry.body.id}/confirm`);
    expect(confirmed.body, confirmed.text).toMatchObject({
      state: 'published',
      revision: 1,
      dataset: { name: 'wizard', created: true },
    });
    expect(await rowsOf(confirmed)).toEqual(['007|30', '008|null']);
    const again = await post(owner, `/api/v1/upload/${dry.body.id}/confirm`);
    expect([again.status, again.body.code]).toEqual([409, 'upload_not_waiting']);
  });

  test('confirm=true waits with the conflict view, old beside new; a drop publishes nothing', async () => {
    await send('conflicts', 'id,name\n1,Ann\n2,Ben\n', { key: 'id' });
    const waiting = await send('conflicts', 'id,name\n2,Bob\n3,Cy\n', { mode: 'upsert', confirm: 'true' });
    expect(waiting.body, waiting.text).toMatchObject({
      state: 'awaiting_confirmation',
      rows: { inserted: 1, updated: 1 },
    });
    expect((await owner.get(`/api/v1/upload/${waiting.body.id}`)).body.preview.changes).toEqual([
      { key: { id: 2 }, before: { name: 'Ben' }, after: { name: 'Bob' } },
    ]);
    expect((await owner.delete(`/api/v1/upload/${waiting.body.id}`)).status).toBe(204);
    expect((await owner.get(`/api/v1/upload/${waiting.body.id}`)).body).toMatchObject({
      state: 'dropped',
      preview: null,
    });
    expect(await readTable(world.context, waiting.body.dataset.id)).toEqual(['1|Ann', '2|Ben']);
  });

  test('who does not confirm within a day lets it drop', async () => {
    const waiting = await send('forgotten', 'id\n5\n', { confirm: 'true' });
    await world.context.db.pool.query(`update upload set expires_at = now() - interval '1 second' where id = $1`, [
      waiting.body.id,
    ]);
    await sweepUploads(world.context);
    expect((await owner.get(`/api/v1/upload/${waiting.body.id}`)).body.state).toBe('dropped');
  });
});

describe('undo and restore', () => {
  test('undo replays what came later without the undone arrival', async () => {
    const first = await send('undo', 'id,name\n1,Ann\n', { key: 'id', mode: 'upsert' });
    await send('undo', 'id,name\n1,Anna\n2,Ben\n', { mode: 'upsert' });
    await send('undo', 'id,name\n3,Cy\n', { mode: 'upsert' });
    const id = first.body.dataset.id;
    const undone = await post(owner, `/api/v1/dataset/${id}/revision/2/undo`, { note: 'wrong file' });
    expect(undone.status, undone.text).toBe(201);
    expect(undone.body).toMatchObject({ revision: 4, undo: 2, rows: 2 });
    expect(await readTable(world.context, id)).toEqual(['1|Ann', '3|Cy']);
    expect((await owner.get(`/api/v1/dataset/${id}/revision/4`)).body).toMatchObject({
      kind: 'undo',
      refers_to: 2,
      changelog: 'Revision 2 undone. wrong file',
    });
    const again = await post(owner, `/api/v1/dataset/${id}/revision/2/undo`);
    expect([again.status, again.body.code]).toEqual([409, 'revision_superseded']);
    const restored = await post(owner, `/api/v1/dataset/${id}/revision/3/restore`);
    expect(restored.body, restored.text).toMatchObject({ revision: 5, rows: 3 });
    expect(await readTable(world.context, id)).toEqual(['1|Anna', '2|Ben', '3|Cy']);
    // What was restored can be undone again: its arrivals are part of the dataset once more.
    expect((await post(owner, `/api/v1/dataset/${id}/revision/3/undo`)).body).toMatchObject({ revision: 6, rows: 2 });
    expect(await readTable(world.context, id)).toEqual(['1|Anna', '2|Ben']);
  });

  test('an arrival that a replacement superseded cannot be undone; the replacement can', async () => {
    const first = await send('superseded', 'id\n1\n');
    await send('superseded', 'id\n2\n', { mode: 'replace' });
    await send('superseded', 'id\n3\n');
    const id = first.body.dataset.id;
    expect((await post(owner, `/api/v1/dataset/${id}/revision/1/undo`)).status).toBe(409);
    expect((await post(owner, `/api/v1/dataset/${id}/revision/2/undo`)).status).toBe(201);
    expect(await readTable(world.context, id)).toEqual(['1', '3']);
  });

  test('409 when rows of a later arrival would meet rows with the same key', async () => {
    const first = await send('conflict', 'id,v\n1,a\n', { key: 'id' });
    await send('conflict', 'id,v\n2,b\n', { mode: 'replace' });
    await send('conflict', 'id,v\n1,c\n');
    const undone = await post(owner, `/api/v1/dataset/${first.body.dataset.id}/revision/2/undo`);
    expect([undone.status, undone.body.code]).toEqual([409, 'key_conflict']);
  });

  test('undoing the only arrival leaves an empty table with its columns', async () => {
    const first = await send('only', 'id\n1\n');
    const undone = await post(owner, `/api/v1/dataset/${first.body.dataset.id}/revision/1/undo`);
    expect(undone.body, undone.text).toMatchObject({ revision: 2, rows: 0 });
    expect((await owner.get(`/api/v1/dataset/${first.body.dataset.id}`)).body.schema.fields).toHaveLength(1);
    const again = await send('only', 'id\n1\n');
    expect(again.body).toMatchObject({ state: 'published', revision: 3 });
  });

  test('deleting is soft: the name is free, and the dataset can come back while it is', async () => {
    const { body } = await send('deleted', 'id\n1\n');
    const id = body.dataset.id;
    expect((await owner.delete(`/api/v1/dataset/${id}`)).status).toBe(204);
    expect((await owner.get(`/api/v1/dataset/${id}`)).status).toBe(404);
    expect((await owner.get(`/api/v1/dataset?project_id=${project}&deleted=true`)).body.objects).toMatchObject([
      { id },
    ]);
    const other = await send('deleted', 'id\n2\n');
    expect(other.body.dataset.created).toBe(true);
    expect((await owner.post(`/api/v1/dataset/${id}/restore`, {})).status).toBe(409);
    await owner.delete(`/api/v1/dataset/${other.body.dataset.id}`);
    expect((await owner.post(`/api/v1/dataset/${id}/restore`, {})).body).toMatchObject({ id, rows: 1 });
  });
});

describe('who sees what', () => {
  test('a contributor writes only: own receipts and issues, no rows, no previews, nobody else’s uploads', async () => {
    await send('shared', 'id,name\n1,Ann\n', { key: 'id' });
    const mine = await sendFile(world, contributor, project, 'mine.csv', 'id,name\n1,Eve\n2,Ben\n', {
      dataset: 'shared',
      mode: 'upsert',
      confirm: 'true',
    });
    expect(mine.body, mine.text).toMatchObject({ rows: { inserted: 1, updated: 1 } });
    expect(mine.body.preview?.changes).toBeUndefined();
    const seen = await contributor.get(`/api/v1/upload/${mine.body.id}`);
    expect(seen.body.preview.changes).toBeUndefined();
    expect(seen.body.preview.rows).toBeUndefined();
    const again = await post(contributor, `/api/v1/upload/${mine.body.id}/check`);
    const dry = await sendFile(world, contributor, project, 'dry.csv', 'id,name\n1,Eve\n', {
      dataset: 'shared',
      mode: 'upsert',
      dry_run: 'true',
    });
    expect([again.status, dry.status, dry.body.preview?.publishable]).toEqual([201, 200, true]);
    for (const answer of [again, dry]) expect(answer.text).not.toContain('Ann');
    expect((await contributor.post(`/api/v1/upload/${dry.body.id}/drop`)).status).toBe(204);
    expect((await owner.get(`/api/v1/upload/${mine.body.id}/file`)).text).toContain('Eve');
    const list = await contributor.get(`/api/v1/upload?project_id=${project}&id=${mine.body.id}`);
    expect(list.body.objects.map((upload: { id: string }) => upload.id)).toEqual([mine.body.id]);
    const id = mine.body.dataset.id;
    for (const path of ['file', 'revision/latest/file', 'revision/latest/issues']) {
      expect((await contributor.get(`/api/v1/dataset/${id}/${path}`)).status, path).toBe(403);
    }
    expect((await contributor.get(`/api/v1/upload/${mine.body.id}/issues`)).status).toBe(200);
    expect((await contributor.patch(`/api/v1/dataset/${id}`, { title: 'x' })).status).toBe(403);
    expect((await contributor.post(`/api/v1/dataset/${id}/revision/1/undo`, {})).status).toBe(403);
    const replaced = await sendFile(world, contributor, project, 'r.csv', 'id,name\n9,Z\n', {
      dataset: 'shared',
      mode: 'replace',
    });
    expect([replaced.status, replaced.body.code]).toEqual([403, 'option_needs_editor']);
  });

  test('a viewer reads and cannot change; a stranger finds nothing', async () => {
    const { body } = await send('viewed', 'id\n1\n');
    const id = body.dataset.id;
    expect((await viewer.get(`/api/v1/dataset/${id}/file`)).text).toBe('id\n1\n');
    expect((await viewer.delete(`/api/v1/dataset/${id}`)).status).toBe(403);
    const stranger = await somebody(world);
    for (const path of [`dataset/${id}`, `dataset/${id}/revision/1`, `upload/${body.id}`, `upload/${body.id}/file`]) {
      expect((await stranger.get(`/api/v1/${path}`)).status, path).toBe(404);
    }
    expect((await stranger.get('/api/v1/revision')).body.objects).toEqual([]);
  });
});

test('the original file: byte for byte, by ranges, and not again when it is known', async () => {
  const { body } = await send('original', 'id;naïve\n1;x\n');
  const url = `/api/v1/upload/${body.id}/file`;
  const whole = await owner.get(url);
  expect(whole.text).toBe('id;naïve\n1;x\n');
  expect(whole.headers.get('etag')).toBe(`"${body.file.sha256}"`);
  const part = await owner.get(url, { range: 'bytes=3-' });
  expect([part.status, part.text, part.headers.get('content-range')]).toEqual([206, 'naïve\n1;x\n', 'bytes 3-13/14']);
  expect((await owner.get(url, { range: 'bytes=99-' })).status).toBe(416);
  expect((await owner.get(url, { 'if-none-match': whole.headers.get('etag')! })).status).toBe(304);
  expect((await owner.get(url, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
});
