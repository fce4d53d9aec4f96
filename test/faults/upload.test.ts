import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findEmbedded } from '../../src/platform/db/embed/index.ts';
import { sweepBlobs } from '../../src/platform/storage/index.ts';
import { Actor } from '../support/actor.ts';
import { type Person, projectOf, somebody } from '../support/people.ts';
import { startServerProcess } from '../support/server-process.ts';
import { sendFile } from '../support/upload.ts';
import { startWorld, type World } from '../support/world.ts';

const run = promisify(execFile);
let world: World;
let owner: Person;
let project: string;

beforeAll(async () => {
  world = await startWorld();
  owner = await somebody(world);
  project = await projectOf(world, owner);
});

const count = async (table: 'upload' | 'dataset' | 'run') =>
  Number((await world.context.db.pool.query(`select count(*) from ${table}`)).rows[0].count);

async function blobNames(of: World): Promise<string[]> {
  const names: string[] = [];
  for await (const blob of of.context.blobs.list()) names.push(blob.sha256);
  return names;
}

/** Sends the start of a request by hand, and hangs up after it. */
async function sendAndBreakOff(head: string[], body: string): Promise<void> {
  const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  // Long enough for the server to be reading the body: it has its file open.
  const temporary = path.join(world.folder, 'blobs', 'tmp');
  for (let open = 0; open === 0; open = (await readdir(temporary).catch(() => [])).length) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  socket.destroy();
}

const authorization = () => `Authorization: Bearer ${owner.accessToken}`;

test.each([
  [
    'raw with a length',
    (url: string) => [`PUT ${url} HTTP/1.1`, 'Host: x', authorization(), 'Content-Length: 9000000'],
    `id\n${'1\n'.repeat(50_000)}`,
  ],
  [
    'raw in chunks',
    (url: string) => [`PUT ${url} HTTP/1.1`, 'Host: x', authorization(), 'Transfer-Encoding: chunked'],
    `${(200_000).toString(16)}\r\n${'1\n'.repeat(60_000)}`,
  ],
  [
    'a form',
    (url: string) => [
      `POST ${url} HTTP/1.1`,
      'Host: x',
      authorization(),
      'Content-Length: 9000000',
      'Content-Type: multipart/form-data; boundary=b',
    ],
    `--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\nid\n${'1\n'.repeat(50_000)}`,
  ],
])('a client that disconnects half-way (%s) leaves nothing', async (_what, head, body) => {
  const before = [await count('upload'), await count('dataset'), await count('run'), (await blobNames(world)).length];
  await sendAndBreakOff(head(`/api/raw_data_file_upload?project_id=${project}&dataset=broken`), body);
  const temporary = path.join(world.folder, 'blobs', 'tmp');
  while ((await readdir(temporary)).length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect([await count('upload'), await count('dataset'), await count('run'), (await blobNames(world)).length]).toEqual(
    before,
  );
});

test('an early refusal lets the sender finish and see it', async () => {
  const big = new Uint8Array(8_000_000).fill(65);
  const answers = await Promise.all([
    owner.put('/api/raw_data_file_upload', big),
    owner.put(`/api/raw_data_file_upload?project_id=nowhere`, big),
    world.anon.put(`/api/raw_data_file_upload?project_id=${project}`, big),
  ]);
  expect(answers.map(({ status, body }) => [status, body])).toEqual([
    [400, 'Failed to provide project id'],
    [400, 'project with id nowhere does not exist'],
    [401, 'Failed access control check'],
  ]);
});

test('over the limit: 413 with the limit, before the transfer where the length is known, else on the way', async () => {
  const small = await startWorld({ GRANARY_UPLOAD_MAX_BYTES: '1000' });
  const sender = await somebody(small);
  const id = await projectOf(small, sender);
  const stream = new ReadableStream({
    start(controller) {
      for (let i = 0; i < 20; i++) controller.enqueue(new Uint8Array(1000).fill(65));
      controller.close();
    },
  });
  for (const body of [new Uint8Array(3_000_000), stream]) {
    const answer = await sender.post(`/api/v1/upload?project_id=${id}`, body);
    expect(answer.body).toMatchObject({ status: 413, code: 'upload_too_large', limit: 1000 });
  }
  expect(await blobNames(small)).toEqual([]);
});

test('bytes that no row names are swept after their time, and those in use stay', async () => {
  const { body } = await sendFile(world, owner, project, 'kept.csv', 'id\n1\n');
  const { sha256 } = await world.context.blobs.put((await import('node:stream')).Readable.from(['orphan']), {
    maxBytes: 100,
  });
  await sweepBlobs(world.context, 3600);
  expect(await world.context.blobs.stat(sha256)).toBeDefined();
  expect(await sweepBlobs(world.context, -1)).toBeGreaterThan(0);
  expect(await world.context.blobs.stat(sha256)).toBeUndefined();
  expect((await owner.get(`/api/v1/upload/${body.id}/file`)).status).toBe(200);
  expect((await owner.get(`/api/v1/dataset/${body.dataset.id}/revision/1/issues`)).status).toBe(200);
});

test.skipIf(process.getuid?.() !== 0)(
  'a full disk under the blobs: 507, nothing recorded, and it works again with space',
  async () => {
    const disk = await mkdtemp(path.join(os.tmpdir(), 'granary-full-'));
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    try {
      const full = await startWorld({ GRANARY_BLOBS: `file:${disk}` });
      const sender = await somebody(full);
      const id = await projectOf(full, sender);
      const refused = await sender.post(
        `/api/v1/upload?project_id=${id}&dataset=full`,
        new Uint8Array(2_000_000).fill(65),
      );
      expect(refused.body).toMatchObject({ status: 507, code: 'storage_full' });
      expect((await sender.get('/api/v1/upload')).body.objects).toEqual([]);
      // Room for the file, none for its table: the run fails and says so, and nothing is published.
      const content = `id,text\n${Array.from({ length: 1500 }, (_, i) => `${i},${Math.sin(i)}`).join('\n')}\n`;
      await writeFile(path.join(disk, 'ballast'), new Uint8Array(1024 * 1024 - content.length - 12_288));
      const unpublished = await sendFile(full, sender, id, 'tight.csv', content);
      expect([unpublished.status, unpublished.body.code]).toEqual([507, 'storage_full']);
      await rm(path.join(disk, 'ballast'));
      const accepted = await sendFile(full, sender, id, 'fits.csv', 'id\n1\n');
      expect(accepted.status, accepted.text).toBe(201);
    } finally {
      await run('umount', ['-l', disk]);
      await rm(disk, { recursive: true });
    }
  },
);

test('the database is restarted under load: every acknowledged upload is there once, the others can be sent again', {
  timeout: 180_000,
}, async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-restart-'));
  await mkdir(folder, { recursive: true });
  const admin = { email: 'admin@example.org', password: 'Correct-Horse-7' };
  const server = await startServerProcess({
    GRANARY_DATA_DIR: folder,
    GRANARY_ADMIN_EMAIL: admin.email,
    GRANARY_ADMIN_PASSWORD: admin.password,
    GRANARY_RATE_LIMIT: '0',
    GRANARY_RUN_LEASE: '3',
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  try {
    const token = (await new Actor(server.url, {}).post('/auth', admin)).body.access_token;
    const sender = new Actor(server.url, { authorization: `Bearer ${token}` });
    const id = (await sender.post('/api/v1/project', { title: 'Restart' })).body.id;
    const upload = async (i: number) => {
      for (;;) {
        const answer = await sender
          .post(`/api/v1/upload?project_id=${id}&dataset=load&key=id&filename=f${i}.csv`, `id,w\n${i},x\n`, {
            'content-type': 'text/csv',
            'idempotency-key': `f${i}`,
            prefer: 'respond-async',
          })
          .catch(() => undefined);
        if (answer?.status === 201) return answer.body.id as string;
        // What a client is told while the database is away; anything else is a fault.
        if (answer !== undefined) expect([503, 409], answer.text).toContain(answer.status);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    };
    const uploads = Array.from({ length: 12 }, (_, i) => upload(i));
    await restartDatabase(folder);
    const ids = await Promise.all(uploads);
    for (const uploadId of ids) {
      for (let state = 'received'; state !== 'published'; ) {
        const answer = await sender.get(`/api/v1/upload/${uploadId}`);
        if (answer.status === 200) state = answer.body.state;
        expect(['received', 'published'], answer.text).toContain(state);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    const [dataset] = (await sender.get(`/api/v1/dataset?project_id=${id}`)).body.objects;
    expect(dataset).toMatchObject({ name: 'load', rows: 12, latest_revision: 12 });
  } finally {
    await server.stop();
  }
});

/** Kills every session and the postmaster's children at once, as a crash of PostgreSQL does; it recovers by itself. */
async function restartDatabase(folder: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: await findEmbedded(folder) });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where application_name = 'granary' and backend_type = 'client backend' limit 1`,
  );
  // SIGKILL to one backend makes the postmaster end all others, run recovery, and start anew.
  process.kill(rows[0]!.pid, 'SIGKILL');
  await client.end().catch(() => undefined);
}
