import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findRevision } from '../../src/datasets/index.ts';
import type { Context } from '../../src/platform/context.ts';
import { literal, openTabular } from '../../src/platform/tabular/index.ts';

/** The rows of a revision's stored table in their order, cells joined by `|`, without the hidden columns. */
export async function readTable(context: Context, datasetId: string, n?: number): Promise<string[]> {
  const revision = await findRevision(context.db, datasetId, n ?? 'latest');
  if (revision === undefined) throw new Error(`dataset ${datasetId} has no revision`);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-read-'));
  const file = await context.blobs.localFile(revision.tableSha256, folder);
  const tabular = await openTabular({ workFolder: folder, readFolders: [path.dirname(file)] });
  try {
    const rows = await tabular.rows(`select * from read_parquet(${literal(file)})`);
    return rows.map((row) => revision.schema.fields.map(({ name }) => String(row[name])).join('|'));
  } finally {
    tabular.close();
    await rm(folder, { recursive: true });
  }
}
