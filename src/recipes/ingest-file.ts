import { rm } from 'node:fs/promises';
import path from 'node:path';
import { openTabular, type Tabular, type TabularRow } from '../platform/tabular/index.ts';
import { bindFields } from './bind-fields.ts';
import { engineMemoryExhausted, schemaInvalid } from './errors.ts';
import type { Issue, IssueCount } from './issue.ts';
import { defaultLimits, type RecipeLimits } from './limits.ts';
import { mergeRevision, type Previous } from './merge-revision.ts';
import { passRows } from './pass-rows.ts';
import { publishTable } from './publish-table.ts';
import { schemaProblems, type TableSchema } from './pure/table-schema.ts';
import type { ReadingOptions } from './reading-options.ts';
import { reportIssues } from './report-issues.ts';
import { isReaderError } from './stage-delimited.ts';
import { stageFile } from './stage-file.ts';
import type { Reading, Staged } from './staged.ts';
import { applySteps, type RecipeStep } from './steps/index.ts';

export interface IngestRequest {
  /** Path of the file; it is only read. */
  file: string;
  /** As the sender called it; used for its ending and in messages, never as a path. */
  name: string;
  mediaType?: string;
  /** Private folder of this run: everything made lies in it, and the caller removes it. */
  workFolder: string;
  options?: ReadingOptions;
  /** Fields with a `confidence` were inferred earlier and may widen; the others are promises. */
  schema?: TableSchema;
  /**
   * How columns without a declared field get their type. `strict` (default): only a type that every value fits.
   * `tolerant`: one that at least 95 % fit; the rest become issues. `none`: text.
   */
  infer?: 'strict' | 'tolerant' | 'none';
  recipe?: RecipeStep[];
  /** Default `evolve`. */
  schemaPolicy?: 'freeze' | 'evolve' | 'discard_row' | 'discard_value';
  /** Default `reject`: one error and nothing is published. `null` empties bad cells and keeps their rows. */
  onError?: 'reject' | 'quarantine' | 'skip' | 'null';
  /** Rows with errors beyond which nothing is published: a count, or a share such as `5%`. */
  maxErrors?: number | string;
  /** Default `replace`, which ignores `previous`. */
  mode?: 'append' | 'replace' | 'upsert';
  key?: string[];
  previous?: Previous;
  /** What an empty cell does to an existing value in `upsert`. Default `keep`. */
  blank?: 'keep' | 'clear';
  /** Number stored with every row this file brings, as lineage. Default 1. */
  revision?: number;
  /** A header without rows is an error unless true. */
  allowEmpty?: boolean;
  /** Everything but the table: counts, schema, issues, sample, changed keys. */
  dryRun?: boolean;
  engine?: { memoryBytes?: number; threads?: number; readFolders?: string[] };
  limits?: Partial<RecipeLimits>;
  signal?: AbortSignal;
  onProgress?: (share: number, step: string) => void;
  log?: (line: string) => void;
}

export interface IngestResult {
  /** The typed table, or undefined when nothing is published. */
  table: { file: string; rows: number } | undefined;
  /** Why nothing is published. */
  refused: { code: string; message: string } | undefined;
  schema: TableSchema;
  counts: RowCounts;
  issues: { file: string; listed: number; counts: IssueCount[]; errors: number; warnings: number };
  /** CSV of rejected rows with the original columns and `_error`, for `quarantine`. */
  rejects: { file: string; rows: number } | undefined;
  reading: Reading;
  steps: StepReport[];
  /** First 50 rows as they are (or would be) published. */
  sample: TabularRow[];
  /** Upsert: the first 1,000 changed keys with old and new values. */
  changes: { key: TabularRow; before: TabularRow; after: TabularRow }[];
}

export interface RowCounts {
  /** Data rows of the file, bad and blank ones included. */
  read: number;
  blank: number;
  rejected: number;
  /** Rows kept with at least one cell emptied. */
  emptied: number;
  /** Rows of the file that take part. */
  accepted: number;
  inserted: number;
  updated: number;
  unchanged: number;
}

export interface StepReport {
  step: string;
  seconds: number;
  rowsIn?: number;
  rowsOut?: number;
  changedCells?: number;
}

/** What every part of one ingest is handed. */
export interface IngestRun {
  request: IngestRequest;
  tabular: Tabular;
  limits: RecipeLimits;
  staged: Staged;
  issues: Issue[];
  steps: StepReport[];
  /** Adds to the report of the step that is being timed. */
  note(detail: Omit<StepReport, 'step' | 'seconds'>): void;
  timed<T>(step: string, work: () => Promise<T>): Promise<T>;
}

/**
 * Turns a file into a checked, typed Parquet table and the list of everything that was wrong with it. Throws an AppError when
 * the file as a whole cannot be read; bad rows and cells are issues, counted exactly, and `onError` decides over them.
 */
export async function ingestFile(request: IngestRequest): Promise<IngestResult> {
  const limits = { ...defaultLimits, ...request.limits };
  const steps: StepReport[] = [];
  let noted: Omit<StepReport, 'step' | 'seconds'> = {};
  const note = (detail: typeof noted) => {
    noted = { ...noted, ...detail };
  };
  const timed = async <T>(step: string, work: () => Promise<T>): Promise<T> => {
    request.signal?.throwIfAborted();
    const startedAt = performance.now();
    const result = await work();
    const seconds = Math.round(performance.now() - startedAt) / 1000;
    steps.push({ step, seconds, ...noted });
    noted = {};
    request.log?.(`${step}: ${seconds} s`);
    return result;
  };
  const problems = request.schema ? schemaProblems(request.schema) : [];
  if (problems[0]) throw schemaInvalid(problems[0].problem, problems[0].pointer);

  const staged = await timed('stage', () => stageFile(request, limits, false));
  try {
    return await ingestStaged({ request, limits, staged, issues: [...staged.issues], steps, note, timed });
  } catch (error) {
    if (!staged.reading.direct || !isReaderError(error)) throw error;
    request.log?.('the file is not as regular as it looked: reading it record by record');
    const exact = await timed('stage', () => stageFile(request, limits, true));
    return ingestStaged({ request, limits, staged: exact, issues: [...exact.issues], steps, note, timed });
  }
}

/**
 * DuckDB works on vectors of 2,048 rows, and every step of an expression has its own: some 450 kB a column, mostly never
 * touched when rows are few. Wide tables get one thread, and memory by their width, up to 4 GB.
 */
function engineFor(columns: number, given: IngestRequest['engine']): IngestRequest['engine'] {
  if (columns <= 500) return given ?? {};
  return {
    ...given,
    threads: 1,
    memoryBytes: Math.max(given?.memoryBytes ?? 0, Math.min(4_000_000_000, 256_000_000 + columns * 450_000)),
  };
}

/** The same without the final table: counts, schema, issues and sample are exact. */
export function previewFile(request: IngestRequest): Promise<IngestResult> {
  return ingestFile({ ...request, dryRun: true });
}

async function ingestStaged(parts: Omit<IngestRun, 'tabular'>): Promise<IngestResult> {
  const { request } = parts;
  const tabular = await openTabular({
    workFolder: request.workFolder,
    ...engineFor(parts.staged.columns.length, request.engine),
    readFolders: [
      path.dirname(request.file),
      ...(request.previous ? [path.dirname(request.previous.file)] : []),
      ...(request.engine?.readFolders ?? []),
    ],
    ...(request.signal ? { signal: request.signal } : {}),
  });
  try {
    const run: IngestRun = { ...parts, tabular };
    const cleaned = await applySteps(run);
    const bound = await run.timed('infer', () => bindFields(run, cleaned));
    request.onProgress?.(0.2, 'cast');
    const pass = await passRows(run, cleaned, bound);
    request.onProgress?.(0.7, 'check');
    const report = await run.timed('report', () => reportIssues(run, cleaned, pass));
    const merged = await run.timed('merge', () => mergeRevision(run, pass, report));
    request.onProgress?.(0.8, 'publish');
    const result = await run.timed('publish', () => publishTable(run, pass, report, merged));
    request.onProgress?.(1, 'done');
    return result;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Out of Memory Error')) throw engineMemoryExhausted(error);
    throw error;
  } finally {
    tabular.close();
    await rm(path.join(request.workFolder, 'duckdb-tmp'), { recursive: true, force: true });
  }
}
