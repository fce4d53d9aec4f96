import { expect, test } from 'vitest';
import { countStatements } from '../support/count-statements.ts';
import { startWorld } from '../support/world.ts';
import { makeTree, must, someone } from './places-world.ts';

const world = await startWorld();
const admin = await someone(world, 'SUPERADMIN');
const { ids, types } = await makeTree(admin);

let made = 0;
const clinics = (rows: number, parent: string) =>
  Array.from({ length: rows }, () => {
    made += 1;
    return {
      name: `Clinic ${made}`,
      location_code: `C${made}`,
      location_type_id: types.Clinic,
      parent_location_id: ids[parent],
      aliases: [`clinic no ${made}`],
    };
  });
const below = async (parent: string) =>
  (await admin.get(`/api/v1/location/?location_id=${ids[parent]}&location_depth=1&limit=0`)).body.meta.total_count;

test('making, changing and moving places takes as many statements for 200 as for 20', async () => {
  const taken = async (rows: number) => {
    const objects = clinics(rows, 'a');
    let stored: { id: number }[] = [];
    const created = await countStatements(world.context, async () => {
      stored = (await must(admin.post('/api/v1/location/', { objects }), 201)).objects;
    });
    const renamed = await countStatements(world.context, async () => {
      const renames = stored.map(({ id }, n) => ({ id, name: `Health post ${n} of ${rows}`, latitude: n / 10 }));
      await must(admin.patch('/api/v1/location/', { objects: renames }), 202);
    });
    const upserted = await countStatements(world.context, async () => {
      const again = objects.map((one, n) => ({ ...one, name: `Health post ${n} of ${rows}`, lpd_status: 1 }));
      await must(admin.put('/api/v1/location/', { objects: again }), 200);
    });
    return [created, renamed, upserted];
  };
  await taken(10);
  expect(await taken(200)).toEqual(await taken(20));
});

test('what stays the same keeps its time, and a field left out its value', async () => {
  const [one, other] = (await must(admin.post('/api/v1/location/', { objects: clinics(2, 'b') }), 201)).objects;
  const body = await must(
    admin.patch('/api/v1/location/', {
      objects: [
        { id: one.id, aliases: one.aliases },
        { id: other.id, aliases: ['new'] },
      ],
    }),
    202,
  );
  expect(body.objects[0]).toEqual(one);
  expect(body.objects[1]).toEqual({ ...other, aliases: ['new'], updated_at: body.objects[1].updated_at });
  expect(body.objects[1].updated_at > other.updated_at).toBe(true);
});

test('of many places one that is refused is named, and where each stands for itself the others are stored', async () => {
  const objects = clinics(40, 'c').map((one, n) => (n === 29 ? { ...one, location_code: 'C1' } : one));
  const strict = await admin.post('/api/v1/location/', { objects });
  expect([strict.status, strict.body.code, strict.body.errors[0].row]).toEqual([409, 'duplicate', 30]);
  const lenient = await admin.post('/api/v1/location/', { objects }, { prefer: 'handling=lenient' });
  expect(lenient.body.results.map(({ status }: { status: number }) => status)).toEqual(
    objects.map((_, n) => (n === 29 ? 409 : 201)),
  );
  expect(await below('c')).toBe(39);
});

test('a place that moves below one that moves away first is as if they were sent one by one', async () => {
  const moves = [
    { id: ids.a, parent_location_id: ids.Q },
    { id: ids.P, parent_location_id: ids.K },
    { id: ids.b, parent_location_id: ids.a },
  ];
  const refused = await admin.patch('/api/v1/location/', {
    objects: [moves[0], { id: ids.Q, parent_location_id: ids.x }],
  });
  expect([refused.status, refused.body.code]).toEqual([400, 'location_below_itself']);
  await must(admin.patch('/api/v1/location/', { objects: moves.slice(0, 2) }), 202);
  expect((await admin.get(`/api/v1/location/${ids.a}`)).body.parent_location_id).toBe(ids.Q);
  const levels = await admin.patch('/api/v1/location/', {
    objects: [
      { id: ids.b, parent_location_id: ids.Q },
      { id: ids.c, parent_location_id: ids.x },
    ],
  });
  expect([levels.status, levels.body.code, levels.body.errors[0].row]).toEqual([400, 'admin_level_order', 2]);
});
