import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addressPolicy,
  createFetcher,
  type FetchRequest,
  redactUrl,
  redactUrls,
} from '../../src/platform/fetch/index.ts';

/** A server that does what its path says, and remembers what it was asked. */
let hostile: Server;
let port: number;
const asked: { host: string; path: string; method: string; headers: IncomingMessage['headers']; body: string }[] = [];

const deeds: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/hello': (_, response) => response.end('hello'),
  '/error': (_, response) => response.writeHead(404).end('no such thing'),
  '/to': (request, response) => {
    const query = new URL(request.url as string, 'http://x').searchParams;
    response.writeHead(Number(query.get('status') ?? 302), { location: query.get('location') as string });
    response.end('x'.repeat(1000));
  },
  '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
  '/endless-redirect': (_, response) => {
    response.writeHead(302, { location: '/hello' });
    Readable.from(endless()).pipe(response);
  },
  '/endless': (_, response) =>
    Readable.from(endless())
      .on('error', () => {})
      .pipe(response),
  '/silent': () => {},
  '/stalls': (_, response) => response.writeHead(200).write('the beginning'),
  '/drips': (_, response) => {
    const timer = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(timer));
  },
  '/declares-too-much': (_, response) => response.writeHead(200, { 'content-length': '999999999' }).write('x'),
  '/cut-off': (_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('only this', () => response.destroy());
  },
  '/cut-off-chunked': (_, response) => {
    response.writeHead(200);
    response.write('only this', () => response.destroy());
  },
  '/gzip': (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('unpacked')),
  '/bomb': (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10_000_000))),
  '/broken-gzip': (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('not packed'),
  '/unknown-encoding': (_, response) => response.writeHead(200, { 'content-encoding': 'rot13' }).end('uryyb'),
};

async function* endless() {
  for (;;) yield Buffer.alloc(16_384, 120);
}

const listener: RequestListener = async (request, response) => {
  const { pathname } = new URL(request.url as string, 'http://x');
  response.on('error', () => {});
  const { host = '' } = request.headers;
  const body = await text(request).catch(() => '');
  asked.push({ host, path: request.url as string, method: request.method as string, headers: request.headers, body });
  (deeds[pathname] as (typeof deeds)[string])(request, response);
};

beforeAll(async () => {
  hostile = createServer(listener).listen(0, '127.0.0.1');
  await once(hostile, 'listening');
  port = (hostile.address() as AddressInfo).port;
});

afterAll(async () => {
  hostile.closeAllConnections();
  hostile.close();
  for (const fetcher of fetchers) await fetcher.close();
});

const names: Record<string, string[]> = {
  'one.test': ['127.0.0.1'],
  'two.test': ['127.0.0.1'],
  'mixed.test': ['93.184.216.34', '127.0.0.1'],
  'dead-first.test': ['127.0.0.2', '127.0.0.1'],
  'odd.test': ['not an address'],
  'none.test': [],
};
const lookups: string[] = [];
const lookup = async (host: string) => {
  lookups.push(host);
  const addresses = names[host];
  if (addresses === undefined) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
  return addresses.map((address) => ({ address }));
};

const fetchers: ReturnType<typeof createFetcher>[] = [];
function fetcherWith(options: Partial<Parameters<typeof createFetcher>[0]> = {}) {
  const fetcher = createFetcher({ allow: [], lookup, ...options });
  fetchers.push(fetcher);
  return fetcher;
}

/** Both names of the hostile server are allowed, nothing else is. */
const open = () => fetcherWith({ allow: [`one.test:${port}`, `two.test:${port}`] });
const at = (path: string, host = 'one.test') => `http://${host}:${port}${path}`;
const limits: FetchRequest = { maxBytes: 1_000_000 };
const redirectTo = (location: string, status = 302) =>
  at(`/to?status=${status}&location=${encodeURIComponent(location)}`);

describe('the address policy', () => {
  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '192.0.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:93.184.216.34',
    '::ffff:0:7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b::5db8:d822',
    '64:ff9b:1::7f00:1',
    '2002:7f00:1::',
    '2001::1',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '2001:db8::1',
    'fd00:ec2::254',
    'not an address',
    '0x7f.1',
  ])('refuses %s', (address) => {
    expect(addressPolicy([]).refusal({ host: 'x.test', port: 443, address })).toBeDefined();
  });

  test.each(['93.184.216.34', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111'])('allows %s', (address) => {
    expect(addressPolicy([]).refusal({ host: 'x.test', port: 443, address })).toBeUndefined();
  });

  test.each([
    { allow: 'db.internal', host: 'db.internal', port: 5432, allowed: true },
    { allow: 'db.internal', host: 'DB.Internal.', port: 5432, allowed: true },
    { allow: 'db.internal', host: 'other.internal', port: 5432, allowed: false },
    { allow: 'db.internal', host: 'evil-db.internal', port: 5432, allowed: false },
    { allow: 'db.internal:5432', host: 'db.internal', port: 5432, allowed: true },
    { allow: 'db.internal:5432', host: 'db.internal', port: 22, allowed: false },
    { allow: '10.0.0.0/8', host: 'any.test', port: 9000, allowed: true },
    { allow: '11.0.0.0/8', host: 'any.test', port: 9000, allowed: false },
    { allow: '10.1.2.3', host: 'any.test', port: 9000, allowed: true },
    { allow: '10.1.2.3:9000', host: 'any.test', port: 9000, allowed: true },
    { allow: '10.1.2.3:9001', host: 'any.test', port: 9000, allowed: false },
    { allow: '[::1]:80', host: 'any.test', port: 80, allowed: false },
    { allow: 'fc00::/7', host: 'any.test', port: 80, allowed: false },
  ])('with $allow, $host at 10.1.2.3:$port is allowed: $allowed', ({ allow, host, port: target, allowed }) => {
    const why = addressPolicy([allow]).refusal({ host, port: target, address: '10.1.2.3' });
    expect(why === undefined).toBe(allowed);
  });

  test.each([
    { allow: '::1', address: '::1', port: 80, allowed: true },
    { allow: '[::1]:80', address: '::1', port: 80, allowed: true },
    { allow: '[::1]:80', address: '::1', port: 81, allowed: false },
    { allow: 'fd00::/8', address: 'fd12::1', port: 5432, allowed: true },
    // Written as v4, an exception does not open its disguises.
    { allow: '127.0.0.1', address: '::ffff:127.0.0.1', port: 80, allowed: false },
  ])('with $allow, $address:$port is allowed: $allowed', ({ allow, address, port: target, allowed }) => {
    const why = addressPolicy([allow]).refusal({ host: 'any.test', port: target, address });
    expect(why === undefined).toBe(allowed);
  });

  test.each(['', '10.0.0.0/33', 'http://x', 'host:0', 'host:99999', 'a b', '*', '/8', 'user@host'])(
    '%j is no exception',
    (entry) => {
      expect(() => addressPolicy([entry])).toThrow();
    },
  );

  test('a public address at an unusual port needs an exception', () => {
    const target = { host: 'x.test', port: 22, address: '93.184.216.34' };
    expect(addressPolicy([]).refusal(target)).toContain('port 22');
    expect(addressPolicy(['x.test:22']).refusal(target)).toBeUndefined();
  });
});

describe('fetching', () => {
  test('an allowed target answers, whatever its status', async () => {
    const fetcher = open();
    const hello = await fetcher.fetch(at('/hello#part'), limits);
    expect(hello).toMatchObject({ status: 200, url: at('/hello'), redirects: 0 });
    expect(await text(hello.body)).toBe('hello');
    const error = await fetcher.fetch(at('/error'), limits);
    expect(error.status).toBe(404);
    expect(await text(error.body)).toBe('no such thing');
  });

  test.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0177.0.0.1/',
    'http://0x7f.1/',
    'http://127.1/',
    'http://0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://１２７.０.０.１/',
    'http://169.254.169.254/latest/meta-data/',
  ])('%s is refused without a connection', async (url) => {
    const before = asked.length;
    await expect(fetcherWith().fetch(url, limits)).rejects.toMatchObject({ code: 'fetch_target_refused', status: 403 });
    expect(asked.length).toBe(before);
  });

  test.each(['one.test', 'mixed.test', 'odd.test'])(
    'the name %s is refused for what it resolves to, which is not told',
    async (host) => {
      const before = asked.length;
      const error = await fetcherWith()
        .fetch(`http://${host}:8080/hello`, limits)
        .catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'fetch_target_refused' });
      expect(error.message).toContain(host);
      expect(error.message).not.toContain('127');
      expect(asked.length).toBe(before);
    },
  );

  test('a name is asked for once, and the connection goes to the address that was checked', async () => {
    let count = 0;
    // Public the first time, loopback the second: what a rebinding attack does.
    const rebinding = async () => {
      count += 1;
      return [{ address: count === 1 ? '192.0.2.1' : '127.0.0.1' }];
    };
    const fetcher = fetcherWith({ allow: ['192.0.2.1'], lookup: rebinding, connectMs: 300 });
    const before = asked.length;
    await expect(fetcher.fetch(at('/hello', 'rebind.test'), limits)).rejects.toMatchObject({
      status: expect.toBeOneOf([502, 504]),
    });
    expect(count).toBe(1);
    expect(asked.length).toBe(before);
  });

  test('the next address is tried when one does not answer', async () => {
    const fetcher = fetcherWith({ allow: ['127.0.0.0/8'] });
    expect((await fetcher.fetch(at('/hello', 'dead-first.test'), limits)).status).toBe(200);
  });

  test.each(['none.test', 'unknown.test'])('%s without an address fails', async (host) => {
    await expect(open().fetch(`http://${host}/`, limits)).rejects.toMatchObject({ code: 'fetch_failed', status: 502 });
  });

  test.each(['ftp://one.test/', 'file:///etc/hostname', 'gopher://one.test/', 'data:,x', 'hello', '', '//one.test/'])(
    '%j is not fetched',
    async (url) => {
      await expect(open().fetch(url, limits)).rejects.toMatchObject({ code: 'fetch_url_invalid', status: 400 });
    },
  );

  test('plain http can be limited to the allow-list, on every hop', async () => {
    const fetcher = open();
    expect((await fetcher.fetch(at('/hello'), { ...limits, httpsOnly: true })).status).toBe(200);
    const elsewhere = redirectTo('http://public.test/');
    await expect(fetcher.fetch(elsewhere, { ...limits, httpsOnly: true })).rejects.toMatchObject({
      code: 'fetch_target_refused',
      message: expect.stringContaining('only https'),
    });
  });

  test('no proxy of the environment is used', async () => {
    const proxy = createTcpServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nproxy')).listen(
      0,
      '127.0.0.1',
    );
    await once(proxy, 'listening');
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const before = { http: process.env.HTTP_PROXY, lower: process.env.http_proxy, use: process.env.NODE_USE_ENV_PROXY };
    Object.assign(process.env, { HTTP_PROXY: address, http_proxy: address, NODE_USE_ENV_PROXY: '1' });
    try {
      expect(await text((await open().fetch(at('/hello'), limits)).body)).toBe('hello');
    } finally {
      for (const [name, value] of [
        ['HTTP_PROXY', before.http],
        ['http_proxy', before.lower],
        ['NODE_USE_ENV_PROXY', before.use],
      ] as const) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      proxy.close();
    }
  });
});

describe('redirects', () => {
  test('are followed and counted', async () => {
    const answer = await open().fetch(redirectTo(at('/hello', 'two.test')), limits);
    expect(answer).toMatchObject({ status: 200, redirects: 1, url: at('/hello', 'two.test') });
    expect(await text(answer.body)).toBe('hello');
  });

  test('are checked one by one', async () => {
    const fetcher = open();
    for (const location of [
      `http://127.0.0.1:${port}/hello`,
      'http://2130706433/',
      'http://169.254.169.254/',
      'http://[::1]/',
    ]) {
      await expect(fetcher.fetch(redirectTo(location), limits)).rejects.toMatchObject({ code: 'fetch_target_refused' });
    }
    await expect(fetcher.fetch(redirectTo('http://mixed.test/'), limits)).rejects.toMatchObject({
      code: 'fetch_target_refused',
    });
    await expect(fetcher.fetch(redirectTo('file:///etc/hostname'), limits)).rejects.toMatchObject({
      code: 'fetch_url_invalid',
    });
  });

  test('end at the limit', async () => {
    await expect(open().fetch(at('/loop'), { ...limits, maxRedirects: 3 })).rejects.toMatchObject({
      code: 'fetch_redirect_refused',
    });
    expect(asked.filter(({ path }) => path === '/loop')).toHaveLength(4);
  });

  test('are not read', async () => {
    expect((await open().fetch(at('/endless-redirect'), { maxBytes: 100 })).status).toBe(200);
  });

  const secrets = { Authorization: 'Bearer t', Cookie: 'a=b', 'X-Api-Key': 'k', Accept: 'text/csv' };

  test('to another host carry no credentials, of whatever header', async () => {
    await open().fetch(redirectTo(at('/hello?other', 'two.test')).replace('http://', 'http://user:pass@'), {
      ...limits,
      headers: secrets,
    });
    const headers = asked.find(({ path }) => path === '/hello?other')?.headers;
    expect(headers).toMatchObject({ accept: 'text/csv', host: `two.test:${port}` });
    expect(Object.keys(headers ?? {}).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ]);
  });

  test('to the same origin keep them', async () => {
    await open().fetch(redirectTo('/hello?same'), { ...limits, headers: secrets });
    expect(asked.find(({ path }) => path === '/hello?same')?.headers).toMatchObject({
      authorization: 'Bearer t',
      cookie: 'a=b',
      'x-api-key': 'k',
    });
  });

  test.each([301, 302, 303])('%d of a POST becomes a GET without its body', async (status) => {
    const location = at(`/hello?after=${status}`, 'two.test');
    const headers = { 'content-type': 'text/plain' };
    await open().fetch(redirectTo(location, status), { ...limits, method: 'POST', body: 'secret', headers });
    const got = asked.find(({ path }) => path === `/hello?after=${status}`);
    expect(got).toMatchObject({ method: 'GET', body: '' });
    expect(got?.headers['content-type']).toBeUndefined();
  });

  test('307 repeats the body to the same origin only', async () => {
    await open().fetch(redirectTo('/hello?again', 307), { ...limits, method: 'POST', body: 'secret' });
    expect(asked.find(({ path }) => path === '/hello?again')).toMatchObject({ method: 'POST', body: 'secret' });
    const elsewhere = redirectTo(at('/hello?leak', 'two.test'), 307);
    await expect(open().fetch(elsewhere, { ...limits, method: 'POST', body: 'secret' })).rejects.toMatchObject({
      code: 'fetch_redirect_refused',
    });
    expect(asked.some(({ path }) => path === '/hello?leak')).toBe(false);
  });
});

test('user and password in a URL become Basic authorization and stand in no result', async () => {
  const answer = await open().fetch(at('/hello?basic').replace('http://', 'http://us%40er:p%3Ass@'), limits);
  expect(answer.url).toBe(at('/hello?basic'));
  const { headers } = asked.find(({ path }) => path === '/hello?basic') as (typeof asked)[number];
  expect(headers.authorization).toBe(`Basic ${Buffer.from('us@er:p:ss').toString('base64')}`);
});

describe('limits', () => {
  test('a body without end is cut at the limit', async () => {
    const { body } = await open().fetch(at('/endless'), { maxBytes: 100_000 });
    await expect(buffer(body)).rejects.toMatchObject({
      code: 'fetch_too_large',
      message: expect.stringContaining('100000'),
    });
  });

  test('a length over the limit is refused before a byte is read', async () => {
    await expect(open().fetch(at('/declares-too-much'), limits)).rejects.toMatchObject({ code: 'fetch_too_large' });
  });

  test.each(['/cut-off', '/cut-off-chunked'])('%s is no complete answer', async (path) => {
    const { body } = await open().fetch(at(path), limits);
    await expect(buffer(body)).rejects.toMatchObject({ code: 'fetch_failed' });
  });

  test('a body of exactly the limit passes', async () => {
    expect(await text((await open().fetch(at('/hello'), { maxBytes: 5 })).body)).toBe('hello');
    await expect(open().fetch(at('/hello'), { maxBytes: 4 })).rejects.toMatchObject({ code: 'fetch_too_large' });
  });

  test('gzip is unpacked, and limited by what comes out', async () => {
    expect(await text((await open().fetch(at('/gzip'), limits)).body)).toBe('unpacked');
    const { body } = await open().fetch(at('/bomb'), limits);
    await expect(buffer(body)).rejects.toMatchObject({ code: 'fetch_too_large' });
  });

  test('a broken or unknown encoding is a failure', async () => {
    const { body } = await open().fetch(at('/broken-gzip'), limits);
    await expect(buffer(body)).rejects.toMatchObject({ code: 'fetch_failed' });
    await expect(open().fetch(at('/unknown-encoding'), limits)).rejects.toMatchObject({ code: 'fetch_failed' });
  });

  test('a server that says nothing, or stops, or drips is given up', async () => {
    const impatient = fetcherWith({ allow: ['one.test'], idleMs: 200 });
    await expect(impatient.fetch(at('/silent'), limits)).rejects.toMatchObject({ code: 'fetch_timeout', status: 504 });
    const stalled = await impatient.fetch(at('/stalls'), limits);
    await expect(buffer(stalled.body)).rejects.toMatchObject({ code: 'fetch_timeout' });
    const dripping = await impatient.fetch(at('/drips'), { ...limits, totalMs: 500 });
    await expect(buffer(dripping.body)).rejects.toMatchObject({
      code: 'fetch_timeout',
      message: expect.stringContaining('whole answer'),
    });
  });

  test('a name that is never resolved is given up', async () => {
    const fetcher = fetcherWith({ lookup: () => new Promise(() => {}), connectMs: 50 });
    await expect(fetcher.fetch('http://slow.test/', limits)).rejects.toMatchObject({ code: 'fetch_timeout' });
  });

  test('the caller can end it', async () => {
    const abort = new AbortController();
    const { body } = await open().fetch(at('/endless'), { maxBytes: Number.MAX_SAFE_INTEGER, signal: abort.signal });
    body.once('data', () => abort.abort());
    await expect(buffer(body)).rejects.toMatchObject({
      code: 'fetch_failed',
      message: expect.stringContaining('cancelled'),
    });
  });

  test('a body that fails before it is read fails when it is, and nothing else', async () => {
    const abort = new AbortController();
    const { body } = await open().fetch(at('/stalls'), { ...limits, signal: abort.signal });
    abort.abort();
    await new Promise((resolve) => setImmediate(resolve));
    await expect(buffer(body)).rejects.toMatchObject({ code: 'fetch_failed' });
  });

  test('a failure names the target without its secrets', async () => {
    names['closed.test'] = ['127.0.0.1'];
    const fetcher = fetcherWith({ allow: ['closed.test'] });
    const error = await fetcher.fetch('http://user:pass@closed.test:1/?token=abc', limits).catch((thrown) => thrown);
    expect(error.code).toBe('fetch_failed');
    expect(error.message).toContain('http://closed.test:1/?token=***');
    expect(error.message).not.toMatch(/pass|abc/);
  });
});

describe('redaction', () => {
  test.each([
    ['https://user:pass@host.test/a?b=c', 'https://***@host.test/a?b=c'],
    ['https://user@host.test/', 'https://***@host.test/'],
    ['postgres://u:p@db.test:5432/x', 'postgres://***@db.test:5432/x'],
    ['https://h.test/?access_token=a&page=2', 'https://h.test/?access_token=***&page=2'],
    [
      'https://h.test/?X-Amz-Signature=a&X-Amz-Credential=b&X-Amz-Date=c',
      'https://h.test/?X-Amz-Signature=***&X-Amz-Credential=***&X-Amz-Date=c',
    ],
    ['https://h.test/?sv=1&sig=a', 'https://h.test/?sv=1&sig=***'],
    [
      'https://h.test/?api%5Fkey=a&jwt=b&code=c&password=d',
      'https://h.test/?api%5Fkey=***&jwt=***&code=***&password=***',
    ],
    ['https://h.test/#access_token=a', 'https://h.test/#access_token=***'],
    ['https://h.test/?design=a&postcode=b', 'https://h.test/?design=a&postcode=b'],
    ['http://user:p ss@:bad', 'http://***@:bad'],
    ['http://u:p@:bad/?a=b&token=c', 'http://***@:bad/?a=b&token=***'],
    ['http://:bad/?token=c', 'http://:bad/?token=***'],
    ['https://h.test/?%E0%A4%A=x&token=y', 'https://h.test/?%E0%A4%A=x&token=***'],
  ])('%s is shown as %s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });

  test('URLs inside a text are found', () => {
    const message = 'connect to "https://u:p@h.test/?key=1" failed, see <http://x.test/?token=2>';
    expect(redactUrls(message)).toBe('connect to "https://***@h.test/?key=***" failed, see <http://x.test/?token=***>');
  });
});

test('an exception of a port alone makes it usual for public addresses, and opens no private one', () => {
  const policy = addressPolicy([':9000']);
  expect(policy.refusal({ host: '93.184.216.34', port: 9000 })).toBeUndefined();
  expect(policy.refusal({ host: '93.184.216.34', port: 9001 })).toContain('9001');
  expect(policy.refusal({ host: '127.0.0.1', port: 9000 })).toContain('public');
  expect(() => addressPolicy([':70000'])).toThrow(':70000 has no valid port');
});
