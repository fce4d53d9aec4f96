import path from 'node:path';
import { literal } from '../platform/tabular/index.ts';
import { noRows } from './errors.ts';
import { findDuplicates, type KeyRule } from './find-duplicates.ts';
import { findOrphans } from './find-orphans.ts';
import type { IngestRun } from './ingest.ts';
import type { Issue, IssueCount } from './issue.ts';
import { noteHeader } from './match-header.ts';
import type { Pass } from './pass-rows.ts';
import type { CellRule } from './pure/compile-table.ts';
import type { Cleaned } from './steps/index.ts';

export interface Report {
  file: string;
  listed: number;
  counts: IssueCount[];
  errors: number;
  warnings: number;
  /** SQL of rows lost to a repeated key: `_row`. Undefined = none. */
  repeated: string | undefined;
  rows: { read: number; blank: number; rejected: number; emptied: number; accepted: number };
  /** First errors as sentences, for the message of a refusal. */
  firstErrors: string[];
  /** SQL of every issue with a row, unlimited: `row`, `message`, `severity`. */
  rowIssues: string;
}

/** Names and counts everything that is wrong, and lists the first of it in row and column order as Parquet. */
export async function reportIssues(run: IngestRun, cleaned: Cleaned, pass: Pass): Promise<Report> {
  const { tabular, staged, limits, request } = run;
  noteHeader(run, cleaned, pass);
  const duplicates = await findDuplicates(run, pass);
  const keys = [...duplicates, ...(await findOrphans(run, pass, repeatedRows(duplicates)))];
  await createRules(run, pass.table.rules, keys, cleaned);

  const width = staged.columns.length;
  const sources = [
    ...(pass.counts.lost + pass.counts.emptied > 0
      ? [`select _row, _line, f, k, value, null::varchar as other from (${pass.violations})`]
      : []),
    ...keys.map(
      ({ relation }, i) =>
        `select _row, _line, ${-2 - i} as f, 0 as k, value, first_row::varchar as other from ${relation}`,
    ),
    `select _row, _line, -1 as f, 0 as k, null::varchar as value, null::varchar as other from ${pass.rows} where _bad = 3`,
    ...(staged.rejected
      ? [
          `select _row, _line, -1 as f, ${stagedRule()} as k,
          left(case when cells = 1 then json_extract_string(raw, '$[0]') when cells > 1 then raw end, 200), cells::varchar from ${staged.rejected.relation}`,
        ]
      : []),
    ...(staged.cut
      ? [
          `select _row, _line, -1 as f, ${cutRule} as k,
          left(array_to_string(list_filter(from_json(raw, '["VARCHAR"]')[${width + 1}:], lambda cell: trim(cell) <> ''), ', '), 200),
          cells::varchar from ${staged.cut.relation}`,
        ]
      : []),
    ...cleaned.findings.map(
      ({ relation }, i) => `select _row, _line, -1 as f, ${1000 + i} as k, value, null from ${relation}`,
    ),
    ...cleaned.removed.map(
      ({ relation }, i) => `select _row, _line, -1 as f, ${100 + i} as k, value, null from ${relation}`,
    ),
  ];
  const found = `(${sources.join('\n union all ')})`;
  const message = `case
      when r.form = 'row' then r.phrase
      when r.form = 'width' then 'Row ' || i._row || ' has ' || i.other || ' cell(s), expected ${width}'
      when r.form = 'cut' then 'Row ' || i._row || ' has ' || i.other || ' cells for ${width} column(s): no header says what ''' || i.value || ''' is'
      when r.form = 'repeated' then 'Value ''' || coalesce(i.value, '') || ''' ' || r.phrase || coalesce(' (first in row ''' || i.other || ''')', '') || '. Column: ''' || r.col || ''', row: ''' || i._row || ''''
      when r.form = 'missing' then 'Value is missing. Column: ''' || r.col || ''', row: ''' || i._row || ''''
      else 'Value ''' || i.value || ''' ' || r.phrase || '. Column: ''' || r.col || ''', row: ''' || i._row || '''' end`;
  const rowIssues = `(select r.severity, r.code, ${message} as message, '/rows/' || i._row || coalesce('/' || r.col, '') as path,
      i._row as row, i._line as line, r.col as "column", i.value, r.rule, r.step, r.expected, i.f, i.k
    from ${found} i join rule r on r.f = i.f and r.k = i.k)`;

  const counts = await countIssues(run, pass, cleaned, keys);
  const general = run.issues.map((issue, i) => generalRow(issue, i));
  const file = path.join(request.workFolder, 'issues.parquet');
  const all = [
    ...(general.length > 0
      ? [
          `select * from (values ${general.join(', ')}) as g(severity, code, message, path, row, line, "column", value, rule, step, expected, f, k)`,
        ]
      : []),
    `select * from ${rowIssues}`,
  ];
  await tabular.run(`copy (select * exclude (f, k) from (${all.join(' union all ')}) order by row nulls first, f, k limit ${limits.listedIssues})
    to ${literal(file)} (format parquet, compression zstd)`);
  const [listed] = await tabular.rows(`select count(*)::double as n from read_parquet(${literal(file)})`);
  const errors = sum(counts, 'error');

  const firstErrors =
    errors === 0
      ? []
      : await tabular.rows(`select message from read_parquet(${literal(file)}) where severity = 'error' limit 3`);
  const rows = await countRows(run, pass, cleaned, keys);
  if (rows.read - rows.blank === 0 && errors === 0 && !request.allowEmpty) throw noRows(width, staged.reading);
  return {
    file,
    listed: Number(listed!.n),
    counts,
    errors,
    warnings: sum(counts, 'warning'),
    repeated: repeatedRows(keys),
    rows,
    firstErrors: firstErrors.map((row) => String(row.message)),
    rowIssues,
  };
}

function sum(counts: IssueCount[], severity: Issue['severity']): number {
  return counts.filter((count) => count.severity === severity).reduce((total, { count }) => total + count, 0);
}

function repeatedRows(keys: KeyRule[]): string | undefined {
  return keys.length === 0
    ? undefined
    : `(${keys.map(({ relation }) => `select _row from ${relation}`).join(' union ')})`;
}

const stagedCodes = [
  'missing-value',
  'extra-value',
  'ragged-quote',
  'blank-row',
  'invalid-json',
  'not-a-record',
] as const;

const cutRule = 20;

function stagedRule(): string {
  return `case code ${stagedCodes.map((code, i) => `when '${code}' then ${10 + i}`).join(' ')} end`;
}

async function createRules(run: IngestRun, rules: CellRule[], keys: KeyRule[], cleaned: Cleaned): Promise<void> {
  const text = (value: string | undefined | null) => (value === undefined || value === null ? 'null' : literal(value));
  const row = (
    f: number,
    k: number,
    severity: string,
    code: string,
    column: string | null,
    form: string,
    phrase?: string,
    expected?: string,
    rule?: string,
    step = 'check',
  ) => `(${f}, ${k}, ${[severity, code, column, form, phrase, expected, rule, step].map(text).join(', ')})`;
  const values = [
    ...rules.map((rule) =>
      row(
        rule.field,
        rule.rule,
        'error',
        rule.code,
        rule.column,
        rule.phrase === undefined ? 'missing' : 'value',
        rule.phrase,
        rule.expected,
        rule.ruleName,
        rule.ruleName === 'type' ? 'cast' : 'check',
      ),
    ),
    ...keys.map((key, i) =>
      row(-2 - i, 0, 'error', key.code, key.columns.join(', '), 'repeated', key.phrase, undefined, key.rule),
    ),
    row(-1, 0, 'warning', 'blank-row', null, 'row', 'The row is completely blank', undefined, undefined, 'stage'),
    ...stagedCodes.map((code, i) => {
      const form = code === 'missing-value' || code === 'extra-value' ? 'width' : 'row';
      return row(
        -1,
        10 + i,
        code === 'blank-row' ? 'warning' : 'error',
        code,
        null,
        form,
        stagedPhrases[code],
        undefined,
        undefined,
        'stage',
      );
    }),
    row(-1, cutRule, 'error', 'surplus-cells', null, 'cut', undefined, undefined, undefined, 'stage'),
    ...cleaned.findings.map((one, i) =>
      row(-1, 1000 + i, 'warning', one.code, one.column, 'value', one.phrase, one.expected, one.step, one.step),
    ),
    ...Array.from({ length: 50 }, (_, i) =>
      row(
        -1,
        100 + i,
        'info',
        'duplicate-row-removed',
        null,
        'row',
        'The row repeats a later one and was removed',
        undefined,
        undefined,
        'dedupe',
      ),
    ),
  ];
  await run.tabular.run(
    'create or replace temp table rule (f integer, k integer, severity varchar, code varchar, col varchar, form varchar, phrase varchar, expected varchar, rule varchar, step varchar)',
  );
  for (let i = 0; i < values.length; i += 1000)
    await run.tabular.run(`insert into rule values ${values.slice(i, i + 1000).join(', ')}`);
}

const stagedPhrases: Record<(typeof stagedCodes)[number], string> = {
  'missing-value': '',
  'extra-value': '',
  'ragged-quote': 'A quote in the row is stray or never closed',
  'blank-row': 'The row is completely blank',
  'invalid-json': 'The line is not valid JSON',
  'not-a-record': 'The item is not an object',
};

async function countIssues(run: IngestRun, pass: Pass, cleaned: Cleaned, keys: KeyRule[]): Promise<IssueCount[]> {
  const { tabular, staged } = run;
  const counts: IssueCount[] = [];
  for (const issue of run.issues) {
    const same = counts.find(
      (one) => one.code === issue.code && one.column === (issue.column ?? null) && one.severity === issue.severity,
    );
    if (same) same.count += 1;
    else counts.push({ severity: issue.severity, code: issue.code, column: issue.column ?? null, count: 1 });
  }
  if (pass.counts.lost + pass.counts.emptied > 0) {
    const rows = await tabular.rows(
      `select f, k, count(*)::double as n from (${pass.violations}) group by f, k order by f, k`,
    );
    for (const row of rows) {
      const rule = pass.table.rules.find((one) => one.field === row.f && one.rule === row.k)!;
      counts.push({ severity: 'error', code: rule.code, column: rule.column, count: Number(row.n) });
    }
  }
  for (const key of keys)
    counts.push({ severity: 'error', code: key.code, column: key.columns.join(', '), count: key.count });
  const blank = pass.counts.blank + (staged.rejected?.counts.find(({ code }) => code === 'blank-row')?.count ?? 0);
  if (blank > 0) counts.push({ severity: 'warning', code: 'blank-row', column: null, count: blank });
  counts.push(...(staged.rejected?.counts.filter(({ code }) => code !== 'blank-row') ?? []));
  counts.push(...(staged.cut?.counts ?? []));
  for (const { code, column, count } of cleaned.findings)
    if (count > 0) counts.push({ severity: 'warning', code, column, count });
  for (const { count } of cleaned.removed)
    if (count > 0) counts.push({ severity: 'info', code: 'duplicate-row-removed', column: null, count });
  return counts;
}

async function countRows(run: IngestRun, pass: Pass, cleaned: Cleaned, keys: KeyRule[]): Promise<Report['rows']> {
  const rejectedAtStage =
    run.staged.rejected?.counts
      .filter(({ code }) => code !== 'blank-row')
      .reduce((total, { count }) => total + count, 0) ?? 0;
  const blankAtStage = run.staged.rejected?.counts.find(({ code }) => code === 'blank-row')?.count ?? 0;
  const repeated =
    keys.length === 0
      ? 0
      : Number((await run.tabular.rows(`select count(*)::double as n from ${repeatedRows(keys)}`))[0]!.n);
  const removed = cleaned.removed.reduce((total, { count }) => total + count, 0);
  const { all, lost, blank, emptied } = pass.counts;
  return {
    read: all + rejectedAtStage + blankAtStage + removed,
    blank: blank + blankAtStage,
    rejected: lost + rejectedAtStage + repeated,
    emptied,
    accepted: all - lost - blank - repeated,
  };
}

function generalRow(issue: Issue, position: number): string {
  const text = (value: string | undefined) => (value === undefined ? 'null::varchar' : `${literal(value)}::varchar`);
  return `(${[issue.severity, issue.code, issue.message, issue.path].map(text).join(', ')}, null::bigint, ${issue.line ?? 'null'}::bigint,
    ${[issue.column, issue.value, issue.rule, issue.step ?? 'stage', issue.expected].map(text).join(', ')}, ${position - 1_000_000}, 0)`;
}
