import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { limitReached, sheetTooSparse, unreadableFile } from './errors.ts';
import type { WorkbookReport, WorkbookTask } from './read-workbook.worker.ts';
import type { ReadingOptions } from './reading-options.ts';
import { columnsOf, type StageContext } from './stage-delimited.ts';
import { RejectedRowWriter } from './stage-rejects.ts';
import type { Staged } from './staged.ts';
import { stageRelation } from './write-stage.ts';

/** Spreadsheets need their whole file in memory: a thread with a heap limit of its own pays for that, and can be ended. */
export async function stageSpreadsheet(file: string, options: ReadingOptions, context: StageContext): Promise<Staged> {
  const { limits, workFolder, signal } = context;
  const { size } = await stat(file);
  if (size > limits.spreadsheetBytes) throw limitReached('spreadsheet file', limits.spreadsheetBytes, 'bytes');
  const target = path.join(workFolder, 'stage.txt');
  const report = await runWorker(
    { file, target, options, maxCells: limits.spreadsheetCells, maxColumns: limits.columns },
    signal,
  );
  if (report.sparse !== undefined) throw sheetTooSparse(report.sheet, report.sparse);
  if (report.limit === 'cells') throw limitReached('number of cells', limits.spreadsheetCells, 'cells');
  if (report.limit === 'columns') throw limitReached('number of columns', limits.columns, 'columns');
  if (report.error !== undefined) throw unreadableFile('spreadsheet', new Error(report.error));
  const { columns, issues } = columnsOf(report.headers, report.header, limits);
  const rejects = new RejectedRowWriter(workFolder);
  for (const { row, line } of report.blankRows) await rejects.add(row, line, 'blank-row', []);
  if (report.errorCells > 0) {
    issues.push({
      severity: 'warning',
      code: 'error-cell',
      message: `${report.errorCells} cell(s) hold an error such as #N/A and count as missing, first at ${report.firstErrorCell}`,
      path: '',
    });
  }
  return {
    relation: stageRelation({ ...report.shape, file: target }),
    numbered: true,
    firstLine: 1,
    columns: columns.map((column, i) => (report.textOnly[i] ? { ...column, textOnly: true } : column)),
    emptyIsNull: false,
    padded: true,
    rejected: await rejects.finish(),
    issues,
    reading: {
      format: 'spreadsheet',
      compression: 'none',
      direct: false,
      header: report.header,
      headerRow: report.headerRow,
      sheet: report.sheet,
      sheets: report.sheets,
      otherSheets: report.otherSheets,
    },
  };
}

function runWorker(task: WorkbookTask, signal: AbortSignal | undefined): Promise<WorkbookReport> {
  return new Promise((resolve, reject) => {
    // Sources run as TypeScript, the published package as JavaScript.
    const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./read-workbook.worker.${ending}`, import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: 2048 },
    });
    const abort = () => {
      void worker.terminate();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    worker.once('message', (report: WorkbookReport) => resolve(report));
    worker.once('error', (error) => reject(unreadableFile('spreadsheet', error)));
    worker.once('exit', (code) => {
      signal?.removeEventListener('abort', abort);
      reject(unreadableFile('spreadsheet', new Error(`the reader ended with code ${code}`)));
    });
  });
}
