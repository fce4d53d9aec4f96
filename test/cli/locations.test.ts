import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makeTree, must, someone } from '../locations/places-world.ts';
import { granary, signedInTo } from '../support/command-line.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
const admin = await someone(world, 'ADMIN');
const { ids } = await makeTree(admin);

signedInTo(world.url, admin.headers.authorization!.replace('Bearer ', ''));

function file(name: string, text: string): string {
  const at = path.join(world.folder, name);
  writeFileSync(at, text);
  return at;
}

test('a tree: dry run, import, list', async () => {
  const tree = file(
    'tree.csv',
    'location_code,name,location_type,parent_location_code\ny,New,Clinic,b\nb,place b,District,P\n',
  );
  const dry = await granary('location', 'import', tree, '--dry-run');
  expect(dry).toEqual({
    code: 0,
    out: 'dry run: 2 in the file, 1 created, 0 updated, 1 unchanged, 0 moved, 0 types created\n',
    err: '',
  });
  expect((await admin.get('/api/v1/location/?location_code=y')).body.objects).toEqual([]);
  expect((await granary('location', 'import', tree)).out).toMatch(/^2 in the file, 1 created/);
  const listed = await granary('location', 'list', '--below', String(ids.P), '--type', 'Clinic');
  expect(listed.out).toContain('New');
  expect(listed.out.trim().split('\n')).toHaveLength(4);
  const json = JSON.parse((await granary('location', 'list', '--below', String(ids.P), '--depth', '1', '--json')).out);
  expect(json.map((row: { location_code: string }) => row.location_code)).toEqual(['a', 'b']);
});

test('faults are listed with their rows, and nothing is imported', async () => {
  const bad = file(
    'bad.csv',
    'location_code,name,location_type,parent_location_code\nz1,Z,Clinic,b\nz2,,Clinic,nowhere\n',
  );
  const { code, out, err } = await granary('location', 'import', bad);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/2\s+parent_location_code\s+unknown_parent\s+parent_location_code nowhere does not exist/);
  expect(err).toMatch(/granary: \d+ faults in .*bad\.csv; nothing was imported\n$/);
  expect((await admin.get('/api/v1/location/?location_code=z1')).body.objects).toEqual([]);
  expect((await granary('location', 'import', '/nowhere.csv')).code).toBe(3);
});

test('shapes, with the codes nobody has', async () => {
  const shapes = file(
    'shapes.txt',
    'a|{"type":"Point","coordinates":[1,2]}\nnone|{"type":"Point","coordinates":[1,2]}\n',
  );
  expect(await granary('location', 'import-shapes', shapes)).toEqual({
    code: 0,
    out: '2 in the file, 1 created, 0 updated, 0 unchanged\ncodes not found: none\n',
    err: '',
  });
  await must(admin.get(`/api/v1/geo/${ids.a}/`), 200);
  await world.runJobs();
});
