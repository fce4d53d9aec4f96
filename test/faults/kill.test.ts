import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { Actor, type Answer } from '../support/actor.ts';
import { projectOf, somebody } from '../support/people.ts';
import { readTable } from '../support/read-table.ts';
import { prepareServerProcess, startServerProcess, type WaitingServer } from '../support/server-process.ts';
import { startWorld } from '../support/world.ts';

const repetitions = 50;
/** Every so many times it is the whole `granary serve` that is killed; else the part of it that takes files in. */
const wholeServerEvery = 10;
const rowsPerFile = 20;

interface Sent {
  dataset: string;
  content: string;
  key: string;
  /** Id of the upload, once the server has acknowledged it. */
  acknowledged: string | undefined;
}

/** A generator with a seed, so that a failure can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const world = await startWorld();
const settings = {
  GRANARY_DATA_DIR: world.folder,
  DATABASE_URL: world.databaseUrl,
  GRANARY_RATE_LIMIT: '0',
  GRANARY_RUN_LEASE: '2',
  // On a slow machine all the kills may hit the same file again and again; giving up is another matter.
  GRANARY_INGEST_ATTEMPTS: '1000',
};
const ann = await somebody(world, { username: 'ann' });
const project = await projectOf(world, ann);

test(`kill -9 at ${repetitions} random points of an ingest: what was acknowledged is there, once`, {
  timeout: 1_800_000,
}, async () => {
  const random = randomFrom(Number(process.env.KILL_SEED ?? 20_261_123));
  const everything: Sent[] = [];

  const send = async (url: string, sent: Sent) => {
    const query = new URLSearchParams({
      project_id: project,
      dataset: sent.dataset,
      filename: `${sent.key}.csv`,
      key: 'id',
    });
    const headers = {
      ...ann.headers,
      'idempotency-key': sent.key,
      prefer: random() < 0.5 ? 'respond-async' : 'wait=10',
    };
    const answer = await new Actor(url, {})
      .post(`/api/v1/upload?${query}`, sent.content, headers)
      .catch((): Answer | undefined => undefined);
    if (answer === undefined) return;
    expect(answer.status, answer.text).toBe(201);
    sent.acknowledged = answer.body.id;
  };

  // As long as an ingest takes on this machine, as busy as it is now: the kills are to meet all of it, and not only the
  // time before the server has read anything.
  let windowMs = 700;
  let next = prepare();
  for (let i = 0; i < repetitions; i++) {
    const server = i % wholeServerEvery === 0 ? await startServerProcess(settings) : await next.open();
    onTestFinished(server.kill);
    if (i % wholeServerEvery !== 0) next = prepare();
    const lost = everything.filter((sent) => sent.acknowledged === undefined);
    const fresh: Sent = {
      dataset: `kill-${i % 5}`,
      content: `id,word\n${Array.from({ length: rowsPerFile }, (_, row) => `${i * rowsPerFile + row},w${i}`).join('\n')}\n`,
      key: `file-${i}`,
      acknowledged: undefined,
    };
    everything.push(fresh);
    // A sender that got no answer sends again; the key makes that safe.
    const sending = Promise.all([...lost, fresh].map((sent) => send(server.url, sent)));
    sending.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, random() * windowMs));
    windowMs *= lost.length > 0 && lost.every((sent) => sent.acknowledged === undefined) ? 1.5 : 0.9;
    await server.kill();
    await sending;
  }

  const acknowledged = everything.filter((sent) => sent.acknowledged !== undefined);
  expect(acknowledged.length, 'uploads acknowledged by servers that were killed').toBeGreaterThan(repetitions / 5);

  const last = await next.open();
  await Promise.all(everything.filter((sent) => sent.acknowledged === undefined).map((sent) => send(last.url, sent)));
  await untilQuiet(world.context.db.pool);
  for (const sent of everything) {
    const answer = await ann.get(`/api/v1/upload/${sent.acknowledged}`);
    expect(answer.body, sent.key).toMatchObject({
      state: 'published',
      rows: { read: rowsPerFile, inserted: rowsPerFile },
    });
  }
  const { rows: datasets } = await world.context.db.pool.query<{ id: string; name: string }>(
    'select id, name from dataset order by name',
  );
  for (const { id, name } of datasets) {
    const expected = everything
      .filter((sent) => sent.dataset === name)
      .flatMap((sent) => sent.content.trim().split('\n').slice(1));
    const stored = (await readTable(world.context, id)).map((row) => row.replace('|', ','));
    expect(stored.toSorted(), name).toEqual(expected.toSorted());
  }
  expect(datasets).toHaveLength(5);
  await untilEmpty(path.join(world.folder, 'work'));
  await world.context.blobs.sweepTemporary(0);
  expect(await readdir(path.join(world.folder, 'blobs', 'tmp')).catch(() => [])).toEqual([]);
  await last.kill();
});

function prepare(): WaitingServer {
  const waiting = prepareServerProcess(path.join(import.meta.dirname, 'ingest-child.ts'), settings);
  onTestFinished(waiting.kill);
  return waiting;
}

/** No run is under way any more; one that lost its worker may stay so no longer than a lease and its retry. */
async function untilQuiet(pool: pg.Pool): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ open: number; late: number }>(`
      select count(*)::int as open,
        (count(*) filter (where lease_until < now() - interval '5 seconds'))::int as late
      from run where state not in ('succeeded', 'failed', 'cancelled')`);
    expect(rows[0]!.late, 'runs long past their lease').toBe(0);
    if (rows[0]!.open === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The sweep of the new process removes what killed ones left. */
async function untilEmpty(place: string): Promise<void> {
  for (let left = ['?']; left.length > 0; left = await readdir(place).catch(() => [])) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
