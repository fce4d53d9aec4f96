import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, expect, test } from 'vitest';
import { sql } from '../../src/platform/db/index.ts';
import { startFlows } from './flow-server.ts';

const keys = await generateKeyPair('RS256');
const pem = await exportSPKI(keys.publicKey);
const server = createServer((_request, response) => response.end(pem)).listen(0, '127.0.0.1');
await new Promise<void>((resolve) => server.once('listening', resolve));
afterAll(() => server.close());
const authServer = `127.0.0.1:${(server.address() as AddressInfo).port}`;

const MB = 1_000_000;
/** Some bytes of a file that is copied and nothing else, different ones by letter. */
const text = (letter: string, bytes: number) => letter.repeat(bytes);
const copied = (name: string) => [{ name, path: `${name}.bin`, format: 'bin' }];

const { world, files, run, me, key } = await startFlows({
  FLOW_PRIVATE_STORAGE_MB: '1',
  FLOW_PUBLIC_STORAGE_MB: '3',
});
const limited = async (dataset: string, resources: Record<string, unknown>[], findability: string) =>
  run(dataset, resources, { meta: { owner: 'Me', ownerid: me.id, dataset, version: 1, findability } });

test('by the settings: what goes over the limit fails in its pipelines, names it, and is not kept', async () => {
  files['/half.bin'] = text('a', 0.6 * MB);
  files['/other.bin'] = text('b', 0.6 * MB);
  files['/tiny.csv'] = 'city\nLyon\n';
  expect((await limited('first', copied('half'), 'private')).state).toBe('SUCCEEDED');
  const over = await limited('second', copied('other'), 'private');
  expect(over.state).toBe('FAILED');
  expect(over.at('other').error_log).toEqual([
    'init',
    "flow_storage_limit: With it the owner's private datasets would hold more than the 1 MB of FLOW_PRIVATE_STORAGE_MB.",
  ]);
  const lineage = await world.anon.get(`/source/${over.id}/lineage`, key);
  expect(lineage.body.sources).toEqual([]);

  // Public ones have their own; equal bytes count once; and there is room for little things yet.
  expect((await limited('public', copied('other'), 'unlisted')).state).toBe('SUCCEEDED');
  expect((await limited('again', copied('half'), 'private')).state).toBe('SUCCEEDED');
  expect((await limited('second', [{ name: 'tiny', path: 'tiny.csv' }], 'private')).state).toBe('SUCCEEDED');
});

test('products count as sources do', async () => {
  const row = (i: number) => `${i},${text('c', 400)}`;
  files['/wide.csv'] = `id,t\n${Array.from({ length: 1000 }, (_, i) => row(i)).join('\n')}\n`;
  const { state, at } = await limited('third', [{ name: 'wide', path: 'wide.csv' }], 'private');
  expect(state).toBe('FAILED');
  const lines = ['wide_csv', 'wide_json'].map((name) => at(name).error_log[1] ?? '');
  expect(lines.join('\n')).toContain('flow_storage_limit: ');
});

const outside = await startFlows({ AUTH_SERVER: authServer });

test('by the token, for the runs of the schedule that follow too', async () => {
  const { files: theirs, world: there } = outside;
  const token = (permissions: object) =>
    new SignJWT({ userid: 'them', permissions: { max_dataset_num: 9, ...permissions }, service: 'source' })
      .setProtectedHeader({ alg: 'RS256' })
      .sign(keys.privateKey);
  const send = async (permissions: object, findability = 'private') => {
    const spec = {
      ...outside.specFor('d', copied('a'), { schedule: 'every 1d' }),
      meta: { ownerid: 'them', dataset: 'd', findability },
    };
    const jwt = await token(permissions);
    await expect
      .poll(async () => (await there.anon.get('/source/them/none/1', { 'auth-token': jwt })).status)
      .toBe(404);
    const { body } = await there.anon.post('/source/upload', spec, { 'auth-token': jwt });
    expect(body.errors).toEqual([]);
    await there.runJobs();
    return (await there.anon.get(`/source/${body.flow_id}`, { 'auth-token': jwt })).body;
  };
  theirs['/a.bin'] = text('a', 0.1 * MB);
  expect((await send({ max_private_storage_mb: 0.3 })).state).toBe('SUCCEEDED');
  theirs['/a.bin'] = text('b', 0.3 * MB);
  await there.context.db.exec(sql`update flow_dataset set scheduled_for = now() - interval '1 second'`);
  const { dispatchSchedules } = await import('../../src/flows/index.ts');
  await dispatchSchedules(there.context);
  await there.runJobs();
  const jwt = await token({});
  const second = (await there.anon.get('/source/them/d/2', { 'auth-token': jwt })).body;
  expect([second.state, second.error_log]).toEqual([
    'FAILED',
    [
      'init',
      "flow_storage_limit: With it the owner's private datasets would hold more than the 0.3 MB of max_private_storage_mb.",
    ],
  ]);
  // A token that says nothing of it leaves it to the settings, which set no limit here.
  expect((await send({})).state).toBe('SUCCEEDED');
  expect((await send({ max_private_storage_mb: 0 })).state).toBe('FAILED');
});
