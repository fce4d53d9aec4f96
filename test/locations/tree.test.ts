import { expect, test } from 'vitest';
import { startWorld } from '../support/world.ts';
import { makeTree, must, someone } from './places-world.ts';

const world = await startWorld();
const { pool } = world.context.db;
const admin = await someone(world, 'SUPERADMIN');
await pool.query(`insert into location_type (name, admin_level) values ('any', 0)`);

interface Place {
  id: number;
  parent: number | null;
}

/** The closure in plain words: walk up from every place. */
function closureOf(places: readonly Place[]): string[] {
  const parents = new Map(places.map((place) => [place.id, place.parent]));
  const rows: string[] = [];
  for (const { id } of places) {
    let at: number | null | undefined = id;
    for (let lvl = 0; typeof at === 'number'; lvl++) {
      rows.push(`${at} ${id} ${lvl}`);
      at = parents.get(at);
    }
  }
  return rows.sort();
}

async function stored() {
  const tree = await pool.query<{ row: string }>(
    `select parent_location_id || ' ' || location_id || ' ' || lvl as row from location_tree`,
  );
  const places = await pool.query<Place>('select id, parent_location_id as parent from location');
  return { rows: tree.rows.map(({ row }) => row).sort(), places: places.rows };
}

/** mulberry32: the same trees on every run. */
function randomFrom(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

test.each([1, 2, 3, 4, 5, 6])(
  'random inserts, moves of many at once and deletes keep the closure right (seed %i)',
  async (seed) => {
    const random = randomFrom(seed);
    await pool.query('delete from location');
    let refused = 0;
    for (let step = 0; step < 60; step++) {
      const { places } = await stored();
      const some = () => places[random(places.length)]!.id;
      const kind = places.length < 5 ? 0 : random(4);
      if (kind === 0) {
        const many = 1 + random(6);
        const parents = Array.from({ length: many }, () => (places.length === 0 || random(6) === 0 ? null : some()));
        await pool.query(
          `insert into location (name, location_code, location_type_id, parent_location_id)
         select c, c, (select min(id) from location_type), p from unnest($1::text[], $2::int[]) u (c, p)`,
          [parents.map((_, index) => `${seed}-${step}-${index}`), parents],
        );
      } else if (kind === 3) {
        const leaves = places.filter(({ id }) => !places.some((place) => place.parent === id));
        await pool.query('delete from location where id = any($1)', [
          leaves.slice(0, 1 + random(2)).map(({ id }) => id),
        ]);
      } else {
        const moves = new Map(Array.from({ length: 1 + random(4) }, () => [some(), random(8) === 0 ? null : some()]));
        const after = places.map((place) => ({
          ...place,
          parent: moves.has(place.id) ? moves.get(place.id)! : place.parent,
        }));
        const move = pool.query(
          `update location l set parent_location_id = u.p from unnest($1::int[], $2::int[]) u (id, p) where l.id = u.id`,
          [[...moves.keys()], [...moves.values()]],
        );
        if (hasCycle(after)) {
          refused += 1;
          await expect(move).rejects.toThrow(/^location (\d+) cannot be below itself: \1 > (\d+ > )*\1$/);
        } else await move;
      }
      const now = await stored();
      expect(now.rows).toEqual(closureOf(now.places));
    }
    expect(refused).toBeGreaterThan(0);
  },
);

function hasCycle(places: readonly Place[]): boolean {
  const parents = new Map(places.map((place) => [place.id, place.parent]));
  return places.some(({ id }) => {
    let at = parents.get(id);
    for (let steps = 0; typeof at === 'number' && steps <= places.length; steps++) {
      if (at === id) return true;
      at = parents.get(at);
    }
    return false;
  });
}

test('rows written by a move: only those of the moved subtree, and in it only the ancestors that change', async () => {
  await pool.query('delete from location');
  // A chain of ten above the moved place, and 50 places below it.
  await pool.query(`insert into location (id, name, location_code, location_type_id, parent_location_id) overriding system value
    select n, 'n' || n, 'n' || n, 1, case when n = 900001 then null else n - 1 end from generate_series(900001, 900010) n`);
  await pool.query(`insert into location (id, name, location_code, location_type_id, parent_location_id) overriding system value
    select n, 'n' || n, 'n' || n, 1, case when n = 900100 then 900010 else 900100 end from generate_series(900100, 900150) n`);
  const before = await pool.query<{ id: string }>('select id from location_tree');
  await pool.query('update location set parent_location_id = 900001 where id = 900100');
  const after = await pool.query<{ id: string }>('select id from location_tree');
  const kept = new Set(before.rows.map(({ id }) => id));
  const fresh = after.rows.filter(({ id }) => !kept.has(id));
  expect(fresh).toHaveLength(51);
  expect(after.rows.length - fresh.length).toBe(before.rows.length - 51 * 10);
});

test('two moves at once cannot make a cycle together', async () => {
  await pool.query('delete from location');
  await pool.query('delete from location_type');
  const { ids } = await makeTree(admin);
  for (let round = 0; round < 10; round++) {
    const answers = await Promise.all([
      admin.patch(`/api/v1/location/${ids.c}/`, { parent_location_id: ids.d }),
      admin.patch(`/api/v1/location/${ids.d}/`, { parent_location_id: ids.c }),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 400]);
    const now = await stored();
    expect(now.rows).toEqual(closureOf(now.places));
    for (const id of [ids.c, ids.d]) {
      await must(admin.patch(`/api/v1/location/${id}/`, { parent_location_id: ids.Q }), 202);
    }
  }
});

test('places added below a place that is being moved get its new ancestors', async () => {
  const { rows } = await pool.query<{ id: number; code: string; type: number }>(
    'select id, location_code as code, location_type_id as type from location',
  );
  const ids = Object.fromEntries(rows.map((row) => [row.code, row.id]));
  const clinic = rows.find((row) => row.code === 'x')!.type;
  const mover = await pool.connect();
  await mover.query('begin');
  await mover.query('update location set parent_location_id = $1 where id = $2', [ids.Q, ids.a]);
  const adding = admin.post('/api/v1/location/', {
    name: 'new',
    location_code: 'new',
    location_type_id: clinic,
    parent_location_id: ids.a,
  });
  await mover.query('commit');
  mover.release();
  expect((await adding).status).toBe(201);
  const now = await stored();
  expect(now.rows).toEqual(closureOf(now.places));
  expect(
    now.rows.filter((row) => row.split(' ')[1] === String(ids.a)).map((row) => Number(row.split(' ')[0])),
  ).toContain(ids.Q);
});
