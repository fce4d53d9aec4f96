import type { Cursor } from '../connections/index.ts';
import { type Queryable, raw, type Sql, sql, type Tx } from '../platform/db/index.ts';

export interface Pull {
  id: number;
  projectId: string;
  name: string;
  connectionId: string;
  query: string;
  dataset: string;
  mode: 'append' | 'upsert' | 'replace';
  key: string[];
  cursor: Cursor | null;
}

const columns =
  raw(`p.id, p.project_id as "projectId", p.name, p.connection_id as "connectionId", p.query, p.dataset, p.mode,
  p.key, p.cursor`);

export function findPull(db: Queryable, id: number, allowed: Sql = raw('true')): Promise<Pull | undefined> {
  return db.maybe(sql`select ${columns} from pull p where p.id = ${id} and ${allowed}`);
}

export function updateCursor(tx: Queryable, id: number, cursor: Cursor | null): Promise<number> {
  return tx.exec(
    sql`update pull set cursor = ${cursor === null ? null : JSON.stringify(cursor)}::jsonb where id = ${id}`,
  );
}

export interface PullResult {
  pullId: number;
  runId: string;
  uploadId: string | null;
  datasetId: string | null;
  revision: number | null;
  rows: number;
  cursor: Cursor | null;
}

export function insertResult(tx: Tx, result: PullResult): Promise<number> {
  return tx.exec(sql`
    insert into pull_result (pull_id, run_id, upload_id, dataset_id, revision, rows, cursor)
    values (${result.pullId}, ${result.runId}, ${result.uploadId}, ${result.datasetId}, ${result.revision}, ${result.rows},
      ${result.cursor === null ? null : JSON.stringify(result.cursor)}::jsonb)`);
}
