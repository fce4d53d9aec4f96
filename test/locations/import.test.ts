import { beforeEach, describe, expect, test } from 'vitest';
import { placesMoved } from '../../src/locations/index.ts';
import type { Actor } from '../support/actor.ts';
import { startWorld } from '../support/world.ts';
import { makeTree, must, someone } from './places-world.ts';

const world = await startWorld();
const { pool } = world.context.db;
const admin = await someone(world, 'ADMIN');
const csv = { 'content-type': 'text/csv' };
const importTree = (text: string, query = '', actor: Actor = admin) =>
  actor.post(`/api/v1/location/import${query}`, text, csv);
const importShapes = (text: string, query = '', actor: Actor = admin) =>
  actor.post(`/api/v1/geo/import${query}`, text, { 'content-type': 'text/plain' });

let ids: Record<string, number>;
const moves: unknown[] = [];
placesMoved.listen(world.context, async (_tx, fact) => {
  moves.push(...fact.moved);
});

beforeEach(async () => {
  await pool.query(
    'delete from location_responsibility; delete from location_polygon; delete from location; delete from location_type',
  );
  ({ ids } = await makeTree(admin));
  moves.length = 0;
});

const tree = async () => {
  const { rows } = await pool.query<{ line: string }>(
    `select string_agg(p.location_code, '>' order by t.lvl desc) as line from location l
     join location_tree t on t.location_id = l.id join location p on p.id = t.parent_location_id group by l.id order by 1`,
  );
  return rows.map((row) => row.line);
};

describe('a tree from CSV', () => {
  test('creates, changes, moves and leaves alone; children may come before their parents', async () => {
    const { status, body } = await importTree(
      `location_code,name,location_type,parent_location_code,latitude,aliases
y,New  clinic,Clinic,e,1.5,one | two
e,New district,District,Q,,
a,place a,District,Q,,
b,place b,District,P,,
`,
    );
    expect([status, body]).toEqual([
      200,
      {
        meta: { dry_run: false, total_count: 4, created: 2, updated: 1, unchanged: 1, moved: 1, types_created: 0 },
        objects: [],
        issues: [],
        error: null,
      },
    ]);
    expect(await tree()).toEqual([
      'K',
      'K>P',
      'K>P>b',
      'K>Q',
      'K>Q>a',
      'K>Q>a>x',
      'K>Q>c',
      'K>Q>d',
      'K>Q>e',
      'K>Q>e>y',
    ]);
    const [y] = (await admin.get('/api/v1/location/?location_code=y')).body.objects;
    expect(y).toMatchObject({ name: 'New clinic', latitude: 1.5, aliases: ['one', 'two'], lvl: 3 });
    expect(moves).toEqual([{ locationId: ids.a, from: ids.P, to: ids.Q }]);
  });

  test('a file that is not UTF-8 is read as Windows-1252, and the answer says so', async () => {
    const file = 'code,name\na,Région – nord\n';
    const western = Buffer.from(file.replace('–', '\x96'), 'latin1');
    const nameOf = async (code: string) =>
      (await admin.get(`/api/v1/location/?location_code=${code}`)).body.objects[0].name;
    const sent = await must(admin.post('/api/v1/location/import', western, { 'content-type': 'text/plain' }), 200);
    expect(sent.meta).toMatchObject({ updated: 1, encoding: 'windows-1252' });
    expect(await nameOf('a')).toBe('Région – nord');

    const wide = Buffer.from(`\ufeff${file.replace('Région', 'Şehir')}`, 'utf16le');
    const other = await must(admin.post('/api/v1/location/import', wide, { 'content-type': 'text/plain' }), 200);
    expect(other.meta).toMatchObject({ updated: 1 });
    expect(other.meta).not.toHaveProperty('encoding');
    expect(await nameOf('a')).toBe('Şehir – nord');

    const greek = Buffer.from([...Buffer.from('code,name\na,'), 0xc1, 0xe8, 0xde, 0xed, 0xe1]);
    await must(admin.post('/api/v1/location/import', greek, { 'content-type': 'text/csv; charset=iso-8859-7' }), 200);
    expect(await nameOf('a')).toBe('Αθήνα');
    const said = await admin.post('/api/v1/location/import', western, { 'content-type': 'text/csv; charset=utf-8' });
    expect([said.status, said.body.code, said.body.detail]).toEqual([
      400,
      'unreadable_file',
      'The file is not text in utf-8.',
    ]);
  });

  test('semicolons, tabs and decimal commas are read as spreadsheets write them', async () => {
    await must(importTree('code;name;lat;lon\na;"Hill; north";5,25;-1,5\n'), 200);
    const [a] = (await admin.get('/api/v1/location/?location_code=a')).body.objects;
    expect(a).toMatchObject({ name: 'Hill; north', latitude: 5.25, longitude: -1.5 });
    await must(importTree('code\tname\na\tplace a\n'), 200);
  });

  test('columns that are not there stay as they are; an empty parent is a root', async () => {
    await must(importTree('code,lat\na,5\n'), 200);
    expect((await admin.get(`/api/v1/location/${ids.a}/`)).body).toMatchObject({
      latitude: 5,
      parent_location_id: ids.P,
    });
    await must(importTree('code,parent\nP,\n'), 200);
    expect((await tree()).slice(0, 3)).toEqual(['K', 'K>Q', 'K>Q>c']);
    expect((await admin.get(`/api/v1/location/${ids.P}/`)).body.parent_location_id).toBe(null);
  });

  test('types with a level are made; others must be there', async () => {
    const text = 'location_code,name,location_type,admin_level,parent_location_code\nw,Ward,Ward,4,x\n';
    const { body } = await importTree(text);
    expect(body.meta.types_created).toBe(1);
    const refused = await importTree('location_code,name,location_type\nz,Z,Zone\n');
    expect([refused.status, refused.body.error]).toEqual([400, 'location_type Zone does not exist']);
    const other = await importTree('location_code,name,location_type,admin_level\nz,Z,Ward,5\n');
    expect(other.body.error).toBe('location_type Ward has admin_level 4');
  });

  test('a quotation mark within a cell stands for itself, and faults name the line of the file', async () => {
    const header = 'location_code,name,location_type,parent_location_code';
    const text = `${header}\nq1,Amber "Old" town,District,P\nq2,"Old" Amber,District,P\n\n\nq3,"two\nlines",District,P\nq4,Q,District,nowhere\n`;
    const { body } = await importTree(text);
    expect(body.errors).toEqual([
      expect.objectContaining({ row: 4, line: 8, column: 'parent_location_code', code: 'unknown_parent' }),
    ]);
    await must(importTree(text.replace('nowhere', 'P')), 200);
    const names = (await admin.get('/api/v1/location/?location_code__in=q1,q2,q3')).body.objects;
    expect(names.map(({ name }: { name: string }) => name)).toEqual(['Amber "Old" town', '"Old" Amber', 'two lines']);
  });

  test('everything wrong is told at once, by row and column, and nothing is kept', async () => {
    const before = await tree();
    const text = `location_code,name,location_type,parent_location_code,latitude,longitude
n1,N,District,nowhere,91,
n1,,District,P,,x
,No code,District,P,,
n2,N2,,P,,
n3,place a,District,P,,
a,place a,District,P,,
n4,Wide
`;
    const { status, body } = await importTree(text);
    expect([status, body.code]).toEqual([400, 'import_refused']);
    expect(body.errors.map((e: { row: number; column?: string; code: string }) => [e.row, e.column, e.code])).toEqual([
      [1, 'latitude', 'invalid_number'],
      [1, 'parent_location_code', 'unknown_parent'],
      [2, 'location_code', 'duplicate_code'],
      [2, 'name', 'missing_name'],
      [2, 'longitude', 'invalid_number'],
      [2, 'name', 'missing_name'],
      [3, 'location_code', 'missing_code'],
      [4, 'location_type', 'missing_type'],
      [6, 'name', 'duplicate'],
      [7, undefined, 'wrong_width'],
    ]);
    expect(await tree()).toEqual(before);
    const dry = await importTree(text, '?dry_run=true');
    expect([dry.status, dry.body.issues]).toEqual([200, body.errors]);
  });

  test.each([
    ['', 'file is empty please check the upload and try again'],
    ['location_code,name\n', 'file is empty please check the upload and try again'],
    ['name\nx\n', 'location_code is a required column.'],
    ['location_code,size\nx,1\n', /^'size' is not a column of a tree of places: location_code, name, location_type, /],
    ['location_code,code\nx,1\n', "the column 'code' is there more than once"],
    ['location_code,name\nx,"1\n\n', 'the quote of a cell on line 2 is never closed'],
  ])('refused: %j', async (text, message) => {
    const { status, body } = await importTree(text);
    expect(status).toBe(400);
    expect(body.error).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  test('a circle inside the file, and one with places outside of it', async () => {
    const inside = await importTree(
      'location_code,name,location_type,parent_location_code\nu,u,District,v\nv,v,District,w\nw,w,District,u\n',
    );
    expect(inside.body.error).toBe('location u cannot be below itself: u > w > v > u');
    expect(inside.body.errors).toHaveLength(1);
    const outside = await importTree('location_code,parent_location_code\nP,x\n');
    expect(outside.body.error).toBe('location P cannot be below itself: P > a > x > P');
  });

  test('levels, and names that places outside the file have', async () => {
    const level = await importTree('location_code,parent_location_code\nP,c\n');
    expect([level.status, level.body.error]).toEqual([
      400,
      'location P (admin_level 1) cannot be below location c (admin_level 2)',
    ]);
    expect(level.body.errors).toMatchObject([{ row: 1, column: 'parent_location_code', code: 'admin_level_order' }]);
    const name = await importTree('location_code,name\nb,place a\n');
    expect([name.status, name.body.error]).toEqual([
      400,
      'key: "name, parent_location_id" with value: "place a" already exists',
    ]);
    expect(name.body.errors).toMatchObject([{ row: 1, column: 'name' }]);
  });

  test('a dry run tells the same and keeps nothing', async () => {
    const before = await tree();
    const text = 'location_code,name,location_type,parent_location_code\na,place a,District,Q\nn,N,Clinic,a\n';
    const { body } = await importTree(text, '?dry_run=1'.replace('1', 'true'));
    expect(body.meta).toEqual({
      dry_run: true,
      total_count: 2,
      created: 1,
      updated: 1,
      unchanged: 0,
      moved: 1,
      types_created: 0,
    });
    expect(await tree()).toEqual(before);
  });

  test('the number of statements does not depend on the number of rows', async () => {
    const lines = Array.from({ length: 3000 }, (_, n) => `s${n},s${n},Clinic,${n < 10 ? 'x' : `s${n % 10}`}`);
    const header = 'location_code,name,location_type,parent_location_code\n';
    const { body } = await importTree(`${header}${lines.join('\n')}\n`);
    expect(body.meta.created).toBe(3000);
    expect((await admin.get(`/api/v1/location_tree/?parent_location_id=${ids.x}&limit=1`)).body.meta.total_count).toBe(
      3001,
    );
  });

  test('scoped people import inside what they manage', async () => {
    const manager = await someone(world);
    const viewer = await someone(world);
    for (const [user, right] of [
      [manager, 'manage'],
      [viewer, 'view'],
    ] as const) {
      const body = { user_id: user.id, top_lvl_location_id: ids.P, right };
      await must(admin.post('/api/v1/location_responsibility/', body), 201);
    }
    const header = 'location_code,name,location_type,parent_location_code\n';
    const status = async (actor: Actor, line: string) => {
      const answer = await importTree(`${header}${line}\n`, '', actor);
      return `${answer.status} ${answer.body.error}`;
    };
    expect(await status(manager, 'm1,M,District,P')).toBe('200 null');
    expect(await status(manager, 'm2,M,District,Q')).toBe('400 parent_location_code Q does not exist');
    expect(await status(manager, 'c,C,District,P')).toBe('400 key: "location_code" with value: "c" already exists');
    expect(await status(manager, 'm3,M3,Country,')).toBe('403 m3 may not be added there');
    expect(await status(manager, 'P,P,Province,')).toBe('403 P may not be moved from there to here');
    expect(await status(viewer, 'm4,M4,District,P')).toBe('403 m4 may not be added there');
    expect(await status(viewer, 'a,A,District,P')).toBe('403 a may not be changed');
    expect(await status(world.anon, 'a,A,District,P')).toMatch(/^401/);
    expect(await status(manager, 'b,place b,District,a')).toBe('200 null');
  });
});

describe('shapes from a file', () => {
  const point = (x: number) => `{"type":"Point","coordinates":[${x},2]}`;

  test('features of a collection, with codes nobody has listed', async () => {
    const features = ['a', 'b', 'none'].map(
      (code, x) => `{"type":"Feature","properties":{"location_code":"${code}"},"geometry":${point(x)}}`,
    );
    const { status, body } = await importShapes(`{"type":"FeatureCollection","features":[${features.join()}]}`);
    expect([status, body.meta]).toEqual([
      200,
      { dry_run: false, total_count: 3, created: 2, updated: 0, unchanged: 0, not_found: ['none'] },
    ]);
    const again = await importShapes(features.join('\n').replace('[1,2]', '[1,3]'));
    expect(again.body.meta).toMatchObject({ created: 0, updated: 1, unchanged: 1 });
    expect((await admin.get(`/api/v1/geo/${ids.b}/`)).body.geometry.coordinates).toEqual([1, 3]);
    await world.runJobs();
  });

  test('lines location_code|geo_json, with a dry run', async () => {
    const text = `location_code|geo_json\na|${point(1)}\r\nK|{"type":"Feature","geometry":${point(2)}}\nz|${point(3)}\n`;
    const dry = await importShapes(text, '?dry_run=true');
    expect(dry.body.meta).toEqual({
      dry_run: true,
      total_count: 3,
      created: 2,
      updated: 0,
      unchanged: 0,
      not_found: ['z'],
    });
    expect((await admin.get('/api/v1/geo/')).body.objects).toEqual([]);
    await must(importShapes(text), 200);
    expect((await admin.get('/api/v1/geo/')).body.objects).toHaveLength(2);
    await world.runJobs();
  });

  test.each(['urn:ogc:def:crs:OGC:1.3:CRS84', 'EPSG:4326', 'urn:ogc:def:crs:EPSG::4326'])(
    'a file that says it is in %s is read',
    async (name) => {
      const crs = { type: 'name', properties: { name } };
      const text = JSON.stringify({ type: 'FeatureCollection', crs, features: [] });
      expect((await importShapes(text)).status).toBe(200);
    },
  );

  test('a fault refuses the file and says where', async () => {
    const { status, body } = await importShapes(
      `a|${point(1)}\nb|{"type":"Point","coordinates":[1,200]}\n|${point(1)}\na|${point(3)}\nc|nothing\n`,
    );
    expect([status, body.code]).toEqual([400, 'import_refused']);
    expect(body.errors).toEqual([
      {
        row: 2,
        column: 'geo_json',
        code: 'invalid_geometry',
        message: 'b: geometry.coordinates: latitude 200 is outside -90 to 90',
      },
      { row: 3, column: 'location_code', code: 'missing_code', message: 'shape 3 has no location_code' },
      { row: 4, column: 'location_code', code: 'duplicate_code', message: 'a is in row 1 already' },
      {
        row: 5,
        column: 'geo_json',
        code: 'invalid_geometry',
        message: expect.stringMatching(/^c: geometry.type: must be one of /),
      },
    ]);
    expect((await admin.get('/api/v1/geo/')).body.objects).toEqual([]);
  });

  test.each([
    ['  \n', 'file is empty please check the upload and try again'],
    [
      '{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32637"}},"features":[]}',
      'The coordinates are in urn:ogc:def:crs:EPSG::32637; shapes must be in WGS 84 (EPSG:4326), longitude first.',
    ],
    ['{"type":"Topology"}', 'The file must hold GeoJSON features, or lines location_code|geo_json.'],
    ['no shapes at all', 'The file must hold GeoJSON features, or lines location_code|geo_json.'],
  ])('refused: %j', async (text, message) => {
    const { status, body } = await importShapes(text);
    expect([status, body.error]).toEqual([400, message]);
  });

  test('scoped people: hidden places are not found, places they only see are refused', async () => {
    const manager = await someone(world);
    const viewer = await someone(world);
    for (const [user, right] of [
      [manager, 'manage'],
      [viewer, 'view'],
    ] as const) {
      const body = { user_id: user.id, top_lvl_location_id: ids.P, right };
      await must(admin.post('/api/v1/location_responsibility/', body), 201);
    }
    const text = `a|${point(1)}\nc|${point(2)}\n`;
    const mine = await importShapes(text, '', manager);
    expect([mine.status, mine.body.meta.created, mine.body.meta.not_found]).toEqual([200, 1, ['c']]);
    const seen = await importShapes(text, '', viewer);
    expect([seen.status, seen.body.error]).toEqual([403, 'a may not be changed']);
    expect((await importShapes(text, '', world.anon)).status).toBe(401);
    await world.runJobs();
  });
});
