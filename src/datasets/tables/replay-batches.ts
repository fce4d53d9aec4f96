import path from 'node:path';
import { identifier, literal, type Tabular, tableColumns } from '../../platform/tabular/index.ts';
import type { Batch, TableField } from '../dataset.ts';
import { type Merge, mergedTableSql } from '../pure/merge-sql.ts';
import { rowsOf, writeTable } from './merge-batches.ts';

export interface Replay {
  batches: (Pick<Batch, 'mode' | 'key' | 'blank'> & { file: string; n: number })[];
  /** Columns and types of the table that is rebuilt: it keeps the shape readers know. */
  fields: TableField[];
  /** A table with those columns, for their types. */
  like: string;
  key: string[];
  workFolder: string;
}

/** Builds a table again from its arrivals, in order. Returns the file and its rows; `unique` tells if the key holds. */
export async function replayBatches(
  tabular: Tabular,
  replay: Replay,
): Promise<{ file: string; rows: number; unique: boolean }> {
  const types = new Map((await tableColumns(tabular, replay.like)).map(({ name, type }) => [name, type]));
  let table: { file: string; columns: Set<string> } = await emptyTable(tabular, replay);
  for (const [index, batch] of replay.batches.entries()) {
    const inBatch = new Set((await tableColumns(tabular, batch.file)).map(({ name }) => name));
    const merge: Merge = {
      before: table.file,
      batch: batch.file,
      columns: replay.fields.map(({ name }) => ({
        name,
        type: types.get(name) ?? 'VARCHAR',
        inBefore: table.columns.has(name),
        inBatch: inBatch.has(name),
      })),
      mode: batch.mode,
      key: batch.key,
      blank: batch.blank,
      n: batch.n,
    };
    const file = path.join(replay.workFolder, `replay-${index}.parquet`);
    await writeTable(tabular, mergedTableSql(merge), file);
    table = { file, columns: new Set(replay.fields.map(({ name }) => name)) };
  }
  return {
    file: table.file,
    rows: await rowsOf(tabular, table.file),
    unique: await isUnique(tabular, table.file, replay.key),
  };
}

async function emptyTable(tabular: Tabular, replay: Replay): Promise<{ file: string; columns: Set<string> }> {
  const file = path.join(replay.workFolder, 'replay-empty.parquet');
  await writeTable(tabular, `select * from read_parquet(${literal(replay.like)}) limit 0`, file);
  return { file, columns: new Set(replay.fields.map(({ name }) => name)) };
}

async function isUnique(tabular: Tabular, file: string, key: string[]): Promise<boolean> {
  if (key.length === 0) return true;
  const names = key.map(identifier).join(', ');
  const repeated = await tabular.rows(
    `select 1 from read_parquet(${literal(file)}) group by ${names} having count(*) > 1 limit 1`,
  );
  return repeated.length === 0;
}
