import { describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { type Person, somebody, testPassword } from '../support/people.ts';
import { startWorld } from '../support/world.ts';

/** Contract monitoring §3.6: people and groups, as the clients of the monitoring API know them. */

const world = await startWorld();
const admin = await somebody(world, { username: 'admin', role: 'ADMIN' });
const ann = await somebody(world, { username: 'ann' });
const bob = await somebody(world, { username: 'bob' });
const numberOf = async (person: Person): Promise<number> =>
  (await must(admin.get(`/api/v1/user/${person.id}`), 200)).id;
const [annNumber, bobNumber] = [await numberOf(ann), await numberOf(bob)];

describe('user', () => {
  const keys = [
    ...['id', 'username', 'first_name', 'last_name', 'email', 'is_active', 'is_staff', 'is_superuser'],
    ...['last_login', 'date_joined'],
  ];

  test('has the keys its clients know, and never a password', async () => {
    const { rows } = await world.context.db.pool.query<{ hash: string }>(
      'select password_hash as hash from "user" where password_hash is not null',
    );
    expect(rows).toHaveLength(3);
    for (const [actor, path] of [
      [admin, 'user'],
      [admin, `user/${ann.id}`],
      [admin, `user/${annNumber}`],
      [ann, 'user/me'],
    ] as const) {
      const { text, body } = await actor.get(`/api/v1/${path}`);
      for (const { hash } of rows) expect(text).not.toContain(hash);
      expect(text).not.toMatch(/argon2|password_hash|"password"/);
      if (path === 'user/me') continue;
      const user = body.objects?.find(({ id }: { id: number }) => id === annNumber) ?? body;
      expect([path, keys.filter((key) => !(key in user))]).toEqual([path, []]);
      const flags = { is_active: true, is_staff: false, is_superuser: false };
      expect(user).toMatchObject({ id: annNumber, username: 'ann', ...flags });
    }
  });

  test.each([
    [{ is_superuser: true }],
    [{ is_staff: true, is_active: true }],
    [{ role: 'SUPERADMIN' }],
    [{ groups: [1], is_superuser: 'true', role: 'ADMIN' }],
  ])('%j makes nobody more than they are', async (body) => {
    for (const [actor, path] of [
      [ann, 'user/me'],
      [ann, `user/${ann.id}`],
      [ann, `user/${annNumber}/`],
    ] as const) {
      for (const method of ['PATCH', 'PUT', 'POST']) await actor.send(method, `/api/v1/${path}`, body);
    }
    expect(await must(admin.get(`/api/v1/user/${ann.id}`), 200)).toMatchObject({
      is_staff: false,
      is_superuser: false,
      data: { role: 'USER' },
    });
    expect((await ann.get('/api/v1/user')).status).toBe(403);
  });

  test('nor does registering', async () => {
    const body = { email: 'new@example.org', name: 'New', password: testPassword };
    const made = await must(world.anon.post('/api/v1/user', { ...body, is_superuser: true, role: 'ADMIN' }), 200);
    expect(made.data.role).toBe('USER');
  });
});

describe('groups and who belongs to them', () => {
  const url = '/api/v1/user_group/';
  const join = (user_id: unknown, group_id: unknown) => admin.post(url, { user_id, group_id });

  test('names are unique, and in their order', async () => {
    for (const name of [' Supervisors ', 'Monitors']) await must(admin.post('/api/v1/group/', { name }), 201);
    const { objects } = await must(ann.get('/api/v1/group/'), 200);
    expect(objects.map((one: { name: string }) => one.name)).toEqual(['Monitors', 'Supervisors']);
    expect(objects[0].created_at).toMatch(/Z$/);
    const twice = await admin.post('/api/v1/group/', { name: 'Monitors' });
    expect([twice.status, twice.body.error]).toEqual([409, 'key: "name" with value: "Monitors" already exists']);
    expect((await admin.post('/api/v1/group/', {})).body.error).toBe('missing params set(name)');
    expect((await ann.post('/api/v1/group/', { name: 'Mine' })).status).toBe(403);
  });

  test('people by their integer id; a uuid or an address is understood; both filters work', async () => {
    const { objects: groups } = await must(admin.get('/api/v1/group/'), 200);
    const [monitors, supervisors] = groups.map(({ id }: { id: number }) => id);
    const made = await must(join(annNumber, monitors), 201);
    expect(made).toMatchObject({ user_id: annNumber, group_id: monitors });
    expect((await must(join(ann.id, supervisors), 201)).user_id).toBe(annNumber);
    expect((await must(join(bob.email, monitors), 201)).user_id).toBe(bobNumber);
    expect(await must(admin.get(`${url}${made.id}/`), 200)).toMatchObject({ user_id: annNumber });
    const members = async (query: string) =>
      (await must(admin.get(`${url}?${query}&order_by=user_id,group__name`), 200)).objects.map(
        (one: Record<string, unknown>) => [one.user_id, one.group_id, one.group__name],
      );
    const all = [
      [annNumber, monitors, 'Monitors'],
      [annNumber, supervisors, 'Supervisors'],
      [bobNumber, monitors, 'Monitors'],
    ];
    expect(await members('')).toEqual(all);
    expect(await members(`user_id=${annNumber}`)).toEqual(all.slice(0, 2));
    expect(await members(`user_id=${bob.id}`)).toEqual(all.slice(2));
    expect(await members(`group_id=${supervisors}`)).toEqual(all.slice(1, 2));
    expect(await members(`user_id__in=${bobNumber}&group_id=${monitors}`)).toEqual(all.slice(2));
    expect(await members('user_id=99999')).toEqual([]);

    const twice = await join(annNumber, monitors);
    expect([twice.status, twice.body.error]).toEqual([
      409,
      `key: "user_id, group_id" with value: "${annNumber}, ${monitors}" already exists`,
    ]);
    for (const [user, group, error] of [
      [99_999, monitors, 'user_id 99999 does not exist'],
      ['no@body.org', monitors, 'user_id no@body.org does not exist'],
      [annNumber, 99_999, 'group_id 99999 does not exist'],
      [undefined, monitors, 'missing params set(user_id)'],
    ] as const) {
      const refused = await join(user, group);
      expect([refused.status, refused.body.error]).toEqual([400, error]);
    }
    expect((await ann.post(url, { user_id: annNumber, group_id: supervisors })).status).toBe(403);

    expect((await admin.delete(`${url}?user_id=${annNumber}&group_id=${monitors}`)).body).toEqual({ deleted: 1 });
    expect(await members('')).toEqual(all.slice(1));
    await must(admin.delete(`/api/v1/user/${bob.id}`), 200);
    expect(await members('')).toEqual(all.slice(1, 2));
    expect((await admin.delete(`/api/v1/group/${supervisors}/`)).status).toBe(204);
    expect(await members('')).toEqual([]);
  });
});
