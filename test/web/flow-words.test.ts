import { describe, expect, test } from 'vitest';
import { compareLines } from '../../web/src/flows/compare-lines.ts';
import { failureWords } from '../../web/src/flows/failure-words.ts';
import { groupProblems, type ReportTable } from '../../web/src/flows/group-report.ts';
import { layoutPipelines } from '../../web/src/flows/layout-pipelines.ts';
import { lineageWords } from '../../web/src/flows/lineage-words.ts';
import { nextRuns, readSchedule } from '../../web/src/flows/schedule-words.ts';
import { faultsOf, readSpec, withSchedule } from '../../web/src/flows/spec-text.ts';

test('lineage in words: steps with their rows, columns with the files they come from', () => {
  const rows = (rows_in: number, rows_out: number, more = {}) => ({
    rows_in,
    rows_out,
    rejected: 0,
    cached: false,
    ...more,
  });
  const source = (name: string, field: string) => ({ source: name, field });
  const words = lineageWords({
    steps: [
      { resource: 't', index: null, step: 'cast', ...rows(1200, 1200) },
      { resource: 't', index: 0, step: 'set_types', ...rows(1200, 1199, { rejected: 1, cached: true }) },
      { resource: 't', index: 1, step: 'validate', ...rows(1199, 1199) },
      { resource: 't', index: null, step: 'load', ...rows(2000, 1500) },
    ],
    columns: [
      {
        resource: 't',
        field: 'n',
        sources: [source('https://x/data/a.csv?k=1', 'N'), source('granary://o/d/3#r', 'm')],
      },
      { resource: 't', field: 'b', sources: [source(`blob:sha256:${'12345678'.repeat(8)}`, 'b')] },
      { resource: 't', field: 'one', sources: [] },
      {
        resource: 't',
        field: 'many',
        sources: ['1', '2', '3', '4', '5'].map((name) => source('https://x/a.csv', name)),
      },
    ],
  });
  expect(words).toEqual([
    {
      resource: 't',
      steps: [
        'read: 1,200 rows',
        'set_types: 1,200 → 1,199 rows, 1 rejected, from an earlier run',
        'checked: 1,199 rows',
        'laid onto the earlier table: 2,000 → 1,500 rows',
      ],
      columns: [
        { field: 'n', from: 'N of a.csv, m of o/d/3: r' },
        { field: 'b', from: 'b of file 12345678…' },
        { field: 'one', from: 'made by a step' },
        { field: 'many', from: '1 of a.csv, 2 of a.csv, 3 of a.csv and 2 more' },
      ],
    },
  ]);
});

describe('schedules in words', () => {
  test.for([
    [undefined, 'none'],
    [7, 'Schedule should be a string'],
    ['hourly', "Schedule should start with 'every'"],
    ['every ', "Schedule should start with 'every'"],
    [' every 6z', 'Bad time unit for schedule, only s/m/h/d/w are allowed'],
    ['every 4.2w', 'Failed to parse time number'],
    ['every 1s', "Can't schedule tasks for less than one minute"],
    ['every 3h', 'Every 3 hours'],
    ['  every    1d   ', 'Every day'],
    ['cron 30 6 * * * Europe/Paris', 'Every day at 06:30 (Europe/Paris)'],
    ['cron 0 6 * * 1', 'Every Monday at 06:00 (UTC)'],
    ['cron */5 1 * 2 *', 'By cron */5 1 * 2 * (UTC)'],
    ['cron 61 * * * *', 'Bad cron expression for schedule'],
    ['cron 0 6 * * * Mars/Olympus', 'Bad cron expression for schedule'],
  ] as const)('%j means: %s', ([schedule, words]) => {
    const reading = readSchedule(schedule);
    expect('words' in reading ? reading.words : reading.kind === 'wrong' ? reading.problem : reading.kind).toBe(words);
  });

  test('runs go on from the one that is due, or a period from now', () => {
    const now = new Date('2026-03-28T12:00:00Z');
    const iso = (schedule: string, due?: string) =>
      nextRuns(readSchedule(schedule), due === undefined ? undefined : new Date(due), now, 2).map((run) =>
        run.toISOString(),
      );
    expect(iso('every 1d', '2026-03-28T18:00:00Z')).toEqual(['2026-03-28T18:00:00.000Z', '2026-03-29T18:00:00.000Z']);
    expect(iso('every 2h')).toEqual(['2026-03-28T14:00:00.000Z', '2026-03-28T16:00:00.000Z']);
    // The clocks of Paris go forward in the night between.
    expect(iso('cron 0 6 * * * Europe/Paris')).toEqual(['2026-03-29T04:00:00.000Z', '2026-03-30T04:00:00.000Z']);
  });
});

test('a graph has its columns by dependency, and no edge that a longer way says too', () => {
  const layout = layoutPipelines([
    { id: 'report', dependencies: [] },
    { id: 'csv', dependencies: [] },
    { id: 'zip', dependencies: ['report', 'csv'] },
    { id: 'copy', dependencies: [] },
    { id: 'package', dependencies: ['report', 'csv', 'zip', 'copy', 'not there'] },
  ]);
  expect(layout.placed.map(({ node, column, row }) => `${node.id} ${column}.${row}`)).toEqual([
    'report 0.0',
    'csv 0.1',
    'copy 0.2',
    'zip 1.0',
    'package 2.0',
  ]);
  expect(layout.edges.map(({ from, to }) => `${from} ${to}`)).toEqual([
    'report zip',
    'csv zip',
    'zip package',
    'copy package',
  ]);
  expect([layout.columns, layout.rows]).toEqual([[3, 1, 1], 3]);
});

test('problems are grouped by code and column, those of whole rows by code', () => {
  const problem = (code: string, row: number, column: number | null) => ({
    code,
    message: '',
    'row-number': row,
    'column-number': column,
    row: [],
  });
  const errors = [
    problem('extra-value', 3, 3),
    problem('type-or-format-error', 4, 1),
    problem('extra-value', 5, 4),
    problem('blank-row', 6, null),
    problem('type-or-format-error', 7, 2),
    problem('extra-value', 8, 3),
  ];
  const table = { headers: ['day'], errors } as unknown as ReportTable;
  expect(groupProblems(table).map((group) => [group.code, group.column, group.errors.length])).toEqual([
    ['extra-value', null, 3],
    ['type-or-format-error', 'day', 1],
    ['blank-row', null, 1],
    ['type-or-format-error', 'column 2', 1],
  ]);
});

test('two texts are compared by the fewest lines', () => {
  const shown = compareLines(['a', 'b', 'c', 'd'], ['a', 'c', 'x', 'd']).map(({ kind, text }) => `${kind} ${text}`);
  expect(shown).toEqual(['same a', 'gone b', 'same c', 'new x', 'same d']);
});

test('the step that failed is told apart from its lines', () => {
  expect(failureWords(['Cancelled'])).toEqual({ title: 'Cancelled', lines: [] });
  expect(failureWords(['sort', 'No field x']).title).toBe('Failed in step “sort”');
});

describe('the text of a spec', () => {
  const yaml = 'meta:\n  ownerid: me # mine\nprocessing:\n  - input: a\n    dpp:\n      - {run: srot}\n';

  test.for([
    ['YAML', yaml, 6],
    ['JSON', '{"meta": {"ownerid": "me"},\n "processing": [\n  {"dpp": [\n   {"run": "srot"}]}]}', 4],
  ] as const)('a finding of the server stands at its line of the %s', ([, text, line]) => {
    const spec = readSpec(text);
    const errors = ['Validation failed for contents', '/processing/0/dpp/0/run: unknown processor: srot', 'Other: x'];
    expect(faultsOf(errors, spec)).toEqual([
      { line, pointer: '/processing/0/dpp/0/run', problem: 'unknown processor: srot' },
      { line: undefined, problem: 'Other: x' },
    ]);
  });

  test('what is missing is shown where it is missing from, and a wrong text at the line where reading stopped', () => {
    expect(faultsOf(['/processing/0/output: missing'], readSpec(yaml))[0]?.line).toBe(4);
    expect(readSpec('meta:\n  a: [1\nb: 2\n').faults[0]?.line).toBeGreaterThan(1);
  });

  test('another schedule changes nothing else, comments neither', () => {
    const daily = withSchedule(yaml, 'every 1d');
    expect(daily).toBe(`${yaml}schedule: every 1d\n`);
    expect(withSchedule(daily, 'cron 0 6 * * *')).toBe(`${yaml}schedule: cron 0 6 * * *\n`);
    expect(withSchedule(daily, undefined)).toBe(yaml);
    expect(withSchedule('schedule: every 1d # why\nmeta: {}\n', 'every 2d')).toBe(
      'schedule: every 2d # why\nmeta: {}\n',
    );
    expect(withSchedule('{"meta": {}, "schedule": "every 1d"}', undefined)).toBe('{\n  "meta": {}\n}\n');
  });
});
