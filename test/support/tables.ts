import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { TableField } from '../../src/datasets/index.ts';
import { sql } from '../../src/platform/db/index.ts';
import type { World } from './world.ts';

export interface TableFacts {
  /** Made before by `tableBlob` from the same rows. */
  blob?: TableBlob;
  projectId: string;
  name: string;
  /** A SELECT that gives the rows, lineage columns included. */
  rows: string;
  fields: TableField[];
  key?: string[];
  title?: string;
  metadata?: Record<string, unknown>;
}

/** A dataset with one revision whose table is made by a query: what ingest leaves behind, without the ingest. */
export async function publishedTable(world: Pick<World, 'context'>, facts: TableFacts): Promise<string> {
  const id = world.context.newId();
  await world.context.db.exec(sql`insert into dataset (id, project_id, name, title, schema, key, metadata)
    values (${id}, ${facts.projectId}, ${facts.name}, ${facts.title ?? ''}, ${JSON.stringify({ fields: facts.fields })},
      ${facts.key ?? []}, ${JSON.stringify(facts.metadata ?? {})})`);
  await publishRevision(world, id, facts);
  return id;
}

/** A further revision; returns its number. */
export async function publishRevision(
  { context }: Pick<World, 'context'>,
  datasetId: string,
  facts: Pick<TableFacts, 'rows' | 'fields' | 'key' | 'blob'>,
): Promise<number> {
  const blob = facts.blob ?? (await tableBlob(context, facts.rows));
  const schema = JSON.stringify({ fields: facts.fields, ...(facts.key ? { primaryKey: facts.key } : {}) });
  const { n } = await context.db.one<{ n: number }>(
    sql`update dataset set latest_revision = latest_revision + 1 where id = ${datasetId} returning latest_revision as n`,
  );
  await context.db.exec(sql`insert into revision (dataset_id, n, kind, table_sha256, schema, rows, bytes, key, counts, issue_counts, version, changelog)
    values (${datasetId}, ${n}, 'ingest', ${blob.sha256}, ${schema}, ${blob.rows}, ${blob.bytes}, ${facts.key ?? []},
      '{}', '{}', ${`1.${n - 1}.0`}, ${`Revision ${n}.`})`);
  return n;
}

export interface TableBlob {
  sha256: string;
  bytes: number;
  rows: number;
}

/** The rows of a query as a stored Parquet file. */
export async function tableBlob(context: World['context'], rows: string): Promise<TableBlob> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-table-'));
  const file = path.join(folder, 'table.parquet');
  const engine = await DuckDBInstance.create(':memory:');
  const connection = await engine.connect();
  await connection.run(`copy (${rows}) to '${file}' (format parquet)`);
  const counted = await connection.runAndReadAll(`select count(*)::integer from '${file}'`);
  connection.closeSync();
  engine.closeSync();
  const { sha256, bytes } = await context.blobs.putFile(file);
  await rm(folder, { recursive: true, force: true });
  return { sha256, bytes, rows: Number(counted.getRows()[0]![0]) };
}
