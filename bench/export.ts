import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createProject } from '../src/accounts/index.ts';
import { sql } from '../src/platform/db/index.ts';
import { publishedTable } from '../test/support/tables.ts';
import { type BenchLine, median } from './support/line.ts';
import { accessToken, type BenchServer, startServer } from './support/start-server.ts';
import { withDatabase } from './support/with-database.ts';

/**
 * A table of a million rows through HTTP, against the same rows written to a file by DuckDB alone (two threads, its
 * default memory), in turns. And what the server process holds at most over what it held before its first export.
 */
export const name = 'export';

const rows = Number(process.env.BENCH_ROWS ?? 1_000_000);
const rounds = 3;

const columns = `select i as id, 'name ' || (i % 1000) as name, (i * 7919 % 100003) / 7.0 as value,
  date '2020-01-01' + (i % 1000)::integer as day, i % 3 = 0 as flag,
  case when i % 10 = 0 then null else 'text, with "quotes" ' || i end as note, i * 12345 as number,
  timestamp '2020-01-01' + to_seconds(i) as at`;

const fields = [
  { name: 'id', type: 'integer' },
  { name: 'name', type: 'string' },
  { name: 'value', type: 'number' },
  { name: 'day', type: 'date' },
  { name: 'flag', type: 'boolean' },
  { name: 'note', type: 'string' },
  { name: 'number', type: 'integer' },
  { name: 'at', type: 'datetime' },
];

/** What leaves, and how DuckDB alone writes it. Parquet with a filter that keeps every row: else the stored file is sent. */
const cases = [
  { format: 'csv', query: '', copy: 'format csv' },
  { format: 'ndjson', query: '', copy: 'format json' },
  { format: 'parquet', query: '?id__gte=0', copy: 'format parquet, compression zstd' },
];

export function run(): Promise<BenchLine[]> {
  return withDatabase(async ({ context, env, folder }) => {
    const { id: userId } = await context.db.one<{ id: string }>(sql`select id from "user" limit 1`);
    const project = await context.db.transaction((tx) => createProject(context, tx, { title: 'Bench' }, userId));
    const dataset = await publishedTable(
      { context },
      {
        projectId: project.id,
        name: 'million',
        key: ['id'],
        fields,
        rows: `${columns}, i as _row from range(${rows}) t(i)`,
      },
    );
    const server = await startServer(env, 'api');
    try {
      return await measure(server, dataset, await bareFile(folder));
    } finally {
      await server.stop();
    }
  });
}

/** The table as a file of the bench's own, for DuckDB alone. */
async function bareFile(folder: string): Promise<string> {
  const engine = await DuckDBInstance.create(':memory:');
  const connection = await engine.connect();
  const file = path.join(folder, 'bare.parquet');
  await connection.run(`copy (${columns} from range(${rows}) t(i)) to '${file}' (format parquet)`);
  connection.closeSync();
  engine.closeSync();
  return file;
}

async function measure(server: BenchServer, dataset: string, file: string): Promise<BenchLine[]> {
  const token = await accessToken(server.url);
  const idle = server.rss();
  let peak = idle ?? 0;
  const watching = setInterval(() => {
    peak = Math.max(peak, server.rss() ?? 0);
  }, 10);
  const lines: BenchLine[] = [];
  for (const { format, query, copy } of cases) {
    const times = { ours: [] as number[], bare: [] as number[] };
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      const bare = await copied(file, path.join(path.dirname(file), `out.${format}`), copy);
      const ours = await downloaded(`${server.url}/api/v1/dataset/${dataset}/data.${format}${query}`, token);
      if (round > 0) {
        times.bare.push(bare);
        times.ours.push(ours);
      }
    }
    const [ours, bare] = [rows / median(times.ours), rows / median(times.bare)];
    lines.push({ name: `export: ${format}, DuckDB alone`, value: bare, limit: null, ratio: null, unit: 'rows/s' });
    lines.push({
      name: `export: ${format} over HTTP`,
      value: ours,
      limit: 0.5 * bare,
      ratio: ours / bare,
      unit: 'rows/s',
    });
  }
  clearInterval(watching);
  if (idle === undefined) return lines;
  const over = (peak - idle) / 1024 / 1024;
  return [
    ...lines,
    { name: 'export: memory over idle', value: over, limit: 150, ratio: over / 150, unit: 'MB' },
    { name: 'export: memory idle', value: idle / 1024 / 1024, limit: null, ratio: null, unit: 'MB' },
  ];
}

async function copied(from: string, to: string, options: string): Promise<number> {
  const engine = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await engine.connect();
  const begun = performance.now();
  await connection.run(`copy (from read_parquet('${from}')) to '${to}' (${options})`);
  const seconds = (performance.now() - begun) / 1000;
  connection.closeSync();
  engine.closeSync();
  return seconds;
}

async function downloaded(url: string, token: string): Promise<number> {
  const begun = performance.now();
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (answer.status !== 200 || answer.body === null) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  for await (const _ of answer.body);
  return (performance.now() - begun) / 1000;
}

if (import.meta.main) for (const line of await run()) console.log(line);
