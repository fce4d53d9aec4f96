import { expect, test } from 'vitest';
import { dispatchSchedules } from '../../src/flows/index.ts';
import { decideFiring } from '../../src/flows/pure/decide-firing.ts';
import { sql } from '../../src/platform/db/index.ts';
import { startWorld } from '../support/world.ts';
import { flowOwner, report, secret, specOf, upload } from './flow-world.ts';

const minute = { every: 60 };
const second = 1000;

test.each([
  ['on time', {}, 1000, 1001, { times: 1, next: 1060 }],
  ['late: one for all', {}, 1000, 1200, { times: 1, next: 1240 }],
  ['late: one each', { missed: 'all' }, 1000, 1200, { times: 4, next: 1240 }],
  ['late: at most ten', { missed: 'all' }, 1000, 9000, { times: 10, next: 9040 }],
  ['late: not at all', { missed: 'none' }, 1000, 1000 + 7200, { times: 1, next: 8260 }],
  ['before its start', { start: '1970-01-01T01:00:00Z' }, 1000, 1001, { times: 0, next: 1060 }],
  ['after its end', { end: '1970-01-01T00:10:00Z' }, 1000, 1001, { times: 0, next: null }],
  ['the last one', { end: '1970-01-01T00:17:00Z' }, 1000, 1001, { times: 1, next: null }],
])('a schedule by the minute, %s', (_name, options, due, now, decided) => {
  const { times, next } = decideFiring(minute, options, due * second, now * second);
  expect({ times, next: next === null ? null : next / second }).toEqual(decided);
});

test('a missed hour is not made up for where that is not wished', () => {
  const hour = { every: 3600 };
  expect(decideFiring(hour, { missed: 'none' }, 0, 1800 * second).times).toBe(0);
  expect(decideFiring(hour, { missed: 'none' }, 0, 30 * second).times).toBe(1);
  const cron = { cron: '0 * * * *', zone: 'UTC' };
  expect(decideFiring(cron, { missed: 'none' }, 0, 1800 * second).times).toBe(0);
  expect(decideFiring(cron, { missed: 'none' }, 0, 7230 * second).times).toBe(1);
});

const world = await startWorld({ FLOW_RUNNER: 'external', FLOW_UPDATE_SECRET: secret });
const me = await flowOwner(world);
const { context } = world;
const realNow = context.now;

async function fireAfter(seconds: number): Promise<void> {
  const at = new Date(realNow().getTime() + seconds * second);
  context.now = () => at;
  try {
    // Two loops at once share what is due.
    await Promise.all([dispatchSchedules(context), dispatchSchedules(context)]);
    await world.runJobs();
  } finally {
    context.now = realNow;
  }
}

const latest = async (name: string) => (await world.anon.get(`/source/${me.id}/${name}`)).body;

async function finish(flow: string, success: boolean): Promise<void> {
  const { body } = await world.anon.get(`/source/${flow}`);
  for (const pipeline of Object.keys(body.pipelines)) await report(world, { pipeline, event: 'finish', success });
}

test('what is due becomes a revision, and a bad spec keeps nobody waiting', async () => {
  const first = await upload(world, me, specOf(me, 'daily', { schedule: 'every 1d' }));
  await upload(world, me, specOf(me, 'ill', { schedule: 'every 1d' }));
  await context.db.exec(sql`update flow_revision r set spec = '{"meta":{"ownerid":"x"},"inputs":7}'::json
    from flow_dataset d where d.id = r.dataset_id and d.name = 'ill'`);
  await context.db.exec(sql`update flow_dataset set schedule = 'hourly', scheduled_for = now()
    where name = 'ill'`);
  await finish(first.body.flow_id, true);
  await fireAfter(86_500);
  expect(await latest('daily')).toMatchObject({ latest: 2, revisions: [{ origin: 'schedule' }, { origin: 'upload' }] });
  const ill = await context.db.one<{ problem: string }>(
    sql`select schedule_problem as problem from flow_dataset where name = 'ill'`,
  );
  expect(ill.problem).toBe("Schedule should start with 'every'");
});

test('at most one waits, and not even that with overlap: skip', async () => {
  await upload(world, me, specOf(me, 'queue', { schedule: 'every 1h' }));
  await fireAfter(4000);
  expect((await latest('queue')).latest).toBe(1);
  const { body } = await upload(
    world,
    me,
    specOf(me, 'skip', { schedule: 'every 1h', schedule_options: { overlap: 'skip' } }),
  );
  await report(world, { pipeline: body.flow_id, event: 'start' });
  await fireAfter(4000);
  expect((await latest('skip')).latest).toBe(1);
});

test('after so many failures in a row the schedule waits for an upload', async () => {
  const spec = specOf(me, 'sad', { schedule: 'every 1h', schedule_options: { stop_after_failures: 2 } });
  await finish((await upload(world, me, spec)).body.flow_id, false);
  await fireAfter(4000);
  expect((await latest('sad')).latest).toBe(2);
  await finish(`${me.id}/sad/2`, false);
  expect((await latest('sad')).paused).toBe(true);
  await fireAfter(12_000);
  expect((await latest('sad')).latest).toBe(2);
  await upload(world, me, spec);
  expect((await latest('sad')).paused).toBe(false);
});

test('no schedule clears one', async () => {
  await upload(world, me, specOf(me, 'gone', { schedule: 'every 1h' }));
  expect((await latest('gone')).scheduled_for).not.toBeNull();
  await upload(world, me, specOf(me, 'gone'));
  expect(await latest('gone')).toMatchObject({ schedule: null, scheduled_for: null });
  await world.runJobs();
});
