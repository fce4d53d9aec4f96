import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { Actor } from '../support/actor.ts';
import { projectOf, signedIn, somebody, testPassword } from '../support/people.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
const { anon, context } = world;
const ann = await somebody(world, { username: 'ann' });
const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test('log in by username or e-mail, at the root and below /compat/dmptool', async () => {
  for (const [path, name] of [
    ['/login', 'ann'],
    ['/compat/dmptool/login', ann.email],
  ] as const) {
    const answer = await anon.get(path, basic(name, testPassword));
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body)).toEqual([
      'access_token',
      'refresh_token',
      'username',
      'email',
      'project',
      'project_description',
    ]);
    expect(answer.body).toMatchObject({ username: 'ann', email: ann.email, project: 'none', project_description: '' });
    expect(answer.headers.get('www-authenticate')).toBeNull();
  }
});

test('the project is the oldest membership; its missing description reads "none"', async () => {
  const ben = await somebody(world, { username: 'ben' });
  await projectOf(world, ben, {}, { title: 'First' });
  await projectOf(world, ben, {}, { title: 'Second' });
  expect((await anon.get('/login', basic('ben', testPassword))).body).toMatchObject({
    project: 'First',
    project_description: 'none',
  });
});

test('no, undecodable and wrong Basic', async () => {
  const missing = { error: 'Unauthenticated. Not basic auth send with username or password.' };
  for (const headers of [
    {},
    { authorization: 'Basic' },
    { authorization: 'Basic %%%' },
    { authorization: `Basic ${Buffer.from('nocolon').toString('base64')}` },
  ]) {
    const answer = await anon.get('/login', headers as Record<string, string>);
    expect([answer.status, answer.body]).toEqual([401, missing]);
  }
  for (const name of ['ann', 'nobody']) {
    const answer = await anon.get('/login', basic(name, 'wrong'));
    expect([answer.status, answer.body]).toEqual([401, { error: 'Unauthenticated. Error in log in.' }]);
  }
});

test('a browser that asks for a page is sent to the sign-in page', async () => {
  const answer = await anon.get('/login', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/app/']);
});

test('too many attempts', async () => {
  for (let count = 0; count < 5; count += 1) await anon.get('/login', basic('locked', 'wrong'));
  const answer = await anon.get('/login', basic('locked', 'wrong'));
  expect([answer.status, answer.body]).toEqual([429, { error: 'Too many log in attempts.' }]);
  expect(Number(answer.headers.get('retry-after'))).toBe(900);
});

test('the token table', async () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const [header] = ann.accessToken.split('.');
  const { kid } = JSON.parse(Buffer.from(header!, 'base64url').toString());
  const forged = await new SignJWT({ sub: ann.id })
    .setProtectedHeader({ alg: 'RS256', kid })
    .sign(createPrivateKey(other.export({ type: 'pkcs8', format: 'pem' })));
  const hs256 = await new SignJWT({ sub: ann.id })
    .setProtectedHeader({ alg: 'HS256', kid })
    .sign(Buffer.from('x'.repeat(32)));
  const cases: [Record<string, string>, number, unknown][] = [
    [{}, 401, { msg: 'Missing Authorization Header' }],
    [{ authorization: 'Bearer null' }, 401, { msg: 'Missing Authorization Header' }],
    [basic('ann', testPassword), 422, { msg: "Bad Authorization header. Expected value 'Bearer <JWT>'" }],
    [{ authorization: 'Bearer a b' }, 422, { msg: "Bad Authorization header. Expected value 'Bearer <JWT>'" }],
    [bearer('abc'), 422, { msg: 'Not enough segments' }],
    [bearer(forged), 422, { msg: 'Signature verification failed' }],
    [bearer(hs256), 422, { msg: 'Signature verification failed' }],
    [bearer('a.b.c'), 422, { msg: 'Invalid token' }],
    [bearer(ann.refreshToken), 422, { msg: 'Only access tokens are allowed' }],
  ];
  for (const [headers, status, body] of cases) {
    const answer = await anon.delete('/logout', undefined, headers);
    expect([answer.status, answer.body], JSON.stringify(headers)).toEqual([status, body]);
  }
  for (const token of ['abc', forged, 'a.b.c']) {
    expect((await anon.get('/login', bearer(token))).status, 'a bad Bearer ends any request').toBe(422);
  }
});

test('an expired token, a revoked one, and one of a disabled user', async () => {
  const person = await somebody(world);
  const late = { ...context, now: () => new Date(Date.now() - 100_000_000) };
  const { issueSession } = await import('../../src/accounts/sessions/issue-session.ts');
  const old = await context.db.transaction((tx) => issueSession(late, tx, person, { kind: 'password' }));
  expect((await anon.delete('/logout', undefined, bearer(old.accessToken))).body).toEqual({ msg: 'Token has expired' });
  const again = await signedIn(world, person);
  expect((await again.delete('/logout')).body).toEqual({ msg: 'Successfully logged out.' });
  const revoked = await again.delete('/logout');
  expect([revoked.status, revoked.body]).toEqual([401, { msg: 'Token has been revoked' }]);
  expect((await anon.get('/refresh', bearer(again.refreshToken))).body).toEqual({ msg: 'Token has been revoked' });
  await context.db.pool.query('update "user" set disabled_at = now() where id = $1', [person.id]);
  const gone = await person.delete('/logout');
  expect([gone.status, gone.body]).toEqual([401, { error: 'Unauthenticated. Error in the token.' }]);
  expect((await anon.get('/refresh', bearer(person.refreshToken))).body).toEqual({
    error: 'Unauthenticated. Error in the token.',
  });
});

test('refresh works: 200 by GET, 201 by POST, the new token is good', async () => {
  const got = await anon.get('/refresh', bearer(ann.refreshToken));
  expect([got.status, Object.keys(got.body)]).toEqual([200, ['access_token']]);
  const posted = await anon.post('/refresh', undefined, bearer(ann.refreshToken));
  expect(posted.status).toBe(201);
  expect((await new Actor(world.url, bearer(posted.body.access_token)).get('/api/v1/user/me')).status).toBe(200);
  const wrong = await ann.get('/refresh');
  expect([wrong.status, wrong.body]).toEqual([422, { msg: 'Only refresh tokens are allowed' }]);
  expect((await anon.get('/refresh')).body).toEqual({ msg: 'Missing Authorization Header' });
});

test('a new password by header or body; the presenting sign-in stays, the others end', async () => {
  const person = await somebody(world);
  const other = await signedIn(world, person);
  const absent = { error: 'Error. The newpassword is not in the headers.' };
  for (const headers of [{}, { newpassword: '' }] as Record<string, string>[]) {
    const answer = await person.put('/changepassword', undefined, headers);
    expect([answer.status, answer.body]).toEqual([400, absent]);
  }
  const weak = await person.put('/changepassword', undefined, { newpassword: 'weak' });
  expect([weak.status, weak.body]).toEqual([
    400,
    { error: 'Error. The newpassword does not meet the password policy.' },
  ]);
  const utf8 = Buffer.from('Grün-Pferd-12345').toString('latin1');
  const done = await person.put('/changepassword', undefined, { newpassword: utf8 });
  expect([done.status, done.body]).toEqual([200, { msg: 'Password change successfully.' }]);
  expect((await person.get('/api/v1/user/me')).status).toBe(200);
  expect((await other.get('/api/v1/user/me')).status).toBe(401);
  expect((await anon.get('/login', basic(person.username, 'Grün-Pferd-12345'))).status).toBe(200);
  const body = { current_password: 'wrong', new_password: 'Fresh-Horse-12345' };
  const wrong = await person.put('/changepassword', JSON.stringify(body), { 'content-type': 'text/plain' });
  expect([wrong.status, wrong.body]).toEqual([401, { error: 'Unauthenticated. Error in log in.' }]);
  const right = { ...body, current_password: 'Grün-Pferd-12345' };
  expect((await person.put('/changepassword', right)).body).toEqual({ msg: 'Password change successfully.' });
});

test('a wrong method is 405 with Allow, a body over 1 MiB is 413', async () => {
  const wrong = await anon.post('/login');
  expect([wrong.status, wrong.body, wrong.headers.get('allow')]).toEqual([
    405,
    { error: 'Method not allowed.' },
    'GET, HEAD, OPTIONS',
  ]);
  const large = await ann.put('/changepassword', `{"x":"${'x'.repeat(1024 * 1024)}"}`);
  expect([large.status, large.body]).toEqual([413, { error: 'Request body too large.' }]);
});

test('a preflight from any origin is answered', async () => {
  const answer = await anon.send('OPTIONS', '/changepassword', undefined, {
    ...{
      origin: 'https://anywhere.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,newpassword',
    },
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  expect(answer.headers.get('access-control-allow-headers')).toContain('newpassword');
  expect(answer.headers.get('access-control-allow-methods')).toBe('DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT');
});

test('an old hash signs in and becomes argon2id', async () => {
  const { pbkdf2Sync } = await import('node:crypto');
  const hex = pbkdf2Sync('old password', 'SALT1234', 150000, 32, 'sha256').toString('hex');
  const person = await somebody(world, { username: 'imported' });
  await context.db.pool.query('update "user" set password_hash = $1, email = null where id = $2', [
    `pbkdf2:sha256:150000$SALT1234$${hex}`,
    person.id,
  ]);
  expect((await anon.get('/login', basic('imported', 'new password'))).status).toBe(401);
  const answer = await anon.get('/login', basic('imported', 'old password'));
  expect([answer.status, answer.body.email]).toEqual([200, 'none']);
  const { rows } = await context.db.pool.query('select password_hash from "user" where id = $1', [person.id]);
  expect(rows[0].password_hash).toMatch(/^\$argon2id\$/);
  expect((await anon.get('/login', basic('imported', 'old password'))).status).toBe(200);
});

test('without the root mount the dialect stays below /compat/dmptool', async () => {
  const apart = await startWorld({ GRANARY_COMPAT_DMPTOOL_ROOT: 'false' });
  expect((await apart.anon.get('/login')).status).toBe(404);
  expect((await apart.anon.get('/compat/dmptool/login')).status).toBe(401);
});
