import { afterAll, expect, test } from 'vitest';
import { createToken } from '../../src/accounts/tokens/create-token.ts';
import { sql } from '../../src/platform/db/index.ts';
import { projectOf, somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { flowOwner, report, secret, specOf, upload } from './flow-world.ts';

const world = await startWorld({ FLOW_RUNNER: 'external', FLOW_UPDATE_SECRET: secret, SOURCE_JSONP: 'true' });
const me = await flowOwner(world);
const { context } = world;
// The end of every flow's run asks whether the flow has ended too.
afterAll(() => world.runJobs());

const count = async (table: 'flow_dataset' | 'flow_revision' | 'run') =>
  (await context.db.one<{ n: number }>(sql`select count(*)::int as n from ${sql.raw(table)}`)).n;

const failed = (errors: string[], dataset_id: string | null = null, flow_id: string | null = null) => ({
  success: false,
  dataset_id,
  flow_id,
  errors,
});
const empty = failed(['Received empty contents (make sure your content-type is correct)']);
const unauthorised = failed(['No token or token not authorised for owner']);
const key = { 'auth-token': me.token };

test('row 1: nothing, null and what is not JSON', async () => {
  const json = { ...key, 'content-type': 'application/json' };
  for (const [body, headers] of [
    ['', json],
    ['null', json],
    [JSON.stringify(specOf(me)), { ...key, 'content-type': 'text/plain' }],
    [JSON.stringify(specOf(me)), { ...key, 'content-type': 'application/x-www-form-urlencoded' }],
    [JSON.stringify(specOf(me)), { ...key, 'content-type': 'application/octet-stream' }],
  ] as const) {
    const answer = await world.anon.post('/source/upload', body, headers);
    expect([answer.status, answer.body]).toEqual([200, empty]);
  }
});

test('row 2: no owner', async () => {
  const bodies = [[], 'text', 7, {}, { meta: 'me' }, { meta: {} }, { meta: { ownerid: '' } }, { meta: { ownerid: 7 } }];
  for (const body of bodies) {
    const answer = await world.anon.post('/source/upload', JSON.stringify(body), {
      ...key,
      'content-type': 'application/json',
    });
    expect([answer.status, answer.body]).toEqual([200, failed(['Missing owner in spec'])]);
  }
});

test('row 3: no token, a broken one, a refresh token, somebody else’s', async () => {
  const other = await flowOwner(world);
  for (const headers of [
    {},
    { 'auth-token': 'nonsense' },
    { 'auth-token': `${me.token.slice(0, -8)}AAAAAAAA` },
    { 'auth-token': me.refreshToken },
    { 'auth-token': other.token },
  ] as Record<string, string>[]) {
    const answer = await world.anon.post('/source/upload', specOf(me), headers);
    expect([answer.status, answer.body]).toEqual([200, unauthorised]);
  }
});

test('row 4: one dataset too many; a login token carries no limit and so allows none', async () => {
  const answer = await world.anon.post('/source/upload', specOf(me, 'more'), { 'auth-token': me.accessToken });
  expect(answer.body).toEqual(failed(['Max datasets for user exceeded plan limit (0)'], `${me.id}/more`));
});

test.each<[string, Record<string, unknown>, string[], string | null]>([
  ['a schedule', { schedule: 'hourly' }, ["Schedule should start with 'every'"], 'id'],
  ['a schedule that is a number', { schedule: 60 }, ['Schedule should be a string'], 'id'],
  ['no inputs', { inputs: undefined }, ["Unexpected error: 'inputs'"], 'id'],
  ['two inputs', { inputs: [{}, {}] }, ['Unexpected error: Only supporting one input atm'], 'id'],
  ['another kind', { inputs: [{ kind: 'sql' }] }, ['Unexpected error: Only supporting datapackage inputs atm'], 'id'],
  ['a step without output', { processing: [{ input: 'cities' }] }, ["Unexpected error: 'output'"], 'id'],
  [
    'processing of another shape',
    { processing: 7 },
    ['Validation failed for contents', '/processing: must be a list'],
    'id',
  ],
])('rows 5 to 7: %s', async (_name, more, errors, dataset) => {
  const before = [await count('flow_dataset'), await count('flow_revision'), await count('run')];
  const { body } = await upload(world, me, specOf(me, 'id-bad', more));
  expect(body).toEqual(failed(errors, dataset === null ? null : `${me.id}/id-bad`));
  expect([await count('flow_dataset'), await count('flow_revision'), await count('run')]).toEqual(before);
});

test('row 7: without a dataset there is no id', async () => {
  const { body } = await upload(world, me, { ...specOf(me), meta: { ownerid: me.id } });
  expect(body).toEqual(failed(["Unexpected error: 'dataset'"]));
});

test.each<[string, unknown[], RegExp]>([
  ['an unknown processor', [{ run: 'sorrt' }], /^\/processing\/0\/dpp\/0\/run: .*sorrt/],
  ['a forbidden one', [{ run: 'dump_to_path' }], /^\/processing\/0\/dpp\/0\/run: .*dump_to_path/],
  ['a missing parameter', [{ run: 'sort', parameters: {} }], /^\/processing\/0\/dpp\/0\/parameters/],
  [
    'a field that is not there',
    [
      { run: 'sort', parameters: { 'sort-by': '{city}' } },
      { run: 'sort', parameters: { 'sort-by': '{town}' } },
    ],
    /^\/processing\/0\/dpp\/1\/parameters\/sort-by: .*town/,
  ],
])('row 6: steps with %s', async (_name, dpp, problem) => {
  const processing = [{ input: 'cities', output: 'cities', dpp }];
  const { body } = await upload(world, me, specOf(me, 'id-bad', { processing }));
  expect(body.errors[0]).toBe('Validation failed for contents');
  expect(body.errors[1]).toMatch(problem);
  expect(body.errors).toHaveLength(2);
});

test('the owner of a refused spec gets a mail', async () => {
  const mails = await context.db.many<{ subject: string }>(sql`select subject from mail where recipient = ${me.email}`);
  expect(mails.map((mail) => mail.subject)).toContain('Failed To Start Pipelines for id-bad');
});

test('a spec becomes a revision with all its pipelines, and its state has nine keys', async () => {
  const answer = await upload(world, me, specOf(me));
  const flow = `${me.id}/id/1`;
  expect([answer.status, answer.body]).toEqual([
    200,
    { success: true, dataset_id: `${me.id}/id`, flow_id: flow, errors: [] },
  ]);
  const { body, status } = await world.anon.get(`/source/${flow}`, key);
  expect(status).toBe(200);
  expect(Object.keys(body)).toEqual([
    'id',
    'spec_contents',
    'modified',
    'state',
    'error_log',
    'logs',
    'stats',
    'pipelines',
    'certified',
  ]);
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
  expect(body.modified).toMatch(instant);
  const { update_time, ...meta } = body.spec_contents.meta;
  expect(update_time).toMatch(instant);
  expect({ ...body.spec_contents, meta }).toEqual(specOf(me));
  expect(body).toMatchObject({ id: flow, state: 'QUEUED', error_log: [], stats: null, certified: false });
  expect(body.logs).toEqual(["outputs: a zip 'id.zip' is added"]);
  expect(Object.keys(body.pipelines)).toEqual([
    `${flow}/validation_report`,
    `${flow}/cities_csv`,
    `${flow}/cities_json`,
    `${flow}/id_zip`,
    `${flow}/cities_csv_preview`,
    `${flow}/cities`,
    flow,
  ]);
  expect(body.pipelines[flow]).toEqual({ title: 'Creating Package', status: 'QUEUED', stats: {}, error_log: [] });
});

test('others see no credentials in addresses', async () => {
  const { text } = await world.anon.get(`/source/${me.id}/id/1`);
  expect(text).not.toContain('user:pw');
  expect(text).toContain('data.example.org');
  const own = await world.anon.get(`/source/${me.id}/id/1?jwt=${me.token}`);
  expect(own.text).toContain('user:pw@');
});

test('a revision is found by number, latest and successful, and by nothing else', async () => {
  expect((await world.anon.get(`/source/${me.id}/id/latest`)).body.id).toBe(`${me.id}/id/1`);
  for (const given of ['successful', '0', '01', '2', '-1', 'x', '1.0', '99999999999']) {
    const { status } = await world.anon.get(`/source/${me.id}/id/${given}`);
    expect([given, status]).toEqual([given, 404]);
  }
  expect((await world.anon.head(`/source/${me.id}/id/1`)).status).toBe(200);
  expect((await world.anon.send('OPTIONS', `/source/${me.id}/id/1`)).status).toBe(200);
});

test('error pages are HTML, or JSON for who asks', async () => {
  const page = await world.anon.get('/source/no/such/1');
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.text).toContain('404 Not Found');
  const json = await world.anon.get('/source/no/such/1', { accept: 'application/json' });
  expect(json.body).toEqual({ success: false, errors: ['404 Not Found'] });
  const wrong = await world.anon.get('/source/upload');
  expect([wrong.status, wrong.text.includes('405 Method Not Allowed')]).toEqual([405, true]);
  const away = await world.anon.get('/source/upload/this/is/far/too/long');
  expect([away.status, away.text.includes('404 Not Found')]).toEqual([404, true]);
  const broken = await world.anon.post('/source/upload', '{"a', { 'content-type': 'application/json' });
  expect([broken.status, broken.text.includes('400 Bad Request')]).toEqual([400, true]);
  const large = await world.anon.post('/source/upload', `"${'x'.repeat(11 * 1024 * 1024)}"`, {
    'content-type': 'application/json',
  });
  expect(large.status).toBe(413);
});

test('any origin is echoed, and its preflight is 200', async () => {
  const origin = 'https://app.example.org';
  const answer = await world.anon.get(`/source/${me.id}/id/1`, { origin });
  expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
  expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
  expect(answer.headers.get('vary')).toContain('Origin');
  const preflight = await world.anon.send('OPTIONS', '/source/upload', undefined, {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'auth-token, content-type',
  });
  expect(preflight.status).toBe(200);
  expect(preflight.headers.get('access-control-allow-headers')).toContain('auth-token');
});

test('JSONP is a script with a name that can be nothing else', async () => {
  const script = await world.anon.get(`/source/${me.id}/id/1?callback=cb&jwt=${me.token}`);
  expect(script.headers.get('content-type')).toContain('application/javascript');
  expect(script.headers.get('x-content-type-options')).toBe('nosniff');
  expect(script.text).toMatch(/^\/\*\*\/cb\(\{.*\}\);$/s);
  expect(script.text).not.toContain('user:pw');
  const plain = await world.anon.get(`/source/${me.id}/id/1?callback=alert(1)`);
  expect(plain.headers.get('content-type')).toContain('application/json');
});

test('a private dataset is there for its owner only', async () => {
  await upload(world, me, specOf(me, 'mine', { meta: { ...specOf(me, 'mine').meta, findability: 'private' } }));
  const path = `/source/${me.id}/mine/1`;
  const stranger = await flowOwner(world);
  expect((await world.anon.get(path)).status).toBe(404);
  expect((await world.anon.get(path, { 'auth-token': stranger.token })).status).toBe(404);
  for (const part of ['', '/plan', '/issues', '/events', '/lineage', '/diff/1'])
    expect([part, (await world.anon.get(path + part)).status]).toEqual([part, 404]);
  expect((await world.anon.get(`/source/${me.id}/mine`)).status).toBe(404);
  expect((await world.anon.get(path, key)).status).toBe(200);
  expect((await me.get(path)).status).toBe(200);
  const script = await world.anon.get(`${path}?callback=cb&jwt=${me.token}`);
  expect(script.headers.get('content-type')).toContain('application/json');
});

test('an API key of Granary speaks for its owner, and for projects its owner may write', async () => {
  const { secret: token } = await createToken(context, me.id, { name: 'flows' });
  const bearer = { authorization: `Bearer ${token}` };
  const project = await projectOf(world, me);
  const first = await world.anon.post('/source/upload', specOf({ id: project }, 'ours'), bearer);
  expect(first.body).toMatchObject({ success: true, flow_id: `${project}/ours/1` });
  const stranger = await somebody(world);
  const refused = await stranger.post('/source/upload', specOf({ id: project }, 'ours'));
  expect(refused.body).toEqual(unauthorised);
  const { body } = await me.get(`/auth/authorize?service=source&owner=${project}`);
  const byToken = await world.anon.post('/source/upload', specOf({ id: project }, 'ours'), {
    'auth-token': body.token,
  });
  expect(byToken.body).toMatchObject({ success: true, flow_id: `${project}/ours/2` });
});

test('who reports is asked for', async () => {
  const pipeline = `${me.id}/id/1/validation_report`;
  const answer = await world.anon.post('/source/update', { pipeline, event: 'start' });
  expect([answer.status, answer.body]).toEqual([
    401,
    { success: 'fail', status: null, id: null, errors: ['not authorised'] },
  ]);
  const stranger = await flowOwner(world);
  const { body } = await stranger.get('/auth/authorize?service=runner');
  expect(
    (await world.anon.post('/source/update', { pipeline, event: 'start' }, { 'auth-token': body.token })).status,
  ).toBe(401);
  expect((await world.anon.post('/source/update', { pipeline, event: 'start' }, key)).status).toBe(401);
});

test('reports move the flow to its end, once, with what was asked of them', async () => {
  const { body } = await upload(world, me, specOf(me, 'done'));
  const flow = body.flow_id as string;
  const { body: status } = await world.anon.get(`/source/${flow}`);
  const ids = Object.keys(status.pipelines);
  expect((await report(world, { pipeline_id: `./${ids[0]}`, event: 'start', log: ['hello'] })).body).toEqual({
    success: 'pending',
    status: 'running',
    id: flow,
    errors: [],
  });
  expect((await report(world, { pipeline: 'nobody', event: 'start' })).body).toEqual({
    success: 'fail',
    status: null,
    id: null,
    errors: ['pipeline not found'],
  });
  expect((await report(world, { pipeline: ids[0], event: 'jump' })).body).toEqual({
    success: 'fail',
    status: null,
    id: null,
    errors: ['Unknown event'],
  });
  for (const id of ids.slice(0, -1))
    await report(world, { pipeline: id, event: 'finish', success: true, stats: { bytes: 1 } });
  const last = await report(world, {
    pipeline: flow,
    event: 'finish',
    success: true,
    stats: { bytes: 7 },
    log: ['done'],
  });
  expect(last.body).toEqual({ success: 'success', status: 'success', id: flow, errors: [] });
  const late = await report(world, { pipeline: flow, event: 'finish', success: false, errors: ['late'] });
  expect(late.body).toEqual({ success: 'success', status: 'success', id: flow, errors: ['late'] });
  const end = await world.anon.get(`/source/${me.id}/done/successful`);
  expect(end.body).toMatchObject({ id: flow, state: 'SUCCEEDED', stats: { bytes: 7 }, error_log: [] });
  expect(end.body.logs.slice(-2)).toEqual(['hello', 'done']);
  const finished = await context.db.many<{ body: Record<string, unknown> }>(
    sql`select body from flow_event where kind = 'flow.finish' and body->>'flow' = ${flow}`,
  );
  expect(finished).toHaveLength(1);
  expect(finished[0]!.body).toMatchObject({
    event_entity: 'flow',
    event_action: 'finish',
    status: 'OK',
    findability: 'published',
    userid: me.id,
    owner: 'Me',
    ownerid: me.id,
    dataset: 'done',
    flow,
    pipeline: flow,
    payload: { 'flow-id': flow, errors: [] },
  });
  const runs = await context.db.many<{ kind: string; state: string }>(sql`
    select distinct kind, state from run where subject_id = ${flow} or subject_id like ${`${flow}/%`} order by kind`);
  expect(runs).toEqual([
    { kind: 'flow', state: 'succeeded' },
    { kind: 'pipeline', state: 'succeeded' },
  ]);
});

test('a failure takes along what depends on it, and its owner is told', async () => {
  const { body } = await upload(world, me, specOf(me, 'sad'));
  const flow = body.flow_id as string;
  await report(world, { pipeline: `${flow}/cities_csv`, event: 'finish', success: false, errors: ['init', 'boom'] });
  const { body: during } = await world.anon.get(`/source/${flow}`);
  expect(during.state).toBe('INPROGRESS');
  expect(during.pipelines[flow].error_log).toEqual([
    `Dependency unsuccessful. Cannot run until dependency "${flow}/cities_csv" is successfullyexecuted`,
  ]);
  for (const name of ['validation_report', 'cities_json', 'cities'])
    await report(world, { pipeline: `${flow}/${name}`, event: 'finish', success: true });
  const { body: end } = await world.anon.get(`/source/${flow}`);
  expect(end).toMatchObject({ state: 'FAILED', error_log: ['init', 'boom'] });
  expect((await world.anon.get(`/source/${me.id}/sad/successful`)).status).toBe(404);
  const mails = await context.db.many<{ subject: string }>(sql`select subject from mail where recipient = ${me.email}`);
  expect(mails.map((mail) => mail.subject)).toContain('Pipelines Failed for sad');
  const document = await context.db.one<{ document: Record<string, unknown> }>(
    sql`select document from flow_catalogue where id = ${`${me.id}/sad`}`,
  );
  expect(document.document).toMatchObject({ name: 'sad', title: 'Cities', datahub: { findability: 'unlisted' } });
});

test('tightening counts at once, loosening after success', async () => {
  const findability = (word: string) => ({ meta: { ...specOf(me, 'door').meta, findability: word } });
  const seen = async () => (await world.anon.get(`/source/${me.id}/door/latest`)).status;
  const succeed = async (flow: string) => {
    const { body } = await world.anon.get(`/source/${flow}`, key);
    for (const pipeline of Object.keys(body.pipelines))
      await report(world, { pipeline, event: 'finish', success: true });
  };
  const first = await upload(world, me, specOf(me, 'door', findability('published')));
  expect(await seen()).toBe(200);
  const second = await upload(world, me, specOf(me, 'door', findability('private')));
  expect(await seen()).toBe(404);
  await succeed(first.body.flow_id);
  expect(await seen()).toBe(404);
  const third = await upload(world, me, specOf(me, 'door', findability('unlisted')));
  expect(await seen()).toBe(404);
  await succeed(second.body.flow_id);
  await succeed(third.body.flow_id);
  expect(await seen()).toBe(200);
});

test('cancelling ends what is open', async () => {
  const { body } = await upload(world, me, specOf(me, 'off'));
  const flow = body.flow_id as string;
  await report(world, { pipeline: `${flow}/validation_report`, event: 'finish', success: true });
  expect((await world.anon.post(`/source/${flow}/cancel`)).status).toBe(404);
  expect((await world.anon.post(`/source/${flow}/cancel`, undefined, key)).status).toBe(202);
  const { body: end } = await world.anon.get(`/source/${flow}`);
  expect(end).toMatchObject({ state: 'FAILED', error_log: ['Cancelled'] });
  expect(end.pipelines[`${flow}/cities_csv`]).toMatchObject({ status: 'FAILED', error_log: ['Cancelled'] });
  expect(end.pipelines[`${flow}/validation_report`].status).toBe('SUCCEEDED');
  expect((await world.anon.post(`/source/${flow}/cancel`, undefined, key)).status).toBe(409);
});

test('a newer revision may take the place of those that wait', async () => {
  const first = await upload(world, me, specOf(me, 'news'));
  const newer = { meta: { ...specOf(me, 'news').meta, supersede: true } };
  await upload(world, me, specOf(me, 'news', newer));
  await world.runJobs();
  const { body } = await world.anon.get(`/source/${first.body.flow_id}`);
  expect(body).toMatchObject({ state: 'FAILED', error_log: ['Cancelled'] });
  expect((await world.anon.get(`/source/${me.id}/news/latest`)).body.state).toBe('QUEUED');
});

test('simultaneous uploads get consecutive numbers, and a limit is kept', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => upload(world, me, specOf(me, 'busy'))));
  expect(answers.map(({ body }) => Number(body.flow_id.split('/').at(-1))).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('two reports at once end a flow once', async () => {
  const { body } = await upload(world, me, specOf(me, 'race'));
  const flow = body.flow_id as string;
  const { body: status } = await world.anon.get(`/source/${flow}`);
  const ids = Object.keys(status.pipelines);
  await Promise.all(ids.map((pipeline) => report(world, { pipeline, event: 'finish', success: true })));
  const events = await context.db.many(sql`
    select from flow_event where kind = 'flow.finish' and body->>'flow' = ${flow}`);
  expect(events).toHaveLength(1);
  expect((await world.anon.get(`/source/${flow}`)).body.state).toBe('SUCCEEDED');
});

test('a dry run checks everything, shows the plan and writes nothing', async () => {
  const before = await count('flow_revision');
  const good = await world.anon.post('/source/upload?dry_run=true', specOf(me, 'dry'), key);
  expect(good.body).toMatchObject({ success: true, dataset_id: `${me.id}/dry`, flow_id: null });
  expect(good.body.plan.pipelines).toHaveLength(7);
  const bad = await world.anon.post('/source/upload?dry_run=true', specOf(me, 'dry', { schedule: 'daily' }), key);
  expect(bad.body.errors).toEqual(["Schedule should start with 'every'"]);
  expect(await count('flow_revision')).toBe(before);
});

test('what differs between revisions is said', async () => {
  await upload(world, me, specOf(me, 'done', { schedule: 'every 1d' }));
  const { body } = await world.anon.get(`/source/${me.id}/done/2/diff/1`);
  expect(body).toEqual({
    from: `${me.id}/done/1`,
    to: `${me.id}/done/2`,
    spec: [{ pointer: '/schedule', from: null, to: 'every 1d' }],
    resources: [],
  });
});

test('the plan says what depends on what; the list says what there is', async () => {
  const { body: plan } = await world.anon.get(`/source/${me.id}/id/1/plan`);
  expect(plan.pipelines.at(4)).toEqual({
    id: `${me.id}/id/1/cities_csv_preview`,
    title: 'Generating views',
    kind: 'preview',
    dependencies: [{ pipeline: `./${me.id}/id/1/cities_csv` }],
  });
  const { body: list } = await world.anon.get(`/source/${me.id}/busy?limit=3`);
  expect(list).toMatchObject({ latest: 8, successful: null, next: 6 });
  expect(list.revisions.map((one: { revision: number }) => one.revision)).toEqual([8, 7, 6]);
});

test('the stream of events ends with the flow', async () => {
  const { text } = await world.anon.get(`/source/${me.id}/done/1/events`);
  expect(text).toContain('event: log\nid: 2\ndata: {"at":');
  expect(text).toContain(`"state":"SUCCEEDED"`);
  expect(text.trimEnd().split('\n\n').at(-1)).toMatch(/^event: end\n/);
});

test('the stream of events ends with the right to it, before anything that comes later', async () => {
  const member = await somebody(world);
  const project = await projectOf(world, me, { viewer: member });
  const spec = specOf({ id: project }, 'hidden', {
    meta: { ...specOf({ id: project }, 'hidden').meta, findability: 'private' },
  });
  const { body } = await me.post('/source/upload', spec);
  const response = await fetch(`${world.url}/source/${body.flow_id}/events`, { headers: member.headers });
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const isFirst = !text.includes('event: status');
    text += chunk;
    if (!isFirst || !text.includes('event: status')) continue;
    await me.send('DELETE', `/api/v1/project/${project}/members/${member.id}`);
    const pipeline = `${body.flow_id}/validation_report`;
    await report(world, { pipeline, event: 'start' });
  }
  expect(text.match(/event: (status|end)/g)).toEqual(['event: status']);
});
