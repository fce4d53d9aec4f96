import { describe, expect, test } from 'vitest';
import { insertRun } from '../../src/runs/index.ts';
import { type Person, projectOf, somebody } from '../support/people.ts';
import { gate, handlersFor, insert, startTestWorker, testKind, workOnce } from '../support/run-kinds.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
const other = await startWorld();
const { context } = world;
const ann = await somebody(world, { username: 'ann' });
const ben = await somebody(world, { username: 'ben' });
const eve = await somebody(world, { username: 'eve' });
const root = await somebody(world, { username: 'root', role: 'ADMIN' });
const projectId = await projectOf(world, ann, { viewer: ben });

test('own runs, members of the project and administrators see a run; for others it is not there', async () => {
  const id = await insert(context, { projectId, userId: ann.id });
  await workOnce(
    context,
    handlersFor(async (_context, run) => {
      run.log('info', 'one');
      return { rows: 1 };
    }),
  );
  for (const person of [ann, ben, root]) {
    const { status, body } = await person.get(`/api/v1/run/${id}`);
    expect([person.username, status]).toEqual([person.username, 200]);
    expect(body).toMatchObject({ id, kind: 'test', state: 'succeeded', summary: { rows: 1 }, progress: 100 });
    expect((await person.get('/api/v1/run')).body.objects.map((run: { id: string }) => run.id)).toContain(id);
    expect((await person.get(`/api/v1/run/${id}/log`)).status).toBe(200);
  }
  for (const path of ['', '/log', '/events']) {
    expect([path, (await eve.get(`/api/v1/run/${id}${path}`)).status]).toEqual([path, 404]);
    expect([path, (await world.anon.get(`/api/v1/run/${id}${path}`)).status < 500]).toEqual([path, true]);
    expect([path, (await world.anon.get(`/api/v1/run/${id}${path}`)).status === 200]).toEqual([path, false]);
  }
  expect((await eve.get('/api/v1/run')).body.objects).toEqual([]);
  expect((await eve.post(`/api/v1/run/${id}/cancel`)).status).toBe(404);
  expect((await ben.post(`/api/v1/run/${id}/cancel`)).status).toBe(403);
  expect((await ann.post(`/api/v1/run/${id}/cancel`)).body).toMatchObject({ code: 'run_ended', status: 409 });
  expect((await ann.get('/api/v1/run/nonsense/log')).body.code).toBe('run_not_found');
  expect((await ann.get('/api/v1/run?state=succeeded&kind=test')).body.objects).toHaveLength(1);
});

test('log: after a line, since an instant, as text', async () => {
  const id = await insert(context, { userId: eve.id });
  await workOnce(
    context,
    handlersFor(async (_context, run) => {
      for (const text of ['one', 'two', 'three']) run.log('info', text);
      return null;
    }),
  );
  const all = (await eve.get(`/api/v1/run/${id}/log`)).body;
  expect(all.objects.map((line: { id: number; text: string }) => [line.id, line.text])).toEqual([
    [1, 'one'],
    [2, 'two'],
    [3, 'three'],
  ]);
  expect(all.objects[0].at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  expect((await eve.get(`/api/v1/run/${id}/log?last-id=2`)).body.objects).toHaveLength(1);
  const since = encodeURIComponent(all.objects[1].at);
  expect((await eve.get(`/api/v1/run/${id}/log?start=${since}`)).body.objects).toHaveLength(2);
  expect((await eve.get(`/api/v1/run/${id}/log`, { accept: 'text/plain' })).text).toMatch(/^\S+Z INFO one\n/);
  expect((await eve.get(`/api/v1/run/${id}/log?start=x`)).body.code).toBe('invalid_start');
  expect((await eve.get(`/api/v1/run/${id}/log?last-id=x`)).body.code).toBe('invalid_last_id');
});

test('retry makes a new run, linked to the old one', async () => {
  const id = await insert(context, { userId: eve.id });
  expect((await eve.post(`/api/v1/run/${id}/cancel`)).body).toEqual({
    id,
    state: 'cancelled',
    previous_state: 'queued',
  });
  const retried = await eve.post(`/api/v1/run/${id}/retry`);
  expect([retried.status, retried.headers.get('location')]).toEqual([202, `/api/v1/run/${retried.body.id}`]);
  await workOnce(
    context,
    handlersFor(async () => 'again'),
  );
  const { body } = await eve.get(`/api/v1/run/${retried.body.id}`);
  expect(body).toMatchObject({ state: 'succeeded', retry_of: id, summary: 'again' });
  expect((await eve.post(`/api/v1/run/${retried.body.id}/retry`)).body.code).toBe('run_not_retryable');
});

interface Event {
  event: string;
  id?: string;
  data: { [key: string]: unknown };
}

/** Reads events until `enough` says so, or the stream ends. */
async function follow(
  id: string,
  headers: Record<string, string>,
  enough: (event: Event) => boolean | Promise<boolean>,
  who: Pick<typeof eve, 'headers'> = eve,
) {
  const stopping = new AbortController();
  const response = await fetch(`${world.url}/api/v1/run/${id}/events`, {
    headers: { ...who.headers, ...headers },
    signal: stopping.signal,
  });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const events: Event[] = [];
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = Object.fromEntries(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => line.split(/: (.*)/s).slice(0, 2)),
      );
      text = text.slice(end + 2);
      if (fields.event === undefined) continue;
      const event = { ...fields, data: JSON.parse(fields.data) } as Event;
      events.push(event);
      if (await enough(event)) {
        stopping.abort();
        return events;
      }
    }
  }
  return events;
}

test('live events: status first, lines by number, end last; resumed without gap or repeat', async () => {
  const middle = gate();
  const worker = await startTestWorker(
    context,
    handlersFor(async (_context, run) => {
      for (let n = 1; n <= 600; n += 1) run.log('info', `line ${n}`);
      run.progress(50, 'half');
      await middle.opened;
      for (let n = 601; n <= 700; n += 1) run.log('info', `line ${n}`);
      return { lines: 700 };
    }),
  );
  const id = await insert(context, { userId: eve.id });
  // A first reader goes away in the middle, another one lags behind from the start.
  const first = await follow(id, {}, (event) => event.id === '250');
  expect(first[0]!.event).toBe('status');
  const whole = follow(id, {}, () => false);
  const followers = [1, 2, 3].map(() =>
    follow(id, { 'last-event-id': '250' }, (event) => {
      if (event.id === '600') middle.open();
      return false;
    }),
  );
  for (const events of [...(await Promise.all(followers))]) {
    expect(events.filter((event) => event.event === 'log').map((event) => event.id)).toEqual(
      Array.from({ length: 450 }, (_, index) => String(index + 251)),
    );
    expect(events[0]!.event).toBe('status');
    expect(events.at(-1)).toMatchObject({ event: 'end', data: { state: 'succeeded', summary: { lines: 700 } } });
  }
  const all = await whole;
  expect(all.filter((event) => event.event === 'log').map((event) => event.data.text)).toEqual(
    Array.from({ length: 700 }, (_, index) => `line ${index + 1}`),
  );
  const after = await follow(id, { 'last-event-id': '700' }, () => false);
  expect(after.map((event) => event.event)).toEqual(['status', 'end']);
  await worker.stop();
});

describe('a stream ends with the right to it, before anything that comes later', () => {
  const ends: Record<string, (member: Person) => Promise<unknown>> = {
    membership: (member) => ann.send('DELETE', `/api/v1/project/${projectId}/members/${member.id}`),
    session: (member) => member.post('/auth/logout'),
    account: (member) => member.send('DELETE', '/api/v1/user/me'),
  };
  test.each(Object.keys(ends))('%s', async (what) => {
    const member = await somebody(world, { username: `gone-${what}` });
    await ann.post(`/api/v1/project/${projectId}/members`, { user: member.id, role: 'viewer' });
    const [told, ended] = [gate(), gate()];
    const worker = await startTestWorker(
      context,
      handlersFor(async (_context, run) => {
        run.log('info', 'before');
        await told.opened;
        run.log('info', 'after');
        await ended.opened;
        return null;
      }),
    );
    const id = await insert(context, { projectId, userId: ann.id });
    const events = await follow(
      id,
      {},
      async (event) => {
        if (event.event !== 'log') return false;
        await ends[what]!(member);
        told.open();
        return false;
      },
      member,
    );
    expect(events.filter(({ event }) => event === 'log').map(({ data }) => data.text)).toEqual(['before']);
    expect(events.at(-1)!.event).not.toBe('end');
    ended.open();
    const owned = await follow(id, {}, () => false, ann);
    expect(owned.at(-1)!.event).toBe('end');
    await worker.stop();
  });
});

test('a server that closes ends its streams', async () => {
  const id = await other.context.db.transaction((tx) =>
    insertRun(tx, other.context, { kind: testKind, payload: {}, delaySeconds: 3600 }),
  );
  const admin = await somebody(other, { role: 'ADMIN' });
  const response = await fetch(`${other.url}/api/v1/run/${id}/events`, { headers: admin.headers });
  const read = response.text();
  await other.app.close();
  expect(await read).toContain('event: status');
});
