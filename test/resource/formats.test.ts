import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openTabular } from '../../src/platform/tabular/index.ts';
import { parseCsv } from '../../src/resource/pure/parse-csv.ts';
import { type FieldsWorld, seed, startFieldsWorld } from './fields-world.ts';

let world: FieldsWorld;

beforeAll(async () => {
  world = await startFieldsWorld();
  await seed(world.db);
});

const rowsIn = (text: string) => {
  const read = parseCsv(text);
  return 'problem' in read ? [] : read.rows;
};

const get = (path: string, headers = {}) => world.admin.get(`/api/v1/${path}`, headers);

describe('which format', () => {
  test.each([
    ['site/', '*/*', 'application/json; charset=utf-8'],
    ['site/', 'text/csv', 'text/csv; charset=utf-8'],
    ['site/', 'application/x-ndjson', 'application/x-ndjson'],
    ['site/', 'text/html, text/csv;q=0.5, */*;q=0.1', 'text/csv; charset=utf-8'],
    ['site/', 'text/html,application/xhtml+xml,*/*;q=0.8', 'application/json; charset=utf-8'],
    ['site/?format=json', 'text/csv', 'application/json; charset=utf-8'],
    ['site/?format=csv', 'application/json', 'text/csv; charset=utf-8'],
    ['unit/', 'application/geo+json', 'application/geo+json'],
  ])('%s with Accept %s', async (path, accept, type) => {
    const answer = await get(path, { accept });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
  });

  test.each([
    ['site/?format=xml', '*/*', 'json, ndjson, csv, parquet'],
    ['site/?format=geojson', '*/*', 'json, ndjson, csv, parquet'],
    ['site/', 'image/png', 'json, ndjson, csv, parquet'],
    ['unit/', 'text/csv;q=0', 'json, ndjson, csv, parquet, geojson'],
    ['site/1/?format=csv', '*/*', 'json'],
  ])('%s with Accept %s is 406 with the list', async (path, accept, list) => {
    const { status, body } = await get(path, { accept });
    expect([status, body.code, body.formats]).toEqual([406, 'unknown_format', list.split(', ')]);
    expect(body.error).toContain(list);
  });
});

test('NDJSON is the same objects, one a line, with the count in a header', async () => {
  const answer = await get('site/?format=ndjson&order_by=-id&active=true');
  const list = await get('site/?order_by=-id&active=true');
  const lines = answer.text.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(list.body.objects);
  expect(answer.headers.get('granary-total-count')).toBe('5');
  expect((await get('site/?format=ndjson&name=nobody')).text).toBe('');
});

test('CSV has the field names first and values as RFC 4180 wants them', async () => {
  const { text, headers } = await get(
    'site/?format=csv&fields=id,name,opened_on,latitude,area,active,tags,created_at&id__lt=6',
  );
  expect(headers.get('content-disposition')).toBe('attachment; filename="site.csv"');
  const [header, ...rows] = rowsIn(text);
  expect(header).toEqual(['id', 'name', 'opened_on', 'latitude', 'area', 'active', 'tags', 'created_at']);
  expect(rows.map((row) => row.slice(0, 7))).toEqual([
    ['1', 'Alder', '2019-12-31', '1.5', '10', 'true', '["wet"]'],
    ['2', 'alder creek', '2020-01-01', '-2.25', '20.5', 'true', '[]'],
    ['3', '50% off_', '2020-06-15', '', '', 'false', '[]'],
    ['4', 'Béla, "the" site', '', '0', '0', 'true', '[]'],
    ['5', 'back\\slash', '2020-12-31', '89.9', '1000', 'false', '[1, 2]'],
  ]);
  expect(rows[0]![7]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  expect(text).toContain('"Béla, ""the"" site"');
});

test('CSV options: bom, delimiter, decimal, null, safe_cells', async () => {
  const query = 'fields=id,latitude,opened_on&id__in=1,3&format=csv&bom=1&delimiter=;&decimal=,&null=NA';
  const answer = await get(`site/?${query}`);
  expect([...answer.bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect(answer.text.replace(/^\ufeff/, '')).toBe('id;latitude;opened_on\n1;1,5;2019-12-31\n3;NA;2020-06-15\n');
  const safe = await get('visit/?format=csv&fields=note&id__in=1,3,5&safe_cells=true');
  expect(safe.text).toBe("note\ndry\n'=cmd()\n'-\n");
  for (const wrong of ['delimiter=x', 'decimal=;', 'bom=perhaps', 'null=%22']) {
    expect([wrong, (await get(`site/?format=csv&${wrong}`)).status]).toEqual([wrong, 400]);
  }
  expect((await get('site/?bom=1')).body.error).toBe("The 'bom' field does not allow filtering.");
});

test('a declared JSON field is spread into columns', async () => {
  const { text } = await get('visit/?format=csv&fields=id,payload,note&order_by=id&safe_cells=1');
  expect(rowsIn(text)).toEqual([
    ['id', 'by', 'more', 'seen', 'note'],
    ['1', 'x', '', '5', 'dry'],
    ['2', '', '', '', ''],
    ['3', 'y, z', '[1]', '', "'=cmd()"],
    ['4', '', '', '', 'two\nlines'],
    ['5', '', '', '', "'-"],
  ]);
});

test('Parquet has typed columns, and leaves no file behind', async () => {
  const answer = await get('site/?format=parquet&order_by=id&active=true');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/vnd.apache.parquet']);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-parquet-'));
  await writeFile(path.join(folder, 'site.parquet'), answer.bytes);
  const tabular = await openTabular({ workFolder: folder });
  const from = `from read_parquet('${folder}/site.parquet')`;
  const types = Object.fromEntries((await tabular.describe(`select * ${from}`)).map(({ name, type }) => [name, type]));
  expect(types).toMatchObject({
    id: 'BIGINT',
    region__name: 'VARCHAR',
    opened_on: 'DATE',
    latitude: 'DOUBLE',
    active: 'BOOLEAN',
    tags: 'JSON',
    created_at: 'TIMESTAMP WITH TIME ZONE',
  });
  const rows = await tabular.rows(
    `select id::int as id, name, latitude, opened_on::varchar as day, tags::varchar as tags ${from}`,
  );
  expect(rows).toEqual([
    { id: 1, name: 'Alder', latitude: 1.5, day: '2019-12-31', tags: '["wet"]' },
    { id: 2, name: 'alder creek', latitude: -2.25, day: '2020-01-01', tags: '[]' },
    { id: 4, name: 'Béla, "the" site', latitude: 0, day: null, tags: '[]' },
    { id: 6, name: 'null', latitude: 0.001, day: '2021-03-01', tags: '[]' },
    { id: 7, name: '', latitude: null, day: null, tags: '[]' },
  ]);
  tabular.close();
  await rm(folder, { recursive: true });
  expect((await get('site/?format=parquet&name=nobody')).status).toBe(200);
  expect((await get('breaking/?format=parquet')).status).toBe(500);
  await expect.poll(() => readdir(path.join(world.folder, 'work'))).toEqual([]);
});

test('GeoJSON is a bare FeatureCollection', async () => {
  const { text } = await get('unit/?format=geojson');
  expect(JSON.parse(text)).toEqual({
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        id: 'kg',
        properties: { code: 'kg', title: 'kilogram' },
        geometry: { type: 'Point', coordinates: [1, 2] },
      },
      { type: 'Feature', id: 'm/s', properties: { code: 'm/s', title: 'metres per second' }, geometry: null },
    ],
  });
  expect(JSON.parse((await get('unit/?format=geojson&code=zz')).text).features).toEqual([]);
});

test('a limited stream links to the next page; HEAD has the headers only', async () => {
  const first = await get('site/?format=csv&fields=id&limit=3&order_by=-id');
  expect(first.text).toBe('id\n7\n6\n5\n');
  const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link')!)![1]!;
  expect((await world.admin.get(next)).text).toBe('id\n4\n3\n2\n');
  const head = await world.admin.head('/api/v1/site/?format=csv');
  expect([head.status, head.text, head.headers.get('granary-total-count')]).toEqual([200, '', '7']);
  expect(head.headers.get('granary-count')).toBe(null);
  const estimated = await world.admin.head('/api/v1/site/?format=csv&count=estimated');
  expect(estimated.headers.get('granary-count')).toBe('estimated');
});

test('values that look like SQL stay values in COPY', async () => {
  const nasty = [`'; drop table site; --`, `\\'; select 1; --`, '$1', `a''b`, '%s', '\\\\'];
  for (const text of nasty) {
    const answer = await get(
      `site/?format=ndjson&name__in=${encodeURIComponent(`"${text.replaceAll('"', '""')}",Alder`)}`,
    );
    expect([text, answer.status, answer.text.trimEnd().split('\n').length]).toEqual([text, 200, 1]);
    expect((await get(`site/?format=csv&name=${encodeURIComponent(text)}`)).status).toBe(200);
  }
  expect((await get('site/')).body.meta.total_count).toBe(7);
});

test('whatever the text, JSON, NDJSON and CSV give it back unchanged', async () => {
  const { db, admin } = world;
  // Deterministic, and every alphabet has what breaks writers and readers.
  const alphabet = [
    'a',
    ',',
    '"',
    "'",
    '\n',
    '\r',
    '\t',
    ';',
    '\\',
    ' ',
    '\u0001',
    '\u001f',
    'é',
    '😀',
    '\ufeff',
    '\u2028',
    '|',
    '$1',
    'N',
  ];
  let state = 42;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  const texts = Array.from({ length: 400 }, (_, index) =>
    index < alphabet.length
      ? alphabet[index]!
      : Array.from({ length: next(12) }, () => alphabet[next(alphabet.length)]).join(''),
  );
  await db.pool.query(
    `insert into unit (code, title) select 'p' || lpad(n::text, 4, '0'), text from unnest($1::text[]) with ordinality as t(text, n)`,
    [texts],
  );
  const query = '/api/v1/unit/?code__startswith=p&order_by=code&fields=title';
  const json = (await admin.get(query)).body.objects.map((o: { title: string }) => o.title);
  expect(json).toEqual(texts);
  const ndjson = (await admin.get(`${query}&format=ndjson`)).text.split('\n').slice(0, -1);
  expect(ndjson.map((line) => JSON.parse(line).title)).toEqual(texts);
  for (const options of ['', '&delimiter=;', '&delimiter=tab', '&delimiter=|']) {
    const two = (await admin.get(`${query},code&format=csv${options}`)).text;
    const delimiter = { '': ',', '&delimiter=;': ';', '&delimiter=tab': '\t', '&delimiter=|': '|' }[options]!;
    expect(
      readCsv(two, delimiter)
        .slice(1)
        .map((row) => row[0]),
    ).toEqual(texts);
  }
  await db.pool.query(`delete from unit where code like 'p%'`);
});

/** A second, slow and plain reader of RFC 4180, so that writer and reader do not share a mistake. */
function readCsv(text: string, delimiter: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  const end = () => {
    rows.at(-1)!.push(cell);
    cell = '';
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') cell += text[++i];
      else if (c === '"') quoted = false;
      else cell += c;
    } else if (c === '"') quoted = true;
    else if (c === delimiter) end();
    else if (c === '\n') {
      end();
      rows.push([]);
    } else cell += c;
  }
  return rows.slice(0, -1);
}

describe('packed', () => {
  const answerTo = (path: string, encoding: string, more: RequestInit = {}) =>
    fetch(`${world.url}/api/v1/${path}`, {
      ...more,
      headers: { 'x-user': 'admin', 'accept-encoding': encoding, ...(more.headers as object) },
    });
  const long = 'breaking/?id__lt=200&count=none';

  test.each(['json', 'csv', 'ndjson'])('long %s is gzip for who takes it, and the same', async (format) => {
    const packed = await answerTo(`${long}&format=${format}`, 'br, gzip');
    const plain = await answerTo(`${long}&format=${format}`, 'identity');
    expect([packed, plain].map(({ headers }) => headers.get('content-encoding'))).toEqual(['gzip', null]);
    for (const { headers } of [packed, plain]) expect(headers.get('vary')).toContain('Accept-Encoding');
    expect(packed.headers.get('etag')).toBe(plain.headers.get('etag'));
    const text = await plain.text();
    expect(text.length).toBeGreaterThan(100_000);
    expect(await packed.text()).toBe(text);
    const head = await answerTo(`${long}&format=${format}`, 'gzip', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-encoding')]).toEqual([200, null]);
  });

  test('an unchanged list is 304 in either form; a refused or short one is plain', async () => {
    const { headers } = await answerTo(long, 'gzip');
    const again = await answerTo(long, 'identity', { headers: { 'if-none-match': headers.get('etag')! } });
    expect(again.status).toBe(304);
    for (const path of [long.replace('id', 'nothing'), 'unit/']) {
      expect((await answerTo(path, 'gzip')).headers.get('content-encoding')).toBe(null);
    }
    expect((await answerTo(long, 'gzip;q=0')).headers.get('content-encoding')).toBe(null);
  });

  test('what is packed already, and an object with a strong tag, leave as they are', async () => {
    expect((await answerTo(`${long}&format=parquet`, 'gzip')).headers.get('content-encoding')).toBe(null);
    const settings = { note: 'n'.repeat(10_000) };
    expect((await world.admin.patch('/api/v1/site/1', { settings })).status).toBe(202);
    const one = await answerTo('site/1', 'gzip');
    expect([one.headers.get('content-encoding'), one.headers.get('etag')![0]]).toEqual([null, '"']);
    await world.admin.patch('/api/v1/site/1', { settings: null });
  });

  test.each([59900, 59800, 59600, 59300])(
    'one that fails early, after %d, is a refusal that can be read, or no answer at all',
    async (id) => {
      const answer = await answerTo(`breaking/?format=ndjson&id__gt=${id}&count=none`, 'gzip');
      const text = await answer.text().catch(() => 'broken');
      if (answer.status === 200) expect(text).toBe('broken');
      else expect([answer.status, JSON.parse(text).code]).toEqual([500, 'internal_error']);
    },
  );
});

describe('streams', () => {
  test.each(['identity', 'gzip'])('one that fails midway breaks the connection, as %s', async (encoding) => {
    for (const format of ['csv', 'ndjson']) {
      const broken = await new Promise<{ status: number; bytes: number; ended: boolean }>((resolve, reject) => {
        const url = `${world.url}/api/v1/breaking/?format=${format}&count=none`;
        request(url, { headers: { 'x-user': 'admin', 'accept-encoding': encoding } }, (response) => {
          expect(response.headers['content-encoding']).toBe(encoding === 'gzip' ? 'gzip' : undefined);
          let bytes = 0;
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
          });
          response.on('end', () => resolve({ status: response.statusCode!, bytes, ended: true }));
          response.on('error', () => resolve({ status: response.statusCode!, bytes, ended: false }));
        })
          .on('error', reject)
          .end();
      });
      expect(broken.status).toBe(200);
      expect(broken.bytes).toBeGreaterThan(100_000);
      expect(broken.ended).toBe(false);
    }
    expect((await world.admin.get('/api/v1/site/')).status).toBe(200);
  });

  test('a client that leaves gives its connection back', async () => {
    for (let round = 0; round < 12; round++) {
      const stop = new AbortController();
      const response = await fetch(`${world.url}/api/v1/breaking/?format=ndjson&count=none`, {
        headers: { 'x-user': 'admin' },
        signal: stop.signal,
      });
      await response.body!.getReader().read();
      stop.abort();
    }
    expect((await world.admin.get('/api/v1/site/')).status).toBe(200);
    await expect.poll(() => world.db.pool.totalCount - world.db.pool.idleCount).toBe(0);
  });

  test('memory stays flat over a long one', async () => {
    const before = process.memoryUsage().rss;
    const response = await fetch(`${world.url}/api/v1/breaking/?format=ndjson&id__lt=59000&fields=id,name&count=none`, {
      headers: { 'x-user': 'admin' },
    });
    let bytes = 0;
    for await (const chunk of response.body!) bytes += (chunk as Uint8Array).length;
    expect(bytes).toBeGreaterThan(29_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(120_000_000);
  });
});
