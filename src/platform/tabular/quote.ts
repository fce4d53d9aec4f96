/** A name as SQL identifier, whatever it contains. DuckDB compares identifiers without case even when quoted. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL literal. NUL cannot stand in DuckDB SQL text and is refused rather than dropped. */
export function literal(text: string): string {
  if (text.includes('\0')) throw new RangeError('a NUL character cannot stand in SQL text');
  return `'${text.replaceAll("'", "''")}'`;
}

/** A list of texts as SQL literal list: `['a', 'b']`. */
export function literalList(texts: readonly string[]): string {
  return `[${texts.map(literal).join(', ')}]`;
}
