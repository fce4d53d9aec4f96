import type pg from 'pg';
import { type Queryable, sql } from '../../platform/db/index.ts';
import type { ProjectRole, Role, Scope } from '../rights.ts';
import { shareLookups } from './share-lookups.ts';

/** What one statement says about the bearer of a credential. */
export interface Bearer {
  sessionId: string | null;
  tokenId: string | null;
  revoked: boolean;
  expired: boolean;
  gone: boolean;
  authTime: Date | null;
  stale: boolean;
  userId: string;
  number: number;
  username: string;
  email: string | null;
  role: Role;
  memberships: [string, ProjectRole][];
  scopes: Scope[] | null;
  clientId: string | null;
  rights: string[] | null;
  verbs: string[] | null;
  resources: string[] | null;
  projectIds: string[] | null;
  locationIds: number[] | null;
}

/**
 * The whole of authentication in one prepared statement: session or token, person, memberships (one's own and one's
 * groups'), narrowing. Named, so that each connection plans it once: 0.2 ms with 20
 * memberships, where an empty statement takes 0.04 ms.
 */
function bearerStatement(name: string, from: string, columns: string): { name: string; text: string } {
  return {
    name,
    text: `
    select ${columns}, u.id as "userId", u.number, u.username, u.email, u.role,
      (u.disabled_at is not null or u.deleted_at is not null) as gone,
      array(select json_build_array(m.project_id, m.role)
        from project_member m join project p on p.id = m.project_id and p.deleted_at is null
        where m.since <= now() and (m.until is null or m.until > now())
          and (m.user_id = u.id or m.group_id in (select g.group_id from user_group g where g.user_id = u.number))
      ) as memberships
    from ${from}`,
  };
}

const sessionColumns = `
  s.id as "sessionId", null as "tokenId", s.revoked_at is not null as revoked, s.expires_at <= now() as expired,
  s.auth_time as "authTime", s.last_used_at < now() - interval '10 minutes' as stale, c.client_id as "clientId",
  c.scopes, null as rights, null as verbs, null as resources, null as "projectIds", null as "locationIds"`;
const sessionFrom = `session s join "user" u on u.id = s.user_id left join service_client c on c.id = s.service_client_id`;

const bySession = bearerStatement(
  'bearer-by-session',
  `${sessionFrom} where s.id = $1 and s.user_id = $2`,
  sessionColumns,
);
const byCookie = bearerStatement('bearer-by-cookie', `${sessionFrom} where s.cookie_hash = $1`, sessionColumns);
const byToken = bearerStatement(
  'bearer-by-token',
  `personal_access_token t join "user" u on u.id = t.user_id where t.hash = $1`,
  `null as "sessionId", t.id as "tokenId", t.revoked_at is not null as revoked,
   (t.expires_at is not null and t.expires_at <= now()) as expired, null as "authTime",
   (t.last_used_at is null or t.last_used_at < now() - interval '10 minutes') as stale,
   null as "clientId", null as scopes, t.rights, t.verbs, t.resources, t.project_ids::text[] as "projectIds",
   t.location_ids as "locationIds"`,
);

const sharedOf = new WeakMap<pg.Pool, ReturnType<typeof shareLookups<Bearer | undefined>>>();

function bearer(
  pool: pg.Pool,
  statement: { name: string; text: string },
  values: (string | Buffer)[],
): Promise<Bearer | undefined> {
  const share = sharedOf.get(pool) ?? shareLookups<Bearer | undefined>();
  sharedOf.set(pool, share);
  const key = [statement.name, ...values.map((value) => value.toString('base64'))].join(' ');
  return share(key, async () => (await pool.query<Bearer>({ ...statement, values })).rows[0]);
}

export const bearerOfSession = (pool: pg.Pool, sessionId: string, userId: string) =>
  bearer(pool, bySession, [sessionId, userId]);
export const bearerOfCookie = (pool: pg.Pool, hash: Buffer) => bearer(pool, byCookie, [hash]);
export const bearerOfToken = (pool: pg.Pool, hash: Buffer) => bearer(pool, byToken, [hash]);

/** Of a person, for work done on their behalf without a request. */
const byUser = bearerStatement(
  'bearer-by-user',
  `"user" u where u.id = $1`,
  `null as "sessionId", null as "tokenId", false as revoked, false as expired, null as "authTime", false as stale,
   null as "clientId", null as scopes, null as rights, null as verbs, null as resources, null as "projectIds",
   null as "locationIds"`,
);
export const bearerOfUser = (pool: pg.Pool, userId: string) => bearer(pool, byUser, [userId]);

export async function markSessionUsed(db: Queryable, id: string): Promise<void> {
  await db.exec(sql`update session set last_used_at = now() where id = ${id}`);
}

export async function markTokenUsed(db: Queryable, id: string): Promise<void> {
  await db.exec(sql`update personal_access_token set last_used_at = now() where id = ${id}`);
}

export interface NewSession {
  id: string;
  userId: string;
  kind: 'password' | 'oidc' | 'client' | 'link';
  serviceClientId: string | null;
  cookieHash: Buffer | null;
  refreshHash: Buffer | null;
  deviceInfo: string | null;
  authTime: Date;
  expiresAt: Date;
}

export async function insertSession(tx: Queryable, session: NewSession): Promise<void> {
  await tx.exec(sql`
    insert into session (id, user_id, kind, service_client_id, cookie_hash, device_info, auth_time, expires_at)
    values (${session.id}, ${session.userId}, ${session.kind}, ${session.serviceClientId}, ${session.cookieHash},
      ${session.deviceInfo}, ${session.authTime}, ${session.expiresAt})`);
  if (session.refreshHash !== null) {
    await tx.exec(sql`insert into refresh_token (hash, session_id) values (${session.refreshHash}, ${session.id})`);
  }
}

export interface RefreshRow {
  sessionId: string;
  userId: string;
  username: string;
  authTime: Date;
  replaced: boolean;
  revoked: boolean;
  expired: boolean;
  gone: boolean;
  expiresAt: Date;
}

/** Locks the session, so that two rotations at once cannot both succeed. */
export function findRefreshToken(tx: Queryable, hash: Buffer): Promise<RefreshRow | undefined> {
  return tx.maybe(sql`
    select s.id as "sessionId", s.user_id as "userId", u.username, s.auth_time as "authTime",
      r.replaced_at is not null as replaced, s.revoked_at is not null as revoked, s.expires_at <= now() as expired,
      (u.disabled_at is not null or u.deleted_at is not null) as gone, s.expires_at as "expiresAt"
    from refresh_token r join session s on s.id = r.session_id join "user" u on u.id = s.user_id
    where r.hash = ${hash} for update of s, r`);
}

export async function replaceRefreshToken(
  tx: Queryable,
  oldHash: Buffer,
  newHash: Buffer,
  sessionId: string,
): Promise<void> {
  await tx.exec(sql`update refresh_token set replaced_at = now() where hash = ${oldHash}`);
  await tx.exec(sql`insert into refresh_token (hash, session_id) values (${newHash}, ${sessionId})`);
}

/** True when it was still good. */
export async function revokeSession(db: Queryable, id: string, userId: string): Promise<boolean> {
  return (
    (await db.exec(sql`
      update session set revoked_at = now() where id = ${id} and user_id = ${userId} and revoked_at is null`)) > 0
  );
}

export async function revokeSessionOfRefreshToken(db: Queryable, hash: Buffer): Promise<void> {
  await db.exec(sql`
    update session set revoked_at = now()
    where revoked_at is null and id in (select session_id from refresh_token where hash = ${hash})`);
}

/** Returns how many that were still good; `except` stays. */
export function revokeSessionsOfUser(db: Queryable, userId: string, except: string | null): Promise<number> {
  return db.exec(sql`
    update session set revoked_at = now()
    where user_id = ${userId} and revoked_at is null and expires_at > now()
      and (${except}::uuid is null or id <> ${except}::uuid)`);
}

/** Rendered as contract scripts §4.2 wants them, newest first. */
export async function sessionsOfUser(db: Queryable, userId: string): Promise<unknown[]> {
  const rows = await db.many<{ session: unknown }>(sql`
    select json_build_object('id', id, 'expires_at', iso_micros(expires_at), 'created_at', iso_micros(created_at),
      'last_used_at', iso_micros(last_used_at), 'device_info', device_info, 'is_revoked', revoked_at is not null) as session
    from session where user_id = ${userId} and expires_at > now() and kind <> 'client' order by created_at desc limit 1000`);
  return rows.map((row) => row.session);
}

export function deleteSessionsEndedBefore(db: Queryable, instant: Date): Promise<number> {
  return db.exec(sql`delete from session where expires_at < ${instant} or revoked_at < ${instant}`);
}

export interface FailureRow {
  failures: number;
  lockedUntil: Date | null;
}

export function findFailures(db: Queryable, name: string, network: string): Promise<FailureRow | undefined> {
  return db.maybe(sql`
    select failures, locked_until as "lockedUntil" from sign_in_failure where name = ${name} and network = ${network}`);
}

export async function countFailure(db: Queryable, name: string, network: string): Promise<number> {
  const row = await db.one<{ failures: number }>(sql`
    insert into sign_in_failure as f (name, network, failures) values (${name}, ${network}, 1)
    on conflict (name, network) do update set failures = f.failures + 1, updated_at = now() returning failures`);
  return row.failures;
}

export async function lockSignIn(db: Queryable, name: string, network: string, until: Date): Promise<void> {
  await db.exec(sql`
    update sign_in_failure set locked_until = greatest(locked_until, ${until}::timestamptz)
    where name = ${name} and network = ${network}`);
}

/** Of one network after a success, of all after a password reset. */
export async function deleteFailures(db: Queryable, names: string[], network: string | null): Promise<void> {
  await db.exec(sql`
    delete from sign_in_failure where name = any(${names}::text[]) and (${network}::text is null or network = ${network})`);
}

export function deleteFailuresBefore(db: Queryable, instant: Date): Promise<number> {
  return db.exec(sql`delete from sign_in_failure where updated_at < ${instant}`);
}
