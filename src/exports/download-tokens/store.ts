import { type Queryable, sql } from '../../platform/db/index.ts';

export interface DownloadToken {
  tokenSha256: Buffer;
  sealed: Buffer;
  method: string;
  path: string;
  query: string;
  expiresAt: Date;
}

export async function insertDownloadToken(tx: Queryable, token: DownloadToken): Promise<void> {
  await tx.exec(sql`insert into download_token (token_sha256, sealed, method, path, query, expires_at)
    values (${token.tokenSha256}, ${token.sealed}, ${token.method}, ${token.path}, ${token.query}, ${token.expiresAt})`);
}

export async function deleteExpiredDownloadTokens(tx: Queryable, now: Date): Promise<void> {
  await tx.exec(sql`delete from download_token where expires_at <= ${now}`);
}

/** Whoever deletes the row has used the token: of two that come at once, one gets it. */
export function takeDownloadToken(
  db: Queryable,
  tokenSha256: Buffer,
): Promise<Pick<DownloadToken, 'sealed' | 'method' | 'path' | 'query' | 'expiresAt'> | undefined> {
  return db.maybe(sql`delete from download_token where token_sha256 = ${tokenSha256}
    returning sealed, method, path, query, expires_at as "expiresAt"`);
}
