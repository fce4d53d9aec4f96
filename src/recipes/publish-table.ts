import path from 'node:path';
import { identifier, literal } from '../platform/tabular/index.ts';
import type { IngestResult, IngestRun } from './ingest.ts';
import type { Merged } from './merge-revision.ts';
import { type Pass, rowGroupSize } from './pass-rows.ts';
import { allowedErrors } from './pure/allowed-errors.ts';
import type { Report } from './report-issues.ts';
import { writeRejects } from './write-rejects.ts';

/** Decides by the policy whether there is a table, and writes it. */
export async function publishTable(run: IngestRun, pass: Pass, report: Report, merged: Merged): Promise<IngestResult> {
  const { request, tabular } = run;
  const refused = refusal(run, pass, report);
  const schema = await settledSchema(run, pass, merged);
  const rejects =
    request.onError === 'quarantine' && report.rows.rejected > 0 ? await writeRejects(run, pass, report) : undefined;
  const columns = schema.fields.map(({ name }) => identifier(name)).join(', ');
  const write = refused === undefined && !request.dryRun;
  const file = path.join(request.workFolder, 'table.parquet');
  if (write) {
    await tabular.run(`copy (${merged.sql}) to ${literal(file)} (format parquet, compression zstd, row_group_size ${rowGroupSize(schema.fields.length)},
      kv_metadata {granary_schema: ${literal(JSON.stringify(schema))}})`);
  }
  const shown = write ? `read_parquet(${literal(file)})` : `(${merged.sql})`;
  const sample = schema.fields.length === 0 ? [] : await tabular.rows(`select ${columns} from ${shown} limit 50`);
  const total = merged.inserted + (write ? await rowsBefore(run) : 0);
  return {
    table: write
      ? { file, rows: request.mode === 'replace' || request.mode === undefined ? merged.inserted : total }
      : undefined,
    refused,
    schema,
    counts: { ...report.rows, inserted: merged.inserted, updated: merged.updated, unchanged: merged.unchanged },
    issues: {
      file: report.file,
      listed: report.listed,
      counts: report.counts,
      errors: report.errors,
      warnings: report.warnings,
    },
    rejects,
    reading: run.staged.reading,
    steps: run.steps,
    sample,
    changes: merged.changes,
  };
}

async function rowsBefore(run: IngestRun): Promise<number> {
  const { previous } = run.request;
  if (!previous) return 0;
  const [row] = await run.tabular.rows(`select count(*)::double as n from read_parquet(${literal(previous.file)})`);
  return Number(row!.n);
}

function refusal(run: IngestRun, pass: Pass, report: Report): IngestResult['refused'] {
  const { request, issues } = run;
  const header = issues.find((issue) => issue.severity === 'error');
  if (header) return { code: header.code.replaceAll('-', '_'), message: header.message };
  const bad = report.rows.rejected + report.rows.emptied;
  const stopped = pass.stoppedAfter === undefined ? '' : `; the run stopped early, after row ${pass.stoppedAfter}`;
  if (stopped || (request.maxErrors !== undefined && bad > allowedErrors(request.maxErrors, report.rows.read))) {
    return {
      code: 'too_many_errors',
      message: `${bad} of ${report.rows.read} rows have errors, more than ${request.maxErrors}${stopped}: ${firstAndMore(report)}`,
    };
  }
  if ((request.onError ?? 'reject') === 'reject' && report.errors > 0)
    return { code: 'rows_rejected', message: firstAndMore(report) };
  if (report.rows.accepted === 0 && report.errors > 0)
    return { code: 'no_rows_left', message: `No row is left: ${firstAndMore(report)}` };
  return undefined;
}

/** One sentence: the first error, and how many more. */
function firstAndMore(report: Report): string {
  const more = report.errors - 1;
  return `${report.firstErrors[0] ?? 'errors'}${more > 0 ? ` (and ${more} more)` : ''}`;
}

/** Offers of the first rows that later rows refuted are withdrawn. */
async function settledSchema(run: IngestRun, pass: Pass, merged: Merged): Promise<Merged['schema']> {
  const offered = pass.bound.map(({ field }, i) => ({ field, id: `f${i + 1}` })).filter(({ field }) => field.offered);
  if (offered.length === 0) return merged.schema;
  const [row] = await run.tabular.rows(
    `select ${offered.map(({ id }) => `coalesce(min(${id}) >= 0 and max(${id}) <= 1, false) as ${id}`).join(', ')} from ${pass.rows}`,
  );
  const withdrawn = new Set(offered.filter(({ id }) => row![id] !== true).map(({ field }) => field.name));
  return {
    ...merged.schema,
    fields: merged.schema.fields.map((field) => {
      if (!withdrawn.has(field.name)) return field;
      const { offered: _, ...rest } = field;
      return rest;
    }),
  };
}
