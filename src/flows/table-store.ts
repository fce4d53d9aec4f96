import { type Queryable, sql } from '../platform/db/index.ts';
import type { KeptTable } from './flow-run.ts';

/** A table made again replaces what an earlier attempt had kept. */
export async function replaceTable(tx: Queryable, revisionId: string, table: KeptTable): Promise<void> {
  await tx.exec(sql`
    insert into flow_table (revision_id, resource, sha256, rows, schema, arrived)
    values (${revisionId}, ${table.resource}, ${table.sha256}, ${table.rows}::bigint, ${JSON.stringify(table.schema)}::json,
      ${JSON.stringify(table.arrived)}::json)
    on conflict (revision_id, resource) do update set sha256 = excluded.sha256, rows = excluded.rows,
      schema = excluded.schema, arrived = excluded.arrived`);
}

export function tablesOfRevision(db: Queryable, revisionId: string): Promise<KeptTable[]> {
  return db.many(sql`
    select resource, sha256, rows::float8 as rows, schema, arrived from flow_table
    where revision_id = ${revisionId} order by resource`);
}

/** Of a revision made of the same as an earlier one: its tables, issues and lineage, which lead to the run that did the work. */
export async function copyKept(tx: Queryable, fromId: string, toId: string): Promise<void> {
  await tx.exec(sql`
    insert into flow_table (revision_id, resource, sha256, rows, schema, arrived)
    select ${toId}::uuid, resource, sha256, rows, schema, arrived from flow_table where revision_id = ${fromId}
    on conflict (revision_id, resource) do update set sha256 = excluded.sha256, rows = excluded.rows,
      schema = excluded.schema, arrived = excluded.arrived`);
  await tx.exec(sql`
    insert into flow_lineage (revision_id, resource, steps)
    select ${toId}::uuid, resource, steps from flow_lineage where revision_id = ${fromId}
    on conflict (revision_id, resource) do update set steps = excluded.steps`);
  await tx.exec(sql`
    update flow_revision r set issues_sha256 = f.issues_sha256, issue_count = f.issue_count
    from flow_revision f where r.id = ${toId} and f.id = ${fromId}`);
}
