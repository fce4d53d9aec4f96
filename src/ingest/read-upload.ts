import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import {
  changedKeys,
  findRevision,
  type IssueCounts,
  type MergedCounts,
  type MergeRequest,
  mergeBatch,
  previewMerge,
  type Revision,
  type RowCounts,
  rowsOf,
  type TableSchema,
  unifySchemas,
  writeTable,
} from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { AppError } from '../platform/errors/index.ts';
import { literal, openTabular, type Tabular } from '../platform/tabular/index.ts';
import { type IngestResult, ingestFile, type RecipeStep } from '../recipes/index.ts';
import type { Ingest } from './ingest.ts';
import type { IngestPlan } from './pure/plan-ingest.ts';
import { readingOptions } from './reading.ts';

/** What a file turned out to be. Files lie in the ingest's folder. */
export interface ReadUpload {
  /** Why nothing of it may be published; undefined: it may. */
  refused: { code: string; message: string } | undefined;
  /** Of the whole table as it would be afterwards. */
  schema: TableSchema;
  /** Absent when refused, and in a review. */
  table: { file: string; rows: number } | undefined;
  /** The rows of this arrival alone. */
  batch: { file: string; rows: number } | undefined;
  counts: RowCounts;
  issueCounts: IssueCounts;
  issuesFile: string;
  rejectsFile: string | undefined;
  reading: IngestResult['reading'];
  steps: IngestResult['steps'];
  sample: IngestResult['sample'];
  /** Upsert: keys that change, old beside new. */
  changes: { key: unknown; before: unknown; after: unknown }[];
}

/** Reads and checks the file, and lays it over the table as it is now. A review stops before the table is written. */
export async function readUpload(context: Context, ingest: Ingest, isReview: boolean): Promise<ReadUpload> {
  const { plan, dataset, run, folder } = ingest;
  const before =
    dataset && dataset.latestRevision > 0 ? await findRevision(context.db, dataset.id, 'latest') : undefined;
  const beforeFile = before && (await context.blobs.localFile(before.tableSha256, folder));
  const previous = before && beforeFile ? { file: beforeFile, schema: before.schema } : undefined;
  const result = await readFile(context, ingest, isReview, previous);
  run.log(
    'info',
    `read ${result.counts.read} rows, ${result.issues.errors} errors, ${result.issues.warnings} warnings`,
  );
  const read = readOf(result, schemaAfter(plan, before, result), isReview);
  if (read.refused !== undefined || result.table === undefined) return read;
  if (plan.mode !== 'upsert' && previous === undefined) return { ...read, batch: result.table };
  if (plan.mode === 'replace') return { ...read, batch: result.table };
  const tabular = await openTabular({
    workFolder: folder,
    readFolders: beforeFile === undefined ? [] : [path.dirname(beforeFile)],
    memoryBytes: context.config.engineMemoryBytes,
    threads: context.config.engineThreads,
    signal: run.signal,
  });
  try {
    if (plan.mode === 'append') return await withOwnRows(tabular, ingest, read, result.table.file);
    return await laidOver(tabular, ingest, read, result, previous?.file, isReview);
  } finally {
    tabular.close();
  }
}

/**
 * An append is merged by the engine, which checks the key against the rows that are there. An upsert is read alone, so
 * that its own rows are kept as they came: an undo of another revision replays them.
 */
async function readFile(
  context: Context,
  { upload, plan, run, folder, dataset }: Ingest,
  isReview: boolean,
  previous: { file: string; schema: TableSchema } | undefined,
): Promise<IngestResult> {
  const file = await context.blobs.localFile(upload.blobSha256, folder);
  const workFolder = path.join(folder, 'read');
  await mkdir(workFolder, { mode: 0o700 });
  const read = (recipe: RecipeStep[]) =>
    ingestFile({
      file,
      name: upload.fileName,
      mediaType: upload.mediaType,
      workFolder,
      options: { ...readingOptions(plan.reading), ...(plan.infer === 'none' ? { verbatim: true } : {}) },
      recipe,
      infer: plan.infer,
      ...(plan.schema === undefined ? {} : { schema: plan.schema as never }),
      schemaPolicy: plan.schemaPolicy,
      onError: plan.onError,
      ...(plan.maxErrors === undefined ? {} : { maxErrors: plan.maxErrors }),
      mode: plan.mode,
      ...(plan.key.length === 0 ? {} : { key: plan.key }),
      ...(previous === undefined || plan.mode !== 'append' ? {} : { previous: previous as never }),
      ...(previous === undefined || plan.mode !== 'upsert' ? {} : { referable: previous.file }),
      blank: plan.blank,
      revision: (dataset?.latestRevision ?? 0) + 1,
      dryRun: isReview && plan.mode !== 'upsert',
      engine: { memoryBytes: context.config.engineMemoryBytes, threads: context.config.engineThreads },
      limits: { listedIssues: context.config.issuesListed },
      signal: run.signal,
      onProgress: (share, step) => run.progress(share * 80, step),
      log: (line) => run.log('debug', line),
    });
  const recipe = plan.recipe as RecipeStep[];
  if (upload.quarantineOf === null) return read(recipe);
  try {
    return await read([withoutErrorColumn, ...recipe]);
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'step_invalid' && error.message.includes(errorColumn)))
      throw error;
    return read(recipe);
  }
}

/** The `_error` of a file of rejected rows, as it is called on its way back in; who corrected it may have cut it out. */
const errorColumn = '_error_1';
const withoutErrorColumn: RecipeStep = { function: 'drop', params: { columns: [errorColumn] } };

function readOf(result: IngestResult, schema: TableSchema, isReview: boolean): ReadUpload {
  const { counts, issues } = result;
  return {
    refused: result.refused,
    schema,
    table: isReview ? undefined : result.table,
    batch: undefined,
    counts: {
      read: counts.read,
      inserted: counts.inserted,
      updated: counts.updated,
      unchanged: counts.unchanged,
      rejected: counts.rejected,
    },
    issueCounts: {
      error: issues.errors,
      warning: issues.warnings,
      info: issues.counts.filter(({ severity }) => severity === 'info').reduce((sum, { count }) => sum + count, 0),
      listed: issues.listed,
      groups: issues.counts,
    },
    issuesFile: issues.file,
    rejectsFile: result.rejects?.file,
    reading: result.reading,
    steps: result.steps,
    sample: result.sample,
    changes: [],
  };
}

function schemaAfter(plan: IngestPlan, before: Revision | undefined, result: IngestResult): TableSchema {
  const own = result.schema as unknown as TableSchema;
  const schema = plan.mode === 'upsert' && before !== undefined ? unifySchemas(before.schema, own) : own;
  return plan.key.length === 0 ? schema : { ...schema, primaryKey: plan.key };
}

async function withOwnRows(
  tabular: Tabular,
  { folder, dataset }: Ingest,
  read: ReadUpload,
  table: string,
): Promise<ReadUpload> {
  const file = path.join(folder, 'batch.parquet');
  const n = (dataset?.latestRevision ?? 0) + 1;
  await writeTable(tabular, `select * from read_parquet(${literal(table)}) where _rev = ${n}`, file);
  return { ...read, batch: { file, rows: await rowsOf(tabular, file) } };
}

async function laidOver(
  tabular: Tabular,
  { plan, dataset, folder }: Ingest,
  read: ReadUpload,
  result: IngestResult,
  before: string | undefined,
  isReview: boolean,
): Promise<ReadUpload> {
  const batch = result.table!.file;
  const request: MergeRequest = {
    before,
    batch,
    mode: 'upsert',
    key: plan.key,
    blank: plan.blank,
    n: (dataset?.latestRevision ?? 0) + 1,
    fields: read.schema.fields,
    absent: new Set(
      result.issues.counts.flatMap(({ code, column }) =>
        code === 'missing-header' && column !== null ? [column] : [],
      ),
    ),
  };
  if (isReview) {
    const counts = await previewMerge(tabular, request);
    return { ...read, counts: { ...read.counts, ...changesOf(counts) }, changes: await changedKeys(tabular, request) };
  }
  const file = path.join(folder, 'merged.parquet');
  const merged = await mergeBatch(tabular, request, file);
  return {
    ...read,
    table: { file, rows: merged.rows },
    batch: { file: batch, rows: await rowsOf(tabular, batch) },
    counts: { ...read.counts, ...changesOf(merged) },
  };
}

const changesOf = ({ inserted, updated, unchanged }: Omit<MergedCounts, 'rows'>) => ({ inserted, updated, unchanged });
