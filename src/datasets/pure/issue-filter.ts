import { literal } from '../../platform/tabular/index.ts';
import type { IssueGroup } from '../dataset.ts';

export interface IssueFilter {
  severity?: string | undefined;
  code?: string | undefined;
  column?: string | undefined;
}

/** As SQL over an issues file. An empty column means: those that belong to no column. */
export function issueWhere(filter: IssueFilter): string {
  // No stored text holds NUL, and no SQL text may.
  if (filter.code?.includes('\0') || filter.column?.includes('\0')) return 'false';
  const tests = [
    ...(filter.severity === undefined ? [] : [`severity = ${literal(filter.severity)}`]),
    ...(filter.code === undefined ? [] : [`code = ${literal(filter.code)}`]),
    ...(filter.column === undefined
      ? []
      : [filter.column === '' ? '"column" is null' : `"column" = ${literal(filter.column)}`]),
  ];
  return tests.length === 0 ? 'true' : tests.join(' and ');
}

/** The exact number of issues that fit, listed or not. */
export function countedIssues(groups: readonly IssueGroup[], filter: IssueFilter): number {
  return groups
    .filter(
      (group) =>
        (filter.severity === undefined || group.severity === filter.severity) &&
        (filter.code === undefined || group.code === filter.code) &&
        (filter.column === undefined || (group.column ?? '') === filter.column),
    )
    .reduce((sum, group) => sum + group.count, 0);
}
