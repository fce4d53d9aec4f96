import { rm } from 'node:fs/promises';
import path from 'node:path';
import { openTabular } from '../platform/tabular/index.ts';
import { bindFields } from './bind-fields.ts';
import { engineMemoryExhausted, noColumns, schemaInvalid } from './errors.ts';
import type { IngestRequest, IngestResult, IngestRun, StepReport } from './ingest.ts';
import { judgeValues } from './judge-values.ts';
import { defaultLimits } from './limits.ts';
import { mergeRevision } from './merge-revision.ts';
import { passRows } from './pass-rows.ts';
import { publishTable } from './publish-table.ts';
import { schemaProblems } from './pure/table-schema.ts';
import { reportIssues } from './report-issues.ts';
import { isReaderError } from './stage-delimited.ts';
import { stageFile } from './stage-file.ts';
import { applySteps } from './steps/index.ts';

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

async function ingestStaged(parts: Omit<IngestRun, 'tabular' | 'refused'>): Promise<IngestResult> {
  const { request } = parts;
  const tabular = await openTabular({
    workFolder: request.workFolder,
    ...engineFor(parts.staged.columns.length, request.engine),
    readFolders: [
      path.dirname(request.file),
      ...(request.previous ? [path.dirname(request.previous.file)] : []),
      ...(request.referable === undefined ? [] : [path.dirname(request.referable)]),
      ...(request.engine?.readFolders ?? []),
    ],
    ...(request.signal ? { signal: request.signal } : {}),
  });
  try {
    const run: IngestRun = { ...parts, tabular, refused: new Map() };
    const cleaned = await applySteps(run);
    const bound = await run.timed('infer', () => bindFields(run, cleaned));
    if (bound.every(({ discard }) => discard === true)) throw noColumns();
    run.refused = await judgeValues(run, cleaned, bound);
    request.onProgress?.(0.2, 'cast');
    const pass = await passRows(run, cleaned, bound);
    if (pass.stoppedAfter !== undefined) {
      run.issues.push({
        severity: 'warning',
        code: 'stopped-early',
        message: `More rows have errors than ${request.maxErrors}: nothing was checked after row ${pass.stoppedAfter}`,
        path: '',
      });
    }
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
