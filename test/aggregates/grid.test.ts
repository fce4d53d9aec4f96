import { afterEach, beforeEach, expect, test } from 'vitest';
import { sql } from '../../src/platform/db/index.ts';
import { must, someone } from '../locations/places-world.ts';
import { countStatements } from '../support/count-statements.ts';
import { valueWorld } from './value-world.ts';

const { world, admin, ids, may, june, indicator, formula, enter, shown } = await valueWorld();
const { db } = world.context;
const seen = await indicator('seen', 'int');
const missed = await indicator('missed', 'int');
const rate = await indicator('rate', 'pct');
await formula(rate, { NUMERATOR: [missed], DENOMINATOR: [seen] });
const visits = await indicator('visits', 'int', { resource_name: 'date' });
const capturer = await someone(world);
const body = { user_id: capturer.number, top_lvl_location_id: ids.P, right: 'capture' };
await must(admin.post('/api/v1/location_responsibility/', body), 201);
await must(admin.post('/api/v1/location_responsibility/', { ...body, top_lvl_location_id: ids.Q, right: 'view' }), 201);

beforeEach(async () => {
  await world.runJobs();
  await db.exec(sql`truncate datapoint, aggregate, date_aggregate`);
});
afterEach(() => world.runJobs());

const url = '/api/v1/campaign_datapoint/';
const cell = (indicator_id: number, code: string, value: number | null, campaign_id = may) => ({
  indicator_id,
  location_id: ids[code],
  campaign_id,
  value,
});
const lenient = { prefer: 'handling=lenient, return=representation' };
const statuses = (answer: { body: { results: { status: number }[] } }) =>
  answer.body.results.map(({ status }) => status);

test.each(['PUT', 'POST'] as const)('a %s of 50 cells takes as many statements as one of 5', async (method) => {
  const more: number[] = [];
  for (let n = 0; n < 10; n += 1) more.push(await indicator(`${method} ${n}`, 'int'));
  const cells = more.flatMap((one) => ['a', 'b', 'c', 'd', 'x'].map((code, n) => cell(one, code, n, may)));
  expect(cells).toHaveLength(50);
  const taken = async (objects: object[], headers: Record<string, string>) => {
    await db.exec(sql`truncate datapoint, aggregate, date_aggregate`);
    return await countStatements(world.context, async () => {
      const { status } = await admin.send(method, url, { objects }, headers);
      expect(status).toBe(headers.prefer ? 207 : method === 'PUT' ? 200 : 201);
    });
  };
  for (const headers of [lenient, {}] as Record<string, string>[]) {
    const few = await taken(cells.slice(0, 5), headers);
    const many = await taken(cells, headers);
    // A temporary table of many cells is analysed.
    expect(many - few).toBeLessThanOrEqual(1);
    expect(many).toBeLessThan(30);
  }
  expect(await shown(`${url}?indicator__in=${more[3]}`)).toBe('K 6, P 1, Q 5, a 0, b 1, c 2, d 3, x 4');
});

test('each cell answers what the whole grid has made of it', async () => {
  const { body } = await admin.put(
    url,
    { objects: [cell(seen, 'P', 10), cell(seen, 'a', 4), cell(missed, 'a', 1), cell(seen, 'b', null)] },
    lenient,
  );
  expect(body.results).toMatchObject([
    { status: 201, object: { value: 10, has_conflict: true, conflict: 4 } },
    { status: 201, object: { value: 4 } },
    { status: 201, object: { value: 1 } },
    { status: 201, object: { value: null } },
  ]);
  expect(await shown(`${url}?indicator__in=${rate}`)).toBe('K 0.1, P 0.1, a 0.25');
  const tag = body.results[0].etag;
  expect((await admin.get(`${url}${body.results[0].id}/`)).headers.get('etag')).toBe(tag);
});

test('cells of several periods, each refused for itself, by key or by id', async () => {
  await enter(seen, { a: 1 });
  const { objects } = await must(admin.get(`${url}?indicator__in=${seen}&location_id=${ids.a}`), 200);
  const { id } = objects[0];
  const grid = await admin.patch(
    url,
    {
      objects: [
        { id, value: 2, note: 'again' },
        { ...cell(seen, 'K', 3) },
        { ...cell(seen, 'c', 3) },
        { id: 999_999, value: 2 },
        { id: 'x', value: 2 },
        { ...cell(seen, 'P', 3), colour: 'red' },
      ],
    },
    lenient,
  );
  expect(statuses(grid)).toEqual([202, 202, 400, 404, 400, 400]);
  expect(grid.body.results.map(({ code }: { code?: string }) => code)).toEqual([
    undefined,
    undefined,
    'missing_key',
    'not_found',
    'invalid_id',
    'unknown_field',
  ]);
  expect(grid.body.results[0].object).toMatchObject({ id, value: 2, note: 'again' });
  const put = await admin.put(
    url,
    { objects: [cell(seen, 'a', 5), cell(seen, 'a', 6, june), cell(visits, 'a', 6, june), cell(seen, 'b', 1.5)] },
    lenient,
  );
  expect(statuses(put)).toEqual([200, 201, 400, 400]);
  expect(put.body.results[2].error).toBe('visits is collected per date');
  expect(await shown(`${url}?indicator__in=${seen}&location_id=${ids.P}`)).toBe('P 5, P 6');
});

test('a cell that is there twice is written twice, the later counts', async () => {
  const answer = await admin.put(
    url,
    { objects: [cell(seen, 'a', 5), cell(seen, 'b', 1), cell(seen, 'a', 7)] },
    lenient,
  );
  expect(statuses(answer)).toEqual([201, 201, 200]);
  expect(await shown(`${url}?indicator__in=${seen}&location_id=${ids.P}`)).toBe('P 8');
  const posted = await admin.post(url, { objects: [cell(missed, 'a', 5), cell(missed, 'a', 7)] }, lenient);
  expect(statuses(posted)).toEqual([201, 409]);
});

test('a grid of days', async () => {
  const day = (code: string, data_date: string, value: number) => ({
    indicator_id: visits,
    location_id: ids[code],
    data_date,
    value,
  });
  const objects = [day('a', '2020-03-01', 4), day('a', '2020-03-02', 5), day('b', '2020-03-01', 6)];
  const answer = await admin.put('/api/v1/date_datapoint/', { objects }, lenient);
  expect(statuses(answer)).toEqual([201, 201, 201]);
  const read = await shown(`/api/v1/date_datapoint/?indicator__in=${visits}&location_id=${ids.P}&group_by_time=day`);
  expect(read).toBe('P 10, P 5');
});

test('places outside the scope refuse their cells only, and nothing of them is stored', async () => {
  const objects = [cell(seen, 'a', 1), cell(seen, 'c', 2), cell(seen, 'K', 3)];
  const answer = await capturer.put(url, { objects }, lenient);
  expect(statuses(answer)).toEqual([201, 403, 404]);
  expect((await capturer.put(url, { objects })).status).toBe(403);
  expect(await db.many(sql`select value::int as value from datapoint`)).toEqual([{ value: 1 }]);
});

test('grids and single entries of one campaign at the same time all arrive', async () => {
  const codes = ['a', 'b', 'c', 'd'];
  await enter(missed, { x: 0 });
  const { objects } = await must(admin.get(`${url}?indicator__in=${missed}&location_id=${ids.K}`), 200);
  const country = `${url}${objects[0].id}/`;
  const singles = Promise.all([1, 2, 3].map((value) => admin.patch(country, { value })));
  const answers = await Promise.all([
    ...[1, 2, 3, 4].map((n) => admin.put(url, { objects: codes.map((code) => cell(seen, code, n)) }, lenient)),
    ...codes.map((code) => admin.put(url, { objects: [cell(missed, code, 1), cell(missed, code, 2, june)] }, lenient)),
    ...codes.map((code) => admin.put(url, { objects: [cell(missed, code, 2, june), cell(missed, code, 1)] }, lenient)),
  ]);
  expect((await singles).map(({ status }) => status)).toEqual([202, 202, 202]);
  expect((await admin.delete(country)).status).toBe(204);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 207));
  expect(answers.flatMap(statuses).filter((status) => status > 201)).toEqual([]);
  expect(await shown(`${url}?indicator__in=${missed}&location_id=${ids.K}`)).toBe('K 4, K 8');
  expect(['K 4', 'K 8', 'K 12', 'K 16']).toContain(await shown(`${url}?indicator__in=${seen}&location_id=${ids.K}`));
});
