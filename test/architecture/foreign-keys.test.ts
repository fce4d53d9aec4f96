import { expect, test } from 'vitest';
import { startWorld } from '../support/world.ts';

/** Contract monitoring §3.1: foreign keys are indexed, so that deleting what they refer to never reads a table. */

const world = await startWorld();
const tables = [
  ...['location', 'location_type', 'location_tree', 'location_polygon', 'location_responsibility'],
  ...['indicator', 'indicator_bound', 'indicator_tag', 'indicator_to_tag', 'indicator_calculation'],
  ...['campaign', 'campaign_type', 'custom_chart', 'custom_dashboard', 'group', 'user_group'],
  ...['datapoint', 'aggregate', 'date_aggregate', 'source_doc', 'source_submission', 'source_object_map'],
  ...['document_code', 'document_column', 'document_issue', 'doc_detail', 'doc_detail_type'],
];

test('foreign keys of the monitoring resources have an index that begins with them', async () => {
  const { rows } = await world.context.db.pool.query<{ name: string; key: string; is_indexed: boolean }>(
    `select t.name, pg_get_constraintdef(c.oid) as key, exists (
        select 1 from pg_index i where i.indrelid = c.conrelid
          and coalesce(pg_get_expr(i.indpred, i.indrelid) ~ '^.\\w+ IS NOT NULL.$', true)
          and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey) as is_indexed
      from unnest($1::text[]) t (name) left join pg_constraint c on c.conrelid = to_regclass(quote_ident(t.name)) and c.contype = 'f'
      where to_regclass(quote_ident(t.name)) is null or c.oid is not null`,
    [tables],
  );
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.filter((row) => !row.is_indexed)).toEqual([]);
});
