import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchSource, SourceFailure } from '../../src/flows/fetch-source.ts';
import { startWorld } from '../support/world.ts';

let hostile: Server;
let base: string;
/** Requests by path. */
const asked = new Map<string, number>();

/** What the server does to a request that comes for the n-th time. */
const deeds: Record<string, (response: ServerResponse, n: number, request: IncomingMessage) => void> = {
  '/data.csv': (response) =>
    response.writeHead(200, { etag: '"one"', 'last-modified': 'Wed, 01 Jan 2020 00:00:00 GMT' }).end('a,b\n1,2\n'),
  '/missing': (response) => response.writeHead(404).end('<h1>404 Not Found</h1>'),
  '/busy': (response, n) => (n < 3 ? response.writeHead(503).end() : response.end('late')),
  '/limited': (response, n) => (n < 2 ? response.writeHead(429).end() : response.end('patient')),
  '/down': (response) => response.writeHead(500).end(),
  '/cut-off-once': (response, n) => {
    if (n > 1) return response.end('the whole thing');
    response.writeHead(200, { 'content-length': '1000' });
    return response.write('the', () => response.destroy());
  },
  '/short': (response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('short', () => response.destroy());
  },
  '/to-metadata': (response) => response.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end(),
  '/to-file': (response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/moved': (response) => response.writeHead(301, { location: '/data.csv' }).end(),
  '/loop': (response) => response.writeHead(302, { location: '/loop' }).end(),
  '/bomb': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(5_000_000))),
  '/endless': (response) => {
    const timer = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
    response.on('close', () => clearInterval(timer));
  },
};

const world = await startWorld();
const config = { ...world.context.config, flowSourceMaxBytes: 1_000_000 };
const context = { config, blobs: world.context.blobs };

beforeAll(async () => {
  hostile = createServer((request, response) => {
    response.on('error', () => {});
    const path = new URL(request.url as string, 'http://x').pathname;
    asked.set(path, (asked.get(path) ?? 0) + 1);
    deeds[path]?.(response, asked.get(path) as number, request);
  }).listen(0, '127.0.0.1');
  await once(hostile, 'listening');
  const { port } = hostile.address() as AddressInfo;
  base = `http://127.0.0.1:${port}`;
  config.fetchAllow = [`127.0.0.1:${port}`];
});
afterAll(() => {
  hostile.closeAllConnections();
  hostile.close();
});

/** Fetches without waiting; `waited` are the pauses there would have been. */
async function fetched(path: string, options: { signal?: AbortSignal } = {}) {
  const waited: number[] = [];
  const log: string[] = [];
  const result = await fetchSource(context, path.includes('://') ? path : base + path, {
    signal: options.signal ?? new AbortController().signal,
    log: (line) => log.push(line),
    wait: async (seconds) => waited.push(seconds),
  }).catch((error) => error);
  return { result, waited, log };
}

test('a source is stored under its hash, with what its server says of it', async () => {
  const { result, waited } = await fetched('/data.csv');
  expect(result).toMatchObject({ bytes: 8, etag: '"one"', lastModified: 'Wed, 01 Jan 2020 00:00:00 GMT' });
  expect((await buffer(await world.context.blobs.open(result.sha256))).toString()).toBe('a,b\n1,2\n');
  expect(waited).toEqual([]);
});

test('a redirect is followed, and where it led is kept', async () => {
  expect((await fetched('/moved')).result).toMatchObject({ url: `${base}/moved`, finalUrl: `${base}/data.csv` });
});

test.each([
  ['/busy', [2, 4]],
  ['/limited', [2]],
  ['/cut-off-once', [2]],
])('%s is tried again after a pause', async (path, pauses) => {
  const { result, waited, log } = await fetched(path);
  expect(result).toMatchObject({ sha256: expect.any(String) });
  expect(waited).toEqual(pauses);
  expect(log).toHaveLength(pauses.length);
});

test.each([
  ['/missing', 'http-error', '404', []],
  ['/down', 'http-error', '500', [2, 4, 8]],
  ['/short', 'io-error', 'could not be fetched', [2, 4, 8]],
  ['/loop', 'io-error', 'More than 5 redirects', []],
  ['/to-metadata', 'io-error', '169.254.169.254 may not be fetched from', []],
  ['/to-file', 'scheme-error', 'Only http and https', []],
  ['/bomb', 'io-error', '1000000 bytes', []],
  ['/endless', 'io-error', '1000000 bytes', []],
  ['http://127.0.0.1:1/x', 'io-error', 'may not be fetched from', []],
  ['http://localhost:80/x', 'io-error', 'may not be fetched from', []],
  ['http://[::ffff:127.0.0.1]/x', 'io-error', 'may not be fetched from', []],
  ['ftp://example.org/x.csv', 'scheme-error', 'Only http and https', []],
])('%s fails as %s', async (path, code, words, pauses) => {
  const { result, waited } = await fetched(path);
  expect(result).toBeInstanceOf(SourceFailure);
  expect(result).toMatchObject({ code, message: expect.stringContaining(words) });
  expect(waited).toEqual(pauses);
});

test('credentials and signatures in an address appear neither in the failure nor in the log', async () => {
  const secret = `${base.replace('://', '://ann:hunter2@')}/down?X-Amz-Signature=abcdef&token=tttt`;
  const { result, log } = await fetched(secret);
  const said = [result.message, ...log].join('\n');
  expect(said).toContain('/down');
  expect(said).not.toMatch(/hunter2|abcdef|tttt/);
});

test('a cancelled run stops fetching at once, with the reason of its signal', async () => {
  const controller = new AbortController();
  const going = fetched('/endless', { signal: controller.signal });
  controller.abort(new Error('cancelled by ann'));
  expect((await going).result).toMatchObject({ message: 'cancelled by ann' });
});
