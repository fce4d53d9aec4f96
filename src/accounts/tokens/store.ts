import { type Queryable, sql } from '../../platform/db/index.ts';

export interface NewToken {
  id: string;
  userId: string;
  name: string;
  prefix: string;
  hash: Buffer;
  rights: string[] | null;
  verbs: string[] | null;
  resources: string[] | null;
  projectIds: string[] | null;
  locationIds: number[] | null;
  expiresAt: Date | null;
}

export async function insertToken(tx: Queryable, token: NewToken): Promise<void> {
  await tx.exec(sql`
    insert into personal_access_token
      (id, user_id, name, prefix, hash, rights, verbs, resources, project_ids, location_ids, expires_at)
    values (${token.id}, ${token.userId}, ${token.name}, ${token.prefix}, ${token.hash}, ${token.rights}::text[],
      ${token.verbs}::text[], ${token.resources}::text[], ${token.projectIds}::uuid[], ${token.locationIds}::integer[],
      ${token.expiresAt})`);
}

/** Never the hash. Newest first. */
export async function tokensOfUser(db: Queryable, userId: string, id?: string): Promise<Record<string, unknown>[]> {
  const rows = await db.many<{ token: Record<string, unknown> }>(sql`
    select json_build_object('id', id, 'name', name, 'prefix', prefix, 'rights', rights, 'verbs', verbs,
      'resources', resources, 'project_ids', project_ids, 'location_ids', location_ids,
      'created_at', iso_micros(created_at) || 'Z', 'last_used_at', iso_micros(last_used_at) || 'Z',
      'expires_at', iso_micros(expires_at) || 'Z', 'revoked', revoked_at is not null) as token
    from personal_access_token
    where user_id = ${userId} and (${id ?? null}::uuid is null or id = ${id ?? null}::uuid)
    order by number desc limit 10000`);
  return rows.map((row) => row.token);
}

export async function revokeToken(db: Queryable, userId: string, id: string): Promise<boolean> {
  return (
    (await db.exec(sql`
      update personal_access_token set revoked_at = now()
      where user_id = ${userId} and id = ${id}::uuid and revoked_at is null`)) > 0
  );
}

export async function deleteTokensOfUser(tx: Queryable, userId: string): Promise<void> {
  await tx.exec(sql`delete from personal_access_token where user_id = ${userId}`);
}
