export interface TableRow {
  /** Counted from the one below the header. */
  row: number;
  cells: readonly (string | null)[];
}

/**
 * The row that most likely has the headers where a title stands above them: the first that is about as wide as the table
 * and has more words than numbers. Undefined where more than half of the columns have a name already.
 */
export function likelyHeader(header: readonly string[], rows: readonly TableRow[]): TableRow | undefined {
  const widest = Math.max(0, ...rows.map(({ cells }) => filled(cells).length));
  const named = header.filter((name) => !/^_c\d+$/.test(name)).length;
  if (widest < 2 || named * 2 > widest) return undefined;
  return rows.find(({ cells }) => {
    const texts = filled(cells);
    const words = texts.filter((text) => !/^[\d\s.,:/'’%+−-]+$/.test(text));
    return texts.length * 5 >= widest * 4 && words.length * 2 > texts.length && new Set(texts).size === texts.length;
  });
}

const filled = (cells: readonly (string | null)[]): string[] =>
  cells.flatMap((cell) => (cell === null || cell.trim() === '' ? [] : [cell.trim()]));
