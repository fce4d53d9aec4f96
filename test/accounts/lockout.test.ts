import { expect, test } from 'vitest';
import { lockAfter, lockInForce } from '../../src/accounts/pure/lockout.ts';
import { networkOf } from '../../src/accounts/pure/network-of.ts';
import { somebody, testPassword } from '../support/people.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
const { anon, context } = world;
const wrong = { password: 'Wrong-Horse-7' };

async function fail(email: string, times: number) {
  for (let count = 0; count < times; count += 1) await anon.post('/auth', { email, ...wrong });
}
const expireLock = (name: string) =>
  context.db.pool.query(`update sign_in_failure set locked_until = now() - interval '1 second' where name = $1`, [
    name,
  ]);
const failuresOf = async (name: string) =>
  (await context.db.pool.query('select failures from sign_in_failure where name = $1', [name])).rows[0]?.failures;

test('the fifth failure locks for 15 minutes; what is tried meanwhile is neither checked nor counted', async () => {
  const ann = await somebody(world, { username: 'ann' });
  await fail(ann.email, 4);
  const fifth = await anon.post('/auth', { email: ann.email, ...wrong });
  const text =
    'Your account has been temporarily locked after 5 failed login attempts. Please try again in 15 minute(s).';
  expect(fifth.status).toBe(401);
  expect(fifth.body).toMatchObject({
    ...{
      status_code: 401,
      error: 'account_locked',
      error_code: 'account_locked',
      detail: text,
      msg: text,
      message: text,
    },
    ...{ minutes_remaining: 15, requires_password_reset: false },
  });
  const right = await anon.post('/auth', { email: ann.email.toUpperCase(), password: testPassword });
  expect(right.body).toMatchObject({
    error: 'account_locked',
    detail: 'Your account is temporarily locked. Please try again in 15 minute(s).',
  });
  expect(await failuresOf(ann.email)).toBe(5);
  await expireLock(ann.email);
  expect((await anon.post('/auth', { email: ann.email, password: testPassword })).status).toBe(200);
  expect(await failuresOf(ann.email)).toBeUndefined();
});

test('an unknown name is locked like a known one', async () => {
  await fail('nobody@example.org', 4);
  expect((await anon.post('/auth', { email: 'nobody@example.org', ...wrong })).body.error).toBe('account_locked');
});

test('the twentieth failure locks for a day and asks for a new password, which clears it', async () => {
  const ben = await somebody(world, { username: 'ben' });
  await context.db.pool.query(`insert into sign_in_failure (name, network, failures) values ($1, $2, 19)`, [
    ben.email,
    '127.0.0.1/32',
  ]);
  const twentieth = await anon.post('/auth', { email: ben.email, ...wrong });
  const text =
    'Your account is locked due to too many failed login attempts. Please reset your password to regain access.';
  expect(twentieth.body).toMatchObject({ detail: text, minutes_remaining: 1440, requires_password_reset: true });
  await anon.post(`/api/v1/user/${ben.email}/recover-password`, {});
  await world.runJobs();
  const { mailsInOutbox } = await import('../../src/platform/mail/index.ts');
  const token = /token=([\w-]+)/.exec((await mailsInOutbox(context, 1))[0]!.text!)![1];
  const reset = await anon.post('/api/v1/user/reset-password', { token, password: 'Another-Horse-8' });
  expect(reset.body).toEqual({ data: { message: 'Password reset successful' } });
  expect((await anon.post('/auth', { email: ben.email, password: 'Another-Horse-8' })).status).toBe(200);
});

test('every level of the table', () => {
  const minutes = [4, 5, 9, 10, 19, 20, 50].map((failures) => lockAfter(failures)?.minutes);
  expect(minutes).toEqual([undefined, 15, 15, 60, 60, 1440, 1440]);
  expect(lockAfter(12)!.text).toContain('after 12 failed login attempts');
  const now = new Date('2026-01-01T00:00:00Z');
  expect(lockInForce(5, new Date('2026-01-01T00:11:01Z'), now)!.minutes).toBe(12);
  expect(lockInForce(5, now, now)).toBeUndefined();
});

test('a lock holds for one IPv4 address or one IPv6 /64', () => {
  expect(networkOf('192.0.2.7')).toBe('192.0.2.7/32');
  expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7/32');
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
  expect(networkOf('2001:db8:1:2::9')).toBe(networkOf('2001:db8:1:2:ffff::'));
  expect(networkOf('unix socket')).toBe('unknown');
});
