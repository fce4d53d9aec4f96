import { expect, test } from 'vitest';
import { sendJson, startSource } from '../connections/http-source.ts';
import { projectOf, somebody } from '../support/people.ts';
import { startFlows } from './flow-server.ts';

let visits = [{ id: 1, town: 'Lyon' }];
let isDown = false;
const source = await startSource((_, response) =>
  isDown ? void response.destroy() : sendJson(response, { rows: visits, host: 'inner-host' }),
);
const { world, me, stateOf, rows } = await startFlows({ GRANARY_ALLOW_HOSTS: source.host });
const ed = await somebody(world, { username: 'ed' });
const vi = await somebody(world, { username: 'vi' });
const project = await projectOf(world, me, { editor: ed, viewer: vi });
const connection = await me.post('/api/v1/connection', {
  project_id: project,
  name: 'lab',
  type: 'http-json',
  config: { url: source.url, auth: 'bearer' },
  secrets: { token: 'flow-t0ken' },
  queries: { visits: { records: '/rows' } },
});
const change = (more: Record<string, unknown>) => me.patch(`/api/v1/connection/${connection.body.id}`, more);
let made = 0;
const concatenated = { target: { name: 'visits' }, fields: { id: [], town: [] } };

function spec(path: string, more: Record<string, unknown> = {}, ownerid = project) {
  made += 1;
  return {
    meta: { owner: 'Lab', ownerid, dataset: `d${made}`, version: 1, findability: 'published' },
    inputs: [
      {
        kind: 'datapackage',
        parameters: { descriptor: { name: `d${made}`, resources: [{ name: 'visits', path }] } },
      },
    ],
    ...more,
  };
}
const address = 'connection:lab/visits';
const refusal = {
  success: false,
  errors: [
    'Validation failed for contents',
    `/inputs/0/parameters/descriptor/resources/0/path: ${address} is not there, or not yours to use`,
  ],
};

async function run(given: unknown, by: { post: typeof me.post } = me) {
  const { body } = await by.post('/source/upload', given);
  expect(body.errors).toEqual([]);
  await world.runJobs();
  return stateOf(body.flow_id);
}

test('the rows of a query are a source, and lineage says which', async () => {
  const flow = await run(spec(address));
  expect(flow.at('visits').error_log).toEqual([]);
  expect(flow.state).toBe('SUCCEEDED');
  expect(await rows(flow.id, 'visits')).toEqual(['id,town', '1,Lyon']);
  const { text, body } = await me.get(`/source/${flow.id}/lineage?resource=visits`);
  expect(text).toContain(address);
  expect(JSON.stringify(body)).toMatch(/sha256:[0-9a-f]{64}/);
  const stored = await world.context.db.pool.query(
    `select (select string_agg(r::text, '') from flow_revision r) || (select string_agg(r::text, '') from run r)
       || (select string_agg(l::text, '') from run_log l) as texts`,
  );
  for (const shown of [text, stored.rows[0].texts]) expect(shown).not.toContain('flow-t0ken');
});

test('steps load from a connection too', async () => {
  const step = { run: 'load', parameters: { from: address, name: 'more' } };
  const flow = await run({
    ...spec(address),
    processing: [{ input: 'visits', output: 'visits', dpp: [step, { run: 'concatenate', parameters: concatenated }] }],
  });
  expect(flow.at('visits').error_log).toEqual([]);
  expect(await rows(flow.id, 'visits')).toEqual(['id,town', '1,Lyon', '1,Lyon']);
});

test('a later revision reads again', async () => {
  const given = spec(address);
  await run(given);
  visits = [...visits, { id: 2, town: 'Nice' }];
  const second = await run(given);
  expect(await rows(second.id, 'visits')).toEqual(['id,town', '1,Lyon', '2,Nice']);
});

test('whoever may not use a connection cannot name it; members may where it says so', async () => {
  expect((await ed.post('/source/upload', spec(address))).body).toMatchObject(refusal);
  await change({ usable_by: 'members' });
  expect((await run(spec(address), ed)).state).toBe('SUCCEEDED');
  // The flows of a person are in no project, and know the installation's connections only.
  expect((await ed.post('/source/upload', spec(address, {}, ed.id))).body).toMatchObject(refusal);
  const other = await projectOf(world, ed);
  expect((await ed.post('/source/upload', spec(address, {}, other))).body).toMatchObject(refusal);
});

test('a query the connection has not is refused, wherever it is named', async () => {
  const { body } = await me.post('/source/upload', spec('connection:lab/none'));
  expect(body.errors[1]).toContain('connection:lab/none is not there');
  const step = { run: 'load', parameters: { from: 'connection:lab/none', name: 'more' } };
  const inStep = spec(address, { processing: [{ input: 'visits', output: 'visits', dpp: [step] }] });
  expect((await me.post('/source/upload', inStep)).body.errors.join()).toContain('connection:lab/none is not there');
});

test('the right is asked again when the run reads', async () => {
  await change({ usable_by: 'members' });
  const { body } = await ed.post('/source/upload', spec(address));
  expect(body.errors).toEqual([]);
  await change({ usable_by: 'managers' });
  await world.runJobs();
  const { state, at } = await stateOf(body.flow_id);
  expect(state).toBe('FAILED');
  expect(at('visits').error_log.join()).toContain(`${address} is not there, or not for this flow to use.`);
});

test('a source that does not answer fails the pipeline, in words that name no host', async () => {
  isDown = true;
  const { state, at } = await run(spec(address));
  isDown = false;
  expect(state).toBe('FAILED');
  const words = at('visits').error_log.join();
  expect(words).toContain("Connection 'lab': The source cannot be reached.");
  expect(words).not.toContain('127.0.0.1');
});

test('a schedule reads with the right of who sent the spec', async () => {
  const given = spec(address, { schedule: 'every 1h' });
  const first = await run(given);
  const dataset = (
    await world.context.db.pool.query('select id from flow_dataset where owner_id = $1 and name = $2', [
      project,
      given.meta.dataset,
    ])
  ).rows[0].id;
  visits = [{ id: 9, town: 'Metz' }];
  const { startScheduledFlow } = await import('../../src/flows/index.ts');
  await startScheduledFlow(world.context, { datasetId: dataset, times: 1 });
  await world.runJobs();
  const second = first.id.replace(/1$/, '2');
  expect((await stateOf(second)).state).toBe('SUCCEEDED');
  expect(await rows(second, 'visits')).toEqual(['id,town', '9,Metz']);
  await change({ usable_by: 'managers', name: 'moved' });
  // By another name it is still the one the spec meant.
  await startScheduledFlow(world.context, { datasetId: dataset, times: 1 });
  await world.runJobs();
  expect((await stateOf(first.id.replace(/1$/, '3'))).state).toBe('SUCCEEDED');
  await me.delete(`/api/v1/connection/${connection.body.id}`);
  await startScheduledFlow(world.context, { datasetId: dataset, times: 1 });
  const { rows: problem } = await world.context.db.pool.query(
    'select schedule_problem from flow_dataset where id = $1',
    [dataset],
  );
  expect(problem[0].schedule_problem).toContain(`${address} is not there`);
});
