import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import copyStreams from 'pg-copy-streams';
import { accessOfUser } from '../src/accounts/index.ts';
import { recordDocument } from '../src/documents/record-document.ts';
import type { Context } from '../src/platform/context.ts';
import { sql } from '../src/platform/db/index.ts';
import { workOnce } from '../src/platform/jobs/index.ts';
import { handlers } from '../src/worker.ts';
import { countStatements } from '../test/support/count-statements.ts';
import { type BenchLine, median } from './support/line.ts';
import { withDatabase } from './support/with-database.ts';

/**
 * A document of many cells: from its bytes stored to values with lineage and aggregates visible, beside COPY of the same
 * values into an equally indexed table. And a document of 400 places × 5 indicators, with the statements it takes.
 * BENCH_PROMOTE_CELLS: default 1,000,000.
 */
export const name = 'promote';

const cells = Number(process.env.BENCH_PROMOTE_CELLS ?? 1_000_000);
const places = 400;
const indicators = 5;

export async function run(): Promise<BenchLine[]> {
  return await withDatabase(async ({ context }) => {
    const campaigns = Math.ceil(cells / (places * indicators));
    await insertMaster(context, campaigns + 10);
    await promote(context, text(1, 1), 'warm');
    const times: number[] = [];
    let statements = 0;
    for (let n = 2; n < 7; n += 1) {
      statements = await countStatements(context, async () => {
        times.push(await promote(context, text(n, n), `small ${n}`));
      });
    }
    const file = text(11, campaigns + 10);
    const ms = await promote(context, file, 'large');
    const rows = campaigns * places * indicators;
    const copyMs = await copy(context, rows);
    return [
      line('promote: document of 400 places × 5 indicators', median(times), 1000, 'ms'),
      line('promote: statements for it', statements, 2395, 'statements'),
      {
        name: `promote: ${rows / 1e6} M cells, bytes to aggregates`,
        value: (rows / ms) * 1000,
        limit: (rows / copyMs) * 1000,
        ratio: copyMs / ms,
        unit: 'cells/s',
      },
    ];
  });
}

const line = (what: string, value: number, limit: number, unit: string): BenchLine => ({
  name: what,
  value,
  limit,
  ratio: value / limit,
  unit,
});

/** A country, 19 provinces, 380 districts; the last indicator is the ratio of the first two. */
async function insertMaster({ db }: Context, campaigns: number): Promise<void> {
  await db.exec(sql`insert into location_type (name, admin_level) values ('place', 0)`);
  await db.exec(sql`insert into location (name, location_code, location_type_id) values ('K', 'K', 1)`);
  await db.exec(sql`insert into location (name, location_code, location_type_id, parent_location_id)
    select 'P' || n, 'P' || n, 1, 1 from generate_series(1, 19) n`);
  await db.exec(sql`insert into location (name, location_code, location_type_id, parent_location_id)
    select 'D' || n, 'D' || n, 1, 2 + n % 19 from generate_series(1, ${places}::int) n`);
  await db.exec(sql`insert into indicator (name, short_name, data_format)
    select 'i' || n, 'i' || n, 'int' from generate_series(1, ${indicators}::int) n`);
  await db.exec(sql`insert into indicator (name, short_name, data_format) values ('rate', 'rate', 'pct')`);
  await db.exec(sql`insert into indicator_calculation (indicator_id, indicator_component_id, calculation)
    values (6, 1, 'NUMERATOR'), (6, 2, 'DENOMINATOR')`);
  await db.exec(sql`insert into campaign_type (name) values ('round')`);
  await db.exec(sql`insert into campaign (name, campaign_type_id, start_date, end_date)
    select 'c' || n, 1, date '1990-01-01' + n, date '1990-01-01' + n from generate_series(1, ${campaigns}::int) n`);
  await db.exec(sql`analyze`);
}

function text(from: number, to: number): string {
  const lines = [`geocode,campaign,${Array.from({ length: indicators }, (_, n) => `i${n + 1}`).join(',')}\n`];
  for (let c = from; c <= to; c += 1) {
    for (let p = 1; p <= places; p += 1) {
      lines.push(`D${p},c${c}`);
      for (let i = 1; i <= indicators; i += 1) lines.push(`,${(i * 7 + p * 13 + c * 29) % 1000}`);
      lines.push('\n');
    }
  }
  return lines.join('');
}

/** Milliseconds from the stored bytes to the last aggregate. */
async function promote(context: Context, content: string, title: string): Promise<number> {
  const blob = await context.blobs.put(Readable.from([Buffer.from(content)]), { maxBytes: 10_000_000_000 });
  const { id } = await context.db.one<{ id: string }>(sql`select id from "user" limit 1`);
  const access = await accessOfUser(context, id);
  const begun = performance.now();
  const arrival = {
    title,
    fileType: 'campaign' as const,
    file: { name: `${title}.csv`, mediaType: 'text/csv', blob },
    uploadId: undefined,
    dataset: undefined,
    revision: undefined,
    projectId: undefined,
    details: {},
    dryRun: false,
    corrects: undefined,
  };
  const { documentId } = await recordDocument(
    context,
    { access: access!, method: 'POST', url: '', headers: {} },
    arrival,
  );
  await workOnce(context, handlers);
  const ms = performance.now() - begun;
  const { state } = await context.db.one<{ state: string }>(sql`select state from source_doc where id = ${documentId}`);
  if (state !== 'processed') throw new Error(`${title} is ${state}`);
  return ms;
}

/** The same values into a table with the same columns, constraints and indexes, by COPY. */
async function copy({ db }: Context, rows: number): Promise<number> {
  await db.exec(sql`create table copied (like datapoint including all)`);
  const columns =
    'indicator_id, location_id, campaign_id, value, origin, ranked_at, dataset_id, revision, document_id, source_row, source_column, raw, run_id';
  const client = await db.pool.connect();
  try {
    const out: Buffer[] = [];
    const select = `copy (select ${columns} from datapoint where document_id = (select max(id) from source_doc) order by source_row) to stdout`;
    for await (const chunk of client.query(copyStreams.to(select))) out.push(chunk as Buffer);
    const begun = performance.now();
    await pipeline(Readable.from(out), client.query(copyStreams.from(`copy copied (${columns}) from stdin`)));
    const ms = performance.now() - begun;
    const { n } = await db.one<{ n: number }>(sql`select count(*)::int as n from copied`);
    if (n !== rows) throw new Error(`${n} of ${rows} values were promoted`);
    return ms;
  } finally {
    client.release();
  }
}

if (import.meta.main) for (const one of await run()) console.log(one);
