import { describe, expect, test } from 'vitest';
import { createToken } from '../../src/accounts/tokens/create-token.ts';
import { sql } from '../../src/platform/db/index.ts';
import { Actor } from '../support/actor.ts';
import { startWorld } from '../support/world.ts';
import { codesIn, makeTree, must, type Someone, someone } from './places-world.ts';

const world = await startWorld();
const admin = await someone(world, 'ADMIN');
const { ids, types } = await makeTree(admin);
const point = (n: number) => ({ type: 'Point', coordinates: [n, n] });
for (const [index, code] of Object.keys(ids).entries()) {
  await must(admin.post('/api/v1/geo/', { location_id: ids[code], geo_json: point(index) }), 201);
}

/** view at P, capture at P, manage at P, manage at Q, and nothing. */
const viewer = await someone(world);
const capturer = await someone(world);
const manager = await someone(world);
const neighbour = await someone(world);
const nobody = await someone(world);
const responsible = (user: Someone, code: string, right: string) =>
  must(
    admin.post('/api/v1/location_responsibility/', { user_id: user.number, top_lvl_location_id: ids[code], right }),
    201,
  );
const own = {
  viewer: await responsible(viewer, 'P', 'view'),
  capturer: await responsible(capturer, 'P', 'capture'),
  manager: await responsible(manager, 'P', 'manage'),
  neighbour: await responsible(neighbour, 'Q', 'manage'),
};
const narrowedToken = await createToken(world.context, admin.id, { name: 'fenced', locationIds: [ids.a!] });
const fenced = new Actor(world.url, { authorization: `Bearer ${narrowedToken.secret}` });

const actors = { viewer, capturer, manager, neighbour, nobody, fenced, admin };
type Name = keyof typeof actors;
const sees: Record<Name, string> = {
  viewer: 'Pabx',
  capturer: 'Pabx',
  manager: 'Pabx',
  neighbour: 'Qcd',
  nobody: '',
  fenced: 'ax',
  admin: 'KPQabcdx',
};
const names = Object.keys(actors) as Name[];

describe.each(names)('what %s sees', (name) => {
  const actor = actors[name];
  const expected = sees[name];

  test('lists, counts, filters and pages', async () => {
    for (const path of ['location', 'geo', 'location_polygon']) {
      const { body } = await actor.get(`/api/v1/${path}/`);
      expect([path, codesIn(ids, body), body.meta.total_count]).toEqual([path, expected, expected.length]);
    }
    const { body } = await actor.get(`/api/v1/location/?location_id=${ids.K}&location_depth=2`);
    expect(codesIn(ids, body)).toBe([...expected].filter((code) => 'abcd'.includes(code)).join(''));
    const byIds = await actor.get(`/api/v1/location/?location_id__in=${Object.values(ids).join()}`);
    expect(codesIn(ids, byIds.body)).toBe(expected);
    const tree = await actor.get('/api/v1/location_tree/?lvl=0');
    expect(tree.body.meta.total_count).toBe(expected.length);
  });

  test('single objects, sets and relations', async () => {
    for (const [code, id] of Object.entries(ids)) {
      const isVisible = expected.includes(code);
      for (const path of ['location', 'geo', 'location_polygon']) {
        const { status, body } = await actor.get(`/api/v1/${path}/${id}/`);
        expect([path, code, status]).toEqual([path, code, isVisible ? 200 : 404]);
        if (!isVisible) expect(body.error).toBe(`No ${path} object found for id : ${id}`);
      }
    }
    const set = await actor.get(`/api/v1/location/set/${Object.values(ids).join(';')}/`);
    expect([set.body.objects.length, set.body.not_found.length]).toEqual([expected.length, 8 - expected.length]);
    const { body } = await actor.get('/api/v1/location/?fields=id,parent_location_id,parent_location__name');
    for (const row of body.objects) {
      const parent = Object.entries(ids).find(([, id]) => id === row.parent_location_id)?.[0];
      expect(row.parent_location__name).toBe(
        parent !== undefined && expected.includes(parent) ? `place ${parent}` : null,
      );
    }
  });

  test('streams and all_meta', async () => {
    const csv = await actor.get('/api/v1/location/?format=csv&fields=id');
    expect(csv.text.trim().split('\n').slice(1).map(Number)).toEqual([...expected].map((code) => ids[code]));
    const geojson = await actor.get('/api/v1/geo/?format=geojson');
    expect(geojson.body.features.map((f: { location_id: number }) => f.location_id)).toEqual(
      [...expected].map((code) => ids[code]),
    );
    const meta = await actor.get('/api/v1/all_meta/?keys=locations');
    expect(codesIn(ids, { objects: meta.body.objects[0].locations })).toBe(expected);
  });

  test('the place to start at', async () => {
    const { body } = await actor.get('/api/v1/location/');
    const top = { viewer: 'P', capturer: 'P', manager: 'P', neighbour: 'Q', admin: 'K' }[name as string];
    expect(body.meta.top_lvl_location_id).toBe(top === undefined ? null : ids[top]);
  });
});

test('several responsibilities: the widest is the place to start at, the sum is what is seen', async () => {
  const several = await someone(world);
  for (const code of ['x', 'c', 'b']) await responsible(several, code, 'view');
  const { body } = await several.get('/api/v1/location/');
  expect([codesIn(ids, body), body.meta.top_lvl_location_id]).toEqual(['bcx', ids.b]);
});

describe('who writes places', () => {
  const place = (parent: string | null, code: string) => ({
    name: code,
    location_code: code,
    location_type_id: types.Clinic,
    parent_location_id: parent === null ? null : ids[parent],
  });
  const cases: [string, (actor: Actor) => Promise<{ status: number }>, Record<Name, number>][] = [
    [
      'adding below a',
      (actor) => actor.post('/api/v1/location/', place('a', `n${Math.random()}`)),
      { viewer: 403, capturer: 403, manager: 201, neighbour: 400, nobody: 400, fenced: 201, admin: 201 },
    ],
    [
      'adding a root',
      (actor) => actor.post('/api/v1/location/', place(null, `n${Math.random()}`)),
      { viewer: 403, capturer: 403, manager: 403, neighbour: 403, nobody: 403, fenced: 403, admin: 201 },
    ],
    [
      'changing a',
      (actor) => actor.patch(`/api/v1/location/${ids.a}/`, { lpd_status: 2 }),
      { viewer: 403, capturer: 403, manager: 202, neighbour: 404, nobody: 404, fenced: 202, admin: 202 },
    ],
    [
      'moving a below b and back',
      async (actor) => {
        const moved = await actor.patch(`/api/v1/location/${ids.a}/`, { parent_location_id: ids.b });
        if (moved.status === 202)
          await must(admin.patch(`/api/v1/location/${ids.a}/`, { parent_location_id: ids.P }), 202);
        return moved;
      },
      { viewer: 403, capturer: 403, manager: 202, neighbour: 404, nobody: 404, fenced: 400, admin: 202 },
    ],
    [
      'moving b to Q, which only they who see Q can name',
      async (actor) => {
        const moved = await actor.patch(`/api/v1/location/${ids.b}/`, { parent_location_id: ids.Q });
        if (moved.status === 202)
          await must(admin.patch(`/api/v1/location/${ids.b}/`, { parent_location_id: ids.P }), 202);
        return moved;
      },
      { viewer: 403, capturer: 403, manager: 400, neighbour: 404, nobody: 404, fenced: 404, admin: 202 },
    ],
    [
      'making P a root: its own parent is not theirs',
      async (actor) => {
        const moved = await actor.patch(`/api/v1/location/${ids.P}/`, { parent_location_id: null });
        if (moved.status === 202)
          await must(admin.patch(`/api/v1/location/${ids.P}/`, { parent_location_id: ids.K }), 202);
        return moved;
      },
      { viewer: 403, capturer: 403, manager: 403, neighbour: 404, nobody: 404, fenced: 404, admin: 202 },
    ],
    [
      'the shape of a',
      (actor) => actor.patch(`/api/v1/geo/${ids.a}/`, { geo_json: point(1) }),
      { viewer: 403, capturer: 403, manager: 202, neighbour: 404, nobody: 404, fenced: 202, admin: 202 },
    ],
    [
      'a responsibility inside P',
      async (actor) => {
        const body = { user_id: nobody.number, top_lvl_location_id: ids.x, right: 'view' };
        const made = await actor.post('/api/v1/location_responsibility/', body);
        if (made.status === 201) await must(admin.delete(`/api/v1/location_responsibility/${made.body.id}/`), 204);
        return made;
      },
      { viewer: 403, capturer: 403, manager: 201, neighbour: 400, nobody: 400, fenced: 201, admin: 201 },
    ],
    [
      'a type of place',
      (actor) => actor.post('/api/v1/location_type/', { name: `t${Math.random()}`, admin_level: 9 }),
      { viewer: 403, capturer: 403, manager: 403, neighbour: 403, nobody: 403, fenced: 403, admin: 201 },
    ],
  ];
  test.each(cases)('%s', async (_, write, expected) => {
    const got: Partial<Record<Name, number>> = {};
    for (const name of names) got[name] = (await write(actors[name])).status;
    expect(got).toEqual(expected);
  });
});

describe('responsibilities', () => {
  const url = '/api/v1/location_responsibility/';

  test('user_id is needed, unless for administrators', async () => {
    const refused = await viewer.get(url);
    expect([refused.status, refused.body.error]).toEqual([400, 'Missing required parameter user_id']);
    expect((await admin.get(url)).body.meta.total_count).toBeGreaterThan(3);
  });

  test('own rows, those inside a manage scope, all for administrators', async () => {
    const rows = async (actor: Actor, user: Someone) =>
      (await actor.get(`${url}?user_id=${user.number}`)).body.objects.map((row: { id: number }) => row.id);
    expect(await rows(viewer, viewer)).toEqual([own.viewer.id]);
    expect(await rows(viewer, manager)).toEqual([]);
    expect(await rows(manager, viewer)).toEqual([own.viewer.id]);
    expect(await rows(manager, neighbour)).toEqual([]);
    expect(await rows(admin, neighbour)).toEqual([own.neighbour.id]);
    expect((await viewer.get(`${url}${own.viewer.id}/`)).body).toMatchObject({
      user_id: viewer.number,
      top_lvl_location_id: ids.P,
      right: 'view',
    });
    expect((await viewer.get(`${url}${own.manager.id}/`)).status).toBe(404);
  });

  test('nobody widens themselves', async () => {
    expect((await viewer.patch(`${url}${own.viewer.id}/`, { right: 'manage' })).status).toBe(403);
    expect((await viewer.delete(`${url}${own.viewer.id}/`)).status).toBe(403);
    const upwards = await manager.post(url, { user_id: manager.number, top_lvl_location_id: ids.K, right: 'manage' });
    expect([upwards.status, upwards.body.error]).toEqual([400, `top_lvl_location_id ${ids.K} does not exist`]);
  });

  test.each(['view', 'capture'])('who has %s does not make that manage, nor move manage there', async (right) => {
    const climber = await someone(world);
    await responsible(climber, 'Q', right);
    const rung = await responsible(climber, 'a', 'manage');
    const row = { user_id: climber.number, top_lvl_location_id: ids.Q, right: 'manage' };
    const objects = [row, { ...row, top_lvl_location_id: ids.c }];
    for (const answer of [
      await climber.post(url, row),
      await climber.post(url, { objects }),
      await climber.put(url, { objects }),
      await climber.patch(`${url}${rung.id}/`, { top_lvl_location_id: ids.Q }),
      await climber.patch(url, { objects: [{ id: rung.id, top_lvl_location_id: ids.c }] }),
    ]) {
      expect(answer.status).toBe(403);
    }
    expect((await climber.patch(`/api/v1/location/${ids.c}/`, { name: 'mine' })).status).toBe(403);
    await must(climber.post(url, { user_id: viewer.number, top_lvl_location_id: ids.x, right: 'capture' }), 201);
    await must(admin.delete(`${url}?user_id=${climber.number}`), 200);
    await must(admin.delete(`${url}?user_id=${viewer.number}&top_lvl_location_id=${ids.x}`), 200);
  });

  test('a uuid or an address names a user as well; the answer is the integer', async () => {
    const body = { user_id: nobody.id, top_lvl_location_id: ids.d, right: 'view' };
    const made = await must(admin.post(url, body), 201);
    expect(made.user_id).toBe(nobody.number);
    expect((await admin.get(`${url}?user_id=${nobody.id}`)).body.objects).toHaveLength(1);
    const again = await admin.post(url, body);
    expect([again.status, again.body.error]).toEqual([
      409,
      `key: "user_id, top_lvl_location_id, right" with value: "${nobody.number}, ${ids.d}, view" already exists`,
    ]);
    expect((await admin.post(url, { ...body, user_id: 'no@body.org' })).body.error).toBe(
      'user_id no@body.org does not exist',
    );
    expect((await admin.post(url, { ...body, user_id: 99_999 })).body.error).toBe('user_id 99999 does not exist');
    expect((await admin.post(url, { ...body, right: 'own' })).body.error).toBe(
      'right must be one of view, capture, manage',
    );
    const gone = await admin.delete(`${url}?user_id=${nobody.id}`);
    expect(gone.body).toEqual({ deleted: 1 });
  });

  test('it counts from the next request on', async () => {
    const row = await responsible(nobody, 'c', 'view');
    expect((await nobody.get(`/api/v1/location/${ids.c}/`)).status).toBe(200);
    await must(admin.delete(`${url}${row.id}/`), 204);
    expect((await nobody.get(`/api/v1/location/${ids.c}/`)).status).toBe(404);
  });
});

describe('explain_access', () => {
  const explain = (actor: Actor, code: string, user?: string | number) =>
    actor.get(`/api/v1/location/${ids[code]}/explain_access${user === undefined ? '' : `?user_id=${user}`}`);

  test('agrees with the predicate, and says why', async () => {
    const { body } = await explain(admin, 'x', capturer.number);
    expect(body).toMatchObject({
      location_id: ids.x,
      user_id: capturer.number,
      role: 'USER',
      sees_all_places: false,
      view: { granted: true, reason: `Responsible with 'capture' 2 above, at location ${ids.P}.` },
      capture: { granted: true, responsibilities: [{ top: ids.P, right: 'capture', distance: 2 }] },
      manage: { granted: false, reason: "Responsible for it with 'capture' only.", responsibilities: [] },
    });
  });

  test.each([
    ['neighbour', () => neighbour, 'Responsible for other places, not for this one or one above it.'],
    ['nobody', () => nobody, 'Responsible for no place at all; without a responsibility the role USER sees nothing.'],
  ] as const)('why %s does not see it', async (_, user, reason) => {
    const { body } = await explain(admin, 'a', user().id);
    expect(body.view).toEqual({ granted: false, reason, responsibilities: [] });
  });

  test('a membership of a project is named, and neither grants nor denies', async () => {
    const sentence = 'Places belong to no project: being a member of one neither grants nor denies anything here.';
    const member = await someone(world);
    const answers = async () => [
      (await explain(admin, 'a', member.number)).body,
      (await explain(admin, 'a', manager.number)).body,
    ];
    const before = await answers();
    for (const user of [member, manager])
      await must(user.post('/api/v1/project/', { title: `of ${user.number}` }), 201);
    const after = await answers();
    expect(after).toEqual(before);
    expect(after.map((one) => [one.role, one.membership, one.view.granted, one.manage.granted])).toEqual([
      ['USER', sentence, false, false],
      ['USER', sentence, true, true],
    ]);
    expect(after[1].manage).toMatchObject({
      reason: `Responsible with 'manage' 1 above, at location ${ids.P}.`,
      responsibilities: [{ top: ids.P, right: 'manage', distance: 1 }],
    });
  });

  test('a narrowed credential is named as what denies', async () => {
    const token = await createToken(world.context, manager.id, { name: 'narrow', locationIds: [ids.b!] });
    const narrowed = new Actor(world.url, { authorization: `Bearer ${token.secret}` });
    expect((await explain(narrowed, 'b')).body.manage.granted).toBe(true);
    const reading = await createToken(world.context, manager.id, { name: 'reading', rights: ['location.read'] });
    const reader = new Actor(world.url, { authorization: `Bearer ${reading.secret}` });
    expect((await explain(reader, 'b')).body).toMatchObject({
      view: { granted: true },
      manage: {
        granted: false,
        reason: `Responsible with 'manage' 1 above, at location ${ids.P}, but the credential is narrowed.`,
      },
    });
  });

  test('administrators hold all places', async () => {
    const { body } = await explain(admin, 'a', admin.number);
    expect(body).toMatchObject({
      sees_all_places: true,
      manage: { granted: true, reason: 'The role ADMIN holds all places.' },
    });
    expect((await explain(fenced, 'a')).body.manage.granted).toBe(true);
    expect((await explain(fenced, 'b')).status).toBe(404);
  });

  test('one may ask about oneself; about others, those who manage the place', async () => {
    expect((await explain(viewer, 'a')).body.view.granted).toBe(true);
    expect((await explain(viewer, 'c')).status).toBe(404);
    expect((await explain(viewer, 'a', manager.number)).status).toBe(403);
    expect((await explain(manager, 'a', viewer.number)).body.view.granted).toBe(true);
    expect((await explain(world.anon, 'a')).status).toBe(401);
    expect((await explain(admin, 'a', 99_999)).body.error).toBe('user_id 99999 does not exist');
    expect((await admin.get('/api/v1/location/99999/explain_access')).body.error).toBe(
      'No location object found for id : 99999',
    );
  });
});

test('shapes that were written are simplified in the background', async () => {
  await world.runJobs();
  expect(await world.context.db.many(sql`select 1 from location_polygon where simplified_at is null`)).toEqual([]);
});
