import { createPublicKey } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, importSPKI, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { Actor } from '../support/actor.ts';
import { projectOf, signedIn, somebody, testPassword } from '../support/people.ts';
import { startWorld } from '../support/world.ts';

const page = 'https://page.example.org';
const world = await startWorld({ CORS_ORIGINS: page });
const { anon, context, url } = world;
const ann = await somebody(world, { username: 'ann' });
const boss = await somebody(world, { username: 'boss', role: 'SUPERADMIN' });
const bearer = (token: string) => new Actor(url, { authorization: `Bearer ${token}` });

test('a personal access token is shown once, kept hashed, listed without its secret, and ends when revoked', async () => {
  const made = await ann.post('/api/v1/token', { name: 'laptop', expires_in_days: 30 });
  expect(made.status).toBe(201);
  expect(made.body.token).toMatch(/^grn_[\w-]{43}$/);
  const robot = bearer(made.body.token);
  expect((await robot.get('/api/v1/user/me')).body.data.id).toBe(ann.id);
  expect((await anon.get('/api/v1/user/me', { authorization: `ApiKey ann:${made.body.token}` })).status).toBe(200);
  const list = await ann.get('/api/v1/token');
  expect(list.text).not.toContain(made.body.token);
  expect(list.body.objects[0]).toMatchObject({ name: 'laptop', prefix: made.body.token.slice(0, 10), revoked: false });
  const { rows } = await context.db.pool.query('select t::text as row from personal_access_token t');
  expect(rows[0].row).not.toContain(made.body.token.slice(10));
  expect((await boss.get(`/api/v1/token/${made.body.id}`)).status).toBe(404);
  expect((await boss.delete(`/api/v1/token/${made.body.id}`)).status).toBe(404);
  expect((await ann.delete(`/api/v1/token/${made.body.id}`)).status).toBe(204);
  expect((await robot.get('/api/v1/user/me')).body.error).toBe('token_revoked');
});

test('a token is narrowed to places there can be', async () => {
  for (const id of [99999999999, -99999999999, 1.5]) {
    const refused = await ann.post('/api/v1/token', { name: 'x', location_ids: [1, id] });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/location_ids/1']);
  }
  expect((await ann.post('/api/v1/token', { name: 'x', location_ids: [2_147_483_647] })).status).toBe(201);
});

test('a token that has expired says so', async () => {
  const made = await ann.post('/api/v1/token', { name: 'old', expires_in_days: 1 });
  await context.db.pool.query(`update personal_access_token set expires_at = now() where id = $1`, [made.body.id]);
  expect((await bearer(made.body.token).get('/api/v1/user/me')).body).toMatchObject({
    status: 401,
    error: 'token_expired',
    description: 'Signature has expired',
  });
});

test('a token is narrowed to verbs, resources, rights and projects', async () => {
  const inside = await projectOf(world, ann);
  const outside = await projectOf(world, ann);
  const make = async (narrowing: object) =>
    bearer((await ann.post('/api/v1/token', { name: 'n', ...narrowing })).body.token);
  const reader = await make({ verbs: ['GET'] });
  expect((await reader.get(`/api/v1/project/${inside}`)).status).toBe(200);
  expect((await reader.patch(`/api/v1/project/${inside}`, { title: 'X' })).body).toMatchObject({
    status: 403,
    code: 'token_narrowed',
  });
  const calculated = await reader.get('/api/v1/cache_meta');
  expect([calculated.status, calculated.body.code], 'a GET that does something').toEqual([403, 'token_narrowed']);
  const groups = await make({ resources: ['group'] });
  expect((await groups.get('/api/v1/group')).status).toBe(200);
  expect((await groups.get('/api/v1/project')).status).toBe(403);
  expect((await groups.get('/auth/check')).body.authenticated, 'a narrowed token is no login elsewhere').toBe(false);
  expect((await groups.delete('/logout')).status).toBe(403);
  const fenced = await make({ project_ids: [inside] });
  expect((await fenced.get('/api/v1/project')).body.objects.map((project: { id: string }) => project.id)).toEqual([
    inside,
  ]);
  expect((await fenced.get(`/api/v1/project/${outside}`)).status).toBe(404);
  expect((await fenced.patch(`/api/v1/project/${inside}`, { title: 'Fenced' })).status).toBe(202);
  expect((await fenced.post('/api/v1/project', { title: 'New' })).status).toBe(403);
  const bad = await ann.post('/api/v1/token', { name: 'n', rights: ['project.raed'] });
  expect([bad.status, bad.body.errors[0].pointer]).toEqual([400, '/rights/0']);
});

test('a service client: secret once, its scopes and no more, tokens end with it', async () => {
  const refused = async (body: object) => (await ann.post('/oauth/clients', body)).body.detail;
  expect(await refused({})).toBe('Missing required field: name');
  expect(await refused({ name: 'x', expires_in_days: 0 })).toBe('expires_in_days must be a positive integer');
  expect(await refused({ name: 'x', scopes: ['x'] })).toBe(
    'Invalid scope(s): x. Valid scopes: all, execution:read, execution:write, script:read, script:write, user:read, user:write, boundary:read, stats:read',
  );
  const made = await boss.post('/oauth/clients', { name: 'robot', scopes: ['script:read'] });
  expect(made.status).toBe(201);
  expect(Object.keys(made.body.data).sort()).toEqual(
    [
      'client_id',
      'client_secret',
      'created_at',
      'expires_at',
      'id',
      'last_used_at',
      'name',
      'revoked',
      'scopes',
      'secret_prefix',
      'user_id',
    ].sort(),
  );
  const { client_id, client_secret, id } = made.body.data;
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret });
  const token = await anon.post('/oauth/token', form);
  expect(token.body).toMatchObject({ token_type: 'bearer', expires_in: 1800 });
  const robot = bearer(token.body.access_token);
  expect((await robot.get('/api/v1/user')).body).toMatchObject({
    status: 403,
    detail: 'Insufficient scope. Required: user:read',
  });
  const json = await anon.post('/oauth/token', { grant_type: 'client_credentials', client_id, client_secret });
  expect(json.status).toBe(200);
  const basic = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
  expect(
    (
      await anon.post('/oauth/token', new URLSearchParams({ grant_type: 'client_credentials' }), {
        authorization: basic,
      })
    ).status,
  ).toBe(200);
  const cases: [object, number, object][] = [
    [
      { grant_type: 'password' },
      400,
      { error: 'unsupported_grant_type', error_description: 'Only grant_type=client_credentials is supported' },
    ],
    [
      { grant_type: 'client_credentials' },
      400,
      { error: 'invalid_request', error_description: 'client_id and client_secret are required' },
    ],
    [
      { grant_type: 'client_credentials', client_id, client_secret: 'x' },
      401,
      { error: 'invalid_client', error_description: 'Invalid client credentials' },
    ],
    [
      { grant_type: 'client_credentials', client_id: 'x', client_secret: 'x' },
      401,
      { error: 'invalid_client', error_description: 'Invalid client credentials' },
    ],
  ];
  for (const [body, status, answer] of cases) {
    const got = await anon.post('/oauth/token', body);
    expect([got.status, got.body]).toEqual([status, answer]);
  }
  expect((await boss.get('/oauth/clients')).text).not.toContain(client_secret);
  expect((await ann.delete(`/oauth/clients/${id}`)).body).toMatchObject({
    status: 404,
    detail: 'Service client not found',
  });
  expect((await boss.delete(`/oauth/clients/${id}`)).body.data.revoked).toBe(true);
  expect((await robot.get('/api/v1/user/me')).body.error).toBe('token_revoked');
  expect((await anon.post('/oauth/token', form)).status).toBe(401);
});

test('ten service clients, also when two are asked for at once', async () => {
  const ben = await somebody(world);
  for (let count = 0; count < 9; count += 1) await ben.post('/oauth/clients', { name: `c${count}` });
  const answers = await Promise.all([1, 2].map(() => ben.post('/oauth/clients', { name: 'last' })));
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 400]);
  expect(answers.find((answer) => answer.status === 400)!.body.detail).toBe(
    'Maximum of 10 active service clients reached. Revoke an existing client first.',
  );
});

test('a browser session: HttpOnly cookie, and no write without the CSRF token', async () => {
  const login = await anon.post('/api/v1/session', { username: ann.email, password: testPassword });
  expect(login.body).toMatchObject({ authenticated: true, user: { id: ann.id } });
  const cookies = login.headers.getSetCookie();
  expect(cookies.find((text) => text.startsWith('granary_session='))).toMatch(/HttpOnly; SameSite=Lax/);
  const cookie = cookies.map((text) => text.split(';')[0]).join('; ');
  const browser = new Actor(url, { cookie });
  expect((await browser.get('/api/v1/user/me')).body.data.id).toBe(ann.id);
  expect((await browser.patch('/api/v1/user/me', { country: 'KE' })).body).toMatchObject({
    status: 403,
    code: 'csrf_token_required',
  });
  const token = (await browser.get('/api/v1/session')).body.csrf_token;
  expect(cookie).toContain(`csrftoken=${token}`);
  for (const name of ['x-csrf-token', 'x-csrftoken']) {
    expect((await browser.patch('/api/v1/user/me', { country: 'KE' }, { [name]: token })).status).toBe(200);
  }
  expect((await browser.patch('/api/v1/user/me', { country: 'KE' }, { 'x-csrf-token': `${token}x` })).status).toBe(403);
  expect((await browser.delete('/login', undefined)).status, 'the dmptool dialect ignores cookies').toBe(405);
  expect((await browser.delete('/logout')).body).toEqual({ msg: 'Missing Authorization Header' });
  expect((await browser.get('/auth/check', { origin: 'https://evil.example' })).body.authenticated).toBe(false);
  expect((await browser.delete('/api/v1/session', undefined, { 'x-csrf-token': token })).body).toEqual({
    authenticated: false,
  });
  expect((await browser.get('/api/v1/user/me')).status).toBe(401);
  expect((await browser.get('/api/v1/session')).body.authenticated).toBe(false);
});

test('form login of the monitoring clients', async () => {
  const form = new URLSearchParams({ username: 'ann', password: testPassword, next: '/app/places' });
  const answer = await anon.post('/accounts/login/', form);
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/app/places']);
  for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example']) {
    form.set('next', next);
    expect((await anon.post('/accounts/login/', form)).headers.get('location'), next).toBe('/');
  }
  form.set('password', 'wrong');
  expect((await anon.post('/accounts/login/', form)).status).toBe(401);
});

test('a browser that signs in by /auth gets the download cookie, which opens nothing else', async () => {
  const answer = await anon.post('/auth', { email: ann.email, password: testPassword }, { origin: page });
  const cookie = answer.headers.get('set-cookie')!;
  expect(cookie).toMatch(/^granary_dl=.*HttpOnly; SameSite=Lax/);
  expect((await anon.get('/api/v1/user/me', { cookie: cookie.split(';')[0]! })).status).toBe(401);
});

test('the keys of the auth server verify our tokens', async () => {
  const pem = await anon.get('/auth/public-key');
  expect(pem.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(createPublicKey(pem.text).asymmetricKeyType).toBe('rsa');
  const byPem = await jwtVerify(ann.accessToken, await importSPKI(pem.text, 'RS256'));
  const jwks = (await anon.get('/.well-known/jwks.json')).body;
  const byJwks = await jwtVerify(ann.accessToken, createLocalJWKSet(jwks));
  expect(byPem.payload.userid).toBe(ann.id);
  expect(byJwks.payload.sub).toBe(ann.id);
  expect(JSON.stringify(jwks)).not.toContain('"d"');
});

test('/auth/check and /auth/authorize, always 200', async () => {
  const out = await anon.get('/auth/check?next=https://page.example.org/back');
  expect(out.body).toEqual({
    authenticated: false,
    providers: { granary: { url: expect.stringContaining('/auth/login?next=https%3A%2F%2Fpage.example.org%2Fback') } },
  });
  for (const answer of [
    await anon.get('/auth/check', { 'auth-token': ann.accessToken }),
    await anon.get(`/auth/check?jwt=${ann.accessToken}`),
  ]) {
    expect(answer.body).toEqual({
      authenticated: true,
      profile: {
        id: ann.id,
        name: 'ann',
        email: ann.email,
        avatar_url: '',
        username: 'ann',
        join_date: expect.any(String),
      },
    });
  }
  expect((await anon.get('/auth/check?jwt=nonsense')).body.authenticated).toBe(false);
  expect((await anon.get('/auth/authorize?service=source')).body).toEqual({ permissions: {} });
  const granted = await ann.get('/auth/authorize?service=source');
  expect(granted.body).toMatchObject({ userid: ann.id, permissions: { max_dataset_num: 1000 }, service: 'source' });
  expect(decodeJwt(granted.body.token)).toMatchObject({
    userid: ann.id,
    permissions: { max_dataset_num: 1000 },
    service: 'source',
  });
  expect((await bearer(granted.body.token).get('/api/v1/user/me')).status, 'a service token is no access token').toBe(
    401,
  );
  expect((await ann.get('/auth/authorize?service=other')).body.permissions).toEqual({});
  const project = await projectOf(world, ann);
  const owned = await ann.get(`/auth/authorize?service=source&owner=${project}`);
  expect(decodeJwt(owned.body.token)).toMatchObject({ userid: project, sub: ann.id });
  expect((await boss.get(`/auth/authorize?service=source&owner=${await projectOf(world, ann)}`)).status).toBe(200);
  const stranger = await somebody(world);
  expect((await stranger.get(`/auth/authorize?service=source&owner=${project}`)).body.userid).toBe(stranger.id);
});

test('after login the browser goes on with a login token, to listed pages only', async () => {
  const login = await anon.post('/api/v1/session', { username: 'ann', password: testPassword });
  const browser = new Actor(url, {
    cookie: login.headers
      .getSetCookie()
      .map((text) => text.split(';')[0])
      .join('; '),
  });
  const sent = await browser.get(`/auth/login?next=${encodeURIComponent(`${page}/back?x=1`)}`);
  const target = new URL(sent.headers.get('location')!);
  expect([target.origin, target.searchParams.get('x')]).toEqual([page, '1']);
  const token = target.searchParams.get('jwt')!;
  expect(decodeJwt(token).exp! - decodeJwt(token).iat!).toBe(14 * 24 * 3600);
  expect((await anon.get(`/auth/check?jwt=${token}`)).body.authenticated).toBe(true);
  expect((await browser.get('/auth/login?next=https://evil.example/')).headers.get('location')).toBe('/');
  const first = await anon.get(`/auth/login?next=${encodeURIComponent(`${page}/back`)}`);
  expect(first.headers.get('location')).toMatch(/^\/app\/sign-in\?next=/);
});

test('rate limits: per window, with headers, apart for a user and an address, lifted by a SUPERADMIN', async () => {
  const limited = await startWorld({ GRANARY_RATE_LIMIT: '3' });
  const boss = await somebody(limited, { role: 'SUPERADMIN' });
  const eve = await somebody(limited);
  for (const left of ['2', '1', '0']) {
    const answer = await limited.anon.get('/api/v1/session');
    expect([
      answer.status,
      answer.headers.get('x-ratelimit-limit'),
      answer.headers.get('x-ratelimit-remaining'),
    ]).toEqual([200, '3', left]);
  }
  const refused = await limited.anon.get('/api/v1/session');
  expect(refused.status).toBe(429);
  expect(refused.body).toMatchObject({
    detail: 'Rate limit exceeded. Please try again later.',
    error_code: 'RATE_LIMIT_EXCEEDED',
  });
  expect(Number(refused.headers.get('retry-after'))).toBe(refused.body.retry_after);
  expect((await limited.anon.get('/livez')).status).toBe(200);
  for (let count = 0; count < 3; count += 1) expect((await eve.get('/api/v1/user/me')).status).toBe(200);
  expect((await eve.get('/api/v1/user/me')).status).toBe(429);
  for (let count = 0; count < 5; count += 1) expect((await boss.get('/api/v1/user/me')).status).toBe(200);
  expect((await boss.post(`/api/v1/rate-limit/reset/${eve.id}`)).status).toBe(200);
  expect((await eve.get('/api/v1/user/me')).status).toBe(200);
  expect((await boss.post('/api/v1/rate-limit/reset/nobody')).body).toMatchObject({
    status: 404,
    detail: 'No rate limit found for identifier: nobody',
  });
  expect((await eve.post('/api/v1/rate-limit/reset')).body).toMatchObject({
    status: 403,
    detail: 'Superadmin access required',
  });
  expect((await boss.post('/api/v1/rate-limit/reset')).body).toEqual({ message: 'All rate limits have been reset.' });
  expect((await limited.anon.post('/api/v1/user/nobody@a.org/recover-password')).status).toBe(200);
  expect((await limited.anon.post('/api/v1/user/nobody@a.org/recover-password')).status).toBe(429);
  await limited.runJobs();
});

test('two processes make one signing key, and each verifies what the other signed', async () => {
  const first = await startWorld();
  const { openContext } = await import('../../src/platform/open-context.ts');
  const { keyRing } = await import('../../src/accounts/keys/key-ring.ts');
  const dbUrl = (first.context.db.pool.options as { connectionString: string }).connectionString;
  const second = await openContext(first.context.config, first.context.log, dbUrl);
  const rings = await Promise.all([keyRing(first.context), keyRing(second)]);
  await second.close();
  expect(rings[0].kid).toBe(rings[1].kid);
});

test('the first administrator is made once, whoever starts first', async () => {
  const fresh = await startWorld();
  const { ensureFirstAdmin } = await import('../../src/accounts/index.ts');
  const both = await Promise.all([ensureFirstAdmin(fresh.context), ensureFirstAdmin(fresh.context)]);
  const made = both.filter((admin) => admin.created);
  expect(made).toHaveLength(1);
  expect(made[0]!.email).toBe('admin@localhost.localdomain');
  const answer = await fresh.anon.post('/auth', { email: made[0]!.email, password: made[0]!.password });
  expect(answer.status).toBe(200);
  expect((await bearer(answer.body.access_token).get('/x')).status).toBe(404);
  expect(await ensureFirstAdmin(fresh.context)).toEqual({ email: 'admin@localhost.localdomain', created: false });
});

test('signing out everywhere reaches the browser session too', async () => {
  const login = await anon.post('/api/v1/session', { username: 'ann', password: testPassword });
  const browser = new Actor(url, {
    cookie: login.headers
      .getSetCookie()
      .map((text) => text.split(';')[0])
      .join('; '),
  });
  const again = await signedIn(world, ann);
  await again.post('/auth/logout-all');
  expect((await browser.get('/api/v1/session')).body.authenticated).toBe(false);
});
