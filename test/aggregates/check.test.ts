import { spawn } from 'node:child_process';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createUser } from '../../src/accounts/index.ts';
import { checkAggregates } from '../../src/aggregates/index.ts';
import { sql } from '../../src/platform/db/index.ts';
import { startJobs } from '../../src/worker.ts';
import { must, someone } from '../locations/places-world.ts';
import { Actor } from '../support/actor.ts';
import { testPassword } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { valueWorld } from './value-world.ts';

const { world, admin, ids, may, june, indicator, formula, enter } = await valueWorld();
const { db } = world.context;
const worker = await startJobs(world.context);
afterAll(() => worker.stop());
const seen = await indicator('seen', 'int');
const missed = await indicator('missed', 'int');
const rate = await indicator('rate', 'pct');
await formula(rate, { NUMERATOR: [missed], DENOMINATOR: [seen] });
const visits = await indicator('visits', 'int', { resource_name: 'date' });
await enter(seen, { a: 60, b: 90, Q: 80, c: 30 });
await enter(missed, { a: 6 });
await enter(visits, { a: 2 }, '2020-03-01');
const right = await db.many(sql`select * from location_tree order by location_id, parent_location_id`);

beforeEach(() => world.runJobs());

function doctor(): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['src/main.ts', 'doctor'], {
    env: { PATH: process.env.PATH, DATABASE_URL: world.databaseUrl, GRANARY_DATA_DIR: world.folder },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

const cellAt = (code: string, indicatorId = seen) =>
  sql`update aggregate set value = value + 1 where indicator_id = ${indicatorId} and location_id = ${ids[code]} and campaign_id = ${may}`;

test('agg_refresh normally changes nothing and says so; what somebody spoilt it makes right', async () => {
  const refresh = () => must(admin.post('/api/v1/agg_refresh/', { campaign_id: may }), 200);
  const first = await refresh();
  expect(first.meta.run).toMatchObject({
    state: 'succeeded',
    summary: { campaign_id: may, changed: 0, was_waiting: 0 },
  });
  expect(first.meta.run.summary.cells).toBeGreaterThan(10);
  expect(first).toMatchObject({ meta: { total_count: 1 }, objects: [{ id: may, name: 'may' }], error: null });
  await db.exec(cellAt('K'));
  expect((await refresh()).meta.run.summary.changed).toBe(1);
  expect((await refresh()).meta.run.summary.changed).toBe(0);
  const empty = await must(admin.get(`/api/v1/agg_refresh/?campaign_id=${june}`), 200);
  expect(empty.meta.run.summary).toMatchObject({ cells: 0, changed: 0 });
});

test('who may not change metadata may not start it; an unknown campaign is 404', async () => {
  const unknown = await admin.post('/api/v1/agg_refresh/', { campaign_id: 99 });
  expect([unknown.status, unknown.body.error]).toEqual([404, 'No campaign object found for id : 99']);
  expect((await admin.post('/api/v1/agg_refresh/', {})).body.error).toBe('Missing required parameter campaign_id');
  const user = await someone(world);
  expect((await user.post('/api/v1/agg_refresh/', { campaign_id: may })).status).toBe(403);
  expect((await user.post('/api/v1/cache_meta/', {})).status).toBe(403);
  expect((await world.anon.post('/api/v1/cache_meta/', {})).status).toBe(401);
});

test('cache_meta repairs the tree and reports what it found', async () => {
  const check = async () => (await must(admin.post('/api/v1/cache_meta/', {}), 200)).meta.run.summary.tree;
  expect(await check()).toEqual({ repaired: 0 });
  await db.exec(sql`delete from location_tree where location_id = ${ids.a} and parent_location_id = ${ids.K}`);
  await db.exec(sql`update location_tree set lvl = 7 where location_id = ${ids.b} and parent_location_id = ${ids.P}`);
  await db.exec(sql`insert into location_tree (parent_location_id, location_id, lvl) values (${ids.Q}, ${ids.a}, 1)`);
  expect(await check()).toEqual({ repaired: 3 });
  const tree = await db.many(sql`select * from location_tree order by location_id, parent_location_id`);
  const pairs = (rows: unknown[]) =>
    (rows as Record<string, number>[]).map((row) => [row.parent_location_id, row.location_id, row.lvl]);
  expect(pairs(tree)).toEqual(pairs(right));
});

test('doctor lists every difference, changes nothing, and ends with 1', async () => {
  expect(await doctor()).toMatchObject({ code: 0, out: expect.stringMatching(/^(.*: as a rebuild makes it\n){3}$/) });
  await db.exec(cellAt('P'));
  await db.exec(sql`delete from aggregate where indicator_id = ${rate} and location_id = ${ids.a}`);
  // The value alone is its cell; here somebody wrote a row beside it.
  await db.exec(sql`insert into date_aggregate (indicator_id, location_id, data_date, value, marks, branches_with_value, branches,
      datapoint_id, computed_marks, fold, fold_with_value, fold_branches, fold_conflict, definition_version)
    select indicator_id, location_id, data_date, value, marks | 8, 1, 1, id, 0, value, 1, 1, false, 1 from date_cell where location_id = ${ids.a}`);
  await db.exec(sql`update location_tree set lvl = 7 where location_id = ${ids.b} and parent_location_id = ${ids.P}`);
  const { code, out, err } = await doctor();
  expect([code, err]).toEqual([1, 'granary: 4 differences\n']);
  expect(out).toContain(`${ids.P} > ${ids.b}: wrong distance, 7 instead of 1`);
  expect(out).toContain(
    `indicator ${seen}, location ${ids.P}, campaign ${may}: 151 ["is_agg"]; rebuilt: 150 ["is_agg"]`,
  );
  expect(out).toContain(
    `indicator ${rate}, location ${ids.a}, campaign ${may}: no cell; rebuilt: 0.1 ["is_calculated"]`,
  );
  expect(out).toContain(`indicator ${visits}, location ${ids.a}, date 2020-03-01: 2 ["is_partial"]; rebuilt: 2 []`);
  const spoilt = await db.one(
    sql`select value::int as value from aggregate where indicator_id = ${seen} and location_id = ${ids.P}`,
  );
  expect(spoilt).toEqual({ value: 151 });
  await must(admin.post('/api/v1/cache_meta/', {}), 200);
  await world.runJobs();
  expect((await checkAggregates(world.context)).flatMap((one) => one.differences)).toEqual([]);
});

describe('GET on an action', () => {
  const addresses = [
    `agg_refresh/?campaign_id=${may}`,
    'cache_meta/',
    'transform_upload/?document_id=1',
    'refresh_master/?document_id=1',
    'queue_process/?document_id=1',
  ];
  const runs = async () => (await must(admin.get('/api/v1/run/'), 200)).meta.total_count;

  test.each(addresses)('with a cookie is 403, and starts nothing: %s', async (address) => {
    const { username } = await createUser(world.context, {
      email: `${address.split('/')[0]}@cookies.org`,
      username: address.split('/')[0],
      name: 'C',
      role: 'ADMIN',
      password: testPassword,
    });
    const login = await world.anon.post('/api/v1/session', { username, password: testPassword });
    const cookie = login.headers
      .getSetCookie()
      .map((text) => text.split(';')[0])
      .join('; ');
    const browser = new Actor(world.url, { cookie });
    const before = await runs();
    const refused = await browser.get(`/api/v1/${address}`);
    expect([refused.status, refused.body.code]).toEqual([403, 'header_credential_required']);
    const url = `/api/v1/${address}`;
    // HEAD asks for nothing to be done.
    expect([(await browser.head(url)).status, (await browser.post(url)).body.code]).toEqual([
      405,
      'csrf_token_required',
    ]);
    expect((await world.anon.get(url)).status).toBeGreaterThanOrEqual(401);
    expect(await runs()).toBe(before);
  });

  test('with a header it is done, and its answer is never kept; a page posts with its token', async () => {
    const done = await admin.get('/api/v1/cache_meta/');
    expect([done.status, done.headers.get('cache-control')]).toEqual([200, 'no-store']);
    const login = await world.anon.post('/api/v1/session', { username: 'cache_meta', password: testPassword });
    const cookie = login.headers
      .getSetCookie()
      .map((text) => text.split(';')[0])
      .join('; ');
    const browser = new Actor(world.url, { cookie, 'x-csrf-token': login.body.csrf_token });
    expect((await browser.post('/api/v1/cache_meta/')).status).toBe(200);
    expect((await browser.get('/api/v1/cache_meta/')).status).toBe(403);
  });
});

test('GET on actions can be switched off', async () => {
  const off = await startWorld({ GRANARY_GET_ACTIONS: 'false' });
  const boss = await someone(off, 'ADMIN');
  const refused = await boss.get('/api/v1/cache_meta/');
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'OPTIONS, POST']);
  expect((await boss.post('/api/v1/cache_meta/', {}, { prefer: 'respond-async' })).status).toBe(202);
  await off.runJobs();
});
