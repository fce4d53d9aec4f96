import type { Context } from '../platform/context.ts';
import type { Revision } from './dataset.ts';
import { type Comparison, differenceCountsSql, differencesSql } from './pure/compare-sql.ts';
import { withTables } from './tables/with-tables.ts';

/** What changed from one revision to another: exact counts, columns, and the first rows. */
export function compareRevisions(context: Context, before: Revision, after: Revision, limit: number) {
  const columns = (revision: Revision) => revision.schema.fields.map(({ name }) => name);
  const [old, now] = [columns(before), columns(after)];
  const shared = now.filter((name) => old.includes(name));
  // Rows are told apart by the newer key, if the older table has its columns too.
  const key = after.key.every((name) => shared.includes(name)) ? after.key : [];
  return withTables(context, [before.tableSha256, after.tableSha256], async (tabular, [first, second]) => {
    const comparison: Comparison = {
      before: first!,
      after: second!,
      key,
      shared,
      onlyBefore: old.filter((name) => !now.includes(name)),
      onlyAfter: now.filter((name) => !old.includes(name)),
    };
    const [counts] = await tabular.rows(differenceCountsSql(comparison));
    const rows = limit === 0 ? [] : await tabular.rows(differencesSql(comparison, limit));
    return {
      from: before.n,
      to: after.n,
      key,
      counts: Object.fromEntries(Object.entries(counts ?? {}).map(([name, value]) => [name, Number(value)])),
      columns: { added: comparison.onlyAfter, removed: comparison.onlyBefore },
      rows: rows.map(({ change, ...sides }) => ({
        change,
        ...Object.fromEntries(
          Object.entries(sides).map(([side, text]) => [side, text === null ? null : JSON.parse(String(text))]),
        ),
      })),
    };
  });
}
