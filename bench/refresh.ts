import { refreshAggregates, refreshCells, requestRebuild, requestRefresh } from '../src/aggregates/index.ts';
import type { Context } from '../src/platform/context.ts';
import { sql } from '../src/platform/db/index.ts';
import { type BenchLine, median } from './support/line.ts';
import { withDatabase } from './support/with-database.ts';

/**
 * One stored value changed among many: from the write to its aggregates committed. And a document of 400 places × 5
 * indicators, with the statements it took. BENCH_REFRESH_ROWS: the sizes of the table, default 1,000,000 and 10,000,000.
 */
export const name = 'refresh';

const sizes = (process.env.BENCH_REFRESH_ROWS ?? '1000000,10000000').split(',').map(Number);
const places = 400;
const indicators = 5;
const perCampaign = places * indicators;

export async function run(): Promise<BenchLine[]> {
  return await withDatabase(async ({ context }) => {
    await insertMaster(context);
    const lines: BenchLine[] = [];
    const medians: number[] = [];
    let done = 0;
    for (const size of sizes) {
      const campaigns = Math.round(size / perCampaign);
      const begun = performance.now();
      await insertValues(context, done + 1, campaigns);
      const seconds = (performance.now() - begun) / 1000;
      const rate = ((campaigns - done) * perCampaign) / seconds;
      done = campaigns;
      const ms = await changeOne(context, campaigns);
      medians.push(ms);
      const label = `${size / 1e6} M`;
      lines.push({
        name: `refresh: stored and worked out, up to ${label}`,
        value: rate,
        limit: null,
        ratio: null,
        unit: 'cells/s',
      });
      lines.push({
        name: `refresh: one value changed in ${label}`,
        value: ms,
        limit: 200,
        ratio: ms / 200,
        unit: 'ms',
      });
    }
    if (medians.length > 1) {
      const ratio = medians.at(-1)! / medians[0]!;
      lines.push({
        name: 'refresh: largest over smallest table',
        value: ratio,
        limit: 1.5,
        ratio: ratio / 1.5,
        unit: '×',
      });
    }
    return [...lines, ...(await oneDocument(context, done + 1))];
  });
}

/** A country, 19 provinces, 380 districts; the last indicator is the ratio of the first two. */
async function insertMaster({ db }: Context): Promise<void> {
  await db.exec(sql`insert into location_type (name, admin_level) values ('place', 0)`);
  await db.exec(sql`insert into location (name, location_code, location_type_id) values ('K', 'K', 1)`);
  await db.exec(sql`insert into location (name, location_code, location_type_id, parent_location_id)
    select 'P' || n, 'P' || n, 1, 1 from generate_series(1, 19) n`);
  await db.exec(sql`insert into location (name, location_code, location_type_id, parent_location_id)
    select 'D' || n, 'D' || n, 1, 2 + n % 19 from generate_series(1, 400) n`);
  await db.exec(sql`insert into indicator (name, short_name, data_format)
    select 'i' || n, 'i' || n, 'int' from generate_series(1, 5) n`);
  await db.exec(sql`insert into indicator (name, short_name, data_format) values ('rate', 'rate', 'pct')`);
  await db.exec(sql`insert into indicator_calculation (indicator_id, indicator_component_id, calculation)
    values (6, 1, 'NUMERATOR'), (6, 2, 'DENOMINATOR')`);
  await db.exec(sql`insert into campaign_type (name) values ('round')`);
}

async function insertValues(context: Context, from: number, to: number): Promise<void> {
  const { db } = context;
  for (let first = from; first <= to; first += 50) {
    const last = Math.min(to, first + 49);
    await insertCampaigns(context, first, last);
    await db.transaction(async (tx) => {
      await tx.exec(values(first, last));
      const periods = Array.from({ length: last - first + 1 }, (_, index) => first + index);
      await requestRebuild(tx, 'campaign', periods);
    });
    await refreshAggregates(context, {}, { signal: new AbortController().signal });
  }
  await db.exec(sql`vacuum (analyze) datapoint`);
  await db.exec(sql`vacuum (analyze) aggregate`);
  await db.exec(sql`analyze`);
}

const insertCampaigns = ({ db }: Context, first: number, last: number) =>
  db.exec(sql`insert into campaign (id, name, campaign_type_id, start_date, end_date) overriding system value
    select n, 'c' || n, 1, date '1990-01-01' + n, date '1990-01-01' + n from generate_series(${first}::int, ${last}::int) n`);

const values = (first: number, last: number) => sql`
  insert into datapoint (indicator_id, location_id, campaign_id, value, origin, ranked_at, dataset_id, revision, source_row)
  select i, 20 + p, c, (i * 7 + p * 13 + c * 29) % 1000, 'document', now(), '00000000-0000-7000-8000-000000000000', c, p
  from generate_series(${first}::int, ${last}::int) c, generate_series(1, ${places}::int) p, generate_series(1, ${indicators}::int) i`;

async function changeOne(context: Context, campaigns: number): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 60; n += 1) {
    const [campaign, place] = [1 + ((n * 37) % campaigns), 21 + ((n * 11) % places)];
    const begun = performance.now();
    await context.db.transaction(async (tx) => {
      await tx.exec(sql`update datapoint set value = value + 1
        where campaign_id = ${campaign} and indicator_id = 1 and location_id = ${place} and retracted_at is null`);
      const groups = sql`select 1 as indicator_id, array[${place}::int] as location_ids, ${campaign}::int as period`;
      await refreshCells(context, tx, 'campaign', [campaign], { groups });
    });
    if (n >= 10) times.push(performance.now() - begun);
  }
  return median(times);
}

/** From its values arriving in the database to aggregates committed, and what the server was asked meanwhile. */
async function oneDocument(context: Context, campaign: number): Promise<BenchLine[]> {
  const times: number[] = [];
  let statements = 0;
  for (let n = 0; n < 5; n += 1) {
    const c = campaign + n;
    await insertCampaigns(context, c, c);
    const before = await counted(context);
    const begun = performance.now();
    await context.db.transaction(async (tx) => {
      await tx.exec(values(c, c));
      await requestRefresh(
        tx,
        'campaign',
        sql`select indicator_id, location_id, campaign_id as period
        from datapoint where campaign_id = ${c}::int`,
      );
    });
    await refreshAggregates(context, {}, { signal: new AbortController().signal });
    times.push(performance.now() - begun);
    statements = (await counted(context)) - before;
  }
  return [
    {
      name: 'refresh: document of 400 places × 5 indicators',
      value: median(times),
      limit: 1000,
      ratio: median(times) / 1000,
      unit: 'ms',
    },
    {
      name: 'refresh: statements for it',
      value: statements,
      limit: 2395,
      ratio: statements / 2395,
      unit: 'statements',
    },
  ];
}

const watched = new WeakMap<Context, { n: number }>();

/** Statements every connection of the pool has been sent so far. */
async function counted(context: Context): Promise<number> {
  let count = watched.get(context);
  if (count === undefined) {
    const started = { n: 0 };
    count = started;
    watched.set(context, started);
    const count1 = (client: { query: (...args: never[]) => unknown }) => {
      const { query } = client;
      client.query = (...args) => {
        started.n += 1;
        return query.apply(client, args);
      };
    };
    const seen = new WeakSet<object>();
    context.db.pool.on('acquire', (client) => {
      if (seen.has(client)) return;
      seen.add(client);
      count1(client as never);
    });
  }
  return count.n;
}

if (import.meta.main) for (const line of await run()) console.log(line);
