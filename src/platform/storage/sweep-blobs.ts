import type { Context } from '../context.ts';
import { ident, join, type Queryable, sql } from '../db/index.ts';
import { waitForHolders } from './hold-blobs.ts';

const batch = 500;

/**
 * Deletes blobs that no row names and that are older than the grace period: what was stored and then refused, or lost
 * its row. Every text column whose name ends in `sha256` counts as naming blobs, so a new table cannot be forgotten.
 * Returns how many went.
 */
export async function sweepBlobs(context: Context, graceSeconds: number): Promise<number> {
  const before = context.now().getTime() - graceSeconds * 1000;
  let swept = 0;
  let old: string[] = [];
  for await (const blob of context.blobs.list()) {
    if (blob.modifiedAt.getTime() < before) old.push(blob.sha256);
    if (old.length < batch) continue;
    swept += await sweepBatch(context, old);
    old = [];
  }
  return swept + (await sweepBatch(context, old));
}

function sweepBatch(context: Context, sha256s: string[]): Promise<number> {
  if (sha256s.length === 0) return Promise.resolve(0);
  return context.db.transaction(async (tx) => {
    await waitForHolders(tx);
    const used = await namedAnywhere(tx, sha256s);
    const unused = sha256s.filter((sha256) => !used.has(sha256));
    for (const sha256 of unused) await context.blobs.delete(sha256);
    return unused.length;
  });
}

async function namedAnywhere(tx: Queryable, sha256s: string[]): Promise<Set<string>> {
  const columns = await tx.many<{ table: string; column: string }>(
    sql`select c.table_name as table, c.column_name as column
        from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
        where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
          and c.column_name like '%sha256' and c.data_type = 'text'`,
  );
  const each = columns.map(
    ({ table, column }) =>
      sql`select ${ident(column)} as sha256 from ${ident(table)} where ${ident(column)} = any(${sha256s}::text[])`,
  );
  const rows = await tx.many<{ sha256: string }>(join(each, sql` union `));
  return new Set(rows.map((row) => row.sha256));
}

/** A blob is named by a row moments after it is stored; a transfer that has not moved for an hour is dead. */
const graceSeconds = 3600;

/** Works on `sweep-blobs`. */
export async function sweepStorage(context: Context): Promise<void> {
  const broken = await context.blobs.sweepTemporary(graceSeconds);
  const unused = await sweepBlobs(context, graceSeconds);
  if (broken + unused > 0) context.log.info({ broken, unused }, 'storage swept');
}
