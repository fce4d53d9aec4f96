import { describe, expect, test } from 'vitest';
import { mailsInOutbox } from '../../src/platform/mail/index.ts';
import type { Actor } from '../support/actor.ts';
import { type Person, signedIn, somebody, testPassword } from '../support/people.ts';
import { startWorld } from '../support/world.ts';

const legacy = 'https://old.example.org';
const world = await startWorld({ LEGACY_UI_ORIGINS: legacy, GRANARY_BASE_URL: 'https://data.example.org/' });
const { anon, context } = world;
const ann = await somebody(world, { username: 'ann', name: 'Ann' });
const admin = await somebody(world, { username: 'admin', role: 'ADMIN' });
const boss = await somebody(world, { username: 'boss', role: 'SUPERADMIN' });

const eightKeys = ['country', 'created_at', 'email', 'id', 'institution', 'name', 'role', 'updated_at'];
const lastMail = async () => (await mailsInOutbox(context, 1))[0]!;
const linkToken = async () => /token=([\w-]+)/.exec((await lastMail()).text!)![1]!;

test('registering checks in the order of the contract', async () => {
  const cases: [unknown, number, string][] = [
    [undefined, 400, 'Email is required'],
    [{ name: 'X' }, 400, 'Email is required'],
    [{ email: 'x@nowhere', name: 'X' }, 400, 'Email not valid'],
    [{ email: `${'x'.repeat(250)}@a.org`, name: 'X' }, 400, 'Email not valid'],
    [{ email: 'x@a.org' }, 400, 'Name is required'],
    [{ email: 'x@a.org', name: 'X', role: 'KING' }, 400, 'role not valid'],
    [
      { email: ann.email.toUpperCase(), name: 'X', password: 'weak' },
      422,
      'Password must be at least 12 characters long',
    ],
    [{ email: ann.email.toUpperCase(), name: 'X' }, 400, `User with email ${ann.email.toUpperCase()} already exists`],
  ];
  for (const [body, status, detail] of cases) {
    const answer = await anon.post('/api/v1/user', body);
    expect([answer.status, answer.body.detail]).toEqual([status, detail]);
  }
  const bad = await anon.post('/api/v1/user', { email: 'x@a.org', name: 'X' }, { authorization: 'Bearer nonsense' });
  expect([bad.status, bad.body.error]).toEqual([401, 'invalid_token']);
});

test('the policy names the first thing a password lacks', async () => {
  const cases: [string, string][] = [
    ['Short-7', 'Password must be at least 12 characters long'],
    [`Aa1-${'x'.repeat(126)}`, 'Password must not exceed 128 characters'],
    ['correct-horse-7', 'Password must include an uppercase letter'],
    ['CORRECT-HORSE-7', 'Password must include a lowercase letter'],
    ['Correct-Horse-x', 'Password must include a number'],
    ['CorrectHorse77', 'Password must include a special character'],
  ];
  for (const [password, detail] of cases) {
    const answer = await anon.post('/api/v1/user', { email: 'policy@a.org', name: 'P', password });
    expect([answer.status, answer.body.detail]).toEqual([422, detail]);
  }
});

test('who registers without a password gets a link by mail, never a password; a wanted role becomes USER', async () => {
  const answer = await anon.post('/api/v1/user?legacy=false', {
    email: 'New.Person@a.org',
    name: 'New',
    role: 'ADMIN',
    sector: 'land',
    role_title: 'x',
  });
  expect(answer.status).toBe(200);
  expect(answer.body.data).toMatchObject({
    email: 'New.Person@a.org',
    role: 'USER',
    sector: 'land',
    username: 'New.Person',
  });
  expect(Object.keys(answer.body.data)).toEqual(expect.arrayContaining(eightKeys));
  expect(answer.body.data.set_password_url).toBeUndefined();
  const mail = await lastMail();
  expect(mail).toMatchObject({ to: 'New.Person@a.org', sentAt: null });
  expect(mail.text).toContain('https://data.example.org/app/set-password?token=');
  const token = await linkToken();
  const weak = await anon.post('/api/v1/user/reset-password', { token, password: 'weak' });
  expect(weak.status).toBe(422);
  expect((await anon.post('/api/v1/user/reset-password', { token, password: 'Brand-New-Horse-1' })).status).toBe(200);
  expect((await anon.post('/auth', { email: 'new.person@a.org', password: 'Brand-New-Horse-1' })).status).toBe(200);
  const again = await anon.post('/api/v1/user/reset-password', { token, password: 'Brand-New-Horse-1' });
  expect([again.status, again.body.detail]).toEqual([404, 'Invalid or expired password reset token']);
});

test('roles are granted up to one’s own', async () => {
  const make = (actor: Actor, role: string) =>
    actor.post('/api/v1/user?return_link=1', { email: `${role}.${Math.random()}@a.org`, name: 'R', role });
  expect((await make(ann, 'USER')).body.data.set_password_url).toBeUndefined();
  expect((await make(ann, 'ADMIN')).status).toBe(403);
  expect((await make(admin, 'ADMIN')).body.data.set_password_url).toContain('/app/set-password?token=');
  expect((await make(admin, 'SUPERADMIN')).body.detail).toBe('Forbidden');
  expect((await make(boss, 'SUPERADMIN')).body.data.role).toBe('SUPERADMIN');
});

test('one’s own record has the further keys and may change the permitted ones only', async () => {
  const me = await ann.get('/api/v1/user/me');
  expect(Object.keys(me.body.data)).toEqual(
    expect.arrayContaining([
      ...eightKeys,
      'email_verified',
      'email_notifications_enabled',
      'last_login_at',
      'max_concurrent_executions',
    ]),
  );
  expect(me.body.data.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  const body = {
    name: 'Ann B',
    country: 'KE',
    role: 'ADMIN',
    email: 'other@a.org',
    max_concurrent_executions: 99,
    email_notifications_enabled: false,
  };
  const changed = await ann.patch('/api/v1/user/me', body);
  expect(changed.body.data).toMatchObject({
    name: 'Ann B',
    country: 'KE',
    role: 'USER',
    email: ann.email,
    max_concurrent_executions: null,
    email_notifications_enabled: false,
  });
  for (const nothing of [
    {},
    { role: 'ADMIN' },
    { password: 'Some-Horse-12345', repeatPassword: 'Other-Horse-12345' },
  ]) {
    expect((await ann.patch('/api/v1/user/me', nothing)).body).toMatchObject({ status: 400, detail: 'Not updated' });
  }
  expect((await ann.patch('/api/v1/user/me', { name: 'A\u0000\uD800B' })).body.data.name).toBe('A\uFFFD\uFFFDB');
});

test('a new password by PATCH ends the other sign-ins and wants a recent login', async () => {
  const person = await somebody(world);
  const other = await signedIn(world, person);
  const fresh = { password: 'Fresh-Horse-12345', repeatPassword: 'Fresh-Horse-12345' };
  expect((await person.patch('/api/v1/user/me', fresh)).status).toBe(200);
  expect((await person.get('/api/v1/user/me')).status).toBe(200);
  expect((await other.get('/api/v1/user/me')).body.error).toBe('token_revoked');
  await context.db.pool.query(`update session set auth_time = now() - interval '16 minutes' where user_id = $1`, [
    person.id,
  ]);
  const late = await person.patch('/api/v1/user/me', fresh);
  expect([late.status, late.body.detail]).toEqual([403, 'Recent login required']);
});

test('change-password, own and by administrators', async () => {
  const person = await somebody(world);
  const path = '/api/v1/user/me/change-password';
  const refused = async (body: unknown) => (await person.patch(path, body)).body;
  expect(await refused({})).toMatchObject({ status: 400, detail: 'old_password and new_password are required' });
  expect(await refused({ old_password: 'x', new_password: 'y' })).toMatchObject({
    status: 401,
    detail: 'Invalid current password',
  });
  expect(await refused({ old_password: testPassword, new_password: testPassword })).toMatchObject({
    ...{ status: 422, detail: 'New password must be different from current password' },
  });
  expect(
    (await person.patch(path, { old_password: testPassword, new_password: 'Fresh-Horse-12345' })).body.data.id,
  ).toBe(person.id);
  const byAdmin = (target: Person, body: unknown) => admin.patch(`/api/v1/user/${target.id}/change-password`, body);
  expect((await byAdmin(person, {})).body).toMatchObject({ status: 400, detail: 'new_password is required' });
  expect((await byAdmin(boss, { new_password: 'Fresh-Horse-12345' })).body).toMatchObject({
    ...{ status: 403, detail: 'Administrators cannot change superadmin passwords' },
  });
  expect((await byAdmin(person, { new_password: 'Third-Horse-12345' })).status).toBe(200);
  expect((await person.get('/api/v1/user/me')).body.error).toBe('token_revoked');
});

test('the list carries both contracts, for administrators only', async () => {
  expect((await ann.get('/api/v1/user')).body).toMatchObject({ status: 403, detail: 'Forbidden' });
  const list = await admin.get('/api/v1/user?legacy=x');
  expect(Object.keys(list.body).sort()).toEqual(['data', 'error', 'meta', 'objects']);
  expect(list.body.error).toBeNull();
  expect(list.body.meta.total_count).toBe(list.body.objects.length);
  const ours = list.body.objects.find((user: { username: string }) => user.username === 'boss');
  expect(ours).toMatchObject({ is_active: true, is_staff: true, is_superuser: true });
  expect(Number.isInteger(ours.id)).toBe(true);
  expect(list.text).not.toContain('argon2');
  const page = await admin.get('/api/v1/user?page=2&per_page=2&sort=email');
  expect(page.body).toMatchObject({ page: 2, per_page: 2, total: list.body.data.length });
  expect(page.body.data).toHaveLength(2);
  const odd = await admin.get('/api/v1/user?page=x&per_page=1000');
  expect(odd.body).toMatchObject({ page: 1, per_page: 100 });
});

describe('as the monitoring clients read it', () => {
  const names = async (actor: typeof ann, query: string) => {
    const { status, body, text } = await actor.get(`/api/v1/user/${query}`);
    expect(status, text).toBe(200);
    return body.objects.map(({ username }: { username: string }) => username);
  };

  test('the list is that of a resource: filters, order, paging, formats, schema, set', async () => {
    expect(await names(admin, '?username__exact=boss')).toEqual(['boss']);
    expect((await names(admin, '?is_superuser=true&order_by=-username')).at(0)).toBe('boss');
    expect(await names(admin, '?username__in=boss,admin&order_by=username')).toEqual(['admin', 'boss']);
    const page = await admin.get('/api/v1/user/?limit=1&offset=1&order_by=id');
    expect(page.body.meta).toMatchObject({ limit: 1, offset: 1 });
    expect(page.body.objects).toHaveLength(1);
    const one = (await admin.get('/api/v1/user/?username__exact=boss')).body.objects[0];
    expect(Object.keys(one)).toEqual([
      ...['id', 'username', 'first_name', 'last_name', 'email', 'is_active', 'is_staff', 'is_superuser'],
      ...['last_login', 'date_joined'],
    ]);
    expect((await admin.get('/api/v1/user/?username__exact=boss&format=csv&fields=id,username')).text).toBe(
      `id,username\n${one.id},boss\n`,
    );
    expect((await admin.get(`/api/v1/user/${one.id}/`)).body).toEqual({
      ...one,
      resource_uri: `/api/v1/user/${one.id}/`,
    });
    expect((await admin.get(`/api/v1/user/set/${one.id};${one.id}/`)).body.objects).toMatchObject([one]);
    expect((await admin.get('/api/v1/user/schema/')).body.fields.username.type).toBe('string');
    expect((await admin.get('/api/v1/')).body.user).toMatchObject({ list_endpoint: '/api/v1/user/' });
    expect((await admin.get('/api/v1/user/?nmae=x')).body).toMatchObject({ status: 400, code: 'unknown_filter' });
    expect((await admin.get('/api/v1/user/?uuid=x')).body.status).toBe(400);
    expect((await admin.get('/api/v1/user/0/')).status).toBe(404);
  });

  test('others than administrators see themselves', async () => {
    expect(await names(ann, '')).toEqual(['ann']);
    expect(await names(ann, '?order_by=id')).toEqual(['ann']);
    expect(await names(ann, '?username__exact=boss')).toEqual([]);
    const numberOf = async (username: string) =>
      (await admin.get(`/api/v1/user/?username__exact=${username}`)).body.objects[0].id;
    expect((await ann.get(`/api/v1/user/${await numberOf('ann')}/`)).body.username).toBe('ann');
    expect((await ann.get(`/api/v1/user/${await numberOf('boss')}/`)).status).toBe(404);
    expect((await anon.get('/api/v1/user/')).status).toBe(401);
  });
});

test('filter and sort', async () => {
  const emails = async (query: string) =>
    (await admin.get(`/api/v1/user?${query}`)).body.data.map((user: { email: string }) => user.email);
  expect(await emails(`filter=${encodeURIComponent("email = 'BOSS@example.org'")}`)).toEqual([boss.email]);
  expect(
    await emails(
      `filter=${encodeURIComponent('(email=boss@example.org OR email like admin@%),role!=USER')}&sort=-email`,
    ),
  ).toEqual([boss.email, admin.email]);
  expect(await emails(`filter=${encodeURIComponent('email like b_ss%')}`)).toEqual([]);
  expect(await emails(`filter=${encodeURIComponent('created_at > 2200-01-01')}`)).toEqual([]);
  const refused = async (query: string) => (await admin.get(`/api/v1/user?${query}`)).body.detail;
  expect(await refused('filter=email')).toBe('Invalid filter');
  expect(await refused(`filter=${encodeURIComponent('(email=a')}`)).toBe('Invalid filter');
  expect(await refused('filter=id=7')).toBe('Invalid filter');
  expect(await refused('filter=password_hash=x')).toBe("Unknown filter field 'password_hash'");
  expect(await refused('sort=nmae')).toBe("Unknown sort field 'nmae'");
});

test('administrators read, change and delete by uuid, e-mail or number', async () => {
  const person = await somebody(world, { username: 'target', email: 'Target@a.org' });
  const detail = await admin.get(`/api/v1/user/${encodeURIComponent('target@A.org')}`);
  expect(detail.body.data).toMatchObject({ id: person.id, email: 'Target@a.org' });
  expect((await admin.get('/api/v1/user/nobody@a.org')).body).toMatchObject({
    status: 404,
    detail: 'User with id nobody@a.org does not exist',
  });
  expect((await ann.get(`/api/v1/user/${person.id}`)).status).toBe(403);
  expect((await admin.patch(`/api/v1/user/${person.id}`, { role: 'KING' })).body.detail).toBe('role not valid');
  expect((await admin.patch(`/api/v1/user/${person.id}`, { role: 'SUPERADMIN' })).status).toBe(403);
  expect((await admin.patch(`/api/v1/user/${boss.id}`, { name: 'X' })).status).toBe(403);
  expect(
    (await admin.patch(`/api/v1/user/${person.id}`, { institution: 'I', max_concurrent_executions: 5 })).body.data,
  ).toMatchObject({ institution: 'I', max_concurrent_executions: 5 });
  expect((await admin.patch(`/api/v1/user/${person.id}`, { disabled: true })).status).toBe(200);
  expect((await person.get('/api/v1/user/me')).body).toMatchObject({
    status: 401,
    detail: 'User does not exist',
    error: 'invalid_token',
  });
  expect((await anon.post('/auth', { email: person.email, password: testPassword })).body.error).toBe(
    'invalid_credentials',
  );
  expect((await admin.delete(`/api/v1/user/${person.id}`)).body.data.email).toBe('Target@a.org');
  expect((await admin.get(`/api/v1/user/${person.id}`)).status).toBe(404);
  expect((await anon.post('/api/v1/user', { email: 'target@a.org', name: 'Again' })).status).toBe(200);
});

test('one may delete oneself; the last SUPERADMIN may not, nor be demoted', async () => {
  const person = await somebody(world);
  expect((await person.delete('/api/v1/user/me', {})).body.data.email).toBe(person.email);
  expect((await person.get('/api/v1/user/me')).status).toBe(401);
  const others = (await boss.get('/api/v1/user?filter=role=SUPERADMIN')).body.data;
  for (const other of others) if (other.id !== boss.id) await boss.delete(`/api/v1/user/${other.id}`);
  expect((await boss.delete('/api/v1/user/me')).body).toMatchObject({
    status: 403,
    detail: 'Admin accounts cannot be deleted via self-service. Please contact a system administrator.',
  });
  expect((await boss.patch(`/api/v1/user/${boss.id}`, { role: 'USER' })).status).toBe(403);
  expect((await boss.patch(`/api/v1/user/${boss.id}`, { disabled: true })).status).toBe(403);
});

test('the old web client sees a SUPERADMIN as ADMIN, and sending that back changes nothing', async () => {
  const headers = { origin: legacy };
  expect((await boss.get('/api/v1/user/me', headers)).body.data.role).toBe('ADMIN');
  expect((await boss.get('/api/v1/user/me', { referer: `${legacy}/admin` })).body.data.role).toBe('ADMIN');
  expect((await boss.get('/api/v1/user/me', { origin: `${legacy}.evil.org` })).body.data.role).toBe('SUPERADMIN');
  expect((await boss.get('/api/v1/user', headers)).body.data.map((user: { role: string }) => user.role)).not.toContain(
    'SUPERADMIN',
  );
  expect((await boss.patch(`/api/v1/user/${boss.id}`, { role: 'ADMIN', name: 'Boss' }, headers)).status).toBe(200);
  expect((await boss.get('/api/v1/user/me')).body.data).toMatchObject({ role: 'SUPERADMIN', name: 'Boss' });
});

test('recovery answers the same for everybody and changes nothing until the link is used', async () => {
  const text = 'If an account with that email exists, a password recovery email has been sent.';
  for (const given of [ann.email, encodeURIComponent(ann.email), 'nobody@a.org']) {
    const answer = await anon.post(`/api/v1/user/${given}/recover-password?legacy=false`, {});
    expect([answer.status, answer.body]).toEqual([200, { data: { message: text } }]);
  }
  await world.runJobs();
  expect((await mailsInOutbox(context, 10)).filter((mail) => mail.to === 'nobody@a.org')).toEqual([]);
  expect((await lastMail()).to).toBe(ann.email);
  expect((await ann.get('/api/v1/user/me')).status).toBe(200);
  const token = await linkToken();
  const stored = await context.db.pool.query('select encode(hash, $1) as hash from one_time_link', ['hex']);
  expect(JSON.stringify(stored.rows)).not.toContain(token);
  await context.db.pool.query(`update one_time_link set expires_at = now()`);
  expect((await anon.post('/api/v1/user/reset-password', { token, password: 'Fresh-Horse-12345' })).status).toBe(404);
  const refused = async (body: unknown) => (await anon.post('/api/v1/user/reset-password', body)).body.detail;
  expect(await refused(undefined)).toBe('Request body required');
  expect(await refused({})).toBe('Reset token is required');
  expect(await refused({ token })).toBe('New password is required');
});

test('two resets with one link at once: one wins', async () => {
  const person = await somebody(world);
  await anon.post(`/api/v1/user/${person.email}/recover-password`, {});
  await world.runJobs();
  const token = await linkToken();
  const answers = await Promise.all(
    [1, 2].map((n) => anon.post('/api/v1/user/reset-password', { token, password: `Fresh-Horse-1234${n}` })),
  );
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 404]);
});
