import { type Queryable, raw, sql } from '../../platform/db/index.ts';
import type { Scope } from '../rights.ts';

const clientJson =
  raw(`jsonb_build_object('id', c.id, 'name', c.name, 'client_id', c.client_id, 'secret_prefix', c.secret_prefix,
  'scopes', c.scopes, 'user_id', c.user_id, 'created_at', iso_micros(c.created_at), 'last_used_at', iso_micros(c.last_used_at),
  'expires_at', iso_micros(c.expires_at), 'revoked', c.revoked_at is not null)`);

export interface NewClient {
  id: string;
  userId: string;
  name: string;
  clientId: string;
  secretHash: Buffer;
  secretPrefix: string;
  scopes: readonly Scope[] | null;
  expiresAt: Date | null;
}

export async function insertClient(tx: Queryable, client: NewClient): Promise<Record<string, unknown>> {
  const row = await tx.one<{ client: Record<string, unknown> }>(sql`
    insert into service_client as c (id, user_id, name, client_id, secret_hash, secret_prefix, scopes, expires_at)
    values (${client.id}, ${client.userId}, ${client.name}, ${client.clientId}, ${client.secretHash},
      ${client.secretPrefix}, ${client.scopes}::text[], ${client.expiresAt})
    returning ${clientJson} as client`);
  return row.client;
}

/** The user's row is locked first, so that two requests cannot both take the last place. */
export async function countActiveClients(tx: Queryable, userId: string): Promise<number> {
  await tx.exec(sql`select 1 from "user" where id = ${userId} for update`);
  const row = await tx.one<{ count: number }>(sql`
    select count(*) from service_client
    where user_id = ${userId} and revoked_at is null and (expires_at is null or expires_at > now())`);
  return row.count;
}

export async function clientsOfUser(db: Queryable, userId: string): Promise<Record<string, unknown>[]> {
  const rows = await db.many<{ client: Record<string, unknown> }>(sql`
    select ${clientJson} as client from service_client c where c.user_id = ${userId} order by c.created_at desc`);
  return rows.map((row) => row.client);
}

/** Its tokens end with it. Undefined: not there. */
export async function revokeClient(
  tx: Queryable,
  userId: string,
  id: string,
): Promise<Record<string, unknown> | undefined> {
  const row = await tx.maybe<{ client: Record<string, unknown> }>(sql`
    update service_client c set revoked_at = coalesce(c.revoked_at, now())
    where c.user_id = ${userId} and c.id = ${id}::uuid returning ${clientJson} as client`);
  if (row === undefined) return undefined;
  await tx.exec(sql`
    update session set revoked_at = now() where service_client_id = ${id}::uuid and revoked_at is null`);
  return row.client;
}

export async function revokeClientsOfUser(tx: Queryable, userId: string): Promise<void> {
  await tx.exec(sql`update service_client set revoked_at = now() where user_id = ${userId} and revoked_at is null`);
}

export interface ClientSecret {
  id: string;
  userId: string;
  username: string;
  secretHash: Buffer;
}

/** Undefined when unknown, revoked, expired, or its owner is gone. */
export function findClient(db: Queryable, clientId: string): Promise<ClientSecret | undefined> {
  return db.maybe(sql`
    select c.id, c.user_id as "userId", u.username, c.secret_hash as "secretHash"
    from service_client c join "user" u on u.id = c.user_id and u.disabled_at is null and u.deleted_at is null
    where c.client_id = ${clientId} and c.revoked_at is null and (c.expires_at is null or c.expires_at > now())`);
}

export async function markClientUsed(tx: Queryable, id: string): Promise<void> {
  await tx.exec(sql`update service_client set last_used_at = now() where id = ${id}::uuid`);
}
