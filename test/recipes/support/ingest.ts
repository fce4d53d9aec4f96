import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { literal, openTabular, type TabularRow } from '../../../src/platform/tabular/index.ts';
import { type IngestRequest, type IngestResult, ingestFile } from '../../../src/recipes/index.ts';

export interface Ingested {
  result: IngestResult;
  /** Published rows with their hidden columns, or undefined when nothing was published. */
  rows: TabularRow[] | undefined;
  issues: TabularRow[];
  /** Text of the rejects file. */
  rejects: string | undefined;
}

/** Runs `work` with a folder of its own, removed afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-recipes-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Ingests content under a name and reads back all that came of it. */
export function ingest(
  name: string,
  content: string | Buffer,
  request: Partial<IngestRequest> = {},
): Promise<Ingested> {
  return inFolder((folder) => ingestIn(folder, name, content, request));
}

/** The same in a given folder, for tests that go on with the table. */
export async function ingestIn(
  folder: string,
  name: string,
  content: string | Buffer,
  request: Partial<IngestRequest> = {},
): Promise<Ingested> {
  const workFolder = await mkdtemp(path.join(folder, 'run-'));
  const file = path.join(workFolder, 'upload');
  await writeFile(file, content);
  const result = await ingestFile({ file, name, workFolder, ...request });
  const tabular = await openTabular({ workFolder });
  try {
    const read = (parquet: string) => tabular.rows(`select * from read_parquet(${literal(parquet)})`);
    const rejects =
      result.rejects && (await tabular.rows(`select content from read_text(${literal(result.rejects.file)})`));
    return {
      result,
      rows: result.table && (await read(result.table.file)),
      issues: await read(result.issues.file),
      rejects: rejects && String(rejects[0]!.content),
    };
  } finally {
    tabular.close();
  }
}

/** Rows without the lineage columns, as lists in column order. */
export function values(ingested: Ingested): unknown[][] | undefined {
  return ingested.rows?.map((row) =>
    Object.entries(row)
      .filter(([name]) => !name.startsWith('_r'))
      .map(([, value]) => value),
  );
}

export function types(ingested: Ingested): Record<string, string> {
  return Object.fromEntries(ingested.result.schema.fields.map(({ name, type }) => [name, type]));
}

/** `code column count`, sorted, for comparison at a glance. */
export function counts(ingested: Ingested): string[] {
  return ingested.result.issues.counts.map(({ code, column, count }) => `${code} ${column ?? '-'} ${count}`).sort();
}
