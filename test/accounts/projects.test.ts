import { expect, test } from 'vitest';
import { projectOf, somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
const { anon } = world;
const ann = await somebody(world, { username: 'ann' });
const ben = await somebody(world, { username: 'ben' });
const admin = await somebody(world, { username: 'admin', role: 'ADMIN' });

test('whoever makes a project owns it; others do not see that it exists', async () => {
  const made = await ann.post('/api/v1/project', { title: 'Wells of Čakovec & Łódź' });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ slug: 'wells-of-cakovec-lodz', status: 'ongoing', visibility: 'private' });
  const path = `/api/v1/project/${made.body.id}`;
  expect(made.headers.get('location')).toContain(made.body.id);
  expect((await ann.get(path)).body.title).toBe('Wells of Čakovec & Łódź');
  expect((await ben.get(path)).status).toBe(404);
  expect((await ben.get('/api/v1/project')).body.objects).toEqual([]);
  expect((await ann.get('/api/v1/project?title__icontains=wells')).body.meta.total_count).toBe(1);
  const again = await ann.post('/api/v1/project', { title: 'Wells of Čakovec & Łódź' });
  expect(again.body.slug).toBe('wells-of-cakovec-lodz-2');
  expect((await ann.post('/api/v1/project', { title: 'X', slug: 'wells-of-cakovec-lodz' })).status).toBe(409);
  expect((await anon.post('/api/v1/project', { title: 'X' })).status).toBe(401);
});

test('a slug that is no slug is refused in one sentence', async () => {
  const answer = await ann.post('/api/v1/project', { title: 'X', slug: 'No Slug!' });
  expect(answer.status).toBe(400);
  expect(answer.body.error).toContain('slug');
});

test('a change of role ends one membership and begins another', async () => {
  const id = await projectOf(world, ann, { viewer: ben });
  const path = `/api/v1/project/${id}`;
  expect((await ben.get(path)).status).toBe(200);
  expect((await ben.patch(path, { title: 'Mine' })).status).toBe(403);
  expect((await ann.post(`${path}/members`, { user: ben.email, role: 'manager' })).status).toBe(201);
  expect((await ben.patch(path, { title: 'Ours' })).body.title).toBe('Ours');
  const history = await ann.get(`/api/v1/project_member?project_id=${id}&user_name=ben&order_by=since`);
  expect(
    history.body.objects.map((member: { role: string; until: unknown }) => [member.role, member.until !== null]),
  ).toEqual([
    ['viewer', true],
    ['manager', false],
  ]);
  expect((await ann.delete(`${path}/members/${ben.id}`)).status).toBe(204);
  expect((await ben.get(path)).status).toBe(404);
  expect((await ann.delete(`${path}/members/${ben.id}`)).status).toBe(404);
});

test('the last owner stays', async () => {
  const id = await projectOf(world, ann, { manager: ben });
  const last = await ben.delete(`/api/v1/project/${id}/members/${ann.id}`);
  expect([last.status, last.body.code]).toEqual([409, 'last_owner']);
  expect((await ben.post(`/api/v1/project/${id}/members`, { user: ann.id, role: 'viewer' })).status).toBe(409);
  await ben.post(`/api/v1/project/${id}/members`, { user: ben.id, role: 'owner' });
  expect((await ben.delete(`/api/v1/project/${id}/members/${ann.id}`)).status).toBe(204);
});

test('two owners who remove each other at once leave one', async () => {
  const id = await projectOf(world, ann, {});
  await ann.post(`/api/v1/project/${id}/members`, { user: ben.id, role: 'owner' });
  const answers = await Promise.all([
    ann.delete(`/api/v1/project/${id}/members/${ben.id}`),
    ben.delete(`/api/v1/project/${id}/members/${ann.id}`),
  ]);
  expect(answers.filter((answer) => answer.status === 204)).toHaveLength(1);
});

test('deleting hides a project, frees its slug and ends its memberships', async () => {
  const made = await ann.post('/api/v1/project', { title: 'Gone' });
  const path = `/api/v1/project/${made.body.id}`;
  await ann.post(`${path}/members`, { user: ben.id, role: 'manager' });
  expect((await ben.delete(path)).status).toBe(403);
  expect((await ann.delete(path)).status).toBe(204);
  for (const actor of [ann, ben, admin]) expect((await actor.get(path)).status).toBe(404);
  expect((await ann.post('/api/v1/project', { title: 'Gone' })).body.slug).toBe('gone');
  const { rows } = await world.context.db.pool.query(
    'select count(*)::int as n from project_member where project_id = $1 and until is null',
    [made.body.id],
  );
  expect(rows[0].n).toBe(0);
});

test('visibility: instance for everybody signed in, public for everybody', async () => {
  const inside = await projectOf(world, ann, {}, { visibility: 'instance' });
  const open = await projectOf(world, ann, {}, { visibility: 'public' });
  expect((await ben.get(`/api/v1/project/${inside}`)).status).toBe(200);
  expect((await anon.get(`/api/v1/project/${inside}`)).status).not.toBe(200);
  expect((await anon.get(`/api/v1/project/${open}`)).status).toBe(200);
  expect((await ben.patch(`/api/v1/project/${open}`, { title: 'Mine' })).status).toBe(403);
  expect((await ben.get(`/api/v1/project_member?project_id=${open}`)).body.objects).toEqual([]);
});

test('a group that is a member gives its people the role', async () => {
  const eve = await somebody(world, { username: 'eve' });
  const id = await projectOf(world, ann);
  const group = await admin.post('/api/v1/group', { name: 'Field team' });
  expect(group.status).toBe(201);
  expect((await admin.post('/api/v1/user_group', { user_id: eve.id, group_id: group.body.id })).status).toBe(201);
  expect((await eve.get(`/api/v1/project/${id}`)).status).toBe(404);
  await world.context.db.pool.query(
    `insert into project_member (id, project_id, group_id, role) values (gen_random_uuid(), $1, $2, 'viewer')`,
    [id, group.body.id],
  );
  expect((await eve.get(`/api/v1/project/${id}`)).status).toBe(200);
  expect((await ann.post('/api/v1/group', { name: 'Mine' })).status).toBe(403);
});

test('a membership counts from its start to its end', async () => {
  const eve = await somebody(world);
  const id = await projectOf(world, ann, { viewer: eve });
  const set = (since: string, until: string) =>
    world.context.db.pool.query(
      `update project_member set since = now() + $1::interval, until = now() + $2::interval where user_id = $3`,
      [since, until, eve.id],
    );
  await set('1 hour', '2 hours');
  expect((await eve.get(`/api/v1/project/${id}`)).status).toBe(404);
  await set('-2 hours', '-1 hour');
  expect((await eve.get(`/api/v1/project/${id}`)).status).toBe(404);
  await set('-1 hour', '1 hour');
  expect((await eve.get(`/api/v1/project/${id}`)).status).toBe(200);
});
