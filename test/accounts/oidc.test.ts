import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { afterAll, expect, test } from 'vitest';
import { Actor } from '../support/actor.ts';
import { somebody } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

// A real provider in this process; only its sign-in page is answered for the person, by `login`.
let handle: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
const server = createServer((request, response) => handle(request, response));
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(() => new Promise<void>((closed) => server.close(() => closed())));

const settings = {
  GRANARY_OIDC_ISSUER: issuer,
  GRANARY_OIDC_CLIENT_ID: 'granary',
  GRANARY_OIDC_CLIENT_SECRET: 'secret',
};
const world = await startWorld(settings);
const linking = await startWorld({ ...settings, GRANARY_OIDC_LINK_BY_EMAIL: 'true' });

const people: Record<string, { email: string; verified: boolean }> = {
  s1: { email: 'new.person@example.org', verified: true },
  s2: { email: 'known@example.org', verified: true },
  s3: { email: 'known@example.org', verified: false },
};
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'granary',
      client_secret: 'secret',
      redirect_uris: [`${world.url}/auth/oidc/callback`, `${linking.url}/auth/oidc/callback`],
    },
  ],
  claims: { email: ['email', 'email_verified'], profile: ['name'], openid: ['sub'] },
  findAccount: (_context: unknown, id: string) => ({
    accountId: id,
    claims: () => ({ sub: id, email: people[id]!.email, email_verified: people[id]!.verified, name: 'New Person' }),
  }),
});
handle = provider.callback();

/** Goes where the redirects lead, with one jar for both hosts, and signs in as `subject` on the provider's page. */
async function login(at: World, subject: string, start = '/auth/oidc/login?next=/app/projects') {
  const jar = new Map<string, string>();
  let url = `${at.url}${start}`;
  for (let hops = 0; hops < 12; hops += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const interaction = /\/interaction\/([^/?]+)$/.exec(url);
    const form =
      interaction === null
        ? {}
        : {
            method: 'POST',
            body: new URLSearchParams({ prompt: jar.has('step') ? 'consent' : 'login', login: subject, password: 'x' }),
          };
    if (interaction !== null) jar.set('step', '1');
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie }, ...form });
    for (const set of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set)!;
      if (value === '') jar.delete(name!);
      else jar.set(name!, value!);
    }
    const location = answer.headers.get('location');
    const body = answer.status >= 400 ? ((await answer.json()) as { code: string }) : undefined;
    if (location === null || new URL(location, url).pathname.startsWith('/app/'))
      return { answer, location, body, jar, url };
    url = new URL(location, url).toString();
  }
  throw new Error('too many redirects');
}

test('somebody new gets an account, a session and is sent on; the second time it is the same account', async () => {
  const first = await login(world, 's1');
  expect(first.location).toBe('/app/projects');
  const browser = new Actor(world.url, { cookie: `granary_session=${first.jar.get('granary_session')}` });
  const me = (await browser.get('/api/v1/user/me')).body.data;
  expect(me).toMatchObject({ email: 'new.person@example.org', name: 'New Person', email_verified: true, role: 'USER' });
  const second = await login(world, 's1');
  const again = new Actor(world.url, { cookie: `granary_session=${second.jar.get('granary_session')}` });
  expect((await again.get('/api/v1/user/me')).body.data.id).toBe(me.id);
});

test('an account with the same e-mail is taken only where the setting says so and both sides have verified it', async () => {
  const there = await somebody(world, { email: 'known@example.org' });
  expect((await login(world, 's2')).body).toMatchObject({ status: 403, code: 'oidc_account_exists' });
  const known = await somebody(linking, { email: 'known@example.org' });
  expect((await login(linking, 's2')).body?.code, 'our side has not verified it').toBe('oidc_account_exists');
  await linking.context.db.pool.query('update "user" set email_verified = true');
  expect((await login(linking, 's3')).body?.code, 'the provider has not verified it').toBe('oidc_account_exists');
  const linked = await login(linking, 's2');
  const browser = new Actor(linking.url, { cookie: `granary_session=${linked.jar.get('granary_session')}` });
  expect((await browser.get('/api/v1/user/me')).body.data.id).toBe(known.id);
  expect(there.id).not.toBe(known.id);
  await linking.context.db.pool.query('update "user" set disabled_at = now() where id = $1', [known.id]);
  expect((await login(linking, 's2')).body).toMatchObject({ status: 401, code: 'oidc_failed' });
});

test('an answer that this browser did not ask for is refused', async () => {
  const bare = await world.anon.get('/auth/oidc/callback?code=x&state=y');
  expect(bare.body).toMatchObject({ status: 401, code: 'oidc_failed' });
  const begun = await world.anon.get('/auth/oidc/login?next=https://evil.example');
  const cookie = begun.headers.get('set-cookie')!.split(';')[0]!;
  const forged = await world.anon.get('/auth/oidc/callback?code=x&state=y', { cookie });
  expect(forged.body).toMatchObject({ status: 401, code: 'oidc_failed' });
  const sent = new URL(begun.headers.get('location')!);
  for (const name of ['state', 'nonce', 'code_challenge']) expect(sent.searchParams.get(name), name).toBeTruthy();
  expect(sent.searchParams.get('code_challenge_method')).toBe('S256');
});

test('a provider that is away is a 503, and none at all a 404', async () => {
  const away = await startWorld({ ...settings, GRANARY_OIDC_ISSUER: 'http://127.0.0.1:9' });
  expect((await away.anon.get('/auth/oidc/login')).body).toMatchObject({ status: 503, code: 'oidc_unavailable' });
  const none = await startWorld();
  expect((await none.anon.get('/auth/oidc/login')).status).toBe(404);
});
