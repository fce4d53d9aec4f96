/**
 * How many cells the content of an OpenDocument spreadsheet unfolds to: rows and cells say how often they are repeated, so that
 * a few bytes may stand for more than fits in memory. Stops counting beyond `enough`.
 */
export function countRepeatedCells(content: string, enough: number): number {
  const tag = /<(?:[\w-]+:)?(table-row|table-cell|covered-table-cell)\b([^>]*)>/g;
  let cells = 0;
  let rows = 1;
  for (let found = tag.exec(content); found !== null && cells <= enough; found = tag.exec(content)) {
    const [, name, attributes = ''] = found;
    if (name === 'table-row') rows = repeated('rows', attributes);
    else if (!attributes.endsWith('/') || attributes.includes('value-type')) {
      cells += rows * repeated('columns', attributes);
    }
  }
  return cells;
}

function repeated(what: 'rows' | 'columns', attributes: string): number {
  const [, times = '1'] = new RegExp(`number-${what}-repeated=["'](\\d+)`).exec(attributes) ?? [];
  return Math.max(Number(times), 1);
}
