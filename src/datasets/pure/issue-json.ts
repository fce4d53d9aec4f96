import type { Acknowledgement } from '../uploads/store.ts';

/** An issue as clients see it (data-api.md §5): numbers as numbers, nothing where there is nothing. */
export function issueJson(
  row: Record<string, unknown>,
  acknowledgements: readonly Acknowledgement[],
): Record<string, unknown> {
  const { _position: _, ...cells } = row;
  const issue = Object.fromEntries(
    Object.entries(cells).flatMap(([name, value]) =>
      value === null ? [] : [[name, name === 'row' || name === 'line' ? Number(value) : value]],
    ),
  );
  const word = acknowledgements.find((entry) => covers(entry, issue));
  return word === undefined ? issue : { ...issue, acknowledged: { id: word.id, reason: word.reason } };
}

function covers(entry: Acknowledgement, issue: Record<string, unknown>): boolean {
  return (
    entry.code === issue.code &&
    (entry.column === null || entry.column === issue.column) &&
    (entry.row === null || entry.row === issue.row)
  );
}

export const issueColumns = [
  'severity',
  'code',
  'message',
  'path',
  'row',
  'line',
  'column',
  'value',
  'rule',
  'step',
  'expected',
];

/** RFC 4180. */
export function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
