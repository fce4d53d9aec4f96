/**
 * RFC 4180, with LF, CRLF or CR at line ends and an optional BOM. What separates the cells is what separates the names of
 * the header, none of which has a comma, semicolon or tab in it. Undefined: a quote is never closed.
 */
export function parseCsv(text: string): string[][] | undefined {
  const delimiter = delimiterOf(text);
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${delimiter}\\r\\n]*))(${delimiter}|\\r\\n|\\n|\\r|$)`, 'y');
  cell.lastIndex = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (cell.lastIndex < text.length || row.length > 0) {
    const match = cell.exec(text);
    if (match === null) return undefined;
    row.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === delimiter) continue;
    // A line with nothing on it is no row.
    if (row.length > 1 || match[0] !== match[3]) rows.push(row);
    row = [];
    if (match[3] === '' && cell.lastIndex >= text.length) break;
  }
  return rows;
}

function delimiterOf(text: string): string {
  const [line] = text.split(/[\r\n]/, 1);
  return [',', ';', '\t'].find((mark) => line!.includes(mark)) ?? ',';
}
