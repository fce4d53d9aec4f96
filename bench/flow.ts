import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import type { BenchLine } from './support/line.ts';
import { accessToken, startServer } from './support/start-server.ts';
import { withDatabase } from './support/with-database.ts';

/**
 * A table of a million rows as a flow, from the upload of its spec to SUCCEEDED: fetched, every row checked, CSV, JSON,
 * ZIP, Parquet, copy and package written and stored; beside DuckDB converting the same file with as many threads, checking
 * nothing: to CSV, JSON and Parquet, and CSV and JSON once more compressed for the ZIP. BENCH_FLOW_ROWS: default 1,000,000.
 */
export const name = 'flow';

const rows = Number(process.env.BENCH_FLOW_ROWS ?? 1_000_000);
const rounds = Number(process.env.BENCH_FLOW_ROUNDS ?? 3);
const threads = 2;

export function run(): Promise<BenchLine[]> {
  return withDatabase(async ({ env, folder }) => {
    const file = path.join(folder, 'visits.csv');
    await writeCsv(file);
    const source = createServer((_request, response) => createReadStream(file).pipe(response)).listen(0, '127.0.0.1');
    await once(source, 'listening');
    const { port } = source.address() as AddressInfo;
    const server = await startServer({
      ...env,
      FETCH_ALLOW: `127.0.0.1:${port}`,
      GRANARY_ENGINE_THREADS: String(threads),
    });
    try {
      const token = await serviceToken(server.url);
      let ours = Number.POSITIVE_INFINITY;
      let bare = Number.POSITIVE_INFINITY;
      for (let round = 0; round < rounds; round += 1) {
        // A dataset of its own each time: nothing is there to be used again.
        ours = Math.min(
          ours,
          await flow(server.url, token, `visits-${round}`, `http://127.0.0.1:${port}/visits.csv?${round}`),
        );
        bare = Math.min(bare, await conversions(file, folder));
      }
      const { size } = await stat(file);
      return [
        {
          name: `flow: bare DuckDB conversions, ${rows / 1e6} M rows`,
          value: bare,
          limit: null,
          ratio: null,
          unit: 's',
        },
        {
          name: `flow: ${rows / 1e6} M rows, ${Math.round(size / 1e6)} MB, spec to package`,
          value: ours,
          limit: bare,
          ratio: bare / ours,
          unit: 's',
        },
      ];
    } finally {
      await server.stop();
      source.close();
    }
  });
}

interface Token {
  token: string;
  userid: string;
}

async function serviceToken(url: string): Promise<Token> {
  const headers = { authorization: `Bearer ${await accessToken(url)}` };
  return (await (await fetch(`${url}/auth/authorize?service=source`, { headers })).json()) as Token;
}

/** Seconds from the upload to SUCCEEDED. */
async function flow(url: string, { token, userid }: Token, dataset: string, source: string): Promise<number> {
  const spec = {
    meta: { owner: 'bench', ownerid: userid, dataset, version: 1, findability: 'private' },
    inputs: [
      {
        kind: 'datapackage',
        url: source,
        parameters: {
          descriptor: { name: dataset, resources: [{ name: 'visits', path: source, format: 'csv', schema }] },
        },
      },
    ],
    outputs: [{ kind: 'parquet' }],
  };
  const headers = { 'auth-token': token, 'content-type': 'application/json' };
  const begun = performance.now();
  const sent = await fetch(`${url}/source/upload`, { method: 'POST', headers, body: JSON.stringify(spec) });
  const { flow_id: id, errors } = (await sent.json()) as { flow_id: string | null; errors: string[] };
  if (id === null) throw new Error(errors.join(', '));
  for (;;) {
    const answer = await fetch(`${url}/source/${id}`, { headers });
    const { state, error_log: log } = (await answer.json()) as { state: string; error_log: string[] };
    if (state === 'SUCCEEDED') return (performance.now() - begun) / 1000;
    if (state === 'FAILED') throw new Error(log.join(', '));
    await delay(20);
  }
}

/** Seconds. Read anew for each, as there is no table to read from. */
async function conversions(file: string, folder: string): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
  const connection = await instance.connect();
  const begun = performance.now();
  for (const [to, options] of [
    ['bare.csv', 'format csv'],
    ['bare.json', 'format json, array true'],
    ['bare.parquet', 'format parquet, compression zstd'],
    ['bare.csv.gz', 'format csv, compression gzip'],
    ['bare.json.gz', 'format json, array true, compression gzip'],
  ]) {
    await connection.run(`copy (select * from read_csv('${file}')) to '${path.join(folder, to!)}' (${options})`);
  }
  const seconds = (performance.now() - begun) / 1000;
  connection.closeSync();
  instance.closeSync();
  return seconds;
}

const schema = {
  fields: [
    { name: 'id', type: 'integer', constraints: { required: true } },
    { name: 'place', type: 'string', constraints: { maxLength: 6 } },
    { name: 'visited', type: 'date' },
    { name: 'count', type: 'integer', constraints: { minimum: 0 } },
    { name: 'temperature', type: 'number', constraints: { minimum: -50, maximum: 60 } },
    { name: 'note', type: 'string' },
  ],
};

async function writeCsv(file: string): Promise<void> {
  const out = createWriteStream(file);
  let text = `${schema.fields.map((field) => field.name).join(',')}\n`;
  for (let n = 1; n <= rows; n += 1) {
    const day = new Date(1.4e12 + ((n * 7919) % 3000) * 864e5).toISOString().slice(0, 10);
    const place = `P${String((n * 31) % 5000).padStart(5, '0')}`;
    text += `${n},${place},${day},${(n * 104_729) % 100_000},${(((n * 37) % 7000) / 100 - 20).toFixed(2)},note ${n % 977}\n`;
    if (text.length > 1 << 20) {
      if (!out.write(text)) await once(out, 'drain');
      text = '';
    }
  }
  out.end(text);
  await once(out, 'finish');
}

if (import.meta.main) for (const line of await run()) console.log(line);
