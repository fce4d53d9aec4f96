/** Aligned columns for people; numbers to the right. Long cells are cut, since `--json` gives them whole. */
export function tableText(rows: Record<string, unknown>[], columns: string[], maxWidth = 60): string {
  if (rows.length === 0) return '(none)\n';
  const cells = rows.map((row) => columns.map((column) => cellText(row[column], maxWidth)));
  const widths = columns.map((column, index) => Math.max(column.length, ...cells.map((row) => row[index]!.length)));
  const right = columns.map((column) => rows.every((row) => row[column] == null || typeof row[column] === 'number'));
  const line = (texts: string[]) =>
    texts
      .map((text, index) => (right[index] ? text.padStart(widths[index]!) : text.padEnd(widths[index]!)))
      .join('  ')
      .trimEnd();
  return `${[line(columns), line(widths.map((width) => '─'.repeat(width))), ...cells.map(line)].join('\n')}\n`;
}

function cellText(value: unknown, maxWidth: number): string {
  const text = value == null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const flat = text.replace(/[\r\n\t]+/g, ' ');
  return flat.length > maxWidth ? `${flat.slice(0, maxWidth - 1)}…` : flat;
}
