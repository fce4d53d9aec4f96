import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { startWorld } from '../support/world.ts';
import { flowOwner, upload } from './flow-world.ts';

type Deed = string | Buffer | ((response: ServerResponse) => unknown);

/** One source that is wrong in one way, and what the contract (§6.1, §6.3, §8) makes of it. */
interface Case {
  name: string;
  /** Default: `/{name}.csv`. */
  file?: string;
  deed: Deed;
  resource?: object;
  processing?: object;
  /** States of CSV, JSON and copy: S or F. */
  states: string;
  /** Of the CSV, without its first word where that is `init` or `cast`: whole lines, or what the only line contains. */
  step?: string;
  log: string[] | RegExp;
  /** Of the report; the first one. */
  code?: string;
  message?: RegExp;
}

const cutOff = (response: ServerResponse) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('a,b\n1,2\n', () => response.destroy());
};
const moved = (location: string) => (response: ServerResponse) => response.writeHead(302, { location }).end();
const rows = (n: number, row: (i: number) => string) => Array.from({ length: n }, (_, i) => `${row(i)}\n`).join('');
const fields = (...names: string[]) => ({
  schema: {
    fields: names.map((name) => {
      const [plain, type = 'string'] = name.split(':');
      return { name: plain, type };
    }),
  },
});
const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(100, 1)]);
const two = new ZipFile();
for (const name of ['one.csv', 'two.csv']) two.addBuffer(Buffer.from('a\n1\n'), name);
two.end();
const zipped = await buffer(two.outputStream as NodeJS.ReadableStream);

const cases: Case[] = [
  {
    name: 'gone',
    deed: (r) => r.writeHead(404).end('<h1>'),
    states: 'FFF',
    log: /gone\.csv answered 404\.$/,
    code: 'http-error',
  },
  {
    name: 'down',
    deed: (r) => r.writeHead(500).end('a,b\n1,2\n'),
    states: 'FFF',
    log: /answered 500\.$/,
    code: 'http-error',
  },
  { name: 'reset', deed: cutOff, states: 'FFF', log: /could not be fetched/, code: 'io-error' },
  {
    name: 'short',
    deed: (r) => r.writeHead(200, { 'content-length': '1000' }).write('a,b\n1,2\n', () => r.socket?.end()),
    states: 'FFF',
    log: /could not be fetched/,
    code: 'io-error',
  },
  { name: 'loop', deed: moved('/loop.csv'), states: 'FFF', log: /^More than 5 redirects/, code: 'io-error' },
  {
    name: 'loopback',
    deed: moved('http://127.0.0.1:1/x.csv'),
    states: 'FFF',
    log: /^127\.0\.0\.1.* may not be fetched from/,
    code: 'io-error',
  },
  {
    name: 'private',
    deed: moved('http://10.0.0.1/x.csv'),
    states: 'FFF',
    log: /^10\.0\.0\.1 may not be fetched from/,
    code: 'io-error',
  },
  {
    name: 'metadata',
    deed: moved('http://[::ffff:169.254.169.254]/x.csv'),
    states: 'FFF',
    log: /may not be fetched from/,
    code: 'io-error',
  },
  {
    name: 'to-file',
    deed: moved('file:///etc/passwd'),
    states: 'FFF',
    log: /^Only http and https/,
    code: 'scheme-error',
  },
  { name: 'big', deed: Buffer.alloc(2_000_000, 'a,b\n'), states: 'FFF', log: /1000000 bytes/, code: 'io-error' },
  {
    name: 'latin',
    deed: Buffer.from('a,b\nété,2\n', 'latin1'),
    resource: { encoding: 'utf-8' },
    states: 'FFS',
    log: ['The file is not valid utf-8: undecodable byte at offset 4'],
    code: 'encoding-error',
  },
  { name: 'nul', deed: 'a,b\n1,\0\n', states: 'FFS', log: /NUL byte at offset 6/, code: 'encoding-error' },
  { name: 'picture', deed: png, states: 'FFS', log: /its content is a PNG image$/, code: 'format-error' },
  {
    name: 'page',
    deed: '<!doctype html>\n<html><body>not, found</body></html>\n',
    states: 'FFS',
    log: /its content is an HTML page$/,
    code: 'format-error',
  },
  {
    name: 'half-json',
    file: 'half.json',
    deed: '[{"a": 1}, {"a"',
    resource: fields('a'),
    states: 'FFS',
    log: /cannot be read as JSON/i,
    code: 'format-error',
  },
  {
    name: 'two-members',
    file: 'two.zip',
    deed: zipped,
    resource: fields('a'),
    states: 'FFS',
    log: /archive/,
    code: 'format-error',
  },
  { name: 'nothing', deed: '', states: 'FFS', log: /No rows found/, code: 'format-error' },
  {
    name: 'skipping',
    deed: 'a,b\n1,2\n',
    processing: { tabulator: { skip_rows: 'first' } },
    states: 'FFS',
    log: ['Bad value for skip_rows'],
    code: 'source-error',
    message: /^Bad value for skip_rows$/,
  },
  {
    name: 'no-schema',
    deed: 'a,b\n1,2\n',
    resource: { schema: '/schema-gone.json' },
    states: 'FFS',
    log: /schema-gone\.json answered 404\.$/,
    code: 'http-error',
  },
  {
    name: 'bad-schema',
    deed: 'a,b\n1,2\n',
    resource: { schema: '/latin.csv' },
    states: 'FFS',
    log: /^Table Schema error: .*latin\.csv is no JSON$/,
    code: 'schema-error',
  },
  {
    name: 'bad-type',
    deed: 'a,b\n1,2\n',
    resource: fields('a:nonsense', 'b'),
    states: 'FFS',
    log: ["Table Schema error: unknown type 'nonsense'"],
    code: 'schema-error',
  },
  {
    name: 'cells',
    deed: 'a,b\n1,2\nx,3\n2,y\n',
    resource: fields('a:integer', 'b:integer'),
    states: 'FFS',
    step: 'cast',
    log: [
      'The value "x" in row 3 and column 1 is not type "integer" and format "default"',
      'The value "y" in row 4 and column 2 is not type "integer" and format "default"',
    ],
    code: 'type-or-format-error',
  },
  {
    name: 'header',
    deed: 'a,x\n1,2\n',
    resource: fields('a', 'b', 'c'),
    states: 'FFS',
    step: 'cast',
    log: [`Header in column 2 doesn't match field name "b" in the schema`, 'There is a missing header in column "c"'],
    code: 'non-matching-header',
  },
  {
    name: 'rejects',
    deed: `a,b\n${rows(11, () => '1')}${rows(50, (i) => `${i},x`)}`,
    states: 'FFS',
    step: 'cast',
    log: ['11 of 61 row(s) were rejected, more than the allowed 10 and 1 %'],
    code: 'missing-value',
  },
  {
    name: 'narrow',
    deed: 'a,b\n1,2\n3\n',
    processing: { policy: { width: 'fail' } },
    states: 'FFS',
    step: 'cast',
    log: ['Row 3 has a missing value in column 2'],
    code: 'missing-value',
  },
  {
    name: 'twice',
    deed: 'a,b\n1,2\n1,3\n',
    resource: { schema: { ...fields('a:integer', 'b').schema, primaryKey: ['a'] } },
    processing: { policy: { unique: 'fail' } },
    states: 'FFS',
    step: 'cast',
    log: ['Rows 2, 3 has unique constraint violation in column 1'],
    code: 'unique-constraint',
  },
  {
    name: 'look-ahead',
    deed: 'a,b\n1,2\nxa,3\n',
    resource: {
      schema: {
        fields: [
          { name: 'a', type: 'string', constraints: { pattern: '(?!x).+' } },
          { name: 'b', type: 'string' },
        ],
      },
    },
    states: 'FFS',
    step: 'cast',
    log: ['The value "xa" in row 3 and column 1 does not conform to the pattern constraint of "(?!x).+"'],
    code: 'pattern-constraint',
  },
  {
    name: 'steps',
    deed: 'a,b\n1,2\n',
    processing: { dpp: [{ run: 'set_types', parameters: { types: { nope: { type: 'integer' } } } }] },
    states: 'FFS',
    step: 'set_types',
    log: ['No field found matching "nope"'],
  },
  { name: 'header-only', deed: 'a,b\n', states: 'SSS', log: [] },
  { name: 'good', deed: 'a,b\n1,2\n', states: 'SSS', log: [] },
];

const server = createServer((request, response) => {
  response.on('error', () => {});
  const found = cases.find(({ name, file }) => request.url === `/${file ?? `${name}.csv`}`);
  if (found === undefined) response.writeHead(404).end();
  else if (typeof found.deed === 'function') found.deed(response);
  else response.end(found.deed);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const base = `http://127.0.0.1:${port}`;
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const world = await startWorld({ FETCH_ALLOW: `127.0.0.1:${port}`, FLOW_SOURCE_MAX_BYTES: '1000000' });
const me = await flowOwner(world);

interface Pipeline {
  status: string;
  error_log: string[];
  stats: Record<string, Record<string, string>>;
}
let status: { state: string; error_log: string[]; logs: string[]; pipelines: Record<string, Pipeline> };
let report: { resource: string; valid: boolean; tables: { errors: { code: string; message: string }[] }[] }[];
const at = (name: string) => status.pipelines[`${me.id}/broken/1${name === '' ? '' : `/${name}`}`]!;

// All of them in one flow: what one source does is no other's business.
beforeAll(async () => {
  const processed = cases.filter(({ processing }) => processing !== undefined);
  const sent = await upload(world, me, {
    meta: { owner: 'Me', ownerid: me.id, dataset: 'broken', version: 1, findability: 'published' },
    inputs: [
      {
        kind: 'datapackage',
        url: `${base}/datapackage.json`,
        parameters: {
          descriptor: {
            name: 'broken',
            resources: cases.map(({ name, file, resource }) => {
              const { schema, ...more } = (resource ?? {}) as { schema?: unknown };
              const given = typeof schema === 'string' ? base + schema : schema;
              return { name, path: file ?? `${name}.csv`, ...more, ...(given === undefined ? {} : { schema: given }) };
            }),
          },
        },
      },
    ],
    processing: processed.map(({ name, processing }) => ({ input: name, output: name, ...processing })),
  });
  expect(sent.body.errors).toEqual([]);
  await world.runJobs();
  status = (await world.anon.get(`/source/${me.id}/broken/1`, { 'auth-token': me.token })).body;
  const url = at('validation_report').stats['.dpp']?.['out-datapackage-url'];
  if (url === undefined) throw new Error(JSON.stringify([status.error_log, at('validation_report').error_log]));
  const answer = await world.anon.get(new URL(url, world.url).pathname);
  report = (await world.anon.get(new URL(answer.body.resources[0].path, world.url).pathname)).body;
});

test.each(cases)('$name', ({ name, states, step, log, code, message }) => {
  const of = (product: string) => at(`${name}${product}`).status;
  const short = ['_csv', '_json', ''].map((product) => of(product)[0]).join('');
  const csv = at(`${name}_csv`);
  const entry = report.find(({ resource }) => resource === name)!;
  const [first] = entry.tables[0]!.errors;
  expect({ states: short, preview: of('_csv_preview'), code: first?.code }).toEqual({
    states,
    preview: states[0] === 'S' ? 'SUCCEEDED' : 'FAILED',
    code,
  });
  expect(entry.valid).toBe(code === undefined);
  if (states[0] === 'S') return expect(csv.error_log).toEqual([]);
  expect(csv.error_log[0]).toBe(step ?? 'init');
  if (Array.isArray(log)) expect(csv.error_log.slice(1)).toEqual(log);
  else expect(csv.error_log).toEqual([step ?? 'init', expect.stringMatching(log)]);
  expect(at(`${name}_json`).error_log).toEqual(csv.error_log);
  if (states[2] === 'F') expect(at(name).error_log).toEqual(csv.error_log);
  if (message !== undefined) expect(first!.message).toMatch(message);
  else if (step === undefined && code !== undefined) expect(first!.message).toBe(csv.error_log[1]);
  expect(at(`${name}_csv_preview`).error_log).toEqual([
    `Dependency unsuccessful. Cannot run until dependency "${me.id}/broken/1/${name}_csv" is successfullyexecuted`,
  ]);
});

test('an invalid report fails nothing; the flow fails with what failed, and its ends with it', () => {
  expect(status.state).toBe('FAILED');
  expect(at('validation_report').status).toBe('SUCCEEDED');
  expect(at('broken_zip').error_log).toEqual([
    `Dependency unsuccessful. Cannot run until dependency "${me.id}/broken/1/gone_csv" is successfullyexecuted`,
  ]);
  expect(at('').status).toBe('FAILED');
  expect(status.error_log.length).toBeGreaterThan(0);
  expect(Object.values(status.pipelines).filter(({ status: one }) => !['SUCCEEDED', 'FAILED'].includes(one))).toEqual(
    [],
  );
  expect(status.logs.filter((line) => line.includes('down.csv answered 500. Trying again in'))).toHaveLength(3);
});
