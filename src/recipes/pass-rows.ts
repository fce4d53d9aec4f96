import { stat } from 'node:fs/promises';
import path from 'node:path';
import { literal, type Tabular } from '../platform/tabular/index.ts';
import { bindFields, toleratedShare } from './bind-fields.ts';
import type { IngestRun } from './ingest.ts';
import type { IssueCount } from './issue.ts';
import { allowedErrors, shareOf } from './pure/allowed-errors.ts';
import { type BoundField, type CompiledTable, compileTable, tooManyBadRows } from './pure/compile-table.ts';
import { MiscountedRows } from './stage-delimited.ts';
import type { Cleaned } from './steps/index.ts';

/** The one pass over all rows, proven right. */
export interface Pass {
  bound: BoundField[];
  table: CompiledTable;
  file: string;
  /** SQL of the pass with `_row`, `_line`, `f1`…`fk`, `_bad`, `_raw`. */
  rows: string;
  /** SQL of the original cells `c1`…`cm` of rows that are not good, with `_row` and `_line`. */
  badCells: string;
  /** SQL of the violated rules of these rows: `_row`, `_line`, `f` (field), `k` (rule), `value`. */
  violations: string;
  counts: { all: number; emptied: number; lost: number; blank: number };
  /** Row at which the run stopped because of too many errors: nothing is known of later ones. */
  stoppedAfter?: number;
}

/** Rows of the first part that is looked at closely when there are too many errors. */
const firstPartRows = 50_000;

/**
 * Casts and checks every row in one scan of the source. With `maxErrors` the scan ends at the first bad row too many; the rows from
 * the first to that one, rounded up, are then passed by themselves, so that what is reported of them is exact.
 */
export async function passRows(run: IngestRun, cleaned: Cleaned, first: BoundField[]): Promise<Pass> {
  const { stoppedAfter } = run.staged;
  if (stoppedAfter !== undefined) return { ...(await provenPass(run, cleaned, first)), stoppedAfter };
  const allowed = await allowedBadRows(run);
  if (allowed === undefined) return provenPass(run, cleaned, first);
  if (allowed >= 0) {
    try {
      return await provenPass(run, cleaned, first, { stopAfter: allowed });
    } catch (error) {
      if (!(error instanceof Error && error.message.includes(tooManyBadRows))) throw error;
    }
  }
  for (let rows = firstPartRows; ; rows *= 4) {
    const part = { ...cleaned, source: `(select * from ${cleaned.source} limit ${rows})` };
    const pass = await provenPass(run, part, first, { part: true });
    // All rows after all: what looked like errors was a wrong guess of a type, which is mended by now.
    if (pass.counts.all < rows) return pass;
    if (pass.counts.lost + pass.counts.emptied <= allowed) continue;
    const [last] = await run.tabular.rows(`select max(_row)::double as n from ${pass.rows}`);
    return { ...pass, stoppedAfter: Number(last!.n) };
  }
}

/** How many bad rows the pass may find; below 0 when staging alone found too many. Undefined = any number. */
async function allowedBadRows({ request, staged, tabular }: IngestRun): Promise<number | undefined> {
  const { maxErrors } = request;
  if (maxErrors === undefined) return undefined;
  const rejects = staged.rejected?.counts ?? [];
  const sum = (counts: IssueCount[]) => counts.reduce((total, { count }) => total + count, 0);
  const rejected = sum(rejects.filter(({ severity }) => severity === 'error'));
  if (shareOf(maxErrors) === undefined) return allowedErrors(maxErrors, 0) - rejected;
  const rows =
    staged.expectedRows ??
    Number((await tabular.rows(`select count(*)::double as n from ${staged.relation}`))[0]!.n) + sum(rejects);
  return allowedErrors(maxErrors, rows) - rejected;
}

/**
 * Casts and checks every row in one scan of the source, writing typed values beside the original cells of the rows that
 * are not good. The few bad rows then tell exactly whether the guesses behind the pass hold; where a type or a storage
 * width does not, that column is measured over all rows and the pass is made again, at most twice.
 */
async function provenPass(
  run: IngestRun,
  cleaned: Cleaned,
  first: BoundField[],
  options: { stopAfter?: number; part?: boolean } = {},
): Promise<Pass> {
  let bound = first;
  for (let attempt = 1; ; attempt++) {
    const pass = await run.timed('cast', () => writePass(run, cleaned, bound, options.stopAfter));
    await keepViolations(run, pass);
    const found = pass.counts.all + cleaned.removed.reduce((sum, { count }) => sum + count, 0);
    const expected = options.part ? found : (run.staged.expectedRows ?? found);
    if (found !== expected) throw new MiscountedRows(found, expected);
    const refuted = await refutedColumns(run, pass);
    if (refuted.size === 0 || attempt === 3) return pass;
    run.request.log?.(`the first rows misled about ${refuted.size} column(s): measuring them over all rows`);
    bound = await run.timed('infer', () => bindFields(run, cleaned, refuted));
  }
}

async function writePass(
  run: IngestRun,
  cleaned: Cleaned,
  bound: BoundField[],
  stopAfter: number | undefined,
): Promise<Pass> {
  const { tabular, staged, request } = run;
  const table = compileTable(bound, request.schema ?? { fields: [] }, staged, {
    emptyBadCells: request.onError === 'null',
    cellsOf: cleaned.cellsOf,
    rawIds: staged.columns.map(({ id }) => id),
    refused: ({ name }) => run.refused.get(name) ?? {},
  });
  const file = path.join(request.workFolder, 'pass.parquet');
  const numbered = cleaned.numbered;
  const carried = numbered ? ['_row', '_line'] : [];
  if (stopAfter !== undefined) await tabular.run('create or replace sequence bad_row');
  // Read once and thrown away: finding dictionaries would cost a quarter of the writing.
  await tabular.run(
    `copy (${table.typed(cleaned.source, carried, stopAfter)}) to ${literal(file)} (format parquet, compression uncompressed, dictionary_size_limit 1, row_group_size ${rowGroupSize(bound.length)})`,
  );
  const numbers = numbered
    ? '_row, _line'
    : `file_row_number + 1 as _row, file_row_number + ${staged.firstLine} as _line`;
  const typed = bound.map((_, i) => `f${i + 1}`);
  const rows = `(select ${[numbers, ...typed, '_bad', '_raw'].join(', ')} from read_parquet(${literal(file)}, file_row_number = true))`;
  const cells = staged.columns.map(({ id }, i) => `_raw[${i + 1}] as ${id}`);
  const badCells = `(select _row, _line, _bad, ${cells.join(', ')} from ${rows} where _bad > 0)`;
  const violations = table.violations(badCells, ['_row', '_line']);
  return { bound, table, file, rows, badCells, violations, counts: await countRows(tabular, file) };
}

/** Bad rows are judged once and remembered, unless there are so many that judging again is cheaper than keeping. */
async function keepViolations(run: IngestRun, pass: Pass): Promise<void> {
  const bad = pass.counts.lost + pass.counts.emptied;
  if (bad === 0 || bad > 1_000_000) return;
  await run.tabular.run(`create or replace temp table violation as ${pass.violations}`);
  pass.violations = 'select * from violation';
}

/** Wide rows in small groups, so that the writer's memory does not grow with the number of columns. */
export function rowGroupSize(columns: number): number {
  return Math.max(2048, Math.min(122_880, Math.floor(2_000_000 / Math.max(1, columns) / 2048) * 2048));
}

async function countRows(tabular: Tabular, file: string): Promise<Pass['counts']> {
  if ((await stat(file)).size === 0) return { all: 0, emptied: 0, lost: 0, blank: 0 };
  const [row] = await tabular.rows(`select count(*)::double as n, count(*) filter (where _bad = 1)::double as emptied,
    count(*) filter (where _bad = 2)::double as lost, count(*) filter (where _bad = 3)::double as blank from read_parquet(${literal(file)})`);
  return { all: Number(row!.n), emptied: Number(row!.emptied), lost: Number(row!.lost), blank: Number(row!.blank) };
}

/** Columns with values that fit the type but not its storage, and inferred ones whose values do not fit as assumed. */
async function refutedColumns(run: IngestRun, pass: Pass): Promise<Set<string>> {
  const refuted = new Set<string>();
  const { counts, table, bound } = pass;
  const types = table.rules.filter((rule) => rule.code === 'type-or-format-error' && bound[rule.field]!.inferred);
  for (const { field } of types) bound[field]!.field.confidence = 1;
  if (counts.emptied + counts.lost === 0) return refuted;
  const { tabular, request } = run;
  const narrow = table.narrow(pass.badCells);
  if (narrow) {
    const [row] = await tabular.rows(narrow);
    for (const [name, count] of Object.entries(row ?? {}))
      if (Number(count) > 0) refuted.add(bound[Number(name.slice(1))]!.column!.id);
  }
  if (types.length === 0) return refuted;
  const rows = await tabular.rows(`select f, k, count(*)::double as n from (${pass.violations}) group by f, k`);
  for (const { field, rule } of types) {
    const wrong = Number(rows.find((row) => row.f === field && row.k === rule)?.n ?? 0);
    if (wrong === 0 || bound[field]!.column!.known) continue;
    const [filled] = await tabular.rows(`select count(f${field + 1})::double as n from ${pass.rows} where _bad < 3`);
    const share = Number(filled!.n) / (Number(filled!.n) + wrong);
    if (request.infer !== 'tolerant' || share < toleratedShare) refuted.add(bound[field]!.column!.id);
    else bound[field]!.field.confidence = share;
  }
  return refuted;
}
