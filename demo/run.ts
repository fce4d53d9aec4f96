import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tableText } from '../src/cli/index.ts';
import { readConfig, readEnv } from '../src/platform/config/index.ts';
import { serve } from '../src/serve.ts';
import { dirtyFlights } from './dirty-flights.ts';
import { type DirtyFile, dirtyGapminder } from './dirty-gapminder.ts';
import { packageByFlow } from './flow.ts';
import { placesAndValues } from './places.ts';

// The main job, as a new user would do it over HTTP: start, sign in, send a messy file, see what was caught, ask the
// result, and leave everything up to look at. `--once` ends after the job.

interface UploadAnswer {
  id: string;
  dataset: { id: string };
  revision: number | null;
  rows: { read: number; inserted: number; unchanged: number; rejected: number };
  issues: { errors: number; warnings: number };
  /** Set when the same content was sent before: it is recognised and not taken in twice. */
  duplicate_of: string | null;
  run: { id: string; state: string };
}

interface Issue {
  code: string;
  row?: number;
  column?: string;
  value?: string;
  message: string;
}

const say = (text = '') => process.stdout.write(`${text}\n`);
const started = performance.now();
let token: string | undefined;
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(2)} s`;

const dataDir = path.resolve('.granary-demo');
const login = await demoLogin();
const env = readEnv();
const server = await serve(
  readConfig({
    GRANARY_LOG_LEVEL: 'warn',
    ...env,
    GRANARY_DATA_DIR: dataDir,
    GRANARY_ADMIN_EMAIL: login.email,
    GRANARY_ADMIN_PASSWORD: login.password,
  }),
  { api: true, work: true },
);
const address = server.address!;
say(`Granary is up on ${address} after ${seconds(started)} (database, migrations, API, worker).`);

token = (await call<{ access_token: string }>('POST', '/auth', { json: login })).access_token;
await call('POST', '/api/v1/project', { json: { slug: 'demo', title: 'Demo' } }).catch((error: Error) => {
  if (!error.message.includes('already exists')) throw error;
});

try {
  const dirty = dirtyGapminder();
  await gapminder(dirty);
  await flights();
  heading('3. 62 countries in 6 regions: a tree of places, indicators, a document to be mapped, a map');
  await placesAndValues({ call, say, seconds, indent });
  heading('4. The messy file as a flow: a spec in, a published Data Package out, every week again');
  await packageByFlow({ call, say, seconds, indent }, dirty);
} catch (error) {
  await server.stop();
  throw error;
}

say();
say(`Web app   ${address}/app/`);
say(`API       ${address}/docs`);
say(`Login     ${login.email}   ${login.password}`);
if (process.argv.includes('--once')) {
  await server.stop();
  process.exit(0);
}
say('Ctrl-C ends it.');
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void server.stop().then(() => process.exit(0)));

async function gapminder(file: DirtyFile): Promise<void> {
  heading(`1. ${file.name}: ${file.rows} rows of Gapminder (CC BY 4.0), made messy on purpose`);
  for (const [what, count] of Object.entries(file.tidied)) say(`   ${String(count).padStart(5)} × ${what}`);
  say(`   ${String(file.faults.length).padStart(5)} real faults`);
  const since = performance.now();
  const answer = await upload('gapminder', file.name, file.bytes, {
    schema: {
      fields: [
        { name: 'country', type: 'string', constraints: { required: true } },
        { name: 'year', type: 'integer', constraints: { required: true, minimum: 1900, maximum: 2100 } },
        { name: 'population', type: 'integer', constraints: { minimum: 0 } },
        { name: 'life_expectancy', type: 'number', constraints: { minimum: 0, maximum: 120 } },
        { name: 'fertility', type: 'number', constraints: { minimum: 0, maximum: 15 } },
      ],
      primaryKey: ['country', 'year'],
    },
    recipe: [
      {
        function: 'rename',
        params: {
          columns: {
            Country: 'country',
            Year: 'year',
            Population: 'population',
            'Life expectancy': 'life_expectancy',
            Fertility: 'fertility',
          },
        },
      },
      { function: 'trim', params: {} },
      { function: 'null_values', params: { values: ['n/a', '-', 'NA', 'missing', '…'] } },
      { function: 'numbers', params: { columns: ['population'], group: ' ' } },
      { function: 'decimal_comma', params: { columns: ['life_expectancy', 'fertility'] } },
    ],
  });
  say();
  const { read, inserted, unchanged, rejected } = answer.rows;
  say(
    answer.duplicate_of === null
      ? `   ${read} rows read, ${inserted + unchanged} published, ${rejected} set aside, in ${seconds(since)}.`
      : `   The same file as last time, recognised in ${seconds(since)} and not taken in twice.`,
  );
  say('   What had been put in, and what was caught:');
  say();
  const issues = (await call<{ items: Issue[] }>('GET', `/api/v1/upload/${answer.id}/issues.json?severity=error`))
    .items;
  const found = file.faults.map((fault) => {
    const issue = issues.find((candidate) => candidate.row === fault.row);
    return { row: fault.row, 'put in': fault.what, code: issue?.code ?? 'NOT CAUGHT', message: issue?.message ?? '' };
  });
  say(indent(tableText(found, ['row', 'put in', 'code', 'message'], 100)));
  const caught = found.filter((line) => line.code !== 'NOT CAUGHT').length;
  say(
    `   ${caught} of ${file.faults.length} faults caught; ${issues.filter((issue) => !file.faults.some((fault) => fault.row === issue.row)).length} false alarms.`,
  );
  say();
  const asked = performance.now();
  const query = new URLSearchParams({
    filter: 'year = 2005 and life_expectancy >= 79',
    sort: '-life_expectancy',
    fields: 'country,year,life_expectancy,fertility',
    limit: '8',
  });
  const rows = await call<{ items: Record<string, unknown>[] }>(
    'GET',
    `/api/v1/dataset/${answer.dataset.id}/data.json?${query}`,
  );
  say(`   Where people lived longest in 2005 (filter=${query.get('filter')}), ${seconds(asked)}:`);
  say();
  say(indent(tableText(rows.items, ['country', 'year', 'life_expectancy', 'fertility'])));
}

async function flights(): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-demo-'));
  try {
    const file = path.join(folder, 'flights-dirty.csv');
    const made = await dirtyFlights(file);
    const { size } = await stat(file);
    heading(
      `2. flights-dirty.csv: ${counted(made.rows)} flights, ${Math.round(size / 1e6)} MB, one bad cell in every hundredth row`,
    );
    const since = performance.now();
    const answer = await upload('flights', 'flights-dirty.csv', createReadStream(file), {
      schema: {
        fields: [
          { name: 'departed_at', type: 'datetime', format: '%Y-%m-%d %H:%M:%S' },
          { name: 'delay', type: 'integer' },
          { name: 'distance', type: 'integer', constraints: { minimum: 0 } },
          { name: 'origin', type: 'string', constraints: { required: true, pattern: '[A-Z]{3}' } },
          { name: 'destination', type: 'string', constraints: { required: true, pattern: '[A-Z]{3}' } },
        ],
      },
      mode: 'replace',
    });
    const took = (performance.now() - since) / 1000;
    const { read, inserted, rejected } = answer.rows;
    if (answer.duplicate_of !== null)
      say(`   The same file as last time, recognised in ${took.toFixed(2)} s and not taken in twice.`);
    else {
      say(
        `   ${counted(read)} rows read, ${counted(inserted)} published, ${counted(rejected)} set aside in ${took.toFixed(2)} s (${counted(Math.round(read / took))} rows/s).`,
      );
    }
    say(`   ${counted(answer.issues.errors)} issues for ${counted(made.faults)} faults put in.`);
    say();
    const summary = await call<{ summary: Record<string, unknown>[] }>(
      'GET',
      `/api/v1/upload/${answer.id}/issues/summary`,
    );
    say(indent(tableText(summary.summary, ['code', 'column', 'count'])));
    const asked = performance.now();
    const query = new URLSearchParams({
      filter: "origin = 'SEA' and delay > 300",
      sort: '-delay',
      limit: '5',
      fields: 'departed_at,origin,destination,delay',
    });
    const rows = await call<{ items: Record<string, unknown>[] }>(
      'GET',
      `/api/v1/dataset/${answer.dataset.id}/data.json?${query}`,
    );
    say(`   The latest departures from Seattle (filter=${query.get('filter')}), ${seconds(asked)}:`);
    say();
    say(indent(tableText(rows.items, ['departed_at', 'origin', 'destination', 'delay'])));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function upload(
  dataset: string,
  name: string,
  body: Uint8Array | NodeJS.ReadableStream,
  options: Record<string, unknown>,
): Promise<UploadAnswer> {
  const sent = await call<UploadAnswer>(
    'POST',
    `/api/v1/upload?${new URLSearchParams({ project_id: 'demo', dataset, filename: name })}`,
    {
      body,
      headers: {
        'content-type': 'text/csv',
        prefer: 'respond-async',
        'granary-options': headerJson({ mode: 'replace', on_error: 'quarantine', ...options }),
      },
    },
  );
  for (;;) {
    const run = await call<{ state: string; error: { message: string } | null }>('GET', `/api/v1/run/${sent.run.id}`);
    if (run.state === 'succeeded') return call<UploadAnswer>('GET', `/api/v1/upload/${sent.id}`);
    if (run.state === 'failed' || run.state === 'cancelled')
      throw new Error(`the ingest ${run.state}: ${run.error?.message}`);
    await delay(25);
  }
}

/** Headers carry ASCII only; JSON has an escape for the rest. */
function headerJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

async function call<Body>(
  method: string,
  url: string,
  options: { json?: unknown; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Body> {
  const answer = await fetch(address + url, {
    method,
    headers: {
      ...(token !== undefined ? { authorization: `Bearer ${token}` } : {}),
      ...(options.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    body: options.json === undefined ? options.body : JSON.stringify(options.json),
    duplex: 'half',
  } as RequestInit);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${text}`);
  return JSON.parse(text) as Body;
}

/** Made once and kept beside the demo's data, so that a second run signs in too. */
async function demoLogin(): Promise<{ email: string; password: string }> {
  const file = path.join(dataDir, 'login.json');
  await mkdir(dataDir, { recursive: true });
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept) as { email: string; password: string };
  const made = { email: 'demo@example.org', password: `Demo-${randomBytes(9).toString('base64url')}-1a` };
  await writeFile(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}

function counted(count: number): string {
  return count.toLocaleString('en');
}

function heading(text: string): void {
  say();
  say(text);
  say('─'.repeat(text.length));
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '   ');
}
