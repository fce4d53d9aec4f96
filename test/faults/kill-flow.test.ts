import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openLocalBlobs } from '../../src/platform/blobs/local-blobs.ts';
import { readPackage } from '../flows/package-reader.ts';
import { Actor } from '../support/actor.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { databaseUrl, onServer } from '../support/start-database.ts';

/** More with `KILLS`: each costs a start and a flow begun again. */
const kills = Number(process.env.KILLS ?? 3);
const admin = { email: 'admin@example.org', password: 'Correct-Horse-7' };
const wells = `id,town,litres\n${Array.from({ length: 6000 }, (_, i) => `${i},town ${i % 3000},${i}.50`).join('\n')}\n`;

const source = createServer((_request, response) => {
  response.end(wells);
}).listen(0, '127.0.0.1');
await once(source, 'listening');
const { port } = source.address() as AddressInfo;

const database = `granary_kill_flow_${process.pid}`;
let folder: string;
let server: ServerProcess | undefined;
let settings: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'granary-kill-flow-'));
  // A database of its own that is not killed along: what is tried here is the worker, and a start takes a third of the time.
  await onServer(inject('databaseUrl'), `create database ${database} template ${inject('templateName')}`);
  settings = {
    DATABASE_URL: databaseUrl(inject('databaseUrl'), database),
    GRANARY_DATA_DIR: folder,
    GRANARY_ADMIN_EMAIL: admin.email,
    GRANARY_ADMIN_PASSWORD: admin.password,
    GRANARY_RATE_LIMIT: '0',
    GRANARY_RUN_LEASE: '5',
    FETCH_ALLOW: `127.0.0.1:${port}`,
  };
});
afterAll(async () => {
  source.close();
  await server?.stop();
  await onServer(inject('databaseUrl'), `drop database ${database} with (force)`);
  await rm(folder, { recursive: true, force: true });
});

/** A generator with a seed, so that a failure can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const specOf = (ownerid: string, dataset: string) => ({
  meta: { ownerid, dataset, version: 1, findability: 'published' },
  inputs: [
    {
      kind: 'datapackage',
      url: `http://127.0.0.1:${port}/datapackage.json`,
      parameters: {
        descriptor: { name: 'wells', resources: [{ name: 'wells', path: 'wells.csv' }] },
      },
    },
  ],
  processing: [{ input: 'wells', output: 'wells', dpp: [{ run: 'sort', parameters: { 'sort-by': '{town}' } }] }],
  outputs: [{ kind: 'zip', parameters: { 'out-file': 'wells.zip' } }, { kind: 'parquet' }],
});

test(`kill -9 at ${kills} random points of a flow: it ends as if nothing had been, and leaves nothing behind`, {
  timeout: 600_000,
}, async () => {
  const random = randomFrom(Number(process.env.KILL_SEED ?? 20_261_125));
  let key: Record<string, string> = {};
  let me = '';
  const anon = () => new Actor(server!.url, {});
  const sent = new Set<string>();
  const states: Record<string, number> = {};

  const send = async (dataset: string) => {
    if (sent.has(dataset)) return;
    const answer = await anon()
      .post('/source/upload', specOf(me, dataset), key)
      .catch(() => undefined);
    if (answer === undefined) return;
    expect(answer.body.errors).toEqual([]);
    sent.add(dataset);
  };
  const status = async (dataset: string) => (await anon().get(`/source/${me}/${dataset}/latest`, key)).body;
  const ended = async (dataset: string) => {
    for (;;) {
      const { state, error_log: errors } = await status(dataset);
      if (state === 'FAILED') throw new Error(`${dataset}: ${errors.join('\n')}`);
      if (state === 'SUCCEEDED') return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  const begun = async (dataset: string) => {
    for (;;) {
      const { state } = await status(dataset);
      if (state !== undefined && state !== 'QUEUED') return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  for (let i = 0; i < kills; i += 1) {
    server = await startServerProcess(settings);
    if (me === '') {
      const { access_token: token } = (await anon().post('/auth', admin)).body;
      const granted = await anon().get('/auth/authorize?service=source', { authorization: `Bearer ${token}` });
      me = granted.body.userid;
      key = { 'auth-token': granted.body.token };
    }
    // What the killed one was at is done by this one; three attempts are all there are.
    if (i > 0) {
      await send(`d${i - 1}`);
      await ended(`d${i - 1}`);
    }
    const sending = send(`d${i}`);
    await begun(`d${i}`);
    await new Promise((resolve) => setTimeout(resolve, random() * 500));
    const before = await status(`d${i}`).catch(() => undefined);
    await server.kill();
    await sending;
    const found = before?.state ?? 'not there';
    states[found] = (states[found] ?? 0) + 1;
  }

  server = await startServerProcess(settings);
  const packages = [];
  for (let i = 0; i < kills; i += 1) {
    await send(`d${i}`);
    await ended(`d${i}`);
    const { pipelines, id } = await status(`d${i}`);
    expect(new Set(Object.values(pipelines as Record<string, { status: string }>).map((one) => one.status))).toEqual(
      new Set(['SUCCEEDED']),
    );
    const get = async (address: string) => {
      const answer = await anon().get(/^https?:/.test(address) ? new URL(address).pathname : address);
      expect([address, answer.status]).toEqual([address, 200]);
      return answer.bytes;
    };
    packages.push(await readPackage(`/package/${id}/datapackage.json`, get));
  }
  for (const { problems, resources } of packages) {
    expect(problems).toEqual([]);
    expect(resources.map(({ name, descriptor }) => [name, descriptor.hash])).toEqual(
      packages[0]!.resources.map(({ name, descriptor }) => [name, descriptor.hash]),
    );
  }
  // Else the kills missed what they were to hit.
  expect(states.INPROGRESS ?? 0, JSON.stringify(states)).toBeGreaterThanOrEqual(1);
  // Each start sweeps, and nobody is at work any more.
  await server.stop();
  server = await startServerProcess(settings);
  await untilEmpty(path.join(folder, 'work'));
  // What was being stored when the kill came cannot be told from a slow transfer until it is an hour old.
  await openLocalBlobs(path.join(folder, 'blobs')).sweepTemporary(0);
  expect(await readdir(path.join(folder, 'blobs/tmp'))).toEqual([]);
});

/** The sweep of the new process removes what killed ones left. */
async function untilEmpty(place: string): Promise<void> {
  const until = Date.now() + 90_000;
  for (;;) {
    const left = await readdir(place).catch(() => []);
    if (left.length === 0) return;
    if (Date.now() > until) throw new Error(`${place} still has ${left.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
