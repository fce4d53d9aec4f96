import { join, type Queryable, raw, type Sql, sql } from '../../platform/db/index.ts';
import type { Role } from '../rights.ts';

export interface SignInUser {
  id: string;
  username: string;
  email: string | null;
  name: string;
  role: Role;
  passwordHash: string | null;
  emailVerified: boolean;
  disabled: boolean;
}

const signInColumns = raw(
  `id, username, email, name, role, password_hash as "passwordHash", email_verified as "emailVerified", disabled_at is not null as disabled`,
);
const uuidPattern = /^(?:urn:uuid:)?\{?([0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})\}?$/i;

/** Any form Python's `UUID()` reads, as PostgreSQL reads it; undefined when it is none. */
export function uuidOf(text: string): string | undefined {
  return uuidPattern.exec(text)?.[1];
}

/** By e-mail, username or id, whatever the case. An e-mail is never taken for a username. */
export function findSignIn(db: Queryable, name: string): Promise<SignInUser | undefined> {
  return db.maybe(sql`select ${signInColumns} from "user" where deleted_at is null and ${namedBy(name)}`);
}

function namedBy(name: string): Sql {
  if (name.includes('@')) return sql`lower(email) = lower(${name})`;
  const uuid = uuidOf(name);
  return uuid === undefined ? sql`lower(username) = lower(${name})` : sql`id = ${uuid}::uuid`;
}

/** `<u>` of a path: uuid or e-mail; a number for clients that know integer ids. Undefined: no such user. */
export function findUserId(
  db: Queryable,
  given: string,
): Promise<{ id: string; number: number; role: Role } | undefined> {
  const uuid = uuidOf(given);
  const by =
    uuid !== undefined
      ? sql`id = ${uuid}::uuid`
      : /^\d{1,9}$/.test(given)
        ? sql`number = ${Number(given)}`
        : sql`lower(email) = lower(${given})`;
  return db.maybe(sql`select id, number, role from "user" where deleted_at is null and ${by}`);
}

export function findUsername(db: Queryable, username: string): Promise<{ id: string; role: Role } | undefined> {
  return db.maybe(sql`select id, role from "user" where deleted_at is null and lower(username) = lower(${username})`);
}

/** Also of a disabled account: it is still whose things are. */
export function contactOfUser(db: Queryable, id: string): Promise<{ id: string; email: string | null } | undefined> {
  return db.maybe(sql`
    select id, case when disabled_at is null then email end as email from "user" where id = ${id} and deleted_at is null`);
}

export async function markSignedIn(db: Queryable, id: string): Promise<void> {
  await db.exec(sql`update "user" set last_login_at = now() where id = ${id}`);
}

export async function updatePasswordHash(db: Queryable, id: string, hash: string): Promise<void> {
  await db.exec(sql`update "user" set password_hash = ${hash}, updated_at = now() where id = ${id}`);
}

export function passwordHashOf(db: Queryable, id: string): Promise<{ passwordHash: string | null } | undefined> {
  return db.maybe(sql`select password_hash as "passwordHash" from "user" where id = ${id}`);
}

export interface NewUser {
  id: string;
  username: string;
  email: string | null;
  name: string;
  role: Role;
  passwordHash: string | null;
  country?: string | null;
  institution?: string | null;
  profile?: Record<string, unknown>;
  emailVerified?: boolean;
}

/** Which of the unique names is taken, if one is. */
export async function insertUser(tx: Queryable, user: NewUser): Promise<'inserted' | 'taken'> {
  const written = await tx.exec(sql`
    insert into "user" (id, username, email, name, role, password_hash, country, institution, profile, email_verified)
    values (${user.id}, ${user.username}, ${user.email}, ${user.name}, ${user.role}, ${user.passwordHash},
      ${user.country ?? null}, ${user.institution ?? null}, ${JSON.stringify(user.profile ?? {})}::jsonb,
      ${user.emailVerified ?? false})
    on conflict do nothing`);
  return written === 1 ? 'inserted' : 'taken';
}

export async function emailInUse(db: Queryable, email: string): Promise<boolean> {
  return (await db.maybe(sql`select 1 from "user" where lower(email) = lower(${email})`)) !== undefined;
}

export async function usernamesLike(db: Queryable, stem: string): Promise<Set<string>> {
  const rows = await db.many<{ username: string }>(
    sql`select lower(username) as username from "user" where starts_with(lower(username), lower(${stem}))`,
  );
  return new Set(rows.map((row) => row.username));
}

export async function anyUser(db: Queryable): Promise<boolean> {
  return (await db.maybe(sql`select 1 from "user" limit 1`)) !== undefined;
}

export async function lockUserTable(tx: Queryable): Promise<void> {
  await tx.exec(sql`lock table "user" in share row exclusive mode`);
}

/** Active SUPERADMINs, locked, so that two requests cannot remove the last two at once. */
export async function lockSuperadmins(tx: Queryable): Promise<string[]> {
  const rows = await tx.many<{ id: string }>(sql`
    select id from "user" where role = 'SUPERADMIN' and disabled_at is null and deleted_at is null order by id for update`);
  return rows.map((row) => row.id);
}

export interface UserChange {
  email?: string | null;
  name?: string;
  role?: Role;
  country?: string | null;
  institution?: string | null;
  emailVerified?: boolean;
  emailNotificationsEnabled?: boolean;
  maxConcurrentExecutions?: number | null;
  disabled?: boolean;
  /** Merged into what is there. */
  profile?: Record<string, unknown>;
}

export async function updateUser(tx: Queryable, id: string, change: UserChange): Promise<void> {
  const sets: Sql[] = [sql`updated_at = now()`];
  if (change.email !== undefined) sets.push(sql`email = ${change.email}`);
  if (change.name !== undefined) sets.push(sql`name = ${change.name}`);
  if (change.role !== undefined) sets.push(sql`role = ${change.role}`);
  if (change.country !== undefined) sets.push(sql`country = ${change.country}`);
  if (change.institution !== undefined) sets.push(sql`institution = ${change.institution}`);
  if (change.emailVerified !== undefined) sets.push(sql`email_verified = ${change.emailVerified}`);
  if (change.emailNotificationsEnabled !== undefined) {
    sets.push(sql`email_notifications_enabled = ${change.emailNotificationsEnabled}`);
  }
  if (change.maxConcurrentExecutions !== undefined) {
    sets.push(sql`max_concurrent_executions = ${change.maxConcurrentExecutions}`);
  }
  if (change.disabled !== undefined) {
    sets.push(change.disabled ? sql`disabled_at = coalesce(disabled_at, now())` : sql`disabled_at = null`);
  }
  if (change.profile !== undefined) sets.push(sql`profile = profile || ${JSON.stringify(change.profile)}::jsonb`);
  await tx.exec(sql`update "user" set ${join(sets)} where id = ${id}`);
}

/** Personal data goes; the row stays, because what the person did stays. */
export async function eraseUser(tx: Queryable, id: string): Promise<void> {
  await tx.exec(sql`
    update "user" set username = 'deleted-' || number, email = null, name = '', password_hash = null, country = null,
      institution = null, profile = '{}', role = 'USER', email_verified = false,
      disabled_at = coalesce(disabled_at, now()), deleted_at = now(), updated_at = now()
    where id = ${id}`);
  await tx.exec(sql`delete from identity where user_id = ${id}`);
  await tx.exec(sql`delete from user_group where user_id = (select u.number from "user" u where u.id = ${id})`);
  await tx.exec(
    sql`update project_member set until = now() where user_id = ${id} and (until is null or until > now())`,
  );
  await tx.exec(sql`update one_time_link set used_at = now() where user_id = ${id} and used_at is null`);
}

/** The eight keys every client knows (contract scripts §3.1). */
const wireKeys = `'id', u.id, 'email', u.email, 'name', u.name, 'role', u.role, 'country', u.country,
  'institution', u.institution, 'created_at', iso_micros(u.created_at), 'updated_at', iso_micros(u.updated_at)`;
const ownKeys = `'email_verified', u.email_verified, 'email_notifications_enabled', u.email_notifications_enabled,
  'last_login_at', iso_micros(u.last_login_at), 'max_concurrent_executions', u.max_concurrent_executions,
  'username', u.username`;

/** As embedded elsewhere, over the alias `u`: for other modules' statements. */
export const embeddedUser: Sql = raw(`jsonb_build_object(${wireKeys})`);
/** As its owner and administrators see it, over the alias `u`. */
const wholeUser: Sql = raw(`(jsonb_build_object(${wireKeys}, ${ownKeys}) || u.profile)`);
/** As the monitoring clients know a user (contract monitoring §3.6), over the alias `u`: field to SQL. */
const monitoringKeys = {
  id: 'u.number',
  username: 'u.username',
  first_name: `split_part(u.name, ' ', 1)`,
  last_name: `ltrim(substr(u.name, length(split_part(u.name, ' ', 1)) + 1))`,
  email: 'u.email',
  is_active: 'u.disabled_at is null',
  is_staff: `u.role <> 'USER'`,
  is_superuser: `u.role = 'SUPERADMIN'`,
};
const monitoringTimes = { last_login: 'u.last_login_at', date_joined: 'u.created_at' };

const monitoringUser: Sql = raw(
  `jsonb_build_object(${[
    ...Object.entries(monitoringKeys),
    ...Object.entries(monitoringTimes).map(([name, time]) => [name, `iso_micros(${time}) || 'Z'`]),
  ]
    .map(([name, value]) => `'${name}', ${value}`)
    .join(', ')})`,
);
/** The same as rows, with the key of the account. */
export const monitoringUsers: Sql = raw(
  `(select ${Object.entries({ ...monitoringKeys, ...monitoringTimes })
    .map(([name, value]) => `${value} as ${name}`)
    .join(', ')}, u.id as uuid from "user" u where u.deleted_at is null)`,
);

export interface UserViews {
  wire: Record<string, unknown>;
  monitoring: Record<string, unknown>;
}

export function findUserViews(db: Queryable, id: string): Promise<UserViews | undefined> {
  return db.maybe(sql`select ${wholeUser} as wire, ${monitoringUser} as monitoring from "user" u where u.id = ${id}`);
}

/** JSON texts, rendered by PostgreSQL. */
export function userList(
  db: Queryable,
  query: { where: Sql; orderBy: Sql; limit: number; offset: number },
): Promise<{ data: string; objects: string; total: number }> {
  return db.one(sql`
    with matching as (select u.* from "user" u where u.deleted_at is null and ${query.where}),
    page as (select u.*, row_number() over (order by ${query.orderBy}) as place from matching u
      order by place limit ${query.limit} offset ${query.offset})
    select coalesce(json_agg(${wholeUser} order by place), '[]')::text as data,
      coalesce(json_agg(${monitoringUser} order by place), '[]')::text as objects,
      (select count(*) from matching) as total
    from page u`);
}

export async function insertLink(
  tx: Queryable,
  link: { hash: Buffer; userId: string; expiresAt: Date },
): Promise<void> {
  await tx.exec(sql`
    insert into one_time_link (hash, user_id, purpose, expires_at)
    values (${link.hash}, ${link.userId}, 'set-password', ${link.expiresAt})`);
}

/** Takes the link: a second one at the same time finds nothing. */
export function takeLink(
  tx: Queryable,
  hash: Buffer,
): Promise<{ userId: string; username: string; email: string | null } | undefined> {
  return tx.maybe(sql`
    update one_time_link l set used_at = now() from "user" u
    where l.hash = ${hash} and l.used_at is null and l.expires_at > now() and u.id = l.user_id
      and u.deleted_at is null and u.disabled_at is null
    returning u.id as "userId", u.username, u.email`);
}

export function findIdentity(db: Queryable, issuer: string, subject: string): Promise<SignInUser | undefined> {
  return db.maybe(sql`
    select ${signInColumns} from "user" where deleted_at is null
      and id = (select user_id from identity where issuer = ${issuer} and subject = ${subject})`);
}

export async function insertIdentity(
  tx: Queryable,
  identity: { issuer: string; subject: string; userId: string },
): Promise<void> {
  await tx.exec(sql`
    insert into identity (issuer, subject, user_id) values (${identity.issuer}, ${identity.subject}, ${identity.userId})`);
}
