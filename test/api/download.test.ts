import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import * as xlsx from '@e965/xlsx';
import { afterEach, describe, expect, test } from 'vitest';
import yauzl from 'yauzl';
import { removeMember } from '../../src/accounts/index.ts';
import { sql } from '../../src/platform/db/index.ts';
import { projectOf, somebody } from '../support/people.ts';
import { publishedTable, publishRevision } from '../support/tables.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
const owner = await somebody(world, { username: 'owner' });
const viewer = await somebody(world, { username: 'viewer' });
const contributor = await somebody(world, { username: 'contributor' });
const stranger = await somebody(world, { username: 'stranger' });
const project = await projectOf(world, owner, { viewer, contributor });

const fields = [
  { name: 'id', type: 'integer' },
  { name: 'name', type: 'string', title: 'Full name' },
  { name: 'value', type: 'number' },
  { name: 'day', type: 'date' },
  { name: 'at', type: 'datetime' },
  { name: 'ok', type: 'boolean' },
  {
    name: 'kind',
    type: 'string',
    categories: [
      { value: 'a', label: 'Apple' },
      { value: 'b', label: 'Bean' },
    ],
  },
  { name: 'extra', type: 'object' },
  { name: 'big', type: 'integer' },
];
const rows = `select * from (values
  (1::bigint, 'Ada', 1.5::decimal(18,1), date '2024-01-31', timestamp '2024-01-31 10:00:00.5', true, 'a', '{"x":1}', 1::bigint, 1, 2),
  (2, 'Zoë, "Z"', null, null, null, null, null, null, 9007199254740993, 2, 3),
  (3, '=1+1', 2.0, date '1850-02-01', timestamp '2024-02-01 00:00:00', false, 'b', '[1]', null, 3, 4),
  (4, E'two\\nlines', 3.0, date '2024-02-03', timestamp '2024-02-01 00:00:00', false, 'c', null, 4, 4, 5)
) t(id, name, value, day, "at", ok, kind, extra, big, _row, _line)`;
const dataset = await publishedTable(world, {
  projectId: project,
  name: 'visits',
  title: 'Visits',
  key: ['id'],
  rows,
  fields,
  metadata: { licenses: [{ name: 'CC-BY-4.0' }] },
});
const at = `/api/v1/dataset/${dataset}`;

/** Everything a download leaves on disk is gone when its answer is over. */
afterEach(async () => {
  await expect.poll(spooledFiles, { timeout: 10_000 }).toEqual([]);
});

async function spooledFiles(): Promise<string[]> {
  const parent = path.join(world.folder, 'tmp');
  const folders = await readdir(parent).catch(() => []);
  const names = await Promise.all(folders.map((folder) => readdir(path.join(parent, folder))));
  return names.flat().filter((name) => name.endsWith('.part'));
}

describe('formats', () => {
  test('JSON carries every value without loss, with the next page beside', async () => {
    const answer = await viewer.get(`${at}/data.json`);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      items: [
        {
          id: 1,
          name: 'Ada',
          value: 1.5,
          day: '2024-01-31',
          at: '2024-01-31T10:00:00.5',
          ok: true,
          kind: 'a',
          extra: { x: 1 },
          big: 1,
        },
        {
          id: 2,
          name: 'Zoë, "Z"',
          value: null,
          day: null,
          at: null,
          ok: null,
          kind: null,
          extra: null,
          big: '9007199254740993',
        },
        {
          id: 3,
          name: '=1+1',
          value: 2,
          day: '1850-02-01',
          at: '2024-02-01T00:00:00',
          ok: false,
          kind: 'b',
          extra: [1],
          big: null,
        },
        {
          id: 4,
          name: 'two\nlines',
          value: 3,
          day: '2024-02-03',
          at: '2024-02-01T00:00:00',
          ok: false,
          kind: 'c',
          extra: null,
          big: 4,
        },
      ],
      next: null,
    });
    expect(answer.headers.get('granary-revision')).toBe('1');
    expect(answer.headers.get('link')).toBe(
      `<${at}/revision/1/datapackage.json>; rel="describedby"; type="application/json"`,
    );
  });

  test('a page of JSON says the same as the stream', async () => {
    const [page, stream] = [await viewer.get(`${at}/data.json?limit=100`), await viewer.get(`${at}/data.json`)];
    expect(page.body).toEqual(stream.body);
    expect((await viewer.get(`${at}/data?shape=array&limit=1`)).body).toEqual([stream.body.items[0]]);
  });

  test('CSV to the byte', async () => {
    const answer = await viewer.get(`${at}/data.csv`);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.text).toBe(
      'id,name,value,day,at,ok,kind,extra,big\r\n' +
        '1,Ada,1.5,2024-01-31,2024-01-31T10:00:00.5,true,a,"{""x"":1}",1\r\n' +
        '2,"Zoë, ""Z""",,,,,,,9007199254740993\r\n' +
        '3,=1+1,2.0,1850-02-01,2024-02-01T00:00:00,false,b,[1],\r\n' +
        '4,"two\nlines",3.0,2024-02-03,2024-02-01T00:00:00,false,c,,4\r\n',
    );
  });

  test('CSV as a spreadsheet in another country wants it', async () => {
    const query =
      'bom=true&decimal=,&null=NA&safe_cells=true&header=title&labels=both&date_format=dmy&fields=name,value,day,kind&key=false';
    const answer = await viewer.get(`${at}/data.csv?${query}`);
    expect(answer.bytes.slice(0, 3)).toEqual(new Uint8Array([0xef, 0xbb, 0xbf]));
    expect(answer.text).toBe(
      'Full name;value;day;kind;kind (label)\r\n' +
        'Ada;1,5;31/01/2024;a;Apple\r\n' +
        '"Zoë, ""Z""";NA;NA;NA;NA\r\n' +
        `'=1+1;2,0;01/02/1850;b;Bean\r\n` +
        '"two\nlines";3,0;03/02/2024;c;c\r\n',
    );
  });

  test('NDJSON by Accept', async () => {
    const answer = await viewer.get(`${at}/data?fields=name`, { accept: 'application/x-ndjson' });
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    expect(
      answer.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { id: 1, name: 'Ada' },
      { id: 2, name: 'Zoë, "Z"' },
      { id: 3, name: '=1+1' },
      { id: 4, name: 'two\nlines' },
    ]);
  });

  test('Parquet is the stored file, whole and in ranges', async () => {
    const whole = await viewer.get(`${at}/data.parquet`);
    const { sha256 } = await world.context.db.one<{ sha256: string }>(
      sql`select table_sha256 as sha256 from revision where dataset_id = ${dataset} and n = 1`,
    );
    expect(createHash('sha256').update(whole.bytes).digest('hex')).toBe(sha256);
    const etag = whole.headers.get('etag')!;
    const part = await viewer.get(`${at}/data.parquet`, { range: 'bytes=4-9', 'if-range': etag });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 4-9/${whole.bytes.length}`);
    expect(part.bytes).toEqual(whole.bytes.slice(4, 10));
    expect((await viewer.get(`${at}/data.parquet`, { range: 'bytes=4-9', 'if-range': '"old"' })).status).toBe(200);
    expect((await viewer.get(`${at}/data.parquet`, { range: 'bytes=999999-' })).status).toBe(416);
  });

  test('a filtered Parquet holds the rows that are left', async () => {
    const answer = await viewer.get(`${at}/data.parquet?id__gt=2`);
    expect(Buffer.from(answer.bytes.slice(0, 4)).toString()).toBe('PAR1');
    const copy = await publishedTable(world, { projectId: project, name: 'copy', rows: 'select 1 as x', fields: [] });
    const blob = await world.context.blobs.put(Readable.from([Buffer.from(answer.bytes)]), { maxBytes: 1e9 });
    await world.context.db.exec(
      sql`update revision set table_sha256 = ${blob.sha256}, schema = ${JSON.stringify({ fields })} where dataset_id = ${copy}`,
    );
    expect((await viewer.get(`/api/v1/dataset/${copy}/data.csv?fields=id&key=false`)).text).toBe('id\r\n3\r\n4\r\n');
    await world.context.db.exec(sql`update dataset set deleted_at = now() where id = ${copy}`);
  });

  test('XLSX has typed cells', async () => {
    const answer = await viewer.get(`${at}/data.xlsx`);
    const book = xlsx.read(answer.bytes, { cellDates: true, UTC: true, cellNF: true });
    expect(book.SheetNames).toEqual(['visits']);
    const sheet = book.Sheets.visits!;
    expect(xlsx.utils.sheet_to_json(sheet, { header: 1, raw: true, defval: null, UTC: true })).toEqual([
      ['id', 'name', 'value', 'day', 'at', 'ok', 'kind', 'extra', 'big'],
      [1, 'Ada', 1.5, new Date('2024-01-31'), new Date('2024-01-31T10:00:00.5Z'), true, 'a', '{"x":1}', 1],
      [2, 'Zoë, "Z"', null, null, null, null, null, null, '9007199254740993'],
      [3, '=1+1', 2, '1850-02-01', new Date('2024-02-01'), false, 'b', '[1]', null],
      [4, 'two\nlines', 3, new Date('2024-02-03'), new Date('2024-02-01'), false, 'c', null, 4],
    ]);
    expect(sheet.D2!.z).toBe('yyyy\\-mm\\-dd');
  });

  test('the zip is a Data Package that names what it holds', async () => {
    const answer = await viewer.get(`${at}/data.zip?filter=id<3`);
    const files = await unzipped(answer.bytes);
    expect(Object.keys(files).sort()).toEqual(['CHANGELOG.md', 'README.md', 'data/visits.csv', 'datapackage.json']);
    const descriptor = JSON.parse(files['datapackage.json']!.toString());
    const [resource] = descriptor.resources;
    expect(resource).toMatchObject({
      name: 'visits',
      path: 'data/visits.csv',
      format: 'csv',
      encoding: 'utf-8',
      bytes: files['data/visits.csv']!.length,
      hash: `sha256:${createHash('sha256').update(files['data/visits.csv']!).digest('hex')}`,
      schema: { primaryKey: ['id'] },
      granary: { rows: 2, revision: 1 },
    });
    expect(resource.schema.fields.map(({ name }: { name: string }) => name)).toEqual(fields.map(({ name }) => name));
    expect(descriptor).toMatchObject({
      name: 'visits',
      licenses: [{ name: 'CC-BY-4.0' }],
      version: '1.0.0',
      granary: { filter: 'id<3', requester: 'viewer' },
    });
    expect(files['data/visits.csv']!.toString()).toBe((await viewer.get(`${at}/data.csv?filter=id<3`)).text);
    expect((await viewer.get(`${at}/data.zip?labels=both`)).status).toBe(400);
  });

  test('an unknown format is answered with the list', async () => {
    const answer = await viewer.get(`${at}/data`, { accept: 'image/png' });
    expect(answer.status).toBe(406);
    expect(answer.body).toMatchObject({
      code: 'format_not_offered',
      formats: ['json', 'ndjson', 'csv', 'parquet', 'xlsx', 'zip'],
    });
    expect((await viewer.get(`${at}/data.doc`)).status).toBe(406);
  });

  test('long: one row a value', async () => {
    const answer = await viewer.get(`${at}/data.csv?shape=long&fields=value,ok&filter=id<3`);
    expect(answer.text).toBe('id,field,value\r\n1,value,1.5\r\n1,ok,true\r\n');
  });

  test('no rows are still a table', async () => {
    const none = 'filter=id=99';
    expect((await viewer.get(`${at}/data.json?${none}`)).body).toEqual({ items: [], next: null });
    expect((await viewer.get(`${at}/data.json?${none}&limit=5`)).body).toEqual({ items: [], next: null });
    expect((await viewer.get(`${at}/data.csv?${none}&fields=name`)).text).toBe('id,name\r\n');
    expect((await viewer.get(`${at}/data.ndjson?${none}`)).text).toBe('');
    expect((await viewer.get(`${at}/data.xlsx?${none}`)).status).toBe(200);
  });
});

describe('selection', () => {
  const idsOf = async (query: string) => {
    const answer = await viewer.get(`${at}/data.json?${query}`);
    return answer.body.items?.map(({ id }: { id: number }) => id) ?? answer.body.code;
  };
  test.each([
    ['filter=id>1&id__lt=4', [2, 3]],
    ['filter=id>1&filter_by=id<3', [2]],
    ['sort=-value', [4, 3, 1, 2]],
    ['sort=at,-id', [1, 4, 3, 2]],
    ['q=zoe', [2]],
    ['q=apple', []],
    ['q=ada 2024', [1]],
    ['kind=b', [3]],
    ['_row__gte=3', [3, 4]],
    ['name__regex=^[A-Z]', [1, 2]],
    ['filter=', [1, 2, 3, 4]],
    ['name__regex=(', 'rows_not_computable'],
    ['filter=abs(big) > 1 and value > 2.5', [4]],
  ])('%s', async (query, expected) => {
    expect(await idsOf(query)).toEqual(expected);
  });

  test('what is wrong with a filter is said with its place', async () => {
    const answer = await viewer.get(`${at}/data?filter=${encodeURIComponent("id = 1 and dy > '2024-01-01'")}`);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      code: 'unknown_column',
      detail: "filter, position 12: there is no column 'dy'",
      position: 11,
      hint: "Did you mean 'day'?",
    });
    const typed = await viewer.get(`${at}/data?day=x`);
    expect(typed.body).toMatchObject({ status: 400, code: 'filter_type' });
  });

  test('distinct rows, page by page', async () => {
    const first = await viewer.get(`${at}/data?distinct=true&fields=at&key=false&limit=2`);
    expect(first.body.items).toEqual([{ at: '2024-01-31T10:00:00.5' }, { at: '2024-02-01T00:00:00' }]);
    const second = await viewer.get(`${at}/data?cursor=${first.body.next}&limit=2`);
    expect(second.body).toEqual({ items: [{ at: null }], next: null });
  });

  test('plan=true tells the statement and keeps the rows', async () => {
    const { body } = await viewer.get(`${at}/data?plan=true&filter=id=2`);
    expect(body).toMatchObject({ dataset: 'visits', revision: 1, parameters: ['2'] });
    expect(body.sql).toContain("from read_parquet('visits'");
    expect(body.sql).not.toContain(world.folder);
  });
});

describe('pages', () => {
  test.each(['', 'sort=-value', 'sort=at,ok', 'filter=id<4&sort=-kind'])(
    'follow each other without gap or repetition: %s',
    async (query) => {
      const all = (await viewer.get(`${at}/data.json?${query}`)).body.items;
      const seen: unknown[] = [];
      let cursor = '';
      do {
        const page = (await viewer.get(`${at}/data.json?${query}&limit=1&count=exact${cursor}`)).body;
        expect(page.count).toBe(all.length);
        seen.push(...page.items);
        cursor = page.next === null ? '' : `&cursor=${page.next}`;
      } while (cursor !== '');
      expect(seen).toEqual(all);
    },
  );

  test('a cursor keeps its revision when a new one comes', async () => {
    const moving = await publishedTable(world, {
      projectId: project,
      name: 'moving',
      rows: 'select i as id from range(3) t(i)',
      fields: [{ name: 'id', type: 'integer' }],
    });
    const url = `/api/v1/dataset/${moving}/data`;
    const { next } = (await viewer.get(`${url}?limit=2&sort=-id`)).body;
    await publishRevision(world, moving, {
      rows: 'select i + 100 as id from range(3) t(i)',
      fields: [{ name: 'id', type: 'integer' }],
    });
    const rest = await viewer.get(`${url}?limit=2&cursor=${next}`);
    expect(rest.body.items).toEqual([{ id: 0 }]);
    expect(rest.headers.get('granary-revision')).toBe('1');
    expect((await viewer.get(`${url}?limit=1`)).body.items).toEqual([{ id: 100 }]);
    expect((await viewer.get(`/api/v1/dataset/${moving}/revision/1/data?limit=1`)).body.items).toEqual([{ id: 0 }]);

    const { sha256 } = await world.context.db.one<{ sha256: string }>(
      sql`select table_sha256 as sha256 from revision where dataset_id = ${moving} and n = 1`,
    );
    await world.context.blobs.delete(sha256);
    const gone = await viewer.get(`${url}?limit=2&cursor=${next}`);
    expect([gone.status, gone.body.code]).toEqual([410, 'revision_purged']);
    expect((await viewer.get(`/api/v1/dataset/${moving}/revision/9/data`)).status).toBe(404);
    await world.context.db.exec(sql`update dataset set deleted_at = now() where id = ${moving}`);
  });

  test('a cursor of another dataset, another filter or another hand is refused', async () => {
    const { next } = (await viewer.get(`${at}/data?limit=1`)).body;
    const other = await publishedTable(world, {
      projectId: project,
      name: 'other',
      rows: 'select 1 as id',
      fields: [{ name: 'id', type: 'integer' }],
    });
    for (const url of [
      `/api/v1/dataset/${other}/data?cursor=${next}`,
      `${at}/data?cursor=${next}&sort=id`,
      `${at}/data?cursor=x${next}`,
    ]) {
      const answer = await viewer.get(url);
      expect([answer.status, answer.body.code]).toEqual([400, 'cursor_foreign']);
    }
    await world.context.db.exec(sql`update dataset set deleted_at = now() where id = ${other}`);
  });

  test('a limited CSV links to what follows', async () => {
    const first = await viewer.get(`${at}/data.csv?limit=3&fields=name&count=exact`);
    expect(first.headers.get('granary-count')).toBe('4');
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')![1]!;
    const second = await viewer.get(next);
    expect(second.text).toBe('id,name\r\n4,"two\nlines"\r\n');
    expect(second.headers.get('link')).not.toContain('rel="next"');
  });
});

test('an unchanged answer is not sent again', async () => {
  const first = await viewer.get(`${at}/data.csv?sort=id`);
  const etag = first.headers.get('etag')!;
  const again = await viewer.get(`${at}/data.csv?sort=id`, { 'if-none-match': etag });
  expect([again.status, again.text]).toEqual([304, '']);
  expect((await viewer.get(`${at}/data.csv?sort=-id`, { 'if-none-match': etag })).status).toBe(200);
  expect((await viewer.get(`${at}/data.ndjson?sort=id`, { 'if-none-match': etag })).status).toBe(200);
  const head = await viewer.head(`${at}/data.csv?sort=id`);
  expect([head.status, head.headers.get('etag'), head.text]).toEqual([200, etag, '']);
});

describe('summaries', () => {
  test('facets count values within the filter', async () => {
    const { body } = await viewer.get(`${at}/facets?fields=ok,big&filter=id>1&size=1`);
    expect(body).toEqual({
      revision: 1,
      rows: 3,
      facets: [
        { field: 'ok', values: [{ value: false, count: 2 }], empty: 1, other: 0, distinct: 1 },
        { field: 'big', values: [{ value: 4, count: 1 }], empty: 1, other: 1, distinct: 2 },
      ],
    });
  });

  test('statistics of each kind of column', async () => {
    const { body } = await viewer.get(`${at}/statistics?fields=value,name,at,big`);
    expect(body.rows).toBe(4);
    expect(body.columns).toMatchObject([
      { field: 'value', count: 3, empty: 1, min: 1.5, max: 3, histogram: { length: 20 } },
      { field: 'name', count: 4, empty: 0, length: { min: 3, max: 9 } },
      { field: 'at', min: '2024-01-31T10:00:00.5', max: '2024-02-01T00:00:00' },
      { field: 'big', min: 1, max: '9007199254740993' },
    ]);
    expect(body.columns[0].mean).toBeCloseTo(6.5 / 3);
  });

  test('the descriptor leads to the files', async () => {
    const { body } = await viewer.get(`${at}/datapackage.json`);
    const [csv, parquet] = body.resources;
    const base = `${world.url}${at}/datapackage.json`;
    const fetched = await viewer.get(new URL(csv.path, base).href.slice(world.url.length));
    expect(fetched.text).toBe((await viewer.get(`${at}/data.csv`)).text);
    const table = await viewer.get(new URL(parquet.path, base).href.slice(world.url.length));
    expect([table.bytes.length, `sha256:${createHash('sha256').update(table.bytes).digest('hex')}`]).toEqual([
      parquet.bytes,
      parquet.hash,
    ]);
  });
});

describe('who may read', () => {
  test.each([
    'data',
    'data.csv',
    'data.parquet',
    'data.zip',
    'data?plan=true',
    'revision/1/data',
    'facets',
    'statistics',
  ])('%s', async (name) => {
    const statuses = await Promise.all(
      [world.anon, stranger, contributor, viewer, owner].map(
        async (actor) => (await actor.get(`${at}/${name}`)).status,
      ),
    );
    expect(statuses).toEqual([401, 404, 403, 200, 200]);
  });

  test('the descriptor is for whoever sees the dataset', async () => {
    const statuses = await Promise.all(
      [world.anon, stranger, contributor, viewer].map(
        async (actor) => (await actor.get(`${at}/datapackage.json`)).status,
      ),
    );
    expect(statuses).toEqual([401, 404, 200, 200]);
  });

  test('the whole project', async () => {
    const url = `/api/v1/project/${project}/data.zip`;
    const statuses = await Promise.all(
      [world.anon, stranger, contributor].map(async (actor) => (await actor.get(url)).status),
    );
    expect(statuses).toEqual([401, 404, 403]);
    const files = await unzipped((await viewer.get(`${url}?data_format=ndjson`)).bytes);
    expect(Object.keys(files)).toContain('data/visits.ndjson');
    expect((await viewer.get(`${url}?filter=id=1`)).status).toBe(400);
  });
});

describe('download tokens', () => {
  const tokenFor = async (path: string, query: unknown = '') => {
    const answer = await viewer.post('/api/v1/download_token', { path, query });
    expect(answer.status).toBe(201);
    return answer.body as { auth_token: string; url: string };
  };

  test('open one address once', async () => {
    const { url } = await tokenFor(`${at}/data.csv`, { filter: 'id = 1', fields: 'name' });
    const first = await world.anon.get(url);
    expect([first.status, first.text]).toEqual([200, 'id,name\r\n1,Ada\r\n']);
    const second = await world.anon.get(url);
    expect([second.status, second.body.code]).toEqual([401, 'download_token_refused']);
  });

  test('of two at once, one wins', async () => {
    const { url } = await tokenFor(`${at}/data.csv`);
    const statuses = await Promise.all([world.anon.get(url), world.anon.get(url), world.anon.get(url)]);
    expect(statuses.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
  });

  test('open no other address, and nothing afterwards', async () => {
    for (const other of [`${at}/data.csv?fields=name&`, `${at}/data.json?`, `${at}/revision/1/data.csv?`]) {
      const { auth_token } = await tokenFor(`${at}/data.csv`);
      expect((await world.anon.get(`${other}auth_token=${auth_token}`)).status).toBe(401);
      expect((await world.anon.get(`${at}/data.csv?auth_token=${auth_token}`)).status).toBe(401);
    }
  });

  test('end after five minutes, and with the right behind them', async () => {
    const old = await tokenFor(`${at}/data.csv`);
    await world.context.db.exec(sql`update download_token set expires_at = now() - interval '1 second'`);
    expect((await world.anon.get(old.url)).status).toBe(401);

    const guest = await somebody(world);
    const guests = await projectOf(world, owner, { viewer: guest });
    const shown = await publishedTable(world, {
      projectId: guests,
      name: 'shown',
      rows: 'select 1 as id',
      fields: [{ name: 'id', type: 'integer' }],
    });
    const { body } = await guest.post('/api/v1/download_token', { path: `/api/v1/dataset/${shown}/data.csv` });
    await world.context.db.transaction((tx) => removeMember(tx, guests, guest.id));
    expect((await world.anon.get(body.url)).status).toBe(404);
  });

  test('are no other token, and are made for downloads only', async () => {
    expect((await world.anon.get(`${at}/data.csv?auth_token=${viewer.accessToken}`)).status).toBe(401);
    expect((await world.anon.post('/api/v1/download_token', { path: `${at}/data.csv` })).status).toBe(401);
    expect((await viewer.post('/api/v1/download_token', { path: '/api/v1/user/me' })).body.code).toBe(
      'invalid_download_path',
    );
  });
});

describe('Seedcase', () => {
  test.each(['', '/compat/seedcase'])('download_file at %s/', async (prefix) => {
    const answer = await viewer.get(
      `${prefix}/api/download_file?project_id=${project}&filter_by=id=1&fields=name&dataset=visits`,
    );
    expect([answer.status, answer.body]).toEqual([200, [{ id: 1, name: 'Ada' }]]);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="output_data.json"');
    const csv = await viewer.get(`${prefix}/api/download_file.csv?project_id=${project}&fields=name&limit=1`);
    expect([csv.text, csv.headers.get('content-disposition')]).toEqual([
      'id,name\r\n1,Ada\r\n',
      'attachment; filename="output_data.csv"',
    ]);
    const read = await viewer.get(`${prefix}/api/get_data?project_id=${project}&limit=1&fields=name`);
    expect([read.body, read.headers.get('content-disposition')]).toEqual([[{ id: 1, name: 'Ada' }], null]);
  });

  const url = (query: string) => `/api/download_file?${query}`;
  test.each([
    ['no project', 'dataset=visits', 400, 'Failed to provide project id'],
    ['two projects', `project_id=${project}&project_id=x`, 400, 'Failed to provide project id'],
    ['an unknown project', 'project_id=nowhere', 400, 'project with id nowhere does not exist'],
    [
      'a bad filter',
      `project_id=${project}&filter_by=id=`,
      400,
      'Failed in exporting to data with error filter_by, position 4: expected a column or a value, found the end',
    ],
    [
      'an unknown dataset',
      `project_id=${project}&dataset=visit`,
      400,
      "Failed in exporting to data with error there is no dataset 'visit' to read in this project",
    ],
    [
      'an unknown revision',
      `project_id=${project}&revision=7`,
      400,
      'Failed in exporting to data with error The dataset has no revision 7.',
    ],
    [
      'an unknown format',
      `project_id=${project}&format=doc`,
      406,
      "Failed in exporting to data with error Rows cannot be had as 'doc', but as json, ndjson, csv, parquet, xlsx, zip.",
    ],
  ])('%s', async (_what, query, status, text) => {
    const answer = await viewer.get(url(query));
    expect([answer.status, answer.headers.get('content-type'), answer.text]).toEqual([
      status,
      'text/plain; charset=utf-8',
      text,
    ]);
    const problem = await viewer.get(url(query), { accept: 'application/problem+json' });
    expect([problem.status, problem.body.detail]).toEqual([status, text]);
  });

  test('who may not come in learns one thing only', async () => {
    const texts = await Promise.all(
      [world.anon, contributor].map(async (actor) => {
        const answer = await actor.get(url(`project_id=${project}`));
        return [answer.status, answer.text];
      }),
    );
    expect(texts).toEqual([
      [401, 'Failed access control check'],
      [403, 'Failed access control check'],
    ]);
    const foreign = await stranger.get(url(`project_id=${project}`));
    expect([foreign.status, foreign.text]).toEqual([400, `project with id ${project} does not exist`]);
  });

  test('several datasets want a name, or a zip', async () => {
    const second = await publishedTable(world, {
      projectId: project,
      name: 'second',
      rows: 'select 1 as id',
      fields: [{ name: 'id', type: 'integer' }],
    });
    const answer = await viewer.get(url(`project_id=${project}`));
    expect([answer.status, answer.text]).toEqual([
      400,
      'Failed in exporting to data with error the project has several datasets, name one as dataset=: second, visits',
    ]);
    const files = await unzipped((await viewer.get(url(`project_id=${project}&format=zip`))).bytes);
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['data/second.csv', 'data/visits.csv']));
    await world.context.db.exec(sql`update dataset set deleted_at = now() where id = ${second}`);
  });
});

test('a million rows leave through a server whose memory stays flat', async () => {
  const count = 1_000_000;
  const million = await publishedTable(world, {
    projectId: await projectOf(world, owner, { viewer }),
    name: 'million',
    rows: `select i as id, repeat('x', 300) as name, i / 3.0::double as third from range(${count}) t(i)`,
    fields: [
      { name: 'id', type: 'integer' },
      { name: 'name', type: 'string' },
      { name: 'third', type: 'number' },
    ],
  });
  for (const name of ['data.csv', 'data.ndjson']) {
    // The first one opens what is opened once.
    await streamed(`${world.url}/api/v1/dataset/${million}/${name}?limit=1000`, viewer.accessToken);
    const { lines, bytes, grown } = await streamed(
      `${world.url}/api/v1/dataset/${million}/${name}`,
      viewer.accessToken,
    );
    expect(lines).toBe(name === 'data.csv' ? count + 1 : count);
    expect(bytes).toBeGreaterThan(300_000_000);
    // By engine, buffers and this test's own client together.
    expect(grown).toBeLessThan(bytes / 2);
  }
});

describe('a large table', async () => {
  const count = 300_000;
  const large = await publishedTable(world, {
    projectId: await projectOf(world, owner, { viewer }),
    name: 'large',
    key: ['id'],
    rows: `select i as id, 'row ' || i as name, i / 3.0::double as third, i as _row from range(${count}) t(i)`,
    fields: [
      { name: 'id', type: 'integer' },
      { name: 'name', type: 'string' },
      { name: 'third', type: 'number' },
    ],
  });
  const url = `/api/v1/dataset/${large}`;

  test('leaves whole, in order, in every row format', async () => {
    for (const [name, first] of [
      ['data.csv', 1],
      ['data.ndjson', 0],
    ] as const) {
      const { text } = await viewer.get(`${url}/${name}`);
      const lines = text.trimEnd().split('\n');
      expect(lines.length).toBe(count + first);
      const id = (line: string) => Number(/\d+/.exec(line)![0]);
      expect(lines.slice(first).every((line, index) => id(line) === index)).toBe(true);
    }
    const { body } = await viewer.get(`${url}/data.json`);
    expect(body.items.length).toBe(count);
  });

  test('has deep pages, by any order', async () => {
    const { items, next } = (await viewer.get(`${url}/data?limit=10000&sort=-third&filter=id<100000`)).body;
    expect([items[0].id, items.at(-1).id]).toEqual([99_999, 90_000]);
    const page = (await viewer.get(`${url}/data?limit=2&cursor=${next}`)).body;
    expect(page.items.map(({ id }: { id: number }) => id)).toEqual([89_999, 89_998]);
  });

  test('a client that goes away ends the query and leaves nothing behind', async () => {
    const heavy = `${url}/data.csv?q=${encodeURIComponent('a b c d e f g h i j k l m n o p q r s t')}&sort=name`;
    await Promise.all(
      [0, 1, 2, 3].map(() => goneAfterHeaders(`${world.url}${url}/data.ndjson?sort=-name`, viewer.accessToken)),
    );
    await Promise.all([0, 1, 2].map(() => goneAtOnce(`${world.url}${heavy}`, viewer.accessToken)));
    expect((await viewer.get(`${url}/data?limit=1`)).status).toBe(200);
  });

  test('a sheet that cannot hold the rows is refused, and split when asked', async () => {
    const query = 'shape=long&fields=name,third,_row';
    const refused = await viewer.get(`${url}/data.xlsx?${query}&limit=300000`);
    expect([refused.status, refused.body.code]).toEqual([413, 'too_many_rows_for_sheet']);
    const split = await viewer.get(`${url}/data.xlsx?${query}&split=sheets&limit=263000`);
    const sheets = Object.keys(await unzipped(split.bytes)).filter((name) => name.startsWith('xl/worksheets/'));
    expect(sheets).toEqual(['xl/worksheets/sheet1.xml', 'xl/worksheets/sheet2.xml']);
  });
});

test('an export that fails midway breaks the connection off', async () => {
  // The last row alone cannot be computed, and it comes after more rows than patience waits for.
  const wrong = await publishedTable(world, {
    projectId: project,
    name: 'wrong',
    rows: `select i as id, case when i = 1999999 then -9223372036854775808 else i end as n, repeat('x', 100) as pad from range(2000000) t(i)`,
    fields: [
      { name: 'id', type: 'integer' },
      { name: 'n', type: 'number' },
      { name: 'pad', type: 'string' },
    ],
  });
  const url = `${world.url}/api/v1/dataset/${wrong}/data.csv?filter=${encodeURIComponent('abs(n) >= 0')}`;
  const ending = await endingOf(url, viewer.accessToken);
  expect(['aborted', 400]).toContain(ending);
  await world.context.db.exec(sql`update dataset set deleted_at = now() where id = ${wrong}`);
});

/** How an answer ends: its status when it is refused, `whole`, or `aborted`. */
function endingOf(url: string, token: string): Promise<string | number> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { headers: { authorization: `Bearer ${token}` } }, (answer) => {
        if (answer.statusCode !== 200) resolve(answer.statusCode!);
        answer.resume();
        answer.on('end', () => resolve(answer.complete ? 'whole' : 'aborted'));
        answer.on('error', () => resolve('aborted'));
      })
      .on('error', reject);
  });
}

/** Reads an answer away, counting; `grown` is by how many bytes this process, server and client, grew at most. */
async function streamed(url: string, token: string): Promise<{ lines: number; bytes: number; grown: number }> {
  const before = process.memoryUsage.rss();
  let [lines, bytes, peak] = [0, 0, before];
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  for await (const chunk of answer.body!) {
    bytes += chunk.length;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  return { lines, bytes, grown: peak - before };
}

function goneAfterHeaders(url: string, token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers: { authorization: `Bearer ${token}` } }, (answer) => {
      answer.once('data', () => {
        request.destroy();
        resolve();
      });
      answer.on('error', () => undefined);
    });
    request.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve() : reject(error)));
  });
}

function goneAtOnce(url: string, token: string): Promise<void> {
  return new Promise((resolve) => {
    const request = http.get(url, { headers: { authorization: `Bearer ${token}` } });
    request.on('error', () => resolve());
    request.on('finish', () => setImmediate(() => request.destroy()));
    request.on('close', () => resolve());
  });
}

function unzipped(bytes: Uint8Array): Promise<Record<string, Buffer>> {
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(Buffer.from(bytes), { lazyEntries: true }, (failed, zip) => {
      if (failed) return reject(failed);
      const files: Record<string, Buffer> = {};
      zip.on('entry', (entry: yauzl.Entry) => {
        zip.openReadStream(entry, async (error, stream) => {
          if (error) return reject(error);
          const chunks: Buffer[] = [];
          for await (const chunk of stream) chunks.push(chunk as Buffer);
          files[entry.fileName] = Buffer.concat(chunks);
          zip.readEntry();
        });
      });
      zip.on('end', () => resolve(files));
      zip.on('error', reject);
      zip.readEntry();
    });
  });
}
