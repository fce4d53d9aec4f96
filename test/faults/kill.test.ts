import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/platform/config/index.ts';
import { findEmbedded } from '../../src/platform/db/embed/index.ts';
import { createLog } from '../../src/platform/log/index.ts';
import { openContext } from '../../src/platform/open-context.ts';
import { Actor, type Answer } from '../support/actor.ts';
import { readTable } from '../support/read-table.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const repetitions = 50;
const rowsPerFile = 20;
const admin = { email: 'admin@example.org', password: 'Correct-Horse-7' };

let folder: string;
let server: ServerProcess | undefined;
let settings: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'granary-kill-'));
  settings = {
    GRANARY_DATA_DIR: folder,
    GRANARY_ADMIN_EMAIL: admin.email,
    GRANARY_ADMIN_PASSWORD: admin.password,
    GRANARY_RATE_LIMIT: '0',
    GRANARY_RUN_LEASE: '2',
    // On a slow machine fifty kills may hit the same file again and again; giving up is another matter.
    GRANARY_INGEST_ATTEMPTS: '1000',
  };
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

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

test(`kill -9 at ${repetitions} random points of an ingest: what was acknowledged is there, once`, {
  timeout: 600_000,
}, async () => {
  const random = randomFrom(Number(process.env.KILL_SEED ?? 20_261_123));
  const everything: Sent[] = [];
  let token = '';
  let project = '';

  const send = async (sent: Sent) => {
    const query = new URLSearchParams({
      project_id: project,
      dataset: sent.dataset,
      filename: `${sent.key}.csv`,
      key: 'id',
    });
    const headers = {
      authorization: `Bearer ${token}`,
      'idempotency-key': sent.key,
      prefer: random() < 0.5 ? 'respond-async' : 'wait=10',
    };
    const answer = await new Actor(server!.url, {})
      .post(`/api/v1/upload?${query}`, sent.content, headers)
      .catch((): Answer | undefined => undefined);
    if (answer === undefined) return;
    expect(answer.status, answer.text).toBe(201);
    sent.acknowledged = answer.body.id;
  };

  for (let i = 0; i < repetitions; i++) {
    server = await startServerProcess(settings);
    if (token === '') {
      token = (await new Actor(server.url, {}).post('/auth', admin)).body.access_token;
      const made = await new Actor(server.url, { authorization: `Bearer ${token}` }).post('/api/v1/project', {
        title: 'Kill',
      });
      project = made.body.id;
    }
    const lost = everything.filter((sent) => sent.acknowledged === undefined);
    const fresh: Sent = {
      dataset: `kill-${i % 5}`,
      content: `id,word\n${Array.from({ length: rowsPerFile }, (_, row) => `${i * rowsPerFile + row},w${i}`).join('\n')}\n`,
      key: `file-${i}`,
      acknowledged: undefined,
    };
    everything.push(fresh);
    // A sender that got no answer sends again; the key makes that safe.
    const sending = Promise.all([...lost, fresh].map(send));
    sending.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, random() * 700));
    await server.kill();
    await sending;
  }

  server = await startServerProcess(settings);
  await Promise.all(everything.filter((sent) => sent.acknowledged === undefined).map(send));
  const url = await findEmbedded(folder);
  const config = readConfig({ GRANARY_DATA_DIR: folder, GRANARY_LOG_LEVEL: 'error' });
  const context = await openContext(config, createLog({ level: 'error', pretty: false }), url!);
  try {
    await untilQuiet(context.db.pool);
    for (const sent of everything) {
      const answer = await new Actor(server.url, { authorization: `Bearer ${token}` }).get(
        `/api/v1/upload/${sent.acknowledged}`,
      );
      expect(answer.body, sent.key).toMatchObject({
        state: 'published',
        rows: { read: rowsPerFile, inserted: rowsPerFile },
      });
    }
    const { rows: datasets } = await context.db.pool.query<{ id: string; name: string }>(
      'select id, name from dataset order by name',
    );
    for (const { id, name } of datasets) {
      const expected = everything
        .filter((sent) => sent.dataset === name)
        .flatMap((sent) => sent.content.trim().split('\n').slice(1));
      const stored = (await readTable(context, id)).map((row) => row.replace('|', ','));
      expect(stored.toSorted(), name).toEqual(expected.toSorted());
    }
    expect(datasets).toHaveLength(5);
    await untilEmpty(path.join(folder, 'work'));
    await context.blobs.sweepTemporary(0);
    expect(await readdir(path.join(folder, 'blobs', 'tmp')).catch(() => [])).toEqual([]);
  } finally {
    await context.close();
  }
});

/** No run is under way any more; one that lost its worker does not stay so: what is slow on a busy machine is not lost. */
async function untilQuiet(pool: pg.Pool): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ open: number; late: number }>(`
      select count(*)::int as open,
        (count(*) filter (where lease_until < now() - interval '1 minute'))::int as late
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
