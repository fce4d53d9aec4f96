import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, expect, test } from 'vitest';
import { startFlows } from './flow-server.ts';

const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-limits-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A table of one text, small as a file and large once it is open. */
async function parquet(name: string, sql: string): Promise<Buffer> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const file = path.join(folder, name);
  await connection.run(`copy (${sql}) to '${file}' (format parquet, compression zstd)`);
  connection.closeSync();
  instance.closeSync();
  return readFile(file);
}
const wide = await parquet(
  'wide.parquet',
  `select md5(i::text) || md5((i + 1)::text) as t, 'k' as k from range(1000000) r(i)`,
);
const long = await parquet('long.parquet', `select (i % 100)::text as t, 'k' as k from range(30000000) r(i)`);

const MiB = 1024 ** 2;
const tight = await startFlows({ FLOW_MEMORY_BYTES: String(64 * MiB) });
const cramped = await startFlows({ FLOW_MEMORY_BYTES: String(64 * MiB), FLOW_TEMPORARY_BYTES: String(MiB) });
const hasty = await startFlows({ FLOW_PIPELINE_SECONDS: '12' });
type Flows = typeof tight;

for (const flows of [tight, cramped, hasty]) {
  flows.files['/small.csv'] = 'city\nLyon\n';
  flows.served.answer = (request, response) => {
    const body = { '/wide.parquet': wide, '/long.parquet': long }[request.url!];
    if (body !== undefined) response.end(body);
    return body !== undefined;
  };
}
const textFields = ['t', 'k'].map((name) => ({ name, type: 'string' }));
const large = (name: string) => [{ name, path: `${name}.parquet`, format: 'parquet', schema: { fields: textFields } }];
const small = [{ name: 'small', path: 'small.csv' }];

/** The limit is of the pipeline: the server, other datasets and the next revision know nothing of it. */
async function othersGoOn(flows: Flows, dataset: string) {
  expect((await flows.run('other', small)).state).toBe('SUCCEEDED');
  const next = await flows.run(dataset, small);
  expect([next.state, next.id]).toEqual(['SUCCEEDED', `${flows.me.id}/${dataset}/2`]);
}

const only = { outputs: [{ kind: 'parquet' }] };

test('more memory than a flow may use: the pipeline fails and names the limit', async () => {
  const steps = {
    processing: [
      {
        input: 'wide',
        output: 'wide',
        dpp: [
          {
            run: 'join',
            parameters: {
              source: { name: 'wide', key: ['k'], delete: true },
              target: { name: 'wide', key: null },
              fields: { all: { name: 't', aggregate: 'array' } },
            },
          },
        ],
      },
    ],
  };
  const { state, at } = await tight.run('hungry', large('wide'), { ...only, ...steps });
  expect(state).toBe('FAILED');
  expect(at('wide_csv').error_log).toEqual([
    'join',
    `flow_memory_limit: It needs more than the ${64 * MiB} bytes of memory of FLOW_MEMORY_BYTES.`,
  ]);
  await othersGoOn(tight, 'hungry');
});

test('more temporary disk than a flow may use: the same', async () => {
  const sorted = [{ input: 'wide', output: 'wide', dpp: [{ run: 'sort', parameters: { 'sort-by': '{t}' } }] }];
  const { state, at } = await cramped.run('sprawling', large('wide'), { ...only, processing: sorted });
  expect(state).toBe('FAILED');
  expect(at('validation_report').error_log).toEqual([
    'init',
    `flow_disk_limit: It needs more than the ${MiB} bytes of temporary disk of FLOW_TEMPORARY_BYTES.`,
  ]);
  await othersGoOn(cramped, 'sprawling');
});

test('a query that goes on and on is ended, and with it what would ask the same', async () => {
  const { state, at } = await hasty.run('endless', large('long'), only);
  expect(state).toBe('FAILED');
  const line = 'flow_time_limit: It takes longer than the 12 s of FLOW_PIPELINE_SECONDS.';
  // Which of them is too slow, the machine decides; the text of thirty million rows is so on any.
  const late = ['validation_report', 'long_csv'].filter((name) => at(name).error_log.includes(line));
  expect(late, JSON.stringify(at('long_csv'))).not.toEqual([]);
  await othersGoOn(hasty, 'endless');
});

test('an engine the system kills takes its pipeline along, not the server', async () => {
  const { served } = hasty;
  const before = served.answer;
  served.answer = (request, response) => {
    if (request.url !== '/fatal.csv') return before!(request, response);
    void killEngines();
    return true;
  };
  const { state, at } = await hasty.run('killed', [{ name: 'fatal', path: 'fatal.csv' }]);
  expect(state).toBe('FAILED');
  expect(at('validation_report').error_log).toEqual(['init', expect.stringMatching(/^flow_engine_lost: .*SIGKILL/)]);
  await othersGoOn(hasty, 'killed');
});

/** Those of this test. */
async function killEngines(): Promise<void> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=,args=']);
  for (const line of stdout.split('\n')) {
    const [pid, parent] = line.trim().split(/\s+/);
    if (Number(parent) === process.pid && line.includes('flow-engine.worker')) process.kill(Number(pid), 'SIGKILL');
  }
}
