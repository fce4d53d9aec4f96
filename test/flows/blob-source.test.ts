import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sweepBlobs } from '../../src/platform/storage/index.ts';
import { projectOf } from '../support/people.ts';
import { sendFile } from '../support/upload.ts';
import { startFlows } from './flow-server.ts';
import { flowOwner, upload } from './flow-world.ts';

const { world, me, files, specFor, stateOf, rows, base } = await startFlows();
files['/data/cities.csv'] = 'id,city\n7,Bonn\n';
const text = 'id,city\n1,Lyon\n2,Nice\n';
const sha256 = createHash('sha256').update(text).digest('hex');
const project = await projectOf(world, me);
await sendFile(world, me, project, 'cities.csv', text);
const stranger = await flowOwner(world);
const named = (path: string) => [{ name: 'cities', path }];
const refusal = (pointer: string) => ({
  success: false,
  errors: ['Validation failed for contents', `${pointer}: blob:sha256:${sha256} is not there, or not yours to read`],
});

test('the bytes of an upload are a source for who may open it', async () => {
  const { body } = await upload(world, me, specFor('mine', named(`blob:sha256:${sha256}#.csv`)));
  expect(body.errors).toEqual([]);
  await world.runJobs();
  const flow = await stateOf(body.flow_id);
  expect(flow.state).toBe('SUCCEEDED');
  expect(await rows(flow.id, 'cities')).toEqual(['id,city', '1,Lyon', '2,Nice']);
  // A session of ours says who asks, as the service token does.
  const { body: session } = await me.post(
    '/source/upload',
    specFor('mine', named('data/cities.csv'), {
      inputs: [
        {
          kind: 'datapackage',
          url: base,
          parameters: {
            descriptor: { name: 'mine', resources: named('data/cities.csv') },
            'resource-mapping': { cities: `blob:sha256:${sha256}` },
          },
        },
      ],
    }),
  );
  expect(session.errors).toEqual([]);
  await world.runJobs();
  expect((await stateOf(session.flow_id)).state).toBe('SUCCEEDED');
});

test('whoever knows a hash does not thereby own the bytes, wherever the spec names it', async () => {
  const theirs = (resources: Record<string, unknown>[]) => {
    const spec = specFor('theirs', resources);
    return { ...spec, meta: { ...spec.meta, ownerid: stranger.id } };
  };
  const address = `blob:sha256:${sha256}`;
  const at = '/inputs/0/parameters/descriptor/resources/0';
  const sent = async (spec: unknown) => (await upload(world, stranger, spec)).body;
  expect(await sent(theirs(named(address)))).toMatchObject(refusal(`${at}/path`));
  expect(await sent(theirs([{ name: 'c', path: 'c.csv', schema: address }]))).toMatchObject(refusal(`${at}/schema`));
  // One that is nowhere is answered in the same words.
  const nowhere = `blob:sha256:${'0'.repeat(64)}`;
  expect((await sent(theirs(named(nowhere)))).errors[1]).toBe(
    `${at}/path: ${nowhere} is not there, or not yours to read`,
  );
});

const loading = (run: string, parameters: object) => ({
  processing: [{ input: 'cities', output: 'cities', dpp: [{ run, parameters }] }],
});

test.each([
  ['load', 'url'],
  ['add_resource', 'url'],
  ['load_resource', 'from'],
])('%s brings in bytes by %s, for who may open them', async (run, key) => {
  const name = `${run}-${key}`.replace('_', '-');
  const step = { run, parameters: { [key]: `blob:sha256:${sha256}#.csv`, name: 'more' } };
  const both = { run: 'concatenate', parameters: { target: { name: 'cities' }, fields: { id: [], city: [] } } };
  const processing = [{ input: 'cities', output: 'cities', dpp: [step, both] }];
  const { body } = await upload(world, me, specFor(name, named('data/cities.csv'), { processing }));
  expect(body.errors).toEqual([]);
  await world.runJobs();
  const flow = await stateOf(body.flow_id);
  expect(flow.state).toBe('SUCCEEDED');
  expect((await rows(flow.id, 'cities')).slice(-2)).toEqual(['1,Lyon', '2,Nice']);
  const { body: lineage } = await world.anon.get(`/source/${flow.id}/lineage`, { 'auth-token': me.token });
  expect(lineage.columns[0].sources).toContainEqual({
    source: `blob:sha256:${sha256}`,
    field: 'id',
    hash: `sha256:${sha256}`,
  });
  // The outcome is remembered by now, and still nobody else's to have.
  const spec = specFor('theirs', named('data/cities.csv'), { processing });
  const { body: refused } = await upload(world, stranger, { ...spec, meta: { ...spec.meta, ownerid: stranger.id } });
  expect(refused).toMatchObject(refusal(`/processing/0/dpp/0/parameters/${key}`));
  await upload(world, me, specFor(name, named('data/cities.csv'), { processing }));
  await world.context.db.pool.query('delete from flow_blob');
  await world.runJobs();
  const { at } = await stateOf(body.flow_id.replace(/1$/, '2'));
  expect(at('cities_csv').error_log).toEqual([
    run,
    `blob:sha256:${sha256} is not there, or not for this flow to read.`,
  ]);
});

test('an address that is none of a blob is refused in steps as well', async () => {
  const spec = specFor('none', named('data/cities.csv'), loading('load', { url: 'blob:md5:1' }));
  expect((await upload(world, me, spec)).body.errors[1]).toContain('/processing/0/dpp/0/parameters/url');
});

test('a run reads no blob whose right was not checked for its revision', async () => {
  const { body } = await upload(world, me, specFor('unchecked', named(`blob:sha256:${sha256}#.csv`)));
  await world.context.db.pool.query('delete from flow_blob');
  await world.runJobs();
  const { at } = await stateOf(body.flow_id);
  expect(at('cities_csv').error_log).toEqual([
    'init',
    `blob:sha256:${sha256} is not there, or not for this flow to read.`,
  ]);
});

test('the bytes stay while a revision waits for its run', async () => {
  const { body } = await upload(world, me, specFor('waits', named(`blob:sha256:${sha256}#.csv`)));
  const { context } = world;
  const now = context.now;
  await context.db.pool.query('update upload set blob_sha256 = $1', ['1'.repeat(64)]);
  await context.db.pool.query(`delete from flow_source; delete from flow_product where resource = 'cities'`);
  context.now = () => new Date(now().getTime() + 86_400_000);
  try {
    await sweepBlobs(context, 0);
  } finally {
    context.now = now;
  }
  await world.runJobs();
  expect((await stateOf(body.flow_id)).state).toBe('SUCCEEDED');
});
