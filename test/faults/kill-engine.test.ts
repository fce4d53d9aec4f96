import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Actor } from '../support/actor.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { databaseUrl, onServer } from '../support/start-database.ts';

const admin = { email: 'admin@example.org', password: 'Correct-Horse-7' };
const asked = Promise.withResolvers<void>();
/** Never answers: the engine waits. */
const source = createServer(() => asked.resolve()).listen(0, '127.0.0.1');
await once(source, 'listening');
const { port } = source.address() as AddressInfo;

const database = `granary_kill_engine_${process.pid}`;
let folder: string;
let server: ServerProcess;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'granary-kill-engine-'));
  await onServer(inject('databaseUrl'), `create database ${database} template ${inject('templateName')}`);
  server = await startServerProcess({
    DATABASE_URL: databaseUrl(inject('databaseUrl'), database),
    GRANARY_DATA_DIR: folder,
    GRANARY_ADMIN_EMAIL: admin.email,
    GRANARY_ADMIN_PASSWORD: admin.password,
    GRANARY_SECRET: 'a-secret-of-thirty-two-bytes-or-more',
    FETCH_ALLOW: `127.0.0.1:${port}`,
  });
});
afterAll(async () => {
  source.close();
  source.closeAllConnections();
  await server.stop();
  await onServer(inject('databaseUrl'), `drop database ${database} with (force)`);
  await rm(folder, { recursive: true, force: true });
});

const processes = async () =>
  (await promisify(execFile)('ps', ['-eo', 'pid=,ppid=,args='])).stdout.split('\n').map((line) => {
    const [pid, parent, ...args] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), args: args.join(' ') };
  });

test('kill -9 of the server: the engine of its flow ends too, and never had its secrets', async () => {
  const anon = new Actor(server.url, {});
  const { access_token: token } = (await anon.post('/auth', admin)).body;
  const granted = await anon.get('/auth/authorize?service=source', { authorization: `Bearer ${token}` });
  const { userid: ownerid, token: key } = granted.body;
  const url = `http://127.0.0.1:${port}/a.csv`;
  const spec = {
    meta: { ownerid, dataset: 'a' },
    inputs: [{ kind: 'datapackage', parameters: { descriptor: { name: 'a', resources: [{ name: 'a', path: url }] } } }],
  };
  const sent = await anon.post('/source/upload', spec, { 'auth-token': key });
  expect(sent.body.errors).toEqual([]);
  await asked.promise;
  const engines = (await processes()).filter(({ parent, args }) => parent === server.pid && /flow-engine/.test(args));
  expect(engines.length).toBe(1);
  const { pid } = engines[0]!;
  const { stdout: shown } = await promisify(execFile)('ps', ['eww', '-p', String(pid), '-o', 'args=']);
  expect(shown).toContain('GRANARY_DATA_DIR');
  expect(shown).not.toMatch(/DATABASE_URL|GRANARY_SECRET|GRANARY_ADMIN_PASSWORD/);
  await server.kill();
  while ((await processes()).some((one) => one.pid === pid && /flow-engine/.test(one.args)))
    await new Promise((resolve) => setTimeout(resolve, 50));
});
