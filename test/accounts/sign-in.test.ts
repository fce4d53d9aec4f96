import { decodeJwt, decodeProtectedHeader } from 'jose';
import { expect, test } from 'vitest';
import { Actor } from '../support/actor.ts';
import { signedIn, somebody, testPassword } from '../support/people.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
const { anon } = world;
const ann = await somebody(world, { username: 'ann', email: 'Ann@Example.org' });

test('a sign-in answers the five keys the clients read, with a token QGIS can decode', async () => {
  const answer = await anon.post('/auth', { email: 'ann@example.ORG', password: testPassword });
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.body).sort()).toEqual([
    'access_token',
    'expires_in',
    'refresh_token',
    'token_type',
    'user_id',
  ]);
  expect(answer.body).toMatchObject({ user_id: ann.id, expires_in: 3600, token_type: 'bearer' });
  expect(decodeProtectedHeader(answer.body.access_token).alg).toBe('RS256');
  const claims = decodeJwt(answer.body.access_token);
  expect(claims).toMatchObject({ sub: ann.id, userid: ann.id, identity: 'ann', type: 'access' });
  for (const name of ['jti', 'iat', 'nbf', 'exp', 'sid', 'auth_time']) expect(claims[name], name).toBeTruthy();
  expect(answer.headers.get('set-cookie')).toBeNull();
});

test('"email" may be the user id, in any form Python reads, or the username', async () => {
  for (const email of [ann.id, `{${ann.id}}`, ann.id.replaceAll('-', ''), `urn:uuid:${ann.id}`, 'ANN']) {
    expect((await anon.post('/auth', { email, password: testPassword })).status, email).toBe(200);
  }
});

test('a wrong, missing or further key is the same refusal as a wrong password', async () => {
  const bodies = [
    { email: ann.email, password: 'Wrong-Horse-7' },
    { email: 'nobody@example.org', password: testPassword },
    { email: ann.email },
    { email: ann.email, password: testPassword, remember: true },
    [],
    undefined,
  ];
  for (const body of bodies) {
    const answer = await anon.post('/auth', body);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Login Required"');
    expect(answer.body).toMatchObject({
      status: 401,
      status_code: 401,
      detail: 'Bad username or password',
      msg: 'Bad username or password',
      message: 'Bad username or password',
      error: 'invalid_credentials',
      error_code: 'invalid_credentials',
      description: 'Invalid credentials',
    });
  }
});

test('a protected route says what is wrong with the credential', async () => {
  const path = '/api/v1/user/me/sessions';
  const none = {
    detail: 'Authorization token required',
    error: 'authorization_required',
    description: 'Request does not contain an access token',
  };
  const bad = { detail: 'Invalid token', error: 'invalid_token', description: 'Invalid token' };
  const headers: [string, Record<string, string>][] = [
    ...['Bearer null', 'bearer undefined', 'Bearer', 'Bearer ""', ''].map((value): [string, Record<string, string>] => [
      value,
      none,
    ]),
    ...[
      'Bearer abc',
      'Bearer a.b.c',
      'Bearer a b',
      'Digest x',
      `Bearer ${ann.accessToken}x`,
      'Bearer grn_nonsense',
    ].map((value): [string, Record<string, string>] => [value, bad]),
    [`Bearer ${ann.refreshToken}`, bad],
  ];
  for (const [authorization, expected] of headers) {
    const answer = await anon.get(path, { authorization });
    expect(answer.status, authorization).toBe(401);
    expect(answer.body, authorization).toMatchObject({ status_code: 401, ...expected });
  }
  expect((await anon.get(path, { 'auth-token': ann.accessToken })).status).toBe(200);
});

test('a token signed by another key, or by no key, is refused', async () => {
  const [header, payload] = ann.accessToken.split('.');
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
  for (const token of [`${none}.${payload}.`, `${header}.${payload}.AAAA`]) {
    expect((await anon.get('/api/v1/user/me/sessions', { authorization: `Bearer ${token}` })).body.error).toBe(
      'invalid_token',
    );
  }
});

test('logout ends the session at once, for access and refresh token', async () => {
  const again = await signedIn(world, ann);
  expect((await again.post('/auth/logout')).body).toEqual({ msg: 'Successfully logged out' });
  const refused = await again.get('/api/v1/user/me/sessions');
  expect(refused.status).toBe(401);
  expect(refused.body).toMatchObject({ detail: 'Token has been revoked', error: 'token_revoked' });
  expect((await anon.post('/auth/refresh', { refresh_token: again.refreshToken })).status).toBe(401);
  expect((await ann.get('/api/v1/user/me/sessions')).status).toBe(200);
});

test('a refresh echoes the refresh token; a rotated one that comes back ends the session', async () => {
  const again = await signedIn(world, ann);
  const kept = await anon.post('/auth/refresh', { refresh_token: again.refreshToken });
  expect(kept.body).toMatchObject({ refresh_token: again.refreshToken, user_id: ann.id, expires_in: 3600 });
  const rotated = await anon.post('/auth/refresh?rotate=true', { refresh_token: again.refreshToken });
  expect(rotated.body.refresh_token).not.toBe(again.refreshToken);
  const current = new Actor(world.url, { authorization: `Bearer ${rotated.body.access_token}` });
  expect((await current.get('/api/v1/user/me/sessions')).status).toBe(200);
  const replayed = await anon.post('/auth/refresh', { refresh_token: again.refreshToken });
  expect(replayed.body).toMatchObject({ status: 401, detail: 'Invalid or expired refresh token' });
  expect((await current.get('/api/v1/user/me/sessions')).status).toBe(401);
  expect((await anon.post('/auth/refresh', {})).body).toMatchObject({
    status: 400,
    detail: 'Refresh token is required',
  });
});

test('logout-all counts the devices', async () => {
  const ben = await somebody(world, { username: 'ben' });
  await signedIn(world, ben);
  expect((await ben.post('/auth/logout-all')).body).toEqual({ msg: 'Successfully logged out from 2 devices' });
  expect((await ben.get('/api/v1/user/me/sessions')).status).toBe(401);
});

test('sessions are listed and ended one by one, and only by their owner', async () => {
  const eve = await somebody(world, { username: 'eve' });
  const second = await signedIn(world, eve);
  const list = await eve.get('/api/v1/user/me/sessions');
  expect(list.body.data).toHaveLength(2);
  expect(Object.keys(list.body.data[0]).sort()).toEqual([
    'created_at',
    'device_info',
    'expires_at',
    'id',
    'is_revoked',
    'last_used_at',
  ]);
  expect(list.body.data[0].created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  const { sid } = decodeJwt(second.accessToken);
  expect((await ann.delete(`/api/v1/user/me/sessions/${sid}`)).body).toMatchObject({
    status: 404,
    detail: 'Session not found',
  });
  expect((await eve.delete(`/api/v1/user/me/sessions/${sid}`)).body).toEqual({
    message: 'Session revoked successfully',
  });
  expect((await second.get('/api/v1/user/me/sessions')).status).toBe(401);
  await signedIn(world, eve);
  expect((await eve.delete('/api/v1/user/me/sessions')).body).toEqual({ message: 'Successfully revoked 1 sessions' });
});
