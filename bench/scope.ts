import { createUser } from '../src/accounts/index.ts';
import { refreshAggregates, requestRebuild } from '../src/aggregates/index.ts';
import type { Context } from '../src/platform/context.ts';
import { sql } from '../src/platform/db/index.ts';
import { type BenchLine, median } from './support/line.ts';
import { accessToken, admin, startServer } from './support/start-server.ts';
import { withDatabase } from './support/with-database.ts';

/**
 * The same lists for somebody who sees everything and for somebody who sees the subtree of one province, in turns: what
 * the scope costs as a predicate of each statement. BENCH_SCOPE_PROVINCES of 5,000 places each: default 5.
 */
export const name = 'scope';

const provinces = Number(process.env.BENCH_SCOPE_PROVINCES ?? 5);
const below = 5000;
/** Places take few milliseconds and vary much, values take long. */
const rounds = { location: 80, campaign_datapoint: 15 };
const scoped = { email: 'scoped@example.org', password: admin.password };
/** Scoped over unscoped time. */
const most = 1.3;

export function run(): Promise<BenchLine[]> {
  return withDatabase(async ({ context, env }) => {
    await fill(context);
    const server = await startServer(env, 'api');
    try {
      const lines: BenchLine[] = [];
      const tokens = { all: await accessToken(server.url), some: await accessToken(server.url, scoped) };
      for (const [what, path] of [
        ['places', '/api/v1/location/?limit=100'],
        ['places, counted', '/api/v1/location/?limit=100&count=exact'],
        ['values', '/api/v1/campaign_datapoint/?indicator__in=1,2&campaign__in=1&limit=100'],
        ['values, counted', '/api/v1/campaign_datapoint/?indicator__in=1,2&campaign__in=1&limit=100&count=exact'],
      ] as const) {
        const { all, some } = await compare(
          server.url + path,
          path.includes('location') ? 'location' : 'campaign_datapoint',
          tokens,
        );
        lines.push(
          { name: `scope: 100 ${what}, unscoped`, value: all, limit: null, ratio: null, unit: 'ms' },
          {
            name: `scope: 100 ${what}, a subtree of ${below}`,
            value: some,
            limit: most * all,
            ratio: some / all,
            unit: 'ms',
          },
        );
      }
      return lines;
    } finally {
      await server.stop();
    }
  });
}

/** A country, provinces, 50 districts each with 99 places; two indicators in one campaign, a value at every leaf. */
async function fill(context: Context): Promise<void> {
  const { db } = context;
  const user = await createUser(context, { ...scoped, username: 'scoped', name: 'Scoped', role: 'USER' });
  await db.exec(
    sql`insert into location_type (name, admin_level) select 'level ' || n, n from generate_series(0, 3) n`,
  );
  const level = (text: string, parent: string, n: number, type: number) =>
    sql`insert into location (name, location_code, location_type_id, parent_location_id)
      select ${text} || p.id || '.' || n, ${text} || p.id || '.' || n, ${type}::int, p.id
      from location p, generate_series(1, ${n}::int) n where p.location_code like ${parent} order by n, p.id`;
  await db.exec(sql`insert into location (name, location_code, location_type_id) values ('K', 'K', 1)`);
  await db.exec(level('P', 'K', provinces, 2));
  await db.exec(level('D', 'P%', 50, 3));
  await db.exec(level('L', 'D%', 99, 4));
  await db.exec(sql`insert into location_responsibility (user_id, top_lvl_location_id, "right")
    select u.number, min(l.id), 'view' from location l, "user" u where l.location_code like 'P%' and u.id = ${user.id} group by u.number`);
  await db.exec(sql`insert into indicator (name, short_name, data_format)
    select 'i' || n, 'i' || n, 'int' from generate_series(1, 2) n`);
  await db.exec(sql`insert into campaign_type (name) values ('round')`);
  await db.exec(sql`insert into campaign (name, campaign_type_id, start_date, end_date)
    values ('c', 1, date '2020-01-01', date '2020-01-01')`);
  await db.exec(sql`insert into datapoint (indicator_id, location_id, campaign_id, value, origin, ranked_at)
    select i, l.id, 1, l.id % 100, 'script', now() from location l join location_type t on t.id = l.location_type_id
    cross join generate_series(1, 2) i where t.admin_level = 3`);
  await db.transaction((tx) => requestRebuild(tx, 'campaign', [1]));
  await refreshAggregates(context, {}, { signal: AbortSignal.timeout(600_000) });
  await db.pool.query('analyze');
}

/** Median milliseconds of one request after the other, in turns. */
async function compare(
  url: string,
  resource: keyof typeof rounds,
  tokens: { all: string; some: string },
): Promise<{ all: number; some: number }> {
  const times = { all: [] as number[], some: [] as number[] };
  for (let round = 0; round < rounds[resource] + 3; round += 1) {
    for (const who of ['all', 'some'] as const) {
      const begun = performance.now();
      const answer = await fetch(url, { headers: { authorization: `Bearer ${tokens[who]}` } });
      const { objects } = (await answer.json()) as { objects: unknown[] };
      if (objects.length !== 100) throw new Error(`${url}: ${answer.status}, ${objects.length} objects`);
      if (round >= 3) times[who].push(performance.now() - begun);
    }
  }
  return { all: median(times.all), some: median(times.some) };
}

if (import.meta.main) for (const line of await run()) console.log(line);
