import { type Queryable, sql } from '../../platform/db/index.ts';

export interface SigningKeyRow {
  kid: string;
  sealedPrivateKey: Buffer;
  publicPem: string;
  active: boolean;
}

/** The signing one first. */
export function signingKeys(db: Queryable): Promise<SigningKeyRow[]> {
  return db.many(sql`
    select kid, sealed_private_key as "sealedPrivateKey", public_pem as "publicPem", retired_at is null as active
    from signing_key order by retired_at is not null, created_at desc`);
}

/** Does nothing when another process was first. */
export async function insertFirstSigningKey(db: Queryable, key: Omit<SigningKeyRow, 'active'>): Promise<void> {
  await db.exec(sql`
    insert into signing_key (kid, sealed_private_key, public_pem)
    values (${key.kid}, ${key.sealedPrivateKey}, ${key.publicPem}) on conflict do nothing`);
}

export async function replaceSigningKey(tx: Queryable, key: Omit<SigningKeyRow, 'active'>): Promise<void> {
  await tx.exec(sql`update signing_key set retired_at = now() where retired_at is null`);
  await tx.exec(sql`
    insert into signing_key (kid, sealed_private_key, public_pem)
    values (${key.kid}, ${key.sealedPrivateKey}, ${key.publicPem})`);
}

/** A retired key is needed as long as a token it signed may live. */
export function deleteKeysRetiredBefore(db: Queryable, instant: Date): Promise<number> {
  return db.exec(sql`delete from signing_key where retired_at < ${instant}`);
}
