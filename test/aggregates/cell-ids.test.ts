import { afterEach, beforeEach, expect, test } from 'vitest';
import { requestArrival } from '../../src/aggregates/index.ts';
import { sql } from '../../src/platform/db/index.ts';
import { makeTree, must, someone } from '../locations/places-world.ts';
import { startWorld } from '../support/world.ts';

/** Most cells are one stored value without a row of their own (decision 0160): nobody can tell. */

const world = await startWorld();
const { db } = world.context;
const admin = await someone(world, 'ADMIN');
// Country K; provinces P (a, b) and Q (c, d); clinic x at a.
const { ids } = await makeTree(admin);
const indicator = async (short_name: string, more: object = {}) =>
  (await must(admin.post('/api/v1/indicator/', { name: short_name, short_name, data_format: 'int', ...more }), 201))
    .id as number;
const type = (await must(admin.post('/api/v1/campaign_type/', { name: 'round' }), 201)).id;
const may = (
  await must(
    admin.post('/api/v1/campaign/', {
      name: 'may',
      campaign_type_id: type,
      start_date: '2020-05-01',
      end_date: '2020-05-31',
    }),
    201,
  )
).id as number;
const kinds = {
  campaign: {
    seen: await indicator('seen'),
    url: '/api/v1/campaign_datapoint/',
    period: { campaign_id: may },
    table: 'aggregate',
  },
  date: {
    seen: await indicator('visits', { resource_name: 'date' }),
    url: '/api/v1/date_datapoint/',
    period: { data_date: '2020-05-01' },
    table: 'date_aggregate',
  },
} as const;

beforeEach(async () => {
  await world.runJobs();
  await db.exec(sql`truncate datapoint, aggregate, date_aggregate, aggregate_request`);
});
afterEach(() => world.runJobs());

/** What a file says of a cell, without the file. */
async function ofDocument(kind: keyof typeof kinds, document: number, cells: [code: string, value: number][]) {
  const { seen, period } = kinds[kind];
  await db.transaction(async (tx) => {
    for (const [code, value] of cells) {
      await tx.exec(sql`insert into datapoint (indicator_id, location_id, campaign_id, data_date, value, origin, ranked_at, dataset_id,
          revision, document_id, source_row, source_column)
        values (${seen}::int, ${ids[code]}::int, ${'campaign_id' in period ? period.campaign_id : null}::int,
          ${'data_date' in period ? period.data_date : null}::date, ${value}::numeric, 'document', now(), gen_random_uuid(), 1,
          ${document}::int, 1, 'seen')`);
    }
    const column = sql.ref(Object.keys(period)[0]!);
    await requestArrival(
      tx,
      kind,
      sql`select indicator_id, array_agg(location_id) as location_ids, ${column} as period, document_id from datapoint
        where document_id = ${document}::int group by 1, 3, 4`,
    );
  });
}

const listed = async (kind: keyof typeof kinds) => {
  const { url, seen, period } = kinds[kind];
  const of = 'campaign_id' in period ? `campaign__in=${may}` : 'group_by_time=day';
  const rows = (await must(admin.get(`${url}?indicator__in=${seen}&${of}&agg_mode=mixed`), 200)).objects;
  const code = (id: number) => Object.keys(ids).find((one) => ids[one] === id)!;
  return (rows as { location_id: number; value: number }[])
    .map((row) => `${code(row.location_id)} ${row.value}`)
    .sort()
    .join(', ');
};

test.each(['campaign', 'date'] as const)('a cell of a %s keeps its id, whatever becomes of it', async (kind) => {
  const { url, seen, period, table } = kinds[kind];
  const rowAt = async (code: string) =>
    (await db.many(sql`select id from ${sql.ref(table)} where location_id = ${ids[code]}`)).length;
  const value = async (id: number) => {
    const { status, body } = await admin.get(`${url}${id}/`);
    return status === 200 ? [body.value, body.location_id] : status;
  };
  const enter = (code: string, n: number) =>
    must(admin.post(url, { indicator_id: seen, location_id: ids[code], ...period, value: n }), 201);

  const { id } = await enter('b', 3);
  expect([await value(id), await rowAt('b'), await rowAt('P')]).toEqual([[3, ids.b], 0, 1]);
  // Another word of the same person.
  expect((await must(admin.patch(`${url}${id}/`, { value: 4 }), 202)).id).toBe(id);
  expect(await value(id)).toEqual([4, ids.b]);
  // Nothing at all, then anew.
  await must(admin.delete(`${url}${id}/`), 204);
  expect([await value(id), await listed(kind)]).toEqual([404, '']);

  // A file's value, a person's over it, the file's again.
  await ofDocument(kind, 7, [['c', 10]]);
  await world.runJobs();
  const { id: alone } = await db.one<{ id: number }>(sql`select id from datapoint where location_id = ${ids.c}`);
  expect([await value(alone), await rowAt('c')]).toEqual([[10, ids.c], 0]);
  expect((await enter('c', 11)).id).toBe(alone);
  expect(await value(alone)).toEqual([11, ids.c]);
  await must(admin.delete(`${url}${alone}/`), 204);
  expect(await value(alone)).toEqual([10, ids.c]);

  // Values come below it.
  const { id: above } = await enter('a', 5);
  const { id: below } = await enter('x', 6);
  expect([await value(above), await value(below), await rowAt('a'), await rowAt('x')]).toEqual([
    [5, ids.a],
    [6, ids.x],
    1,
    0,
  ]);
  await world.runJobs();
  expect(await value(above)).toEqual([5, ids.a]);
});

test.each(['campaign', 'date'] as const)('what a large document brings to a %s is seen with its sums', async (kind) => {
  await ofDocument(kind, 1, [
    ['c', 1],
    ['d', 2],
  ]);
  expect(await listed(kind)).toBe('');
  await world.runJobs();
  expect(await listed(kind)).toBe('K 3, Q 3, c 1, d 2');
  // A second document about one of the cells: until its turn the former value stands.
  await ofDocument(kind, 2, [['d', 20]]);
  expect(await listed(kind)).toBe('K 3, Q 3, c 1, d 2');
  await world.runJobs();
  expect(await listed(kind)).toBe('K 21, Q 21, c 1, d 20');
});
